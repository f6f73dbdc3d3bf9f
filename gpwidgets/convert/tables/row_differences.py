"""Which rows of two tables differ, in which columns and by how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely

from gpwidgets.errors import ConversionError
from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.texts import tr

__all__ = ["ColumnDifference", "RowDifferences", "rows_that_differ"]

#: What rows are matched by where no column is.
GEOMETRY, ORDER = "geometry", "order"


@dataclass(frozen=True)
class ColumnDifference:
    """How the values of one column differ.

    Attributes
    ----------
    rows : int
        In how many matched rows.
    largest, mean : float or None
        Of the absolute differences of these rows, where both values are numbers; else None.
    """

    rows: int
    largest: float | None = None
    mean: float | None = None


@dataclass(frozen=True)
class RowDifferences:
    """What differs between the rows of two tables.

    Attributes
    ----------
    matched_by : str
        ``"geometry"``, ``"order"``, or the names of the key columns with commas.
    matched, differing : int
        Rows that both have, and those among them of which a value differs.
    only_first, only_second : int
        Rows that only one table has.
    columns : dict of str to ColumnDifference
        By column of which values differ.
    columns_only_first, columns_only_second : tuple of str
        Columns that only one table has; they are not compared.
    rows : pandas.DataFrame or geopandas.GeoDataFrame
        The matched rows that differ, with the geometry of the first: for each column of `columns` its values
        as ``<column> (first)`` and ``<column> (second)``, and of numbers ``<column> (difference)``, second
        less first; then the columns that are the same.
    only : pandas.DataFrame or geopandas.GeoDataFrame
        Rows of one table only; ``only_in`` says ``"first"`` or ``"second"``.
    """

    matched_by: str
    matched: int
    differing: int
    only_first: int
    only_second: int
    columns: dict[str, ColumnDifference]
    columns_only_first: tuple[str, ...]
    columns_only_second: tuple[str, ...]
    rows: pd.DataFrame
    only: pd.DataFrame

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        lone = (
            self.only_first + self.only_second + len(self.columns_only_first) + len(self.columns_only_second)
        )
        return not (self.differing or lone)


def rows_that_differ(
    first: pd.DataFrame, second: pd.DataFrame, *, key: Sequence[str] = (), tolerance: float = 0.0
) -> RowDifferences:
    """Match the rows of two tables and compare their values.

    Parameters
    ----------
    first, second
        Two tables, or two frames of features. `second` is put into the CRS of `first`.
    key
        Columns whose values say which row is which. Left out, features are matched by their geometry,
        whatever ring or vertex it begins with, and rows of tables by a column that has another value in each
        row, or by their order where there is none.
    tolerance
        Numbers that differ by no more count as the same; in the unit of the column.

    Raises
    ------
    ConversionError
        A key column is not in both.

    Notes
    -----
    The column of object ids is not compared, since each run numbers its rows anew. Missing values are alike.
    """
    first, second = first.reset_index(drop=True), _in_crs_of(first, second.reset_index(drop=True))
    how, keys = _keys(first, second, list(key))
    pairs, lone = _matched(keys)
    names = [name for name in _columns(first) if name in set(_columns(second)) and name not in key]
    a, b = first.iloc[[i for i, _ in pairs]], second.iloc[[j for _, j in pairs]]
    told = {name: _compared(a[name], b[name], tolerance) for name in names}
    differs = np.zeros(len(pairs), dtype=bool)
    for unlike, _gaps in told.values():
        differs |= unlike
    columns = {name: _column(unlike, gaps) for name, (unlike, gaps) in told.items() if unlike.any()}
    return RowDifferences(
        matched_by=how,
        matched=len(pairs),
        differing=int(differs.sum()),
        only_first=len(lone[0]),
        only_second=len(lone[1]),
        columns=columns,
        columns_only_first=tuple(name for name in _columns(first) if name not in set(_columns(second))),
        columns_only_second=tuple(name for name in _columns(second) if name not in set(_columns(first))),
        rows=_side_by_side(a, b, differs, columns, {name: gaps for name, (_, gaps) in told.items()}),
        only=_only(first, second, lone),
    )


def _in_crs_of(first: Any, second: Any) -> Any:
    both = isinstance(first, geopandas.GeoDataFrame) and isinstance(second, geopandas.GeoDataFrame)
    if both and first.crs is not None and second.crs is not None and first.crs != second.crs:
        return second.to_crs(first.crs)
    return second


def _columns(frame: pd.DataFrame) -> list[str]:
    """Columns that are compared."""
    ids = frame_info(frame).get("object_id_field")
    return [name for name in frame.columns if str(frame[name].dtype) != "geometry" and name != ids]


def _keys(
    first: pd.DataFrame, second: pd.DataFrame, key: list[str]
) -> tuple[str, tuple[list[Hashable], list[Hashable]]]:
    """What the rows are matched by, and its value for each row of both."""
    missing = [name for name in key if name not in first.columns or name not in second.columns]
    if missing:
        raise ConversionError(tr("{name!r} is not a column of both.", name=missing[0]))
    if key:
        return ", ".join(key), (_values_of(first, key), _values_of(second, key))
    if isinstance(first, geopandas.GeoDataFrame) and isinstance(second, geopandas.GeoDataFrame):
        return GEOMETRY, (_shape_keys(first), _shape_keys(second))
    own = _own_key(first, second)
    if own:
        return own, (_values_of(first, [own]), _values_of(second, [own]))
    return ORDER, (list(range(len(first))), list(range(len(second))))


def _shape_keys(frame: Any) -> list[Hashable]:
    return list(shapely.to_wkb(shapely.normalize(frame.geometry.array)))


def _values_of(frame: pd.DataFrame, names: list[str]) -> list[Hashable]:
    columns = [[None if _is_missing(one) else str(one) for one in frame[name].tolist()] for name in names]
    return list(zip(*columns, strict=True))


def _own_key(first: pd.DataFrame, second: pd.DataFrame) -> str:
    """A column of both that tells the rows apart, of which at least half of the values are in both."""
    for name in first.columns:
        if name not in second.columns or any(
            pd.api.types.is_float_dtype(frame[name]) or frame[name].hasnans or not len(frame)
            for frame in (first, second)
        ):
            continue
        values = [_values_of(frame, [name]) for frame in (first, second)]
        if all(len(set(each)) == len(each) for each in values):
            shared = set(values[0]) & set(values[1])
            if 2 * len(shared) >= max(map(len, values)):
                return str(name)
    return ""


def _matched(
    keys: tuple[list[Hashable], list[Hashable]],
) -> tuple[list[tuple[int, int]], tuple[list[int], list[int]]]:
    """Pairs of rows of the same key, in their order where several have it; and the rows without another."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for number, key in enumerate(keys[1]):
        waiting[key].append(number)
    for numbers in waiting.values():
        numbers.reverse()
    pairs, lone = [], []
    for number, key in enumerate(keys[0]):
        if waiting.get(key):
            pairs.append((number, waiting[key].pop()))
        else:
            lone.append(number)
    return pairs, (lone, sorted(number for numbers in waiting.values() for number in numbers))


