"""What all data types share, and the table from wire name to codec."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import is_missing, plain, without_missing
from gpwidgets.protocol.plain_text import plain_words
from gpwidgets.protocol.values import UNSET, Unset
from gpwidgets.texts import later, tr

_C = TypeVar("_C", bound="type[DataTypeCodec]")


class DataTypeCodec:
    """A data type: also the one for types that are not known, whose values pass through as they are.

    Attributes
    ----------
    title : str
        What people call the type; the server's word where this is empty.
    example : str
        A value that works, for messages and tooltips.
    """

    title = ""
    example: str = later('text, or JSON such as {"key": 1}')

    def check(self, value: Any, parameter: GPParameter) -> Any:
        """Normalise what a caller gives; what is missing within it is None.

        Raises
        ------
        ParameterError
            The value cannot be used; the text says what would be right.
        """
        return without_missing(value)

    def encode(self, value: Any, parameter: GPParameter) -> Any:
        """The JSON value for a request, from a checked value."""
        return value.to_json() if hasattr(value, "to_json") else value

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """The Python value of a result; what cannot be understood is returned as it is."""
        return wire

    def default(self, parameter: GPParameter) -> Any | Unset:
        """The value a form starts with; `UNSET` when the server names none that can be used."""
        wire = parameter.default_value
        if wire is None or wire == "" or wire == {} or wire == []:
            return UNSET
        try:
            return self.check(self.decode(wire, parameter), parameter)
        except (ParameterError, ValueError, TypeError):
            return UNSET

    def describe(self, parameter: GPParameter) -> str:
        """What is accepted, in a few words with an example."""
        return f"{parameter.data_type}: {self.example}"


TABLE: dict[str, DataTypeCodec] = {}
"""Codec by wire name."""

LISTED: dict[str, Callable[[DataTypeCodec], DataTypeCodec]] = {}
"""What makes the codec of a parameter whose values are listed from that of its type, by wire name."""

_UNKNOWN = DataTypeCodec()


def data_type(*names: str) -> Callable[[_C], _C]:
    """Put a codec class into the table under its wire names."""

    def keep(codec: _C) -> _C:
        for name in names:
            TABLE[name] = codec()
        return codec

    return keep


def listed(*names: str) -> Callable[[_C], _C]:
    """Put a class that makes codecs of others into the table, for parameters whose values are listed."""

    def keep(wrapper: _C) -> _C:
        for name in names:
            LISTED[name] = wrapper
        return wrapper

    return keep


#: Data types whose empty text is a value.
TEXT_TYPES = frozenset({"GPString", "GPStringHidden", "GPSQLExpression"})


def is_unset(wire: Any, data_type: str) -> bool:
    """Whether a result's value says that the tool did not set it: null, or an empty text of no text type."""
    is_known = data_type.partition(":")[0] in TABLE and data_type not in TEXT_TYPES
    return wire is None or (isinstance(wire, str) and wire == "" and is_known)


def datatype_of(parameter: GPParameter) -> DataTypeCodec:
    """The codec of a parameter; unknown types pass values through."""
    if parameter.is_multi:
        return TABLE["GPMultiValue"]
    if parameter.data_type in LISTED and parameter.choices:
        return LISTED[parameter.data_type](TABLE[parameter.data_type])
    return TABLE.get(parameter.data_type, _UNKNOWN)


def type_words(data_type: str) -> str:
    """What people call a data type."""
    if data_type.startswith("GPMultiValue:"):
        return tr("List: {kind}", kind=type_words(data_type.removeprefix("GPMultiValue:")))
    return tr(TABLE.get(data_type, _UNKNOWN).title or data_type)


#: As many choices are named where a type is.
FEW_CHOICES = 12


def kind_words(parameter: GPParameter) -> str:
    """What a value is: the choices if there are a few, the type in people's words otherwise."""
    labels = [repr(plain_words(choice.label, 60)) for choice in parameter.choices]
    if labels and len(labels) <= FEW_CHOICES:
        listed = f"{{{', '.join(labels)}}}"
        return tr("List: {kind}", kind=listed) if parameter.is_multi else listed
    return plain_words(type_words(parameter.data_type), 60)


