"""Esri geometry objects of many rows to one column of shapely geometries."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gpwidgets.convert.geometry import _rings as rings
from gpwidgets.convert.geometry.arrays import Floats, Ints
from gpwidgets.convert.geometry.nesting import offsets
from gpwidgets.convert.geometry.quantised import Quantisation
from gpwidgets.convert.geometry.vertices import KEEPS_MEASURES
from gpwidgets.errors import MeasuresDropped
from gpwidgets.protocol.enums import GeometryType
from gpwidgets.texts import tr

__all__ = ["GeometryColumn", "kind_of", "type_of"]

_CURVED = (GeometryType.POLYGON, GeometryType.POLYLINE)
_CURVES = {kind.curve_key: kind.key for kind in _CURVED}
#: Key that holds the coordinates -> geometry type; the first key found in an object counts.
_KEYS = {
    **{kind.key: kind for kind in (*_CURVED, GeometryType.POINT, GeometryType.MULTIPOINT)},
    **{kind.curve_key: kind for kind in _CURVED},
    GeometryType.ENVELOPE.key: GeometryType.ENVELOPE,
}
#: Rows that there is room for at least when more is made, and the part of all rows.
_LEAST, _PART = 1 << 7, 64
_BUILDERS = {"rings": rings.polygons, "paths": rings.lines, "points": rings.multipoints}


def kind_of(geometry: Any) -> str:
    """The key that holds the coordinates of an Esri geometry object; ``""`` for an empty one."""
    if not isinstance(geometry, Mapping):
        return ""
    found = [key for key in _KEYS if key in geometry]
    return next((key for key in found if geometry[key] not in (None, [])), found[0] if found else "")


def type_of(geometry: Any) -> str:
    """The geometry type of an Esri geometry object, ``""`` when it does not tell."""
    return _KEYS.get(kind_of(geometry), "")


@dataclass
class _Group:
    """Coordinates of the rows of one kind, in pieces that are joined at the end."""

    rows: list[Ints] = field(default_factory=list)
    coords: list[Floats] = field(default_factory=list)
    lengths: list[Ints] = field(default_factory=list)

    @property
    def width(self) -> int:
        """Numbers of the longest vertices."""
        return max(int(piece.shape[1]) for piece in self.coords)

    def joined(self, least: int = 0) -> tuple[Floats, Ints, Ints]:
        """All vertices with as many numbers, at least `least`; lengths; and rows."""
        width = max(self.width, least)
        coords = np.concatenate([_widened(piece, width) for piece in self.coords])
        return coords, np.concatenate(self.lengths), np.concatenate(self.rows)


class GeometryColumn:
    """Geometries of rows, taken in pieces; any cutting into pieces gives the same column.

    Parameters
    ----------
    quantisation
        How whole numbers become coordinates; None when they already are.

    Attributes
    ----------
    flags : tuple of bool
        Whether the vertices of a geometry without flags of its own carry z after x and y, and whether a
        measure.
    """

    def __init__(self, *, quantisation: Quantisation | None = None) -> None:
        self.flags: tuple[bool, bool] = (False, False)
        self._quantisation = quantisation
        self._widths: dict[str, set[int]] = {}
        self._groups: dict[str, _Group] = {}
        self._made: NDArray[np.object_] = np.empty(0, dtype=object)
        self._dropped: Counter[str] = Counter()
        self._unkept = False
        self._count = 0

    def add(self, geometries: Sequence[Any]) -> None:
        """Take the geometry objects of the next rows; None, ``{}`` and the like are rows without one."""
        layouts: dict[tuple[str, bool, bool], list[int]] = {}
        has_z, has_m = self.flags
        for row, geometry in enumerate(geometries):
            kind = kind_of(geometry)
            if kind:
                z, m = geometry.get("hasZ", has_z), geometry.get("hasM", has_m)
                layouts.setdefault((kind, z is True, m is True), []).append(row)
        for (kind, z, m), rows in layouts.items():
            self._take(kind, z, m, [geometries[row] for row in rows], np.array(rows) + self._count)
        self._count += len(geometries)

    def add_arrays(self, kind: str, coords: Floats, lengths: Ints, counts: Ints) -> None:
        """Take coordinates of the next rows: vertices, vertices of each part, parts of each row.

        For kind ``x`` each part is one vertex. The geometries are made at once, so that coordinates are not
        kept.
        """
        if len(coords):
            self._widths.setdefault(kind, set()).add(coords.shape[1])
        if self._quantisation is not None:
            coords = self._quantisation.decode(coords, lengths)
        owners = np.repeat(np.arange(len(counts)), counts)
        before, self._count = self._count, self._count + len(counts)
        self._make_room()
        if kind == "x":
            self._made[owners + before] = rings.points(coords)
        else:
            shapes = _BUILDERS[kind](coords, lengths, owners, len(counts), self._dropped)
            self._made[before : self._count] = shapes

    def _make_room(self) -> None:
        """Have a place for the geometry of each row; the array grows where it is, without a copy."""
        had = len(self._made)
        if had < self._count:
            self._made.resize(self._count + max(_LEAST, self._count // _PART), refcheck=False)
            self._made[had:] = None

    @property
    def made(self) -> list[Any]:
        """The geometries of the rows so far, as far as they are made already; None for the others."""
        self._make_room()
        made: list[Any] = self._made[: self._count].tolist()
        return made

    @property
    def is_even(self) -> bool:
        """Whether all geometries that were made at once have as many numbers as all others of their kind."""
        for kind, made in self._widths.items():
            kept = self._groups[kind].width if kind in self._groups else 0
            if len(made) > 1 or kept > max(made):
                return False
        return True

    def finish(self) -> NDArray[np.object_]:
        """The shapely geometries of all rows, None where there is none."""
        self._make_room()
        found, self._made = self._made, np.empty(0, dtype=object)
        found.resize(self._count, refcheck=False)
        for kind, group in self._groups.items():
            coords, lengths, owners = group.joined(max(self._widths.get(kind, {0})))
            if self._quantisation is not None and kind != "xmin":
                coords = self._quantisation.decode(coords, lengths)
            if kind == "x":
                found[owners] = rings.points(coords)
            elif kind == "xmin":
                found[owners] = _boxes(coords)
            else:
                order = np.argsort(owners, kind="stable")
                if (np.diff(order) < 0).any():
                    coords, lengths, owners = _reordered(coords, lengths, owners, order)
                shapes = _BUILDERS[kind](coords, lengths, owners, self._count, self._dropped)
                rows = np.unique(owners)
                found[rows] = shapes[rows]
        rings.warn_dropped(self._dropped)
        if self._unkept:
            warnings.warn(
                tr("Measures (m) are left out: they need shapely 2.1 with GEOS 3.12 or newer."),
                MeasuresDropped,
                stacklevel=3,
            )
        return found

    def _take(self, kind: str, z: bool, m: bool, geometries: list[Any], rows: Ints) -> None:
        if kind in ("x", "xmin"):
            names = ("xmin", "ymin", "xmax", "ymax") if kind == "xmin" else _point_names(geometries)
            coords = _numbers([[geometry.get(name) for name in names] for geometry in geometries], len(names))
            coords = self.with_measures(coords, "z" in names, "m" in names)
            self._store(kind, coords, np.ones(len(rows), dtype=np.int64), rows)
            return
        parts = [_parts(geometry[kind], kind) for geometry in geometries]
        if kind in _CURVES:
            from gpwidgets.convert.geometry._curves import linearised

            parts = [linearised(part, closed=kind == "curveRings") for part in parts]
            kind = _CURVES[kind]
        every = list(chain.from_iterable(parts))
        lengths = np.fromiter(map(len, every), dtype=np.int64, count=len(every))
        counts = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
        coords = _vertices(list(chain.from_iterable(every)), 2 + z + m)
        self._store(kind, self.with_measures(coords, z, m), lengths, np.repeat(rows, counts))

    def with_measures(self, coords: Floats, z: bool, m: bool) -> Floats:
        """Vertices with a column for z where there is one for m; without measures where there are none."""
        at = 2 + z
        if not m or coords.shape[1] <= at:
            return coords
        measures = coords[:, at]
        if not np.isfinite(measures).any():
            return np.ascontiguousarray(coords[:, :at])
        if not KEEPS_MEASURES:
            self._unkept = True
            return np.ascontiguousarray(coords[:, :at])
        heights = coords[:, 2] if z else np.full(len(coords), np.nan)
        return np.column_stack([coords[:, :2], heights, np.where(np.isfinite(measures), measures, np.nan)])

    def _store(self, kind: str, coords: Floats, lengths: Ints, rows: Ints) -> None:
        group = self._groups.setdefault(kind, _Group())
        group.coords.append(coords)
        group.lengths.append(lengths)
        group.rows.append(rows)


def _point_names(geometries: Sequence[Any]) -> tuple[str, ...]:
    further = (name for name in "zm" if any(name in geometry for geometry in geometries))
    return ("x", "y", *further)


def _parts(value: Any, kind: str) -> list[Any]:
    """Rings or paths of a geometry; a multipoint is one part. Nulls and empty parts are left out."""
    if not isinstance(value, list):
        return []
    return [value] if kind == "points" else [part for part in value if isinstance(part, list) and part]


def _vertices(vertices: list[Any], width: int) -> Floats:
    """Vertices as rows of `width` numbers; further numbers are cut off, missing ones are NaN.

    Two numbers each are all there is when no vertex has a third.
    """
    try:
        sizes = set(map(len, vertices))
        if len(sizes) == 1 and (size := sizes.pop()) >= 2:
            flat = np.fromiter(chain.from_iterable(vertices), dtype=np.float64, count=len(vertices) * size)
            return np.ascontiguousarray(flat.reshape(-1, size)[:, :width])
    except (TypeError, ValueError, OverflowError):
        pass
    rows = [vertex if isinstance(vertex, list) else [] for vertex in vertices]
    width = max(2, min(width, max(map(len, rows), default=2)))
    return _numbers([(row + [None] * width)[:width] for row in rows], width)


def _numbers(rows: list[list[Any]], width: int) -> Floats:
    """Rows of numbers where null and text such as "NaN" are NaN."""
    try:
        return np.array(rows, dtype=np.float64).reshape(-1, width)
    except (TypeError, ValueError, OverflowError):
        return np.array([[_number(value) for value in row] for row in rows], dtype=np.float64)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return np.nan


def _widened(coords: Floats, width: int) -> Floats:
    if coords.shape[1] == width:
        return coords
    missing = np.full((len(coords), width - coords.shape[1]), np.nan)
    return np.hstack([coords, missing])


def _boxes(corners: Floats) -> NDArray[np.object_]:
    boxes = np.asarray(shapely.box(*corners.T, ccw=False), dtype=object)
    boxes[~(np.abs(corners) < 1e100).all(axis=1)] = None  # as of other vertices
    return boxes


def _reordered(coords: Floats, lengths: Ints, owners: Ints, order: Ints) -> tuple[Floats, Ints, Ints]:
    starts = offsets(lengths)[:-1][order]
    lengths = lengths[order]
    into = offsets(lengths)
    vertices = np.repeat(starts - into[:-1], lengths) + np.arange(into[-1])
    return coords[vertices], lengths, owners[order]
