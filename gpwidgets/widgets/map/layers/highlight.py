"""The selected features on the map, drawn over their layer."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from ipyleaflet import Map

from gpwidgets.convert.rendering.geojson_text import FeatureText
from gpwidgets.convert.rendering.map_shapes import MapShapes
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.owner import close_tree
from gpwidgets.widgets.map.layers.frame_layer import MAX_FEATURES, MAX_VERTICES, LeanGeoJSON
from gpwidgets.widgets.map.layers.viewport import take_off

#: Dark outline and light fill, seen on any base map and without colours.
_LINE = {
    "color": "#000000",
    "weight": 4,
    "opacity": 0.9,
    "fillColor": "#ffe100",
    "fillOpacity": 0.6,
    "interactive": False,
    "smoothFactor": 0,
}

_NOTHING: dict[str, Any] = {"type": "FeatureCollection", "features": []}


class Highlight:
    """A layer over the others that shows the selected features; it lets clicks through.

    Parameters
    ----------
    map_widget
        Where it is drawn; the layer is on it only while something is selected.
    """

    def __init__(self, map_widget: Map) -> None:
        self._map = map_widget

    @cached_property
    def layer(self) -> LeanGeoJSON:
        """Made for the first selection."""
        made = LeanGeoJSON(
            data=dict(_NOTHING),
            name=tr("Selected"),
            pm_ignore=True,
            style=dict(_LINE),
            point_style={**_LINE, "radius": 8},
        )
        made.unlisted = True
        return made

    def show(self, frame: Any, *, crosses: bool = False) -> None:
        """Highlight the rows of a frame, on both sides of 180 degrees where its layer is drawn so."""
        shapes = MapShapes(frame, crosses=crosses)
        if shapes.bounds is None:
            self.clear()
            return
        west, south, east, north = shapes.bounds
        pixel = max((east - west) % 360.0, north - south, 1e-6) / 2000
        drawn = shapes.draw(pixel, limit=MAX_FEATURES, max_vertices=MAX_VERTICES)
        self.layer.data = {
            "type": "FeatureCollection",
            "features": FeatureText(drawn.text, drawn.count * drawn.copies),
        }
        if self.layer not in self._map.layers:
            self._map.add(self.layer)

    def clear(self) -> None:
        """Highlight nothing."""
        if "layer" in self.__dict__:
            take_off(self._map, self.layer)

    def close(self) -> None:
        """Highlight nothing any more."""
        self.clear()
        if "layer" in self.__dict__:
            close_tree(self.layer)
