"""Columns to lists of plain JSON values, and the field types that describe them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pandas as pd

from gpwidgets.errors import ConversionError
from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.protocol.missing import is_missing, plain
from gpwidgets.texts import tr

__all__ = ["check_columns", "field_types", "plain_values", "wire_column"]

_INT32 = np.iinfo(np.int32)
_INT64 = np.iinfo(np.int64)
_SHORT_TEXT = 255
#: Types that pandas has no word for; they are kept for a column whose values still look like them.
_TEXT_TYPES = {"esriFieldTypeGUID", "esriFieldTypeGlobalID", "esriFieldTypeXML"}
_CLOCK_TYPES = {"esriFieldTypeDateOnly", "esriFieldTypeTimeOnly", "esriFieldTypeTimestampOffset"}
#: Types whose values are JSON as they are; floats that are not finite have become None by then.
_PLAIN = {bool, int, float, str}
_CONTAINERS = (list, tuple, set, frozenset, dict, np.ndarray)
_UNWRITABLE = (bytes, bytearray, memoryview, complex)
#: What the field of an object id says of ids that need 64 bits.
_LONG_ID = 8
_LONG = "esriFieldTypeBigInteger"
_WHOLE_TYPES = {"esriFieldTypeOID", _LONG}


def plain_values(column: pd.Series) -> list[Any]:
    """JSON values to show: dates as ISO text, None for what is missing or not finite."""
    return [_plain(value) for value in _python_values(column)]


def wire_column(
    name: str, column: pd.Series, described: str = "", alias: str = "", *, has_long_ids: bool = False
) -> tuple[dict[str, Any], list[Any]]:
    """The field object of a column, and its JSON values: None for what is missing.

    Parameters
    ----------
    name, column
        The column.
    described
        The field type it had when it was read; kept where it still fits the values.
    alias
        Name to show.
    has_long_ids
        Whether it held object ids of 64 bits when it was read.

    Returns
    -------
    field, values
        Dates are milliseconds since 1970 UTC; object ids of more than 32 bits have the length 8.

    Raises
    ------
    ConversionError
        The column holds bytes or complex numbers, which JSON has no form for.
    """
    if _holds_moments(column):
        kind, wire = "esriFieldTypeDate", _moments(column)
    else:
        values = _python_values(column)
        if not _is_safe(column.dtype):
            _refuse_unwritable(name, values)
        kind = _kind(column.dtype, values, described)
        wire = _wire_values(values, kind)
    field: dict[str, Any] = {"name": name, "type": kind, "alias": alias or name}
    if kind == "esriFieldTypeString":
        longest = max(map(len, filter(None, wire)), default=0)
        field["length"] = max(longest, _SHORT_TEXT)
    if kind == "esriFieldTypeOID" and (has_long_ids or _whole_kind(None, wire) == _LONG):
        field["length"] = _LONG_ID
    return field, wire


def _refuse_unwritable(name: str, values: list[Any]) -> None:
    """Refuse values that would arrive as the text that Python shows for them, or as another number."""
    kinds = _types_in(values)
    if any(issubclass(kind, (*_CONTAINERS, *_UNWRITABLE, float, int, Decimal)) for kind in kinds):
        for number, value in enumerate(values, 1):
            found = _unwritable(value)
            if found:
                raise _cannot_send(name, found, number)


def check_columns(table: pd.DataFrame) -> None:
    """Refuse what cannot be sent before anything is: bytes, complex and infinite numbers.

    Raises
    ------
    ConversionError
        A column holds such values; the text names it and its first row.
    """
    for number, name in enumerate(table.columns):
        column = table.iloc[:, number]
        if str(column.dtype) == "geometry":
            continue
        if pd.api.types.is_float_dtype(column.dtype):
            infinite = np.flatnonzero(np.isinf(column.to_numpy(dtype=np.float64, na_value=np.nan)))
            if len(infinite):
                raise _cannot_send(str(name), tr("an infinite number"), int(infinite[0]) + 1)
        elif not _is_safe(column.dtype) and not _holds_moments(column):
            _refuse_unwritable(str(name), column.astype(object).tolist())


def field_types(table: pd.DataFrame) -> dict[str, str]:
    """The field type that each column is written with, geometry left out."""
    described = frame_info(table).get("field_types")
    found: dict[str, str] = {}
    for number, name in enumerate(table.columns):
        column = table.iloc[:, number]
        if str(column.dtype) == "geometry":
            continue
        if _holds_moments(column):
            found[str(name)] = "esriFieldTypeDate"
            continue
        known = (described or {}).get(str(name), "")
        found[str(name)] = _kind(column.dtype, _python_values(column), known)
    return found


def _is_safe(dtype: Any) -> bool:
    """Whether a column of this type can only hold numbers that can be sent, NaN and infinity apart."""
    own = dtype if isinstance(dtype, np.dtype) else getattr(dtype, "numpy_dtype", None)
    kind, size = getattr(own, "kind", "O"), getattr(own, "itemsize", 8)
    return kind in "ifb" or (kind == "u" and size < 8)


def _cannot_send(name: str, what: str, number: int) -> ConversionError:
    return ConversionError(
        tr(
            "The column {name!r} holds {what} in row {number}, which cannot be sent; replace it, or leave "
            "the column out with drop(columns={name!r}).",
            name=name,
            what=what,
            number=number,
        )
    )


def _unwritable(value: Any) -> str:
    """What is in a value that JSON has no form for; ``""`` when it can be written."""
    if isinstance(value, int):
        return "" if _INT64.min <= value <= _INT64.max else tr("a whole number of more than 64 bits")
    if isinstance(value, float | Decimal):
        return tr("an infinite number") if value in (math.inf, -math.inf) else ""
    if isinstance(value, complex):
        return tr("a complex number")
    if isinstance(value, _UNWRITABLE):
        return tr("bytes")
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, _CONTAINERS):
        return next(filter(None, map(_unwritable, value)), "")
    return ""


def _wire_values(values: list[Any], field_type: str) -> list[Any]:
    kinds = _types_in(values)
    if field_type == "esriFieldTypeDate":
        return [None if value is None else _milliseconds(value) for value in values]
    if field_type == "esriFieldTypeString" or field_type in _TEXT_TYPES:
        if kinds <= {str}:
            return values
        return [None if value is None else _text(value) for value in values]
    if field_type == "esriFieldTypeSmallInteger" and not kinds <= {int}:
        return [None if value is None else int(value) for value in values]
    return values if kinds <= _PLAIN else [_plain(value) for value in values]


def _text(value: Any) -> str:
    """A value as text; lists and objects as JSON."""
    told = _plain(value)
    return orjson.dumps(told).decode() if isinstance(told, dict | list) else str(told)


def _kind(dtype: Any, values: list[Any], described: str) -> str:
    if isinstance(dtype, pd.StringDtype):
        return described if described in _TEXT_TYPES else "esriFieldTypeString"
    sort = dtype.kind
    if sort == "b" or (sort == "O" and pd.api.types.is_bool_dtype(dtype)):  # categories may be true and false
        return "esriFieldTypeSmallInteger"
    if sort in "iu":
        return described if described in _WHOLE_TYPES else _whole_kind(dtype, values)
    if sort == "f":
        return "esriFieldTypeDouble"
    kinds = _types_in(values)
    if kinds and kinds <= {datetime, date, time} and described in _CLOCK_TYPES:
        return described
    if (kinds and all(issubclass(kind, date) for kind in kinds)) or _is_arrow_date(dtype):
        return "esriFieldTypeDate"
    if kinds == {bool}:
        return "esriFieldTypeSmallInteger"
    if kinds == {int}:
        return _whole_kind(dtype, values)
    if kinds and kinds <= {int, float, Decimal}:
        return "esriFieldTypeDouble"
    return described if described in _TEXT_TYPES else "esriFieldTypeString"


def _whole_kind(dtype: Any, values: list[Any]) -> str:
    """The smallest type that old servers know too; 64 bits only where the values need them."""
    if getattr(dtype, "itemsize", 8) <= 2 and "uint16" not in str(dtype).lower():
        return "esriFieldTypeSmallInteger"
    known = [value for value in values if value is not None]
    fits = not known or (min(known) >= _INT32.min and max(known) <= _INT32.max)
    return "esriFieldTypeInteger" if fits else _LONG


def _types_in(values: list[Any]) -> set[type]:
    """The types of all values that are there."""
    return set(map(type, values)) - {type(None)}


def _holds_moments(column: pd.Series) -> bool:
    """Whether pandas or Arrow holds the column as moments; days of Arrow are objects."""
    dtype = column.dtype
    if _is_arrow_date(dtype):
        return issubclass(dtype.type, pd.Timestamp)
    return isinstance(dtype, pd.DatetimeTZDtype) or (isinstance(dtype, np.dtype) and dtype.kind == "M")


def _moments(column: pd.Series) -> list[Any]:
    """Milliseconds since 1970; a moment without a time zone counts as UTC."""
    moments = column.to_numpy(dtype="datetime64[ms]", na_value=np.datetime64("NaT"))
    return _with_none(moments.astype(np.int64).tolist(), np.isnat(moments))


def _is_arrow_date(dtype: Any) -> bool:
    return isinstance(dtype, pd.ArrowDtype) and dtype.kind == "M"


def _python_values(column: pd.Series) -> list[Any]:
    """Python objects instead of numpy's, None for NaN, NaT and NA."""
    dtype = column.dtype
    own = dtype if isinstance(dtype, np.dtype) else getattr(dtype, "numpy_dtype", None)
    if own is not None and own.kind in "iufb":
        return _numbers(column, own)
    if isinstance(dtype, pd.StringDtype):
        texts: list[Any] = column.array.to_numpy(dtype=object, na_value=None).tolist()
        return texts
    values: list[Any] = column.astype(object).tolist()
    if _types_in(values) <= {str, int, bool}:
        return values
    return [value if type(value) is str else _missing_to_none(value) for value in values]


