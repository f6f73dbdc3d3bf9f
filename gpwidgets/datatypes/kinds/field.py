"""Columns of layers as inputs: Field."""

from __future__ import annotations

import ast
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext
from gpwidgets.datatypes.datatype import PLAIN_REPLY, DataType, LiteralWriter
from gpwidgets.datatypes.value_checks import as_json_text, shown, wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import FieldRef
from gpwidgets.texts import later, tr

__all__ = ["FieldType"]


class FieldType(DataType):
    """An attribute column of another input."""

    title: str = later("Field")
    example: str = later("the name of a column")
    python_types: tuple[type, ...] = (FieldRef,)
    empty_is_none = True

    def check(self, value: Any, parameter: GPParameter) -> FieldRef:
        """A `FieldRef`, from itself, a name or a field object."""
        if isinstance(value, FieldRef):
            return value
        try:
            return FieldRef.from_json(as_json_text(value, parameter))
        except ValueError:
            raise wrong(
                parameter,
                tr("{shown} is no field; give {example}.", shown=shown(value), example=tr(self.example)),
            ) from None

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """A `FieldRef`; what is none is returned as it is."""
        try:
            return FieldRef.from_json(wire)
        except ValueError:
            return wire

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """The name."""
        return write.text(value.name)

    def words(self, value: Any) -> str:
        """The name."""
        told: str = value.name
        return told
