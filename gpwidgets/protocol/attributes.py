"""Attributes that an input's features may have, and what may be in them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.features import Field
from gpwidgets.protocol.missing import is_missing
from gpwidgets.protocol.moments import (
    from_milliseconds,
    parse_day,
    parse_moment,
    parse_offset_moment,
    parse_time,
    to_milliseconds,
)
from gpwidgets.texts import tr

__all__ = ["attribute_text", "check_attribute", "input_fields", "is_computed"]

_PREFIX = "esriFieldType"
_NOT_GIVEN = {"OID", "GlobalID", "Geometry", "Blob", "Raster", "XML"}
_COMPUTED = re.compile(r"(?i)^(shape[_.]*+(st_*+)?(area|length|leng)(\(\))?|shape|objectid|fid)$")
_WHOLE = {
    "SmallInteger": (-(2**15), 2**15 - 1),
    "Integer": (-(2**31), 2**31 - 1),
    "BigInteger": (-(2**63), 2**63 - 1),
}
_GUID = re.compile(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")


def input_fields(parameter: GPParameter) -> tuple[Field, ...]:
    """The attributes that a user can give the features of an input; empty when its schema names none.

    Ids, lengths and areas that the server sets itself are left out.
    """
    schema = parameter.default_value
    if not isinstance(schema, Mapping):
        return ()
    inner = schema.get("layerDefinition")
    rows = (
        schema.get("fields")
        or schema.get("Fields")
        or (inner.get("fields") if isinstance(inner, Mapping) else ())
    )
    if not isinstance(rows, list | tuple):
        return ()
    fields = [Field.from_json(row) for row in rows if isinstance(row, Mapping) and row.get("name")]
    return tuple(field for field in fields if _is_given(field))


def is_computed(name: str) -> bool:
    """Whether a column of this name is made by servers: object ids, lengths and areas."""
    return _COMPUTED.match(name) is not None


def _is_given(field: Field) -> bool:
    return field.editable and _kind(field) not in _NOT_GIVEN and not is_computed(field.name)


def check_attribute(field: Field, value: Any) -> Any:
    """The value of an attribute as it is sent.

    Parameters
    ----------
    field
        The attribute.
    value
        A number, a text, a date, a code of the field's list or its label; None or an empty text for nothing.

    Returns
    -------
    object
        Dates in milliseconds since 1970 UTC; None for nothing.

    Raises
    ------
    ValueError
        The field does not take it; the text says why, without the field's name.
    """
    if isinstance(value, str):
        value = value.strip()
    if is_missing(value) or value == "":
        if field.nullable or field.default is not None:
            return None
        raise ValueError(tr("a value is needed"))
    if field.coded_values:
        return _code(field, value)
    checked = _typed(field, value)
    _check_range(field, checked)
    return checked


def attribute_text(field: Field, value: Any) -> str:
    """An attribute as it is shown in a box to type in, and as `check_attribute` reads it."""
    if value is None:
        return ""
    if field.coded_values:
        return field.coded_values.get(value, str(value))
    if _kind(field) == "Date" and isinstance(value, int | float) and not isinstance(value, bool):
        try:
            moment = from_milliseconds(value)
        except (
            ValueError
        ):  # beyond the year 9999, as for "still valid": the number itself, which is read back
            return str(int(value))
        spec = "auto" if moment.microsecond else "seconds" if moment.second else "minutes"
        text = moment.isoformat(sep=" ", timespec=spec)
        return text.removesuffix("+00:00").removesuffix(" 00:00")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _kind(field: Field) -> str:
    return field.type.removeprefix(_PREFIX)


def _code(field: Field, value: Any) -> Any:
    for code, label in field.coded_values.items():
        if value == code or str(value).casefold() in (str(code).casefold(), label.casefold()):
            return code
    labels = ", ".join(list(field.coded_values.values())[:12])
    raise ValueError(tr("{value!r} is not one of: {labels}", value=value, labels=labels))


def _typed(field: Field, value: Any) -> Any:
    kind = _kind(field)
    if kind in _WHOLE:
        return _whole(value, *_WHOLE[kind])
    if kind in ("Double", "Single"):
        return _decimal(value)
    if kind == "Date":
        return _milliseconds(value)
    if kind == "DateOnly":
        return _parsed(parse_day, value, "2025-01-31").isoformat()
    if kind == "TimeOnly":
        return _parsed(parse_time, value, "14:05").isoformat()
    if kind == "TimestampOffset":
        return _parsed(parse_offset_moment, value, "2025-01-31 14:05+01:00").isoformat()
    if isinstance(value, bytes | bytearray | complex):
        raise ValueError(tr("{value!r} is not a text", value=value))
    text = str(value)
    if kind == "GUID" and not _GUID.fullmatch(text):
        raise ValueError(tr("{text!r} is no id such as {{01234567-89ab-cdef-0123-456789abcdef}}", text=text))
    if kind == "String" and field.length and len(text) > field.length:
        raise ValueError(
            tr("{count} letters are too many; {length} fit", count=len(text), length=field.length)
        )
    return text


def _whole(value: Any, low: int, high: int) -> int:
    number = _decimal(value)
    if not float(number).is_integer():
        raise ValueError(tr("{value!r} is no whole number", value=value))
    whole = (
        int(value)
        if isinstance(value, int | str) and "." not in str(value) and "e" not in str(value).lower()
        else int(number)
    )
    if not low <= whole <= high:
        raise ValueError(tr("{whole} is out of range; {low} to {high} fit", whole=whole, low=low, high=high))
    return whole


def _decimal(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(tr("{value!r} is not a number; enter one such as 2.5", value=value)) from None
    if not math.isfinite(number):
        raise ValueError(tr("{value!r} is not a finite number; enter one such as 2.5", value=value))
    return number


_MANY_DIGITS = re.compile(r"[-+]?\d{13,}")


def _milliseconds(value: Any) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return to_milliseconds(value)
    if isinstance(value, str) and _MANY_DIGITS.fullmatch(value):
        return int(value)  # as `attribute_text` shows what no date can hold
    moment: datetime = _parsed(parse_moment, value, "2025-01-31 14:05")
    return to_milliseconds(moment)


def _parsed(read: Any, value: Any, example: str) -> Any:
    try:
        return read(str(value))
    except ValueError:
        raise ValueError(
            tr("{value!r} cannot be read; write it as {example}", value=value, example=example)
        ) from None


def _check_range(field: Field, value: Any) -> None:
    ends = (field.domain or {}).get("range")
    if not isinstance(ends, list | tuple) or len(ends) != 2 or not isinstance(value, int | float):
        return
    low, high = ends
    numbers = [end for end in ends if isinstance(end, int | float)]
    if len(numbers) == 2 and not low <= value <= high:
        raise ValueError(
            tr("{value:g} is out of range; {low:g} to {high:g} fit", value=value, low=low, high=high)
        )
