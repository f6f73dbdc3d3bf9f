"""Features looked over before they are sent."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely

from gpwidgets.convert.featuresets.writing import write_features
from gpwidgets.convert.user_input.checks import (
    examine,
    simplify_frame,
    split_crossing,
    valid_frame,
    vertices_of,
    without_empty,
)
from gpwidgets.errors import ConversionError

BOW_TIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def frame(*shapes: object, crs: object = 4326) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"n": range(len(shapes))}, geometry=list(shapes), crs=crs)


def test_nothing_is_said_of_good_features() -> None:
    found = examine(frame(shapely.box(0, 0, 1, 1)))
    assert (found.rows, found.empty, found.invalid, found.crossing, found.vertices) == (1, 0, 0, 0, 5)


def test_the_size_is_near_that_of_what_is_sent() -> None:
    many = frame(*[shapely.Point(n / 7, n / 9).buffer(0.1) for n in range(700)])
    assert examine(many).size == pytest.approx(len(write_features(many)), rel=0.05)


def test_a_polygon_that_crosses_itself_is_found_and_mended() -> None:
    given = frame(BOW_TIE, shapely.box(5, 5, 6, 6), None)
    found = examine(given)
    assert (found.invalid, found.empty) == (1, 1)
    assert found.reason.startswith("Self-intersection")
    mended = valid_frame(given)
    assert examine(mended).invalid == 0
    assert set(mended.geom_type.dropna()) <= {"Polygon", "MultiPolygon"}
    assert mended.geometry.iloc[1].equals(given.geometry.iloc[1])
    assert list(mended["n"]) == [0, 1, 2]
    assert examine(given).invalid == 1  # the given frame is not changed


def test_features_without_a_place_are_left_out() -> None:
    assert list(without_empty(frame(None, shapely.Point(1, 1), shapely.Point()))["n"]) == [1]


@pytest.mark.parametrize("crs", [4326, 32632, 3857])
def test_a_simplified_line_stays_within_the_metres_that_were_asked_for(crs: int) -> None:
    along = np.linspace(0, 1, 2000)
    noise = np.sin(along * 900) * 3  # metres
    metres = np.column_stack([600_000 + along * 20_000, 5_500_000 + along * 5_000 + noise])
    given = frame(shapely.LineString(metres), crs=32632).to_crs(crs)
    simple = simplify_frame(given, 10.0)
    assert vertices_of(simple) < vertices_of(given) / 20
    assert simple.crs == given.crs
    ground = [one.to_crs(32632).geometry.iloc[0] for one in (given, simple)]
    assert shapely.hausdorff_distance(*ground) < 11
    finer = simplify_frame(given, 1.0)
    assert vertices_of(finer) > vertices_of(simple)


def test_simplifying_keeps_every_part_and_refuses_nonsense() -> None:
    small = frame(shapely.MultiPolygon([shapely.box(0, 0, 1e-4, 1e-4), shapely.box(1, 1, 2, 2)]))
    assert len(simplify_frame(small, 1000.0).geometry.iloc[0].geoms) == 2
    with pytest.raises(ConversionError, match="more than 0"):
        simplify_frame(small, 0.0)


def test_an_edge_that_jumps_across_180_degrees_is_found_and_split_there() -> None:
    jumping = shapely.Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)])
    line = shapely.LineString([(170, 0), (-170, 0)])
    world = shapely.box(-180, -90, 180, 90)
    assert examine(frame(jumping)).crossing == 1
    assert examine(frame(line)).crossing == 1
    assert examine(frame(world)).crossing == 0
    split = split_crossing(frame(jumping)).geometry.iloc[0]
    expected = shapely.MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)])
    assert split.equals(expected)
    assert split_crossing(frame(line)).geometry.iloc[0].length == pytest.approx(20)
