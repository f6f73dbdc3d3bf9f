"""Values made of values: lists of one type, tables of columns, and one of several types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gpwidgets.datatypes.datatype import (
    DataTypeCodec,
    as_json_text,
    data_type,
    datatype_of,
    is_unset,
    refuse_missing,
    shown,
    wrong,
)
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import is_missing, without_missing
from gpwidgets.protocol.values import UNSET, Unset
from gpwidgets.texts import later, tr

#: Types of a composite that an error goes into.
_MOST_PROBLEMS = 10


@data_type("GPMultiValue")
class MultiValueType(DataTypeCodec):
    """A list of values of one type."""

    title: str = later("List")
    example: str = later("a list")

    def check(self, value: Any, parameter: GPParameter) -> list[Any]:
        """A list of checked values; a single value is a list of one."""
        member, codec = parameter.member, datatype_of(parameter.member)
        rows = []
        for number, row in enumerate(_rows(as_json_text(value, parameter)), 1):
            try:
                refuse_missing(row, member)
                rows.append(codec.check(row, member))
            except ParameterError as error:
                raise wrong(
                    parameter, tr("value {number}: {problem}", number=number, problem=error.problem)
                ) from None
        if parameter.required and not rows:
            raise wrong(parameter, tr("the list is empty; at least one value is needed."))
        return rows

    def encode(self, value: Any, parameter: GPParameter) -> list[Any]:
        """A JSON array, even for one value."""
        member = parameter.member
        return [datatype_of(member).encode(row, member) for row in value]

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """A list; helpers that join lists by commas or semicolons are undone only where choices prove it."""
        if wire is None:
            return None
        member = parameter.member
        return [_decoded(row, member) for row in _rows(wire)]

    def describe(self, parameter: GPParameter) -> str:
        """What is accepted, in a few words with an example."""
        return f"a list; each is {datatype_of(parameter.member).describe(parameter.member)}"


def _decoded(wire: Any, member: GPParameter) -> Any:
    return None if is_unset(wire, member.data_type) else datatype_of(member).decode(wire, member)


def _rows(value: Any) -> Iterable[Any]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return [value]
    if hasattr(value, "geometry") or hasattr(value, "columns") or hasattr(value, "geom_type"):
        return [value]
    return list(value)


@dataclass(frozen=True)
class CompositeValue:
    """A value of a composite parameter, with the type it is meant as.

    Attributes
    ----------
    data_type : str
        Wire name of the member type; empty when the server names none.
    value : object
        The checked value.
    """

    data_type: str
    value: Any


@data_type("GPComposite")
class CompositeType(DataTypeCodec):
    """One of several types."""

    title: str = later("One of several types")
    example: str = later("a value of one of its types")

    def check(self, value: Any, parameter: GPParameter) -> CompositeValue:
        """The value with the first of its types that takes it.

        A type can be named, as ``CompositeValue("Field", "POP")`` or ``{"dataType": …, "value": …}``.
        """
        value = as_json_text(value, parameter)
        members = self.members(parameter)
        named, inner = _named(value)
        if not members and not named:
            return CompositeValue("", inner)
        if named is not None:
            members = [member for member in members if member.data_type == named] or [
                _member(parameter, named)
            ]
        problems: list[str] = []
        for member in members:
            try:
                return CompositeValue(member.data_type, datatype_of(member).check(inner, member))
            except ParameterError as error:
                if len(problems) < _MOST_PROBLEMS:
                    problems.append(tr("as {kind}: {problem}", kind=member.data_type, problem=error.problem))
        raise wrong(
            parameter,
            tr("{shown} fits none of its types; {problems}", shown=shown(inner), problems=" ".join(problems)),
        )

    @staticmethod
    def members(parameter: GPParameter) -> list[GPParameter]:
        """The member types as parameters of this name."""
        filters = parameter.filter.members if parameter.filter is not None else ()
        return [
            replace(
                info,
                name=parameter.name,
                display_name=info.display_name or parameter.display_name,
                dependency=info.dependency or parameter.dependency,
                filter=info.filter or (filters[at] if at < len(filters) else None),
            )
            for at, info in enumerate(parameter.parameter_infos)
        ]

    def encode(self, value: Any, parameter: GPParameter) -> Any:
        """The wrapped form, which leaves no doubt of the type; the bare value when no type is known."""
        if not value.data_type:
            return super().encode(value.value, parameter)
        member = next(
            (m for m in self.members(parameter) if m.data_type == value.data_type),
            _member(parameter, value.data_type),
        )
        return {"dataType": value.data_type, "value": datatype_of(member).encode(value.value, member)}

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """The value with its type, where it is wrapped; else as it is."""
        named, inner = _named(wire)
        if named is None:
            return wire
        if inner is None:
            return None
        member = _member(parameter, named)
        return CompositeValue(named, datatype_of(member).decode(inner, member))

    def default(self, parameter: GPParameter) -> Any | Unset:
        """The default value with its type; none when only the type is named."""
        named, inner = _named(parameter.default_value)
        if named is not None and inner in (None, "", {}, []):
            return UNSET
        return super().default(parameter)


def _named(value: Any) -> tuple[str | None, Any]:
    if isinstance(value, CompositeValue):
        return value.data_type, value.value
    if isinstance(value, Mapping) and "dataType" in value and "value" in value:
        return str(value["dataType"]), value["value"]
    return None, value


def _member(parameter: GPParameter, kind: str) -> GPParameter:
    return replace(parameter, data_type=kind, parameter_infos=(), filter=None, choice_list=())


@data_type("GPValueTable")
class ValueTableType(DataTypeCodec):
    """Rows of columns, kept as a list of lists in the order of the columns."""

    title: str = later("Rows")
    example: str = later("a list of rows")

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

    def encode(self, value: Any, parameter: GPParameter) -> list[list[Any]]:
        """Arrays of cells: this form works even when columns share a name."""
        columns = self.columns(parameter)
        if not columns:
            return list(value)
        return [
            [
                None if cell is None else datatype_of(column).encode(cell, column)
                for column, cell in zip(columns, row, strict=True)
            ]
            for row in value
        ]

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """A list of rows, from arrays or objects."""
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
            rows.append([_decoded(cell, column) for column, cell in zip(columns, cells, strict=True)])
        return rows


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
