"""Attributes of one feature, each in a box of its type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from typing import Any

import ipywidgets as w
import traitlets

from gpwidgets.protocol.attributes import attribute_text, check_attribute
from gpwidgets.protocol.features import Field
from gpwidgets.protocol.plain_text import plain_label
from gpwidgets.texts import later, tr
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import wide
from gpwidgets.widgets.kit.owner import Owner

_TYPES = {
    "SmallInteger": later("whole number"),
    "Integer": later("whole number"),
    "BigInteger": later("whole number"),
    "Double": later("number"),
    "Single": later("number"),
    "Date": later("date, as 2025-01-31 14:05 (UTC)"),
    "DateOnly": later("date, as 2025-01-31"),
    "TimeOnly": later("time, as 14:05"),
    "GUID": later("id"),
}


class AttributeForm(Owner, w.VBox):
    """The attributes that a parameter's schema names, for one feature.

    Parameters
    ----------
    fields
        Those that the user gives.

    Attributes
    ----------
    boxes : dict
        The control of each field by its name.
    """

    values: traitlets.Dict[str, Any] = traitlets.Dict(
        help="Values as they are sent, by field name; those that are wrong are left out."
    )

    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields: tuple[Field, ...] = tuple(fields)
        self._binding = Binding()
        self.boxes: dict[str, Any] = {}
        self._said: dict[str, w.HTML] = {}
        self._wrong: dict[str, str] = {}
        rows: list[w.Widget] = []
        for field in self.fields:
            self.boxes[field.name] = _box(field)
            self._said[field.name] = w.HTML(layout=w.Layout(display="none"))
            self._binding.follow(self.boxes[field.name], partial(self._take, field))
            rows += [self.boxes[field.name], self._said[field.name]]
        super().__init__(rows, layout=wide())
        self.add_class("gpw-plain")

    def show(self, values: Mapping[str, Any]) -> None:
        """Show a feature's attributes."""
        with self._binding.silently():
            for field in self.fields:
                box, value = self.boxes[field.name], values.get(field.name)
                text = attribute_text(field, value)
                box.value = text if not isinstance(box, w.Dropdown) or text in box.options else ""
                self._say(field, "")
            self.values = {field.name: values.get(field.name) for field in self.fields}

    def _take(self, field: Field, _change: object) -> None:
        try:
            value = check_attribute(field, self.boxes[field.name].value)
        except ValueError as error:
            self._say(field, str(error))
            return
        self._say(field, "")
        self.values: dict[str, Any | None] = {**self.values, field.name: value}

    def _say(self, field: Field, problem: str) -> None:
        said = self._said[field.name]
        text = f"{field.alias or field.name}: {problem}."
        said.value = (
            f'<div class="gpw-problem" role="alert"><span aria-hidden="true">✖ </span>{escape(text)}</div>'
        )
        said.layout.display = "" if problem else "none"
        self._wrong.pop(field.name, None)
        if problem:
            self._wrong[field.name] = text

    @property
    def problems(self) -> bool:
        """Whether any box holds what its field does not take."""
        return bool(self._wrong)

    @property
    def problem(self) -> str:
        """What is wrong with the first box that its field does not take; empty when all is well."""
        return next(iter(self._wrong.values()), "")

    def __repr__(self) -> str:
        return f"<AttributeForm of {len(self.fields)} fields>"


def _box(field: Field) -> w.DOMWidget:
    needed = not field.nullable and field.default is None
    label = plain_label(f"{field.alias or field.name}{' *' if needed else ''}")
    layout = wide()
    if field.coded_values:
        options = ["", *dict.fromkeys(field.coded_values.values())]
        return w.Dropdown(description=label, options=options, tooltip=field.name, layout=layout)
    return w.Text(
        description=label,
        placeholder=_hint(field),
        tooltip=field.name,
        continuous_update=False,
        layout=layout,
    )


def _hint(field: Field) -> str:
    kind = field.type.removeprefix("esriFieldType")
    words = tr(_TYPES.get(kind, later("text")))
    ends = (field.domain or {}).get("range")
    if isinstance(ends, list | tuple) and len(ends) == 2:
        words += tr(", {low} to {high}", low=ends[0], high=ends[1])
    if kind == "String" and field.length:
        words += tr(", up to {length} letters", length=field.length)
    return words
