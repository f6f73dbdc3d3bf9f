"""Columns to lists of plain JSON values, and the field types that describe them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["field_of", "plain_values", "wire_values"]

_INT32 = np.iinfo(np.int32)
_SHORT_TEXT = 255
#: Types that pandas has no word for; they are kept for a column whose values still look like them.
_TEXT_TYPES = {"esriFieldTypeGUID", "esriFieldTypeGlobalID", "esriFieldTypeXML"}
_CLOCK_TYPES = {"esriFieldTypeDateOnly", "esriFieldTypeTimeOnly", "esriFieldTypeTimestampOffset"}
_WHOLE_TYPES = {"esriFieldTypeOID", "esriFieldTypeBigInteger"}


def plain_values(column: pd.Series) -> list[Any]:
    """JSON values to show: dates as ISO text, None for what is missing or not finite."""
    return [_plain(value) for value in _python_values(column)]


def wire_values(column: pd.Series, field_type: str) -> list[Any]:
    """JSON values to send: dates as milliseconds since 1970 UTC, None for what is missing."""
    values = _python_values(column)
    if field_type == "esriFieldTypeDate":
        return [None if value is None else _milliseconds(value) for value in values]
    if field_type == "esriFieldTypeString" or field_type in _TEXT_TYPES:
        return [None if value is None else str(_plain(value)) for value in values]
    if field_type == "esriFieldTypeSmallInteger":
        return [None if value is None else int(value) for value in values]
    return [_plain(value) for value in values]


def field_of(name: str, column: pd.Series, described: str = "", alias: str = "") -> dict[str, Any]:
    """The field object of a column.

    Parameters
    ----------
    name, column
        The column.
    described
        The field type it had when it was read; kept where it still fits the values.
    alias
        Name to show.
    """
    kind = _kind(column, described)
    field: dict[str, Any] = {"name": name, "type": kind, "alias": alias or name}
    if kind == "esriFieldTypeString":
        longest = max((len(text) for text in wire_values(column, kind) if text is not None), default=0)
        field["length"] = max(longest, _SHORT_TEXT)
    return field


def _kind(column: pd.Series, described: str) -> str:
    types = pd.api.types
    if types.is_bool_dtype(column.dtype):
        return "esriFieldTypeSmallInteger"
    if types.is_datetime64_any_dtype(column.dtype):
        return "esriFieldTypeDate"
    if types.is_integer_dtype(column.dtype):
        return described if described in _WHOLE_TYPES else _whole_kind(column)
    if types.is_float_dtype(column.dtype):
        return "esriFieldTypeDouble"
    kinds = {type(value) for value in _python_values(column)} - {type(None)}
    if kinds and kinds <= {datetime, date, time} and described in _CLOCK_TYPES:
        return described
    if kinds and all(issubclass(kind, date) for kind in kinds):
        return "esriFieldTypeDate"
    if kinds == {bool}:
        return "esriFieldTypeSmallInteger"
    if kinds == {int}:
        return _whole_kind(column)
    if kinds and kinds <= {int, float, Decimal}:
        return "esriFieldTypeDouble"
    return described if described in _TEXT_TYPES else "esriFieldTypeString"


def _whole_kind(column: pd.Series) -> str:
    """The smallest type that old servers know too; 64 bits only where the values need them."""
    if getattr(column.dtype, "itemsize", 8) <= 2 and "uint16" not in str(column.dtype).lower():
        return "esriFieldTypeSmallInteger"
    known = [value for value in _python_values(column) if value is not None]
    fits = all(_INT32.min <= value <= _INT32.max for value in known)
    return "esriFieldTypeInteger" if fits else "esriFieldTypeBigInteger"


def _python_values(column: pd.Series) -> list[Any]:
    """Python objects instead of numpy's, None for NaN, NaT and NA."""
    if column.dtype.kind == "f" and isinstance(column.dtype, np.dtype):
        numbers = column.to_numpy(dtype=np.float64)
        values: list[Any] = numbers.tolist()
        for row in np.flatnonzero(~np.isfinite(numbers)).tolist():
            values[row] = None
        return values
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return [None if moment is pd.NaT else moment for moment in column.astype(object)]
    return [_missing_to_none(value) for value in column.astype(object).tolist()]


def _missing_to_none(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.generic):
        value = value.item()
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
    if isinstance(value, list | tuple | np.ndarray):
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
