"""The rows of a table's page: HTML, with a button across each row where rows can be chosen.

The browser tells the kernel nothing of a click into HTML; so a transparent button lies over each row. It can
be reached and pressed with the keyboard too, and says to screen readers which row it is. Headings are as wide
as their columns, which only the browser knows; so their buttons are HTML, and write into a box out of sight.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.protocol.missing import is_missing
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import lean
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.words.cells import FrameTexts, cell_text

#: Runs in the page at a click on a heading: writes the column into a box that the kernel hears, and puts the
#: focus back once the table has come anew. Nothing of the table is part of it.
_SORT = """
const head = event.target.closest('.gpw-sort'); if (!head) { return; }
const rows = this.closest('.gpw-rows'), place = head.dataset.place;
const box = rows.querySelector('.gpw-sort-box input'), content = this.closest('.widget-html-content');
const watch = new MutationObserver(() => {
  watch.disconnect();
  const again = content.querySelector('.gpw-sort[data-place="' + place + '"]');
  if (again && (!document.activeElement || document.activeElement === document.body)) {
    again.focus({preventScroll: true});
  }
});
watch.observe(content, {childList: true});
box.value = place + ' ' + Date.now();
box.dispatchEvent(new Event('input', {bubbles: true}));
"""

_SCRIPT = escape(" ".join(_SORT.split()))


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
    sort
        Called with the position of a column whose heading was clicked.
    """

    def __init__(
        self,
        frame: Any,
        places: Sequence[int],
        caption: str,
        pick: Callable[[int], None] | None,
        sort: Callable[[int], None],
    ) -> None:
        self._frame = frame
        self._places = places
        self._caption = caption
        self._pick = pick
        self._sort = sort
        self._texts = FrameTexts(frame)
        self._shown: list[int] = []
        self.html = w.HTML()
        self._keys = w.VBox()
        self._keys.add_class("gpw-row-keys")
        clicked: w.Text = lean(w.Text, layout={"display": "none"}, _dom_classes=("gpw-sort-box",))
        clicked.observe(self._hear_heading, names="value")
        inner = w.Box([self.html, clicked] if pick is None else [self.html, self._keys, clicked])
        inner.add_class("gpw-rows-inner")
        # Without buttons the keyboard reaches nothing in here to scroll it by; so the HTML scrolls itself.
        scroll = {} if pick is None else {"max_height": "420px", "overflow": "auto"}
        super().__init__([inner], layout=w.Layout(width="100%", **scroll))
        self.add_class("gpw-rows")
        if pick is not None:
            self.add_class("gpw-rows-pick")

    def _hear_heading(self, change: Mapping[str, Any]) -> None:
        place = change["new"].partition(" ")[0]
        if place.isdecimal() and int(place) in self._places:
            self._sort(int(place))

    def show(
        self, rows: list[int], selected: Collection[int], sorted_by: int | None, descending: bool
    ) -> None:
        """Show these rows of the frame.

        Parameters
        ----------
        rows, selected
            Positions of the rows, and of those that are chosen.
        sorted_by
            Position of the column that they are sorted by; None for their own order.
        descending
            Whether the largest comes first.
        """
        self._shown = rows
        part = self._frame.iloc[rows]
        columns = [(self._frame.columns[place], list(part.iloc[:, place])) for place in self._places]
        body = [self._row_html(number, row, columns, row in selected) for number, row in enumerate(rows)]
        order = "descending" if descending else "ascending"
        heads = "".join(
            self._heading(place, *column, order if place == sorted_by else "")
            for place, column in zip(self._places, columns, strict=True)
        )
        caption = label = ""
        if self._caption and self._pick is None:
            caption = f"<caption>{escape(self._caption)}</caption>"
        elif self._caption:
            label = f' aria-label="{escape(self._caption)}"'  # a caption would push the rows from their keys
        table = (
            f'<table class="gpw-frame"{label}>{caption}<thead onclick="{_SCRIPT}">'
            f'<tr><th scope="col">#</th>{heads}</tr></thead>'
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

    def _heading(self, place: int, name: Any, values: Sequence[Any], order: str) -> str:
        """A heading with a button that sorts; it tells in which order, if it is its column's."""
        sign = {"ascending": "▲", "descending": "▼"}.get(order, "")
        arrow = f'<span aria-hidden="true"> {sign}</span>' if sign else ""
        sort = f' aria-sort="{order}"' if order else ""
        there = [value for value in values if not is_missing(value)]
        numbers = bool(there) and all(self._is_number(name, value) for value in there)
        kind = ' class="gpw-number"' if numbers else ""
        button = (
            f'<button type="button" class="gpw-sort" data-place="{place}">'
            f"{escape(self._texts.header(name))}{arrow}</button>"
        )
        return f'<th scope="col"{sort}{kind} title="{escape(str(name))}">{button}</th>'

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
