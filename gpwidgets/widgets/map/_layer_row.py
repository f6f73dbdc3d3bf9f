"""One layer in the layer list: show it, move it, zoom to it, rename, style or remove it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Any, Protocol

import ipywidgets as w

from gpwidgets.texts import later, tr
from gpwidgets.widgets.kit.controls import icon_button, text_button
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.map._color_choice import ColorChoice
from gpwidgets.widgets.map.layers.layer_look import BY_SERVER, Styling, classes_by
from gpwidgets.widgets.map.layers.style_by import SEQUENTIAL, patch_html

_ONE_COLOR, _SERVER = (later("one colour"), ""), (later("the server's style"), BY_SERVER)
#: What the buttons of a row do.
_WORDS = (
    later("Zoom to {title}"),
    later("Move {title} up"),
    later("Move {title} down"),
    later("Style, name and more of {title}"),
)
_TAG = re.compile(r"<[^<>]*+>")


class Panel(Protocol):
    """What a row asks of the list it is in."""

    def set_shown(self, layer: Any, shown: bool) -> None:
        """Show or hide a layer."""

    def move(self, layer: Any, steps: int) -> None:
        """Move a layer up, or down with negative steps."""

    def zoom_to(self, layer: Any) -> None:
        """Show a layer whole."""

    def show_legends(self) -> None:
        """Show the legends of the layers as they are now."""


def title_of(layer: Any) -> str:
    """Return a layer's name as plain text."""
    return getattr(layer, "title", "") or unescape(_TAG.sub("", layer.name)) or tr("Layer")


def color_of(layer: Any) -> str:
    """Return the colour a layer is drawn in; empty when it has none of its own."""
    if getattr(layer, "classes", None) is not None:
        return ""
    style = getattr(layer, "style", None)
    return getattr(layer, "color", "") or (style.get("color", "") if isinstance(style, dict) else "")


def _small(icon: str, action: Callable[[], None]) -> w.Button:
    button: w.Button = icon_button(icon, "", action, layout={"width": "30px", "padding": "0", "flex": "none"})
    return button


