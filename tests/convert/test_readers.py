"""Frames from objects, JSON and files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from convert.strategies import assert_same_shapes, frame_of, geometry_columns
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given

from gpwidgets.convert.featuresets.frames import frame_to_features
from gpwidgets.convert.user_input.readers import to_frame
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.features import FeatureSet
from gpwidgets.protocol.values import SpatialReference

POINT = shapely.Point(1, 2)
SQUARE = shapely.box(0, 0, 1, 1)
GEOJSON = {"type": "Point", "coordinates": [1, 2]}
FEATURE = {"type": "Feature", "properties": {"a": 1}, "geometry": GEOJSON}
ESRI = {"x": 1, "y": 2}


class Place:
    """An object of another library."""

    def __init__(self, told: Any) -> None:
        self.__geo_interface__ = told


ONE_POINT: dict[str, Any] = {
    "shapely": POINT,
    "list of shapely": [POINT],
    "tuple of shapely": (POINT,),
    "array of shapely": np.array([POINT]),
    "series of shapely": pd.Series([POINT]),
    "pair": (1, 2),
    "list": [1, 2],
    "numpy pair": np.array([1.0, 2.0]),
    "list of pairs": [(1, 2)],
    "array of pairs": np.array([[1, 2]]),
    "list of numpy pairs": [np.array([1, 2])],
    "geo interface": Place(GEOJSON),
    "geo interface of a feature": Place(FEATURE),
    "list of geo interfaces": [Place(GEOJSON)],
    "GeoJSON geometry": GEOJSON,
    "GeoJSON feature": FEATURE,
    "GeoJSON collection": {"type": "FeatureCollection", "features": [FEATURE]},
    "list of GeoJSON": [GEOJSON],
    "list of GeoJSON features": [FEATURE],
    "GeoJSON text": json.dumps(FEATURE),
    "GeoJSON bytes": b"\xef\xbb\xbf" + json.dumps(FEATURE).encode(),
    "list of WKT": ["POINT (1 2)"],
    "table": pd.DataFrame({"lon": [1], "lat": [2]}),
    "table of text": pd.DataFrame({"Longitude": ["1"], "LATITUDE": ["2"]}),
    "table of WKT": pd.DataFrame({"a": [1], "wkt": ["POINT (1 2)"]}),
    "table of shapely": pd.DataFrame({"a": [1], "place": [POINT]}),
    "columns": {"x": [1], "y": [2]},
    "rows": [{"lng": 1, "lat": 2}],
    "rows as text": '[{"lng": 1, "lat": 2}]',
}
ONE_ESRI_POINT: dict[str, Any] = {
    "geometry": ESRI,
    "feature": {"attributes": {"a": 1}, "geometry": ESRI},
    "feature set": {"features": [{"attributes": {}, "geometry": ESRI}]},
    "feature set view": FeatureSet({"features": [{"geometry": ESRI}]}),
    "result": {"paramName": "p", "value": {"features": [{"geometry": ESRI}]}},
    "list of geometries": [ESRI],
    "list of features": [{"attributes": {"a": 1}, "geometry": ESRI}],
    "text": json.dumps({"features": [{"geometry": ESRI}]}),
}


@pytest.mark.parametrize("value", ONE_POINT.values(), ids=ONE_POINT)
def test_every_form_of_a_point_is_a_frame_in_degrees(value: Any) -> None:
    frame = to_frame(value)
    assert frame.geometry.tolist() == [POINT]
    assert frame.crs == "EPSG:4326"


@pytest.mark.parametrize("value", ONE_ESRI_POINT.values(), ids=ONE_ESRI_POINT)
def test_esri_json_has_the_system_that_it_names_or_the_given_one(value: Any) -> None:
    assert to_frame(value).geometry.tolist() == [POINT]
    assert to_frame(value).crs is None
    assert to_frame(value, crs=3857).crs == "EPSG:3857"
    named = {**ESRI, "spatialReference": {"wkid": 102100}}
    assert to_frame(named, crs=4326).crs == "EPSG:3857"


def test_a_frame_stays_the_same_object() -> None:
    frame = frame_of([POINT], crs=3857, a=[1])
    assert to_frame(frame) is frame
    assert to_frame(frame, crs=4326) is frame
    without = frame_of([POINT], crs=None)
    assert to_frame(without) is without
    assert to_frame(without, crs=3857).crs == "EPSG:3857"
    assert without.crs is None


def test_a_series_keeps_its_system_and_index() -> None:
    series = geopandas.GeoSeries([POINT, None], index=[5, 6], crs=3857)
    frame = to_frame(series)
    assert frame.geometry.tolist() == [POINT, None]
    assert frame.index.tolist() == [5, 6]
    assert frame.crs == "EPSG:3857"
    assert to_frame(geopandas.GeoSeries([POINT])).crs is None


@pytest.mark.parametrize("crs", [3857, "EPSG:3857", SpatialReference(102100, 3857)])
def test_the_given_system_counts_for_data_without_one_but_not_for_geojson(crs: Any) -> None:
    for value in (POINT, [POINT], (1, 2), "1, 2", "POINT (1 2)", {"x": [1], "y": [2]}, Place(GEOJSON)):
        assert to_frame(value, crs=crs).crs == "EPSG:3857"
    assert to_frame(GEOJSON, crs=crs).crs == "EPSG:4326"


@pytest.mark.parametrize(
    ("name", "found"),
    [("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326"), ("urn:ogc:def:crs:EPSG::3857", "EPSG:3857")],
)
def test_an_old_crs_member_of_geojson_counts(name: str, found: str) -> None:
    member = {"type": "name", "properties": {"name": name}}
    assert to_frame({"type": "FeatureCollection", "crs": member, "features": [FEATURE]}).crs == found
    with pytest.raises(ConversionError, match="unknown"):
        to_frame({**GEOJSON, "crs": {"properties": {"name": "nonsense"}}})


def test_columns_stay_and_missing_geometries_are_none() -> None:
    rows = [{"name": "a", "lon": 1, "lat": 2}, {"name": "b", "lon": None, "lat": 2}]
    frame = to_frame(rows)
    assert list(frame.columns) == ["name", "lon", "lat", "geometry"]
    assert frame.geometry.tolist() == [POINT, None]
    features = [FEATURE, {"type": "Feature", "properties": None, "geometry": None}]
    read = to_frame({"type": "FeatureCollection", "features": features})
    assert read.geometry.tolist() == [POINT, None]
    assert read["a"].tolist()[0] == 1
    assert to_frame([POINT, None]).geometry.tolist() == [POINT, None]


def test_a_property_called_geometry_keeps_its_name() -> None:
    frame = to_frame({"type": "Feature", "properties": {"geometry": "x"}, "geometry": GEOJSON})
    assert frame["geometry"].tolist() == ["x"]
    assert frame.geometry.tolist() == [POINT]


@pytest.mark.parametrize(
    "value", [[], (), {"type": "FeatureCollection", "features": []}, "[]", pd.DataFrame({"x": [], "y": []})]
)
def test_nothing_is_an_empty_frame(value: Any) -> None:
    frame = to_frame(value)
    assert len(frame) == 0
    assert frame.crs == "EPSG:4326"


@given(geometry_columns())
def test_geojson_of_a_frame_reads_as_the_frame(shapes: list[Any]) -> None:
    frame = frame_of(shapes, n=list(range(len(shapes))))
    back = to_frame(frame.to_json(), crs=4326)  # of coordinates that cannot be degrees
    assert_same_shapes(back.geometry, frame.geometry)


@given(geometry_columns())
def test_a_feature_set_of_a_frame_reads_as_the_frame(shapes: list[Any]) -> None:
    frame = frame_of(shapes, crs=3857)
    back = to_frame(FeatureSet(frame_to_features(frame)))
    assert_same_shapes(back.geometry, frame.geometry)
    assert back.crs == "EPSG:3857"


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        object(),
        {"a": 1},
        {},
        [None, 5],
        ["a"],
        [object()],
        [(1, 2, 3, 4)],
        [[(1, 2)]],
        {"a": [1], "b": [1, 2]},
        {"lon": ["a"], "lat": ["b"]},
        {"lon": [1], "lat": [100]},
        pd.DataFrame({"a": [1]}),
        geopandas.GeoDataFrame({"a": [1]}),
        {"type": "Polygon", "coordinates": [1]},
        {"type": "Point", "coordinates": "x"},
        {"type": "Feature", "geometry": {"type": "Nothing"}},
        Place({"type": "Nothing"}),
        Place(None),
        {"error": {"code": 400, "message": "No"}},
        Path("missing.gpkg"),
    ],
    ids=lambda value: re.sub(r" (object )?at 0x\w+", "", str(value)),
)
def test_what_holds_no_geometry_is_refused_with_a_sentence(value: Any) -> None:
    with pytest.raises(ConversionError, match=r"\w+ \w+ \w+"):
        to_frame(value)


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(ConversionError, match="no coordinate system"):
        to_frame(POINT, crs="nonsense")


def test_boxes_and_quantised_sets_go_the_same_way() -> None:
    box = {"xmin": 0, "ymin": 0, "xmax": 1, "ymax": 1, "spatialReference": {"wkid": 4326}}
    assert to_frame(box).geometry[0].equals(SQUARE)
    ring = {"rings": [[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]], "spatialReference": {"wkid": 4326}}
    assert_geodataframe_equal(to_frame(json.dumps(ring)), to_frame(ring))


@pytest.mark.parametrize("many", [1, 3])
def test_wkb_is_read_as_text_and_from_tables(many: int) -> None:
    shape = shapely.set_srid(shapely.Point(500000, 5500000), 25832)
    text = "\n".join([shapely.to_wkb(shape, hex=True, include_srid=True)] * many)
    frame = to_frame(text)
    assert frame.crs == "EPSG:25832"
    assert frame.geometry.tolist() == [shapely.Point(500000, 5500000)] * many
    binary = shapely.to_wkb(shapely.Point(1, 2))
    table = to_frame(pd.DataFrame({"n": [1, 2], "geom": [binary, None]}))
    assert table.geometry.tolist() == [shapely.Point(1, 2), None]
    assert table.crs == "EPSG:4326"
    with pytest.raises(ConversionError, match="no WKB"):
        to_frame("01" + "ff" * 25)


def test_a_fourth_number_of_geojson_is_left_out_and_said() -> None:
    line = {"type": "LineString", "coordinates": [[1, 2, 3, 4], [5, 6, 7, 8]]}
    with pytest.warns(UserWarning, match="left out"):
        frame = to_frame(line)
    assert frame.geometry.iloc[0].wkt == "LINESTRING Z (1 2 3, 5 6 7)"
