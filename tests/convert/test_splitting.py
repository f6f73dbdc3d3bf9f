"""Shapes across 180 degrees: cut there, nothing lost, heights and measures on the line between."""

from __future__ import annotations

import math
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st

from gpwidgets.convert.geometry.splitting import unwound, wrap_shape
from gpwidgets.convert.geometry.vertices import KEEPS_MEASURES, has_m, vertices, with_vertices
from gpwidgets.convert.user_input.checks import simplify_frame, split_crossing, valid_frame, wrap_frame

lons, lats = st.floats(-540, 540), st.floats(-85, 85)
steps = st.lists(st.tuples(st.floats(-60, 60), lats), min_size=1, max_size=6)


def measured(shape: shapely.Geometry, rule: Any, z: bool, m: bool) -> shapely.Geometry:
    """A shape whose height and measure follow from the place, so that any vertex can be judged."""
    xy = shapely.get_coordinates(shape)
    columns = [xy, *([rule(xy)] if z else []), *([2 * rule(xy)] if m else [])]
    return with_vertices(np.array([shape]), np.column_stack(columns), z=z, m=m and KEEPS_MEASURES)[0]


@given(lons, lats, steps, st.booleans(), st.booleans())
def test_lines_keep_their_length_and_what_lies_along_them(
    lon: float, lat: float, moves: list[Any], z: bool, m: bool
) -> None:
    x = np.cumsum([lon, *(move for move, _ in moves)])
    xy = np.column_stack([x, [lat, *(y for _, y in moves)]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    assume(along[-1] > 1e-6)
    rows = np.column_stack([xy, *([along] if z else []), *([along] if m else [])])
    line = with_vertices(np.array([shapely.LineString(xy)]), rows, z=z, m=m and KEEPS_MEASURES)[0]
    found = wrap_shape(line)
    west, _, east, _ = found.bounds
    assert west >= -180 - 1e-9
    assert east <= 180 + 1e-9
    assert found.length == pytest.approx(line.length, rel=1e-9)
    assert bool(shapely.has_z(found)) == z
    assert bool(has_m(found)) == (m and KEEPS_MEASURES)
    for part in shapely.get_parts(found):
        numbers = vertices(np.array([part]), z=True, m=True)
        lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(numbers[:, :2], axis=0).T))])
        for column in [2] * z + [3] * (m and KEEPS_MEASURES):
            np.testing.assert_allclose(numbers[:, column] - numbers[0, column], lengths, atol=1e-6)


@given(lons, st.floats(-60, 60), st.floats(1, 150), st.floats(1, 20), st.booleans(), st.booleans())
def test_areas_keep_their_size_and_the_slope_they_lie_on(
    lon: float, lat: float, wide: float, tall: float, z: bool, m: bool
) -> None:
    hole = shapely.box(lon + wide * 0.25, lat + tall * 0.25, lon + wide * 0.75, lat + tall * 0.75)
    area = shapely.Polygon(
        shapely.box(lon, lat, lon + wide, lat + tall).exterior.coords, [hole.exterior.coords]
    )
    found = wrap_shape(measured(area, lambda xy: 3 * xy[:, 1] + 7, z, m))
    assert found.is_valid
    assert found.area == pytest.approx(area.area, rel=1e-9)
    west, _, east, _ = found.bounds
    assert west >= -180
    assert east <= 180
    numbers = vertices(np.array([found]), z=True, m=True)
    expected = 3 * numbers[:, 1] + 7
    if z:
        np.testing.assert_allclose(numbers[:, 2], expected, atol=1e-6)
    if m and KEEPS_MEASURES:
        np.testing.assert_allclose(numbers[:, 3], 2 * expected, atol=1e-6)


@given(st.floats(-540, 540), lats, st.integers(0, 3))
def test_a_point_stays_one_point_at_its_place(lon: float, lat: float, count: int) -> None:
    found = wrap_shape(shapely.Point(lon, lat))
    assert found.geom_type == "Point"
    assert -180 <= found.x <= 180
    assert math.remainder(found.x - lon, 360) == pytest.approx(0, abs=1e-9)
    many = wrap_shape(shapely.MultiPoint([(lon + 360 * turn, lat) for turn in range(count)]))
    assert shapely.get_num_geometries(many) == count


