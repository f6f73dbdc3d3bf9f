"""Which ring lies in which: holes find their polygon, and rings of unknown role get one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gpwidgets.convert.geometry.arrays import Bools, Floats, Ints

__all__ = ["Rings", "even_odd", "find_parents", "misdirected", "offsets"]


#: So many vertices of a ring, evenly taken, tell where most of it lies.
_SAMPLES = 8
#: More pairs of rings than this are not listed one by one; a tree finds those that overlap.
_MANY_PAIRS = 4_000_000


def offsets(lengths: NDArray[Any]) -> Ints:
    """Start of each run and the end of the last one: [2, 3] -> [0, 2, 5]."""
    found = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=found[1:])
    return found


@dataclass(frozen=True)
class Rings:
    """Rings or paths of many rows, one after the other.

    Attributes
    ----------
    coords : numpy.ndarray
        Vertices, shape (n, 2), (n, 3) or (n, 4).
    lengths : numpy.ndarray
        Vertices of each ring.
    owners : numpy.ndarray
        Row of each ring, ascending.
    """

    coords: Floats
    lengths: Ints
    owners: Ints

    def __len__(self) -> int:
        return len(self.lengths)

    @cached_property
    def starts(self) -> Ints:
        """Number of the first vertex of each ring."""
        return offsets(self.lengths)[:-1]

    @cached_property
    def areas(self) -> Floats:
        """Signed area of each closed ring, negative when it runs clockwise.

        Counted from each ring's first vertex: far from the origin the products of whole coordinates
        are so large that the sign of a small ring would drown in their rounding.
        """
        moved = self.coords[:, :2] - np.repeat(self.coords[self.starts, :2], self.lengths, axis=0)
        x, y = moved[:, 0], moved[:, 1]
        steps = np.zeros(len(moved))
        steps[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
        steps[self.starts[1:] - 1] = 0.0
        areas: Floats = np.add.reduceat(steps, self.starts) / 2
        return areas

    @cached_property
    def boxes(self) -> tuple[Floats, Floats, Floats, Floats]:
        """(xmin, ymin, xmax, ymax) of each ring."""
        x, y = self.coords[:, 0], self.coords[:, 1]
        low, high = np.minimum.reduceat, np.maximum.reduceat
        return low(x, self.starts), low(y, self.starts), high(x, self.starts), high(y, self.starts)

    def take(self, numbers: Ints) -> Rings:
        """The rings of these numbers, in this order."""
        lengths = self.lengths[numbers]
        into = offsets(lengths)
        vertices = np.repeat(self.starts[numbers] - into[:-1], lengths) + np.arange(into[-1])
        return Rings(self.coords[vertices], lengths, self.owners[numbers])


def find_parents(rings: Rings, outer: Bools) -> Ints:
    """The part that each ring belongs to, as the number of its outer ring.

    Parameters
    ----------
    rings
        Closed rings.
    outer
        Which of them are outer rings.

    Returns
    -------
    numpy.ndarray
        An outer ring belongs to itself, a hole to the smallest outer ring of its row that it lies in, or to
        itself when there is none.
    """
    numbers = np.arange(len(rings))
    parents = numbers.copy()
    if outer.all():
        return parents
    concerned = np.flatnonzero(np.isin(rings.owners, rings.owners[~outer]))
    few = rings.take(concerned)
    inner, around = _containers(few, np.flatnonzero(~outer[concerned]), np.flatnonzero(outer[concerned]))
    # The smallest container comes last, so it stays.
    order = np.argsort(-np.abs(few.areas[around]), kind="stable")
    parents[concerned[inner[order]]] = concerned[around[order]]
    return parents


def even_odd(rings: Rings) -> Bools:
    """Which rings are outer ones when their direction says nothing: those inside an even number of others."""
    numbers = np.arange(len(rings))
    inner, _ = _containers(rings, numbers, numbers)
    even: Bools = np.bincount(inner, minlength=len(rings)) % 2 == 0
    return even


def misdirected(rings: Rings, outer: Bools) -> Bools:
    """Which outer rings lie in an odd number of other rings: they are holes that run the wrong way.

    Parts that only touch are none, so a point within each ring is asked for and not its outline.
    """
    wrong = np.zeros(len(rings), dtype=bool)
    several = np.bincount(rings.owners, weights=outer)[rings.owners] > 1
    among = np.flatnonzero(outer & several)
    within, _ = _boxes_within(rings, among, among)
    suspects = np.unique(within)
    if not len(suspects):
        return wrong
    small, large = _boxes_within(rings, suspects, np.flatnonzero(several))
    inside = shapely.contains_properly(
        _areas_of(rings, large), shapely.point_on_surface(_areas_of(rings, small))
    )
    wrong[suspects] = np.bincount(small[inside], minlength=len(rings))[suspects] % 2 == 1
    return wrong


def _boxes_within(rings: Rings, inner: Ints, outer: Ints) -> tuple[Ints, Ints]:
    """Pairs of one row in which the box of the one lies in the box of the other."""
    small, large = _pairs(rings, inner, outer)
    other = small != large
    small, large = small[other], large[other]
    xmin, ymin, xmax, ymax = rings.boxes
    inside = (xmin[small] >= xmin[large]) & (xmax[small] <= xmax[large])
    inside &= (ymin[small] >= ymin[large]) & (ymax[small] <= ymax[large])
    inside &= np.abs(rings.areas[small]) < np.abs(rings.areas[large])
    return small[inside], large[inside]


def _areas_of(rings: Rings, numbers: Ints) -> Any:
    """The rings of these numbers as polygons without holes."""
    used, which = np.unique(numbers, return_inverse=True)
    chosen = rings.take(used)
    polygons = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON,
        np.ascontiguousarray(chosen.coords[:, :2]),
        (offsets(chosen.lengths), np.arange(len(chosen) + 1)),
    )
    return polygons[which]


def _containers(rings: Rings, inner: Ints, outer: Ints) -> tuple[Ints, Ints]:
    """All pairs (ring of `inner`, ring of `outer` around it) of one row."""
    small, large = _pairs(rings, inner, outer)
    likely = np.abs(rings.areas[small]) < np.abs(rings.areas[large])
    small, large = small[likely], large[likely]
    xmin, ymin, xmax, ymax = rings.boxes
    touch = (xmin[small] <= xmax[large]) & (xmax[small] >= xmin[large])
    touch &= (ymin[small] <= ymax[large]) & (ymax[small] >= ymin[large])
    small, large = small[touch], large[touch]
    inside = (xmin[small] >= xmin[large]) & (xmax[small] <= xmax[large])
    inside &= (ymin[small] >= ymin[large]) & (ymax[small] <= ymax[large])
    only = np.bincount(rings.owners[outer], minlength=rings.owners[-1] + 1)[rings.owners[small]] == 1
    sure = inside & only
    unsure = np.flatnonzero(~sure)
    if len(unsure):
        sure[unsure] = _mostly_within(rings, small[unsure], large[unsure])
    return small[sure], large[sure]


def _pairs(rings: Rings, inner: Ints, outer: Ints) -> tuple[Ints, Ints]:
    """Pairs of rings of one row that may lie in each other."""
    owners = rings.owners[outer]
    low = np.searchsorted(owners, rings.owners[inner], "left")
    counts = np.searchsorted(owners, rings.owners[inner], "right") - low
    ends = offsets(counts)
    if ends[-1] > _MANY_PAIRS:
        boxes = shapely.box(*rings.boxes)
        left, right = shapely.STRtree(boxes[outer]).query(boxes[inner])
        same = rings.owners[inner[left]] == owners[right]
        return inner[left[same]], outer[right[same]]
    choice = np.repeat(low - ends[:-1], counts) + np.arange(ends[-1])
    return np.repeat(inner, counts), outer[choice]


def _mostly_within(rings: Rings, small: Ints, large: Ints) -> Bools:
    """Whether more than half of a ring's vertices lie in the other ring or on it.

    One vertex would not do: a hole may touch the outline of a neighbouring part, and rounding may push a
    vertex over the outline of its own.
    """
    polygons = _areas_of(rings, large)
    shapely.prepare(polygons)
    steps = np.arange(_SAMPLES) * (rings.lengths[small, None] - 1) // _SAMPLES
    xy = rings.coords[rings.starts[small, None] + steps]
    hit = shapely.intersects_xy(polygons[:, None], xy[..., 0], xy[..., 1])
    within: Bools = np.count_nonzero(hit, axis=1) * 2 > _SAMPLES
    return within
