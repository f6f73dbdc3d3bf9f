"""An extent knows its coordinate system, however it was named."""

import pytest

from gpwidgets.protocol.values import Extent, SpatialReference


def test_the_id_of_a_coordinate_system_will_do() -> None:
    extent = Extent(0, 1, 2, 3, 4326)  # type: ignore[arg-type]
    assert extent == Extent(0, 1, 2, 3, SpatialReference(4326))
    assert extent.to_json()["spatial_reference"] == {"wkid": 4326}


@pytest.mark.parametrize("system", ["EPSG:4326", None, True, 4326.0])
def test_what_is_no_coordinate_system_is_said_at_once(system: object) -> None:
    with pytest.raises(TypeError, match="a SpatialReference or its id"):
        Extent(0, 1, 2, 3, system)  # type: ignore[arg-type]


def test_an_extent_is_printed_as_its_edges_and_its_system() -> None:
    assert str(Extent(7, 49.5, 9, 51)) == "7, 49.5, 9, 51"
    assert str(Extent(7, 49.5, 9, 51, SpatialReference(4326))) == "7, 49.5, 9, 51 (WKID 4326)"
