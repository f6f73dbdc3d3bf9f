"""Which rows of a frame hold a text, and in which order a column puts them: fast for a million rows.

Python looks at distinct values only, once a column. Numbers and moments, of which nearly every row has
another, are compared as they are; and they are written out for a search, all at once, only where their
letters occur in what is searched for.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, Protocol

import numpy as np
import pandas as pd

from gpwidgets.convert.tables.column_filter import rows_that_meet
from gpwidgets.convert.tables.written_columns import WrittenColumn, written_moments, written_numbers
from gpwidgets.protocol.missing import is_missing

__all__ = ["CellTexts", "RowFinder", "kind_of_column"]

Rows = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

#: What people's words for numbers and moments are written with, in small letters.
_IN_WHOLE = frozenset(string.digits + "-")
_IN_FLOATS = frozenset(string.digits + "-+.einfa")
_IN_MOMENTS = frozenset(string.digits + "-+:. utc")


class CellTexts(Protocol):
    """How the cells of a frame read."""

    def text(self, column: Any, value: Any) -> str:
        """A cell's text."""

    def is_coded(self, column: Any) -> bool:
        """Whether names may stand in place of a column's values."""


class RowFinder:
    """Finds and sorts the rows of a frame that is never changed.

    Parameters
    ----------
    frame
        The frame.
    places
        Positions of the columns that are searched.
    texts
        How its cells read.
    """

    def __init__(self, frame: pd.DataFrame, places: Sequence[int], texts: CellTexts) -> None:
        self._columns = {
            place: _Column(frame.iloc[:, place], frame.columns[place], texts) for place in places
        }
        self._size = len(frame)

    def with_text(self, text: str, among: Sequence[int] | None = None) -> Rows:
        """The rows with a text in one of their cells, upper and lower case alike.

        Parameters
        ----------
        text
            What is searched for; all rows have an empty one.
        among
            Positions of rows in rising order; all rows when left out.
        """
        rows = np.arange(self._size) if among is None else np.asarray(among, dtype=np.int64)
        wanted = text.strip().casefold()
        if not wanted:
            return rows
        found = np.zeros(self._size, dtype=bool)
        for column in self._columns.values():
            column.add_rows_with(wanted, found)
        return rows[found[rows]]

    def that_meet(self, text: str, place: int, among: Sequence[int] | None = None) -> Rows:
        """The rows whose cell in a column meets a condition, as `rows_that_meet`; or holds a text.

        Parameters
        ----------
        text
            The condition where the column has numbers or dates that stand for themselves, and otherwise a
            text as in `with_text`; all rows meet an empty one.
        place
            Position of the column.
        among
            As in `with_text`.

        Raises
        ------
        gpwidgets.errors.ConversionError
            The condition cannot be read.
        """
        rows = np.arange(self._size) if among is None else np.asarray(among, dtype=np.int64)
        if not text.strip():
            return rows
        return rows[self._columns[place].cells_that_meet(text)[rows]]

    def takes_conditions(self, place: int) -> str:
        """``number`` or ``date`` for a column of these; empty for one of texts."""
        return self._columns[place].takes_conditions

    def in_order(self, rows: Rows, place: int, *, descending: bool) -> Rows:
        """Rows by the values of a column; equal ones keep their order, and missing ones are last."""
        keys, missing = self._columns[place].keys
        there = rows[~missing[rows]]
        wanted = keys[there]
        if descending:
            wanted = -wanted if wanted.dtype.kind == "f" else ~wanted  # negated, the least number has no room
        return np.concatenate([there[np.argsort(wanted, kind="stable")], rows[missing[rows]]])