def form_text(value: Any) -> str:
    """The text of a request field: strings as they are, everything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return repr(int(value))
    return json.dumps(value, separators=(",", ":"), allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "to_json"):
        return value.to_json()
    return plain(value)


def refuse_missing(value: Any, parameter: GPParameter) -> None:
    """Refuse a value that stands for none where one is wanted.

    Raises
    ------
    ParameterError
        It is missing.
    """
    if is_missing(value):
        raise wrong(
            parameter,
            tr("{shown} stands for a missing value; give a value, or leave it out.", shown=shown(value)),
        )


def refuse_unwritable(value: Any, parameter: GPParameter) -> None:
    """Refuse what can be neither shown nor sent: halves of letters, and numbers of thousands of digits.

    Parameters
    ----------
    value
        Anything; lists and objects are looked through.

    Raises
    ------
    ParameterError
        There is such a thing in it.
    """
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            problem = tr("it holds half of a letter, which cannot be sent; copy or type the text again.")
            raise wrong(parameter, problem) from None
    elif isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise wrong(parameter, tr("it holds a number of thousands of digits, which cannot be sent."))
    elif isinstance(value, list | tuple):
        for row in value:
            refuse_unwritable(row, parameter)
    elif isinstance(value, Mapping):
        for key, row in value.items():
            refuse_unwritable(key, parameter)
            refuse_unwritable(row, parameter)


#: Of the whole numbers that Python writes as text.
_MOST_BITS = 10_000


def wrong(parameter: GPParameter, problem: str) -> ParameterError:
    """The error for a value of this parameter."""
    return ParameterError(parameter.name, problem)


def shown(value: Any) -> str:
    """A value as it is quoted in a message."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no whole number of thousands of digits
        return tr("a number of thousands of digits")
    return text if len(text) <= 60 else text[:57] + "..."


def check_choice(value: Any, parameter: GPParameter) -> Any:
    """The value of the choice that is meant, by value or label; the value itself when all are allowed.

    Raises
    ------
    ParameterError
        It is none of the choices.
    """
    choices = parameter.choices
    if not choices:
        return value
    if isinstance(value, str) and value in parameter.choices_by_text:
        return parameter.choices_by_text[value].value
    for choice in choices:
        if choice.value == value:
            return choice.value
    for choice in choices:
        if str(value).strip().lower() in (str(choice.value).lower(), choice.label.lower()):
            return choice.value
    labels = ", ".join(choice.label for choice in choices[:12]) + (" …" if len(choices) > 12 else "")
    raise wrong(parameter, tr("{shown} is not one of: {labels}.", shown=shown(value), labels=labels))


def check_range(number: float, parameter: GPParameter) -> None:
    """Refuse a number outside the parameter's range; both ends are allowed."""
    limits = parameter.filter
    if limits is None or limits.type != "range":
        return
    low, high = limits.minimum, limits.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        if low is not None and high is not None:
            raise wrong(
                parameter,
                tr(
                    "{number:g} is out of range; enter a number from {low:g} to {high:g}.",
                    number=number,
                    low=low,
                    high=high,
                ),
            )
        bound = tr("at least {low:g}", low=low) if low is not None else tr("at most {high:g}", high=high)
        raise wrong(
            parameter,
            tr("{number:g} is out of range; enter a number of {bound}.", number=number, bound=bound),
        )


def to_number(value: Any, parameter: GPParameter, example: str) -> float:
    """A finite number from a number or numeric text.

    Raises
    ------
    ParameterError
        It is none.
    """
    value = plain(value)
    if isinstance(value, Decimal | Fraction):
        value = _as_float(value)
    if isinstance(value, str):
        value = value.strip().replace("\N{MINUS SIGN}", "-")
        if "," in value:
            example = tr("{example}, with a decimal point and no commas", example=example)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise wrong(
            parameter,
            tr("{shown} is not a number; enter one such as {example}.", shown=shown(value), example=example),
        )
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise wrong(
            parameter,
            tr("{shown} is not a number; enter one such as {example}.", shown=shown(value), example=example),
        ) from None
    if not math.isfinite(number):
        raise wrong(
            parameter,
            tr(
                "{shown} is not a finite number; enter one such as {example}.",
                shown=shown(value),
                example=example,
            ),
        )
    return number


def _as_float(value: Decimal | Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def as_json_text(value: Any, parameter: GPParameter) -> Any:
    """Parse text that is meant as a JSON object or list; anything else as it is."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError as error:
            raise wrong(parameter, tr("the JSON cannot be read: {error}.", error=error)) from None
    return value


def is_mapping(value: Any) -> bool:
    """Whether a value is a JSON object."""
    return isinstance(value, Mapping)
