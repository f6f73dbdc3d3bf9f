"""Longitude and latitude of the place under the pointer, in a corner of the map."""

from __future__ import annotations

import math
from typing import Any

import ipywidgets as w
from ipyleaflet import Map, WidgetControl

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import lean
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.kit.pacing import Paced
from gpwidgets.widgets.map.layers.viewport import take_off

__all__ = ["PointerPlace"]

#: Seconds between two messages: a page tells of sixty places a second, and each costs an answer.
_APART = 0.12


class PointerPlace(Owner, WidgetControl):
    """Says where the pointer is, in degrees; as fine as a pixel of the map.

    Parameters
    ----------
    map_widget
        The map; the control puts itself there when the pointer comes first.
    """

    def __init__(self, map_widget: Map) -> None:
        self._map = map_widget
        self._paced: Paced[tuple[float, float] | None] = Paced(self._show, _APART)
        self._text: w.HTML = lean(w.HTML, _dom_classes=("gpw-pointer",))
        super().__init__(widget=self._text, position="bottomleft")
        map_widget.on_interaction(self._hear)

    def _hear(self, **event: Any) -> None:
        kind, place = event.get("type"), event.get("coordinates")
        if kind == "mousemove" and isinstance(place, list | tuple) and len(place) == 2:
            self._paced.tell((float(place[0]), float(place[1])))
        elif kind == "mouseout":
            self._paced.tell(None)

    def _show(self, place: tuple[float, float] | None) -> None:
        if self.comm is None:
            return
        if place is not None and self not in self._map.controls:
            self._map.add(self)
        self._text.value = "" if place is None else place_text(place, float(self._map.zoom))

    def let_go(self) -> None:
        """Leave the map and hear of it no more."""
        self._map.on_interaction(self._hear, remove=True)
        take_off(self._map, self)


def place_text(place: tuple[float, float], zoom: float) -> str:
    """Return a place in words, longitude first, with as many decimals as a pixel is fine.

    Parameters
    ----------
    place
        Latitude and longitude in degrees, the way ipyleaflet tells it; the longitude of any turn.
    zoom
        Zoom level of the map.
    """
    latitude, longitude = place
    places = max(0, math.ceil(math.log10(256.0 * 2.0**zoom / 360.0)))
    turned = (longitude + 180.0) % 360.0 - 180.0
    lon, lat = (f"{round(degrees, places) + 0.0:.{places}f}" for degrees in (turned, latitude))
    return tr("lon {lon}, lat {lat}", lon=lon, lat=lat)
