"""Selecting with a rectangle that is drawn on the map, by the map's one drawing control."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import traitlets

from gpwidgets.convert.geometry.dateline import wrap_geometry
from gpwidgets.protocol.values.spatial import Bounds
from gpwidgets.widgets.map.drawing.draw_control import Pen


class BoxSelect(traitlets.HasTraits):
    """Takes the next rectangle that is drawn on a map.

    Parameters
    ----------
    map_widget
        The ipyleaflet map.
    done
        Called with west, south, east, north of the rectangle in degrees.
    """

    armed: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", help="What is being drawn now; empty when nothing.", read_only=True
    )

    #: Colour of the rectangle while it is drawn.
    color = "#000000"

    def __init__(self, map_widget: Any, done: Callable[[Bounds], None]) -> None:
        super().__init__()
        self._pen = Pen.of(map_widget)
        self._done = done

    def start(self) -> None:
        """Let the next rectangle be a box to select by."""
        self._pen.arm(self, "rectangle")

    def stop(self) -> None:
        """Draw no box after all."""
        self._pen.disarm(self)

    def add(self, geometry: Mapping[str, Any], *_more: Any) -> None:
        """Take what the drawing control has drawn."""
        west, south, east, north = _box(wrap_geometry(geometry)["coordinates"])
        self._done((west, south, east, north))


def _box(coordinates: Any) -> Bounds:
    while isinstance(coordinates[0][0][0], list | tuple):
        coordinates = [ring for part in coordinates for ring in part]
    xs = [x for ring in coordinates for x, *_ in ring]
    ys = [y for ring in coordinates for _, y, *_ in ring]
    return min(xs), min(ys), max(xs), max(ys)
