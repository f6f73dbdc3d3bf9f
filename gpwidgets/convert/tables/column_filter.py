"""Conditions on the numbers and dates of a column, as people write them: ``> 5``, ``2..8``, ``2024-01..``."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gpwidgets.errors import ConversionError
from gpwidgets.texts import tr

__all__ = ["rows_that_meet"]

Flags = np.ndarray[Any, np.dtype[np.bool_]]

_SIGNS = (">=", "<=", "≥", "≤", ">", "<", "=")
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?)?)?", re.ASCII)


class _Span(NamedTuple):
    """What was written: a number, or a year, month, day, minute or second from its begin to its end."""

    first: Any
    #: The first moment after it; of a number, the number.
    after: Any


def rows_that_meet(values: pd.Series[Any], text: str, kind: str) -> Flags:
    """Return which cells meet a condition; those without a value meet none.

    Parameters
    ----------
    values
        The column. Times of a column with a time zone are those of its zone.
    text
        ``> 5``, ``>= 5``, ``< 5``, ``<= 5``, ``= 5`` or ``5``, ``2..8`` (both included), ``2..``, ``..8``;
        of dates ``2024``, ``2024-01``, ``2024-01-31``, ``2024-01-31 12:30`` and ``2024-01-31 12:30:15`` in
        the place of numbers, each of them from its beginning to its end.
    kind
        ``number`` or ``date``.

    Raises
    ------
    gpwidgets.errors.ConversionError
        The text is no condition; it says how to write one.
    """
    read, cells = (_number, _numbers) if kind == "number" else (_date, _dates)
    condition = _condition(text.strip(), read, is_date=kind == "date")
    flags: Any = condition(cells(values))
    return flags if isinstance(flags, np.ndarray) else flags.fillna(False).to_numpy(dtype=bool)


def _condition(text: str, read: Callable[[str], _Span], *, is_date: bool) -> Callable[[Any], Flags]:
    if ".." in text:
        return _between(text, read)
    sign = next((sign for sign in _SIGNS if text.startswith(sign)), "")
    one = read(text[len(sign) :].strip())
    if sign == ">":
        return (lambda cells: cells >= one.after) if is_date else (lambda cells: cells > one.after)
    if sign in (">=", "≥"):
        return lambda cells: cells >= one.first
    if sign == "<":
        return lambda cells: cells < one.first
    if sign in ("<=", "≤"):
        return (lambda cells: cells < one.after) if is_date else (lambda cells: cells <= one.after)
    if is_date:
        return lambda cells: (cells >= one.first) & (cells < one.after)
    return lambda cells: cells == one.first


def _between(text: str, read: Callable[[str], _Span]) -> Callable[[Any], Flags]:
    begin, _, end = (part.strip() for part in text.partition(".."))
    if not begin and not end:
        raise ConversionError(tr("Write where the range begins or ends, such as 2..8, 2.. or ..8."))
    first = read(begin) if begin else None
    last = read(end) if end else None
    if first and last and first.first > last.first:
        raise ConversionError(
            tr("The range ends before it begins: {begin} is after {end}.", begin=begin, end=end)
        )

    def condition(cells: Any) -> Flags:
        flags: Flags = cells == cells
        if first:
            flags &= cells >= first.first
        if last:
            flags &= (cells < last.after) if last.after != last.first else (cells <= last.after)
        return flags

    return condition


def _number(text: str) -> _Span:
    plain = text.replace("\N{MINUS SIGN}", "-")
    try:
        value: Any = int(plain)
        if abs(value) >= 2**63:
            value = float(value)
    except (ValueError, OverflowError):
        value = _float(plain)
    if value is None:
        raise ConversionError(
            tr("“{text}” is no number. Write a number with a decimal point, or > 5, <= 5, 2..8.", text=text)
            if text
            else tr("A number is missing. Write it as in > 5, <= 5 or 2..8.")
        )
    return _Span(value, value)


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _date(text: str) -> _Span:
    moment = _moment(text)
    if moment is None:
        raise ConversionError(
            tr("“{text}” is no date. Write a year, month or day, or > 2024, 2024-01..2024-03-15.", text=text)
            if text
            else tr("A date is missing. Write it as in > 2024, 2024-01 or 2024-01..2024-03-15.")
        )
    return _Span(moment.astype("M8[us]"), (moment + 1).astype("M8[us]"))


def _moment(text: str) -> Any:
    """The moment, in years, months, days, minutes or seconds, whichever was written last."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return np.datetime64(text)
    except ValueError:  # the thirteenth month
        return None


def _numbers(values: pd.Series[Any]) -> Any:
    if values.dtype.kind == "O":
        values = pd.to_numeric(values, errors="coerce")
    # Whole numbers with gaps are compared by pandas: as floats the long ones would lose their last digits.
    return values.to_numpy() if isinstance(values.dtype, np.dtype) else values


def _dates(values: pd.Series[Any]) -> Any:
    if values.dtype.kind != "M":
        plain = [None if missing else _naive(one) for one, missing in zip(values, values.isna(), strict=True)]
        return np.array(plain, dtype="M8[us]")
    naive = values.dt.tz_localize(None)
    return naive.to_numpy("M8[us]")


def _naive(value: Any) -> Any:
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value
