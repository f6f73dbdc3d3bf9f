"""Values of one of several types: GPComposite."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext, RequestContext
from gpwidgets.datatypes.datatype import PLAIN_REPLY, PLAIN_REQUEST, DataType, LiteralWriter
from gpwidgets.datatypes.registry import datatype_named, datatype_of, read_value, words_of
from gpwidgets.datatypes.value_checks import as_json_text, refuse_missing, shown, wrong
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import UNSET, CompositeValue, NameOnServer, Unset
from gpwidgets.texts import later, tr

__all__ = ["CompositeType"]

#: Types of a composite that an error goes into.
_MOST_PROBLEMS = 10


class CompositeType(DataType):
    """One of several types."""

    title: str = later("One of several types")
    example: str = later("a value of one of its types")
    python_types: tuple[type, ...] = (CompositeValue,)
    has_parts = True

    def check(self, value: Any, parameter: GPParameter) -> CompositeValue:
        """The value with the first of its types that takes it.

        A type can be named, as ``CompositeValue("Field", "POP")`` or ``{"dataType": …, "value": …}``.
        """
        value = as_json_text(value, parameter)
        members = self.members(parameter)
        named, inner = _named(value)
        if not members and not named:
            return CompositeValue("", inner)
        refuse_missing(inner, parameter)
        if named is not None:
            member = next((one for one in members if one.data_type == named), _member(parameter, named))
            return CompositeValue(named, datatype_of(member).check(inner, member))
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

    def encode(self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST) -> Any:
        """The wrapped form, which leaves no doubt of the type; the bare value when no type is known."""
        if not value.data_type:
            return datatype_named("").encode(value.value, parameter, request)
        member = next(
            (one for one in self.members(parameter) if one.data_type == value.data_type),
            _member(parameter, value.data_type),
        )
        return {
            "dataType": value.data_type,
            "value": datatype_of(member).encode(value.value, member, request),
        }

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """The value that is wrapped, as its type has it; else as it is."""
        named, inner = _named(wire)
        return wire if named is None else read_value(inner, _member(parameter, named), reply)

    def view(self, wire: Any, parameter: GPParameter) -> Any:
        """The value with its type, where it is wrapped; else as it is."""
        named, inner = _named(wire)
        if named is None:
            return NameOnServer(wire) if isinstance(wire, str) else wire
        member = _member(parameter, named)
        return None if inner is None else CompositeValue(named, datatype_of(member).view(inner, member))

    def default(self, parameter: GPParameter) -> Any | Unset:
        """The default value with its type; none when only the type is named."""
        named, inner = _named(parameter.default_value)
        if named is not None and inner in (None, "", {}, []):
            return UNSET
        return super().default(parameter)

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """An object that names the type; the bare value where no type is known."""
        if not value.data_type:
            return write.value(value.value, name)
        return write.value({"dataType": value.data_type, "value": value.value}, name)

    def words(self, value: Any) -> str:
        """As of the value in it."""
        return words_of(value.value)

    def from_journal(self, wire: Any, parameter: GPParameter) -> Any:
        """The value with the type that was sent."""
        return self.check(wire, parameter)

    def with_local_files(self, wire: Any, parameter: GPParameter) -> Any:
        """What the type that was sent makes of the value."""
        named, inner = _named(wire)
        if named is None:
            return super().with_local_files(wire, parameter)
        member = _member(parameter, named)
        return {"dataType": named, "value": datatype_of(member).with_local_files(inner, member)}


def _named(value: Any) -> tuple[str | None, Any]:
    if isinstance(value, CompositeValue):
        return value.data_type, value.value
    if isinstance(value, Mapping) and "dataType" in value and "value" in value:
        return str(value["dataType"]), value["value"]
    return None, value


def _member(parameter: GPParameter, kind: str) -> GPParameter:
    return replace(parameter, data_type=kind, parameter_infos=(), filter=None, choice_list=())
