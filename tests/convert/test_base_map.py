"""The offline base map: everything where it is, in few bytes, at every zoom level and around the world."""

import math
import re
from functools import cache
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
import shapely

from gpwidgets.convert.basemap.base_map_picture import base_map_svg, svg_url

Place = tuple[float, float]

CITIES = {
    "Berlin": (13.4, 52.52),
    "Nairobi": (36.82, -1.29),
    "Sydney": (150.9, -33.8),
    "Jacksboro": (-84.18, 36.33),
    "Quito": (-78.5, -0.2),
}
SEAS = {
    "Atlantic": (-35.0, 25.0),
    "Pacific": (-150.0, 20.0),
    "North Sea": (3.0, 56.0),
    "Gulf of Guinea": (0.0, 0.0),
}


def pixel(place: Place, view: tuple[float, float, float, float], zoom: float) -> Place:
    """Where in a picture a place is, by the formula of Web Mercator."""

    def world(lon: float, lat: float) -> Place:
        y = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
        return (lon + 180) / 360 * 256 * 2**zoom, (0.5 - y / (2 * math.pi)) * 256 * 2**zoom

    (x, y), (left, top) = world(*place), world(view[0], view[3])
    return x - left, y - top


def around(place: Place, zoom: float, size: Place = (900.0, 420.0)) -> tuple[float, float, float, float]:
    """A view of so many pixels with a place in its middle, near enough."""
    degree = 256 * 2**zoom / 360
    wide, high = size[0] / degree / 2, size[1] / degree / 2 * math.cos(math.radians(place[1]))
    lon, lat = place
    return lon - wide, max(lat - high, -85.0), lon + wide, min(lat + high, 85.0)


@cache
def drawn(view: tuple[float, float, float, float], zoom: float, language: str = "en") -> Any:
    return ElementTree.fromstring(base_map_svg(view, zoom, language))


def elements(root: Any, tag: str, look: str = "") -> list[Any]:
    found = root.iter("{http://www.w3.org/2000/svg}" + tag)
    return [one for one in found if not look or one.get("class") == look]


def land(root: Any) -> Any:
    """All land of a picture as one shape, in pixels."""
    rings = []
    for one in elements(root, "path", "l"):
        for ring in one.get("d").split("M")[1:]:
            start, moves = ring.rstrip("z").split("l")
            x, y = (int(number) for number in start.split())
            steps = [int(number) for number in re.findall(r"-?\d+", moves)]
            corners = [(x, y)]
            for right, down in zip(steps[::2], steps[1::2], strict=True):
                corners.append((corners[-1][0] + right, corners[-1][1] + down))
            rings.append(shapely.Polygon([(x / 2, y / 2) for x, y in corners]))
    shape = shapely.Polygon()
    for ring in rings:  # as `fill-rule: evenodd` has it
        shape = shape.symmetric_difference(ring.buffer(0))
    return shape


def texts(root: Any, look: str | None = None) -> dict[str, Place]:
    found = elements(root, "text")
    return {
        one.text: (float(one.get("x")), float(one.get("y")))
        for one in found
        if look is None or one.get("class", "") == look
    }


@pytest.mark.parametrize("zoom", [2, 4, 6])
@pytest.mark.parametrize("name", [*CITIES, *SEAS])
def test_land_is_land_and_sea_is_sea_at_every_scale(name: str, zoom: int) -> None:
    place = {**CITIES, **SEAS}[name]
    view = around(place, zoom, (300.0, 200.0))
    spot = shapely.Point(pixel(place, view, zoom))
    assert land(drawn(view, zoom)).contains(spot) == (name in CITIES)


@pytest.mark.parametrize("zoom", [9, 11, 14])
def test_a_town_lies_where_it_is(zoom: int) -> None:
    place = (-84.18382, 36.33008)
    view = around(place, zoom)
    root = drawn(view, zoom)
    x, y = pixel(place, view, zoom)
    dots = [(float(one.get("cx")), float(one.get("cy"))) for one in elements(root, "circle")]
    assert any(math.dist(dot, (x, y)) < 1.5 for dot in dots)
    assert texts(root)["Jacksboro"] == pytest.approx((x + 5, y + 4), abs=2)


