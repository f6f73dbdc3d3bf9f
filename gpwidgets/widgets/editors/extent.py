"""Editor of rectangles."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import ipywidgets as w

from gpwidgets.datatypes.registry import datatype_of, words_of
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import UNSET, Extent, SpatialReference
from gpwidgets.protocol.values.spatial import Bounds
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.editors.namespace import frames_in_notebook
from gpwidgets.widgets.kit.controls import WIDE, lean, status_html, text_button
from gpwidgets.widgets.kit.late_looks import Note
from gpwidgets.widgets.map.drawing.extent_tools import ExtentTools
from gpwidgets.widgets.page.open_maps import shown_results

_FLEX = {"width": "auto", "min_width": "0"}


class ExtentEditor(ParameterEditor):
    """Four edges and their coordinate system, drawn or taken from the map or a layer; outlined on the map."""

    _is_choosing = False

    def build(self) -> list[w.Widget]:
        self.edges: w.Text = lean(
            w.Text,
            description=self.label,
            placeholder="xmin, ymin, xmax, ymax",
            tooltip=tr("{title}: xmin, ymin, xmax, ymax", title=self.title),
            layout={"flex": "3 1 160px", **_FLEX},
        )
        self.system: w.Text = lean(
            w.Text,
            placeholder=tr("system, as EPSG:4326"),
            tooltip=tr("Coordinate system of {title}", title=self.title),
            layout={"flex": "1 1 90px", **_FLEX},
        )
        self.edges.observe(self.take, names="value")
        self.system.observe(self.take, names="value")
        self._about: w.HTML = Note()
        on_map = [] if self.context.map is None else [self.draw, self._make_from_map()]
        ways = [*on_map, self._make_from_layer()]
        layout = {**WIDE, "align_items": "flex-end", "flex_flow": "row wrap"}
        self._row = lean(w.HBox, [self.edges, self.system, *ways], layout=layout)
        self.observe(self._outline, names="value")
        return [self._row, self._about]

    @cached_property
    def draw(self) -> w.Button:
        """The button that begins and ends drawing."""
        words = tr("Draw a rectangle on the map for {title}", title=self.title)
        made: w.Button = text_button(
            tr("Draw"), "pencil-square-o", words, self._draw_or_stop, layout=w.Layout(width="auto")
        )
        return made

    @cached_property
    def _tools(self) -> ExtentTools:
        """The outline on the map, and what changes it."""
        assert self.context.map is not None
        made: ExtentTools = self.own(
            ExtentTools(self.context.map, self.title, self._take_box, self.clear, self._follow_drawing)
        )
        return made

    @property
    def _parts_below(self) -> list[w.Widget]:
        has_tools = "_tools" in self.__dict__ and self.value is not UNSET
        return [*([self._tools] if has_tools else []), self._about]

    def _outline(self, _change: object = None) -> None:
        """Show on the map what the field holds."""
        if self.context.map is None or (self.value is UNSET and "_tools" not in self.__dict__):
            return
        self._tools.show(None if self.value is UNSET else self.value)
        if not self._is_choosing:
            self.arrange([self._row, *self._parts_below])

    def _draw_or_stop(self) -> None:
        self._tools.draw_or_stop()

    def _follow_drawing(self, drawing: bool) -> None:
        self.draw.description = tr("Stop drawing") if drawing else tr("Draw")

    def _take_box(self, bounds: Bounds) -> None:
        """Take what was drawn on the map, in degrees."""
        west, south, east, north = (round(edge, 6) for edge in bounds)
        if west > east:
            self.refuse(tr("a rectangle cannot cross the 180 degree meridian; draw it on one side."))
        else:
            self.set_value(Extent(west, south, east, north, SpatialReference(wkid=4326)))

    def clear(self) -> None:
        """Limit the run to no extent."""
        self.set_value(UNSET)
        self.focus()  # the button that was pressed is gone

    def pause(self) -> None:
        """End drawing and dragging on the map."""
        if "_tools" in self.__dict__:
            self._tools.pause()

    def reset(self) -> None:
        super().reset()
        self._outline()

    def _make_from_map(self) -> w.Button:
        button: w.Button = lean(
            w.Button,
            description=tr("From the map"),
            icon="crop",
            tooltip=tr("Take what the map shows"),
            layout={"width": "auto"},
        )
        button.on_click(self._take_map)
        return button

    def _make_from_layer(self) -> w.Button:
        button: w.Button = text_button(
            tr("From a layer"),
            "object-group",
            tr("Take what a layer of the map, a result or a frame of the notebook covers"),
            self._list_layers,
        )
        return button

    @cached_property
    def layers(self) -> w.Dropdown:
        """The list of what has an extent."""
        tooltip = tr("Layers and frames for {title}", title=self.title)
        made: w.Dropdown = self.own(lean(w.Dropdown, tooltip=tooltip, layout=WIDE))
        made.observe(self._take_layer, names="value")
        return made

    def _list_layers(self) -> None:
        shown = [(title, frame) for title, frame, _ in shown_results()]
        seen = {id(frame) for _, frame in shown}
        frames = sorted(frames_in_notebook(with_geometry=True).items())
        self._found = [*shown, *((name, frame) for name, frame in frames if id(frame) not in seen)]
        head = tr("choose one of {count}…", count=len(self._found)) if self._found else tr("nothing yet")
        with self._binding.silently():
            self.layers.options = [(head, -1), *((name, at) for at, (name, _) in enumerate(self._found))]
            self.layers.value = -1
        self._is_choosing = True
        self.arrange([self._row, self.layers, *self._parts_below])
        self.layers.focus()

    def _take_layer(self, change: Any) -> None:
        if self._binding.silent or change["new"] is None or change["new"] < 0:
            return
        if self.set_value(self._found[change["new"]][1], picked=True):
            self._is_choosing = False
            self.arrange([self._row, *self._parts_below])
            if "_tools" in self.__dict__:
                self._tools.bring_into_view()
            self.focus()  # the list is gone, and the keyboard would be nowhere

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.edges

    def _take_map(self, _button: w.Button) -> None:
        if self.context.map is not None:
            edges = [round(edge, 6) for edge in self.context.map.extent]
            self.edges.value = ", ".join(f"{edge:g}" if edge == int(edge) else repr(edge) for edge in edges)
            self.system.value = "EPSG:4326"

    def read(self) -> Any:
        """Return the extent; what it covers is said below the boxes."""
        self._about.value = ""
        if not self.edges.value.strip():
            return UNSET
        made = self._read()
        self._about.value = status_html(words_of(made))
        return made

    def _read(self) -> Extent:
        made: Extent = self.codec.check(self.edges.value, self.parameter)
        if not self.system.value.strip():
            return made
        asked = GPParameter(self.parameter.name, "GPSpatialReference")
        try:
            reference = datatype_of(asked).check(self.system.value, asked)
        except ParameterError as error:
            raise ParameterError(self.parameter.name, error.problem) from None
        return Extent(*made.bounds, reference)

    def show(self, value: Any) -> None:
        self._about.value = "" if value is UNSET else status_html(words_of(value))
        if value is UNSET:
            self.edges.value = self.system.value = ""
            return
        self.edges.value = ", ".join(f"{edge!r}" for edge in value.bounds)
        code = value.spatial_reference.latest_wkid or value.spatial_reference.wkid
        self.system.value = str(code or value.spatial_reference.wkt or value.spatial_reference.wkt2 or "")

    def show_raw(self, value: Any) -> bool:
        self.edges.value = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        return True
