"""Rows of cells from text that was copied out of a spreadsheet."""

from __future__ import annotations

import csv


def split_rows(text: str) -> list[list[str]]:
    """Return the cells of each row that is not empty: split by tabs, else by semicolons, else by commas."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = next((mark for mark in "\t;" if mark in first), ",")
    rows = csv.reader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)
    return [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
