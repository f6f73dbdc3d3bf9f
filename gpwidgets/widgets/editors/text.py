"""Editors of one box of text: texts, numbers, JSON and hidden texts."""

from __future__ import annotations

import json
from functools import cached_property
from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.bounds import how_to_raise
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.values import UNSET
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.kit.controls import WIDE, lean
from gpwidgets.widgets.kit.secret_text import HiddenText

_LINE = 80


def range_text(parameter: Any) -> str:
    """Return the range of a number in words; empty when there is none."""
    limits = parameter.filter
    if limits is None or limits.type != "range" or (limits.minimum is None and limits.maximum is None):
        return ""
    if limits.maximum is None:
        return tr("{minimum:g} or more", minimum=limits.minimum)
    if limits.minimum is None:
        return tr("{maximum:g} or less", maximum=limits.maximum)
    return tr("{minimum:g} to {maximum:g}", minimum=limits.minimum, maximum=limits.maximum)


class TextEditor(ParameterEditor):
    """One line of text, read as the parameter's type."""

    def build(self) -> list[w.Widget]:
        self.control: Any = self.make_control()
        self.control.observe(self.take, names="value")
        return [self.control]

    def make_control(self) -> Any:
        """Make the widget that holds the text: a line, or a box where the default is long."""
        default = self.parameter.default_value
        is_long = isinstance(default, str) and (len(default) > _LINE or "\n" in default)
        return lean(
            w.Textarea if is_long and not self.compact else w.Text,
            description=self.label,
            placeholder=self.placeholder,
            tooltip=self.title,
            layout=WIDE,
        )

    @property
    def placeholder(self) -> str:
        """What the empty box says."""
        return "" if self.parameter.required else tr("not set")

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.control

    def read(self) -> Any:
        """Return the text; nothing when it is empty."""
        text = self.control.value
        return text if text.strip() else UNSET

    def show(self, value: Any) -> None:
        self.control.value = "" if value is UNSET else self.text_of(value)

    def show_raw(self, value: Any) -> bool:
        """Write a refused value, if it is as short as a value that was typed."""
        if not isinstance(value, str | int | float):
            return False
        self.control.value = str(value)
        return True

    def text_of(self, value: Any) -> str:
        """Return the text of a value."""
        return str(value)


class NumberEditor(TextEditor):
    """A number, as text: so it can be empty, and what is wrong with it can be said."""

    @property
    def placeholder(self) -> str:
        return range_text(self.parameter) or (tr("a whole number") if self._is_whole else tr("a number"))

    @property
    def _is_whole(self) -> bool:
        return self.parameter.data_type == "GPLong"

    def text_of(self, value: Any) -> str:
        """Return the number without a needless fraction."""
        number = float(value)
        return (
            str(int(value))
            if self._is_whole or (number.is_integer() and abs(number) < 1e15)
            else repr(number)
        )


class JsonEditor(TextEditor):
    """Raw JSON, for types that are not known; text that is no JSON is sent as text."""

    def make_control(self) -> Any:
        """Make a box of several lines."""
        return lean(
            w.Textarea,
            description=self.label,
            placeholder=tr("{data_type}: JSON or text", data_type=self.parameter.data_type),
            rows=3,
            tooltip=self.title,
            layout=WIDE,
        )

    def read(self) -> Any:
        """Return the parsed JSON, or the text."""
        text = self.control.value.strip()
        if not text:
            return UNSET
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            if text[0] in "{[":
                raise ParameterError(
                    self.parameter.name, tr("the JSON cannot be read: {error}.", error=error)
                ) from None
            return text

    def text_of(self, value: Any) -> str:
        plain = self.codec.encode(value, self.parameter)
        return plain if isinstance(plain, str) else json.dumps(plain, indent=1, default=str)


class WideTableEditor(JsonEditor):
    """Rows of more columns than can be shown as cells, as JSON."""

    def build(self) -> list[w.Widget]:
        """Make the box, and say why it is one."""
        words = tr(
            "A table of {count:,} columns is given as JSON: a list of rows, each a list of cells. {hint}.",
            count=len(self.parameter.parameter_infos),
            hint=how_to_raise("cells"),
        )
        return [*super().build(), lean(w.HTML, f'<div class="gpw-muted" role="note">{escape(words)}</div>')]


class HiddenEditor(ParameterEditor):
    """A text that is not shown.

    What is typed is wiped from the box as soon as it has been read, so no saved notebook holds it.
    """

    def build(self) -> list[w.Widget]:
        """Make the box and its switch."""
        self._secret: Any = UNSET
        self.control: HiddenText = lean(
            HiddenText,
            description=self.label,
            continuous_update=False,
            placeholder=tr("not set"),
            tooltip=self.title,
            layout={"flex": "1 1 0"},
        )
        self.control.observe(self._keep, names="value")
        self._row = lean(w.HBox, [self.control], _dom_classes=("gpw-wide", "gpw-ends"))
        return [self._row]

    @cached_property
    def forget(self) -> w.Button:
        """The button that forgets the text."""
        button: w.Button = self.own(
            lean(
                w.Button,
                description=tr("Forget"),
                tooltip=tr("Forget {title}", title=self.title),
                layout={"width": "auto"},
                disabled=not self._enabled,
            )
        )
        button.on_click(self._drop)
        return button

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.control

    def _keep(self, change: Any) -> None:
        if change["new"]:
            self._secret = change["new"]
            self.control.value = ""
            self.take()
            self._tell()

    def _drop(self, _button: w.Button) -> None:
        self._secret = UNSET
        self.take()
        self._tell()
        self.focus()  # the button is gone

    def _tell(self) -> None:
        known = self._secret is not UNSET
        self.control.placeholder = tr("•••••••• (set)") if known else tr("not set")
        parts = (self.control, self.forget) if known else (self.control,)
        if len(parts) != len(self._row.children):
            self._row.children = parts

    def read(self) -> Any:
        return self._secret

    def show(self, value: Any) -> None:
        """Keep a value without showing it."""
        self._secret = value
        self._tell()
