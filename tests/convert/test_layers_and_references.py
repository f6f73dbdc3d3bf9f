"""Feature sets of several layers, and coordinate systems that stand on single geometries."""

from __future__ import annotations

import itertools
import json
import warnings
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import orjson
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gpwidgets.convert.featuresets.frames import read_features, records_to_frame
from gpwidgets.convert.user_input.file_layers import layer_names, read_layer
from gpwidgets.convert.user_input.readers import to_frame
from gpwidgets.errors import LayerChoice, LayersLeftOut, ReferencesDiffer

GEOMETRIES = {
    "esriGeometryPoint": {"x": 9.0, "y": 50.0},
    "esriGeometryPolyline": {"paths": [[[9, 50], [10, 51]]]},
    "esriGeometryPolygon": {"rings": [[[9, 50], [9, 51], [10, 51], [9, 50]]]},
}


def layer(name: str, kind: str, count: int, wkid: int | None = 4326, **more: Any) -> dict[str, Any]:
    fields = [{"name": "OBJECTID", "type": "esriFieldTypeOID"}, {"name": "T", "type": "esriFieldTypeString"}]
    rows = [
        {"attributes": {"OBJECTID": row, "T": name}, "geometry": GEOMETRIES[kind]} for row in range(count)
    ]
    reference = {} if wkid is None else {"spatialReference": {"wkid": wkid}}
    return {
        "layerDefinition": {"name": name, "geometryType": kind, "fields": fields, **more},
        "featureSet": {"geometryType": kind, "features": rows, **reference},
    }


def ways_to_wrap(layers: list[Any]) -> list[Any]:
    return [
        {"layers": layers},
        {"featureCollection": {"layers": layers}},
        {"operationalLayers": [{"featureCollection": {"layers": [one]}} for one in layers]},
        {"paramName": "Out", "dataType": "GPFeatureRecordSetLayer", "value": {"layers": layers}},
        layers,
    ]


described = st.lists(st.tuples(st.sampled_from(list(GEOMETRIES)), st.integers(0, 3)), min_size=1, max_size=5)


@given(described, st.integers(0, 4))
def test_no_feature_of_any_layer_is_lost(kinds: list[tuple[str, int]], way: int) -> None:
    layers = [layer(f"layer {number}", kind, count) for number, (kind, count) in enumerate(kinds)]
    frame = read_features(orjson.dumps(ways_to_wrap(layers)[way]))
    expected = [(f"layer {number}", kind) for number, (kind, count) in enumerate(kinds) for _ in range(count)]
    assert frame["T"].tolist() == [name for name, _ in expected]
    types = {
        "Point": "esriGeometryPoint",
        "LineString": "esriGeometryPolyline",
        "Polygon": "esriGeometryPolygon",
    }
    assert [types[kind] for kind in frame.geom_type] == [kind for _, kind in expected]
    full = [(number, count) for number, (_, count) in enumerate(kinds) if count]
    if len(full) > 1:
        told = frame.attrs["gpwidgets"]["layers"]
        assert told == [{"name": f"layer {number}", "rows": count} for number, count in full]
    assert len(records_to_frame(ways_to_wrap(layers)[way])) == len(expected)


def test_layers_in_other_systems_are_brought_into_the_first() -> None:
    shifted = layer("b", "esriGeometryPoint", 1, 25832)
    shifted["featureSet"]["features"][0]["geometry"] = {"x": 500000, "y": 5500000}
    with pytest.warns(ReferencesDiffer, match="UTM zone 32N"):
        frame = to_frame({"layers": [layer("a", "esriGeometryPoint", 1), shifted]})
    assert frame.crs == "EPSG:4326"
    expected = pyproj.Transformer.from_crs(25832, 4326, always_xy=True).transform(500000, 5500000)
    assert shapely.get_coordinates(frame.geometry.iloc[1])[0] == pytest.approx(expected, abs=1e-12)


