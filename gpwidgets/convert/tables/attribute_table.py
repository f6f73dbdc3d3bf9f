"""Attributes of many rows to named columns."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from gpwidgets.convert.tables.columns import Column
from gpwidgets.errors import DateOutOfRange
from gpwidgets.protocol.features import Field

__all__ = ["Table"]


class Table:
    """Columns in the order of the fields, then what rows hold beyond them, in the order of appearance.

    Parameters
    ----------
    fields
        The columns that the server names. A row may spell a name in another case. Where they are not known
        yet, none: `settle` tells them later.
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        self._columns: dict[str, Column] = {}
        self._further: dict[str, Column] = {}
        self._fields: dict[str, str] = {}
        self._folded: dict[str, str] = {}
        self._count = 0
        self._name(fields)

    def _name(self, fields: Sequence[Field]) -> None:
        self._fields = {field.name: field.type for field in fields}
        self._folded = {name.casefold(): name for name in reversed(self._fields)}
        known = self._columns
        self._columns = {name: known.get(name) or Column(kind) for name, kind in self._fields.items()}

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take the attributes of the next rows."""
        values_of = _Values(rows)
        spellings: dict[str, list[str]] = {name: [] for name in self._fields}
        for key in values_of.names:
            if key in self._fields:
                spellings[key] = [key]
        for key in values_of.names:
            if key in self._fields:
                continue
            if (name := self._folded.get(key.casefold())) is not None:
                spellings[name].append(key)
            elif key not in self._further:
                self._further[key] = Column(None)
                self._further[key].add_missing(self._count)
        for name, column in self._columns.items():
            column.add(values_of.keys(spellings[name]))
        for key, column in self._further.items():
            column.add(values_of.keys([key]))
        self._count += len(rows)

    def add_columns(self, columns: Mapping[str, Any], count: int) -> None:
        """Take so many rows by their columns, one for each field: pairs of arrays, or lists of values."""
        for name, column in self._columns.items():
            values = columns[name]
            if isinstance(values, tuple):
                column.add_numbers(*values)
            else:
                column.add(values)
        self._count += count

    def settle(self, fields: Sequence[Field]) -> bool:
        """Name the columns after rows have been taken.

        Returns
        -------
        bool
            Whether that gives the columns that there would be, had the fields been known before. If not, the
            rows have to be taken again.
        """
        wanted = {field.name: field.type for field in fields}
        folded = {name.casefold(): name for name in reversed(wanted)}
        if any(wanted.get(name) != kind for name, kind in self._fields.items()):
            return False
        if any(name.casefold() in self._folded for name in wanted if name not in self._fields):
            return False
        meant = {key: key if key in wanted else folded.get(key.casefold()) for key in self._further}
        moved = [name for name in meant.values() if name is not None]
        if len(set(moved)) < len(moved) or not self._fields.keys().isdisjoint(moved):
            return False
        for key, name in meant.items():
            if name is not None:
                column = self._further.pop(key)
                column.settle(wanted[name])
                self._columns[name] = column
        missing = [name for name in wanted if name not in self._columns]
        self._name(fields)
        for name in missing:
            self._columns[name].add_missing(self._count)
        return True

    def append(self, other: Table) -> None:
        """Take the rows of another table of the same fields, which is empty then."""
        for name, column in self._columns.items():
            column.append(other._columns[name])
        for key in [*self._further, *(key for key in other._further if key not in self._further)]:
            if key not in self._further:
                self._further[key] = Column(None)
                self._further[key].add_missing(self._count)
            if key in other._further:
                self._further[key].append(other._further[key])
            else:
                self._further[key].add_missing(other._count)
        self._count += other._count

    def finish(self) -> dict[str, Any]:
        """The typed columns by name.

        Warns
        -----
        DateOutOfRange
            Dates are outside the years 1 to 9999; they are missing.
        """
        columns = {name: column.finish() for name, column in self._columns.items()}
        lost = {name: column.lost_dates for name, column in self._columns.items() if column.lost_dates}
        for name, count in lost.items():
            warnings.warn(
                f"{name}: {count} dates are outside the years 1 to 9999, which a column of dates cannot "
                "hold; they are missing.",
                DateOutOfRange,
                stacklevel=2,
            )
        for key, column in self._further.items():
            column.settle(column.infer_type())
            columns[key] = column.finish()
        return columns


class _Values:
    """Values of rows by key; those of rows that all have the same keys are taken column by column.

    Attributes
    ----------
    names : sequence of str
        All keys, in the order of appearance.
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._rows = rows
        self._columns: dict[str, list[Any]] | None = None
        self.names = tuple(rows[0]) if rows else ()
        if len(self.names) > 1 and set(map(len, rows)) == {len(self.names)}:
            try:
                columns = zip(*map(itemgetter(*self.names), rows), strict=True)
                self._columns = dict(zip(self.names, map(list, columns), strict=True))
                return
            except KeyError:
                pass
        self.names = tuple(dict.fromkeys(chain.from_iterable(dict.fromkeys(map(tuple, rows)))))

    def keys(self, keys: list[str]) -> list[Any]:
        """The value of the first of these keys that a row has; None where it has none."""
        if self._columns is not None:
            key = next((key for key in keys if key in self._columns), None)
            return [None] * len(self._rows) if key is None else self._columns[key]
        if len(keys) == 1:
            return [row.get(keys[0]) for row in self._rows]
        return [next((row[key] for key in keys if key in row), None) for row in self._rows]
