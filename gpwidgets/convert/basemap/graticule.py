"""Meridians and parallels, with degrees, as close together as a picture bears."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from gpwidgets.convert.basemap.window import Window

#: Least distance of two lines, in pixels.
_APART = 110.0
#: Degrees from one line to the next.
_STEPS = (
    90.0,
    45.0,
    30.0,
    20.0,
    *(float(f"{one}e{tens}") for tens in range(0, -7, -1) for one in (10, 5, 2)),
)


def degrees_apart(zoom: float) -> float:
    """Return the degrees between two meridians at a zoom level."""
    least = _APART * 360.0 / (256.0 * math.pow(2.0, zoom))
    return min((step for step in _STEPS if step >= least), default=_STEPS[0])


def lines(window: Window) -> Iterator[tuple[str, float, str]]:
    """The lines of a window: ``x`` or ``y``, its place in pixels, and its degrees in words."""
    step = degrees_apart(window.zoom)
    west, south, east, north = window.bounds
    places = max(0, math.ceil(-math.log10(step) - 1e-9))
    for number in range(math.ceil(west / step), math.floor(east / step) + 1):
        x = window.pixels(np.array([(number * step, 0.0)]))[0, 0]
        turned = (number * step + 180.0) % 360.0 - 180.0
        yield "x", float(x), degree_text(turned, places)
    for number in range(math.ceil(max(south, -85.0) / step), math.floor(min(north, 85.0) / step) + 1):
        y = window.pixels(np.array([(0.0, number * step)]))[0, 1]
        yield "y", float(y), degree_text(number * step, places)


def degree_text(degrees: float, places: int) -> str:
    """Return degrees as they are typed into a form, with a sign: ``-84.2°``."""
    text = f"{degrees:.{places}f}"
    return ("0" if float(text) == 0 else text.replace("-", "\N{MINUS SIGN}")) + "°"
