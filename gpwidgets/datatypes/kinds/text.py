"""Texts, also those that are not shown: GPString, GPSQLExpression, GPStringHidden."""

from __future__ import annotations

import ast
import json
from decimal import Decimal
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext
from gpwidgets.datatypes.datatype import PLAIN_REPLY, DataType, LiteralWriter
from gpwidgets.datatypes.kinds.unknown import cut
from gpwidgets.datatypes.value_checks import check_choice, refuse_missing, refuse_unwritable, shown, wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import plain, without_missing
from gpwidgets.protocol.values import UNSET, Unset
from gpwidgets.secrets import SecretText, shielded
from gpwidgets.texts import later, tr

__all__ = ["HiddenStringType", "SQLExpressionType", "StringType"]


class StringType(DataType):
    """A text."""

    title: str = later("Text")
    example: str = later("a text")
    python_types: tuple[type, ...] = (str,)
    is_text = True

    def check(self, value: Any, parameter: GPParameter) -> Any:
        """A text, or one of the choices; objects become JSON text, which is what some tools take."""
        refuse_missing(value, parameter)
        value = plain(value)
        if isinstance(value, dict | list):
            value = _as_json(value, parameter)
        if not isinstance(value, str):
            value = _as_text(value, parameter)
        refuse_unwritable(value, parameter)
        return check_choice(value, parameter)

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """The text; some tools answer with an object or list, which stays one."""
        return str(wire) if isinstance(wire, int | float) and not isinstance(wire, bool) else wire

    def default(self, parameter: GPParameter) -> Any | Unset:
        """The default text as it is, even if it is none of the choices; the empty text means none."""
        wire = parameter.default_value
        if wire is None or wire == "":
            return UNSET
        if parameter.choices:
            return super().default(parameter)
        return wire if isinstance(wire, str) else super().default(parameter)

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """The text, without the tokens in it."""
        return write.text(value)

    def words(self, value: Any) -> str:
        """The text, cut."""
        return cut(value) if value else tr("empty")

    def from_journal(self, wire: Any, parameter: GPParameter) -> Any:
        """The text as it was sent, the empty one too."""
        return "" if wire == "" else super().from_journal(wire, parameter)


def _as_json(value: Any, parameter: GPParameter) -> str:
    try:
        return json.dumps(without_missing(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise wrong(parameter, tr("it cannot be written as JSON: {error}.", error=error)) from None


def _as_text(value: Any, parameter: GPParameter) -> str:
    if isinstance(value, bool | int | float | Decimal) or hasattr(value, "__fspath__"):
        try:
            return str(value)
        except ValueError:  # Python writes no whole number of thousands of digits
            pass
    raise wrong(parameter, tr("{shown} is not a text.", shown=shown(value)))


class SQLExpressionType(StringType):
    """A condition on the rows of a layer."""

    title: str = later("SQL expression")
    example = "POPULATION > 1000"


class HiddenStringType(StringType):
    """A text that is not shown."""

    title: str = later("Password or key")
    example: str = later("a password or key")
    python_types: tuple[type, ...] = (SecretText,)

    def default(self, parameter: GPParameter) -> Unset:
        """Hidden texts have no default."""
        return UNSET

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """The text; it shows as ``'***'`` in representations."""
        return shielded(super().decode(wire, parameter, reply), secret=True)

    def words(self, value: Any) -> str:
        """Nothing of the text."""
        return tr("hidden")