def _compared(a: pd.Series, b: pd.Series, tolerance: float) -> tuple[Any, Any]:
    """Which values differ, and by how much where both are numbers."""
    unlike = np.array([not _same(x, y) for x, y in zip(a.tolist(), b.tolist(), strict=True)], dtype=bool)
    if not (_is_number(a) and _is_number(b)):
        return unlike, None
    gaps = b.to_numpy(dtype=float, na_value=np.nan) - a.to_numpy(dtype=float, na_value=np.nan)
    return unlike & ~(np.abs(gaps) <= tolerance) if tolerance else unlike, gaps


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _same(x: Any, y: Any) -> bool:
    if _is_missing(x) or _is_missing(y):
        return _is_missing(x) and _is_missing(y)
    try:
        return bool(x == y)
    except (ValueError, TypeError):  # times with and without a zone, arrays
        return str(x) == str(y)


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _column(unlike: Any, gaps: Any) -> ColumnDifference:
    sizes = np.abs(gaps[unlike]) if gaps is not None else np.array([])
    sizes = sizes[np.isfinite(sizes)]
    if not len(sizes):
        return ColumnDifference(int(unlike.sum()))
    return ColumnDifference(int(unlike.sum()), float(sizes.max()), float(sizes.mean()))


def _side_by_side(
    a: pd.DataFrame, b: pd.DataFrame, differs: Any, columns: dict[str, ColumnDifference], gaps: dict[str, Any]
) -> pd.DataFrame:
    """The rows that differ, the two values of each column beside each other."""
    told: dict[str, Any] = {}
    for name in columns:
        told[f"{name} (first)"] = a[name].array[differs]
        told[f"{name} (second)"] = b[name].array[differs]
        if gaps[name] is not None:
            told[f"{name} (difference)"] = gaps[name][differs]
    for name in a.columns:
        if name not in columns and str(a[name].dtype) != "geometry":
            told.setdefault(str(name), a[name].array[differs])
    if isinstance(a, geopandas.GeoDataFrame):
        frame: pd.DataFrame = geopandas.GeoDataFrame(told, geometry=a.geometry.array[differs], crs=a.crs)
        return frame
    return pd.DataFrame(told)


def _only(first: pd.DataFrame, second: pd.DataFrame, lone: tuple[list[int], list[int]]) -> pd.DataFrame:
    parts = [frame.iloc[rows].assign(only_in=side) for frame, rows, side in (
        (first, lone[0], "first"), (second, lone[1], "second"))]  # fmt: skip
    for part in parts:
        part.attrs = {}
    filled = [part for part in parts if len(part)] or parts[:1]
    together: pd.DataFrame = pd.concat(filled, ignore_index=True)
    return together
