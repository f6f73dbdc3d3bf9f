"""Editors of lists: several values of one type, and tables of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.datatypes.kinds.value_table import ValueTableType
from gpwidgets.datatypes.registry import check_value
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.enums import ParameterType
from gpwidgets.protocol.plain_text import plain_label
from gpwidgets.protocol.values import UNSET
from gpwidgets.texts import later, tr, trn
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.editors.editor_table import editor_for
from gpwidgets.widgets.editors.tables.pasting import split_rows, split_values
from gpwidgets.widgets.kit.controls import WIDE, icon_button, lean, shared_layout, status_html, text_button
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.kit.late_looks import LateLooks, Note, Section
from gpwidgets.widgets.kit.owner import Owner, give_layout, replace_children

_OF_THE_BOUND_IN_A_CELL = 20
#: Pixels that the buttons at the end of a row take.
_BUTTONS = 112


def cell_layout(column: GPParameter) -> w.Layout:
    """Return the layout of a cell, so that headings and rows agree."""
    narrowest = _narrowest(column)
    return shared_layout(flex=f"{narrowest} 1 0", min_width=f"{narrowest}px", width="auto")


def _narrowest(column: GPParameter) -> int:
    """Pixels below which a cell is of no use: two controls in a cell need the double."""
    has_two = column.data_type in ("GPLinearUnit", "GPArealUnit", "GPTimeUnit", "GPDate")
    return 170 if has_two else 80


class Row(Owner, LateLooks, w.HBox):
    """One row: its editors, and buttons to move and remove it."""

    def __init__(self, editors: Sequence[ParameterEditor], owner: ListEditor) -> None:
        self.editors: tuple[ParameterEditor, ...] = tuple(editors)
        self._owner = owner
        buttons = [
            self._button("arrow-up", tr("Move up"), lambda: owner.move(self, -1)),
            self._button("arrow-down", tr("Move down"), lambda: owner.move(self, 1)),
            self._button("times", tr("Remove"), lambda: owner.remove(self)),
        ]
        self.remover: Any = buttons[-1]
        for editor in self.editors:
            give_layout(editor, cell_layout(editor.parameter))
        super().__init__([*self.editors, *buttons], _dom_classes=("gpw-wide", "gpw-row"))
        for editor in self.editors:
            editor.observe(owner.take, names=["value", "error"])

    def _button(self, icon: str, words: str, act: Any) -> w.Button:
        tooltip = tr("{words} in {title}", words=words, title=self._owner.title)
        button: w.Button = icon_button(icon, tooltip, act, layout={"width": "32px", "flex": "0 0 auto"})
        return button

    @property
    def is_empty(self) -> bool:
        """Whether nothing is given in any of its cells."""
        return all(editor.value is UNSET and not editor.error for editor in self.editors)


class ListEditor(ParameterEditor):
    """Rows that can be added, removed, moved and pasted."""

    def build(self) -> list[w.Widget]:
        """Make the frame of the list."""
        label = lean(w.Label, self.label, _dom_classes=("gpw-label",)) if self.label else None
        self._rest: list[Any] = []
        narrowest = sum(_narrowest(column) for column in self.columns()) + _BUTTONS
        self._span = {"width": "100%", "min_width": f"{narrowest}px"}
        self.add_button: w.Button = text_button(
            tr("Add a row"), "plus", tr("Add a row to {title}", title=self.title), self.add
        )
        self._tools = lean(w.HBox, [self.add_button], _dom_classes=("gpw-wrapping",))
        self._place = Section()
        return [*([] if label is None else [label]), self._place, self._tools, *self._make_paste()]

    # Most lists are empty at first: what belongs to rows is made with the first of them. It has a box of its
    # own, as a page draws anew all that follows a new part, and the button that was pressed loses the focus.

    @cached_property
    def _rows(self) -> w.VBox:
        return lean(w.VBox, layout={"overflow": "visible", "flex": "0 0 auto", **self._span})

    @cached_property
    def _table(self) -> w.VBox:
        # One box scrolls both ways, so that headings and the buttons of the rows can stay in its sight.
        layout = {"overflow": "auto", "max_height": "370px", **WIDE}
        table: w.VBox = self.own(
            lean(w.VBox, [*self.headings(), self._rows], layout=layout, _dom_classes=("gpw-cells",))
        )
        return table

    @cached_property
    def _told_rest(self) -> Note:
        return self.own(Note())

    @cached_property
    def _clear(self) -> w.Button:
        words = tr("Remove all rows of {title}", title=self.title)
        button: w.Button = self.own(text_button(tr("Remove all"), "trash-o", words, self._clear_all))
        button.disabled = not self._enabled
        return button

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that have controls."""
        return tuple(self._rows.children) if "_rows" in self.__dict__ else ()

    def headings(self) -> list[w.Widget]:
        """Make what stands above the columns."""
        return []

    def columns(self) -> list[GPParameter]:
        """Return the parameters of one row's cells."""
        raise NotImplementedError

    @property
    def _most(self) -> int:
        """Rows that have controls: more are slow to make and tiresome to scroll."""
        most = min(limit("rows"), limit("cells") // max(1, len(self.columns())))
        # A list in a cell of a list would have as many again in each row.
        return max(1, most // _OF_THE_BOUND_IN_A_CELL if self.compact else most)

    def _make_paste(self) -> list[w.Widget]:
        if any(column.data_type == "GPStringHidden" for column in self.columns()):
            return []  # what is pasted stays readable in the box
        words = tr("Many rows at once for {title}", title=self.title)
        return [Fold(tr("Paste rows"), lambda: [self.pasted, self._make_use()], tooltip=words)]

    @cached_property
    def pasted(self) -> w.Textarea:
        """The box for rows that are pasted."""
        hint = tr(self.paste_hint)
        return lean(
            w.Textarea,
            placeholder=hint,
            rows=3,
            tooltip=tr("Rows for {title}", title=self.title),
            layout=WIDE,
        )

    def _make_use(self) -> w.Button:
        words = tr("Add them to {title}", title=self.title)
        use: w.Button = text_button(tr("Add these rows"), "plus", words, self._paste)
        return use

    @property
    def focus_target(self) -> w.DOMWidget | None:
        """The first cell, or the button that makes one."""
        first = self.rows[0].editors[0].focus_target if self.rows else None
        return first or self.add_button

    # Rows

    def add(self, cells: Sequence[Any] = ()) -> Row:
        """Append a row with these cells."""
        editors = [editor_for(column, self.context, compact=True) for column in self.columns()]
        row = Row(editors, self)
        for editor, cell in zip(editors, cells, strict=False):
            if cell is not None and cell is not UNSET and not (isinstance(cell, str) and cell == ""):
                editor.set_value(cell)
        self._rows.children = (*self.rows, row)
        self._tell_rest()
        self.take()
        return row

    def remove(self, row: Row) -> None:
        """Take a row out; the keyboard goes on to the row before, or to the button that adds one."""
        place = self.rows.index(row)
        self._rows.children = tuple(one for one in self.rows if one is not row)
        (self.rows[place - 1].remover if place else self.add_button).focus()
        row.close()
        self._tell_rest()
        self.take()

    def move(self, row: Row, step: int) -> None:
        """Move a row up (-1) or down (1); nothing happens at the ends."""
        rows = list(self.rows)
        here = rows.index(row)
        there = here + step
        if 0 <= there < len(rows):
            rows[here], rows[there] = rows[there], rows[here]
            self._rows.children = rows
            self.take()

    def take_pending(self) -> None:
        """Take what stands in the box for pasted rows, and what is pending in a cell."""
        for row in self.rows:
            for editor in row.editors:
                editor.take_pending()
        if "pasted" in self.__dict__ and self.pasted.value.strip():
            self._paste()

    def dismiss(self) -> None:
        """Keep the rows that were there, and take refused ones out of the box."""
        if "pasted" in self.__dict__:
            self.pasted.value = ""
        super().dismiss()

    def _paste(self) -> None:
        try:
            rows = self.pasted_rows(self.pasted.value)
            room = max(0, self._most - len(self.rows))
            if rows[room:]:
                self._rest += check_value(self.parameter, [self.whole(cells) for cells in rows[room:]])
        except ParameterError as error:
            self.refuse(error.problem)
            return
        except ValueError as error:
            self.refuse(f"{error}.")
            return
        for cells in rows[:room]:
            self.add(cells)
        self.pasted.value = ""
        self._tell_rest()
        self.take()

    def _clear_all(self) -> None:
        self.show(UNSET)
        self.take()
        self.add_button.focus()  # the button that was pressed is gone

    def _tell_rest(self) -> None:
        # Headings alone could scroll, out of the keyboard's reach, so the table goes with its last row.
        table = [self._table] if self.rows else []
        rest = [self._told_rest] if self._rest else []
        self._place.children = [*table, *rest]
        buttons = [self.add_button, *([self._clear] if self.rows or self._rest else [])]
        if len(buttons) != len(self._tools.children):
            self._tools.children = buttons
        count = len(self._rest)
        if not count:
            return
        bound = "rows" if self._most == limit("rows") else "cells"
        hint = escape(f"({how_to_raise(bound)})")
        words = trn(
            "…and {n:,} more row, kept as they are.", "…and {n:,} more rows, kept as they are.", count
        )
        self._told_rest.value = status_html(f"{words} {hint}", is_html=True)

    # For subclasses

    paste_hint: str = later("rows copied from a spreadsheet")

    def pasted_rows(self, text: str) -> list[list[str]]:
        """Return the cells of each row of pasted text."""
        raise NotImplementedError

    def whole(self, cells: Sequence[Any]) -> Any:
        """Return the value of a row of pasted cells."""
        raise NotImplementedError

    # Values

    def read(self) -> Any:
        """Return the rows; empty ones do not count."""
        for number, row in enumerate(self.rows, 1):
            wrong = next((editor for editor in row.editors if editor.error), None)
            if wrong is not None:
                raise ParameterError(
                    self.parameter.name, tr("row {number}: {error}", number=number, error=wrong.error)
                )
        rows = [self.cells(row) for row in self.rows if not row.is_empty]
        return [*rows, *self._rest] or UNSET

    def cells(self, row: Row) -> Any:
        """Return what a row stands for."""
        raise NotImplementedError

    def show(self, value: Any) -> None:
        """Show rows; none of them when there is no value."""
        rows = [] if value is UNSET else list(value)
        if self.rows:
            replace_children(self._rows, ())
        self._rest = rows[self._most :]
        for row in rows[: self._most]:
            self.add(self.split(row))
        self._tell_rest()

    def split(self, row: Any) -> Sequence[Any]:
        """Return the cells of a row's value."""
        raise NotImplementedError


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

    paste_hint: str = later("one value a line, as copied from a column of a spreadsheet")

    def pasted_rows(self, text: str) -> list[list[str]]:
        """Return each value as a row of one cell."""
        are_texts = self.parameter.member_type == "GPString"
        return [[value] for value in split_values(text, are_texts=are_texts)]

    def whole(self, cells: Sequence[Any]) -> Any:
        return cells[0]


class ValueTableEditor(ListEditor):
    """A table with the columns that the server names."""

    def headings(self) -> list[w.Widget]:
        named = [(plain_label(_heading(one)), cell_layout(one)) for one in self.columns()]
        labels = [lean(w.Label, text, layout=layout) for text, layout in named]
        space = lean(w.Label, "", layout={"width": f"{_BUTTONS}px", "flex": "0 0 auto"})
        return [lean(w.HBox, [*labels, space], layout=self._span, _dom_classes=("gpw-headings",))]

    def columns(self) -> list[GPParameter]:
        """Return the columns; an empty cell is no mistake."""
        found = ValueTableType.columns(self.parameter)
        return [replace(column, parameter_type=ParameterType.OPTIONAL) for column in found]

    def cells(self, row: Row) -> Any:
        """Return the cells in the columns' order; None for an empty one."""
        return [None if editor.value is UNSET else editor.value for editor in row.editors]

    def split(self, row: Any) -> Sequence[Any]:
        return list(row) if isinstance(row, list | tuple) else [row]

    def pasted_rows(self, text: str) -> list[list[str]]:
        """Return the cells of each row; headings that were copied along are left out."""
        rows = split_rows(text)
        titles = [_title(column).casefold() for column in self.columns()]
        names = [column.name.casefold() for column in self.columns()]
        first = [cell.casefold() for cell in rows[0]] if rows else []
        return rows[1:] if any(first) and first in (titles, names) else rows

    def whole(self, cells: Sequence[Any]) -> Any:
        """Return the cells; None for an empty one."""
        return [None if cell == "" else cell for cell in cells]


def _title(column: GPParameter) -> str:
    return column.display_name or column.name


def _heading(column: GPParameter) -> str:
    return tr("{label} (UTC)", label=_title(column)) if column.data_type == "GPDate" else _title(column)
