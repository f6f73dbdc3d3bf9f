"""A map that is never blank: outlines, the offline base map above them, and tiles above both."""

from __future__ import annotations

from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from ipyleaflet import FullScreenControl, Map, ScaleControl, TileLayer

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import wide
from gpwidgets.widgets.kit.land import land_outlines
from gpwidgets.widgets.kit.owner import close_tree
from gpwidgets.widgets.map.layers.frame_layer import LeanGeoJSON
from gpwidgets.widgets.map.layers.ground_layer import PANE, Ground
from gpwidgets.widgets.map.options import options
from gpwidgets.widgets.map.tile_sources import OFFLINE, Tiles, tiles_of

_UNDER = "gpw-under"
_LAND_STYLE = {
    "pane": _UNDER,  # a GeoJSON layer heeds the pane only inside its style
    "interactive": False,
    "color": "#8aa4b6",
    "weight": 1,
    "fillColor": "#f5f3ec",
    "fillOpacity": 1,
}
_LARGEST_ZOOM = 19


class BaseMap:
    """A map of our own, and what lies below inputs and results on it.

    Outlines of land are in the page from the beginning, and show at once where the map goes; the base map
    that comes with the package follows each move, and tiles lie over both where they arrive.

    Parameters
    ----------
    height
        Of the map, as in CSS.

    Attributes
    ----------
    map : ipyleaflet.Map
        The map.
    choice : str or xyzservices.TileProvider
        What is chosen, as `Options.basemap`.
    """

    _by_map: ClassVar[WeakKeyDictionary[Map, BaseMap]] = WeakKeyDictionary()

    @classmethod
    def of(cls, map_widget: Map) -> BaseMap | None:
        """Return the base map of a map of our own; None for a map of the user's."""
        return cls._by_map.get(map_widget)

    def __init__(self, height: str) -> None:
        self.choice: Any = OFFLINE if options.basemap is None else options.basemap
        made = Map(
            layers=(),
            center=(20.0, 0.0),
            zoom=2,
            max_zoom=_LARGEST_ZOOM,
            prefer_canvas=True,
            scroll_wheel_zoom=True,
            world_copy_jump=True,
            panes={
                _UNDER: {"zIndex": 150, "pointerEvents": "none"},
                PANE: {"zIndex": 160, "pointerEvents": "none"},
            },
            layout=wide(height=height),
        )
        self.map: Map = made
        data, style = dict(land_outlines()), dict(_LAND_STYLE)  # each map has its own
        land = LeanGeoJSON(data=data, name=tr("Land outlines"), style=style, pm_ignore=True)
        land.unlisted = True
        self._tiles: TileLayer | None = None
        with made.hold_sync():  # one message for all of them
            made.layers = (land, *Ground(made).layers)
            self.choose(self.choice)
            made.add(ScaleControl(position="bottomleft"))
            made.add(FullScreenControl(position="topleft"))
        self._by_map[made] = self

    def choose(self, choice: Any) -> TileLayer | None:
        """Put other tiles in the place of those there are, or none; return those that were there.

        Raises
        ------
        ValueError
            As `tiles_of`; the map stays as it is.
        """
        tiles = tiles_of(choice)
        before, self._tiles = self._tiles, tile_layer(tiles) if tiles is not None else None
        self.choice = choice
        under = [layer for layer in self.map.layers if layer is not before]
        place = self.map.layers.index(before) if before in self.map.layers else _lowest(under)
        now = [] if self._tiles is None else [self._tiles]
        self.map.layers = (*under[:place], *now, *under[place:])
        if before is not None:
            self._renew_attribution()
        return before

    def _renew_attribution(self) -> None:
        """Let the page write the attribution anew: Leaflet keeps that of layers older than the control."""
        before = self.map.attribution_control_instance
        self.map.attribution_control = False
        self.map.attribution_control = True
        close_tree(before)


def base_map(height: str = "420px") -> Map:
    """Return a map of our own with the base map that the user has chosen.

    Parameters
    ----------
    height
        As in CSS.
    """
    return BaseMap(height).map


def tile_layer(tiles: Tiles) -> TileLayer:
    """Return tiles as a layer; above their highest zoom level they are drawn larger."""
    return TileLayer(
        url=tiles.url,
        attribution=tiles.attribution,
        name=tr("Base map"),
        max_zoom=_LARGEST_ZOOM,
        max_native_zoom=min(tiles.largest, _LARGEST_ZOOM),
        base=True,
    )


def _lowest(layers: list[Any]) -> int:
    """The place above the outlines and the offline base map, below all that is listed."""
    listed = [place for place, layer in enumerate(layers) if not getattr(layer, "unlisted", False)]
    return listed[0] if listed else len(layers)
