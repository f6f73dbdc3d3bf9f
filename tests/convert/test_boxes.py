"""Boxes between degrees and the coordinates of servers."""

import geopandas
import pytest
from shapely import Point

from gpwidgets.convert.coordinates.boxes import degrees_box, frame_box, mercator_box
from gpwidgets.protocol.values import Extent, SpatialReference

WORLD = 20037508.342789244


def test_the_world_is_a_square_in_web_mercator() -> None:
    assert mercator_box((-180, -90, 180, 90)) == pytest.approx((-WORLD, -WORLD, WORLD, WORLD), rel=1e-5)


@pytest.mark.parametrize("wkid", [102100, 3857])
def test_a_box_comes_back(wkid: int) -> None:
    box = Extent(*mercator_box((8, 48, 12, 52)), SpatialReference(wkid))
    assert degrees_box(box) == pytest.approx((8, 48, 12, 52))


def test_a_box_in_unknown_coordinates_is_nowhere() -> None:
    assert degrees_box(Extent(0, 0, 1, 1)) is None


def places(count: int, crs: int | None) -> geopandas.GeoDataFrame:
    """Points on a square between 7 and 8 degrees east, 46 and 47 degrees north."""
    side = [number / (count - 1) for number in range(count)]
    points = geopandas.points_from_xy([7 + part for part in side], [46 + part for part in side])
    return (
        geopandas.GeoDataFrame(geometry=points, crs=4326)
        .to_crs(crs or 4326)
        .set_crs(crs, allow_override=True)
    )


@pytest.mark.parametrize("count", [2, 1000, 1001, 5000])
@pytest.mark.parametrize("crs", [4326, 3857, 2056])
def test_the_box_of_a_frame_is_around_all_of_it_and_hardly_more(count: int, crs: int) -> None:
    west, south, east, north = frame_box(places(count, crs))
    assert (west, south, east, north) == pytest.approx((7, 46, 8, 47), abs=0.02)
    assert west < 7.000001
    assert south < 46.000001
    assert east > 7.999999
    assert north > 46.999999


@pytest.mark.parametrize("count", [2, 5000])
def test_what_lies_nowhere_has_no_box(count: int) -> None:
    assert frame_box(places(count, None)) is None
    assert frame_box(places(count, 3857).iloc[:0]) is None
    empty = geopandas.GeoDataFrame(geometry=[Point()] * count, crs=2056)
    assert frame_box(empty) is None
