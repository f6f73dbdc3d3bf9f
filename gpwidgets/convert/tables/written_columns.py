"""Columns of numbers and moments as people write them, for all rows at once, to be searched for a text.

A million of Python's texts take seconds to make. Here the letters stand in arrays: an array for each place of
a letter, with a letter for each row. What cannot be written so is written one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["WrittenColumn", "written_moments", "written_numbers"]

Array = np.ndarray[Any, Any]
#: Writes one value.
Writer = Callable[[Any], str]

_POINT, _MINUS, _ZERO = (ord(letter) for letter in ".-0")
#: Digits of a number that is not whole and below a million.
_DIGITS = 6
_MILLION = 10.0**_DIGITS
#: Exponents of such numbers that are written without one.
_PLAIN_EXPONENTS = range(-4, _DIGITS)
#: The smallest number that is scaled without loss, and the largest whose hundredths are exact enough.
_SMALLEST, _LARGEST = 1e-290, 1e10
_LARGEST_WHOLE = 1e15
#: How close to the middle between two texts a number is not trusted: some times the error of its scaling.
_DOUBTFUL = 1e-14
_DAY = 86_400


class WrittenColumn:
    """The texts of a column's cells.

    Parameters
    ----------
    pieces
        Positions of rows, and the letters of their texts: an array of bytes for each place in the text, 0
        where a row has no letter there. Each row is in one of the pieces, or in none when its text is empty.
    """

    def __init__(self, pieces: Iterable[tuple[Array, list[Array]]]) -> None:
        self._pieces = list(pieces)

    def mark(self, wanted: str, found: Array) -> None:
        """Mark the rows whose text holds what is wanted, of which each letter is a byte.

        Parameters
        ----------
        wanted
            In small letters.
        found
            A flag for each row of the column.
        """
        letters = wanted.encode()
        for rows, places in self._pieces:
            hits = np.zeros(len(rows), dtype=bool)
            for start in range(len(places) - len(letters) + 1):
                here = places[start] == letters[0]
                for place, letter in zip(places[start + 1 :], letters[1:], strict=False):
                    here &= place == letter
                hits |= here
            found[rows[hits]] = True


def written_numbers(values: pd.Series[Any], text: Writer) -> WrittenColumn:
    """Return the texts of a column of numbers, as `number_words` writes them; missing ones have none.

    Parameters
    ----------
    values
        Of any integer or float type.
    text
        Writes one of its values.
    """
    there = np.flatnonzero(values.notna().to_numpy(dtype=bool))
    if not len(there):
        return WrittenColumn(())
    kept = values if len(there) == len(values) else values.iloc[there]
    if getattr(values.dtype, "kind", "") == "f":
        pieces = _float_pieces(kept.to_numpy(dtype="float64"), text)
    else:
        whole = kept.to_numpy(dtype="uint64" if values.dtype.kind == "u" else "int64")
        pieces = iter([(np.arange(len(whole)), _whole(whole))])
    return WrittenColumn((there[rows], places) for rows, places in pieces)


def written_moments(values: pd.Series[Any], text: Writer) -> WrittenColumn | None:
    """Return the texts of a column of moments, as `moment_words` writes them; missing ones have none.

    Parameters
    ----------
    values
        With or without a zone.
    text
        Writes one of its values.

    Returns
    -------
    WrittenColumn or None
        None where a year has not four digits.
    """
    there = np.flatnonzero(values.notna().to_numpy(dtype=bool))
    if not len(there):
        return WrittenColumn(())
    kept = values if len(there) == len(values) else values.iloc[there]
    local = kept if kept.dt.tz is None else kept.dt.tz_localize(None)
    if local.min().year < 1000 or local.max().year > 9999:
        return None
    return WrittenColumn((there[rows], places) for rows, places in _moment_pieces(kept, local, text))


# Numbers


def _float_pieces(numbers: Array, text: Writer) -> Iterator[tuple[Array, list[Array]]]:
    size, left = np.abs(numbers), np.ones(len(numbers), dtype=bool)
    for pieces in (_whole_floats, _large_floats, _plain_floats):
        for rows, places in pieces(numbers, size, left):
            left[rows] = False
            yield rows, places
    rows = np.flatnonzero(left)
    if len(rows):
        texts = np.array([text(value) for value in numbers[rows].tolist()], dtype="S")
        yield rows, _letters(texts)


def _whole_floats(numbers: Array, size: Array, left: Array) -> Iterator[tuple[Array, list[Array]]]:
    rows = np.flatnonzero((np.trunc(numbers) == numbers) & (size < _LARGEST_WHOLE))
    if len(rows):
        yield rows, _whole(numbers[rows].astype(np.int64))


def _large_floats(numbers: Array, size: Array, left: Array) -> Iterator[tuple[Array, list[Array]]]:
    """Numbers from a million on: with two decimals."""
    rows = np.flatnonzero(left & (size >= _MILLION) & (size < _LARGEST))
    hundredths, sure = _rounded(size[rows] * 100)
    rows, hundredths = rows[sure], hundredths[sure]
    if len(rows):
        decimals = _digits_of(hundredths % 100, 2)
        yield rows, [*_signed(hundredths // 100, numbers[rows] < 0), _same(_POINT, rows), *decimals]


def _plain_floats(numbers: Array, size: Array, left: Array) -> Iterator[tuple[Array, list[Array]]]:
    """Numbers below a million: with six digits, of which no zeros at the end are decimals."""
    rows = np.flatnonzero(left & (size >= _SMALLEST) & (size < _MILLION))
    if not len(rows):
        return
    exponents = np.floor(np.log10(size[rows])).astype(np.int32)
    six, sure = _rounded(size[rows] * np.float_power(10.0, _DIGITS - 1 - exponents))
    is_next = six == int(_MILLION)
    six[is_next] //= 10
    exponents += is_next
    sure &= (six >= 10 ** (_DIGITS - 1)) & (six < _MILLION)
    for exponent in _PLAIN_EXPONENTS:
        chosen = np.flatnonzero(sure & (exponents == exponent))
        if len(chosen):
            yield rows[chosen], _with_point(six[chosen], exponent, numbers[rows[chosen]] < 0)


def _with_point(six: Array, exponent: int, is_negative: Array) -> list[Array]:
    """Six digits with the point where the exponent has it."""
    digits = _digits_of(six)
    decimals = digits[max(0, exponent + 1) :]
    ends = np.ones(len(six), dtype=bool)
    for letters in reversed(decimals):
        ends &= letters == _ZERO
        letters[ends] = 0
    point = np.where(ends, 0, _POINT).astype(np.uint8) if exponent >= 0 else _same(_POINT, six)
    sign = np.where(is_negative, _MINUS, 0).astype(np.uint8)
    before = digits[: exponent + 1] if exponent >= 0 else [_same(_ZERO, six)]
    zeros = [_same(_ZERO, six) for _ in range(-exponent - 1)]
    return [sign, *before, point, *zeros, *decimals]


def _rounded(scaled: Array) -> tuple[Array, Array]:
    """The nearest whole numbers, and which of them are so beyond doubt."""
    below = np.floor(scaled)
    part = scaled - below
    sure = np.abs(part - 0.5) > max(float(scaled.max(initial=0)), 1.0) * _DOUBTFUL
    return (below + (part > 0.5)).astype(np.int64), sure


def _whole(numbers: Array) -> list[Array]:
    """Whole numbers; the least one has no counterpart above zero but among the unsigned ones."""
    is_negative = numbers < 0
    unsigned = numbers.astype(np.uint64)
    return _signed(np.where(is_negative, ~unsigned + np.uint64(1), unsigned), is_negative)


def _signed(sizes: Array, is_negative: Array) -> list[Array]:
    largest = int(sizes.max())
    if largest < 2**31:
        sizes = sizes.astype(np.int32)  # in which division is faster
    places: list[Array] = []
    width = len(str(largest))
    digits = _digits_of(sizes, width)
    for place in range(width + 1):  # from the last digit to the one before the first
        is_there = sizes >= 10**place if 0 < place < width else _same(place == 0, sizes)
        is_first = is_negative & ~is_there & (sizes >= 10 ** (place - 1) if place > 1 else place == 1)
        letters = digits[width - 1 - place] if place < width else _same(0, sizes)
        places.insert(0, np.where(is_there, letters, np.where(is_first, _MINUS, 0)).astype(np.uint8))
    return places


@cache
def _thousand() -> tuple[Array, Array, Array]:
    """The three digits of each number below a thousand."""
    texts = np.array([f"{number:03}" for number in range(1000)], dtype="S3")
    first, second, third = _letters(texts)
    return first, second, third


def _digits_of(sizes: Array, width: int = _DIGITS) -> list[Array]:
    """The last digits of numbers, with zeros before those that have fewer."""
    digits: list[Array] = []
    while len(digits) < width:
        above = sizes // 1000
        last = (sizes - above * 1000).astype(np.int32)
        digits = [*(letters[last] for letters in _thousand()), *digits]
        sizes = above
    return digits[len(digits) - width :]


def _same(letter: int | bool, like: Array) -> Array:
    return np.full(len(like), letter, dtype=bool if isinstance(letter, bool) else np.uint8)


# Moments


def _moment_pieces(
    moments: pd.Series[Any], local: pd.Series[Any], text: Writer
) -> Iterator[tuple[Array, list[Array]]]:
    """Pieces for each distance from UTC, which stands behind each moment in a zone."""
    ticks, a_second = _ticks(local)
    is_day = ticks % (_DAY * a_second) == 0
    codes, distinct = np.zeros(len(ticks), dtype=np.int64), np.zeros(1)
    if moments.dt.tz is not None and str(moments.dt.tz) != "UTC":
        utc = _ticks(moments.dt.tz_convert("UTC").dt.tz_localize(None))[0]
        codes, distinct = pd.factorize(ticks - utc)
    for code, offset in enumerate(distinct):
        here = codes == code
        after = "" if moments.dt.tz is None else " utc"
        if offset:  # midnight is no day then
            after = text(moments.iloc[int(here.argmax())])[len("2000-01-01 00:00:00") :]
            kinds = [(here, True)]
        else:
            kinds = [(here & is_day, False), (here & ~is_day, True)]
        for chosen, has_time in kinds:
            rows = np.flatnonzero(chosen)
            if len(rows):
                yield rows, _written(ticks[rows] // a_second, after, has_time=has_time)


def _ticks(moments: pd.Series[Any]) -> tuple[Array, int]:
    """Moments without a zone as whole numbers, and how many of these make a second."""
    plain = moments.to_numpy()
    a_second = {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}[np.datetime_data(plain.dtype)[0]]
    return plain.view(np.int64), a_second


def _written(seconds: Array, after: str, *, has_time: bool) -> list[Array]:
    days = seconds // _DAY
    first, last = int(days.min()), int(days.max())
    if last - first < len(days):  # a text for each day between them costs less than to see which there are
        codes, distinct = days - first, np.arange(first, last + 1)
    else:
        codes, distinct = pd.factorize(days)
    texts = np.datetime_as_string(distinct.astype("datetime64[D]")).astype("S10")
    places = [letters[codes] for letters in _letters(texts)]
    if has_time:
        times = (seconds - days * _DAY).astype(np.int32)
        places += [letters[times] for letters in _times()]
    return [*places, *(_same(ord(letter), seconds) for letter in after)]


@cache
def _times() -> list[Array]:
    """The letters of a space and each second of a day."""
    seconds = np.arange(_DAY, dtype=np.int32)
    hours, minutes, left = seconds // 3600, seconds // 60 % 60, seconds % 60
    colon = _same(ord(":"), seconds)
    parts = [_digits_of(part, 2) for part in (hours, minutes, left)]
    return [_same(ord(" "), seconds), *parts[0], colon, *parts[1], colon, *parts[2]]


def _letters(texts: Array) -> list[Array]:
    """The letters of texts of bytes, place by place."""
    return list(np.ascontiguousarray(texts.view(np.uint8).reshape(len(texts), -1).T))
