"""Statistics of a column of a table, in words and numbers, when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.texts import later, tr, trn, written
from gpwidgets.widgets.kit.controls import wide
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.words.cells import FrameTexts

__all__ = ["ColumnSummary"]

_NONE = later("choose a column")


class ColumnSummary(Owner, w.VBox):
    """Says what is in a column of the rows that a table shows.

    Parameters
    ----------
    frame
        The table's frame.
    places
        Positions of the columns to choose from.
    shown
        Returns the rows that are shown, all pages of them, as a frame.
    words
        Returns how many these are, ``37 of 290 rows``.
    """

    def __init__(
        self, frame: Any, places: Sequence[int], shown: Callable[[], Any], words: Callable[[], str]
    ) -> None:
        self._texts = FrameTexts(frame)
        self._shown = shown
        self._words = words
        self._box = w.HTML()
        options = [(self._texts.header(frame.columns[place]), place) for place in places]
        self.column: w.Dropdown = w.Dropdown(
            options=[(tr(_NONE), -1), *options],
            value=-1,
            description=tr("Statistics of"),
            style={"description_width": "initial"},
            layout=w.Layout(width="auto", max_width="100%"),
        )
        self.column.observe(self.tell, names="value")
        super().__init__([self._box], layout=wide())

    @guarded
    def tell(self, _change: object = None) -> None:
        """Tell the statistics of the chosen column and the rows that are shown now."""
        place = int(self.column.value)
        self._box.value = "" if place < 0 else self._html(self._shown().iloc[:, place])

    def _html(self, values: Any) -> str:
        from gpwidgets.convert.tables.column_statistics import column_statistics

        told = column_statistics(
            values, partial(self._texts.text, values.name), is_coded=self._texts.is_coded(values.name)
        )
        is_date = told.mean is None and told.total is None and hasattr(told.least, "year")
        rows = [
            (tr("Values"), written(told.count)),
            (tr("Missing"), written(told.missing)),
            (tr("Distinct"), written(told.distinct)),
            (tr("Earliest") if is_date else tr("Least"), self._cell(values.name, told.least)),
            (tr("Latest") if is_date else tr("Greatest"), self._cell(values.name, told.greatest)),
            (tr("Mean"), self._cell(values.name, told.mean)),
            (tr("Sum"), self._cell(values.name, told.total)),
            (tr("Most frequent"), self._frequent(values.name, told.frequent)),
        ]
        body = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(text)}</td></tr>'
            for name, text in rows
            if text
        )
        title = tr("{column}, {rows}", column=self._texts.header(values.name), rows=self._words())
        return (
            f'<div role="status"><table class="gpw-frame"><caption>{escape(title)}</caption>'
            f"<tbody>{body}</tbody></table></div>"
        )

    def _cell(self, name: Any, value: Any) -> str:
        return self._texts.text(name, value)

    def _frequent(self, name: Any, frequent: Sequence[tuple[Any, int]]) -> str:
        told = (
            trn("{value} ({n:,} row)", "{value} ({n:,} rows)", count, value=self._short(name, value))
            for value, count in frequent
        )
        return ", ".join(told)

    def _short(self, name: Any, value: Any) -> str:
        text = self._texts.text(name, value)
        return text if len(text) <= 60 else text[:59] + "…"

    def show_error(self, error: Exception) -> None:
        """Say why there are no statistics."""
        self._box.value = error_html(error)
