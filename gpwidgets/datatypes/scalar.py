"""Yes or no, numbers and texts."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

from gpwidgets.datatypes.datatype import (
    DataTypeCodec,
    check_choice,
    check_range,
    data_type,
    refuse_missing,
    refuse_unwritable,
    shown,
    to_number,
    wrong,
)
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import plain, without_missing
from gpwidgets.protocol.values import UNSET, Unset
from gpwidgets.texts import later, tr

_WORDS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
_LARGEST_LONG = 2**52 - 1


@data_type("GPBoolean")
class BooleanType(DataTypeCodec):
    """Yes or no."""

    title: str = later("Yes or no")
    example: str = later("True or False")

    def check(self, value: Any, parameter: GPParameter) -> bool:
        """True or False, from a bool, 0 or 1, or a word for it."""
        value = plain(value)
        if isinstance(value, bool):
            return value
        if isinstance(value, int) and value in (0, 1):
            return bool(value)
        known = _WORDS.get(value.strip().lower()) if isinstance(value, str) else None
        if known is None:
            raise wrong(
                parameter, tr("{shown} is neither yes nor no; give True or False.", shown=shown(value))
            )
        return known

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """True or False, also from the words that old servers send."""
        if isinstance(wire, str):
            return _WORDS.get(wire.strip().lower(), wire)
        return bool(wire) if isinstance(wire, int) else wire


@data_type("GPLong")
class LongType(DataTypeCodec):
    """A whole number."""

    title: str = later("Whole number")
    example = "7"

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

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """An int, also from numeric text."""
        exact = _whole(wire)
        if exact is not None:
            return exact
        if isinstance(wire, float) and wire.is_integer():
            return int(wire)
        return wire


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


@data_type("GPDouble")
class DoubleType(DataTypeCodec):
    """A number."""

    title: str = later("Number")
    example = "2.5"

    def check(self, value: Any, parameter: GPParameter) -> float:
        """A finite number within the range."""
        number = to_number(value, parameter, tr(self.example))
        check_range(number, parameter)
        return number

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """A float, also from numeric text and the ways to write that there is no number."""
        if wire is None or isinstance(wire, bool):
            return wire
        try:
            return float(wire)
        except (TypeError, ValueError, OverflowError):
            is_nan = isinstance(wire, str) and wire.strip().lower() == "nan"
            return math.nan if is_nan else wire


@data_type("GPString")
class StringType(DataTypeCodec):
    """A text."""

    title: str = later("Text")
    example: str = later("a text")

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

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
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


@data_type("GPSQLExpression")
class SQLExpressionType(StringType):
    """A condition on the rows of a layer."""

    title: str = later("SQL expression")
    example = "POPULATION > 1000"


@data_type("GPStringHidden")
class HiddenStringType(StringType):
    """A text that is not shown."""

    title: str = later("Password or key")
    example: str = later("a password or key")

    def default(self, parameter: GPParameter) -> Unset:
        """Hidden texts have no default."""
        return UNSET