class _Column:
    """One column: what it is sorted and searched by, made when it is needed and kept."""

    def __init__(self, values: pd.Series[Any], name: Any, texts: CellTexts) -> None:
        self._values = values
        self._is_coded = texts.is_coded(name)
        self._text: Callable[[Any], str] = partial(texts.text, name)

    @cached_property
    def _kind(self) -> str:
        """``i`` for whole numbers, ``f`` for others, ``M`` for moments, ``O`` for anything else."""
        kind = getattr(self._values.dtype, "kind", "O")
        if kind in "iuf":
            return "f" if kind == "f" else "i"
        return "M" if kind == "M" else "O"

    @cached_property
    def keys(self) -> tuple[np.ndarray[Any, Any], Flags]:
        """Numbers in the order of the values, and which rows have none."""
        missing = self._values.isna().to_numpy(dtype=bool)
        if self._kind == "M":
            return self._values.astype("int64").to_numpy(), missing
        if self._kind != "O":
            plain = self._values.fillna(0) if missing.any() else self._values
            return plain.to_numpy(dtype=plain.dtype.type if hasattr(plain.dtype, "type") else None), missing
        codes, distinct = self._distinct
        there = [number for number, value in enumerate(distinct) if not is_missing(value)]
        return _ranks(distinct, there, self._text)[codes], _not_in(there, len(distinct))[codes]

    @cached_property
    def _distinct(self) -> tuple[Rows, list[Any]]:
        """Each row's number of a distinct value, and those values."""
        try:
            codes, distinct = self._values.factorize(use_na_sentinel=False)
        except TypeError:  # lists and the like have no hash
            return np.arange(len(self._values)), list(self._values)
        return codes, list(distinct)

    @cached_property
    def takes_conditions(self) -> str:
        """``number`` or ``date``; empty for texts, and for codes with a name."""
        kind = "text" if self._is_coded else kind_of_column(self._values)
        return "" if kind == "text" else kind

    def cells_that_meet(self, text: str) -> Flags:
        """Which cells meet a condition, or hold a text."""
        if self.takes_conditions:
            return rows_that_meet(self._values, text, self.takes_conditions)
        found = np.zeros(len(self._values), dtype=bool)
        self.add_rows_with(text.strip().casefold(), found)
        return found

    def add_rows_with(self, wanted: str, found: Flags) -> None:
        """Mark the rows whose text holds what is wanted."""
        letters = {"i": _IN_WHOLE, "f": _IN_FLOATS, "M": _IN_MOMENTS}.get(self._kind)
        if letters is not None and not self._is_coded and not letters.issuperset(wanted):
            return
        if self._written is not None:
            self._written.mark(wanted, found)
            return
        codes, texts = self._searched
        found |= np.fromiter((wanted in text for text in texts), dtype=bool, count=len(texts))[codes]

    @cached_property
    def _written(self) -> WrittenColumn | None:
        """The texts of numbers and moments, of which nearly every row has another."""
        if self._is_coded or self._kind == "O":
            return None
        return (written_moments if self._kind == "M" else written_numbers)(self._values, self._text)

    @cached_property
    def _searched(self) -> tuple[Rows, list[str]]:
        """Each row's number of a text, and the texts in small letters."""
        codes, distinct = self._distinct
        return codes, [self._text(value).casefold() for value in distinct]


def kind_of_column(values: pd.Series[Any]) -> str:
    """``number``, ``date`` or ``text``: what the values of a column are, also of one of any objects."""
    kind = getattr(values.dtype, "kind", "O")
    if kind in "iuf":
        return "number"
    if kind == "M":
        return "date"
    if kind != "O" or isinstance(values.dtype, pd.CategoricalDtype):
        return "text"
    found = pd.api.types.infer_dtype(values, skipna=True)
    if found in ("integer", "floating", "mixed-integer-float", "decimal"):
        return "number"
    return "date" if found in ("date", "datetime", "datetime64") else "text"


def _ranks(distinct: list[Any], there: list[int], text: Callable[[Any], str]) -> Rows:
    """A number for each distinct value, in their order: a mixture by its text, texts whatever their case."""
    ranks = np.zeros(len(distinct), dtype=np.int64)
    keys = [distinct[number] for number in there]
    try:
        sorted(keys)
    except TypeError:
        keys = [text(key).casefold() for key in keys]
    if keys and isinstance(keys[0], str):
        keys = [key.casefold() if isinstance(key, str) else str(key) for key in keys]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    rank, before = -1, object()
    for place in order:
        rank += keys[place] != before
        before = keys[place]
        ranks[there[place]] = rank
    return ranks


def _not_in(there: list[int], size: int) -> Flags:
    missing = np.ones(size, dtype=bool)
    missing[there] = False
    return missing
