"""Lists of values of one type: GPMultiValue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext, RequestContext
from gpwidgets.datatypes.datatype import PLAIN_REPLY, PLAIN_REQUEST, DataType
from gpwidgets.datatypes.registry import datatype_of, read_value
from gpwidgets.datatypes.value_checks import as_json_text, refuse_missing, wrong
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.texts import later, tr

__all__ = ["MultiValueType"]


class MultiValueType(DataType):
    """A list of values of one type."""

    title: str = later("List")
    example: str = later("a list")
    has_parts = True

    def check(self, value: Any, parameter: GPParameter) -> list[Any]:
        """A list of checked values; a single value is a list of one."""
        kind = datatype_of(parameter.member)
        return _each(_rows(as_json_text(value, parameter)), parameter, kind.check)

    def encode(
        self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST
    ) -> list[Any]:
        """A JSON array, even for one value."""
        member = parameter.member
        return [datatype_of(member).encode(row, member, request) for row in value]

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """A list; helpers that join lists by commas or semicolons are undone only where choices prove it."""
        member = parameter.member
        return [read_value(row, member, reply) for row in _rows(wire)]

    def view(self, wire: Any, parameter: GPParameter) -> Any:
        """A list of such views."""
        member = parameter.member
        kind = datatype_of(member)
        return [None if kind.is_none(row) else kind.view(row, member) for row in _rows(wire)]

    def from_journal(self, wire: Any, parameter: GPParameter) -> Any:
        """A list of such values."""
        return _each(_rows(wire), parameter, datatype_of(parameter.member).from_journal)

    def with_local_files(self, wire: Any, parameter: GPParameter) -> Any:
        """A list of what its type makes of each."""
        if not isinstance(wire, list):
            return super().with_local_files(wire, parameter)
        member = parameter.member
        return [datatype_of(member).with_local_files(row, member) for row in wire]


def _each(
    values: Iterable[Any], parameter: GPParameter, read: Callable[[Any, GPParameter], Any]
) -> list[Any]:
    """Each value as its type reads it; what it refuses is named by its number."""
    member = parameter.member
    rows = []
    for number, row in enumerate(values, 1):
        try:
            refuse_missing(row, member)
            rows.append(read(row, member))
        except ParameterError as error:
            raise wrong(
                parameter, tr("value {number}: {problem}", number=number, problem=error.problem)
            ) from error
    if parameter.required and not rows:
        raise wrong(parameter, tr("the list is empty; at least one value is needed."))
    return rows


def _rows(value: Any) -> Iterable[Any]:
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return [value]
    if hasattr(value, "geometry") or hasattr(value, "columns") or hasattr(value, "geom_type"):
        return [value]
    return list(value)
