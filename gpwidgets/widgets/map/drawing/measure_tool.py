"""Measuring on the map: a line's length, an area's size, on the ellipsoid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import traitlets

from gpwidgets.convert.geometry.geodesic_measures import measured
from gpwidgets.texts import tr
from gpwidgets.widgets.map.drawing.draw_control import Pen


class Measure(traitlets.HasTraits):
    """Takes the next line or polygon that is drawn on a map and says how long or large it is.

    Parameters
    ----------
    map_widget
        The ipyleaflet map.
    done
        Called with the geometry, GeoJSON in degrees, and what was measured, in words.
    """

    armed: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", help="What is being drawn now; empty when nothing.", read_only=True
    )

    #: Colour of the shape while it is drawn.
    color = "#000000"

    def __init__(self, map_widget: Any, done: Callable[[Mapping[str, Any], str], None]) -> None:
        super().__init__()
        self._pen = Pen.of(map_widget)
        self._done = done

    def start(self, kind: str) -> None:
        """Let the next ``line`` or ``polygon`` be measured."""
        self._pen.arm(self, kind)

    def stop(self) -> None:
        """Measure nothing after all."""
        self._pen.disarm(self)

    def add(self, geometry: Mapping[str, Any], *_more: Any) -> None:
        """Take what the drawing control has drawn."""
        length, area = measured(geometry)
        text = tr("Length {length}", length=length_text(length))
        if area:
            text = tr("Area {area}, outline {length}", area=area_text(area), length=length_text(length))
        self._done(geometry, text)


def length_text(metres: float) -> str:
    """Return a length in metres or kilometres."""
    return f"{metres:,.1f} m" if metres < 1000 else f"{metres / 1000:,.2f} km"


def area_text(square_metres: float) -> str:
    """Return an area in square metres, hectares or square kilometres."""
    if square_metres < 10_000:
        return f"{square_metres:,.1f} m²"
    if square_metres < 1_000_000:
        return f"{square_metres / 10_000:,.2f} ha"
    return f"{square_metres / 1_000_000:,.2f} km²"
