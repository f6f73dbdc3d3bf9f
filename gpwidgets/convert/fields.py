"""Columns of a frame to the fields and attribute values of the wire."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["attributes_of"]

_PREFIX = "esriFieldType"
_TEXT_TYPES = ("DateOnly", "TimeOnly", "TimestampOffset", "GUID", "GlobalID")
_INT32 = np.iinfo(np.int32)
_USUAL_LENGTH = 255


def attributes_of(frame: pd.DataFrame) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The field objects of a table and the ``attributes`` of each row.

    Parameters
    ----------
    frame
        Columns of numbers, text, dates or booleans; anything else goes as text. ``attrs["gpwidgets"]``, where
        a frame was read from a server, gives aliases, domains and the types to keep.

    Returns
    -------
    fields, rows : list of dict
        Dates are milliseconds since 1970 UTC, a naive date counts as UTC; missing values are None.
    """
    about = frame.attrs.get("gpwidgets")
    about = about if isinstance(about, Mapping) else {}
    fields: list[dict[str, Any]] = []
    columns: list[list[Any]] = []
    for position, name in enumerate(map(str, frame.columns)):
        kind, values = _column(frame.iloc[:, position], _wanted(about, name))
        fields.append(_field(name, kind, values, about))
        columns.append(values)
    if not columns:
        return fields, [{} for _ in range(len(frame))]
    names = [str(field["name"]) for field in fields]
    return fields, [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _wanted(about: Mapping[str, Any], name: str) -> str:
    types = about.get("field_types")
    kind = str(types.get(name, "")) if isinstance(types, Mapping) else ""
    if not kind and about.get("object_id_field") == name:
        kind = "OID"
    return kind.removeprefix(_PREFIX)


def _field(name: str, kind: str, values: list[Any], about: Mapping[str, Any]) -> dict[str, Any]:
    alias = (about.get("aliases") or {}).get(name)
    field: dict[str, Any] = {"name": name, "type": _PREFIX + kind, "alias": str(alias or name)}
    if kind == "String":
        longest = max((len(value) for value in values if value is not None), default=0)
        field["length"] = max(_USUAL_LENGTH, longest)
    domain = (about.get("domains") or {}).get(name)
    if isinstance(domain, Mapping):
        field["domain"] = dict(domain)
    return field


def _column(column: pd.Series, wanted: str) -> tuple[str, list[Any]]:
    """Type word and JSON values of a column."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    sort = pd.api.types.infer_dtype(column, skipna=True)
    if sort == "boolean":
        return "SmallInteger", [None if value is None else int(value) for value in _objects(column)]
    if sort == "integer" or (sort == "empty" and pd.api.types.is_integer_dtype(column.dtype)):
        values = [None if value is None else int(value) for value in _objects(column)]
        return _whole_type(column, values, wanted), values
    if sort in ("floating", "mixed-integer-float", "decimal") or pd.api.types.is_float_dtype(column.dtype):
        numbers = [None if value is None else float(value) for value in _objects(column)]
        kind = "Single" if column.dtype == np.float32 or wanted == "Single" else "Double"
        return kind, [value if value is None or math.isfinite(value) else None for value in numbers]
    if sort in ("datetime64", "datetime", "date") and wanted not in _TEXT_TYPES:
        return "Date", _moments(column)
    kind = wanted if wanted in _TEXT_TYPES else "String"
    return kind, [None if value is None else _text(value) for value in _objects(column)]


def _whole_type(column: pd.Series, values: list[int | None], wanted: str) -> str:
    known = [value for value in values if value is not None]
    if wanted in ("OID", "BigInteger"):
        return wanted
    if known and not _INT32.min <= min(known) <= max(known) <= _INT32.max:
        return "BigInteger"
    small = str(column.dtype).lower() in ("int16", "int8", "uint8")
    return "SmallInteger" if small else "Integer"


def _objects(column: pd.Series) -> list[Any]:
    """Python values, None where one is missing."""
    values = column.astype(object)
    found: list[Any] = values.where(column.notna(), None).tolist()
    return found


def _moments(column: pd.Series) -> list[int | None]:
    if not isinstance(column.dtype, np.dtype | pd.DatetimeTZDtype) or column.dtype == object:
        return [None if value is None else _milliseconds(value) for value in _objects(column)]
    moments = column.dt.tz_convert(None) if isinstance(column.dtype, pd.DatetimeTZDtype) else column
    counts = moments.to_numpy().astype("datetime64[ms]").astype(np.int64).tolist()
    return [None if missing else count for count, missing in zip(counts, column.isna(), strict=True)]


def _milliseconds(value: date) -> int:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
