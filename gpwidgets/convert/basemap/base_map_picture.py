"""A view of the offline base map as an SVG picture, for light pages and dark ones.

A picture of lines is a fifth of the same lines as GeoJSON, stays sharp on every screen, and brings its names
along. Which of its colours are shown, the page says by its ``color-scheme``.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from gpwidgets.convert.basemap.graticule import lines
from gpwidgets.convert.basemap.labels import Label, Labels
from gpwidgets.convert.basemap.packed_shapes import (
    HILL_SHADE_BOUNDS,
    Names,
    countries,
    hill_shade_url,
    places,
    shapes,
)
from gpwidgets.convert.basemap.window import Window
from gpwidgets.protocol.values.spatial import Bounds

#: Up to these zoom levels the coarse and the medium outlines do.
_COARSE, _MEDIUM = 3.5, 5.5
#: From this one on a country is larger than a map.
_NO_COUNTRIES = 7.5
#: Steps of a pixel in which lines are written.
_FINE = 2
#: Characters of an address of data that need no escape; a picture is longer by a third with all of them.
_PLAIN = " !'()*+,-./:;=?@[]^_`{|}~$&<>"

_LIGHT = {
    "sea": "#d5e3ec",
    "land": "#f5f3ec",
    "shore": "#8aa4b6",
    "river": "#9fc0d6",
    "border": "#8d7f93",
    "state": "#b5a9ba",
    "county": "#cfc8d2",
    "grid": "#5b7186",
    "ink": "#33373d",
    "halo": "#fbfaf6",
    "shade": "0.8",
}
_DARK = {
    "sea": "#131d25",
    "land": "#383d43",
    "shore": "#64798a",
    "river": "#4a7592",
    "border": "#a395ab",
    "state": "#71677a",
    "county": "#544e5b",
    "grid": "#8fa6ba",
    "ink": "#e3e5e8",
    "halo": "#22272c",
    "shade": "1",
}
_RULES = (
    ".l{fill:var(--land);stroke:var(--shore);stroke-width:.8;fill-rule:evenodd}"
    ".w{fill:var(--sea);stroke:var(--shore);stroke-width:.6;fill-rule:evenodd}"
    ".r,.b,.s,.c,.g{fill:none;stroke-linejoin:round}"
    ".r{stroke:var(--river);stroke-width:1}.b{stroke:var(--border);stroke-width:1.3}"
    ".s{stroke:var(--state);stroke-width:1;stroke-dasharray:5 3}.c{stroke:var(--county);stroke-width:1}"
    ".g{stroke:var(--grid);stroke-width:1;stroke-opacity:.3}image{opacity:var(--shade);mix-blend-mode:multiply}"
    "path{vector-effect:non-scaling-stroke}circle{fill:var(--ink)}"
    "text{fill:var(--ink);stroke:var(--halo);stroke-width:2.5;paint-order:stroke;stroke-linejoin:round;"
    "font:11px system-ui,sans-serif}.n{font-weight:600;letter-spacing:1px;fill-opacity:.8}"
    ".k{font-weight:600}.d{font-size:10px;fill:var(--grid)}"
)


def base_map_svg(
    bounds: Bounds, zoom: float, language: str = "en", *, shown: Bounds | None = None, relief: bool = True
) -> str:
    """Return a picture of a part of the world, its rows evenly spaced in Web Mercator.

    Parameters
    ----------
    bounds
        West, south, east, north in degrees, EPSG:4326; beyond 180 degrees the world goes on.
    zoom
        Zoom level of the Web Mercator map that the picture is for; one pixel of it is one of the map.
    language
        Two letters; names of countries are in it where they are known so.
    shown
        The part that can be seen, at whose edges degrees are written; all of it when left out.
    relief
        Whether the hill-shade is drawn, which makes most of a small picture's bytes.
    """
    window = Window(bounds, zoom)
    width, height = window.size
    box = f"0 0 {width:.0f} {height:.0f}"
    paths = f'<g transform="scale({1 / _FINE:g})">{"".join(_paths(window))}</g>'
    written = "".join(_written(window, shown or bounds, language))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" viewBox="{box}">'
        f'<style>{_style()}</style><rect width="100%" height="100%" style="fill:var(--sea)"/>'
        f"{paths}{_relief(window) if relief else ''}{written}</svg>"
    )


def svg_url(svg: str) -> str:
    """Return a picture as a data address."""
    return "data:image/svg+xml," + quote(svg.replace('"', "'"), safe=_PLAIN)


def _style() -> str:
    light, dark = (
        ":root{" + ";".join(f"--{name}:{value}" for name, value in colors.items()) + "}"
        for colors in (_LIGHT, _DARK)
    )
    return f"{light}@media(prefers-color-scheme:dark){{{dark}}}{_RULES}"


def _paths(window: Window) -> Iterator[str]:
    """Land and water, then lines."""
    zoom = window.zoom
    level = "coarse" if zoom < _COARSE else "medium" if zoom < _MEDIUM else "fine"
    for look, layer, least in (
        ("l", f"land_{level}", 1.0),
        ("c", "counties", 1.0),
        ("r", "rivers", 2.0),
        ("w", "lakes", 2.0),
        ("s", "states", 1.0),
        ("b", f"borders_{level}", 1.0),
    ):
        is_area = look in "lw"
        path = "".join(_path(part, closed=is_area) for part in window.parts(shapes(layer), least=least))
        if path:
            yield f'<path class="{look}" d="{path}"/>'


def _path(pixels: npt.NDArray[np.float64], *, closed: bool) -> str:
    """Return a line or a ring in the words of SVG; empty where it is less than a step long."""
    corners = np.round(pixels * _FINE).astype(int)
    steps = np.diff(corners, axis=0)
    steps = steps[np.any(steps != 0, axis=1)]
    if len(steps) < (3 if closed else 1):
        return ""
    x, y = corners[0]
    moves = " ".join(map(str, steps[: -1 if closed else None].ravel().tolist())).replace(" -", "-")
    return f"M{x} {y}l{moves}{'z' if closed else ''}"


def _relief(window: Window) -> str:
    """The hill-shade, where it is large enough to be seen."""
    west, south, east, north = HILL_SHADE_BOUNDS
    ((left, top), (right, bottom)) = window.pixels(np.array([(west, north), (east, south)]))
    width, height = window.size
    if right - left < 12 or right < 0 or bottom < 0 or left > width or top > height:
        return ""
    return (
        f'<image x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" '
        f'preserveAspectRatio="none" href="{hill_shade_url()}"/>'
    )


def _written(window: Window, shown: Bounds, language: str) -> Iterator[str]:
    """Meridians and parallels, and names."""
    width, height = window.size
    west, south, east, north = shown
    (left, top), (right, bottom) = window.pixels(np.array([(west, north), (east, south)]))
    labels = Labels((0.0, 0.0, width, height))
    grid, degrees = [], []
    for axis, at, text in lines(window):
        is_meridian = axis == "x"
        grid.append(f"M{at:.0f} 0V{height:.0f}" if is_meridian else f"M0 {at:.0f}H{width:.0f}")
        spot = (at, top + 16.0) if is_meridian else (right - 6.0, at - 3.0)
        label = Label(text, spot, 10.0, "d", "middle" if is_meridian else "end")
        inside = left + 60 < at < right - 110 if is_meridian else top + 60 < at < bottom - 40
        if inside and labels.take(label):
            degrees.append(label.svg())
    yield f'<path class="g" d="{"".join(grid)}"/>'
    yield from degrees
    yield from _names(window, labels, language)


def _names(window: Window, labels: Labels, language: str) -> Iterator[str]:
    """Names of countries, then of towns with their dots."""
    for turn in window.turns():
        if window.zoom < _NO_COUNTRIES:
            for number, (x, y) in _placed(window, countries(language), turn, early=0.5):
                name = Label(countries(language).texts[number], (x, y + 4.0), 12.5, "n", "middle")
                if labels.take(name):
                    yield name.svg()
        towns = places()
        for number, (x, y) in _placed(window, towns, turn):
            look = "k" if towns.capitals[number] else ""
            name = Label(towns.texts[number], (x + 5.0, y + 4.0), 11.0, look, "start")
            if labels.take(name, dot=True):
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2"/>{name.svg()}'


def _placed(
    window: Window, names: Names, turn: float, early: float = 0.0
) -> Iterator[tuple[int, tuple[float, float]]]:
    """The names that are due at a zoom level and have their place in the window, with the pixel of it."""
    west, south, east, north = window.bounds
    x, y = names.at[:, 0] + turn, names.at[:, 1]
    inside = (x > west) & (x < east) & (y > south) & (y < north)
    found = np.flatnonzero(inside & (names.zooms <= window.zoom + early + 0.01))
    spots = window.pixels(np.stack([x, y], axis=1)[found])
    for number, (right, down) in zip(found, spots, strict=True):
        yield int(number), (float(right), float(down))