@pytest.mark.parametrize("zoom", range(20))
def test_degrees_are_written_at_every_zoom_level(zoom: int) -> None:
    view = around((-84.2437, 36.2719), zoom)
    grid = texts(drawn(view, zoom), "d")
    assert 1 <= len(grid) <= 20
    for text, (x, y) in grid.items():
        degrees = float(text.rstrip("°").replace("\N{MINUS SIGN}", "-"))
        meridian, parallel = (
            pixel((degrees, 0.0), view, zoom),
            pixel((0.0, max(-85.0, min(85.0, degrees))), view, zoom),
        )
        # One may be written in the next turn of the world.
        turns = [meridian[0] + turn * 256 * 2**zoom for turn in (-1, 0, 1)]
        assert min(abs(x - at) for at in turns) < 1.5 or abs(y + 3 - parallel[1]) < 1.5


def test_the_relief_lies_over_the_area_of_the_demo_and_nowhere_else() -> None:
    from gpwidgets.demo.data import DEM_BOUNDS

    view = around((-84.24, 36.3), 11)
    (relief,) = elements(drawn(view, 11), "image")
    left, top = pixel((DEM_BOUNDS[0], DEM_BOUNDS[3]), view, 11)
    right, bottom = pixel((DEM_BOUNDS[2], DEM_BOUNDS[1]), view, 11)
    found = [float(relief.get(name)) for name in ("x", "y", "width", "height")]
    assert found == pytest.approx([left, top, right - left, bottom - top], abs=0.2)
    assert not elements(drawn(around((10.0, 50.0), 11), 11), "image")


@pytest.mark.parametrize("turn", [-360.0, 0.0, 360.0])
def test_the_world_goes_on_beyond_180_degrees(turn: float) -> None:
    view = (165.0 + turn, -25.0, 205.0 + turn, 0.0)
    world = land(drawn(view, 5))
    assert world.contains(shapely.Point(pixel((178.0 + turn, -17.8), view, 5)))  # Viti Levu
    assert world.contains(shapely.Point(pixel((187.6 + turn, -13.6), view, 5)))  # Savai'i, 172.4 west


@pytest.mark.parametrize("zoom", [1, 3, 5, 7, 9, 12, 16, 19])
@pytest.mark.parametrize("place", [(10.0, 50.0), (-84.24, 36.3), (12.0, 64.0), (120.0, -2.0), (0.0, 85.0)])
def test_a_picture_is_small(place: Place, zoom: int) -> None:
    url = svg_url(base_map_svg(around(place, zoom, (1440.0, 670.0)), zoom))
    assert len(url) < 130_000
    assert ElementTree.fromstring(unquote(url.partition(",")[2])) is not None
    assert not set(url) & set('"#\n')


def test_names_of_countries_are_in_the_language_of_the_user() -> None:
    view = around((10.0, 50.0), 5)
    names = {code: set(texts(drawn(view, 5, code), "n")) for code in ("en", "de", "es", "xx")}
    assert "Germany" in names["en"]
    assert "Deutschland" in names["de"]
    assert "Alemania" in names["es"]
    assert names["xx"] == names["en"]


def test_names_do_not_lie_over_one_another() -> None:
    root = drawn(around((6.0, 50.0), 7), 7)
    boxes = [shapely.box(x, y - 9, x + 5 * len(name), y) for name, (x, y) in texts(root, "").items()]
    assert len(boxes) > 10
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_colours_follow_a_dark_page() -> None:
    (style,) = elements(drawn(around((10.0, 50.0), 5), 5), "style")
    light, dark = style.text.split("@media(prefers-color-scheme:dark)")
    names = re.findall(r"(--\w+):", light.split("}")[0])
    assert names
    assert re.findall(r"(--\w+):", dark.split("}")[0]) == names
