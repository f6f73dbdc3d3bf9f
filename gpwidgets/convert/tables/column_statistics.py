"""What a column holds, in numbers: counts, extremes, and what is most frequent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from gpwidgets.convert.tables.row_finder import kind_of_column

__all__ = ["ColumnStatistics", "column_statistics"]

#: How many of the most frequent values are told.
MOST_FREQUENT = 5


@dataclass(frozen=True)
class ColumnStatistics:
    """Statistics of a column.

    Attributes
    ----------
    count, missing : int
        Cells with a value, and without.
    distinct : int
        Different values.
    least, greatest : object
        Of numbers and moments; None for others, and where there is none.
    mean, total : float or None
        Of numbers. Infinite values are counted, but left out of these.
    frequent : tuple of (object, int)
        The most frequent values and how often each is there, most frequent first; empty where no value is
        there twice.
    """

    count: int
    missing: int
    distinct: int
    least: Any = None
    greatest: Any = None
    mean: Any = None
    total: Any = None
    frequent: tuple[tuple[Any, int], ...] = ()


def column_statistics(
    values: pd.Series[Any], text: Callable[[Any], str], *, is_coded: bool = False
) -> ColumnStatistics:
    """Return the statistics of a column.

    Parameters
    ----------
    values
        The column.
    text
        Returns a value as it reads, for those that cannot be counted as they are.
    is_coded
        Whether its numbers stand for names, so that they have no mean.
    """
    there = values[values.notna()]
    try:
        counts = there.value_counts()
    except TypeError:  # lists and the like have no hash
        there = there.map(text)
        counts = there.value_counts()
    counts = counts[counts > 0]  # categories that no row has
    told = ColumnStatistics(len(there), len(values) - len(there), len(counts))
    if not len(there):
        return told
    kind = "text" if is_coded else kind_of_column(values)
    if kind == "number":
        return _of_numbers(told, there)
    if kind == "date":
        return replace(told, least=there.min(), greatest=there.max())
    often = counts[counts > 1].head(MOST_FREQUENT)
    return replace(told, frequent=tuple((value, int(count)) for value, count in often.items()))


def _of_numbers(told: ColumnStatistics, there: pd.Series[Any]) -> ColumnStatistics:
    numbers = pd.to_numeric(there)
    told = replace(told, least=numbers.min(), greatest=numbers.max())
    as_floats = numbers.astype("float64")
    finite = as_floats[as_floats.abs() < float("inf")]
    if not len(finite):
        return told
    # Whole numbers are added up as Python's, which have no end.
    total = sum(map(int, numbers)) if numbers.dtype.kind in "iu" else float(finite.sum())
    return replace(told, mean=float(finite.mean()), total=total)
