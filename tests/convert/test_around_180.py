"""Results near 180 degrees and the poles are drawn whole and in one place."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pytest
import shapely

from gpwidgets.convert.rendering.map_shapes import MapShapes
from gpwidgets.widgets.map.layers.viewport import union


def drawn(frame: gpd.GeoDataFrame, **more: Any) -> list[shapely.Geometry]:
    found = MapShapes(frame).draw(0.01, limit=1000, max_vertices=100_000, **more)
    return [shapely.geometry.shape(one["geometry"]) for one in json.loads(found.text)]


FIJI = gpd.GeoDataFrame(geometry=gpd.points_from_xy([179.5, -179.6, 178.0], [-17, -16.5, -18]), crs=4326)


def test_points_on_both_sides_lie_in_one_narrow_box_and_are_drawn_on_both_sides() -> None:
    shapes = MapShapes(FIJI)
    assert shapes.bounds == pytest.approx((178.0, -18.0, -179.6, -16.5))
    xs = sorted(one.x for one in drawn(FIJI))
    assert xs == pytest.approx([-182, -180.5, -179.6, 178, 179.5, 180.4])


def test_a_shape_that_was_split_is_drawn_whole() -> None:
    parts = shapely.MultiPolygon([shapely.box(175, -20, 180, -15), shapely.box(-180, -20, -176, -15)])
    frame = gpd.GeoDataFrame(geometry=[parts], crs=4326)
    assert [one.bounds for one in drawn(frame)] == [(175, -20, 184, -15), (-185, -20, -176, -15)]


def test_outlines_in_a_system_that_goes_on_at_180_make_no_bands() -> None:
    around = gpd.GeoDataFrame(geometry=FIJI.to_crs(3832).buffer(90_000), crs=3832)
    assert all(one.bounds[2] - one.bounds[0] < 5 and one.is_valid for one in drawn(around))
    assert MapShapes(around).crosses


def test_a_shape_around_the_pole_reaches_it() -> None:
    ice = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0).buffer(1.5e6)], crs=3413)
    shapes = MapShapes(ice)
    assert not shapes.crosses
    assert shapes.bounds is not None
    assert (shapes.bounds[0], shapes.bounds[2]) == (-180.0, 180.0)
    (one,) = drawn(ice)
    assert one.bounds == pytest.approx((-180, 76.2, 180, 90), abs=0.1)


@pytest.mark.parametrize("crs", [4326, 3857, 6933])
def test_the_whole_world_stays_as_it_is(crs: int) -> None:
    world = gpd.GeoDataFrame(geometry=[shapely.box(-180, -80, 180, 80)], crs=4326).to_crs(crs)
    shapes = MapShapes(world)
    assert not shapes.crosses
    (one,) = drawn(world)
    assert one.bounds == pytest.approx((-180, -80, 180, 80), abs=0.01)


def test_a_window_beyond_180_finds_what_is_drawn_there() -> None:
    shapes = MapShapes(FIJI)
    assert shapes.rows_in((180.0, -17.0, 181.0, -16.0)) == [1]
    assert shapes.rows_in((-181.0, -18.0, -180.0, -16.9)) == [0]
    assert len(drawn(FIJI, window=(180.0, -17.0, 181.0, -16.0))) == 2


def test_boxes_around_180_are_joined_where_it_is_narrow() -> None:
    assert union([(178.0, -18.0, -179.6, -16.0), (177.0, -20.0, 178.0, -19.0)]) == pytest.approx(
        (177.0, -20.0, -179.6, -16.0)
    )
    assert union([(178.0, -18.0, -179.6, -16.0), (-178.0, 0.0, -177.0, 1.0)]) == pytest.approx(
        (178.0, -18.0, -177.0, 1.0)
    )
    assert union([(178.0, -18.0, -179.6, -16.0), (-10.0, 0.0, 10.0, 1.0)]) == pytest.approx(
        (-10.0, -18.0, -179.6, 1.0)
    )
    assert union([(1.0, 2.0, 3.0, 4.0), (-5.0, 0.0, 0.0, 1.0)]) == (-5.0, 0.0, 3.0, 4.0)
