"""Feature sets and record sets of servers to frames."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from recorded import recorded

from gpwidgets.convert.featuresets.frames import features_to_frame, read_features, records_to_frame
from gpwidgets.convert.featuresets.source import find_features
from gpwidgets.errors import ConversionError

SET: dict[str, Any] = {
    "displayFieldName": "",
    "geometryType": "esriGeometryPoint",
    "spatialReference": {"wkid": 102100, "latestWkid": 3857},
    "fieldAliases": {"NAME": "Name of it"},
    "fields": [
        {"name": "OBJECTID", "type": "esriFieldTypeOID", "alias": "OBJECTID"},
        {"name": "NAME", "type": "esriFieldTypeString", "alias": "NAME", "length": 50},
        {"name": "Shape", "type": "esriFieldTypeGeometry", "alias": "Shape"},
    ],
    "features": [
        {"attributes": {"OBJECTID": 2, "NAME": "b"}, "geometry": {"x": 1, "y": 2}},
        {"attributes": {"OBJECTID": 1, "NAME": None}, "geometry": None},
    ],
    "exceededTransferLimit": True,
}
WRAPPED = {
    "result": {"paramName": "Out", "dataType": "GPFeatureRecordSetLayer", "value": SET},
    "execute": {"results": [{"paramName": "N", "dataType": "GPLong", "value": 3}, {"value": SET}]},
    "layer": {"layerDefinition": {"name": "L"}, "featureSet": SET},
    "collection": {"layers": [{"layerDefinition": {"name": "L"}, "featureSet": SET}]},
    "collection in a result": {"value": {"featureCollection": {"layers": [{"featureSet": SET}]}}},
}


def test_rows_keep_their_order_columns_that_of_the_fields_and_geometry_comes_last() -> None:
    frame = features_to_frame(SET)
    assert list(frame.columns) == ["OBJECTID", "NAME", "geometry"]
    assert frame["OBJECTID"].tolist() == [2, 1]
    assert frame.geometry.tolist() == [shapely.Point(1, 2), None]
    assert frame.crs == "EPSG:3857"


def test_what_the_server_said_about_it_is_kept() -> None:
    about = features_to_frame(SET).attrs["gpwidgets"]
    assert about["aliases"]["NAME"] == "Name of it"
    assert about["object_id_field"] == "OBJECTID"
    assert about["geometry_type"] == "esriGeometryPoint"
    assert about["truncated"] is True
    assert about["domains"] == {}


@pytest.mark.parametrize("wrapped", WRAPPED.values(), ids=WRAPPED)
def test_the_feature_set_is_found_wherever_it_is(wrapped: Any) -> None:
    frame = read_features(json.dumps(wrapped).encode())
    assert_geodataframe_equal(frame, features_to_frame(SET))


def test_a_body_may_come_in_pieces_cut_anywhere() -> None:
    body = json.dumps(SET).encode()
    pieces = [body[start : start + 7] for start in range(0, len(body), 7)]
    assert_geodataframe_equal(read_features(pieces), read_features(body))


def test_reference_geometry_type_and_fields_may_sit_in_the_layer_definition() -> None:
    inner = {"features": [{"attributes": {"n": 1}, "geometry": {"rings": []}}]}
    layer = {
        "geometryType": "esriGeometryPolygon",
        "extent": {"spatialReference": {"wkid": 4269}},
        "fields": [{"name": "n", "type": "esriFieldTypeSmallInteger"}],
        "objectIdField": "n",
    }
    frame = features_to_frame({"layerDefinition": layer, "featureSet": inner})
    assert frame.crs == "EPSG:4269"
    assert str(frame["n"].dtype) == "Int16"
    assert frame.attrs["gpwidgets"]["geometry_type"] == "esriGeometryPolygon"
    assert frame.attrs["gpwidgets"]["object_id_field"] == "n"


def test_a_feature_set_of_nothing_but_features_is_enough() -> None:
    point = {"x": 1, "y": 2, "spatialReference": {"wkid": 4326}}
    frame = features_to_frame({"features": [{"geometry": point}, {}, None]})
    assert frame.geometry.tolist() == [shapely.Point(1, 2), None, None]
    assert frame.crs == "EPSG:4326"
    assert frame.attrs["gpwidgets"]["geometry_type"] == "esriGeometryPoint"


def test_attributes_may_spell_names_in_another_case_and_hold_more_than_the_fields() -> None:
    rows = [{"attributes": {"Objectid": 1, "extra": 2}}, {"attributes": {"OBJECTID": 2, "extra": None}}]
    frame = features_to_frame({"fields": SET["fields"], "features": rows})
    assert list(frame.columns) == ["OBJECTID", "NAME", "extra", "geometry"]
    assert frame["OBJECTID"].tolist() == [1, 2]
    assert frame["extra"].tolist()[0] == 2


def test_an_attribute_called_geometry_keeps_its_name() -> None:
    frame = features_to_frame({"features": [{"attributes": {"geometry": "a"}, "geometry": {"x": 1, "y": 2}}]})
    assert frame["geometry"].tolist() == ["a"]
    assert frame.geometry.tolist() == [shapely.Point(1, 2)]


def test_no_features_is_an_empty_frame_with_columns_and_crs() -> None:
    frame = features_to_frame({**SET, "features": []})
    assert len(frame) == 0
    assert list(frame.columns) == ["OBJECTID", "NAME", "geometry"]
    assert frame.crs == "EPSG:3857"
    assert str(frame["OBJECTID"].dtype) == "Int64"


def test_nan_is_read_though_it_is_no_json() -> None:
    body = b'{"features": [{"attributes": {"a": NaN}, "geometry": {"x": NaN, "y": NaN}}]}'
    frame = read_features(body)
    assert frame.geometry.tolist() == [None]
    assert np.isnan(frame["a"][0])


def test_records_are_a_plain_table() -> None:
    table = records_to_frame(
        {"paramName": "T", "value": {"fields": SET["fields"], "features": SET["features"]}}
    )
    assert type(table) is pd.DataFrame
    assert list(table.columns) == ["OBJECTID", "NAME"]
    assert len(table) == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "no JSON"),
        (b'{"features": [', "no JSON"),
        (b'{"error": {"code": 500, "message": "Broken tool"}}', "Broken tool"),
        (b'{"a": 1}', "no feature set in an object with 'a'"),
        (b"[]", "no feature set"),
        (b"3", "no feature set"),
        (b'{"type": "FeatureCollection", "features": []}', "GeoJSON"),
    ],
)
def test_what_holds_no_features_says_what_it_is(body: bytes, words: str) -> None:
    with pytest.raises(ConversionError, match=words):
        read_features(body)


def test_quantised_coordinates_are_decoded() -> None:
    transform = {"originPosition": "upperLeft", "scale": [2, 0.5], "translate": [100, 50]}
    line = {"paths": [[[1, 2], [1, 2], [-1, 0]], [[0, 0], [5, 5]]]}
    frame = features_to_frame({"transform": transform, "features": [{"geometry": line}]})
    assert frame.geometry[0].wkt == "MULTILINESTRING ((102 49, 104 48, 102 48), (100 50, 110 47.5))"
    with pytest.raises(ConversionError, match="scale or translate"):
        features_to_frame({"transform": {"scale": [1]}, "features": []})


def has_features(parsed: Any) -> bool:
    """Whether a feature set is where a result, a layer or a list holds one."""
    if isinstance(parsed, list):
        return any(map(has_features, parsed))
    if not isinstance(parsed, dict) or parsed.get("type") == "FeatureCollection":
        return False
    return "features" in parsed or any(
        has_features(parsed.get(key)) for key in ("value", "results", "layers")
    )


KINDS = ("featureset", "result", "result-fragment", "job", "task", "input-value", "pair", "geometry")


@pytest.mark.parametrize("path", recorded(*KINDS), ids=lambda path: path.name)
@pytest.mark.filterwarnings("ignore::gpwidgets.errors.GPWarning")
def test_recorded_answers_read_row_by_row_or_say_why_not(path: Path) -> None:
    parsed = json.loads(path.read_bytes())
    try:
        frame = read_features(path.read_bytes())
    except ConversionError:
        assert not has_features(parsed)
        return
    source = find_features(parsed)
    assert len(frame) == len(source.json.get("features", []))
    assert len(records_to_frame(parsed)) == len(frame)
    assert {field.name for field in source.fields} <= set(frame.columns)


def square(x: float, y: float, size: float, *, clockwise: bool = True) -> list[list[float]]:
    ring = [[x, y], [x, y + size], [x + size, y + size], [x + size, y], [x, y]]
    return ring if clockwise else ring[::-1]


@pytest.mark.parametrize(
    ("rings", "area", "parts"),
    [
        pytest.param([square(0, 0, 9), square(1, 1, 2)], 77, 1, id="a hole that runs like its part"),
        pytest.param(
            [square(0, 0, 9), square(1, 1, 5, clockwise=False), square(2, 2, 1)], 57, 2, id="an island"
        ),
        pytest.param(
            [square(2, 2, 1), square(1, 1, 5), square(0, 0, 9)], 57, 2, id="an island, all running one way"
        ),
        pytest.param(
            [[[0, 0], [0, 9], [9, 9], [5, 4], [9, 0], [0, 0]], [[5, 4], [8, 7.75], [8, 0.8], [5, 4]]],
            81 - 18 + 10.425,
            2,
            id="a part in the notch of another one",
        ),
    ],
)
def test_rings_in_rings_are_parts_or_holes(rings: list[Any], area: float, parts: int) -> None:
    shape = features_to_frame({"features": [{"geometry": {"rings": rings}}]}).geometry[0]
    assert shape.area == pytest.approx(area)
    assert len(shapely.get_parts(shape)) == parts


def test_a_ring_that_ends_at_another_height_ends_at_its_start() -> None:
    ring = [[0, 0, 5], [0, 1, 6], [1, 1, 7], [0, 0, 9]]
    shape = features_to_frame({"hasZ": True, "features": [{"geometry": {"rings": [ring]}}]}).geometry[0]
    assert [list(vertex) for vertex in shape.exterior.coords] == [*ring[:3], ring[0]]


def test_a_frame_is_what_geopandas_makes_of_the_same_columns() -> None:
    body = b"""{"geometryType": "esriGeometryPoint", "spatialReference": {"wkid": 4326}, "fields": [
        {"name": "geometry", "type": "esriFieldTypeString"}, {"name": "n", "type": "esriFieldTypeInteger"}],
        "features": [{"attributes": {"geometry": "a", "n": 1}, "geometry": {"x": 1, "y": 2}}]}"""
    frame = read_features(body)
    made = gpd.GeoDataFrame(pd.DataFrame(frame), geometry="shape", copy=True)
    assert_geodataframe_equal(frame, made)
    assert frame.active_geometry_name == "shape"
    assert frame.copy().crs == frame.iloc[:0].crs == frame.crs == "EPSG:4326"
    assert type(frame[["n", "shape"]]) is gpd.GeoDataFrame
    assert type(frame[["n"]]) is pd.DataFrame
    assert frame.to_crs(3857).geometry.x.round().tolist() == [111319.0]