def test_columns_of_one_name_and_two_types_keep_their_values() -> None:
    first, second = layer("a", "esriGeometryPoint", 1), layer("b", "esriGeometryPoint", 1)
    second["layerDefinition"]["fields"][1]["type"] = "esriFieldTypeInteger"
    second["featureSet"]["features"][0]["attributes"]["T"] = 7
    assert to_frame({"layers": [first, second]})["T"].tolist() == ["a", 7]


def test_a_layer_may_be_named_and_an_unknown_name_is_said() -> None:
    notes = {"layers": [layer("a", "esriGeometryPoint", 2), layer("b", "esriGeometryPolygon", 1)]}
    assert len(to_frame(notes, layer="b")) == 1
    assert len(to_frame(json.dumps(notes), layer="a")) == 2
    with pytest.raises(LayerChoice, match="there are: a, b") as caught:
        to_frame(notes, layer="c")
    assert caught.value.layers == ("a", "b")


def test_of_what_is_wanted_all_is_taken_and_the_rest_named() -> None:
    notes = {"layers": [layer("a", "esriGeometryPoint", 2), layer("b", "esriGeometryPolygon", 1)]}
    with pytest.warns(LayersLeftOut, match=r"layers b\. Used: a"):
        assert len(to_frame(notes, kinds=["esriGeometryMultipoint"])) == 2
    with pytest.raises(LayerChoice, match="a, b"):
        to_frame(notes, kinds=["esriGeometryPoint", "esriGeometryPolygon"])


def test_a_file_of_a_collection_lists_its_layers(tmp_path: Path) -> None:
    path = tmp_path / "notes.json"
    path.write_text(
        json.dumps({"layers": [layer("a", "esriGeometryPoint", 2), layer("b", "esriGeometryPoint", 1)]})
    )
    assert layer_names(path) == ["a", "b"]
    assert len(read_layer(path, "a")) == 2
    path.write_text(
        json.dumps({"layers": [layer("a", "esriGeometryPoint", 2), layer("b", "esriGeometryPoint", 0)]})
    )
    assert layer_names(path) == []


@pytest.mark.parametrize("name", ["town.gpkg", "town.gdb"])
def test_files_of_several_layers_ask_for_one(name: str, tmp_path: Path) -> None:
    path, driver = tmp_path / name, "GPKG" if name.endswith("gpkg") else "OpenFileGDB"
    for stem, shape in (("roads", shapely.LineString([(0, 0), (1, 1)])), ("parks", shapely.box(0, 0, 1, 1))):
        frame = geopandas.GeoDataFrame({"n": np.array([1], dtype="int32")}, geometry=[shape], crs=4326)
        frame.to_file(path, layer=stem, driver=driver)
    with pytest.raises(LayerChoice) as caught:
        to_frame(path)
    assert sorted(caught.value.layers) == ["parks", "roads"]
    for value, options in ((path, {"layer": "parks"}), (f"{path}|layername=parks", {})):
        assert to_frame(value, **options).geom_type.iloc[0] in ("Polygon", "MultiPolygon")


def test_the_only_layer_with_features_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "town.gpkg"
    empty = geopandas.GeoDataFrame({"n": []}, geometry=[], crs=4326)
    empty.to_file(path, layer="a", driver="GPKG", geometry_type="Point")
    frame = geopandas.GeoDataFrame({"n": [1, 2]}, geometry=[shapely.Point(1, 2)] * 2, crs=4326)
    frame.to_file(path, layer="b", driver="GPKG")
    assert len(to_frame(path)) == 2


# References of single geometries

SYSTEMS = [4326, 3857, 25832, 2193, 102100]
rows_with_systems = st.lists(
    st.tuples(st.none() | st.sampled_from(SYSTEMS), st.booleans()), min_size=1, max_size=6
)


