"""Whole numbers and numbers: GPLong, GPDouble."""

from __future__ import annotations

import ast
import math
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext, RequestContext
from gpwidgets.datatypes.datatype import PLAIN_REPLY, PLAIN_REQUEST, DataType, LiteralWriter
from gpwidgets.datatypes.value_checks import check_range, shown, to_number, wrong
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import plain
from gpwidgets.texts import later, tr

__all__ = ["DoubleType", "LongType", "number_words"]

_LARGEST_LONG = 2**52 - 1
_SMALLEST_OLD_LONG, _LARGEST_OLD_LONG = -(2**31), 2**31 - 1
_MOST_DIGITS = 10**4000


class LongType(DataType):
    """A whole number."""

    title: str = later("Whole number")
    example = "7"
    python_types: tuple[type, ...] = (int,)
    is_chosen_by_value = True

    def check(self, value: Any, parameter: GPParameter) -> int:
        """A whole number within the range."""
        value = plain(value)
        exact = _whole(value)
        if exact is None:
            number = to_number(value, parameter, tr(self.example))
            if not number.is_integer():
                raise wrong(
                    parameter,
                    tr(
                        "{shown} is not a whole number; enter one such as {example}.",
                        shown=shown(value),
                        example=tr(self.example),
                    ),
                )
            exact = int(number)
        if abs(exact) > _LARGEST_LONG:
            raise wrong(parameter, _outside(exact))
        check_range(exact, parameter)
        return exact

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """An int, also from numeric text."""
        exact = _whole(wire)
        if exact is not None:
            return exact
        if isinstance(wire, float) and wire.is_integer():
            return int(wire)
        return wire

    def encode(self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST) -> Any:
        """The number; servers before 11.2 take no more than 32 bits."""
        is_old = isinstance(value, int) and _SMALLEST_OLD_LONG <= value <= _LARGEST_OLD_LONG
        if not is_old and isinstance(value, int) and request.is_before(11.2):
            raise wrong(parameter, _outside_old(value))
        return super().encode(value, parameter, request)

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """The number."""
        return _literal(value)

    def words(self, value: Any) -> str:
        """The number."""
        return number_words(value)


def _outside_old(value: int) -> str:
    if value < 0:
        return tr(
            "{value} is too small for this server; before 11.2 whole numbers go down to {smallest}.",
            value=value,
            smallest=_SMALLEST_OLD_LONG,
        )
    return tr(
        "{value} is too large for this server; before 11.2 whole numbers go to {largest}.",
        value=value,
        largest=_LARGEST_OLD_LONG,
    )


def _outside(number: int) -> str:
    if number < 0:
        return tr(
            "{shown} is too small; whole numbers go down to {smallest}.",
            shown=shown(number),
            smallest=-_LARGEST_LONG,
        )
    return tr(
        "{shown} is too large; whole numbers go to {largest}.", shown=shown(number), largest=_LARGEST_LONG
    )


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            return int(value.strip())
        except ValueError:
            return None
    return None


class DoubleType(DataType):
    """A number."""

    title: str = later("Number")
    example = "2.5"
    python_types: tuple[type, ...] = (float,)
    is_chosen_by_value = True

    def check(self, value: Any, parameter: GPParameter) -> float:
        """A finite number within the range."""
        number = to_number(value, parameter, tr(self.example))
        check_range(number, parameter)
        return number

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """A float, also from numeric text and the ways to write that there is no number."""
        if wire is None or isinstance(wire, bool):
            return wire
        try:
            return float(wire)
        except (TypeError, ValueError, OverflowError):
            is_nan = isinstance(wire, str) and wire.strip().lower() == "nan"
            return math.nan if is_nan else wire

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """The number."""
        return _literal(value)

    def words(self, value: Any) -> str:
        """The number, whole ones without a point."""
        return number_words(value)


def _literal(value: float) -> ast.expr:
    if isinstance(value, int):
        if abs(value) >= _MOST_DIGITS:
            raise ConversionError("A whole number of thousands of digits cannot be written as Python.")
        return ast.Constant(int(value))
    number = float(value)
    if number == number:
        return ast.Constant(number)
    return ast.Call(ast.Name("float"), [ast.Constant("nan")], [])


def number_words(value: float) -> str:
    """A number as people write it: whole ones whole, others with six digits or two decimals."""
    if isinstance(value, int):
        return str(value)
    if math.isinf(value) or math.isnan(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.2f}"
