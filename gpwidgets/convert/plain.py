"""Columns to lists of plain JSON values, and the field types that describe them."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["plain_values", "wire_column"]

_INT32 = np.iinfo(np.int32)
_SHORT_TEXT = 255
#: Types that pandas has no word for; they are kept for a column whose values still look like them.
_TEXT_TYPES = {"esriFieldTypeGUID", "esriFieldTypeGlobalID", "esriFieldTypeXML"}
_CLOCK_TYPES = {"esriFieldTypeDateOnly", "esriFieldTypeTimeOnly", "esriFieldTypeTimestampOffset"}
#: Types whose values are JSON as they are; floats that are not finite have become None by then.
_PLAIN = {bool, int, float, str}
_WHOLE_TYPES = {"esriFieldTypeOID", "esriFieldTypeBigInteger"}


def plain_values(column: pd.Series) -> list[Any]:
    """JSON values to show: dates as ISO text, None for what is missing or not finite."""
    return [_plain(value) for value in _python_values(column)]


def wire_column(
    name: str, column: pd.Series, described: str = "", alias: str = ""
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

    Returns
    -------
    field, values
        Dates are milliseconds since 1970 UTC.
    """
    if _holds_moments(column):
        kind, wire = "esriFieldTypeDate", _moments(column)
    else:
        values = _python_values(column)
        kind = _kind(column.dtype, values, described)
        wire = _wire_values(values, kind)
    field: dict[str, Any] = {"name": name, "type": kind, "alias": alias or name}
    if kind == "esriFieldTypeString":
        longest = max((len(text) for text in wire if text is not None), default=0)
        field["length"] = max(longest, _SHORT_TEXT)
    return field, wire


def _wire_values(values: list[Any], field_type: str) -> list[Any]:
    kinds = _types_in(values)
    if field_type == "esriFieldTypeDate":
        return [None if value is None else _milliseconds(value) for value in values]
    if field_type == "esriFieldTypeString" or field_type in _TEXT_TYPES:
        if kinds <= {str}:
            return values
        return [None if value is None else str(_plain(value)) for value in values]
    if field_type == "esriFieldTypeSmallInteger" and not kinds <= {int}:
        return [None if value is None else int(value) for value in values]
    return values if kinds <= _PLAIN else [_plain(value) for value in values]


def _kind(dtype: Any, values: list[Any], described: str) -> str:
    types = pd.api.types
    if types.is_bool_dtype(dtype):
        return "esriFieldTypeSmallInteger"
    if types.is_datetime64_any_dtype(dtype):
        return "esriFieldTypeDate"
    if types.is_integer_dtype(dtype):
        return described if described in _WHOLE_TYPES else _whole_kind(dtype, values)
    if types.is_float_dtype(dtype):
        return "esriFieldTypeDouble"
    kinds = _types_in(values)
    if kinds and kinds <= {datetime, date, time} and described in _CLOCK_TYPES:
        return described
    if kinds and all(issubclass(kind, date) for kind in kinds):
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
    return "esriFieldTypeInteger" if fits else "esriFieldTypeBigInteger"


def _types_in(values: list[Any]) -> set[type]:
    """The types of all values that are there."""
    return set(map(type, values)) - {type(None)}


def _holds_moments(column: pd.Series) -> bool:
    dtype = column.dtype
    return isinstance(dtype, pd.DatetimeTZDtype) or (isinstance(dtype, np.dtype) and dtype.kind == "M")


def _moments(column: pd.Series) -> list[Any]:
    """Milliseconds since 1970; a moment without a time zone counts as UTC."""
    moments = column.to_numpy(dtype="datetime64[ms]")
    return _with_none(moments.astype(np.int64).tolist(), np.isnat(moments))


def _python_values(column: pd.Series) -> list[Any]:
    """Python objects instead of numpy's, None for NaN, NaT and NA."""
    dtype = column.dtype
    own = dtype if isinstance(dtype, np.dtype) else getattr(dtype, "numpy_dtype", None)
    if own is not None and own.kind in "iufb":
        return _numbers(column, own)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return [None if moment is pd.NaT else moment for moment in column.astype(object)]
    values: list[Any] = column.astype(object).tolist()
    if _types_in(values) <= {str, int, bool}:
        return values
    return [value if type(value) is str else _missing_to_none(value) for value in values]


def _numbers(column: pd.Series, dtype: np.dtype[Any]) -> list[Any]:
    kind = np.dtype(np.float64) if dtype.kind == "f" else dtype
    if isinstance(column.dtype, np.dtype):
        numbers, missing = column.to_numpy(dtype=kind), np.zeros(len(column), dtype=bool)
    else:
        numbers, missing = column.to_numpy(dtype=kind, na_value=0), column.isna().to_numpy()
    if kind.kind == "f":
        missing = missing | ~np.isfinite(numbers)
    return _with_none(numbers.tolist(), missing)


def _with_none(values: list[Any], missing: Any) -> list[Any]:
    for row in np.flatnonzero(missing).tolist():
        values[row] = None
    return values


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
