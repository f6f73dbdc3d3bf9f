"""Boxes between degrees and the coordinates of servers."""

import pytest

from gpwidgets.convert.coordinates.boxes import degrees_box, mercator_box
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
