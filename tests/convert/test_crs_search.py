"""Coordinate systems by name, code and place."""

from __future__ import annotations

import pytest

from gpwidgets.convert.coordinates.crs_search import describe_system, find_systems
from gpwidgets.protocol.values import SpatialReference

BERN = (7.2, 46.8, 7.6, 47.1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("lv95", "EPSG:2056"),
        ("4326", "EPSG:4326"),
        ("epsg 25832", "EPSG:25832"),
        ("WGS 84 UTM 32N", "EPSG:32632"),
        ("ETRS89 UTM zona 30N", "EPSG:25830"),
        ("Gauß-Krüger DHDN Zone 3", "EPSG:31467"),
        ("102008", "ESRI:102008"),
        ("mollweide", "ESRI:54009"),
        ("Esri 54030", "ESRI:54030"),
    ],
)
def test_a_system_is_found_by_what_people_call_it(text: str, code: str) -> None:
    assert code in [one.code for one in find_systems(text)[:5]]


def test_systems_in_use_where_the_map_is_come_first() -> None:
    found = find_systems("CH1903", BERN)
    assert {"EPSG:21781", "EPSG:2056"} <= {one.code for one in found[:4]}
    there = [one.code for one in find_systems("UTM 32N", BERN)]
    assert there.index("EPSG:25832") < 5
    assert "EPSG:26332" not in there[:10]  # Nigeria


def test_what_is_found_has_name_unit_and_area() -> None:
    (found,) = find_systems("25832", most=1)
    assert (found.name, found.code, found.unit) == ("ETRS89 / UTM zone 32N", "EPSG:25832", "metre")
    assert "6°E" in found.area


@pytest.mark.parametrize("text", ["", "  ", "zone", "no such system", "(((", "9" * 50])
def test_nothing_is_found_for_what_names_nothing(text: str) -> None:
    assert find_systems(text) == []


def test_a_reference_is_described_and_one_that_is_not_known_is_not() -> None:
    known = describe_system(SpatialReference(102100))
    assert known is not None
    assert known.code == "EPSG:3857"
    assert describe_system(SpatialReference(999999)) is None
    assert describe_system(SpatialReference(wkt="PROJCS[broken")) is None
