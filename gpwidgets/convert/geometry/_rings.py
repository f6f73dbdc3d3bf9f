"""Ragged arrays of coordinates to shapely geometries, without a loop over features or vertices.

Coordinates are float64 arrays of shape (n, 2), (n, 3) or (n, 4): x or longitude first, then y, z and m. With
m there is always a column for z, of NaN where nothing has one.
``lengths`` counts the vertices of each ring or path; ``owners`` holds the row that each one belongs to, in
ascending order.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from gpwidgets.convert.geometry.arrays import Bools, Floats, Ints
from gpwidgets.convert.geometry.nesting import Rings, even_odd, find_parents, misdirected, offsets
from gpwidgets.convert.geometry.vertices import from_ragged, measured_points
from gpwidgets.errors import GeometryRepaired

__all__ = ["lines", "multipoints", "points", "polygons", "warn_dropped"]

Shapes: TypeAlias = NDArray[np.object_]

#: The product of two coordinates as large as this is still a number; no place on the earth is near it.
_LARGEST = 1e100


def polygons(coords: Floats, lengths: Ints, owners: Ints, count: int, dropped: Counter[str]) -> Shapes:
    """Polygons and multipolygons from rings in any order.

    Clockwise rings are parts, the others holes of the smallest part around them. A hole outside every part
    becomes a part; rings of a row without any clockwise one nest by the even-odd rule, as does a clockwise
    ring that lies in a part without a hole between them. Open rings are closed.

    Parameters
    ----------
    coords, lengths, owners
        All rings of all rows.
    count
        Number of rows.
    dropped
        Counts the rings that are left out, for `warn_dropped`: those with fewer than three corners.

    Returns
    -------
    numpy.ndarray
        One geometry for each row, None where there is no usable ring.
    """
    rings = _closed(*_without_missing(coords, lengths, owners))
    rings = _long_enough(rings, 4, "ring", dropped)
    if not len(rings):
        return np.full(count, None, dtype=object)
    outer = rings.areas < 0
    lost = np.bincount(rings.owners, weights=outer, minlength=count)[rings.owners] == 0
    if lost.any():
        outer[lost] = even_odd(rings.take(np.flatnonzero(lost)))
    outer &= ~misdirected(rings, outer)
    parents = find_parents(rings, outer)
    return _filled(rings, parents, count)


def lines(coords: Floats, lengths: Ints, owners: Ints, count: int, dropped: Counter[str]) -> Shapes:
    """Lines and multilines from paths of two or more vertices; parameters and result as in `polygons`."""
    paths = _long_enough(Rings(*_without_missing(coords, lengths, owners)), 2, "path", dropped)
    if not len(paths):
        return np.full(count, None, dtype=object)
    parts = from_ragged(shapely.GeometryType.LINESTRING, paths.coords, (offsets(paths.lengths),))
    return _joined(parts, paths.owners, count, shapely.multilinestrings)


def multipoints(coords: Floats, lengths: Ints, owners: Ints, count: int, _dropped: Counter[str]) -> Shapes:
    """Multipoints; parameters and result as in `polygons`, vertices without x or y are left out."""
    groups = Rings(*_without_missing(coords, lengths, owners))
    groups = groups.take(np.flatnonzero(groups.lengths > 0))
    found: Shapes = np.full(count, None, dtype=object)
    if len(groups):
        found[groups.owners] = from_ragged(
            shapely.GeometryType.MULTIPOINT, groups.coords, (offsets(groups.lengths),)
        )
    return found


def points(coords: Floats) -> Shapes:
    """Points, one for each row of `coords`; None where x or y is no number that places have."""
    made = measured_points(coords) if coords.shape[1] > 3 else shapely.points(coords)
    found: Shapes = np.asarray(made, dtype=object)
    missing = _is_missing(coords)
    if missing.any():
        found[missing.any(axis=1)] = None
    return found


def _is_missing(coords: Floats) -> Bools:
    """Which x and y are no number, or one that areas cannot be computed with."""
    known: Bools = np.abs(coords[:, :2]) < _LARGEST
    return ~known


def _without_missing(coords: Floats, lengths: Ints, owners: Ints) -> tuple[Floats, Ints, Ints]:
    """Leave out vertices without x or y."""
    missing = _is_missing(coords)
    if not missing.any():
        return coords, lengths, owners
    known = ~missing.any(axis=1)
    of_vertex = np.repeat(np.arange(len(lengths)), lengths)
    return coords[known], np.bincount(of_vertex[known], minlength=len(lengths)), owners


def _closed(coords: Floats, lengths: Ints, owners: Ints) -> Rings:
    rings = Rings(coords, lengths, owners)
    rings = rings.take(np.flatnonzero(lengths > 0)) if (lengths == 0).any() else rings
    first = rings.starts
    last = first + rings.lengths - 1
    unlike: Bools = (rings.coords[first, :2] != rings.coords[last, :2]).any(axis=1)
    if unlike.any():
        closing = rings.coords[first[unlike]]
        coords = np.insert(rings.coords, last[unlike] + 1, closing, axis=0)
        rings = Rings(coords, rings.lengths + unlike, rings.owners)
    return _level(rings)


def _level(rings: Rings) -> Rings:
    """Rings that end above or below their start end there, as the servers' own GeoJSON has it."""
    first = rings.starts
    last = first + rings.lengths - 1
    if rings.coords.shape[1] == 2 or (rings.coords[first, 2] == rings.coords[last, 2]).all():
        return rings
    coords = rings.coords.copy()
    coords[last, 2] = coords[first, 2]
    return Rings(coords, rings.lengths, rings.owners)


def _long_enough(rings: Rings, least: int, word: str, dropped: Counter[str]) -> Rings:
    usable = rings.lengths >= least
    if usable.all():
        return rings
    dropped[word] += int(np.count_nonzero(~usable & (rings.lengths > 0)))
    return rings.take(np.flatnonzero(usable))


def warn_dropped(dropped: Counter[str]) -> None:
    """Warn of the rings and paths that were left out.

    Warns
    -----
    GeometryRepaired
        There were some.
    """
    for word, number in dropped.items():
        if number:
            what = f"One {word} has" if number == 1 else f"{number} {word}s have"
            warnings.warn(
                f"{what} fewer than {3 if word == 'ring' else 2} vertices and cannot be drawn.",
                GeometryRepaired,
                stacklevel=4,
            )


def _filled(rings: Rings, parents: Ints, count: int) -> Shapes:
    """Polygons from rings whose part is known; the rings of a part follow each other, its outer first."""
    numbers = np.arange(len(rings))
    outer = parents == numbers
    part = (np.cumsum(outer) - 1)[parents]
    order = np.lexsort((numbers, ~outer, part))
    owners = rings.owners[outer]
    if (order != numbers).any():
        rings = rings.take(order)
    parts = from_ragged(
        shapely.GeometryType.POLYGON, rings.coords, (offsets(rings.lengths), offsets(np.bincount(part)))
    )
    return _joined(parts, owners, count, shapely.multipolygons)


def _joined(parts: Shapes, owners: Ints, count: int, join: Callable[..., Any]) -> Shapes:
    """One geometry for each row: a part alone as it is, several as a collection."""
    found: Shapes = np.full(count, None, dtype=object)
    several = np.bincount(owners, minlength=count)[owners] > 1
    found[owners[~several]] = parts[~several]
    if several.any():
        rows, indices = np.unique(owners[several], return_inverse=True)
        found[rows] = join(parts[several], indices=indices)
    return found