@settings(max_examples=60)
@given(st.none() | st.sampled_from(SYSTEMS), rows_with_systems)
def test_every_place_is_where_its_own_reference_says(common: int | None, rows: list[Any]) -> None:
    known = [common, *(own for own, there in rows if there)]
    main = next((code for code in known if code is not None), None)
    features, expected = [], []
    for number, (own, there) in enumerate(rows):
        lon, lat = 9.0 + number, 48.0 + number
        code = own or common or main or 4326
        x, y = pyproj.Transformer.from_crs(4326, esri(code), always_xy=True).transform(lon, lat)
        geometry: Any = {"x": x, "y": y, **({"spatialReference": {"wkid": own}} if own else {})}
        features.append({"attributes": {}, "geometry": geometry if there else None})
        expected.append((lon, lat) if there else None)
    told: dict[str, Any] = {"geometryType": "esriGeometryPoint", "features": features}
    if common is not None:
        told["spatialReference"] = {"wkid": common}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        frame = read_features(orjson.dumps(told))
    if main is None:
        assert frame.crs is None
        return
    assert frame.crs == esri(main)
    back = pyproj.Transformer.from_crs(frame.crs, 4326, always_xy=True)
    for shape, place in zip(frame.geometry, expected, strict=True):
        assert (shape is None) == (place is None)
        if place is not None:
            assert back.transform(shape.x, shape.y) == pytest.approx(place, abs=1e-6)
    codes = {esri(own or common) if own or common else None for own, there in rows if there}
    assert bool(said) == bool(codes - {esri(main)})


def esri(code: int | None) -> Any:
    return None if code is None else f"EPSG:{3857 if code == 102100 else code}"


def test_a_reference_that_is_not_known_is_said() -> None:
    rows = [
        {"geometry": {"x": 1, "y": 2, "spatialReference": {"wkid": 4326}}},
        {"geometry": {"x": 3, "y": 4, "spatialReference": {"wkid": 999_999}}},
    ]
    with pytest.warns(ReferencesDiffer, match="999999"):
        frame = read_features(orjson.dumps({"features": rows}))
    assert frame.crs == "EPSG:4326"


def test_zero_means_that_nothing_is_said_of_all() -> None:
    rows = [{"geometry": {"x": 1, "y": 2, "spatialReference": {"wkid": 2193}}}]
    frame = read_features(orjson.dumps({"spatialReference": {"wkid": 0}, "features": rows}))
    assert frame.crs == "EPSG:2193"


# The same in GeoJSON of old drafts

MEMBERS = [
    {"type": "EPSG", "properties": {"code": 31370}},
    {"type": "EPSG", "properties": {"code": "31370"}},
    {"type": "epsg", "properties": {"code": 31370, "coordinate_order": [1, 0]}},
    {"type": "name", "properties": {"name": "EPSG:31370"}},
    {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::31370"}},
    {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG:6.9:31370"}},
    {"type": "OGC", "properties": {"urn": "urn:ogc:def:crs:EPSG::31370"}},
    {"properties": {"name": "http://www.opengis.net/def/crs/EPSG/0/31370"}},
]


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: json.dumps(member)[:60])
@pytest.mark.parametrize("place", ["collection", "feature", "geometry"])
def test_old_crs_members_of_geojson(member: Any, place: str) -> None:
    geometry: dict[str, Any] = {"type": "Point", "coordinates": [150000, 170000]}
    feature: dict[str, Any] = {"type": "Feature", "properties": {}, "geometry": geometry}
    whole: dict[str, Any] = {"type": "FeatureCollection", "features": [feature]}
    {"collection": whole, "feature": feature, "geometry": geometry}[place]["crs"] = member
    frame = to_frame(whole)
    assert frame.crs == "EPSG:31370"
    assert frame.geometry.iloc[0] == shapely.Point(150000, 170000)


def test_features_of_geojson_in_other_systems_are_moved() -> None:
    places = {4326: [4.37, 50.84], 31370: [150000, 170000]}
    for codes in itertools.permutations(places):
        features = [
            {
                "type": "Feature",
                "properties": {},
                "crs": {"type": "EPSG", "properties": {"code": code}},
                "geometry": {"type": "Point", "coordinates": places[code]},
            }
            for code in codes
        ]
        with pytest.warns(UserWarning, match="has been brought into"):
            frame = to_frame({"type": "FeatureCollection", "features": features})
        assert frame.crs == f"EPSG:{codes[0]}"
        first, second = frame.to_crs(31370).geometry
        assert first.distance(second) < 2000
