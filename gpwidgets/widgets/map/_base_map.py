"""A map that is never blank: outlines, the offline base map above them, and tiles above both."""

from __future__ import annotations

from ipyleaflet import FullScreenControl, Map, ScaleControl, TileLayer

from gpwidgets.texts import later, tr
from gpwidgets.widgets.kit.controls import wide
from gpwidgets.widgets.kit.land import land_outlines
from gpwidgets.widgets.map.layers.frame_layer import LeanGeoJSON
from gpwidgets.widgets.map.layers.ground_layer import PANE, Ground

#: Answers requests without a key and without a referrer, which notebooks often do not send.
TILE_URL = "https://server.arcgisonline.com/ArcGIS/rest/services/World_Topo_Map/MapServer/tile/{z}/{y}/{x}"
TILE_ATTRIBUTION = later("Tiles &copy; Esri and its data providers")

_UNDER = "gpw-under"
_LAND_STYLE = {
    "pane": _UNDER,  # a GeoJSON layer heeds the pane only inside its style
    "interactive": False,
    "color": "#8aa4b6",
    "weight": 1,
    "fillColor": "#f5f3ec",
    "fillOpacity": 1,
}


def base_map(height: str = "420px") -> Map:
    """Return a map of our own.

    Outlines of land are in the page from the beginning, and show at once where the map goes; the base map
    that comes with the package follows each move, and tiles lie over both where they arrive.

    Parameters
    ----------
    height
        As in CSS.
    """
    map_widget = Map(
        layers=(),
        center=(20.0, 0.0),
        zoom=2,
        prefer_canvas=True,
        scroll_wheel_zoom=True,
        world_copy_jump=True,
        panes={
            _UNDER: {"zIndex": 150, "pointerEvents": "none"},
            PANE: {"zIndex": 160, "pointerEvents": "none"},
        },
        layout=wide(height=height),
    )
    data, style = dict(land_outlines()), dict(_LAND_STYLE)  # each map has its own
    land = LeanGeoJSON(data=data, name=tr("Land outlines"), style=style, pm_ignore=True)
    land.unlisted = True
    tiles = TileLayer(
        url=TILE_URL, attribution=tr(TILE_ATTRIBUTION), name=tr("Base map"), max_zoom=19, base=True
    )
    map_widget.layers = (land, *Ground(map_widget).layers, tiles)
    map_widget.add(ScaleControl(position="bottomleft"))
    map_widget.add(FullScreenControl(position="topleft"))
    return map_widget
