"""Frames as pictures of a map: what is drawn of them, and how finely."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import orjson
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from gpwidgets.convert.rendering.map_shapes import Drawn, MapShapes, pixel_size

ALL = {"limit": 10**6, "max_vertices": 10**9}
COARSE = {"limit": 10**6, "max_vertices": 0}


def shapes_of(drawn: Drawn) -> dict[int, shapely.Geometry]:
    return {one["id"]: shape(one["geometry"]) for one in orjson.loads(drawn.text)}


def frame(*shapes: shapely.Geometry | None, crs: object = 4326) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


EVERY_KIND = (
    shapely.Point(1, 2),
    shapely.MultiPoint([(1, 2), (3, 4)]),
    shapely.LineString([(0, 0), (5, 5), (6, 1)]),
    shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3)]]),
    shapely.box(0, 0, 10, 10).difference(shapely.box(4, 4, 5, 5)),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(3, 3, 4, 4)]),
    shapely.GeometryCollection([shapely.Point(7, 7), shapely.box(8, 8, 9, 9)]),
)


@pytest.mark.parametrize("crs", [None, 4326, 3857, 32632, 3035])
def test_every_kind_of_shape_is_drawn_where_geopandas_puts_it(crs: int | None) -> None:
    gdf = frame(*EVERY_KIND)
    moved = gdf.set_crs(None, allow_override=True) if crs is None else gdf.to_crs(crs)
    found = shapes_of(MapShapes(moved).draw(0.001, **ALL))
    assert list(found) == list(range(len(gdf)))
    for number, drawn in found.items():
        assert drawn.geom_type == gdf.geometry.iloc[number].geom_type
        assert shapely.hausdorff_distance(drawn, gdf.geometry.iloc[number]) < 2e-6


def test_height_is_left_out_and_the_frame_is_not_changed() -> None:
    gdf = frame(shapely.Point(1, 2, 3))
    assert orjson.loads(MapShapes(gdf).draw(1, **ALL).text)[0]["geometry"]["coordinates"] == [1, 2]
    assert gdf.geometry.iloc[0].has_z


def test_rows_without_a_place_are_left_out_and_the_others_keep_their_number() -> None:
    gdf = frame(None, shapely.Point(1, 1), shapely.Polygon(), shapely.Point(2, 2))
    picture = MapShapes(gdf)
    assert list(shapes_of(picture.draw(1, **ALL))) == [1, 3]
    assert picture.missing == 1
    assert picture.bounds == (1, 1, 2, 2)


def test_a_shape_that_the_projection_has_no_answer_for_is_left_out() -> None:
    gdf = frame(shapely.Point(500_000, 5_000_000), shapely.Point(1e30, 1e30), crs=32632)
    picture = MapShapes(gdf)
    assert list(shapes_of(picture.draw(1, **ALL))) == [0]
    assert picture.bounds is not None
    assert all(map(math.isfinite, picture.bounds))


def test_nothing_to_see_has_no_bounds() -> None:
    assert MapShapes(frame(None)).bounds is None
    assert MapShapes(frame()).draw(1, **ALL).text == b"[]"


@pytest.mark.parametrize("crs", [4326, 3857, 32632])
def test_a_coarse_outline_is_off_by_less_than_the_tolerance_and_has_fewer_vertices(crs: int) -> None:
    disc = frame(shapely.Point(9, 50).buffer(1, quad_segs=500))
    drawn = MapShapes(disc.to_crs(crs)).draw(0.01, **COARSE)
    (found,) = shapes_of(drawn).values()
    assert drawn.tolerance == 0.005
    assert shapely.hausdorff_distance(found, disc.geometry.iloc[0]) < 0.01
    assert shapely.get_num_coordinates(found) < 200


@given(
    st.lists(
        st.tuples(st.floats(-150, 150), st.floats(-70, 70), st.floats(1e-6, 20)), min_size=1, max_size=30
    ),
    st.integers(0, 18),
)
def test_no_feature_vanishes_however_small_it_is(places: list[tuple[float, float, float]], zoom: int) -> None:
    gdf = frame(*(shapely.Point(x, y).buffer(size, quad_segs=12) for x, y, size in places))
    drawn = MapShapes(gdf).draw(pixel_size(zoom), **COARSE)
    found = shapes_of(drawn)
    assert list(found) == list(range(len(places)))
    for one in found.values():
        west, south, east, north = one.bounds
        assert max(east - west, north - south) > 0.3 * pixel_size(zoom)  # a pixel at 70 degrees north is less


def test_even_where_every_vertex_is_kept_what_is_smaller_than_a_pixel_is_drawn() -> None:
    tiny = shapely.Point(0, 0).buffer(1e-5)
    path = shapely.LineString([(1, 1), (1.00001, 1)])
    drawn = MapShapes(frame(tiny, path, shapely.Point(2, 2))).draw(0.1, **ALL)
    area, line, point = shapes_of(drawn).values()
    assert area.bounds == pytest.approx((-0.075, -0.075, 0.075, 0.075), abs=0.01)
    assert line.length == pytest.approx(0.15, abs=0.02)
    assert point.coords[0] == (2, 2)
    assert drawn.tolerance > 0
    assert MapShapes(frame(tiny, path)).draw(1e-7, **ALL).tolerance == 0


def test_of_too_many_features_the_largest_of_each_spot_are_drawn() -> None:
    places = [(x, y) for x in range(30) for y in range(30)]
    small = [shapely.Point(place).buffer(0.01) for place in places]
    large = shapely.Point(3.2, 3.2).buffer(0.4)
    drawn = MapShapes(frame(*small, large)).draw(0.001, limit=100, max_vertices=10**9)
    found = shapes_of(drawn)
    assert 20 <= drawn.count <= 100
    assert drawn.in_view == 901
    assert 900 in found
    spread = np.array([one.centroid.coords[0] for one in found.values()])
    assert (spread.max(axis=0) - spread.min(axis=0) > 24).all()


@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=1, max_size=30),
    st.integers(5, 12),
    st.integers(1, 30),
)
def test_of_too_many_points_one_is_drawn_near_each(
    places: list[tuple[float, float]], zoom: int, few: int
) -> None:
    pixel = pixel_size(zoom)
    picture = MapShapes(frame(*map(shapely.Point, [*places, places[0]])))
    few = min(few, len(places))
    assert 1 <= picture.draw(pixel, limit=few, max_vertices=10**9).count <= few
    drawn = picture.draw(pixel, limit=len(places), max_vertices=10**9)
    assert drawn.in_view == len(places) + 1
    found = shapely.points([one.coords[0] for one in shapes_of(drawn).values()])
    assert drawn.count == len(found)
    far = shapely.distance(shapely.points(places)[:, None], found[None, :]).min(axis=1)
    assert far.max() <= 6 * math.sqrt(2) * pixel + 1e-6


def test_cells_far_smaller_than_what_they_lie_in_are_no_burden() -> None:
    crowd = [shapely.Point(x / 1e4, 0) for x in range(200)]
    drawn = MapShapes(frame(shapely.Point(170, 80), *crowd)).draw(1e-9, limit=150, max_vertices=10**9)
    assert set(shapes_of(drawn)) >= {0}
    assert 2 <= drawn.count <= 150


@pytest.mark.parametrize("crs", [4326, 3857])
def test_a_window_draws_what_touches_it(crs: int) -> None:
    gdf = frame(*(shapely.box(x, 0, x + 0.5, 0.5) for x in range(10))).to_crs(crs)
    picture = MapShapes(gdf)
    assert list(shapes_of(picture.draw(1, window=(2.4, 0.1, 4.1, 0.2), **ALL))) == [2, 3, 4]
    assert picture.rows_in((2.4, 0.1, 4.1, 0.2)) == [2, 3, 4]


def test_rows_in_a_box_are_those_whose_shape_touches_it_not_only_their_bounds() -> None:
    diagonal = shapely.LineString([(0, 0), (10, 10)])
    assert MapShapes(frame(diagonal)).rows_in((6, 1, 8, 2)) == []
    assert MapShapes(frame(diagonal)).rows_in((6, 1, 8, 7)) == [0]


def test_styles_go_with_the_features_they_are_for() -> None:
    gdf = frame(shapely.Point(0, 0), None, shapely.Point(1, 1))
    codes = np.array([1, 0, 0])
    text = MapShapes(gdf).draw(1, styles=(b'{"color":"red"}', b'{"color":"blue"}'), codes=codes, **ALL).text
    looks = {one["id"]: one["properties"]["style"]["color"] for one in orjson.loads(text)}
    assert looks == {0: "blue", 2: "red"}
