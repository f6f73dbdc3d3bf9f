"""The map of a task: base map, drawing targets and result layers.

This and its helpers (``map_draw.py``, ``layers.py``) are the only places that know ipyleaflet. Everything
that comes in or goes out is longitude and latitude, EPSG:4326, x before y; only ipyleaflet's own centre
is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import traitlets
from ipyleaflet import Map

from gpwidgets.convert.geometry.dateline import narrow_bounds
from gpwidgets.convert.rendering.map_shapes import pixel_size
from gpwidgets.protocol.values.spatial import Bounds
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.late_looks import LateLooks, Note
from gpwidgets.widgets.kit.owner import Owner, close_tree
from gpwidgets.widgets.kit.theme import style_sheet
from gpwidgets.widgets.map._attribute_panel import LARGEST, AttributePanel
from gpwidgets.widgets.map._base_map import base_map
from gpwidgets.widgets.map._layer_panel import LayerPanel
from gpwidgets.widgets.map._pointer import PointerPlace
from gpwidgets.widgets.map._result_layers import ResultLayers
from gpwidgets.widgets.map.drawing.draw_control import Pen
from gpwidgets.widgets.map.drawing.draw_target import DrawTarget
from gpwidgets.widgets.map.layers.frame_layer import TARGET_COLORS, FrameLayer, frame_bounds
from gpwidgets.widgets.map.layers.highlight import Highlight
from gpwidgets.widgets.map.layers.picture_layer import PictureLayer
from gpwidgets.widgets.map.layers.viewport import fills, go_to, size_of, take_off, union
from gpwidgets.widgets.page.open_maps import forget_map, remember_map

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

#: A selected feature smaller than this many pixels is gone to.
_SMALL = 6

#: Height of the button above the panel with the attributes, in pixels.
_BUTTON = 50


class TaskMap(Owner, LateLooks, w.VBox):
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
    pictures : dict
        Picture layers by name.
    layers : LayerPanel
        The layer list, shared by all that is on the same map.
    """

    note: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", help="What the map does not show as it is, in words."
    )
    selection: traitlets.Tuple = traitlets.Tuple(
        ("", ()), help="The selected features: name of their result layer, and positions of their rows."
    )

    def __init__(self, map: Map | None = None, *, height: str = "420px") -> None:
        self.is_own: bool = map is None
        self.map: Map = base_map(height) if map is None else map
        self.targets: dict[str, DrawTarget] = {}
        self.pictures: dict[str, PictureLayer] = {}
        self.spare(self.map)
        self._highlight = self.own(Highlight(self.map))
        if self.is_own:
            self.own(PointerPlace(self.map))
        self._note_box = Note()
        self.layers: LayerPanel = LayerPanel.of(self.map)
        self.layers.join()
        self._layers = ResultLayers(self.map, self.layers, self._prepare)
        self.results: dict[str, FrameLayer] = self._layers.by_name
        super().__init__(
            [style_sheet(), self.map, self.layers.dock, self._note_box], _dom_classes=("gpw-wide", "gpw-map")
        )
        self.follow(self.map, self._follow_view, ["bounds", "layers"])
        remember_map(self)

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
            color = color or self.layers.claim_color(TARGET_COLORS)
            self.targets[parameter_name] = DrawTarget(
                self.map, parameter_name, geometry_types, color, label or parameter_name
            )
        return self.targets[parameter_name]

    def add_result(
        self,
        name: str,
        gdf: GeoDataFrame,
        *,
        color: str | None = None,
        dashes: str = "",
        keep_earlier: bool = True,
    ) -> FrameLayer:
        """Show a frame as a layer; a layer that already has this name gives way to it.

        What the user has chosen for that layer (colours, opacity, name) holds for the new one, too. The
        result of an earlier run stays in the layer list, hidden, under a name with that of its run.

        Parameters
        ----------
        name
            Name in the layer list.
        gdf
            In any CRS.
        color
            As in CSS; the next free one of `RESULT_COLORS` when left out.
        dashes
            Lengths of dashes and gaps in pixels, as in SVG; empty for whole lines.
        keep_earlier
            Whether results of earlier runs stay in the layer list.

        Returns
        -------
        FrameLayer
            Its ``note`` says what is not drawn as it is; its ``key`` is the name it has here, which is
            another one for a frame of an earlier run.
        """
        old = self.results.get(name)
        if self.selection[0] == name and (old is None or old.frame is not gdf):
            self.clear_selection()
        layer = self._layers.add(name, gdf, color, dashes, keep=keep_earlier)
        self._tell_notes()
        return layer

    def _prepare(self, layer: FrameLayer, name: str) -> None:
        layer.key = name
        layer.remove_me = lambda: self.remove_result(name)
        layer.on_click(lambda **event: self._pick(name, layer, event))
        layer.on_hover(lambda **event: self._hover(layer, event))
        layer.observe(self._tell_notes, names="note")

    def rest(self, name: str) -> None:
        """Take the layer of an earlier run off the map; it stays in the layer list."""
        if self.selection[0] == name:
            self.clear_selection()
        self._layers.rest(name)
        self._tell_notes()

    def outdate(self, frames: Iterable[Any]) -> None:
        """Say of the layers of these frames that they are of an earlier run, by the name of that run."""
        names = [
            name
            for name, layer in self.results.items()
            if not layer.is_earlier and any(layer.frame is frame for frame in frames)
        ]
        for name in names:
            if self.selection[0] == name:
                self.clear_selection()
            self._layers.outdate(name)
        self._tell_notes()

    def add_picture(self, name: str, png: bytes, bounds: Bounds) -> PictureLayer:
        """Show a picture as a layer; one that already has this name gives way to it.

        Parameters
        ----------
        name
            Name in the layer list.
        png
            The picture, its rows evenly spaced in Web Mercator.
        bounds
            West, south, east, north in degrees, EPSG:4326.
        """
        self.remove_picture(name)
        layer = PictureLayer(png, bounds, name)
        layer.remove_me = lambda: self.remove_picture(name)
        self.pictures[name] = layer
        self.map.add(layer)
        return layer

    def remove_picture(self, name: str) -> None:
        """Take a picture off the map; nothing happens when there is none of this name."""
        layer = self.pictures.pop(name, None)
        if layer is not None:
            self.layers.forget(layer)
            take_off(self.map, layer)
            close_tree(layer)

    def remove_target(self, target: DrawTarget) -> None:
        """Take a drawing target with what is drawn for it off the map."""
        if self.targets.get(target.name) is target:
            del self.targets[target.name]
            self.layers.release_color(target.color)
        target.close()

    def remove_result(self, name: str) -> None:
        """Take a result layer off the map; nothing happens when there is none of this name."""
        if self.selection[0] == name:
            self.clear_selection()
        self._layers.remove(name)
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
        go_to(self.map, bounds, largest=largest)

    def zoom_to_frame(self, gdf: GeoDataFrame) -> None:
        """Show a frame's place whole, and a point with its surroundings; nothing where that is so already."""
        bounds = frame_bounds(gdf)
        if bounds is None:
            return
        if bounds[2] - bounds[0] > 180.0:  # perhaps only since it lies on both sides of 180 degrees
            degrees = gdf.geometry if gdf.crs is None else gdf.geometry.to_crs("EPSG:4326")
            bounds = narrow_bounds(degrees.to_numpy()) or bounds
        if bounds[2] < bounds[0] or not fills(self.extent, bounds):
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

    def let_go(self) -> None:
        """Take everything of ours off the map; close it, if it is ours and nothing else is on it."""
        forget_map(self)
        if self.is_own and self.layers.has_one_user:
            close_tree(self.map)
        self.clear_selection()
        for target in list(self.targets.values()):
            self.remove_target(target)
        self._layers.close()
        for name in list(self.pictures):
            self.remove_picture(name)
        self.layers.leave()

    def _follow_view(self, _change: object = None) -> None:
        """Let large layers draw what the map shows now."""
        bounds, zoom = self.map.bounds, self.map.zoom
        if len(bounds) != 2:
            return
        (south, west), (north, east) = bounds
        for layer in list(self.results.values()):
            if layer in self.map.layers:
                layer.look((west, south, east, north), zoom)

    def _tell_notes(self, _change: object = None) -> None:
        notes = [f"{name}: {layer.note}" for name, layer in self.results.items() if layer.note]
        self.note: str = "; ".join(notes)
        self.layers.show_legends()  # they say, too, what of a layer is drawn

    @traitlets.observe("note")
    def _show_note(self, _change: Mapping[str, Any]) -> None:
        html = f'<div class="gpw-note" role="note">{escape(self.note)}</div>'
        self._note_box.value = html if self.note else ""

    # Selecting

    @cached_property
    def _attributes(self) -> AttributePanel:
        """Made for the first feature that is selected or under the pointer."""
        return self.own(AttributePanel(self.map, self.clear_selection))

    def select(self, name: str, rows: Sequence[int], *, show: bool = True) -> None:
        """Select features of a result layer; they are highlighted, and the first one's attributes shown.

        Parameters
        ----------
        name
            The result layer.
        rows
            Positions of the rows in its frame; none clears the selection.
        show
            Whether the map moves to them where it does not show them yet.
        """
        layer = self.results.get(name)
        if layer is None or not rows:
            self.clear_selection()
            return
        self.selection: tuple[str, tuple[int, ...]] = (name, tuple(rows))
        if show:
            self._bring_into_view(frame_bounds(layer.frame.iloc[list(rows)]))

    def clear_selection(self) -> None:
        """Let the selected features go."""
        self.selection = ("", ())

    @traitlets.observe("selection")
    def _show_selection(self, _change: object) -> None:
        name, rows = self.selection
        layer = self.results.get(name)
        if layer is None or not rows:
            self._highlight.clear()
            if "_attributes" in self.__dict__:
                self._attributes.hide()
            return
        self._highlight.show(layer.frame.iloc[list(rows)], crosses=layer.map_shapes.crosses)
        more = tr("{count:,} features selected; the first:", count=len(rows)) if len(rows) > 1 else ""
        self._attributes.pin(layer.title, layer.frame, rows[0], more)

    def _bring_into_view(self, bounds: Bounds | None) -> None:
        if bounds is None:
            return
        if bounds[2] < bounds[0]:  # across 180 degrees
            self.zoom_to(bounds)
            return
        west, south, east, north = self.extent
        inside = bounds[0] >= west and bounds[1] >= south and bounds[2] <= east and bounds[3] <= north
        pixels = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / pixel_size(self.map.zoom)
        is_point = bounds[:2] == bounds[2:]
        if is_point and not inside:
            self.map.center = (bounds[1], bounds[0])
        elif not inside or (pixels < _SMALL and not is_point):
            self.zoom_to(bounds)
        elif self._is_under_panel(bounds):
            x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
            # A third from the left, a quarter from the bottom.
            self.map.center = (y + (north - south) / 4, x + (east - west) / 6)

    def _is_under_panel(self, bounds: Bounds) -> bool:
        """Whether the middle of a box may lie under the panel with the attributes, in a corner of the map."""
        west, south, east, north = self.extent
        width, height = size_of(self.map)
        right = (east - (bounds[0] + bounds[2]) / 2) / (east - west) * width
        above = (north - (bounds[1] + bounds[3]) / 2) / (north - south) * height
        return right < LARGEST[0] and above < LARGEST[1] + _BUTTON

    def _pick(self, name: str, layer: FrameLayer, event: Mapping[str, Any]) -> None:
        row: Any = event.get("id")
        if Pen.of(self.map).target is not None or not layer.row(row):
            return  # the click belongs to a shape being drawn
        self.select(name, (row,), show=False)

    def _hover(self, layer: FrameLayer, event: Mapping[str, Any]) -> None:
        row: Any = event.get("id")
        if Pen.of(self.map).target is None and layer.row(row):
            self._attributes.glance(layer.title, layer.frame, row)

    def __repr__(self) -> str:
        return f"<TaskMap: {len(self.targets)} targets, {len(self.results)} results>"
