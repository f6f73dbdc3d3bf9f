"""Values in words, as histories and comparisons show them."""

from __future__ import annotations

from typing import Any

import pytest

from gpwidgets.datatypes.registry import words_of
from gpwidgets.protocol.values import Extent, SpatialReference


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (SpatialReference(25832), "ETRS89 / UTM zone 32N (EPSG:25832)"),
        (SpatialReference(102100), "WGS 84 / Pseudo-Mercator (EPSG:3857)"),
        (SpatialReference(54009), "World_Mollweide (ESRI:54009)"),
        (SpatialReference(999999), "WKID 999999"),
        (SpatialReference(wkt='PROJCS["My town",broken'), "My town"),
        (
            Extent(7, 49, 9.25, 51, SpatialReference(4326)),
            "x 7 to 9.25, y 49 to 51 degree, WGS 84 (EPSG:4326)",
        ),
        (
            Extent(500000.04, 5.5e6, 600000, 5.6e6, SpatialReference(25832)),
            "x 500,000 to 600,000, y 5,500,000 to 5,600,000 metre, ETRS89 / UTM zone 32N (EPSG:25832)",
        ),
        (Extent(0, 1, 2, 3), "x 0 to 2, y 1 to 3"),
        ([["Bern", 3], ["Thun", None]], "Bern, 3; Thun, not set"),
        ({"radius": 5, "parts": [1, 2], "open": True}, "radius: 5, parts: …, open: Yes"),
        ({}, "empty"),
    ],
)
def test_a_value_is_said_in_words(value: Any, words: str) -> None:
    assert words_of(value) == words
