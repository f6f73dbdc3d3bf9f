"""The map of a task: base map, drawing targets and result layers.

This and its helpers (``map_draw.py``, ``layers.py``) are the only places that know ipyleaflet. Everything
that comes in or goes out is longitude and latitude, EPSG:4326, x before y; only ipyleaflet's own centre
is not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import traitlets
from ipyleaflet import LayersControl, Map, ScaleControl, TileLayer, WidgetControl

from gpwidgets.widgets.cells import cell_text
from gpwidgets.widgets.layers import (
    RESULT_COLORS,
    TARGET_COLORS,
    FrameLayer,
    LeanGeoJSON,
    frame_bounds,
    free_label,
)
from gpwidgets.widgets.map_draw import DrawTarget, Pen
from gpwidgets.widgets.map_view import Bounds, size_of, union, view_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

#: Answers requests without a key and without a referrer, which notebooks often do not send.
TILE_URL = "https://server.arcgisonline.com/ArcGIS/rest/services/World_Topo_Map/MapServer/tile/{z}/{y}/{x}"
TILE_ATTRIBUTION = "Tiles &copy; Esri and its data providers; outlines: Natural Earth"

_UNDER = "gpw-under"
_LAND_STYLE = {
    "pane": _UNDER,  # a GeoJSON layer heeds the pane only inside its style
    "interactive": False,
    "color": "#8fa0ad",
    "weight": 1,
    "fillColor": "#f6f4ee",
    "fillOpacity": 1,
}


@cache
def _land() -> dict[str, Any]:
    text = files("gpwidgets").joinpath("data/land.geojson").read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def base_map(height: str = "420px") -> Map:
    """Return a map that is never blank: land outlines lie under the tiles and show where no tile arrives."""
    map_widget = Map(
        layers=(),
        center=(20.0, 0.0),
        zoom=2,
        prefer_canvas=True,
        scroll_wheel_zoom=True,
        world_copy_jump=True,
        panes={_UNDER: {"zIndex": 150, "pointerEvents": "none"}},
        layout=w.Layout(height=height, width="100%", min_width="0"),
    )
    map_widget.add(LeanGeoJSON(data=_land(), name="Land outlines", style=_LAND_STYLE, pm_ignore=True))
    map_widget.add(
        TileLayer(url=TILE_URL, attribution=TILE_ATTRIBUTION, name="Base map", max_zoom=19, base=True)
    )
    map_widget.add(ScaleControl(position="bottomleft"))
    return map_widget


class TaskMap(w.VBox):
    """A map on which inputs are drawn and results are shown.

    Parameters
    ----------
    map
        A map of the user's own, on which nothing of theirs is changed or removed; a new one when left out.
    height
        Height of a new map, as in CSS.

    Attributes
    ----------
    map : ipyleaflet.Map
        The map itself.
    targets : dict
        Drawing targets by parameter name.
    results : dict
        Result layers by name.
    """

    note = traitlets.Unicode("", help="What the map does not show as it is, in words.")

    def __init__(self, map: Map | None = None, *, height: str = "420px") -> None:  # noqa: A002
        self.is_own = map is None
        self.map: Map = base_map(height) if map is None else map
        self.targets: dict[str, DrawTarget] = {}
        self.results: dict[str, FrameLayer] = {}
        self._colors: dict[str, str] = {}
        self._attributes = AttributePanel(self._hide_attributes)
        self._note_box = w.HTML(layout=w.Layout(display="none"))
        if not any(isinstance(control, LayersControl) for control in self.map.controls):
            self.map.add(LayersControl(position="topright"))
        self.map.observe(self._follow_view, names="bounds")
        super().__init__([self.map, self._note_box], layout=w.Layout(width="100%", min_width="0"))
        self.add_class("gpw-map")

    def target(
        self,
        parameter_name: str,
        geometry_types: Sequence[str] = (),
        color: str | None = None,
        *,
        label: str = "",
    ) -> DrawTarget:
        """Return the drawing target of a parameter, made when it is asked for first.

        Parameters
        ----------
        parameter_name
            The parameter that the drawn shapes are for.
        geometry_types
            ``esriGeometry…`` names that it takes; none means any.
        color
            As in CSS; the next free one of `TARGET_COLORS` when left out.
        label
            Name in the layer list; the parameter's name when left out.
        """
        if parameter_name not in self.targets:
            color = color or TARGET_COLORS[len(self.targets) % len(TARGET_COLORS)]
            self.targets[parameter_name] = DrawTarget(
                self.map, parameter_name, geometry_types, color, label or parameter_name
            )
        return self.targets[parameter_name]

    def add_result(self, name: str, gdf: GeoDataFrame) -> FrameLayer:
        """Show a frame as a layer; a layer that already has this name gives way to it.

        Parameters
        ----------
        name
            Name in the layer list.
        gdf
            In any CRS.

        Returns
        -------
        FrameLayer
            Its ``note`` says what is not drawn as it is.
        """
        color = self._colors.setdefault(name, RESULT_COLORS[len(self._colors) % len(RESULT_COLORS)])
        layer = FrameLayer(gdf, name, color)
        layer.on_click(lambda **event: self._show_attributes(layer, event))
        old = self.results.get(name)
        if old is not None and old in self.map.layers:
            layer.name = old.name
            self.map.substitute(old, layer)
            old.close()
        else:
            layer.name = free_label(self.map, name, color)
            self.map.add(layer)
        self.results[name] = layer
        layer.observe(self._tell_notes, names="note")
        self._tell_notes()
        return layer

    def remove_result(self, name: str) -> None:
        """Take a result layer off the map; nothing happens when there is none of this name."""
        layer = self.results.pop(name, None)
        if layer is not None:
            if layer in self.map.layers:
                self.map.remove(layer)
            layer.close()
            self._tell_notes()

    def zoom_to(self, bounds: Bounds, *, largest: int = 15) -> None:
        """Show a box whole.

        Parameters
        ----------
        bounds
            West, south, east, north in degrees, EPSG:4326; east below west when it crosses 180 degrees.
        largest
            Highest zoom level, which also serves for a single point.
        """
        center, zoom = view_of(bounds, size_of(self.map), largest=largest)
        self.map.zoom = zoom  # first the zoom: the browser would move the centre again
        self.map.center = center

    def zoom_to_frame(self, gdf: GeoDataFrame) -> None:
        """Show a frame's place whole, and a point with its surroundings; nothing without places."""
        bounds = frame_bounds(gdf)
        if bounds is not None:
            self.zoom_to(bounds, largest=11)

    def zoom_to_results(self, names: Sequence[str] | None = None) -> None:
        """Show these result layers whole, all of them when no name is given."""
        layers = [layer for name, layer in self.results.items() if names is None or name in names]
        bounds = union([layer.bounds_4326 for layer in layers if layer.bounds_4326 is not None])
        if bounds is not None:
            self.zoom_to(bounds)

    @property
    def extent(self) -> Bounds:
        """West, south, east, north of what the map shows, in degrees; before it is shown, the world."""
        south, west, north, east = (getattr(self.map, side) for side in ("south", "west", "north", "east"))
        if not (north > south and east > west):
            return (-180.0, -85.0, 180.0, 85.0)
        if east - west >= 360.0:
            return (-180.0, south, 180.0, north)
        shift = -360.0 * round((west + east) / 720.0)
        return (max(-180.0, west + shift), south, min(180.0, east + shift), north)

    def detach(self) -> None:
        """Take everything of ours off the map; needed only for a map of the user's own."""
        self.map.unobserve(self._follow_view, names="bounds")
        for target in self.targets.values():
            target.detach()
        for name in list(self.results):
            self.remove_result(name)
        self._hide_attributes()

    def _follow_view(self, _change: object = None) -> None:
        """Let large layers draw what the map shows now."""
        bounds, zoom = self.map.bounds, self.map.zoom
        if len(bounds) != 2:
            return
        (south, west), (north, east) = bounds
        for layer in list(self.results.values()):
            layer.look((west, south, east, north), zoom)

    def _tell_notes(self, _change: object = None) -> None:
        notes = [f"{name}: {layer.note}" for name, layer in self.results.items() if layer.note]
        self.note = "; ".join(notes)

    @traitlets.observe("note")
    def _show_note(self, _change: Mapping[str, Any]) -> None:
        self._note_box.value = f'<div class="gpw-note" role="note">{escape(self.note)}</div>'
        self._note_box.layout.display = "" if self.note else "none"

    def _show_attributes(self, layer: FrameLayer, event: Mapping[str, Any]) -> None:
        if Pen.of(self.map).target is not None:
            return  # the click belongs to a shape being drawn
        self._attributes.show(layer.title, layer.row(event.get("id")))
        if self._attributes not in self.map.controls:
            self.map.add(self._attributes)

    def _hide_attributes(self) -> None:
        if self._attributes in self.map.controls:
            self.map.remove(self._attributes)

    def __repr__(self) -> str:
        return f"<TaskMap: {len(self.targets)} targets, {len(self.results)} results>"


class AttributePanel(WidgetControl):
    """The attributes of the feature clicked last, in a corner of the map.

    A popup on the feature would appear in the layer list, and one bound to the layer would swallow the clicks
    that are meant for drawing.
    """

    def __init__(self, hide: Callable[[], None]) -> None:
        self._text = w.HTML()
        close = w.Button(description="Close", icon="times", layout=w.Layout(width="auto"))
        close.on_click(lambda _button: hide())
        box = w.VBox(
            [self._text, close], layout=w.Layout(max_width="300px", max_height="260px", overflow="auto")
        )
        box.add_class("gpw-attributes")
        super().__init__(widget=box, position="bottomright")

    def show(self, title: str, row: Mapping[str, Any]) -> None:
        """Show a feature's attributes under its layer's name."""
        cells = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(cell_text(value))}</td></tr>'
            for name, value in row.items()
        )
        table = f'<table class="gpw-frame">{cells}</table>' if cells else "No attributes"
        self._text.value = f'<div role="status"><b>{escape(title)}</b>{table}</div>'
