"""Rows of cells and single values from text that was copied out of a spreadsheet."""

from __future__ import annotations

import csv
import io
import re

from gpwidgets.texts import tr

_LIST_COMMA = re.compile(r",\s|,[^,]*,")


__all__ = ["split_rows", "split_values"]


def split_rows(text: str, marks: str = "\t;,") -> list[list[str]]:
    """Return the cells of each row that is not empty.

    Parameters
    ----------
    text
        Tabs, semicolons or commas part the cells.
    marks
        Which of these may; the first that is in the first row does.

    Raises
    ------
    ValueError
        The text is no table; one of its cells is far too long.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    return _read(text, next((mark for mark in marks if mark in first), marks[-1]))


def split_values(text: str, *, are_texts: bool) -> list[str]:
    """Return the values of one column: a line or a cell each.

    Numbers and the like may also be parted by semicolons, or by commas where these cannot be decimal signs.
    Texts hold commas of their own, so these stay.

    Raises
    ------
    ValueError
        One of the cells is far too long.
    """
    cells = [cell for row in _read(text, "\t") for cell in row if cell]
    if are_texts:
        return cells
    cells = [part.strip() for cell in cells for part in cell.split(";")]
    if len(cells) == 1 and _LIST_COMMA.search(cells[0]):
        cells = [part.strip() for part in cells[0].split(",")]
    return [cell for cell in cells if cell]


def _read(text: str, delimiter: str) -> list[list[str]]:
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="")
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=delimiter != "\t")
    try:
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise ValueError(tr("the text cannot be read as a table: {error}", error=error)) from None
    return [row for row in rows if any(row)]
