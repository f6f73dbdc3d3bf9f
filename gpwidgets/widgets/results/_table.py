"""Frames as tables: one page at a time, sorted and filtered in the kernel.

Only the rows of the page travel to the browser, so that a table of any length opens at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import traitlets

from gpwidgets.errors import ConversionError
from gpwidgets.texts import later, tr, trn
from gpwidgets.widgets.kit.accessibility import let_rest
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import status_html, wide
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.kit.theme import style_sheet
from gpwidgets.widgets.results._table_copy import RowsCopy
from gpwidgets.widgets.results._table_rows import TableRows
from gpwidgets.widgets.results._table_statistics import ColumnSummary
from gpwidgets.widgets.words.cells import FrameTexts

if TYPE_CHECKING:
    from pandas import DataFrame

PAGE_SIZES = (10, 25, 50, 100)

_UNSORTED = later("as it came")


class FrameTable(Owner, w.VBox):
    """A table to look at: sort, filter and page through a frame's rows.

    Parameters
    ----------
    df
        A DataFrame or GeoDataFrame; the geometry column is left out. It is never changed.
    caption
        What the rows are, read out by screen readers and shown above the table.
    page_size
        Rows on a page.
    selectable
        Whether a click on a row chooses it.
    """

    sort_by = traitlets.Unicode("", help="Column that the rows are sorted by; empty for their own order.")
    descending = traitlets.Bool(False, help="Whether the largest comes first.")
    filter_text = traitlets.Unicode("", help="Only rows with this text in one of their cells are shown.")
    filter_place = traitlets.Int(-1, help="Position of the column that is filtered; -1 for all of them.")
    page = traitlets.Int(1, help="The page that is shown, from 1.")
    selected = traitlets.Tuple(help="Positions in the frame of the rows that are chosen.")
    only_selected = traitlets.Bool(False, help="Whether only the chosen rows are listed.")
    shown_words = traitlets.Unicode("", help="How many rows pass the filter, in words: `37 of 290 rows`.")

    def __init__(
        self, df: DataFrame, caption: str = "", *, page_size: int = 10, selectable: bool = False
    ) -> None:
        from gpwidgets.convert.tables.row_finder import RowFinder  # numpy: not before there is a frame

        self.frame = df
        self.caption = caption
        self.selectable = selectable
        self._texts = FrameTexts(df)
        # Columns are taken by position: a table may have two of the same name.
        self._places = [place for place, kind in enumerate(df.dtypes) if str(kind) != "geometry"]
        self.columns = [df.columns[place] for place in self._places]
        self._finder = RowFinder(df, self._places, self._texts)
        self._rows = self._finder.with_text("")
        self._last_filter = ("", -1)
        self._clicked: int | None = None
        self._binding = Binding()
        self._list = TableRows(
            df, self._places, caption, self.pick if selectable else None, self.sort_by_column
        )
        self._html = self._list.html
        self._build_controls(page_size)
        parts = [style_sheet(), self._top, self._problem, self._list, self._bottom, *self._build_tools()]
        super().__init__(parts, layout=wide())
        self.add_class("gpw-table")
        self._render()

    def _build_controls(self, page_size: int) -> None:
        options = [(tr(_UNSORTED), "")] + [(self.header(name), str(name)) for name in self.columns]
        auto = {"width": "auto"}
        self._sort = w.Dropdown(options=options, description=tr("Sort by"), layout=auto)
        self._order = w.ToggleButton(
            description=tr("Descending"), icon="sort-amount-desc", tooltip=tr("Largest first"), layout=auto
        )
        self._build_filter()
        self._only = self.own(
            w.ToggleButton(
                description=tr("Selected only"), tooltip=tr("List only the selected rows"), layout=auto
            )
        )
        self._first, self._back, self._next, self._last = (
            w.Button(description=text, tooltip=tip, layout=auto)
            for text, tip in (
                (tr("First"), tr("First page")),
                (tr("Previous"), tr("Previous page")),
                (tr("Next"), tr("Next page")),
                (tr("Last"), tr("Last page")),
            )
        )
        self._where = w.HTML()
        self._size = w.Dropdown(
            options=sorted({*PAGE_SIZES, page_size}), value=page_size, description=tr("Rows"), layout=auto
        )
        row = {"flex_flow": "row wrap", "align_items": "center"}
        top = [self._filter, self._column, self._sort, self._order]
        self._top = w.HBox([*top, self._only] if self.selectable else top, layout=row)
        self._bottom = w.HBox(
            [self._first, self._back, self._where, self._next, self._last, self._size], layout=row
        )
        self._connect()

    def _build_filter(self) -> None:
        self._filter = w.Text(
            placeholder=tr("text in any cell"), description=tr("Filter"), layout={"width": "auto"}
        )
        self._column = w.Dropdown(
            options=[
                (tr("all columns"), -1),
                *((self.header(self.frame.columns[place]), place) for place in self._places),
            ],
            value=-1,
            description=tr("Filter in"),
            layout={"width": "auto"},
        )
        self._problem = w.HTML()

    def _build_tools(self) -> list[w.Widget]:
        shown, words = (lambda: self.shown_frame), (lambda: self.shown_words)
        self._copy = RowsCopy(self._places, shown, words)
        self._summary = ColumnSummary(self.frame, self._places, shown, words)
        self._tools = w.HBox(
            [self._summary.column, self._copy.button],
            layout=w.Layout(flex_flow="row wrap", align_items="center"),
        )
        return [self._tools, self._summary, self._copy]

    def _connect(self) -> None:
        traitlets.link((self._sort, "value"), (self, "sort_by"))
        traitlets.link((self._order, "value"), (self, "descending"))
        traitlets.link((self._filter, "value"), (self, "filter_text"))
        traitlets.link((self._column, "value"), (self, "filter_place"))
        traitlets.link((self._only, "value"), (self, "only_selected"))
        self._first.on_click(lambda _button: self._go(1))
        self._back.on_click(lambda _button: self._go(self.page - 1))
        self._next.on_click(lambda _button: self._go(self.page + 1))
        self._last.on_click(lambda _button: self._go(self.pages))
        self._size.observe(lambda _change: self._go_to_first(), names="value")

    def header(self, name: Any) -> str:
        """Return a column's heading: its alias, or its name."""
        return self._texts.header(name)

    @property
    def pages(self) -> int:
        """How many pages there are; one when there are no rows."""
        return max(1, math.ceil(len(self._rows) / int(self._size.value)))

    @property
    def visible_rows(self) -> list[int]:
        """Positions in the frame of the rows on this page."""
        start = (self.page - 1) * self._size.value
        rows: list[int] = self._rows[start : start + self._size.value].tolist()
        return rows

    @property
    def shown_frame(self) -> Any:
        """The rows that pass the filter, in the order shown, all pages of them; with the geometry."""
        return self.frame.iloc[self._rows]

    # Choosing rows

    def pick(self, row: int) -> None:
        """Choose one row and no other; one that is chosen alone is let go."""
        self.selected = () if self.selected == (row,) else (row,)

    def show_rows(self, rows: Sequence[int]) -> None:
        """Choose these rows and turn to the page of the first; a filter that hides it is lifted."""
        self.selected = tuple(rows)
        if not self.selected:
            return
        if self.selected[0] not in self._rows:
            self.filter_text, self.only_selected = "", False
        place = int((self._rows == self.selected[0]).argmax())
        self._go(place // self._size.value + 1)

    @traitlets.observe("selected")
    def _show_selected(self, _change: Mapping[str, Any]) -> None:
        if not self.selected:
            self.only_selected = False
        if self.only_selected:
            self._arrange()
        else:
            self._render()

    # Order and filter

    def _go(self, page: int) -> None:
        self.page = min(max(1, page), self.pages)

    def _go_to_first(self) -> None:
        if self.page == 1:
            self._render()
        self.page = 1

    @traitlets.observe("page")
    def _show_page(self, _change: Mapping[str, Any]) -> None:
        self._render()

    @traitlets.observe("sort_by", "descending", "filter_text", "filter_place", "only_selected")
    def _arrange(self, _change: Mapping[str, Any] | None = None) -> None:
        if self._binding.silent:
            return
        among = sorted(set(self.selected)) if self.only_selected else None
        rows = self._filtered(among)
        if self._sorted_by is not None:
            rows = self._finder.in_order(rows, self._sorted_by, descending=self.descending)
        self._rows = rows
        self._go_to_first()
        self._copy.forget()
        self._summary.tell()

    @property
    def _sorted_by(self) -> int | None:
        """Position of the column that the rows are sorted by; of two of a name, the one clicked."""
        same = [place for place in self._places if str(self.frame.columns[place]) == self.sort_by]
        return self._clicked if self._clicked in same else next(iter(same), None)

    def sort_by_column(self, place: int) -> None:
        """Sort by a column: from low to high, when it is so already the other way, then as the rows came.

        Parameters
        ----------
        place
            Position of the column in the frame.
        """
        is_same = place == self._sorted_by
        self._clicked = place
        with self._binding.silently():  # once for both
            self.sort_by = "" if is_same and self.descending else str(self.frame.columns[place])
            self.descending = is_same and not self.descending
        self._arrange()

    @traitlets.observe("filter_place")
    def _say_what_to_write(self, _change: Mapping[str, Any]) -> None:
        kind = self._finder.takes_conditions(self.filter_place) if self.filter_place >= 0 else "all"
        self._filter.placeholder = {
            "all": tr("text in any cell"),
            "number": tr("such as > 5 or 2..8"),
            "date": tr("such as 2024-01.. or < 2025"),
        }.get(kind, tr("text in this column"))

    def _filtered(self, among: Sequence[int] | None) -> Any:
        """The rows that pass the filter; the last one that could be read, while this one cannot."""
        wanted = (self.filter_text, self.filter_place)
        try:
            rows = self._rows_with(*wanted, among)
        except ConversionError as error:
            self._problem.value = status_html(str(error), look="gpw-error", sign="✖")
            return self._rows_with(*self._last_filter, among)
        self._problem.value, self._last_filter = "", wanted
        return rows

    def _rows_with(self, text: str, place: int, among: Sequence[int] | None) -> Any:
        if place < 0:
            return self._finder.with_text(text, among)
        return self._finder.that_meet(text, place, among)

    # Showing

    def _render(self) -> None:
        self._list.show(self.visible_rows, frozenset(self.selected), self._sorted_by, self.descending)
        self._tell_where()

    def _tell_where(self) -> None:
        total, found = len(self.frame), len(self._rows)
        self.shown_words = _count_words(found, total)
        self._tools.layout.display = "" if total else "none"
        text = trn(
            "Page {page} of {pages}; {n:,} row",
            "Page {page} of {pages}; {n:,} rows",
            found,
            page=self.page,
            pages=self.pages,
        )
        if total == 0:
            text = tr("No rows")
        elif found != total:
            text = tr(
                "Page {page} of {pages}; {found:,} of {total:,} rows",
                page=self.page,
                pages=self.pages,
                found=found,
                total=total,
            )
        if self.selected:
            text += tr("; {count:,} selected", count=len(self.selected))
        self._where.value = status_html(text, look="gpw-page", is_html=True)
        self._only.disabled = not self.selected
        for button in (self._first, self._back):
            let_rest(button, self.page <= 1)
        for button in (self._next, self._last):
            let_rest(button, self.page >= self.pages)
        shown = "none" if total <= PAGE_SIZES[0] else ""
        for control in (self._top, *self._bottom.children):
            if control is not self._where:
                control.layout.display = shown

    def __repr__(self) -> str:
        return f"<FrameTable: {len(self.frame):,} rows, {len(self.columns)} columns>"


def _count_words(found: int, total: int) -> str:
    if found == total:
        return trn("{n:,} row", "{n:,} rows", total)
    return tr("{found:,} of {total:,} rows", found=found, total=total)