class LayerRow(Owner, w.VBox):
    """The controls of one layer.

    Parameters
    ----------
    layer
        A layer of the map.
    panel
        The list.
    shown
        Whether it is on the map.
    """

    def __init__(self, layer: Any, panel: Panel, shown: bool = True) -> None:
        self.layer = layer
        self._panel = panel
        color = color_of(layer)
        self._patch = w.HTML(patch_html(color) if color else "", layout=w.Layout(flex="none", margin="2px 0"))
        self.shown: w.Checkbox = w.Checkbox(
            value=shown, indent=False, layout=w.Layout(width="auto", flex="1 1 0", min_width="0")
        )
        self.more: w.ToggleButton = icon_button(
            "cog", "", kind=w.ToggleButton, layout={"width": "30px", "padding": "0"}
        )
        self._buttons = (
            _small("search-plus", lambda: panel.zoom_to(layer)),
            _small("arrow-up", lambda: panel.move(layer, 1)),
            _small("arrow-down", lambda: panel.move(layer, -1)),
            self.more,
        )
        self._name_controls(title_of(layer))
        self.shown.observe(lambda change: panel.set_shown(layer, change["new"]), names="value")
        self.more.observe(self._open, names="value")
        head = w.HBox(
            [self._patch, self.shown, *self._buttons], layout=w.Layout(align_items="center", width="100%")
        )
        self._said = self.own(w.HTML())
        self._details = w.HBox(layout=w.Layout(flex_flow="row wrap", grid_gap="0 16px", width="100%"))
        super().__init__([head, *self._remark(), self._details], layout=w.Layout(width="100%"))
        self.add_class("gpw-layer")

    def _remark(self) -> list[w.Widget]:
        """What of the layer is not drawn as it is, in words that follow the map."""
        if not self.layer.has_trait("note"):
            return []
        remark = w.HTML()

        def tell(_change: object = None) -> None:
            words = escape(self.layer.note)
            remark.value = f'<div class="gpw-muted">{words}</div>' if words else ""

        tell()
        self.follow(self.layer, tell, "note")
        return [remark]

    def _name_controls(self, title: str) -> None:
        """Name the layer on all controls of the row."""
        self.shown.description = title
        self.shown.tooltip = tr("Show {title}", title=title)
        for button, words in zip(self._buttons, _WORDS, strict=True):
            button.description = button.tooltip = tr(words, title=title)

    def _open(self, change: Any) -> None:
        replace_children(self._details, self._make_details() if change["new"] else ())

    def _make_details(self) -> list[w.Widget]:
        parts: list[w.Widget] = []
        if self.layer.has_trait("opacity"):
            box = w.BoundedFloatText(self.layer.opacity, min=0.0, max=1.0, step=0.05)
            self.opacity: Any = _labelled(
                box, tr("Opacity")
            )  # a slider would have no name for readers of screens
            self.opacity.observe(self._set_opacity, names="value")
            parts.append(self.opacity)
        if hasattr(self.layer, "frame"):
            self.name: w.Text = _labelled(w.Text(title_of(self.layer), continuous_update=False), tr("Name"))
            self.name.observe(self._rename, names="value")
            parts += [self.name, *self._style_controls()]
        if getattr(self.layer, "remove_me", None) is not None:
            self.remove_button: w.Button = text_button(
                tr("Remove"),
                "trash",
                tr("Take the layer off the map; the result stays"),
                lambda: self.layer.remove_me(),
            )
            parts.append(self.remove_button)
        return (
            [*parts, self._said]
            if parts
            else [w.HTML(f'<div class="gpw-muted">{tr("Nothing to set.")}</div>')]
        )

    def _set_opacity(self, change: Any) -> None:
        self.layer.opacity = change["new"]

    @guarded
    def _rename(self, change: Any) -> None:
        name = change["new"].strip()
        if name:
            self.layer.rename(name)
            self._name_controls(name)
            self._panel.show_legends()

    # Style by attribute

    def _style_controls(self) -> list[w.Widget]:
        from gpwidgets.convert.rendering.classify import METHODS

        frame = self.layer.frame
        columns = [(str(name), str(name)) for name in frame.columns if str(name) != frame.geometry.name]
        server = [(tr(_SERVER[0]), _SERVER[1])] if self.layer.server_classes is not None else []
        now = self.layer.styling or self.layer.first_styling
        self.column: Any = _labelled(
            w.Dropdown(options=[(tr(_ONE_COLOR[0]), _ONE_COLOR[1]), *server, *columns], value=now.by),
            tr("Colour by"),
        )
        self.method: Any = _labelled(
            w.Dropdown(options=[(tr(one), one) for one in METHODS], value=now.method), tr("Classes")
        )
        self.count: w.BoundedIntText = _labelled(w.BoundedIntText(now.count, min=2, max=9), tr("How many"))
        self.palette: Any = _labelled(
            w.Dropdown(options=[(tr(one), one) for one in SEQUENTIAL], value=now.palette), tr("Colours")
        )
        self.color: ColorChoice = ColorChoice(self.layer.color, tr("Colour"))
        for control in (self.column, self.method, self.count, self.palette, self.color):
            control.observe(self._restyle, names="value")
        self._follow_column()
        return [self.column, self.color, self.method, self.count, self.palette]

    def _follow_column(self) -> None:
        by_column = self.column.value not in ("", _SERVER[1])
        for control in (self.method, self.count, self.palette):
            control.layout.display = "" if by_column else "none"
        if by_column and self.method.value == "categories":
            self.palette.layout.display = "none"
        self.color.layout.display = "" if self.column.value == "" else "none"

    @guarded
    def _restyle(self, change: Any) -> None:
        from gpwidgets.convert.rendering.classify import is_numeric

        frame, column = self.layer.frame, self.column.value
        if change["owner"] is self.column and column in frame.columns and not is_numeric(frame[column]):
            self.method.value = "categories"
        self._follow_column()
        self._said.value = ""
        styling = Styling(column, self.method.value, self.count.value, self.palette.value)
        classes = classes_by(styling, self.layer)
        self.layer.color = self.color.value
        self.layer.styling = styling
        self.layer.restyle(classes)
        self._show_patch()
        self._panel.show_legends()

    def _show_patch(self) -> None:
        self._patch.value = patch_html(self.layer.color) if self.layer.classes is None else ""

    def follow_color(self) -> None:
        """Show that the layer has one colour, which was chosen elsewhere."""
        self._show_patch()
        if self.more.value:
            self.column.value = ""

    def show_error(self, error: Exception) -> None:
        """Show why the layer cannot be styled so."""
        text = f'<div class="gpw-problem" role="alert">✖ {escape(str(error))}</div>'
        self._said.value = text if isinstance(error, ValueError) else error_html(error)

    def __repr__(self) -> str:
        return f"<LayerRow of {title_of(self.layer)!r}>"


def _labelled(control: Any, label: str) -> Any:
    control.description = label
    control.layout.width = "auto"
    control.layout.flex = "1 1 200px"
    control.style.description_width = "70px"
    return control
