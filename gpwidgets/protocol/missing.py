"""Values that stand for none, and scalars of other packages as Python's own; nothing has to be imported."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

__all__ = ["is_missing", "plain", "without_missing"]


def plain(value: Any) -> Any:
    """The Python value that a scalar of numpy or pandas stands for; anything else as it is.

    A missing one is None, but for a NaN; moments and spans are rounded down to microseconds.
    """
    if is_missing(value):
        return value if isinstance(value, float) else None
    if isinstance(value, datetime | timedelta):
        return _of_pandas(value)
    item = getattr(value, "item", None)
    if item is None or not callable(item) or getattr(value, "shape", None) != ():
        return value
    if value.dtype.kind in "mM":  # of nanoseconds, item() makes a bare number
        return value.astype(f"{value.dtype.name.partition('[')[0]}[us]").item()
    return item()


_MISSING_TYPES = frozenset({"NAType", "NaTType", "MaskedConstant"})


def is_missing(value: Any) -> bool:
    """Whether a value stands for none: None, NaN, NaT, pandas' NA, numpy's masked, a Decimal that is NaN."""
    if value is None or type(value).__name__ in _MISSING_TYPES:
        return True
    if isinstance(value, float):
        return value != value
    if isinstance(value, Decimal):
        return value.is_nan()
    # Only scalars of numpy are compared: of a frame this would be a frame.
    return getattr(value, "shape", None) == () and hasattr(value, "dtype") and bool(value != value)


def without_missing(value: Any) -> Any:
    """The same lists and objects with None for what is missing, and Python's own numbers, at any depth."""
    if isinstance(value, Mapping):
        return {key: without_missing(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [without_missing(entry) for entry in value]
    return None if is_missing(value) else plain(value)


def _of_pandas(value: Any) -> Any:
    """A moment or span of pandas as one of Python; any other as it is."""
    if hasattr(value, "to_pydatetime"):
        # In UTC first: rounding in a zone fails in the hour that its clocks have twice.
        value = value if value.tzinfo is None else value.tz_convert("UTC")
        return value.floor("us").to_pydatetime()
    return value.floor("us").to_pytimedelta() if hasattr(value, "to_pytimedelta") else value
