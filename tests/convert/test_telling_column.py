"""The column that colours a layer as long as nobody has chosen one."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from gpwidgets.convert.rendering.telling_column import telling_column


def frame(columns: dict[str, Any], **about: Any) -> gpd.GeoDataFrame:
    size = len(next(iter(columns.values()))) if columns else 6
    made = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(range(size), range(size)), crs=4326)
    made.attrs["gpwidgets"] = about
    return made


VARIED = [5, 3, 3, 8, 1, 9]


IDS = ["OBJECTID", "FID", "ORIG_FID", "fid_roads", "SiteID", "site_id", "OBJECTID_1", "pointid", "GlobalID"]
SIZES = "Index Shape_Length Shape_Area SHAPE__Area Shape_Leng st_area(shape) Shape.STLength() Area length_m"
PLACES = "x POINT_Y Longitude lat_dd"


@pytest.mark.parametrize(
    "name", [*IDS, *SIZES.split(), "Perimeter", "AREA_KM2", "Area (sq mi)", *PLACES.split()]
)
def test_ids_places_and_sizes_of_shapes_tell_nothing(name: str) -> None:
    assert telling_column(frame({name: VARIED})) is None
    assert telling_column(frame({name: VARIED, "Contour": VARIED})) == ("Contour", False)


@pytest.mark.parametrize(
    "name",
    ["Contour", "GRIDCODE", "gridcode", "humidity", "area_code", "length_of_stay", "z", "Elevation", "Valid"],
)
def test_other_numbers_with_several_values_do(name: str) -> None:
    assert telling_column(frame({name: VARIED})) == (name, False)
    assert telling_column(frame({name: [4.0] * 6})) is None
    assert telling_column(frame({name: [4.0, 4.0, None, np.nan, np.inf, 4.0]})) is None


def test_numbers_of_rows_and_what_the_server_calls_an_id_tell_nothing() -> None:
    assert telling_column(frame({"row": [3, 1, 2, 5, 4, 6]})) is None
    assert telling_column(frame({"key": VARIED}, object_id_field="key")) is None
    assert telling_column(frame({"key": VARIED}, field_types={"key": "esriFieldTypeGUID"})) is None


def test_few_categories_are_taken_where_there_are_no_numbers() -> None:
    kinds = ["a", "b", "a", None, "b", "a"]
    assert telling_column(frame({"OBJECTID": VARIED, "kind": kinds})) == ("kind", True)
    assert telling_column(frame({"kind": kinds, "n": VARIED})) == ("n", False)
    assert telling_column(frame({"seen": [True, False] * 3})) == ("seen", True)
    assert telling_column(frame({"name": list("abcdef")})) is None  # each row has its own
    assert telling_column(frame({"kind": ["a"] * 6})) is None
    assert telling_column(frame({"remark": ["a" * 100, "b" * 100] * 3})) is None
    many = [f"kind {n % 9}" for n in range(90)]
    assert telling_column(frame({"kind": many})) is None
    codes = {"domains": {"class": {"codedValues": [{"code": 1, "name": "one"}, {"code": 2, "name": "two"}]}}}
    assert telling_column(frame({"class": [1, 2, 1, 2, 1, 1]}, **codes)) == ("class", True)


def test_odd_frames_have_none() -> None:
    assert telling_column(frame({"n": [1]})) is None
    assert telling_column(frame({"n": []})) is None
    assert telling_column(frame({"lists": [[1], [2]] * 3})) is None
    assert telling_column(frame({"when": pd.to_datetime(["2024-01-01", "2024-01-02"] * 3)})) is None
    twice = frame({"a": VARIED, "b": VARIED})
    twice.columns = ["a", "a", "geometry"]
    assert telling_column(twice) is None
    assert telling_column(frame({"n": pd.array([1, None, 3, 3, 3, 7], dtype="Int64")})) == ("n", False)
