"""Columns into classes for a map: equal intervals, quantiles, natural breaks, categories."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from gpwidgets.texts import later, tr

__all__ = ["METHODS", "Classes", "classify", "is_numeric"]

METHODS = (later("natural breaks"), later("quantiles"), later("equal interval"), later("categories"))

#: Natural breaks are told from at most so many distinct values; more of them are first put into fine bins.
_FINE = 700
_GAPS = 100

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Classes:
    """The classes of a column.

    Attributes
    ----------
    codes : numpy.ndarray of int
        For each row the number of its class, from 0; -1 where the column holds nothing.
    bounds : tuple of (float, float)
        Lowest and highest limit of each class of numbers; a value on a limit belongs to the lower class.
    values : tuple
        The value of each category; None stands for all the rarer ones together.
    """

    codes: npt.NDArray[np.intp]
    bounds: tuple[tuple[float, float], ...] = ()
    values: tuple[Any, ...] = ()


def is_numeric(column: pd.Series) -> bool:
    """Whether a column can be put into classes by size."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def classify(column: pd.Series, method: str, count: int) -> Classes:
    """Put the values of a column into classes.

    Parameters
    ----------
    column
        Numbers, or anything that can be compared for the method ``categories``.
    method
        One of `METHODS`.
    count
        Most classes wanted; there are fewer when the column has fewer different values.

    Raises
    ------
    ValueError
        The method is not known, or wants numbers and the column has none.
    """
    if method not in METHODS:
        raise ValueError(f"{method!r} is none of {', '.join(METHODS)}")
    if method == "categories":
        return _categories(column, count)
    if not is_numeric(column):
        raise ValueError(
            tr("{name} holds no numbers; they can only be shown as categories", name=column.name)
        )
    values = column.to_numpy(dtype=float, na_value=np.nan)
    good = values[np.isfinite(values)]
    if not len(good):
        return Classes(np.full(len(values), -1, dtype=np.intp))
    lowest = float(good.min())
    uppers = np.unique(_UPPERS[method](good, count))
    codes = np.searchsorted(uppers, values, side="left").astype(np.intp)
    codes[~np.isfinite(values)] = -1
    limits = [lowest, *uppers.tolist()]
    return Classes(codes, bounds=tuple(pairwise(limits)))


def _categories(column: pd.Series, count: int) -> Classes:
    try:
        codes, distinct = column.factorize()
    except TypeError:  # lists and the like have no hash
        codes, distinct = column.astype(str).factorize()
    values = list(distinct)
    if len(values) <= count:
        order = np.array(_sorted_places(values), dtype=np.intp)
    else:
        frequency = np.bincount(codes[codes >= 0], minlength=len(values))
        order = np.argsort(-frequency, kind="stable")[: count - 1]
    rank = np.full(len(values) + 1, len(order), dtype=np.intp)  # the rarer ones share the last class
    rank[order] = np.arange(len(order))
    rank[-1] = -1  # what is missing
    chosen = tuple(values[place] for place in order.tolist())
    return Classes(rank[codes], values=chosen if len(values) <= count else (*chosen, None))


def _sorted_places(values: list[Any]) -> list[int]:
    try:
        return sorted(range(len(values)), key=lambda place: values[place])
    except TypeError:
        return sorted(range(len(values)), key=lambda place: str(values[place]))


def _equal(values: _Floats, count: int) -> _Floats:
    low, high = float(values.min()), float(values.max())
    steps: _Floats = np.linspace(low, high, count + 1)[1:]
    steps[-1] = high
    return steps


def _quantiles(values: _Floats, count: int) -> _Floats:
    found: _Floats = np.quantile(values, np.arange(1, count + 1) / count, method="inverted_cdf")
    return found


def _natural(values: _Floats, count: int) -> _Floats:
    """Upper limits that leave the least variance within the classes (Fisher 1958, dynamic programming)."""
    points, weights = _points(values)
    if len(points) <= count:
        return points
    mass = np.concatenate([[0.0], np.cumsum(weights)])
    total = np.concatenate([[0.0], np.cumsum(weights * points)])
    square = np.concatenate([[0.0], np.cumsum(weights * points**2)])

    def spread(starts: Any, end: int) -> _Floats:
        """Squared deviation from their mean of the points from each start up to the end."""
        sums = total[end] - total[starts]
        found: _Floats = (square[end] - square[starts]) - sums**2 / (mass[end] - mass[starts])
        return found

    size = len(points)
    best = np.array([0.0, *(float(spread(np.array([0]), end)[0]) for end in range(1, size + 1))])
    cuts = np.zeros((count, size + 1), dtype=np.intp)
    for level in range(1, count):
        previous, best = best, np.full(size + 1, np.inf)
        for end in range(level + 1, size + 1):
            starts = np.arange(level, end)
            costs = previous[starts] + spread(starts, end)
            place = int(costs.argmin())
            best[end], cuts[level, end] = costs[place], starts[place]
    ends, end = [], size
    for level in range(count - 1, -1, -1):
        ends.append(end - 1)
        end = int(cuts[level, end])
    return points[ends[::-1]]


def _points(values: _Floats) -> tuple[_Floats, _Floats]:
    """Distinct values and how often each occurs, in fine bins when there are many."""
    points, counts = np.unique(values, return_counts=True)
    if len(points) <= _FINE:
        return points, counts.astype(float)
    evenly = np.linspace(0, len(points), _FINE + 1).astype(int)
    gaps = np.argpartition(np.diff(points), -_GAPS)[-_GAPS:] + 1  # no bin reaches across a wide gap
    edges = np.union1d(evenly, gaps)
    weights = np.add.reduceat(counts.astype(float), edges[:-1])
    return points[edges[1:] - 1], weights


_UPPERS = {"equal interval": _equal, "quantiles": _quantiles, "natural breaks": _natural}
