"""Frames to feature sets, and back to the same frames."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from convert.strategies import assert_same_shapes, frame_of, geometry_columns, polygons
from hypothesis import given

from gpwidgets.convert.featuresets.frames import (
    features_to_frame,
    frame_to_features,
    frame_to_records,
    read_features,
    records_to_frame,
    write_features,
)
from gpwidgets.errors import ConversionError

POINT = shapely.Point(1, 2)


def fields_of(frame: Any) -> dict[str, str]:
    return {field["name"]: field["type"] for field in frame_to_features(frame)["fields"]}


def area(ring: list[list[float]]) -> float:
    xy = np.array(ring)[:, :2] - ring[0][:2]
    return float(np.sum(xy[:-1, 0] * xy[1:, 1] - xy[1:, 0] * xy[:-1, 1]) / 2)


@given(geometry_columns())
def test_geometries_come_back_as_they_were(shapes: list[Any]) -> None:
    frame = frame_of(shapes, name=[str(number) for number in range(len(shapes))])
    back = read_features(write_features(frame))
    assert_same_shapes(back.geometry, frame.geometry)
    assert back["name"].tolist() == frame["name"].tolist()
    assert back.crs == frame.crs


@given(polygons())
def test_outer_rings_run_clockwise_holes_the_other_way_and_all_are_closed(shape: Any) -> None:
    (feature,) = frame_to_features(frame_of([shape]))["features"]
    rings = feature["geometry"]["rings"]
    assert all(ring[0] == ring[-1] for ring in rings)
    parts = shapely.get_parts(shape)
    assert sum(area(ring) < 0 for ring in rings) == len(parts)
    assert len(rings) == sum(1 + len(part.interiors) for part in parts)


@given(geometry_columns())
def test_plain_and_fast_forms_are_the_same(shapes: list[Any]) -> None:
    frame = frame_of(shapes)
    assert orjson.loads(write_features(frame)) == frame_to_features(frame)


def test_the_reference_goes_along_in_both_spellings() -> None:
    told = frame_to_features(frame_of([POINT], crs=3857))
    assert told["spatialReference"] == {"wkid": 102100, "latestWkid": 3857}
    assert "spatialReference" not in frame_to_features(frame_of([POINT], crs=None))


def test_z_is_told_and_missing_z_is_null() -> None:
    told = frame_to_features(frame_of([shapely.Point(1, 2, 3), POINT]))
    assert told["hasZ"] is True
    assert [row["geometry"] for row in told["features"]] == [
        {"x": 1.0, "y": 2.0, "z": 3.0},
        {"x": 1.0, "y": 2.0, "z": None},
    ]
    assert frame_to_features(frame_of([POINT]))["hasZ"] is False


def test_missing_and_empty_geometries_are_null() -> None:
    told = frame_to_features(frame_of([None, shapely.Point(), POINT, shapely.GeometryCollection()]))
    assert [row["geometry"] for row in told["features"]] == [None, None, {"x": 1.0, "y": 2.0}, None]
    assert told["geometryType"] == "esriGeometryPoint"


def test_points_among_multipoints_become_multipoints_with_their_z() -> None:
    told = frame_to_features(frame_of([shapely.Point(1, 2, 3), shapely.MultiPoint([(4, 5, 6), (7, 8, 9)])]))
    assert told["geometryType"] == "esriGeometryMultipoint"
    assert told["features"][0]["geometry"] == {"points": [[1.0, 2.0, 3.0]]}


def test_kinds_that_do_not_go_together_are_refused_by_name() -> None:
    line = shapely.LineString([(0, 0), (1, 1)])
    with pytest.raises(ConversionError, match=r"points and polylines"):
        write_features(frame_of([POINT, line]))
    with pytest.raises(ConversionError, match=r"explode\(\)"):
        write_features(frame_of([shapely.GeometryCollection([POINT])]))


def test_an_empty_frame_keeps_its_columns_and_its_kind() -> None:
    read = features_to_frame(
        {
            "geometryType": "esriGeometryPolygon",
            "fields": [{"name": "n", "type": "esriFieldTypeInteger"}],
            "features": [],
        }
    )
    told = frame_to_features(read)
    assert told["geometryType"] == "esriGeometryPolygon"
    assert [field["name"] for field in told["fields"]] == ["n"]
    assert told["features"] == []


def test_coordinates_are_rounded_on_demand_only() -> None:
    frame = frame_of([shapely.Point(1.23456, -0.00001)])
    assert orjson.loads(write_features(frame, decimals=2))["features"][0]["geometry"] == {"x": 1.23, "y": 0.0}
    assert frame_to_features(frame)["features"][0]["geometry"] == {"x": 1.23456, "y": -0.00001}


def test_columns_become_fields_of_the_smallest_type_that_old_servers_know() -> None:
    frame = frame_of(
        [POINT, POINT],
        small=np.array([1, 2], dtype=np.int16),
        whole=[1, 2],
        big=[1, 2**40],
        number=[1.5, np.nan],
        text=["a", None],
        yes=[True, False],
        moment=pd.to_datetime(["2020-01-01", None]),
        day=[date(2020, 1, 1), None],
        amount=[Decimal("1.5"), None],
        some=pd.array([1, None], dtype="Int32"),
    )
    assert fields_of(frame) == {
        "small": "esriFieldTypeSmallInteger",
        "whole": "esriFieldTypeInteger",
        "big": "esriFieldTypeBigInteger",
        "number": "esriFieldTypeDouble",
        "text": "esriFieldTypeString",
        "yes": "esriFieldTypeSmallInteger",
        "moment": "esriFieldTypeDate",
        "day": "esriFieldTypeDate",
        "amount": "esriFieldTypeDouble",
        "some": "esriFieldTypeInteger",
    }
    first, second = (row["attributes"] for row in frame_to_features(frame)["features"])
    assert first == {
        "small": 1,
        "whole": 1,
        "big": 1,
        "number": 1.5,
        "text": "a",
        "yes": 1,
        "moment": 1577836800000,
        "day": 1577836800000,
        "amount": 1.5,
        "some": 1,
    }
    assert all(second[name] is None for name in ("number", "text", "moment", "day", "amount", "some"))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(1969, 12, 31, 23, 59, 59, 999000, UTC), -1),
        (pd.Timestamp("1969-12-31T23:59:59.999Z"), -1),
        (pd.Timestamp("2020-01-01T02:00:00+02:00"), 1577836800000),
        (datetime(1, 1, 1), -62135596800000),
        (datetime(9999, 12, 31, 23, 59, 59), 253402300799000),
    ],
)
def test_moments_become_milliseconds_since_1970(moment: Any, expected: int) -> None:
    frame = frame_of([POINT], when=pd.Series([moment], dtype=object))
    assert frame_to_features(frame)["features"][0]["attributes"]["when"] == expected


def test_numbers_that_are_not_finite_are_null() -> None:
    frame = frame_of([POINT] * 3, v=[np.inf, -np.inf, np.nan])
    assert [row["attributes"]["v"] for row in frame_to_features(frame)["features"]] == [None] * 3


def test_further_geometry_columns_are_left_out() -> None:
    frame = frame_of([POINT], n=[1])
    frame["centre"] = frame.geometry
    assert fields_of(frame) == {"n": "esriFieldTypeInteger"}


def test_what_json_cannot_hold_is_told_as_a_conversion_error() -> None:
    with pytest.raises(ConversionError, match="64"):
        write_features(frame_of([POINT], n=pd.Series([2**70], dtype=object)))
    with pytest.raises(ConversionError, match="no geometry column"):
        write_features(pd.DataFrame({"a": [1]}))


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(ConversionError, match="'a'"):
        frame_to_records(pd.DataFrame([[1, 2]], columns=["a", "a"]))


def test_records_come_back_as_they_were() -> None:
    table = pd.DataFrame({"a": pd.array([1, None], dtype="Int32"), "b": ["x", None], "c": [0.5, np.nan]})
    back = records_to_frame(frame_to_records(table))
    pd.testing.assert_frame_equal(back, table, check_dtype=False)
    assert frame_to_records(pd.DataFrame(index=range(2)))["features"] == [{"attributes": {}}] * 2


def test_aliases_domains_and_types_of_a_frame_that_was_read_stay() -> None:
    domain = {"type": "codedValue", "name": "D", "codedValues": [{"name": "One", "code": 1}]}
    fields = [
        {"name": "id", "type": "esriFieldTypeOID", "alias": "Id"},
        {"name": "kind", "type": "esriFieldTypeInteger", "alias": "Kind of it", "domain": domain},
        {"name": "guid", "type": "esriFieldTypeGUID", "alias": "guid"},
        {"name": "day", "type": "esriFieldTypeDateOnly", "alias": "day"},
        {"name": "at", "type": "esriFieldTypeTimeOnly", "alias": "at"},
        {"name": "since", "type": "esriFieldTypeTimestampOffset", "alias": "since"},
        {"name": "when", "type": "esriFieldTypeDate", "alias": "when"},
    ]
    row = {
        "id": 7,
        "kind": 1,
        "guid": "{0B2F0B3E-0000-4000-8000-000000000000}",
        "day": "2025-09-15",
        "at": "13:05:00",
        "since": "2025-09-15T13:05:00+02:00",
        "when": 1577836800123,
    }
    sent = {"geometryType": "esriGeometryPoint", "fields": fields, "features": [{"attributes": row}]}
    told = frame_to_features(features_to_frame(sent))
    assert told["fields"] == fields
    assert told["features"] == [{"attributes": row, "geometry": None}]


@pytest.mark.parametrize(
    ("column", "kind", "values"),
    [
        (pd.Series([1, None, -(2**31)], dtype="Int64"), "Integer", [1, None, -(2**31)]),
        (pd.Series([1, None, 2**31], dtype="Int64"), "BigInteger", [1, None, 2**31]),
        (pd.Series([1, None], dtype="Int16"), "SmallInteger", [1, None]),
        (pd.Series([65535, 0], dtype="uint16"), "Integer", [65535, 0]),
        (pd.Series([True, None], dtype="boolean"), "SmallInteger", [1, None]),
        (pd.Series([0.1, None, np.inf], dtype="Float64"), "Double", [0.1, None, None]),
        (pd.Series([0.5, np.nan, -np.inf], dtype="float32"), "Double", [0.5, None, None]),
        (pd.Series([1, 2.5, None, np.nan], dtype=object), "Double", [1, 2.5, None, None]),
        (pd.Series(["a", None, np.nan, 3], dtype=object), "String", ["a", None, None, "3"]),
        (pd.Series(["a", None]), "String", ["a", None]),
        (pd.Series(["a", None], dtype="category"), "String", ["a", None]),
        (pd.to_datetime(pd.Series(["1969-12-31T23:59:59.9995", None])), "Date", [-1, None]),
        (pd.to_datetime(pd.Series(["2020-01-01T00:00+02:00"])), "Date", [1577829600000]),
    ],
)
def test_columns_of_every_kind_become_what_servers_read(column, kind, values) -> None:
    told = frame_to_records(pd.DataFrame({"C": column}))
    assert told["fields"][0]["type"] == f"esriFieldType{kind}"
    assert [row["attributes"]["C"] for row in told["features"]] == values
    assert [type(row["attributes"]["C"]) for row in told["features"]] == [type(value) for value in values]
