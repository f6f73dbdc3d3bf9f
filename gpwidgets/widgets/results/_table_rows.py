"""The rows of a table's page: HTML, with a button across each row where rows can be chosen.

The browser tells the kernel nothing of a click into HTML; so a transparent button lies over each row. It can
be reached and pressed with the keyboard too, and says to screen readers which row it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.protocol.missing import is_missing
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.words.cells import FrameTexts, cell_text


class TableRows(Owner, w.Box):
    """Rows that are looked at and, with `pick`, chosen.

    Parameters
    ----------
    frame
        The whole frame.
    places
        Positions of the columns to show.
    caption
        What the rows are.
    pick
        Called with the position of a row that was clicked.
    """

    def __init__(
        self, frame: Any, places: Sequence[int], caption: str, pick: Callable[[int], None] | None
    ) -> None:
        self._frame = frame
        self._places = places
        self._caption = caption
        self._pick = pick
        self._texts = FrameTexts(frame)
        self._shown: list[int] = []
        self.html = w.HTML()
        self._keys = w.VBox()
        self._keys.add_class("gpw-row-keys")
        inner = w.Box([self.html] if pick is None else [self.html, self._keys])
        inner.add_class("gpw-rows-inner")
        # Without buttons the keyboard reaches nothing in here to scroll it by; so the HTML scrolls itself.
        scroll = {} if pick is None else {"max_height": "420px", "overflow": "auto"}
        super().__init__([inner], layout=w.Layout(width="100%", **scroll))
        self.add_class("gpw-rows")
        if pick is not None:
            self.add_class("gpw-rows-pick")

    def show(self, rows: list[int], selected: Collection[int], sort_by: str, descending: bool) -> None:
        """Show these rows of the frame."""
        self._shown = rows
        part = self._frame.iloc[rows]
        columns = [(self._frame.columns[place], list(part.iloc[:, place])) for place in self._places]
        body = [self._row_html(number, row, columns, row in selected) for number, row in enumerate(rows)]
        heads = "".join(self._heading(name, values, sort_by, descending) for name, values in columns)
        caption = label = ""
        if self._caption and self._pick is None:
            caption = f"<caption>{escape(self._caption)}</caption>"
        elif self._caption:
            label = f' aria-label="{escape(self._caption)}"'  # a caption would push the rows from their keys
        table = (
            f'<table class="gpw-frame"{label}>{caption}<thead><tr><th scope="col">#</th>{heads}</tr></thead>'
            f"<tbody>{''.join(body)}</tbody></table>"
        )
        if self._pick is None:
            name = escape(self._caption or tr("Table"))
            table = f'<div class="gpw-scroll" role="region" aria-label="{name}" tabindex="0">{table}</div>'
        self.html.value = table
        if self._pick is not None:
            self._show_keys(selected)

    def _row_html(self, number: int, row: int, columns: list[tuple[Any, list[Any]]], selected: bool) -> str:
        cells = []
        for name, values in columns:
            text = self._texts.text(name, values[number])
            kind = "gpw-number" if self._is_number(name, values[number]) else "gpw-text"
            cells.append(f'<td class="{kind}">{escape(text)}</td>')
        mark, kind = ('<span aria-hidden="true">▶</span> ', ' class="gpw-selected"') if selected else ("", "")
        return f'<tr data-row="{row}"{kind}><th scope="row">{mark}{row + 1}</th>{"".join(cells)}</tr>'

    def _is_number(self, name: Any, value: Any) -> bool:
        """Whether a cell shows a number, and not the label of a code."""
        return _is_number(value) and self._texts.text(name, value) == cell_text(value)

    def _heading(self, name: Any, values: Sequence[Any], sort_by: str, descending: bool) -> str:
        order = arrow = ""
        if str(name) == sort_by:
            order = ' aria-sort="descending"' if descending else ' aria-sort="ascending"'
            arrow = f'<span aria-hidden="true"> {"▼" if descending else "▲"}</span>'
        title = escape(str(name))
        there = [value for value in values if not is_missing(value)]
        numbers = bool(there) and all(self._is_number(name, value) for value in there)
        kind = ' class="gpw-number"' if numbers else ""
        return f'<th scope="col"{order}{kind} title="{title}">{escape(self._texts.header(name))}{arrow}</th>'

    def _show_keys(self, selected: Collection[int]) -> None:
        keys = list(self._keys.children)
        while len(keys) < len(self._shown):
            keys.append(self._key(len(keys)))
        for number, key in enumerate(keys):
            used = number < len(self._shown)
            key.layout.display = "" if used else "none"
            if used:
                row = self._shown[number]
                key.description = (
                    tr("Row {number}, selected", number=row + 1)
                    if row in selected
                    else tr("Row {number}", number=row + 1)
                )
        if len(keys) != len(self._keys.children):
            self._keys.children = keys

    def _key(self, number: int) -> w.Button:
        key = w.Button()
        key.add_class("gpw-row-key")

        def press(_button: w.Button) -> None:
            if self._pick is not None and number < len(self._shown):
                self._pick(self._shown[number])

        key.on_click(press)
        return key


def _is_number(value: Any) -> bool:
    return hasattr(value, "__float__") and not isinstance(value, bool | str) and not is_missing(value)
