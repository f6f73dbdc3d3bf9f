"""Geometries in degrees that go beyond 180: brought back, split where they cross the meridian.

Heights and measures of the new vertices on the meridian are interpolated along the edge that is cut; all
other vertices keep theirs. Nothing here knows of GeoJSON or of a CRS: `half` is 180 degrees in the units at
hand.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from gpwidgets.convert.geometry.arrays import Floats
from gpwidgets.convert.geometry.vertices import has_m, moved, vertices, with_vertices

__all__ = ["as_high_as", "jumps", "unwound", "wrap_shape"]


_POINTS, _LINES, _AREAS = (0, 4), (1, 2, 5), (3, 6)


def wrap_shape(geometry: shapely.Geometry, half: float = 180.0) -> shapely.Geometry:
    """Bring a geometry into longitudes from -180 to 180.

    Parameters
    ----------
    geometry
        x is a longitude; one that lies within already is returned as it is.
    half
        180 degrees in the units of x.

    Returns
    -------
    shapely.Geometry
        Of the same dimension; with several parts where it crossed the meridian. A point stays one point, also
        on the meridian itself.
    """
    if geometry.is_empty:
        return geometry
    west, _, east, _ = geometry.bounds
    if west >= -half and east <= half:
        return geometry
    kind = shapely.get_type_id(geometry)
    if kind in _POINTS:
        return _moved(geometry, lambda x: np.where(np.abs(x) > half, _turned(x, half), x))
    turn = -2 * half * np.floor(((west + east) / 2 + half) / (2 * half))
    if west + turn >= -half and east + turn <= half:
        return _moved(geometry, lambda x: x + turn)
    if kind in _LINES:
        return _split_lines(geometry, half)
    if kind in _AREAS:
        return _split_areas(geometry, half)
    parts = [wrap_shape(part, half) for part in shapely.get_parts(geometry)]
    return shapely.geometrycollections([part for one in parts for part in shapely.get_parts(one)])


def jumps(line: shapely.Geometry, half: float = 180.0) -> bool:
    """Whether an edge of a line is shorter across the meridian than the way it is written."""
    steps = np.abs(np.diff(shapely.get_coordinates(line)[:, 0]))
    return bool(((steps > half) & (steps < 2 * half)).any())


def unwound(geometry: shapely.Geometry, half: float = 180.0) -> shapely.Geometry:
    """Write edges that jump from one side of the meridian to the other with longitudes beyond 180.

    An area whose outline goes once around the earth holds the pole on its side of the equator; its outline is
    led there.
    """
    kind = shapely.get_type_id(geometry)
    if kind in _POINTS:
        return geometry
    if kind in _AREAS:
        made = [_unwound_area(part, half) for part in shapely.get_parts(geometry)]
        return made[0] if len(made) == 1 else shapely.multipolygons(made)
    parts = shapely.get_parts(geometry)
    if kind in _LINES:
        made = [_line(_unwound_rows(_rows(part), half), part) for part in parts]
        return made[0] if len(made) == 1 else shapely.multilinestrings(made)
    return shapely.geometrycollections([unwound(part, half) for part in parts])


def _unwound_rows(rows: Floats, half: float) -> Floats:
    steps = np.diff(rows[:, 0])
    turns = np.where(np.abs(steps) < 2 * half, -np.round(steps / (2 * half)), 0.0)
    rows = rows.copy()
    rows[1:, 0] += 2 * half * np.cumsum(turns)
    return rows


def _unwound_area(area: shapely.Geometry, half: float) -> shapely.Geometry:
    outlines: list[Floats] = []
    for ring in shapely.get_rings(area):
        rows = _unwound_rows(_rows(ring), half)
        if outlines:  # a hole lies where its outline does
            middle = (outlines[0][:, 0].min() + outlines[0][:, 0].max()) / 2
            rows[:, 0] += 2 * half * np.round((middle - rows[:, 0].mean()) / (2 * half))
        if abs(rows[-1, 0] - rows[0, 0]) > half:
            rows = _to_the_pole(rows, half)
        outlines.append(rows)
    return _area(outlines, area)


def _to_the_pole(rows: Floats, half: float) -> Floats:
    pole = np.copysign(half / 2, rows[:, 1].mean())
    corners = rows[[-1, 0, 0]].copy()
    corners[:2, 1] = pole
    return np.vstack([rows, corners])


def as_high_as(flat: shapely.Geometry, like: shapely.Geometry) -> shapely.Geometry:
    """A flat geometry that was made of another one, with the heights and measures along the edges of that.

    Where edges cross each other, those of the first one count.
    """
    if flat.is_empty or not (shapely.has_z(like) or has_m(like)):
        return flat
    parts = shapely.get_parts(shapely.get_parts(np.atleast_1d(like)))
    areas = shapely.get_type_id(parts) == _AREAS[0]
    lines = [_rows(line) for line in (*shapely.get_rings(parts[areas]), *parts[~areas])]
    starts, ends = (np.vstack([line[part] for line in lines]) for part in (slice(-1), slice(1, None)))
    steps = ends - starts
    lengths = np.maximum((steps[:, :2] ** 2).sum(axis=1), 1e-300)
    rows = []
    for place in shapely.get_coordinates(flat):
        share = np.clip(((place - starts[:, :2]) * steps[:, :2]).sum(axis=1) / lengths, 0.0, 1.0)
        off = ((starts[:, :2] + share[:, None] * steps[:, :2] - place) ** 2).sum(axis=1)
        nearest = int(off.argmin())
        rest = starts[nearest, 2:] + share[nearest] * steps[nearest, 2:]
        rows.append([*place, *rest])
    return _filled(flat, np.array(rows), like)


# Pieces


def _split_lines(geometry: shapely.Geometry, half: float) -> shapely.Geometry:
    pieces: list[Floats] = []
    for part in shapely.get_parts(geometry):
        rows = _noded(_rows(part), half)
        world = np.floor(((rows[:-1, 0] + rows[1:, 0]) / 2 + half) / (2 * half))
        along = (rows[:-1, 0] == rows[1:, 0]) & (np.mod(rows[:-1, 0] + half, 2 * half) == 0)
        for number in np.flatnonzero(along[1:]) + 1:  # an edge on the meridian goes with the one before
            world[number] = world[number - 1]
        starts = [0, *(np.flatnonzero(np.diff(world)) + 1).tolist(), len(world)]
        for start, end in pairwise(starts):
            piece = rows[start : end + 1].copy()
            piece[:, 0] -= 2 * half * world[start]
            pieces.append(piece)
    made = [_line(piece, geometry) for piece in pieces]
    return made[0] if len(made) == 1 else shapely.multilinestrings(made)


def _split_areas(geometry: shapely.Geometry, half: float) -> shapely.Geometry:
    whole, rows = _noded_areas(geometry, half)
    west, south, east, north = whole.bounds
    first, last = (int(np.floor((x + half) / (2 * half))) for x in (west, east))
    pieces = []
    for world in range(first, last + 1):
        left = (2 * world - 1) * half
        found = shapely.intersection(whole, shapely.box(left, south - 1.0, left + 2 * half, north + 1.0))
        parts = shapely.get_parts(shapely.get_parts(np.atleast_1d(found)))
        parts = parts[shapely.get_type_id(parts) == _AREAS[0]]
        pieces += [_moved(part, lambda x, by=2 * half * world: x - by) for part in parts]
    joined = shapely.union_all(pieces)
    if rows.shape[1] == 2:
        return joined
    step = np.array([2 * half, *np.zeros(rows.shape[1] - 1)])
    turned = [rows - world * step for world in range(first, last + 1)]
    return _filled(joined, _with_rest(shapely.get_coordinates(joined), np.vstack(turned)), geometry)


def _noded_areas(geometry: shapely.Geometry, half: float) -> tuple[shapely.Geometry, Floats]:
    """Areas with vertices wherever they cross the meridian, valid and flat, and all these vertices."""
    areas, rows = [], []
    for part in shapely.get_parts(geometry):
        outlines = [_noded(_rows(ring), half) for ring in shapely.get_rings(part)]
        rows += outlines
        areas.append(_area([outline[:, :2] for outline in outlines], part))
    whole = shapely.multipolygons(areas)
    if not whole.is_valid:
        whole = shapely.make_valid(whole, method="structure", keep_collapsed=False)
    return whole, np.vstack(rows)


def _with_rest(xy: Floats, rows: Floats) -> Floats:
    """Vertices with height and measure of the same place among others; of the nearest where there is none."""
    index = {(row[0], row[1]): number for number, row in reversed(list(enumerate(rows.tolist())))}
    found = [
        index[place] if place in index else int(np.abs(rows[:, :2] - place).sum(axis=1).argmin())
        for place in map(tuple, xy.tolist())
    ]
    return np.column_stack([xy, rows[found, 2:]])


def _noded(rows: Floats, half: float) -> Floats:
    """Vertices with one more wherever an edge crosses the meridian, on this world or the next ones."""
    made = [rows[:1]]
    for start, end in pairwise(rows):
        low, high = sorted((start[0], end[0]))
        turns = np.arange(np.ceil((low - half) / (2 * half)), np.floor((high - half) / (2 * half)) + 1)
        at = half + 2 * half * turns
        at = at[(at > low) & (at < high)]
        if len(at):
            at = at if end[0] > start[0] else at[::-1]
            part = ((at - start[0]) / (end[0] - start[0]))[:, None]
            between = start + part * (end - start)
            between[:, 0] = at
            made.append(between)
        made.append(end[None])
    return np.vstack(made)


# Rows of x, y, z and m


def _rows(shape: shapely.Geometry) -> Floats:
    return vertices(shape, z=bool(shapely.has_z(shape)), m=bool(has_m(shape)))


def _line(rows: Floats, like: shapely.Geometry) -> shapely.Geometry:
    plain = shapely.linestrings(rows[:, :2])
    return _filled(plain, rows, like)


def _area(outlines: list[Floats], like: shapely.Geometry) -> shapely.Geometry:
    shell, *holes = (shapely.linearrings(outline[:, :2]) for outline in outlines)
    return _filled(shapely.polygons(shell, holes or None), np.vstack(outlines), like)


def _filled(plain: shapely.Geometry, rows: Floats, like: shapely.Geometry) -> shapely.Geometry:
    if rows.shape[1] == 2:
        return plain
    return with_vertices(np.array([plain]), rows, z=bool(shapely.has_z(like)), m=bool(has_m(like)))[0]


def _moved(geometry: shapely.Geometry, there: Any) -> shapely.Geometry:
    return moved(np.array([geometry]), lambda xy: np.column_stack([there(xy[:, 0]), xy[:, 1]]))[0]


def _turned(x: Floats, half: float) -> Floats:
    return np.mod(x + half, 2 * half) - half
