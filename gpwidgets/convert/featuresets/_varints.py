"""Whole numbers of protocol buffers, seven bits a byte, many at a time.

Numbers are arrays of uint64; `signed` and `unsigned` are the zigzag form of signed ones.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gpwidgets.convert.geometry.arrays import Ints

__all__ = ["Bytes", "Malformed", "Words", "decode", "encode", "signed", "unsigned"]

Bytes: TypeAlias = NDArray[np.uint8]
Words: TypeAlias = NDArray[np.uint64]

#: Bytes of the longest number.
_LONGEST = 10
#: Bytes that are read as one word.
_WORD = 8
#: Bytes that are decoded at a time: what is computed of them should fit in a cache.
_BLOCK = 1 << 16
_SEVEN = 0x7F7F7F7F7F7F7F7F
#: Which bits of a word are those of a number of so many bytes.
_OWN = np.array([_SEVEN >> 8 * max(0, _WORD - size) for size in range(_LONGEST + 1)], dtype=np.uint64)
#: Rounds that bring groups of 7, 14 and 28 bits together: which bits stay, which move, and how far.
_ROUNDS = (
    (np.uint64(0x007F007F007F007F), np.uint64(0x7F007F007F007F00), np.uint64(1)),
    (np.uint64(0x00003FFF00003FFF), np.uint64(0x3FFF00003FFF0000), np.uint64(2)),
    (np.uint64(0x000000000FFFFFFF), np.uint64(0x0FFFFFFF00000000), np.uint64(4)),
)


class Malformed(Exception):
    """The bytes are no message of the schema, or one that these readers do not take."""


def decode(data: Bytes, *, zigzag: bool = False) -> tuple[Words, Ints]:
    """All numbers of an array of bytes, and the place behind each.

    Parameters
    ----------
    data
        Numbers, one behind the other.
    zigzag
        Whether they are to be as `signed` makes them.

    Raises
    ------
    Malformed
        The last number is cut off, or one is longer than ten bytes.
    """
    count = int(np.count_nonzero(data < 0x80))
    numbers, ends = np.empty(count, dtype=np.uint64), np.empty(count, dtype=np.int64)
    padded = np.zeros(_BLOCK + _WORD, dtype=np.uint8)
    at = done = 0
    while at < len(data):
        block = padded[: min(_BLOCK, len(data) - at) + _WORD]
        block[:-_WORD] = data[at : at + _BLOCK]
        block[-_WORD:] = 0
        some, places = _decoded(block)
        if zigzag:
            some = signed(some).view(np.uint64)
        numbers[done : done + len(some)] = some
        np.add(places, at, out=ends[done : done + len(some)])
        at, done = at + int(places[-1]), done + len(some)
    return numbers, ends


def _decoded(block: Bytes) -> tuple[Words, Ints]:
    """The numbers that are whole in a block with zeros behind it, and the place behind each."""
    ends = np.flatnonzero(block[:-_WORD] < 0x80)
    if not len(ends):
        raise Malformed("a number is cut off")
    ends += 1
    starts = np.empty_like(ends)
    starts[0], starts[1:] = 0, ends[:-1]
    lengths = ends - starts
    longest = int(lengths.max())
    if longest > _LONGEST:
        raise Malformed("a number is longer than ten bytes")
    words = np.ndarray(len(block) - _WORD, dtype="<u8", buffer=block, strides=(1,)).take(starts)
    words &= _OWN.take(lengths)  # what belongs to the next number goes out at the top
    numbers = _squeezed(words)
    for at in range(_WORD, longest):
        longer = np.flatnonzero(lengths > at)
        bits = (block[starts[longer] + at] & 0x7F).astype(np.uint64)
        numbers[longer] |= bits << np.uint64(7 * at)
    return numbers, ends


def _squeezed(words: Words) -> Words:
    """Words of eight bytes of seven bits as numbers of 56 bits."""
    moved = np.empty_like(words)
    for stay, move, far in _ROUNDS:
        np.bitwise_and(words, move, out=moved)
        np.right_shift(moved, far, out=moved)
        np.bitwise_and(words, stay, out=words)
        np.bitwise_or(words, moved, out=words)
    return words


def encode(numbers: Words) -> tuple[Bytes, Ints]:
    """The bytes of all numbers, one after the other, and how many each has."""
    lengths = np.ones(len(numbers), dtype=np.int64)
    for size in range(7, 64, 7):
        more = numbers >= np.uint64(1 << size)
        if not more.any():
            break
        lengths += more
    ends = np.cumsum(lengths)
    starts = ends - lengths
    data = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for at in range(int(lengths.max(initial=0))):
        there = lengths > at
        septets = ((numbers[there] >> np.uint64(7 * at)) & np.uint64(0x7F)).astype(np.uint8)
        septets[lengths[there] > at + 1] |= 0x80
        data[starts[there] + at] = septets
    return data, lengths


def signed(numbers: Words) -> Ints:
    """Signed numbers from their zigzag form."""
    halves = numbers >> np.uint64(1)
    halves ^= np.uint64(0) - (numbers & np.uint64(1))
    found: Ints = halves.view(np.int64)
    return found


def unsigned(numbers: Ints) -> Words:
    """The zigzag form of signed numbers."""
    found: Words = ((numbers << 1) ^ (numbers >> 63)).view(np.uint64)
    return found
