"""Which class of a server's renderer each row of a frame belongs to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from gpwidgets.protocol.responses.renderers import Normalization, Renderer, value_key, value_text
from gpwidgets.protocol.responses.symbols import number_of

__all__ = ["MissingField", "column_of", "form_of", "renderer_codes"]

#: Outer limits that a server rounded keep the row they were taken from, within this share of them.
_ROUNDED = 1e-6

_FORMS = ("point", "line", "area")

_Codes = npt.NDArray[np.intp]


class MissingField(ValueError):
    """A renderer tells classes by a column that the frame does not have."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


def renderer_codes(renderer: Renderer, frame: pd.DataFrame) -> _Codes:
    """Put the rows of a frame into the classes of a renderer.

    Parameters
    ----------
    renderer
        One without a `problem`.
    frame
        Its columns as `frames.read_features` makes them; names may differ in case.

    Returns
    -------
    numpy.ndarray of int
        For each row the number of its class; -1 where it belongs to none.

    Raises
    ------
    MissingField
        A column that tells the class is not there.
    """
    if renderer.kind == "simple" or not len(frame):
        return np.zeros(len(frame), dtype=np.intp)
    columns = [column_of(frame, name) for name in renderer.fields]
    if renderer.kind == "uniqueValue":
        return _unique(renderer, columns)
    return _breaks(renderer, _normalized(_numbers(columns[0]), renderer.normalization, frame))


def form_of(frame: Any) -> str:
    """Return what a frame's shapes are: ``area``, ``line`` or ``point``, as the first of them."""
    kinds = shapely.get_dimensions(np.asarray(frame.geometry.array[:1000], dtype=object))
    kinds = kinds[kinds >= 0]
    return _FORMS[int(kinds[0])] if len(kinds) else "area"


def column_of(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return the column that a renderer names: as it is, in another case, or without a table before a dot.

    Raises
    ------
    MissingField
        There is none.
    """
    names = [str(one) for one in frame.columns]
    lower = [one.lower() for one in names]
    short = [one.rpartition(".")[2] for one in lower]
    wanted = name.lower()
    for known, asked in ((names, name), (lower, wanted), (short, wanted.rpartition(".")[2])):
        if asked in known:
            return frame.iloc[:, known.index(asked)]
    raise MissingField(name)


def _unique(renderer: Renderer, columns: Sequence[pd.Series[Any]]) -> _Codes:
    classes: dict[str, int] = {}
    for number, one in enumerate(renderer.classes):
        for key in one.values:
            parts = [_typed(part, column) for part, column in zip(key.split("\x1f"), columns, strict=False)]
            classes.setdefault(value_key(parts), number)
    texts = [_texts(column) for column in columns]
    keys = (value_key(row) for row in zip(*texts, strict=True))
    return np.fromiter((classes.get(key, -1) for key in keys), dtype=np.intp, count=len(columns[0]))


def _typed(text: str, column: pd.Series[Any]) -> Any:
    """A renderer's value as the column's own values are written: ``1.50`` and ``1.5`` are one number."""
    if not pd.api.types.is_numeric_dtype(column):
        return text
    try:
        return int(text)
    except ValueError:
        found = number_of(text)
    return text if found is None else found


def _texts(column: pd.Series[Any]) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(column):
        return [value_text(None if math.isnan(one) else one) for one in _numbers(column)]
    return [
        value_text(None if gone else _plain(one)) for one, gone in zip(column, column.isna(), strict=True)
    ]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _numbers(column: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """Values as numbers, moments as milliseconds since 1970; NaN for what is none."""
    if pd.api.types.is_datetime64_any_dtype(column):
        moments = column.dt.tz_convert("UTC").dt.tz_localize(None) if column.dt.tz is not None else column
        found = moments.to_numpy(dtype="datetime64[ms]").astype(np.float64)
        found[moments.isna().to_numpy()] = np.nan
        return found
    plain = pd.to_numeric(column, errors="coerce")
    return plain.to_numpy(dtype=np.float64, na_value=np.nan)


def _normalized(
    values: npt.NDArray[np.float64], norm: Normalization | None, frame: pd.DataFrame
) -> npt.NDArray[np.float64]:
    if norm is None:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        if norm.kind == "esriNormalizeByLog":
            return np.log10(values)
        if norm.kind == "esriNormalizeByPercentOfTotal":
            return values / (norm.total or np.nansum(values)) * 100.0
        if norm.field:
            return values / _numbers(column_of(frame, norm.field))
    return values


def _breaks(renderer: Renderer, values: npt.NDArray[np.float64]) -> _Codes:
    tops = np.array([one.highest for one in renderer.classes], dtype=np.float64)
    with np.errstate(invalid="ignore"):
        tops[-1] += abs(tops[-1]) * _ROUNDED
    codes = np.searchsorted(tops, values, side="left").astype(np.intp)
    first = renderer.classes[0].lowest if renderer.lowest is None else renderer.lowest
    lows = [-math.inf if one.lowest is None else one.lowest for one in renderer.classes]
    lows[0] = -math.inf if first is None else first
    floors = np.array([*lows, math.inf])
    with np.errstate(invalid="ignore"):
        low = values < floors[codes] - np.where(
            np.isfinite(floors[codes]), abs(floors[codes]) * _ROUNDED, 0.0
        )
    codes[~np.isfinite(values) | low | (codes >= len(tops))] = -1
    return codes
