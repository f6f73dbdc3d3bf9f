"""Editor of rectangles."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import UNSET, Extent
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.kit.controls import WIDE, lean

_FLEX = {"width": "auto", "min_width": "0"}


class ExtentEditor(ParameterEditor):
    """Four edges and their coordinate system, or what the map shows."""

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
        row = lean(
            w.HBox,
            [self.edges, self.system, *([] if self.context.map is None else [self._make_from_map()])],
            layout={**WIDE, "align_items": "flex-end", "flex_flow": "row wrap"},
        )
        return [row]

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

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.edges

    def _take_map(self, _button: w.Button) -> None:
        if self.context.map is not None:
            edges = [round(edge, 6) for edge in self.context.map.extent]
            self.edges.value = ", ".join(f"{edge:g}" if edge == int(edge) else repr(edge) for edge in edges)
            self.system.value = "EPSG:4326"

    def read(self) -> Any:
        if not self.edges.value.strip():
            return UNSET
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
        if value is UNSET:
            self.edges.value = self.system.value = ""
            return
        self.edges.value = ", ".join(f"{edge!r}" for edge in value.bounds)
        code = value.spatial_reference.latest_wkid or value.spatial_reference.wkid
        self.system.value = str(code or value.spatial_reference.wkt or value.spatial_reference.wkt2 or "")

    def show_raw(self, value: Any) -> bool:
        self.edges.value = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        return True
