"""Attribute values of the wire to typed pandas columns.

=================================  ==========================================
field type                         column
=================================  ==========================================
OID, BigInteger                    Int64
Integer, SmallInteger              Int32, Int16, or Int64 when a value is larger
Double, Single                     float64, NaN for missing
String, GUID, GlobalID, XML        text
Date                               datetime64[ms, UTC]
DateOnly, TimeOnly                 `datetime.date`, `datetime.time`
TimestampOffset                    `datetime.datetime` with the offset sent
anything else                      as sent
=================================  ==========================================

A column that holds something else than its type promises keeps what was sent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gpwidgets.convert.tables._growing import Numbers
from gpwidgets.protocol.moments import (
    from_milliseconds,
    parse_day,
    parse_offset_moment,
    parse_time,
    to_milliseconds,
)

__all__ = ["Column", "infer_type"]

_PREFIX = "esriFieldType"
_WHOLE = {"OID": "int64", "BigInteger": "int64", "Integer": "int32", "SmallInteger": "int16", "Long": "int32"}
_WIDTHS = {kind: np.iinfo(dtype) for kind, dtype in _WHOLE.items()}
_FLOATS = {"Double", "Single", "Float"}
_TYPED = {*_WHOLE, *_FLOATS, "Date"}
_TEXTS = {"String", "GUID", "GlobalID", "XML"}
#: Years 1 to 9999, which is what Python's own dates can hold.
_FIRST_MS, _LAST_MS = -62135596800000, 253402300799999
#: Whole numbers below this are floats of the same value.
_EXACT = 2.0**53
#: Rows of text that are packed at a time: texts of their own need more memory.
_BLOCK = 1 << 14
#: Before pandas 3 the type of text is object; its "str" would turn None into "None".
_HAS_TEXT_DTYPE = int(pd.__version__.split(".")[0]) >= 3


class Column:
    """One column, filled in pieces; any cutting into pieces gives the same column.

    Parameters
    ----------
    field_type
        ``esriFieldType…`` word; an unknown one keeps the values as they are. None when it is not known yet:
        `settle` tells it later.

    Attributes
    ----------
    lost_dates : int
        How many dates are outside the years that a column can hold, known once it is finished.
    """

    def __init__(self, field_type: str | None) -> None:
        self.kind: str | None = None if field_type is None else field_type.removeprefix(_PREFIX)
        self.lost_dates: int = 0
        self._pieces: list[Any] = []
        self._texts: list[Any] = []

    def add(self, values: list[Any]) -> None:
        """Take the values of the next rows, None where a row has none."""
        if self.kind not in _TEXTS:
            self._keep(self._compact(values))
            return
        self._texts += values
        if len(self._texts) >= _BLOCK:
            self._pack_texts()

    def add_numbers(self, values: NDArray[Any], missing: NDArray[np.bool_]) -> None:
        """Take the numbers of the next rows; what is missing is 0, or NaN among floats."""
        if self.kind in _FLOATS:
            self._keep((np.where(missing, np.nan, values.astype(np.float64)), missing))
        elif values.dtype.kind == "i" and (self.kind in _WHOLE or self.kind == "Date"):
            self._keep((self._narrow(values), missing))
        else:
            self.add([None if no else one for one, no in zip(values.tolist(), missing.tolist(), strict=True)])

    def add_missing(self, count: int) -> None:
        """Take so many rows without a value."""
        if count:
            self.add([None] * count)

    def append(self, other: Column) -> None:
        """Take the rows of another column of the same type, which is empty then."""
        self._pack_texts()
        other._pack_texts()
        for piece in other._emptied():
            self._keep(piece.arrays() if isinstance(piece, Numbers) else piece)

    def settle(self, field_type: str) -> None:
        """Tell the type of a column whose type was not known."""
        self.kind = field_type.removeprefix(_PREFIX)
        for piece in self._emptied():
            numbers = self._converted(*piece.arrays()) if isinstance(piece, Numbers) else None
            if numbers is not None:
                self._keep(numbers)
            else:
                self.add(_listed(piece))

    def _converted(self, values: NDArray[Any], missing: NDArray[np.bool_]) -> Any:
        """Numbers of this column's type from numbers; None when they need a closer look."""
        if self.kind in _FLOATS:
            return np.where(missing, np.nan, values), missing
        if values.dtype.kind == "i" and (self.kind in _WHOLE or self.kind == "Date"):
            return self._narrow(values), missing
        return None

    def infer_type(self) -> str:
        """The type that fits all values; see `infer_type`."""
        return infer_type(list(chain.from_iterable(map(_listed, self._pieces))))

    def finish(self) -> Any:
        """The column of all rows, an array that pandas takes."""
        self._pack_texts()
        if not self._pieces:
            self._keep(self._compact([]))
        pieces = list(self._emptied())
        if self.kind in _TYPED:
            if len(pieces) > 1 or not isinstance(pieces[0], Numbers):
                return self._from_odd([value for piece in pieces for value in _listed(piece)])
            return self._typed(*pieces.pop().arrays())
        if self.kind in _TEXTS and not any(isinstance(piece, list) for piece in pieces):
            if len(pieces) == 1:
                return pieces[0]
            return pd.concat(list(map(pd.Series, pieces)), ignore_index=True).array
        values = list(chain.from_iterable(map(_listed, pieces)))
        if self.kind in _TEXTS:
            return _objects(values)
        return _objects(_parsed(values, _READERS[self.kind]) if self.kind in _READERS else values)

    def _keep(self, piece: Any) -> None:
        """Add a piece; numbers are joined to those before."""
        last = self._pieces[-1] if self._pieces else None
        if not isinstance(piece, tuple):
            self._pieces.append(piece)
        elif not (isinstance(last, Numbers) and last.append(*piece)):
            self._pieces.append(Numbers(*piece))

    def _emptied(self) -> Iterator[Any]:
        """All pieces, which the column keeps no longer."""
        pieces, self._pieces = self._pieces[::-1], []
        while pieces:
            yield pieces.pop()

    def _pack_texts(self) -> None:
        if self._texts:
            texts, self._texts = self._texts, []
            self._pieces.append(_texts(texts))

    def _compact(self, values: list[Any]) -> Any:
        """Numbers and their mask, or the list when the values need a closer look."""
        if self.kind is None:
            return _kept(values)
        if self.kind not in _TYPED:
            return _texts(values) if self.kind in _TEXTS else values
        kinds = set(map(type, values))
        if self.kind in _WHOLE or self.kind == "Date":
            if kinds <= {int, type(None)}:
                try:
                    numbers, mask = _whole_numbers(values, have_none=type(None) in kinds)
                    return self._narrow(numbers), mask
                except OverflowError:
                    return values
        elif self.kind in _FLOATS and kinds <= {float, int, type(None)}:
            try:
                numbers = np.array(values, dtype=np.float64)
            except OverflowError:  # hundreds of digits
                return values
            return numbers, np.isnan(numbers)
        return values

    def _from_odd(self, values: list[Any]) -> Any:
        """Numbers written as text, whole numbers written as decimals, dates written as text."""
        try:
            numbers = [_milliseconds(v) if self.kind == "Date" else _number(v) for v in values]
            mask = np.array([number is None for number in numbers], dtype=bool)
            if self.kind in _FLOATS or any(isinstance(number, float) for number in numbers):
                return np.array(numbers, dtype=np.float64)
            return self._typed(np.array([number or 0 for number in numbers], dtype=np.int64), mask)
        except (ValueError, TypeError, OverflowError):
            return _objects(values)

    def _typed(self, values: NDArray[Any], mask: NDArray[np.bool_]) -> Any:
        if self.kind in _FLOATS:
            return values
        if self.kind == "Date":
            moments = values.view("datetime64[ms]")
            outside = ~mask & ((values < _FIRST_MS) | (values > _LAST_MS))
            self.lost_dates = int(outside.sum())
            moments[mask | outside] = np.datetime64("NaT")
            return pd.DatetimeIndex(moments, tz="UTC", copy=False)
        return pd.arrays.IntegerArray(self._narrow(values), mask)

    def _narrow(self, values: NDArray[Any]) -> NDArray[Any]:
        """Whole numbers in the width of the field's type, where all of them are within its limits."""
        width = _WIDTHS.get(self.kind or "")
        if width is None or values.dtype.itemsize * 8 <= width.bits:
            return values
        fits = not len(values) or (values.min() >= width.min and values.max() <= width.max)
        return values.astype(width.dtype) if fits else values


