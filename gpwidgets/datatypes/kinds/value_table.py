"""Rows of columns: GPValueTable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext, RequestContext
from gpwidgets.datatypes.datatype import PLAIN_REPLY, PLAIN_REQUEST, DataType
from gpwidgets.datatypes.registry import datatype_named, datatype_of, read_value
from gpwidgets.datatypes.value_checks import as_json_text, shown, wrong
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import is_missing, without_missing
from gpwidgets.protocol.values import UNSET
from gpwidgets.texts import later, tr

__all__ = ["ValueTableType"]


class ValueTableType(DataType):
    """Rows of columns, kept as a list of lists in the order of the columns."""

    title: str = later("Rows")
    example: str = later("a list of rows")
    has_parts = True

    def check(self, value: Any, parameter: GPParameter) -> list[list[Any]]:
        """Full rows of checked cells; an empty cell is None."""
        value = as_json_text(value, parameter)
        if hasattr(value, "itertuples") and hasattr(value, "columns"):
            value = self._rows_of_frame(value, parameter)
        if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
            raise wrong(
                parameter,
                tr("{shown} is no table; give {example}.", shown=shown(value), example=tr(self.example)),
            )
        if not self.columns(parameter):
            return [_loose(row, number, parameter) for number, row in enumerate(value, 1)]
        columns = self.columns(parameter)
        return [self._row(row, number, parameter, columns) for number, row in enumerate(value, 1)]

    def _rows_of_frame(self, frame: Any, parameter: GPParameter) -> list[Any]:
        """Rows by the names of a frame's columns; in its order where they have no names or share them."""
        rows = [list(row) for row in frame.itertuples(index=False, name=None)]
        names = [str(name) for name in frame.columns]
        numbered = list(frame.columns) == list(range(len(names)))
        known = [column.name for column in self.columns(parameter)]
        if numbered or len(set(names)) < len(names) or (known and _are_vague(known)):
            return rows
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _row(self, row: Any, number: int, parameter: GPParameter, columns: list[GPParameter]) -> list[Any]:
        cells = _cells(_by_name(row, columns, number, parameter), columns)
        if cells is None or len(cells) > len(columns):
            raise wrong(
                parameter,
                tr(
                    "row {number}: {count} values are wanted, not {shown}.",
                    number=number,
                    count=len(columns),
                    shown=shown(row),
                ),
            )
        cells += [None] * (len(columns) - len(cells))
        checked = []
        for column, cell in zip(columns, cells, strict=True):
            try:
                empty = cell is UNSET or is_missing(cell)
                checked.append(None if empty else datatype_of(column).check(cell, column))
            except ParameterError as error:
                title = column.display_name or column.name or column.data_type
                raise wrong(
                    parameter,
                    tr("row {number}, {title}: {problem}", number=number, title=title, problem=error.problem),
                ) from None
        return checked

    @staticmethod
    def columns(parameter: GPParameter) -> list[GPParameter]:
        """The columns, each with its filter; empty when the server does not describe them."""
        filters = parameter.filter.members if parameter.filter is not None else ()
        return [
            replace(
                info,
                dependency=info.dependency or parameter.dependency,
                filter=info.filter or (filters[at] if at < len(filters) else None),
            )
            for at, info in enumerate(parameter.parameter_infos)
        ]

    def encode(
        self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST
    ) -> list[Any]:
        """Arrays of cells: this form works even when columns share a name."""
        columns = self.columns(parameter)
        if not columns:
            return [datatype_named("").encode(row, parameter, request) for row in value]
        return [
            [
                None if cell is None else datatype_of(column).encode(cell, column, request)
                for column, cell in zip(columns, row, strict=True)
            ]
            for row in value
        ]

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """A list of rows, from arrays or objects."""
        return self._rows_by(lambda cell, column: read_value(cell, column, reply), wire, parameter)

    def view(self, wire: Any, parameter: GPParameter) -> Any:
        """The same with views of the cells."""

        def view(cell: Any, column: GPParameter) -> Any:
            kind = datatype_of(column)
            return None if kind.is_none(cell) else kind.view(cell, column)

        return self._rows_by(view, wire, parameter)

    def _rows_by(self, read: Callable[[Any, GPParameter], Any], wire: Any, parameter: GPParameter) -> Any:
        columns = self.columns(parameter)
        if not isinstance(wire, list) or not columns:
            return wire
        rows: list[Any] = []
        names = {column.name for column in columns}
        for row in wire:
            cells = _cells(row, columns)
            is_odd = isinstance(row, Mapping) and not row.keys() <= names
            if cells is None or is_odd or len(cells) > len(columns):
                rows.append(row)
                continue
            cells += [None] * (len(columns) - len(cells))
            rows.append([read(cell, column) for column, cell in zip(columns, cells, strict=True)])
        return rows

    def from_journal(self, wire: Any, parameter: GPParameter) -> Any:
        """The rows that were sent."""
        return self.check(wire, parameter)

    def with_local_files(self, wire: Any, parameter: GPParameter) -> Any:
        """Rows of what the type of each column makes of its cell."""
        rows = self._rows_by(
            lambda cell, column: datatype_of(column).with_local_files(cell, column), wire, parameter
        )
        return super().with_local_files(rows, parameter)


def _loose(row: Any, number: int, parameter: GPParameter) -> Any:
    """A row of a table whose columns the server does not describe: names and cells stay as they are given."""
    if isinstance(row, Mapping):
        return without_missing(row)
    if isinstance(row, str | bytes) or not isinstance(row, Iterable):
        raise wrong(
            parameter,
            tr("row {number}: a list of cells is wanted, not {shown}.", number=number, shown=shown(row)),
        )
    return without_missing(list(row))


def _are_vague(names: list[str]) -> bool:
    """Whether columns cannot be told from each other by their names."""
    return len(set(names)) < len(names) or "" in names


def _by_name(row: Any, columns: list[GPParameter], number: int, parameter: GPParameter) -> Any:
    """A row given by names, with the names that the columns have; any other row as it is.

    Names count in any case, and the titles that are shown as well. One that is not known is refused: its cell
    would be lost without a word.
    """
    if not isinstance(row, Mapping):
        return row
    if _are_vague([column.name for column in columns]):
        raise wrong(
            parameter,
            tr(
                "row {number}: the columns have no names to tell them apart; give the row as a list.",
                number=number,
            ),
        )
    known = {_folded(column.display_name): column.name for column in reversed(columns)}
    known |= {_folded(column.name): column.name for column in columns}
    named: dict[str, Any] = {}
    for name, cell in row.items():
        found = known.get(_folded(name))
        if found is None or found in named:
            raise wrong(parameter, _unknown_column(name, columns, number))
        named[found] = cell
    return named


def _unknown_column(name: Any, columns: list[GPParameter], number: int) -> str:
    titles = ", ".join(column.name for column in columns)
    return tr(
        "row {number}: there is no column {name!r}; the columns are {titles}, each at most once.",
        number=number,
        name=str(name),
        titles=titles,
    )


def _folded(name: Any) -> str:
    return "".join(letter for letter in str(name).casefold() if letter.isalnum()) or str(name)


def _cells(row: Any, columns: list[GPParameter]) -> list[Any] | None:
    if isinstance(row, Mapping):
        return [row.get(column.name) for column in columns]
    if isinstance(row, str) or not isinstance(row, Iterable):
        return [row] if len(columns) == 1 else None
    return list(row)
