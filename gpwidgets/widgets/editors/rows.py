"""Editors of lists: several values of one type, and tables of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import ipywidgets as w

from gpwidgets.errors import ParameterError
from gpwidgets.protocol.datatypes.composite import ValueTableType
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.enums import ParameterType
from gpwidgets.protocol.values import UNSET
from gpwidgets.widgets.editors.base import ParameterEditor, editor_for, edits
from gpwidgets.widgets.editors.pasting import split_rows

_WIDE = {"width": "100%", "min_width": "0"}
_PASTED = frozenset(
    {"GPString", "GPLong", "GPDouble", "GPDate", "GPLinearUnit", "GPArealUnit", "GPTimeUnit", "Field"}
)


class Row(w.HBox):
    """One row: its editors, and buttons to move and remove it."""

    def __init__(self, editors: Sequence[ParameterEditor], owner: ListEditor) -> None:
        self.editors = tuple(editors)
        self._owner = owner
        buttons = [
            self._button("arrow-up", "Move up", lambda: owner.move(self, -1)),
            self._button("arrow-down", "Move down", lambda: owner.move(self, 1)),
            self._button("times", "Remove", lambda: owner.remove(self)),
        ]
        cells = w.HBox(self.editors, layout=w.Layout(flex="1 1 0", min_width="0", width="auto"))
        super().__init__([cells, *buttons], layout=w.Layout(align_items="flex-start", **_WIDE))
        self.add_class("gpw-row")
        for editor in self.editors:
            editor.observe(owner.take, names=["value", "error"])

    def _button(self, icon: str, words: str, act: Any) -> w.Button:
        button = w.Button(icon=icon, tooltip=f"{words} in {self._owner.title}", layout=w.Layout(width="32px"))
        button.on_click(lambda _button: act())
        return button

    @property
    def is_empty(self) -> bool:
        """Whether nothing is given in any of its cells."""
        return all(editor.value is UNSET and not editor.error for editor in self.editors)


class ListEditor(ParameterEditor):
    """Rows that can be added, removed, moved and pasted."""

    def build(self) -> list[w.Widget]:
        """Make the frame of the list."""
        title = w.Label(self.label, layout=w.Layout(display="none" if self.compact else ""))
        title.add_class("gpw-label")
        self.rows = w.VBox(layout=w.Layout(max_height="340px", overflow="auto", **_WIDE))
        self.add_button = w.Button(
            description="Add a row",
            icon="plus",
            tooltip=f"Add a row to {self.title}",
            layout=w.Layout(width="auto"),
        )
        self.add_button.on_click(lambda _button: self.add())
        return [title, *self.headings(), self.rows, w.HBox([self.add_button]), *self._make_paste()]

    def headings(self) -> list[w.Widget]:
        """Make what stands above the columns."""
        return []

    def columns(self) -> list[GPParameter]:
        """Return the parameters of one row's cells."""
        raise NotImplementedError

    def _make_paste(self) -> list[w.Widget]:
        if not all(column.data_type in _PASTED for column in self.columns()):
            return []
        self.pasted = w.Textarea(
            placeholder="rows copied from a spreadsheet",
            rows=3,
            tooltip=f"Rows for {self.title}",
            layout=w.Layout(**_WIDE),
        )
        use = w.Button(
            description="Add these rows", tooltip=f"Add them to {self.title}", layout=w.Layout(width="auto")
        )
        use.on_click(lambda _button: self._paste())
        box = w.VBox([self.pasted, use], layout=w.Layout(**_WIDE))
        return [w.Accordion([box], titles=("Paste rows",), selected_index=None)]

    @property
    def focus_target(self) -> w.DOMWidget | None:
        """The first cell, or the button that makes one."""
        first = self.rows.children[0].editors[0].focus_target if self.rows.children else None
        return first or self.add_button

    # Rows

    def add(self, cells: Sequence[Any] = ()) -> Row:
        """Append a row with these cells."""
        editors = [editor_for(column, self.context, compact=True) for column in self.columns()]
        row = Row(editors, self)
        for editor, cell in zip(editors, cells, strict=False):
            if cell is not None and cell is not UNSET and not (isinstance(cell, str) and cell == ""):
                editor.set_value(cell)
        self.rows.children = (*self.rows.children, row)
        self.take()
        return row

    def remove(self, row: Row) -> None:
        """Take a row out."""
        self.rows.children = tuple(one for one in self.rows.children if one is not row)
        row.close()
        for editor in row.editors:
            editor.close()
        self.take()

    def move(self, row: Row, step: int) -> None:
        """Move a row up (-1) or down (1); nothing happens at the ends."""
        rows = list(self.rows.children)
        here = rows.index(row)
        there = here + step
        if 0 <= there < len(rows):
            rows[here], rows[there] = rows[there], rows[here]
            self.rows.children = rows
            self.take()

    def _paste(self) -> None:
        for cells in split_rows(self.pasted.value):
            self.add(cells)
        self.pasted.value = ""

    # Values

    def read(self) -> Any:
        """Return the rows; empty ones do not count."""
        for number, row in enumerate(self.rows.children, 1):
            wrong = next((editor for editor in row.editors if editor.error), None)
            if wrong is not None:
                raise ParameterError(self.parameter.name, f"row {number}: {wrong.error}")
        rows = [self.cells(row) for row in self.rows.children if not row.is_empty]
        return rows or UNSET

    def cells(self, row: Row) -> Any:
        """Return what a row stands for."""
        raise NotImplementedError

    def show(self, value: Any) -> None:
        """Show rows; none of them when there is no value."""
        rows = [] if value is UNSET else list(value)
        old = self.rows.children
        self.rows.children = ()
        for row in old:
            row.close()
            for editor in row.editors:
                editor.close()
        for row in rows:
            self.add(self.split(row))

    def split(self, row: Any) -> Sequence[Any]:
        """Return the cells of a row's value."""
        raise NotImplementedError


@edits("rows")
class MultiValueEditor(ListEditor):
    """Several values of one type, a row each."""

    def columns(self) -> list[GPParameter]:
        """Return the member; a cell alone is never needed."""
        return [replace(self.parameter.member, parameter_type=ParameterType.OPTIONAL)]

    def cells(self, row: Row) -> Any:
        """Return the value of the one cell."""
        return row.editors[0].value

    def split(self, row: Any) -> Sequence[Any]:
        """Return the value as the one cell."""
        return [row]


@edits("GPValueTable")
class ValueTableEditor(ListEditor):
    """A table with the columns that the server names."""

    def headings(self) -> list[w.Widget]:
        """Make the columns' names."""
        names = [column.display_name or column.name for column in self.columns()]
        labels = [w.Label(name, layout=w.Layout(flex="1 1 0", min_width="0", width="auto")) for name in names]
        space = w.Label("", layout=w.Layout(width="108px"))
        row = w.HBox([*labels, space], layout=w.Layout(**_WIDE))
        row.add_class("gpw-headings")
        return [row]

    def columns(self) -> list[GPParameter]:
        """Return the columns; an empty cell is no mistake."""
        found = ValueTableType.columns(self.parameter)
        return [replace(column, parameter_type=ParameterType.OPTIONAL) for column in found]

    def cells(self, row: Row) -> Any:
        """Return the cells in the columns' order; None for an empty one."""
        return [None if editor.value is UNSET else editor.value for editor in row.editors]

    def split(self, row: Any) -> Sequence[Any]:
        """Return the cells."""
        return list(row) if isinstance(row, list | tuple) else [row]
