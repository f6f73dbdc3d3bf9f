"""Vertices of geometries with height and measure: read, written and moved without losing either.

Coordinates are rows of x, y, then z where there is one, then m where there is one. shapely reads and writes
measures only as WKB, so that is the way here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely

from gpwidgets.convert.geometry.arrays import Floats

__all__ = [
    "KEEPS_MEASURES",
    "from_ragged",
    "has_m",
    "measured_points",
    "moved",
    "nowhere",
    "vertices",
    "with_rows",
    "with_vertices",
    "without_measures",
]


#: Whether shapely and the GEOS below it can hold measures; older ones take none.
KEEPS_MEASURES = hasattr(shapely, "has_m") and shapely.geos_version >= (3, 12, 0)

_POINT, _LINE, _POLYGON = 1, 2, 3
_Z, _M = 1000, 2000


def has_m(shapes: Any) -> Any:
    """Which geometries have measures, as an array of booleans."""
    shapes = np.asarray(shapes, dtype=object)
    found: Any = shapely.has_m(shapes) if KEEPS_MEASURES else np.zeros(shapes.shape, dtype=bool)
    return found


#: No place on the earth has a coordinate as large as this, in any unit.
_FARTHEST = 1e15


def nowhere(shapes: Any) -> Any:
    """Which geometries have a vertex that is no place, as an array of booleans.

    It is not finite, or so far away that it can be neither rounded nor drawn.
    """
    found = np.zeros(len(shapes), dtype=bool)
    coords = shapely.get_coordinates(shapes)
    if not len(coords) or (coords.max() < _FARTHEST and coords.min() > -_FARTHEST):  # never of a NaN
        return found
    _, owners = shapely.get_coordinates(shapes, return_index=True)
    found[owners[~(np.abs(coords) < _FARTHEST).all(axis=1)]] = True
    return found


def vertices(shapes: Any, *, z: bool, m: bool) -> Floats:
    """All vertices of an array of geometries; NaN for a height or measure that a geometry has not."""
    if m and KEEPS_MEASURES:
        measured: Floats = shapely.get_coordinates(shapes, include_z=z, include_m=True)
        return measured
    found: Floats = shapely.get_coordinates(shapes, include_z=z)
    return np.column_stack([found, np.full(len(found), np.nan)]) if m else found


def without_measures(shapes: Any) -> Any:
    """The same geometries without measures, heights kept."""
    shapes = np.array(shapes, dtype=object)
    coords = vertices(shapes, z=True, m=True)
    return with_rows(shapes, coords, z=shapely.has_z(shapes), m=np.zeros(len(shapes), dtype=bool))


def moved(shapes: Any, there: Callable[[Floats], Floats]) -> Any:
    """Geometries with other x and y; heights and measures go along.

    Parameters
    ----------
    shapes
        Array of geometries, some of them perhaps None.
    there
        Takes and returns an array of shape (n, 2).
    """
    shapes = np.array(shapes, dtype=object)
    coords = vertices(shapes, z=True, m=True)
    coords[:, :2] = there(coords[:, :2])
    return with_rows(shapes, coords, z=shapely.has_z(shapes), m=has_m(shapes))


def with_rows(shapes: Any, coords: Floats, *, z: Any, m: Any) -> Any:
    """Geometries of the same build with other vertices.

    Parameters
    ----------
    shapes
        Array of geometries; what they have beyond x and y does not count.
    coords
        x, y, z and m of each vertex, in shapely's order.
    z, m
        Which geometries get heights, and which get measures.
    """
    found = np.array(shapes, dtype=object)
    owners = shapely.get_coordinates(found, return_index=True)[1]
    for high in (False, True):
        for measured in (False, True):
            chosen = (z == high) & (m == measured)
            if chosen.any():
                columns = [0, 1, *([2] if high else []), *([3] if measured else [])]
                rows = coords[chosen[owners]][:, columns]
                found[chosen] = with_vertices(found[chosen], rows, z=high, m=measured)
    return found


def with_vertices(shapes: Any, coords: Floats, *, z: bool, m: bool) -> Any:
    """Geometries of the same build with other vertices.

    Parameters
    ----------
    shapes
        Array of geometries; what they have beyond x and y does not count.
    coords
        One row for each vertex, in shapely's order: x, y, z if `z`, m if `m`.
    """
    flat = shapely.force_2d(np.asarray(shapes, dtype=object))
    if not m or not KEEPS_MEASURES:
        return shapely.set_coordinates(shapely.force_3d(flat) if z else flat, coords[:, : 3 if z else 2])
    coords = np.ascontiguousarray(coords, dtype="<f8")
    ends = np.cumsum(shapely.get_num_coordinates(flat)).tolist()
    texts = shapely.to_wkb(flat, byte_order=1, flavor="iso")
    build = _Rewriter((_Z if z else 0) + _M)
    made = [
        None if text is None else build.text(text, coords[start:end])
        for text, start, end in zip(texts.tolist(), [0, *ends], ends, strict=False)
    ]
    found: Any = shapely.from_wkb(np.array(made, dtype=object))
    return found


def from_ragged(kind: shapely.GeometryType, coords: Floats, offsets: tuple[Any, ...]) -> Any:
    """As `shapely.from_ragged_array`, which knows no measures; rows of four numbers are x, y, z and m.

    Where no vertex has a z, the geometries have x, y and m.
    """
    if coords.shape[1] < 4:
        return shapely.from_ragged_array(kind, coords, offsets)
    flat = shapely.from_ragged_array(kind, np.ascontiguousarray(coords[:, :2]), offsets)
    return _measured(flat, coords)


def measured_points(coords: Floats) -> Any:
    """Points, one for each row of x, y, z and m."""
    return _measured(np.asarray(shapely.points(coords[:, :2]), dtype=object), coords)


def _measured(flat: Any, coords: Floats) -> Any:
    z = bool(np.isfinite(coords[:, 2]).any())
    return with_vertices(flat, coords if z else coords[:, [0, 1, 3]], z=z, m=True)


class _Rewriter:
    """Writes WKB of two dimensions anew, with vertices of more of them.

    Parameters
    ----------
    dimensions
        What is added to the type numbers: 1000 for z, 2000 for m, as ISO has it.
    """

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions

    def text(self, plain: bytes, coords: Floats) -> bytes:
        """The WKB of one geometry with these vertices."""
        self._plain, self._coords = plain, coords
        self._at = self._used = 0
        parts: list[bytes] = []
        self._geometry(parts)
        return b"".join(parts)

    def _geometry(self, parts: list[bytes]) -> None:
        (kind,) = struct.unpack_from("<I", self._plain, self._at + 1)
        self._at += 5
        parts.append(struct.pack("<BI", 1, kind + self._dimensions))
        if kind == _POINT:
            self._point(parts)
        elif kind == _LINE:
            self._run(parts)
        else:
            for _ in range(self._count(parts)):
                if kind == _POLYGON:
                    self._run(parts)
                else:
                    self._geometry(parts)

    def _count(self, parts: list[bytes]) -> int:
        (number,) = struct.unpack_from("<I", self._plain, self._at)
        parts.append(struct.pack("<I", number))
        self._at += 4
        return int(number)

    def _run(self, parts: list[bytes]) -> None:
        number = self._count(parts)
        parts.append(self._coords[self._used : self._used + number].tobytes())
        self._used += number
        self._at += 16 * number

    def _point(self, parts: list[bytes]) -> None:
        x, y = struct.unpack_from("<dd", self._plain, self._at)
        self._at += 16
        if x != x and y != y and self._used >= len(self._coords):  # an empty point has no vertex
            parts.append(struct.pack("<d", np.nan) * self._coords.shape[1])
            return
        parts.append(self._coords[self._used].tobytes())
        self._used += 1
