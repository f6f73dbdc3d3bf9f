"""Attributes of many rows to named columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from gpwidgets.convert.columns import Column, infer_type
from gpwidgets.protocol.features import Field

__all__ = ["Table"]


class Table:
    """Columns in the order of the fields, then what rows hold beyond them, in the order of appearance.

    Parameters
    ----------
    fields
        The columns that the server names. A row may spell a name in another case.
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = {field.name: field.type for field in fields}
        self._columns = {name: Column(kind) for name, kind in self._fields.items()}
        self._folded = {name.casefold(): name for name in reversed(self._fields)}
        self._further: dict[str, list[Any]] = {}
        self._count = 0

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take the attributes of the next rows."""
        keys = dict.fromkeys(chain.from_iterable(rows))
        spellings: dict[str, list[str]] = {name: [name] if name in keys else [] for name in self._fields}
        for key in keys:
            if key in self._fields:
                continue
            if (name := self._folded.get(key.casefold())) is not None:
                spellings[name].append(key)
            else:
                self._further.setdefault(key, [None] * self._count)
        for name, column in self._columns.items():
            column.add(_values(rows, spellings[name]))
        for key, values in self._further.items():
            values += _values(rows, [key])
        self._count += len(rows)

    def finish(self) -> dict[str, Any]:
        """The typed columns by name."""
        columns = {name: column.finish() for name, column in self._columns.items()}
        for key, values in self._further.items():
            column = Column(infer_type(values))
            column.add(values)
            columns[key] = column.finish()
        return columns


def _values(rows: Sequence[Mapping[str, Any]], keys: list[str]) -> list[Any]:
    if not keys:
        return [None] * len(rows)
    if len(keys) == 1:
        try:
            return list(map(itemgetter(keys[0]), rows))
        except KeyError:
            return [row.get(keys[0]) for row in rows]
    return [next((row[key] for key in keys if key in row), None) for row in rows]
