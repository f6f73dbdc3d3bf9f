"""Numbers of many rows, taken in pieces, without a copy of all of them at the end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Numbers"]

#: Rows that there is room for at least when more is made, and the part of all rows.
_LEAST, _PART = 1 << 14, 64


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
        room = end + max(_LEAST, end // _PART)
        if end > len(self._values):
            self._values = _grown(self._values, self._count, room)
        self._values[self._count : end] = values
        if self._missing is not None:
            if end > len(self._missing):
                self._missing = _grown(self._missing, self._count, room)
            self._missing[self._count : end] = missing
        self._count = end
        return True

    def arrays(self) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """All numbers and which are missing; nothing can be taken afterwards."""
        if len(self._values) > self._count:
            self._values.resize(self._count, refcheck=False)
        if self._missing is None:
            return self._values, np.isnan(self._values)
        if len(self._missing) > self._count:
            self._missing.resize(self._count, refcheck=False)
        return self._values, self._missing


def _grown(array: NDArray[Any], count: int, room: int) -> NDArray[Any]:
    """An array with room for more; the same one where it has been grown before."""
    if len(array) > count:
        array.resize(room, refcheck=False)
        return array
    larger = np.empty(room, dtype=array.dtype)
    larger[:count] = array
    return larger
