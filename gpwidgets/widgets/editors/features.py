"""Editor of features: drawn on the map, pasted, or taken from a frame, a file or a layer."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.errors import GPError
from gpwidgets.protocol.features import FeatureSet
from gpwidgets.protocol.values import UNSET, DataFile, LayerReference
from gpwidgets.widgets.editors.base import ParameterEditor, edits
from gpwidgets.widgets.editors.namespace import frames_in_notebook

_AUTO = {"width": "auto"}
_ICONS = {
    "point": "map-marker",
    "multipoint": "map-marker",
    "line": "pencil",
    "polygon": "object-group",
    "rectangle": "square-o",
    "circle": "circle-o",
}
_WAYS = (
    "-84.2, 36.3  (longitude, latitude; one a line), WKT, GeoJSON, a file's path, "
    "a layer's URL, or the name of a GeoDataFrame"
)


@edits("GPFeatureRecordSetLayer")
class FeatureEditor(ParameterEditor):
    """Features for one parameter."""

    def build(self) -> list[w.Widget]:
        """Make buttons for drawing, a line that says what there is, and the ways without a mouse."""
        title = w.Label(self.label, layout=w.Layout(display="none" if self.compact else ""))
        title.add_class("gpw-label")
        self.summary = w.HTML()
        self.target = self._make_target()
        parts = [title, self._make_choice(), self._make_tools(), self.summary, self._make_other_ways()]
        if self.target is not None:
            self.target.observe(self._take_shapes, names="shapes")
            self.target.observe(self._show_armed, names="armed")
        return parts

    def _make_target(self) -> Any:
        if self.context.map is None:
            return None
        taken = self.context.map.targets
        name = self.parameter.name
        number = 2
        while name in taken:  # rows of a list are drawn apart
            name, number = f"{self.parameter.name} {number}", number + 1
        return self.context.map.target(name, self.parameter.geometry_types, label=self.title)

    def _make_choice(self) -> w.Widget:
        options = [("a layer of the server…", UNSET), *((c.label, c.value) for c in self.parameter.choices)]
        self.choice = w.Dropdown(
            options=options,
            tooltip=f"Layer for {self.title}",
            layout=w.Layout(width="100%", min_width="0", display="" if self.parameter.choices else "none"),
        )
        self.choice.observe(self._take_choice, names="value")
        return self.choice

    def _make_tools(self) -> w.HBox:
        self.tools: dict[str, w.Button] = {}
        kinds = () if self.target is None else self.target.kinds
        for kind in kinds:
            button = w.Button(
                description=f"Draw {kind}",
                icon=_ICONS.get(kind, "pencil"),
                tooltip=f"Draw a {kind} for {self.title} on the map",
                layout=w.Layout(**_AUTO),
            )
            button.on_click(lambda _button, kind=kind: self._toggle(kind))
            self.tools[kind] = button
        self.undo = w.Button(
            description="Undo", icon="undo", tooltip="Take the last change back", layout=w.Layout(**_AUTO)
        )
        self.clear = w.Button(
            description="Clear",
            icon="trash-o",
            tooltip=f"Take all of {self.title} away",
            layout=w.Layout(**_AUTO),
        )
        self.undo.on_click(lambda _button: self.target.undo())
        self.clear.on_click(self._clear_all)
        undo = [self.undo] if kinds else []
        row = w.HBox([*self.tools.values(), *undo, self.clear], layout=w.Layout(flex_flow="row wrap"))
        row.add_class("gpw-tools")
        return row

    def _make_other_ways(self) -> w.Accordion:
        self.text = w.Textarea(
            placeholder=_WAYS,
            rows=3,
            tooltip=f"{self.title} as text, path, URL or name",
            layout=w.Layout(width="100%", min_width="0"),
        )
        self.use = w.Button(description="Use", icon="check", tooltip=f"Use it for {self.title}")
        self.names = w.Dropdown(
            options=[""],
            tooltip=f"GeoDataFrame for {self.title}",
            layout=w.Layout(width="auto", display="none"),
        )
        self.use.on_click(self._use_text)
        self.names.observe(self._use_name, names="value")
        box = w.VBox(
            [self.text, w.HBox([self.use, self.names], layout=w.Layout(flex_flow="row wrap"))],
            layout=w.Layout(width="100%", min_width="0"),
        )
        title = "Without drawing" if self.tools else "Give features"
        self.other = w.Accordion([box], titles=(title,), selected_index=None if self.tools else 0)
        self.other.observe(lambda _change: self._offer_frames(), names="selected_index")
        return self.other

    @property
    def focus_target(self) -> w.DOMWidget:
        """The first button for drawing, or the text."""
        return next(iter(self.tools.values()), self.text)

    # Drawing

    def _toggle(self, kind: str) -> None:
        if self.target.armed == kind:
            self.target.disarm()
        else:
            self.target.arm(kind)

    def _show_armed(self, change: Any) -> None:
        for kind, button in self.tools.items():
            on = change["new"] == kind
            button.description = "Stop drawing" if on else f"Draw {kind}"
            button.button_style = "info" if on else ""
        self._tell()

    def _take_shapes(self, _change: object = None) -> None:
        if not self._filling:
            self._given = UNSET  # what is on the map counts from now on
            self._fill(lambda: self.choice.set_trait("value", UNSET))
            self.take()

    def _clear_all(self, _button: w.Button) -> None:
        self.show(UNSET)
        self.take()

    # Other ways

    def _take_choice(self, _change: object) -> None:
        if not self._filling:
            self.set_value(self.choice.value)
            self._tell()

    def _use_text(self, _button: w.Button) -> None:
        text = self.text.value.strip()
        if text:
            self.set_value(frames_in_notebook(with_geometry=True).get(text, text))
            self._tell()

    def _use_name(self, change: Any) -> None:
        frame = frames_in_notebook(with_geometry=True).get(change["new"])
        if frame is not None:
            self.set_value(frame)
            self._tell()

    def _offer_frames(self) -> None:
        names = sorted(frames_in_notebook(with_geometry=True))
        self.names.layout.display = "" if names else "none"
        self.names.options = [("a GeoDataFrame of this notebook…", ""), *((name, name) for name in names)]

    # Value

    def read(self) -> Any:
        """Return what is drawn or was given."""
        if self.target is not None and not self.target.is_empty:
            return self.target.frame()
        return self._given

    def show(self, value: Any) -> None:
        """Keep a value, and show it on the map when it has places."""
        self._given = value
        named = isinstance(value, str) and value is not UNSET
        self._fill(lambda: self.choice.set_trait("value", value if named and self._offers(value) else UNSET))
        if self.target is not None:
            self._fill(lambda: self._show_on_map(value))
        self._tell(value)

    def _offers(self, value: str) -> bool:
        return any(choice.value == value for choice in self.parameter.choices)

    def _show_on_map(self, value: Any) -> None:
        frame = self._frame_of(value)
        if frame is not None and len(frame):
            self.target.set_frame(frame)
            if self.context.map is not None:
                self.context.map.zoom_to_frame(frame)
        elif not self.target.is_empty:
            self.target.clear()

    @staticmethod
    def _frame_of(value: Any) -> Any:
        if not isinstance(value, FeatureSet):
            return value if hasattr(value, "geometry") else None
        from gpwidgets.convert.frames import features_to_frame

        try:
            return features_to_frame(value.json)
        except GPError:
            return None  # the server's own example stays the value, even if it cannot be drawn

    def show_raw(self, value: Any) -> None:
        """Write refused text where it was typed."""
        if isinstance(value, str):
            self.text.value = value

    def _tell(self, value: Any = None) -> None:
        """Say in one line what is there and what to do next."""
        text = self._what_is_there(self.value if value is None else value)
        armed = self.target.armed if self.target is not None else ""
        if armed in ("point", "multipoint"):
            text += " Each click on the map adds a point."
        elif armed:
            text += " Draw on the map; a double click ends a line or polygon."
        self.summary.value = f'<div class="gpw-muted" role="status">{text}</div>'
        there = self.value is not UNSET or (value is not None and value is not UNSET)
        self.clear.disabled = not there
        self.undo.disabled = self.target is None or not self.target.can_undo

    def _what_is_there(self, value: Any) -> str:
        if value is UNSET:
            return "Nothing yet."
        if isinstance(value, LayerReference):
            return f"The server reads {escape(value.url)}."
        if isinstance(value, str):
            return f"The layer {escape(value)}."
        if isinstance(value, DataFile):
            return "An uploaded file."
        count = len(value.features) if isinstance(value, FeatureSet) else len(value)
        kind = _kind_of(value)
        return f"{count:,} {kind}{'' if count == 1 else 's'}."

    def take(self, _change: object = None) -> None:
        """Read what is drawn; say so."""
        super().take(_change)
        if not self._filling:
            self._tell()

    def close(self) -> None:
        """Take the drawing off the map with the editor."""
        if self.target is not None and self.context.map is not None:
            self.target.detach()
        super().close()


def _kind_of(value: Any) -> str:
    if isinstance(value, FeatureSet):
        kind = value.geometry_type.removeprefix("esriGeometry").lower()
        return {"polyline": "line", "": "feature", "any": "feature"}.get(kind, kind)
    kinds = {kind.removeprefix("Multi") for kind in value.geom_type.dropna().unique()}
    words = {"Point": "point", "LineString": "line", "Polygon": "polygon"}
    return words.get(kinds.pop(), "feature") if len(kinds) == 1 else "feature"
