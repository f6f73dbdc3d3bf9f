"""Features in protocol buffers to columns: all rows at once, or one by one where they are laid out oddly.

Both ways give the same. The fast one takes rows as servers write them: all attributes in order, then the
geometry; what it is not sure of is `Odd`, and the plain one reads it, field by field.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gpwidgets.convert.featuresets._messages import Body, Part, items, varint
from gpwidgets.convert.featuresets._varints import Bytes, Malformed, Words, decode, signed
from gpwidgets.convert.geometry.arrays import Bools, Ints
from gpwidgets.protocol.pbf_schema import Feature, Geometry, Value, Wire

__all__ = ["Odd", "Rows", "fast_rows", "plain_rows"]

_TAGS = {
    "attribute": Feature.ATTRIBUTES << 3 | Wire.LENGTH,
    "geometry": Feature.GEOMETRY << 3 | Wire.LENGTH,
    "centroid": Feature.CENTROID << 3 | Wire.LENGTH,
    "type": Geometry.TYPE << 3 | Wire.VARINT,
    "lengths": Geometry.LENGTHS << 3 | Wire.LENGTH,
    "coords": Geometry.COORDS << 3 | Wire.LENGTH,
}
_STRING = Value.STRING << 3 | Wire.LENGTH
#: Tags of values of a fixed size, and the numbers that they are.
_FIXED = {Value.DOUBLE << 3 | Wire.EIGHT_BYTES: "<f8", Value.FLOAT << 3 | Wire.FOUR_BYTES: "<f4"}
_SIGNED = {Value.SINT << 3, Value.SINT64 << 3}
_WHOLE = {*_SIGNED, Value.UINT << 3, Value.INT64 << 3, Value.UINT64 << 3}
#: Stretches of fewer bytes than this, on the average, are joined byte by byte.
_SHORT = 16
#: A message of this many bytes or more says its size in more bytes than are looked for at once.
_SIZE_BYTES = 5


class Odd(Exception):
    """Rows are not laid out as usual."""


class Rows(NamedTuple):
    """Rows of an answer.

    Attributes
    ----------
    columns : list
        Of each field: numbers and which of them are missing, or a list of values with None for the missing.
    steps : numpy.ndarray
        All numbers of all vertices, each from the vertex before.
    numbers : numpy.ndarray
        How many of them each row has.
    lengths : numpy.ndarray
        Vertices of all parts.
    parts : numpy.ndarray
        How many parts each row has.
    """

    columns: list[tuple[NDArray[Any], Bools] | list[Any]]
    steps: Ints
    numbers: Ints
    lengths: Ints
    parts: Ints


def fast_rows(body: Body, starts: Ints, stops: Ints, fields: int) -> Rows:
    """Read rows that are laid out as usual.

    Parameters
    ----------
    body
        The whole answer.
    starts, stops
        Where the rows are in it.
    fields
        How many attributes each has.

    Raises
    ------
    Odd
        They are laid out in another way.
    Malformed
        Numbers are cut off.
    """
    data = np.frombuffer(body, dtype=np.uint8)
    at = starts
    columns = []
    for _ in range(fields):
        first, last = _inner(data, at, stops, "attribute")
        columns.append(_column(body, data, first, last))
        at = last
    inner = [np.zeros(len(at), dtype=np.int64) for _ in range(4)]
    there = np.flatnonzero(at < stops)
    if len(there):
        first, last = _inner(data, at[there], stops[there], "geometry")
        _check_rest(data, last, stops[there])
        for whole, some in zip(inner, _geometries(data, first, last), strict=True):
            whole[there] = some
    lengths, parts = _packed(body, data, *inner[:2])
    steps, numbers = _packed(body, data, *inner[2:], zigzag=True)
    return Rows(columns, steps.view(np.int64), numbers, lengths.view(np.int64), parts)


def _inner(data: Bytes, at: Ints, stops: Ints, name: str) -> tuple[Ints, Ints]:
    """Where the messages are whose tags stand at these places."""
    if (at + 1 >= stops).any() or (data[at] != _TAGS[name]).any():
        raise Odd(f"no {name} where one should be")
    sizes, first = _sizes(data, at + 1, stops)
    last = first + sizes
    if (last > stops).any():
        raise Malformed("a message reaches beyond its feature")
    return first, last


def _sizes(data: Bytes, at: Ints, stops: Ints) -> tuple[Ints, Ints]:
    """The sizes at these places, which are before the stops, and the places behind them."""
    byte = data[at]
    sizes = (byte & 0x7F).astype(np.int64)
    at = at + 1
    more = np.flatnonzero(byte >= 0x80)
    for number in range(1, _SIZE_BYTES):
        if not len(more):
            return sizes, at
        if (at[more] >= stops[more]).any():
            raise Malformed("a size is cut off")
        byte = data[at[more]]
        sizes[more] |= (byte & 0x7F).astype(np.int64) << (7 * number)
        at[more] += 1
        more = more[byte >= 0x80]
    if len(more):
        raise Malformed("a message is too large")
    return sizes, at


def _check_rest(data: Bytes, at: Ints, stops: Ints) -> None:
    """Refuse what follows a geometry, unless it is a centroid."""
    there = np.flatnonzero(at < stops)
    if len(there):
        _, last = _inner(data, at[there], stops[there], "centroid")
        if (last != stops[there]).any():
            raise Odd("a feature has something else")


def _geometries(data: Bytes, at: Ints, stops: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Where lengths and steps of each geometry are."""
    at = at.copy()
    kinds = np.flatnonzero(_begins(data, at, stops, "type"))
    if (at[kinds] + 1 >= stops[kinds]).any() or (data[at[kinds] + 1] >= 0x80).any():
        raise Odd("a geometry's type is no small number")
    at[kinds] += 2
    found = []
    for name in ("lengths", "coords"):
        first, last = at.copy(), at.copy()
        there = np.flatnonzero(_begins(data, at, stops, name))
        first[there], last[there] = _inner(data, at[there], stops[there], name)
        at = last
        found += [first, last]
    if (at != stops).any():
        raise Odd("a geometry has something else")
    return found[0], found[1], found[2], found[3]