def infer_type(values: Sequence[Any]) -> str:
    """The field type of a column that no field describes; ``""`` when the values are of several sorts."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {int}:
        limits = np.iinfo(np.int32)
        small = all(limits.min <= value <= limits.max for value in values if value is not None)
        return _PREFIX + ("Integer" if small else "BigInteger")
    if kinds and kinds <= {int, float}:
        return _PREFIX + "Double"
    return _PREFIX + "String" if kinds == {str} else ""


def _whole_numbers(values: list[Any], *, have_none: bool) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """64-bit numbers and which of them are missing; OverflowError when one is larger."""
    if not have_none:
        return np.array(values, dtype=np.int64), np.zeros(len(values), dtype=bool)
    # None becomes NaN on the way, which is quicker than to look for it, and exact up to 53 bits.
    numbers = np.array(values, dtype=np.float64)
    mask = np.isnan(numbers)
    numbers[mask] = 0
    if np.abs(numbers).max(initial=0) < _EXACT:
        return numbers.astype(np.int64), mask
    return np.array([value or 0 for value in values], dtype=np.int64), mask


def _kept(values: list[Any]) -> Any:
    """Values of a column whose type is not known, in less space where they are numbers or texts."""
    kinds = set(map(type, values)) - {type(None)}
    try:
        if kinds == {int}:
            return _whole_numbers(values, have_none=None in values)
        if kinds == {float}:
            numbers = np.array(values, dtype=np.float64)
            mask = np.isnan(numbers)
            return (numbers, mask) if np.count_nonzero(mask) == values.count(None) else values
    except OverflowError:
        return values
    return _texts(values) if kinds == {str} else values


def _listed(piece: Any) -> list[Any]:
    if isinstance(piece, list):
        return piece
    if not isinstance(piece, Numbers):
        texts: list[Any] = piece.to_numpy(dtype=object, na_value=None).tolist()
        return texts
    numbers, mask = (part.tolist() for part in piece.arrays())
    return [None if missing else value for value, missing in zip(numbers, mask, strict=True)]


def _number(value: Any) -> int | float | None:
    """A number from a number or its text; None for missing, ValueError for anything else."""
    if value is None or isinstance(value, int):
        return None if value is None else int(value)
    if isinstance(value, str):
        text = value.strip()
        if text.lower() in ("", "nan", "null"):
            return None
        try:
            return int(text)
        except ValueError:
            value = float(text)
    if not isinstance(value, float):
        raise ValueError("not a number")
    if math.isnan(value):
        return None
    return int(value) if value.is_integer() else value


def _milliseconds(value: Any) -> int | None:
    try:
        number = _number(value)
        return None if number is None else int(number)
    except ValueError:
        moment = parse_offset_moment(value)
        return to_milliseconds(moment)


def _texts(values: list[Any]) -> Any:
    """Texts as an array of pandas; as they are when there is something else among them."""
    if set(map(type, values)) <= {str, type(None)}:
        try:
            # As of the word "str", which pandas takes longer to look up than to make a few texts.
            dtype: Any = pd.StringDtype(na_value=np.nan) if _HAS_TEXT_DTYPE else "object"
            return pd.array(values, dtype=dtype)
        except UnicodeEncodeError:  # half a surrogate pair, which Arrow cannot hold
            pass
    return values


def _objects(values: list[Any]) -> Any:
    """Values as they are; an array of lists must not become a table, nor dates another type."""
    return pd.Series(np.fromiter(values, dtype=object, count=len(values)), dtype=object)


def _parsed(values: list[Any], reader: Callable[[Any], Any]) -> list[Any]:
    found = []
    for value in values:
        try:
            found.append(None if value is None else reader(value))
        except (ValueError, TypeError, OverflowError):
            found.append(value)
    return found


def _day(value: Any) -> date:
    return parse_day(value) if isinstance(value, str) else from_milliseconds(value).date()


_READERS: dict[str, Callable[[Any], Any]] = {
    "DateOnly": _day,
    "TimeOnly": parse_time,
    "TimestampOffset": parse_offset_moment,
}
