"""Editor of an attribute column of another input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.protocol.features import RecordSet
from gpwidgets.protocol.values import UNSET, FieldRef
from gpwidgets.widgets.editors.base import ParameterEditor, edits

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter


@edits("Field")
class FieldEditor(ParameterEditor):
    """A column's name; the columns of the input it depends on are offered."""

    def build(self) -> list[w.Widget]:
        """Make the box with suggestions, which follow the other input."""
        self._given: Any = UNSET
        self._offered: tuple[FieldRef, ...] = ()
        self.control = w.Combobox(
            description=self.label,
            ensure_option=False,
            placeholder="a column's name",
            tooltip=self.title,
            layout=w.Layout(width="100%", min_width="0"),
        )
        self.control.observe(self.take, names="value")
        return [self.control]

    def follow(self) -> None:
        """Follow the input that the column belongs to; called when all editors are there."""
        other = self.context.sibling(self.parameter.dependency)
        if other is not None:
            other.observe(lambda change: self._offer(change["new"]), names="value")
            self._offer(other.value)

    def _offer(self, layer: Any) -> None:
        self._offered = columns_of(layer, self.parameter)
        self.control.options = [column.name for column in self._offered]

    @property
    def focus_target(self) -> w.DOMWidget:
        """The box."""
        return self.control

    def read(self) -> Any:
        """Return the column, with its type where that is known."""
        name = self.control.value.strip()
        if isinstance(self._given, FieldRef) and self._given.name == name:
            return self._given
        return next((column for column in self._offered if column.name == name), name or UNSET)

    def show(self, value: Any) -> None:
        """Show the name."""
        self._given = value
        self.control.value = "" if value is UNSET else value.name

    def show_raw(self, value: Any) -> None:
        """Write a refused value."""
        self.control.value = str(value)


def columns_of(layer: Any, parameter: GPParameter) -> tuple[FieldRef, ...]:
    """Return the columns of a layer's value that are of a type the parameter takes."""
    if isinstance(layer, RecordSet):
        limits = parameter.filter
        wanted = set(limits.values) if limits is not None and limits.type == "field" else set()
        return tuple(
            FieldRef(column.name, column.type, column.alias)
            for column in layer.fields
            if not wanted or wanted & {column.type, column.type.removeprefix("esriFieldType")}
        )
    if hasattr(layer, "dtypes"):
        return tuple(FieldRef(str(name)) for name, kind in layer.dtypes.items() if str(kind) != "geometry")
    return ()