def _begins(data: Bytes, at: Ints, stops: Ints, name: str) -> Bools:
    """Where a message of this name begins."""
    there = at < stops
    there[there] = data[at[there]] == _TAGS[name]
    return there


def _packed(
    body: Body, data: Bytes, starts: Ints, stops: Ints, *, zigzag: bool = False
) -> tuple[Words, Ints]:
    """All numbers in these stretches of bytes, and how many are in each."""
    sizes = stops - starts
    if (data[stops[sizes > 0] - 1] >= 0x80).any():
        raise Malformed("a list of numbers is cut off")
    until = np.cumsum(sizes)
    if len(sizes) and until[-1] < _SHORT * len(sizes):
        joined = data[np.arange(until[-1]) + np.repeat(stops - until, sizes)]
    else:
        whole = bytes(body)  # no copy of what is bytes already, and the quickest to cut
        pairs = zip(starts.tolist(), stops.tolist(), strict=True)
        joined = np.frombuffer(b"".join([whole[i:j] for i, j in pairs]), dtype=np.uint8)
    numbers, ends = decode(joined, zigzag=zigzag)
    behind = np.searchsorted(ends, until, side="right")
    return numbers, np.diff(behind, prepend=0)


def _column(body: Body, data: Bytes, starts: Ints, stops: Ints) -> tuple[NDArray[Any], Bools] | list[Any]:
    """The values between these places: numbers and which are missing, or texts."""
    missing = starts == stops
    there = np.flatnonzero(~missing)
    tags = data[starts[there]]
    kinds = np.unique(tags).tolist() or [_STRING]
    starts, stops = starts[there] + 1, stops[there]
    if kinds == [_STRING]:
        return _texts(body, data, starts, stops, there, len(missing))
    if set(kinds) <= _FIXED.keys():
        values: NDArray[Any] = np.full(len(missing), np.nan)
    elif set(kinds) <= _WHOLE:
        values = np.zeros(len(missing), dtype=np.int64)
    else:
        raise Odd("a column has values of several kinds")
    for kind in kinds:
        chosen = slice(None) if len(kinds) == 1 else tags == kind
        first, last = starts[chosen], stops[chosen]
        if kind in _FIXED:
            values[there[chosen]] = _fixed(data, first, last, _FIXED[kind])
        else:
            values[there[chosen]] = _whole(body, data, first, last, kind)
    return values, missing


