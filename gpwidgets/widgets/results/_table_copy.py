"""The rows that a table shows as text for the clipboard, to be pasted into a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.protocol.missing import is_missing
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.code_view import copy_bar
from gpwidgets.widgets.kit.controls import status_html, text_button, wide
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.words.cells import FrameTexts, cell_text

__all__ = ["MOST_CELLS", "RowsCopy", "tab_separated"]

#: The text travels into the page and into a saved notebook; more than this belongs into a file.
MOST_CELLS = 200_000


class RowsCopy(Owner, w.VBox):
    """Writes the rows of a table out, with a button that copies them.

    Browsers copy only what is in the page, at a click there; so one button fetches the text and another
    copies it.

    Parameters
    ----------
    places
        Positions of the columns to copy.
    shown
        Returns the rows that are shown, all pages of them, as a frame.
    words
        Returns how many these are, ``37 of 290 rows``.
    """

    def __init__(self, places: Sequence[int], shown: Callable[[], Any], words: Callable[[], str]) -> None:
        self._places = places
        self._shown = shown
        self._words = words
        self._box = w.HTML()
        self.button = text_button(
            tr("Rows to copy"),
            "copy",
            tr("Write the rows shown, all pages of them, as text for a spreadsheet"),
            self._write,
        )
        super().__init__([self._box], layout=wide())

    @guarded
    def _write(self) -> None:
        frame = self._shown()
        if len(frame) * len(self._places) > MOST_CELLS:
            self._box.value = status_html(
                tr(
                    "{rows} are too many to copy. Filter the table, or save the rows as a file.",
                    rows=self._words(),
                )
            )
            return
        text = escape(tab_separated(frame, self._places))
        bar = copy_bar(tr("Copy {rows}", rows=self._words()))
        label = escape(tr("Rows to copy"))
        self._box.value = (
            f'<div class="gpw-code-box">{bar}<pre class="gpw-code" tabindex="0" role="region" '
            f'aria-label="{label}">{text}</pre></div>'
        )

    def forget(self) -> None:
        """Take the text away: the table shows other rows now."""
        self._box.value = ""

    def show_error(self, error: Exception) -> None:
        """Say why the rows could not be written."""
        self._box.value = error_html(error)


def tab_separated(frame: Any, places: Sequence[int]) -> str:
    r"""Return rows as text with tabs between the columns, as spreadsheets take it from the clipboard.

    Parameters
    ----------
    frame
        The rows.
    places
        Positions of the columns.

    Returns
    -------
    str
        Headings and cells as the table has them, but numbers with all their digits; cells with a tab, a
        quote or a line break stand in quotes. Lines end in ``\n``.
    """
    texts = FrameTexts(frame)
    names = [frame.columns[place] for place in places]
    told = io.StringIO()
    writer = csv.writer(told, "excel-tab", lineterminator="\n")
    writer.writerow(map(texts.header, names))
    columns = [
        [_text(texts, name, value) for value in frame.iloc[:, place]]
        for name, place in zip(names, places, strict=True)
    ]
    writer.writerows(zip(*columns, strict=True))
    return told.getvalue()


def _text(texts: FrameTexts, name: Any, value: Any) -> str:
    text = texts.text(name, value)
    if is_missing(value) or isinstance(value, str | bool) or not hasattr(value, "__float__"):
        return text
    if text != cell_text(value):  # the name of a code
        return text
    number = value.item() if hasattr(value, "item") else value
    is_whole = isinstance(number, float) and number.is_integer() and abs(number) < 1e15
    return text if is_whole or isinstance(number, bool) else str(number)
