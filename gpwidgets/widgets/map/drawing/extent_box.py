"""An extent on the map: a dashed outline that can be drawn, dragged by its corners and moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import traitlets

from gpwidgets.convert.coordinates.boxes import degrees_box, outline_in_degrees
from gpwidgets.protocol.values import Extent
from gpwidgets.protocol.values.spatial import Bounds
from gpwidgets.widgets.kit.owner import close_tree
from gpwidgets.widgets.map.drawing.draw_control import Pen
from gpwidgets.widgets.map.drawing.shapes import Shape
from gpwidgets.widgets.map.layers.frame_layer import LeanGeoJSON
from gpwidgets.widgets.map.layers.viewport import take_off

__all__ = ["ExtentBox"]

#: Degrees by which the browser's rounding moves a corner, and a little more.
_ROUNDING = 1.01e-6

Corner = tuple[float, float]


class ExtentBox(traitlets.HasTraits):
    """The outline of one extent on a map.

    Parameters
    ----------
    map_widget
        The ipyleaflet map.
    name
        Of the outline.
    done
        Called with west, south, east, north in degrees of what the user has drawn, dragged or moved; west is
        larger than east where that crosses 180 degrees.
    """

    armed: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", help="What is being drawn now; empty when nothing.", read_only=True
    )
    editing: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", help="How the outline is being changed: reshape, move, or empty.", read_only=True
    )

    color = "#8a2be2"

    def __init__(self, map_widget: Any, name: str, done: Callable[[Bounds], None]) -> None:
        super().__init__()
        self._map, self._done = map_widget, done
        self._bounds: Bounds | None = None
        style = {"color": self.color, "weight": 2, "dashArray": "8 6", "fill": False, "interactive": False}
        self.layer: LeanGeoJSON = LeanGeoJSON(
            data={"type": "FeatureCollection", "features": []},
            name=name,
            pm_ignore=True,
            style=style,
            point_style=dict(style),
        )
        self.layer.unlisted = True

    @property
    def _pen(self) -> Pen:
        return Pen.of(self._map)

    def show(self, extent: Extent | None) -> None:
        """Show an extent, or none; one whose coordinate system is not known has no place on the map."""
        outline = None if extent is None else outline_in_degrees(extent)
        if extent is None or outline is None:
            self._bounds = None
            self.end_edit()
            take_off(self._map, self.layer)
            return
        self._bounds = degrees_box(extent)
        feature = {"type": "Feature", "properties": {}, "geometry": outline}
        self.layer.data = {"type": "FeatureCollection", "features": [feature]}
        if self.layer not in self._map.layers:
            self._map.add(self.layer)

    @property
    def bounds(self) -> Bounds | None:
        """West, south, east, north of what is shown, in degrees."""
        return self._bounds

    def draw(self) -> None:
        """Let the next rectangle that is drawn on the map be the extent."""
        self._pen.arm(self, "rectangle")

    def stop(self) -> None:
        """Draw none after all."""
        if self.armed:
            self._pen.disarm(self)

    def edit(self, way: str) -> None:
        """Let the outline be changed on the map until `end_edit`.

        Parameters
        ----------
        way
            ``reshape`` to drag its corners and edges, ``move`` to drag it whole.
        """
        if self._bounds is not None:
            self.set_trait("editing", way)
            self._pen.edit(self, [_shape(self._bounds)], way)

    def end_edit(self) -> None:
        """Keep the outline as it is now."""
        if self.editing:
            self.set_trait("editing", "")
            self._pen.end_edit(self)

    def add(self, geometry: Mapping[str, Any], *_more: Any) -> None:
        """Take what the pen has drawn."""
        self._done(_bounds_of(geometry))

    def update(self, _shape_id: str, *, geometry: Mapping[str, Any], **_more: Any) -> None:
        """Take what has become of the outline, and make it a rectangle again."""
        before, way = self._bounds, self.editing
        if before is None or not way:
            return
        after = _bounds_of(geometry) if way == "move" else _dragged(before, _corners_of(geometry))
        self._done(after)
        if way == "reshape" and self.editing and self._bounds is not None:
            self._pen.lend([_shape(self._bounds)])

    def close(self) -> None:
        """Take the outline off the map for good."""
        if self._map.comm is not None:
            self.end_edit()
            self.stop()
        take_off(self._map, self.layer)
        close_tree(self.layer)


def _shape(bounds: Bounds) -> Shape:
    west, south, east, north = bounds
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return Shape("extent", {"type": "Polygon", "coordinates": [ring]}, "rectangle", {})


def _corners_of(geometry: Mapping[str, Any]) -> list[Corner]:
    """The corners of a drawn polygon, all of them where it was split at 180 degrees; each once."""
    coordinates = geometry["coordinates"]
    rings = [part[0] for part in coordinates] if geometry["type"] == "MultiPolygon" else coordinates[:1]
    return list(dict.fromkeys((float(x), float(y)) for ring in rings for x, y, *_ in ring))


def _bounds_of(geometry: Mapping[str, Any]) -> Bounds:
    """West, south, east, north; west is larger than east for what was split at 180 degrees."""
    corners = _corners_of(geometry)
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    west, east = min(xs), max(xs)
    if geometry["type"] == "MultiPolygon":
        west, east = min(x for x in xs if x > 0), max(x for x in xs if x < 0)
    return west, min(ys), east, max(ys)


def _dragged(before: Bounds, corners: list[Corner]) -> Bounds:
    """The rectangle after one corner, or the middle of an edge, was dragged to another place."""
    west, south, east, north = before
    old = ((west, south), (east, south), (east, north), (west, north))
    moved = [one for one in corners if not any(_same(one, corner) for corner in old)]
    gone = [place for place, corner in enumerate(old) if not any(_same(one, corner) for one in corners)]
    if len(moved) == 1 and len(gone) == 1:
        stays = old[(gone[0] + 2) % 4]
        return _around([moved[0], stays])
    if len(moved) == 1 and not gone:
        return _with_edge(before, corners, moved[0])
    return _around(corners)


def _with_edge(before: Bounds, corners: list[Corner], moved: Corner) -> Bounds:
    """The rectangle whose edge, between the neighbours of a new corner, goes through it."""
    west, south, east, north = before
    place = corners.index(moved)
    one, other = corners[place - 1], corners[(place + 1) % len(corners)]
    if abs(one[1] - other[1]) <= _ROUNDING:  # a level edge
        south, north = (moved[1], north) if abs(one[1] - south) <= _ROUNDING else (south, moved[1])
    else:
        west, east = (moved[0], east) if abs(one[0] - west) <= _ROUNDING else (west, moved[0])
    return _around([(west, south), (east, north)])


def _around(corners: list[Corner]) -> Bounds:
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _same(one: Corner, other: Corner) -> bool:
    return abs(one[0] - other[0]) <= _ROUNDING and abs(one[1] - other[1]) <= _ROUNDING
