"""True curves to lines of short segments: circular and elliptic arcs and cubic Bézier curves."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from gpwidgets.convert.geometry.arrays import Floats
from gpwidgets.errors import CurveApproximated

__all__ = ["SEGMENT_ANGLE", "linearised"]

#: Largest turn from one segment to the next, in radians: 2 degrees, so that a segment of an arc strays from
#: it by at most 0.016 % of its radius.
SEGMENT_ANGLE = math.radians(2)
#: Segments of a Bézier curve, whatever its length.
_BEZIER_STEPS = 64


def linearised(parts: Sequence[Sequence[Any]], *, closed: bool) -> list[list[Any]]:
    """Replace the curves in rings or paths by vertices on them.

    Parameters
    ----------
    parts
        Rings or paths of one geometry: vertices and curve objects ``{"c": …}``, ``{"a": …}``, ``{"b": …}``.
    closed
        Whether they are rings.

    Returns
    -------
    list
        Rings or paths of vertices. Heights and measures between the ends of a curve are interpolated; where
        an end has none, the vertices between have none.

    Warns
    -----
    CurveApproximated
        There was a curve.
    """
    curved = any(isinstance(entry, dict) for part in parts for entry in part)
    if curved:
        kind = "Curved outlines" if closed else "Curved lines"
        warnings.warn(
            f"{kind} became lines of short segments, at most 0.016 % of the radius away from the arc.",
            CurveApproximated,
            stacklevel=2,
        )
    return [_flat(part) for part in parts] if curved else [list(part) for part in parts]


def _flat(part: Sequence[Any]) -> list[Any]:
    vertices: list[Any] = []
    for entry in part:
        if not isinstance(entry, dict):
            vertices.append(entry)
            continue
        for kind, curve in _CURVES.items():
            if isinstance(entry.get(kind), list) and entry[kind] and vertices:
                vertices += _bent(curve, vertices[-1], entry[kind])
                break
    return vertices


def _bent(curve: Any, start: Any, numbers: list[Any]) -> list[Any]:
    """Vertices after the start of a curve; only its end when it cannot be computed."""
    end = numbers[0]
    try:
        with np.errstate(all="ignore"):  # what is no number then is left out with the other vertices
            between = curve(np.array(start[:2], dtype=float), np.array(end[:2], dtype=float), numbers[1:])
    except (ValueError, TypeError, IndexError, OverflowError, ZeroDivisionError):
        return [end]
    return [*np.column_stack([between, _rest(start, end, len(between))]).tolist(), end]


def _rest(start: Any, end: Any, count: int) -> Floats:
    """Height and measure, as far as there are any, of so many vertices at even steps between two."""
    numbers = min(len(start), len(end))
    first, last = (np.array(point[2:numbers], dtype=np.float64) for point in (start, end))
    part = np.arange(1, count + 1)[:, None] / (count + 1)
    rest: Floats = first + part * (last - first)
    return rest


def _arc_through(start: Floats, end: Floats, rest: list[Any]) -> Floats:
    """Circular arc through a point between its ends."""
    middle = np.array(rest[0][:2], dtype=float)
    (ax, ay), (bx, by) = middle - start, end - start
    cross = 2 * (ax * by - ay * bx)
    if cross == 0:
        whole = not (end - start).any()
        return _turn(start, end, (start + middle) / 2, 2 * math.pi) if whole else middle[None, :]
    a, b = ax * ax + ay * ay, bx * bx + by * by
    centre = start + np.array([by * a - ay * b, ax * b - bx * a]) / cross
    # The middle lies left of the chord when the arc runs clockwise.
    return _turn(start, end, centre, _sweep(start - centre, end - centre, clockwise=bool(cross < 0)))


def _arc_around(start: Floats, end: Floats, rest: list[Any]) -> Floats:
    """Arc around a centre: centre, minor, clockwise; an elliptic one also rotation, major axis, axis ratio.

    The ends, the centre and the direction tell everything else, also whether the arc is the minor one.
    """
    centre, clockwise = np.array(rest[0][:2], dtype=float), bool(rest[2])
    if len(rest) < 6:
        return _turn(start, end, centre, _sweep(start - centre, end - centre, clockwise=clockwise))
    rotation, ratio = float(rest[3]), float(rest[5])
    turn = np.array([[math.cos(rotation), -math.sin(rotation)], [math.sin(rotation), math.cos(rotation)]])
    # In the ellipse's own axes, with the minor one stretched, the arc is one of a circle.
    stretch = turn * np.array([1.0, ratio])
    first, last = np.linalg.solve(stretch, start - centre), np.linalg.solve(stretch, end - centre)
    around = _turn(first, last, np.zeros(2), _sweep(first, last, clockwise=clockwise))
    turned: Floats = around @ stretch.T + centre
    return turned


def _bezier(start: Floats, end: Floats, rest: list[Any]) -> Floats:
    first, second = (np.array(point[:2], dtype=float) for point in rest[:2])
    t = np.linspace(0.0, 1.0, _BEZIER_STEPS + 1)[1:-1, None]
    s = 1 - t
    curve: Floats = s**3 * start + 3 * s**2 * t * first + 3 * s * t**2 * second + t**3 * end
    return curve


def _sweep(first: Floats, last: Floats, *, clockwise: bool) -> float:
    """Angle from one radius to the other in (0, 2 pi], negative when clockwise."""
    angle = math.atan2(last[1], last[0]) - math.atan2(first[1], first[0])
    angle = (-angle if clockwise else angle) % (2 * math.pi)
    if angle < 1e-12:
        angle = 2 * math.pi
    return -angle if clockwise else angle


def _turn(start: Floats, end: Floats, centre: Floats, sweep: float) -> Floats:
    """Points of an arc strictly between its ends.

    Rounded numbers put the ends at slightly different distances from the centre; the points pass from one to
    the other, so that no step shows.
    """
    steps = max(2, math.ceil(abs(sweep) / SEGMENT_ANGLE))
    part = np.arange(1, steps) / steps
    x, y = start - centre
    stretch = 1 + part * (math.hypot(*(end - centre)) / math.hypot(x, y) - 1)
    cos, sin = np.cos(sweep * part) * stretch, np.sin(sweep * part) * stretch
    points: Floats = centre + np.column_stack([x * cos - y * sin, x * sin + y * cos])
    return points


_CURVES = {"c": _arc_through, "a": _arc_around, "b": _bezier}
