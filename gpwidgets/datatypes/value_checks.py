"""Checks that several data types share, each with an error that says what would be right."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import is_missing, plain
from gpwidgets.protocol.tolerant_json import tolerant_loads
from gpwidgets.texts import tr

__all__ = [
    "as_json_text",
    "check_choice",
    "check_range",
    "form_text",
    "refuse_missing",
    "refuse_unwritable",
    "shown",
    "to_number",
    "wrong",
]


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
            return tolerant_loads(value)
        except (ValueError, RecursionError) as error:
            raise wrong(parameter, tr("the JSON cannot be read: {error}.", error=error)) from None
    return value
