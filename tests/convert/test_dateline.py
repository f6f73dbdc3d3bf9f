"""Shapes across 180 degrees: nothing of them is lost, and they are seen whole."""

from __future__ import annotations

from typing import Any

import geopandas
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import mapping, shape

from gpwidgets.convert.geometry.circles import circle_of, circle_polygon
from gpwidgets.convert.geometry.dateline import (
    joined_geometry,
    narrow_bounds,
    shown_geometry,
    wrap_geometry,
)
from gpwidgets.convert.geometry.splitting import wrap_shape
from gpwidgets.convert.user_input.checks import wrap_frame

GEOD = Geod(ellps="WGS84")
CROSSING = shapely.box(175.0, -5.0, 190.0, 5.0)
SPLIT = shapely.MultiPolygon([shapely.box(175.0, -5.0, 180.0, 5.0), shapely.box(-180.0, -5.0, -170.0, 5.0)])


def geojson(geometry: shapely.Geometry) -> dict[str, Any]:
    return dict(mapping(geometry))


@given(st.floats(-179, 179), st.floats(-60, 60), st.floats(0.5, 150), st.floats(0.5, 20), st.integers(-3, 3))
def test_wrapping_keeps_the_ground(lon: float, lat: float, wide: float, tall: float, turns: int) -> None:
    drawn = shapely.box(lon + 360 * turns, lat, lon + 360 * turns + wide, lat + tall)
    wrapped = shape(wrap_geometry(geojson(drawn)))
    assert wrapped.bounds[0] >= -180.0
    assert wrapped.bounds[2] <= 180.0
    assert wrapped.area == pytest.approx(drawn.area, rel=1e-9)
    assert wrap_shape(drawn).equals(wrapped)
    assert wrap_shape(wrapped) is wrapped


def test_a_polygon_across_180_degrees_is_split_into_the_two_parts_that_shapely_cuts() -> None:
    assert shape(wrap_geometry(geojson(CROSSING))).equals(SPLIT)
    assert shape(joined_geometry(geojson(SPLIT))).equals(CROSSING)


def test_a_line_across_180_degrees_is_joined_to_one() -> None:
    line = shapely.LineString([(170, 0), (185, 5), (190, 0)])
    split = wrap_geometry(geojson(line))
    assert split["type"] == "MultiLineString"
    joined = shape(joined_geometry(split))
    assert joined.geom_type == "LineString"
    assert joined.length == pytest.approx(line.length)


def test_a_split_shape_is_drawn_whole_on_both_sides_of_the_map() -> None:
    shown = shape(shown_geometry(geojson(SPLIT)))
    west, east = sorted(part.bounds for part in shown.geoms)
    assert west == (-185.0, -5.0, -170.0, 5.0)
    assert east == (175.0, -5.0, 190.0, 5.0)


@pytest.mark.parametrize(
    "geometry",
    [
        shapely.Point(180, 0),
        shapely.box(-180, -90, 180, 90),
        shapely.MultiPolygon([shapely.box(170, 0, 180, 1), shapely.box(-180, 5, -170, 6)]),
        shapely.MultiPoint([(-180, 0), (180, 0)]),
    ],
    ids=["a point", "the world", "parts that do not meet", "points"],
)
def test_what_was_not_split_is_left_as_it_is(geometry: shapely.Geometry) -> None:
    assert shape(joined_geometry(geojson(geometry))).equals(geometry)
    assert shape(shown_geometry(geojson(geometry))).equals(geometry)


@given(st.floats(-180, 180), st.floats(-70, 70), st.floats(10, 500_000))
def test_centre_and_radius_of_a_circle_come_back(lon: float, lat: float, radius: float) -> None:
    found = circle_of(wrap_geometry(circle_polygon(lon, lat, radius)))
    assert GEOD.inv(lon, lat, found[0], found[1])[2] < 1e-3 * radius + 1e-3
    assert found[2] == pytest.approx(radius, rel=1e-3)


def test_the_box_around_shapes_on_both_sides_of_180_degrees_is_the_narrow_one() -> None:
    assert narrow_bounds([SPLIT]) == (175.0, -5.0, -170.0, 5.0)
    assert narrow_bounds([shapely.box(-10, 0, 10, 1)]) == (-10.0, 0.0, 10.0, 1.0)
    assert narrow_bounds([None, shapely.Point()]) is None


def test_a_frame_of_longitudes_up_to_360_is_brought_back_and_any_other_is_untouched() -> None:
    frame = geopandas.GeoDataFrame(
        {"n": [1, 2, 3]}, geometry=[shapely.Point(200, 1), CROSSING, None], crs=4326
    )
    wrapped = wrap_frame(frame)
    assert wrapped.geometry.iloc[0].equals(shapely.Point(-160, 1))
    assert wrapped.geometry.iloc[1].equals(SPLIT)
    assert list(wrapped["n"]) == [1, 2, 3]
    assert wrap_frame(wrapped) is wrapped
    metres = frame.iloc[:1].set_crs(32633, allow_override=True)
    assert wrap_frame(metres) is metres
