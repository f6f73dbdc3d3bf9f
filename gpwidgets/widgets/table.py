"""Frames as tables: one page at a time, sorted and filtered in the kernel.

Only the rows of the page travel to the browser, so that a table of any length opens at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import traitlets

from gpwidgets.widgets.cells import cell_text, is_missing
from gpwidgets.widgets.view_styles import style_sheet

if TYPE_CHECKING:
    from pandas import DataFrame

PAGE_SIZES = (10, 25, 50, 100)

_UNSORTED = "as it came"


class FrameTable(w.VBox):
    """A table to look at: sort, filter and page through a frame's rows.

    Parameters
    ----------
    df
        A DataFrame or GeoDataFrame; the geometry column is left out. It is never changed.
    caption
        What the rows are, read out by screen readers and shown above the table.
    page_size
        Rows on a page.
    """

    sort_by = traitlets.Unicode("", help="Column that the rows are sorted by; empty for their own order.")
    descending = traitlets.Bool(False, help="Whether the largest comes first.")
    filter_text = traitlets.Unicode("", help="Only rows with this text in one of their cells are shown.")
    page = traitlets.Int(1, help="The page that is shown, from 1.")

    def __init__(self, df: DataFrame, caption: str = "", *, page_size: int = 10) -> None:
        self.frame = df
        self.caption = caption
        about: Mapping[str, Any] = df.attrs.get("gpwidgets") or {}
        self._aliases: Mapping[str, str] = about.get("aliases") or {}
        self._domains: Mapping[str, Any] = about.get("domains") or {}
        # Columns are taken by position: a table may have two of the same name.
        self._places = [place for place, kind in enumerate(df.dtypes) if str(kind) != "geometry"]
        self.columns = [df.columns[place] for place in self._places]
        self._texts: list[list[str]] | None = None
        self._rows: list[int] = list(range(len(df)))
        self._html = w.HTML(layout=w.Layout(width="100%", overflow="auto", max_height="420px"))
        self._build_controls(page_size)
        parts = [style_sheet(), self._top, self._html, self._bottom]
        super().__init__(parts, layout=w.Layout(width="100%", min_width="0"))
        self.add_class("gpw-table")
        self._render()

    def _build_controls(self, page_size: int) -> None:
        options = [(_UNSORTED, "")] + [(self.header(name), str(name)) for name in self.columns]
        self._sort = w.Dropdown(options=options, description="Sort by", layout=w.Layout(width="auto"))
        self._order = w.ToggleButton(
            value=False, icon="sort-amount-asc", tooltip="Largest first", layout=w.Layout(width="auto")
        )
        self._order.description = "Descending"
        self._filter = w.Text(
            placeholder="text in any cell", description="Filter", layout=w.Layout(width="auto")
        )
        self._first, self._back, self._next, self._last = (
            w.Button(description=text, tooltip=tip, layout=w.Layout(width="auto"))
            for text, tip in (
                ("First", "First page"),
                ("Previous", "Previous page"),
                ("Next", "Next page"),
                ("Last", "Last page"),
            )
        )
        self._where = w.HTML()
        self._size = w.Dropdown(
            options=sorted({*PAGE_SIZES, page_size}),
            value=page_size,
            description="Rows",
            layout=w.Layout(width="auto"),
        )
        row = w.Layout(flex_flow="row wrap", align_items="center")
        self._top = w.HBox([self._filter, self._sort, self._order], layout=row)
        self._bottom = w.HBox(
            [self._first, self._back, self._where, self._next, self._last, self._size], layout=row
        )
        traitlets.link((self._sort, "value"), (self, "sort_by"))
        traitlets.link((self._order, "value"), (self, "descending"))
        traitlets.link((self._filter, "value"), (self, "filter_text"))
        self._first.on_click(lambda _button: self._go(1))
        self._back.on_click(lambda _button: self._go(self.page - 1))
        self._next.on_click(lambda _button: self._go(self.page + 1))
        self._last.on_click(lambda _button: self._go(self.pages))
        self._size.observe(lambda _change: self._go_to_first(), names="value")

    def header(self, name: Any) -> str:
        """Return a column's heading: its alias, or its name."""
        return str(self._aliases.get(str(name)) or name)

    @property
    def pages(self) -> int:
        """How many pages there are; one when there are no rows."""
        return max(1, -(-len(self._rows) // self._size.value))

    @property
    def visible_rows(self) -> list[int]:
        """Positions in the frame of the rows on this page."""
        start = (self.page - 1) * self._size.value
        return self._rows[start : start + self._size.value]

    def _go(self, page: int) -> None:
        self.page = min(max(1, page), self.pages)

    def _go_to_first(self) -> None:
        self.page = 1
        self._render()

    @traitlets.observe("page")
    def _show_page(self, _change: Mapping[str, Any]) -> None:
        self._render()

    @traitlets.observe("sort_by", "descending", "filter_text")
    def _arrange(self, _change: Mapping[str, Any]) -> None:
        rows = self._matching_rows()
        names = {str(self.frame.columns[place]): place for place in reversed(self._places)}
        if self.sort_by in names:
            values = list(self.frame.iloc[:, names[self.sort_by]])
            present = [row for row in rows if not is_missing(values[row])]
            missing = [row for row in rows if is_missing(values[row])]
            present.sort(key=_sort_key(values, present), reverse=self.descending)
            rows = present + missing
        self._rows = rows
        self._go_to_first()

    def _matching_rows(self) -> list[int]:
        wanted = self.filter_text.strip().casefold()
        if not wanted:
            return list(range(len(self.frame)))
        if self._texts is None:
            columns = [
                [self._text(name, value).casefold() for value in self.frame.iloc[:, place]]
                for name, place in zip(self.columns, self._places, strict=True)
            ]
            self._texts = [list(row) for row in zip(*columns, strict=True)]
        return [row for row, texts in enumerate(self._texts) if any(wanted in text for text in texts)]

    def _text(self, column: Any, value: Any) -> str:
        return domain_label(self._domains.get(str(column)), value) or cell_text(value)

    def _render(self) -> None:
        part = self.frame.iloc[self.visible_rows]
        columns = [
            (name, list(part.iloc[:, place])) for name, place in zip(self.columns, self._places, strict=True)
        ]
        body = []
        for place, row in enumerate(self.visible_rows):
            cells = "".join(
                f'<td class="{_cell_class(values[place])}">{escape(self._text(name, values[place]))}</td>'
                for name, values in columns
            )
            body.append(f'<tr data-row="{row}"><th scope="row">{row + 1}</th>{cells}</tr>')
        heads = "".join(self._heading(name) for name in self.columns)
        caption = f"<caption>{escape(self.caption)}</caption>" if self.caption else ""
        self._html.value = (
            f'<table class="gpw-frame">{caption}<thead><tr><th scope="col">#</th>{heads}</tr></thead>'
            f"<tbody>{''.join(body)}</tbody></table>"
        )
        self._tell_where()

    def _heading(self, name: Any) -> str:
        order = ""
        if str(name) == self.sort_by:
            order = ' aria-sort="descending"' if self.descending else ' aria-sort="ascending"'
        return f'<th scope="col"{order} title="{escape(str(name))}">{escape(self.header(name))}</th>'

    def _tell_where(self) -> None:
        total, found = len(self.frame), len(self._rows)
        text = f"Page {self.page} of {self.pages}; {found:,} rows"
        if total == 0:
            text = "No rows"
        elif found != total:
            text = f"Page {self.page} of {self.pages}; {found:,} of {total:,} rows"
        self._where.value = f'<span class="gpw-page" aria-live="polite">{text}</span>'
        self._first.disabled = self._back.disabled = self.page <= 1
        self._next.disabled = self._last.disabled = self.page >= self.pages
        shown = "none" if total <= PAGE_SIZES[0] else ""
        for control in (self._top, *self._bottom.children):
            if control is not self._where:
                control.layout.display = shown

    def __repr__(self) -> str:
        return f"<FrameTable: {len(self.frame):,} rows, {len(self.columns)} columns>"


def domain_label(domain: Any, value: Any) -> str:
    """Return the name that a coded domain gives a value; empty when it has none."""
    if not isinstance(domain, Mapping) or is_missing(value):
        return ""
    for coded in domain.get("codedValues") or ():
        if isinstance(coded, Mapping) and coded.get("code") == value:
            return str(coded.get("name", ""))
    return ""


def _cell_class(value: Any) -> str:
    number = hasattr(value, "__float__") and not isinstance(value, bool | str) and not is_missing(value)
    return "gpw-number" if number else "gpw-text"


def _sort_key(values: list[Any], rows: list[int]) -> Any:
    """Return a key that never fails: values of one kind compare as they are, a mixture by its text."""
    try:
        sorted(values[row] for row in rows)
    except TypeError:
        return lambda row: cell_text(values[row]).casefold()
    if rows and isinstance(values[rows[0]], str):
        return lambda row: values[row].casefold() if isinstance(values[row], str) else str(values[row])
    return lambda row: values[row]
