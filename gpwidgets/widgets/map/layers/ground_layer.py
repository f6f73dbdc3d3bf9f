"""The offline base map below everything else on a map: a picture of what the map shows, drawn in the kernel.

It needs no network, so a map is no empty box where tiles do not come. Each move of the map brings one message
with a picture of 5 to 60 kB, a tenth of the tiles of the same view. Two layers take turns: while a picture is
being put up in one, that of the move before is still to be seen in the other.
"""

from __future__ import annotations

from typing import Any

from ipyleaflet import ImageOverlay, Map

from gpwidgets.protocol.values.spatial import Bounds
from gpwidgets.texts import language

#: Where the picture lies: above the outlines of land, below tiles.
PANE = "gpw-ground"
GROUND_ATTRIBUTION = "Natural Earth, USGS, US Census, GeoNames"

#: Share of the view that the picture goes on for on each side.
_AROUND = 0.3
_WORLD_ENDS = 85.05
#: Nothing: a picture of one transparent dot.
_EMPTY = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"

_Corners = tuple[tuple[float, float], tuple[float, float]]


#: Pixels; no page is wider.
_WIDEST = 30_000.0


class GroundLayer(ImageOverlay):
    """One of the two layers of the offline base map; no layer list names it."""

    unlisted = True

    def show(self, url: str, bounds: Bounds) -> None:
        """Show a picture at a place: west, south, east, north in degrees."""
        west, south, east, north = bounds
        with self.hold_sync():
            self.bounds: _Corners = ((south, west), (north, east))
            self.url: str = url
            self.opacity: float = 1.0

    def __repr__(self) -> str:
        return "<GroundLayer>"  # without the picture: the text form of a widget is saved in the notebook


class Ground:
    """Draws what a map shows, each time it has moved.

    Parameters
    ----------
    map_widget
        Has a pane `PANE`. It holds on to this object for as long as it lives.

    Attributes
    ----------
    layers : tuple of GroundLayer
        What the map has to have, below everything that is not to be hidden.
    """

    def __init__(self, map_widget: Map) -> None:
        self._map = map_widget
        self._shown: tuple[Any, ...] = ()
        corners: _Corners = ((0.0, 0.0), (1.0, 1.0))
        self.layers: tuple[GroundLayer, ...] = tuple(
            GroundLayer(url=_EMPTY, bounds=corners, pane=PANE, attribution=credit, opacity=0.0)
            for credit in (GROUND_ATTRIBUTION, "")
        )
        map_widget.observe(self._follow, names=["bounds", "zoom"])

    def _follow(self, _change: object = None) -> None:
        corners = self._map.bounds
        if len(corners) != 2:
            return
        (south, west), (north, east) = corners
        view = (west, south, east, north, float(self._map.zoom), language())
        if not (east > west and north > south) or view == self._shown:
            return
        if (east - west) / 360.0 * 256.0 * 2.0 ** float(self._map.zoom) > _WIDEST:
            return  # the zoom of now with the bounds of before: the page tells the others in a moment
        self._shown = view
        self._draw((west, south, east, north), float(self._map.zoom))

    def _draw(self, shown: Bounds, zoom: float) -> None:
        from gpwidgets.convert.basemap.base_map_picture import base_map_svg, svg_url

        around = _around(shown)
        back, front = sorted(self.layers, key=lambda layer: layer.opacity)
        back.show(svg_url(base_map_svg(around, zoom, language(), shown=shown)), around)
        front.opacity = 0.0


def _around(view: Bounds) -> Bounds:
    """Return a view and what is around it."""
    west, south, east, north = view
    wider, higher = _AROUND * (east - west), _AROUND * (north - south)
    return (
        west - wider,
        max(south - higher, -_WORLD_ENDS),
        east + wider,
        min(north + higher, _WORLD_ENDS),
    )