def _texts(body: Body, data: Bytes, starts: Ints, stops: Ints, there: Ints, count: int) -> list[Any]:
    if (starts >= stops).any():
        raise Malformed("a text is cut off")
    sizes, first = _sizes(data, starts, stops)
    if (first + sizes != stops).any():
        raise Odd("a value has more than a text")
    whole = bytes(body)
    pieces = [whole[i:j] for i, j in zip(first.tolist(), stops.tolist(), strict=True)]
    try:
        together = b"".join(pieces).decode("ascii")  # a letter is a byte
        ends = np.cumsum(stops - first).tolist()
        texts = [together[i:j] for i, j in zip([0, *ends], ends, strict=False)]
    except UnicodeDecodeError:
        texts = [piece.decode("utf-8", "replace") for piece in pieces]
    if len(there) == count:
        return texts
    found: list[Any] = [None] * count
    for row, text in zip(there.tolist(), texts, strict=True):
        found[row] = text
    return found


def _fixed(data: Bytes, starts: Ints, stops: Ints, kind: str) -> NDArray[Any]:
    size = np.dtype(kind).itemsize
    if (stops - starts != size).any():
        raise Odd("a value has more than a number")
    windows: NDArray[Any] = np.ndarray(len(data) - size + 1, dtype=kind, buffer=data, strides=(1,))
    return windows[starts]


def _whole(body: Body, data: Bytes, starts: Ints, stops: Ints, kind: int) -> Ints:
    if (starts >= stops).any():
        raise Malformed("a number is cut off")
    found, counts = _packed(body, data, starts, stops, zigzag=kind in _SIGNED)
    if (counts != 1).any():
        raise Odd("a value has more than a number")
    if kind == Value.UINT64 << 3 and (found >> np.uint64(63)).any():
        raise Odd("a number has 64 bits without a sign")
    return found.view(np.int64)


def plain_rows(body: Body, starts: Ints, stops: Ints, fields: int) -> Rows:
    """Read rows field by field; parameters, result and errors as of `fast_rows`, but nothing is odd."""
    values: list[list[Any]] = [[] for _ in range(fields)]
    steps: list[int] = []
    lengths: list[int] = []
    counts: list[tuple[int, int]] = []
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        row, geometry = [], None
        for part in items(body, start, stop):
            if part.number == Feature.ATTRIBUTES and part.wire == Wire.LENGTH:
                row.append(_value(body, part))
            elif part.number == Feature.GEOMETRY and part.wire == Wire.LENGTH:
                geometry = part
            elif part.number == Feature.SHAPE_BUFFER:
                raise Malformed("geometries are in a form that was not asked for")
        if len(row) != fields:
            raise Malformed("a feature has not as many attributes as there are fields")
        for column, value in zip(values, row, strict=True):
            column.append(value)
        before = len(steps), len(lengths)
        if geometry is not None:
            for part in items(body, geometry.start, geometry.stop):
                if part.number == Geometry.LENGTHS:
                    lengths += _numbers(body, part)
                elif part.number == Geometry.COORDS:
                    steps += _numbers(body, part)
        counts.append((len(steps) - before[0], len(lengths) - before[1]))
    made = np.array(counts, dtype=np.int64).reshape(-1, 2)
    return Rows(
        list(values),
        signed(np.array(steps, dtype=np.uint64)),
        made[:, 0],
        np.array(lengths, dtype=np.uint64).view(np.int64),
        made[:, 1],
    )


def _numbers(body: Body, part: Part) -> list[int]:
    """One number, or the list of them that a field holds."""
    if part.wire == Wire.VARINT:
        return [part.value]
    if part.wire != Wire.LENGTH:
        raise Malformed("a list holds other things than numbers")
    found = []
    at = part.start
    while at < part.stop:
        value, at = varint(body, at, part.stop)
        found.append(value)
    return found


def _value(body: Body, whole: Part) -> Any:
    """The value of an attribute; of several the last counts."""
    value: Any = None
    for part in items(body, whole.start, whole.stop):
        match part.number, part.wire:
            case Value.STRING, Wire.LENGTH:
                value = bytes(body[part.start : part.stop]).decode("utf-8", "replace")
            case Value.FLOAT, Wire.FOUR_BYTES:
                value = _finite(struct.unpack("<f", body[part.start : part.stop])[0])
            case Value.DOUBLE, Wire.EIGHT_BYTES:
                value = _finite(struct.unpack("<d", body[part.start : part.stop])[0])
            case ((Value.SINT | Value.SINT64), Wire.VARINT):
                value = (part.value >> 1) ^ -(part.value & 1)
            case Value.INT64, Wire.VARINT:
                value = part.value - (part.value >> 63 << 64)
            case ((Value.UINT | Value.UINT64), Wire.VARINT):
                value = part.value
            case Value.BOOL, Wire.VARINT:
                value = bool(part.value)
    return value


def _finite(number: float) -> float | None:
    return number if number == number else None