@pytest.mark.parametrize("lon", [-540, -180, 180, 540])
def test_the_meridian_itself_is_one_place(lon: float) -> None:
    found = wrap_shape(shapely.Point(lon, 12))
    assert found.geom_type == "Point"
    assert abs(found.x) == 180


@given(st.floats(60, 85), st.sampled_from([1, -1]), st.integers(3, 8), st.booleans(), st.floats(-180, 180))
def test_an_outline_around_a_pole_holds_the_pole(
    lat: float, side: int, corners: int, clockwise: bool, first: float
) -> None:
    turn = np.linspace(0, 360, corners, endpoint=False) * (-1 if clockwise else 1) + first
    ring = [(math.remainder(lon, 360), side * lat) for lon in turn]
    found = wrap_shape(unwound(shapely.Polygon(ring)))
    assert found.is_valid
    assert found.area == pytest.approx(360 * (90 - lat), rel=1e-6)
    assert abs(found.bounds[3] if side > 0 else found.bounds[1]) == 90


def test_splitting_keeps_heights_and_what_does_not_cross() -> None:
    lines = ["LINESTRING Z (170 0 10, -170 0 30)", "LINESTRING Z (0 0 1, 1 1 2)"]
    frame = geopandas.GeoDataFrame({"a": [1, 2]}, geometry=list(map(shapely.from_wkt, lines)), crs=4326)
    found = split_crossing(frame)
    assert found.geometry.iloc[0].wkt == "MULTILINESTRING Z ((170 0 10, 180 0 20), (-180 0 20, -170 0 30))"
    assert found.geometry.iloc[1] is frame.geometry.iloc[1]


def test_a_line_that_crosses_greenwich_and_180_is_cut_once() -> None:
    line = shapely.LineString([(10, 0), (-10, 0), (-170, 5), (170, 5)])
    frame = geopandas.GeoDataFrame(geometry=[line], crs=4326)
    (found,) = split_crossing(frame).geometry
    assert found.wkt == "MULTILINESTRING ((10 0, -10 0, -170 5, -180 5), (180 5, 170 5))"


def test_grads_end_at_200() -> None:
    frame = geopandas.GeoDataFrame(geometry=[shapely.Point(190, 50), shapely.Point(210, 50)], crs=4807)
    found = wrap_frame(frame).geometry
    assert [shape.x for shape in found] == [190, -190]


WIGGLE = st.lists(st.floats(-1e-4, 1e-4), min_size=8, max_size=20)


@given(WIGGLE, st.booleans(), st.booleans())
def test_simplified_lines_have_vertices_of_the_line(offsets: list[float], z: bool, m: bool) -> None:
    xy = np.column_stack([np.arange(len(offsets)) / 1000, offsets])
    number = np.arange(len(offsets), dtype=float)
    rows = np.column_stack([xy, *([number] if z else []), *([number * 2] if m else [])])
    line = with_vertices(np.array([shapely.LineString(xy)]), rows, z=z, m=m and KEEPS_MEASURES)[0]
    frame = geopandas.GeoDataFrame(geometry=[line, None], crs=4326)
    found = simplify_frame(frame, 20).geometry
    assert found.iloc[1] is None
    left = {tuple(row) for row in np.nan_to_num(vertices(np.array([found.iloc[0]]), z=True, m=True), nan=-1)}
    whole = {tuple(row) for row in np.nan_to_num(vertices(np.array([line]), z=True, m=True), nan=-1)}
    assert left <= whole
    assert bool(has_m(found.iloc[0])) == (m and KEEPS_MEASURES)


@pytest.mark.skipif(not KEEPS_MEASURES, reason="GEOS is older than 3.12")
def test_mended_shapes_keep_heights_and_measures() -> None:
    bow = shapely.from_wkt("POLYGON ZM ((0 0 1 10, 2 2 3 30, 2 0 5 50, 0 2 7 70, 0 0 1 10))")
    (found,) = valid_frame(geopandas.GeoDataFrame(geometry=[bow], crs=4326)).geometry
    assert found.is_valid
    rows = {tuple(row) for row in vertices(np.array([found]), z=True, m=True).tolist()}
    assert rows == {(0, 0, 1, 10), (2, 2, 3, 30), (2, 0, 5, 50), (0, 2, 7, 70), (1, 1, 2, 20)}