def _numbers(column: pd.Series, dtype: np.dtype[Any]) -> list[Any]:
    kind = np.dtype(np.float64) if dtype.kind == "f" else dtype
    if isinstance(column.dtype, np.dtype):
        numbers, missing = column.to_numpy(dtype=kind), np.zeros(len(column), dtype=bool)
    else:
        nothing: Any = False if kind.kind == "b" else 0  # Arrow takes none of another type
        array = column.array
        numbers, missing = array.to_numpy(dtype=kind, na_value=nothing), np.asarray(array.isna())
    if kind.kind == "f":
        missing = missing | ~np.isfinite(numbers)
    return _with_none(numbers.tolist(), missing)


def _with_none(values: list[Any], missing: Any) -> list[Any]:
    for row in missing.nonzero()[0].tolist():
        values[row] = None
    return values


def _missing_to_none(value: Any) -> Any:
    if is_missing(value):
        return None
    if isinstance(value, np.generic):
        value = plain(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, dict):
        return {str(key): _plain(_missing_to_none(entry)) for key, entry in value.items()}
    if isinstance(value, _CONTAINERS):
        return [_plain(_missing_to_none(entry)) for entry in value]
    return str(value)


def _milliseconds(value: Any) -> int:
    """Milliseconds since 1970; a moment without a time zone counts as UTC."""
    if isinstance(value, pd.Timestamp):
        moment = value.tz_localize("UTC") if value.tzinfo is None else value
        return int(moment.as_unit("ms").asm8.astype("int64"))
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    since = aware - datetime(1970, 1, 1, tzinfo=UTC)
    return int(since.days * 86400 + since.seconds) * 1000 + int(since.microseconds) // 1000
