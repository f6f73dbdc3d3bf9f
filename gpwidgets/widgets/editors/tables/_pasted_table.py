"""Tables pasted from a spreadsheet, with cells of the types that the columns have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.features import RecordSet
from gpwidgets.texts import tr
from gpwidgets.widgets.editors.tables.pasting import split_rows

#: What becomes a number where the column's type is not known; 007 is a code and stays text.
_WHOLE = re.compile(r"[-+]?(0|[1-9]\d{0,14})$")
_NUMBER = re.compile(r"[-+]?(0|[1-9]\d*)?(\.\d+)?([eE][-+]?\d+)?$")
_TYPES = {
    "esriFieldTypeSmallInteger": "GPLong",
    "esriFieldTypeInteger": "GPLong",
    "esriFieldTypeBigInteger": "GPLong",
    "esriFieldTypeSingle": "GPDouble",
    "esriFieldTypeDouble": "GPDouble",
    "esriFieldTypeDate": "GPDate",
}


def pasted_table(text: str, parameter: GPParameter) -> list[dict[str, Any]]:
    """Return the rows below the headings, each by column name.

    A column that the parameter's schema knows has its type; of the others, those that hold numbers only are
    numbers. An empty cell is None.

    Raises
    ------
    ParameterError
        There are no rows, headings are missing or there twice, or a cell is not of its column's type.
    """
    try:
        rows = split_rows(text)
    except ValueError as error:
        raise ParameterError(parameter.name, f"{error}.") from None
    if len(rows) < 2:
        raise ParameterError(parameter.name, tr("the table has no rows below its headings."))
    names = _headings(rows[0], max(map(len, rows)), parameter)
    columns = [[row[at] if at < len(row) else "" for row in rows[1:]] for at in range(len(names))]
    typed = [_column(name, cells, parameter) for name, cells in zip(names, columns, strict=True)]
    return [dict(zip(names, row, strict=True)) for row in zip(*typed, strict=True)]


def _headings(names: list[str], width: int, parameter: GPParameter) -> list[str]:
    if len(names) < width or not all(names):
        raise ParameterError(
            parameter.name, tr("{width} columns need {width} headings in the first row.", width=width)
        )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ParameterError(
            parameter.name, tr("two columns are called {name!r}; rename one of them.", name=twice[0])
        )
    return names


def _column(name: str, cells: list[str], parameter: GPParameter) -> list[Any]:
    kind = _schema(parameter).get(name.casefold())
    read = _reader(name, kind, parameter) if kind else _guessed(cells)
    return [read(number, cell) if cell else None for number, cell in enumerate(cells, 1)]


def _schema(parameter: GPParameter) -> Mapping[str, str]:
    default = parameter.default_value
    fields = RecordSet(default).fields if isinstance(default, Mapping) else ()
    return {field.name.casefold(): _TYPES.get(field.type, "GPString") for field in fields}


def _reader(name: str, kind: str, parameter: GPParameter) -> Callable[[int, str], Any]:
    column = GPParameter(parameter.name, kind)

    def read(number: int, cell: str) -> Any:
        try:
            return datatype_of(column).check(cell, column)
        except ParameterError as error:
            raise ParameterError(
                parameter.name,
                tr("row {number}, {name}: {problem}", number=number, name=name, problem=error.problem),
            ) from None

    return read


def _guessed(cells: list[str]) -> Callable[[int, str], Any]:
    given = [cell for cell in cells if cell]
    if given and all(_WHOLE.match(cell) for cell in given):
        return lambda _number, cell: int(cell)
    if given and all(_NUMBER.match(cell) and cell[-1].isdigit() for cell in given):
        return lambda _number, cell: float(cell)
    return lambda _number, cell: cell
