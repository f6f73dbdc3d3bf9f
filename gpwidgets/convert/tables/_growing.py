"""Numbers of many rows, taken in pieces, without a copy of all of them at the end."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Numbers"]

#: Rows that there is room for at least.
_LEAST = 1 << 14
#: Bytes from which on an array has memory of its own.
_LARGE = 1 << 18
#: What one process writes there, a process that is forked from it does not see in the other.
_OWN: Any = {"flags": mmap.MAP_PRIVATE} if hasattr(mmap, "MAP_PRIVATE") else {}


class Numbers:
    """Numbers, and which of them are missing.

    Parameters
    ----------
    values, missing
        The first ones; arrays of one length. Of floats None are missing but NaN.
    """

    def __init__(self, values: NDArray[Any], missing: NDArray[np.bool_]) -> None:
        self._values = values
        self._missing = None if values.dtype.kind == "f" else missing
        self._count = len(values)

    def append(self, values: NDArray[Any], missing: NDArray[np.bool_]) -> bool:
        """Take further ones, unless they are floats behind whole numbers or the other way round."""
        if values.dtype.kind != self._values.dtype.kind:
            return False
        if values.dtype.itemsize > self._values.dtype.itemsize:
            self._values = self._values[: self._count].astype(values.dtype)
        end = self._count + len(values)
        if end > len(self._values):
            self._values = _grown(self._values, self._count, end)
        self._values[self._count : end] = values
        if self._missing is not None:
            if end > len(self._missing):
                self._missing = _grown(self._missing, self._count, end)
            self._missing[self._count : end] = missing
        self._count = end
        return True

    def arrays(self) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """All numbers and which are missing; nothing can be taken afterwards."""
        values = self._values[: self._count]
        return values, np.isnan(values) if self._missing is None else self._missing[: self._count]


def _grown(array: NDArray[Any], count: int, end: int) -> NDArray[Any]:
    """An array with room for as many again.

    Nothing is written to the room, so that it takes no memory yet. Large arrays are mapped: on the heap, what
    is given back lies between geometries that stay, and is too small for the next array.
    """
    room = max(2 * end, _LEAST)
    size = room * array.itemsize
    larger: NDArray[Any] = (
        np.empty(room, dtype=array.dtype)
        if size < _LARGE
        else np.frombuffer(mmap.mmap(-1, size, **_OWN), dtype=array.dtype)
    )
    larger[:count] = array[:count]
    return larger
