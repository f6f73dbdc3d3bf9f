"""Editor of an attribute column of another input."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import ipywidgets as w

from gpwidgets.protocol.values import UNSET, FieldRef
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.column_choices import ColumnFollower, depending
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.kit.controls import WIDE, lean, status_html
from gpwidgets.widgets.kit.late_looks import Note


class FieldEditor(ParameterEditor):
    """A column's name; the columns of the input it depends on are offered."""

    def build(self) -> list[w.Widget]:
        """Make the box with suggestions, which follow the other input."""
        self._given: Any = UNSET
        self.control: w.Combobox = lean(
            w.Combobox,
            description=self.label,
            ensure_option=False,
            placeholder=tr("a column's name"),
            tooltip=self.title,
            layout=WIDE,
        )
        self.control.observe(self.take, names="value")
        self.follower: ColumnFollower = ColumnFollower(
            self.context, depending(self.parameter, self.context), self._offer
        )
        self.follower.start()
        return [self.control]

    @cached_property
    def hint(self) -> Note:
        """What is known of the column."""
        return self.own(Note())

    def _offer(self) -> None:
        self.control.options = [column.name for column in self.follower.columns]
        self._hint()

    def _hint(self) -> None:
        """Say what is known of the column; it keeps nobody from running, as servers add columns."""
        name, known = self.control.value.strip(), [column.name for column in self.follower.columns]
        words = self.follower.note
        if name and known and name.casefold() not in [one.casefold() for one in known]:
            words = tr(
                "The layer has no column {name}; it has: {columns}", name=name, columns=", ".join(known[:12])
            )
        if words or "hint" in self.__dict__:
            self.hint.value = status_html(words)
            self.arrange([self.control, self.hint])

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.control

    def read(self) -> Any:
        """Return the column, with its type where that is known."""
        name = self.control.value.strip()
        if isinstance(self._given, FieldRef) and self._given.name == name:
            return self._given
        return next((column for column in self.follower.columns if column.name == name), name or UNSET)

    def show(self, value: Any) -> None:
        self._given = value
        self.control.value = "" if value is UNSET else value.name

    def take(self, change: object = None) -> None:
        """Read the name; say whether the layer has such a column."""
        super().take(change)
        if not self._binding.silent:
            self._hint()

    def let_go(self) -> None:
        """Follow the layer no more."""
        self.follower.close()

    def show_raw(self, value: Any) -> bool:
        self.control.value = str(value)
        return True
