"""One value as the text of a table cell or a popup."""

from __future__ import annotations

import datetime
import math
from typing import Any


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, NaT or NA."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    # pandas' NA and NaT are told by name, so that a table of plain values needs no pandas.
    return type(value).__name__ in ("NAType", "NaTType")


def cell_text(value: Any) -> str:
    """Return a value as people write it: whole numbers whole, dates short, missing ones empty."""
    if is_missing(value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return _date_text(value)
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item()
        if isinstance(value, bool):
            return "yes" if value else "no"
    if isinstance(value, float):
        return _number_text(value)
    return str(value)


def _date_text(value: datetime.datetime) -> str:
    zone = " UTC" if value.utcoffset() == datetime.timedelta(0) else ""
    if zone == "" and value.tzinfo is not None:
        return value.isoformat(" ", "seconds")
    if (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return f"{value:%Y-%m-%d}"
    return f"{value:%Y-%m-%d %H:%M:%S}{zone}"


def _number_text(value: float) -> str:
    if math.isinf(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.2f}"
