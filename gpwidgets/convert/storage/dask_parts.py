"""The parts of an output as one frame of Dask, which reads each when and where it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from gpwidgets.convert.storage.part_files import has_geometry, one_system, stacked
from gpwidgets.convert.storage.parts import part_name, read_part
from gpwidgets.errors import GPError
from gpwidgets.texts import tr

__all__ = ["dask_frame"]


def dask_frame(folder: Path, wanted: Mapping[int, set[Any]], by: str) -> Any:
    """A frame of Dask over parts, one partition for each.

    Parameters
    ----------
    folder
    wanted
        For each part by number the runs whose rows are wanted.
    by
        The column that tells the run.

    Returns
    -------
    dask_geopandas.GeoDataFrame or dask.dataframe.DataFrame or None
        With the columns of all parts in one coordinate system; None where no part is there.

    Raises
    ------
    GPError
        Dask is not installed; the text says how to install it.
    ConversionError
        A part cannot be read.
    """
    if find_spec("dask_geopandas") is None:
        raise GPError(tr("For frames of Dask install it: pip install 'gpwidgets[dask]'."))
    import dask.dataframe
    import dask_geopandas  # noqa: F401 - makes Dask know frames with geometry

    parts = [(number, folder / part_name(number)) for number in sorted(wanted)]
    given = [(str(path.absolute()), sorted(wanted[number])) for number, path in parts if path.is_file()]
    if not given:
        return None
    like = _like_all(path for path, _ in given)
    frames: Any = dask.dataframe  # Dask is marked as typed, but this function is not
    return frames.from_map(partial(_partition, by=by, like=like), given, meta=like)


def _partition(given: tuple[str, list[Any]], by: str, like: Any) -> Any:
    """The rows of a part that are wanted, with the columns of all parts."""
    path, runs = given
    frame = read_part(Path(path))
    frame = frame[frame[by].isin(runs)].reset_index(drop=True)
    if has_geometry(like):
        frame = one_system(stacked([like, frame]) if not has_geometry(frame) else frame, like.crs)
    columns = {name: _as(frame.get(name), kind, frame.index) for name, kind in like.dtypes.items()}
    made = pd.DataFrame(columns, index=frame.index)
    return made if not has_geometry(like) else type(like)(made, geometry=like.geometry.name, crs=like.crs)


def _as(column: Any, kind: Any, index: pd.Index[Any]) -> Any:
    if column is None:
        empty: list[Any] = [None] * len(index)
        return pd.Series(empty, index=index, dtype=kind)
    return column if column.dtype == kind else column.astype(kind)


def _like_all(paths: Iterable[str]) -> Any:
    """An empty frame with the columns of all parts, of types that take the values of each."""
    import pyarrow.parquet as pq

    kinds: dict[str, Any] = {}
    for path in paths:
        schema = pq.read_schema(path)
        kinds.setdefault(str((schema.names, schema.types)), read_part(Path(path)).iloc[:0])
    frames = list(kinds.values())
    crs = next((one.crs for one in frames if has_geometry(one) and one.crs is not None), None)
    like = stacked([one_system(one, crs) for one in frames])
    for name in like.columns:
        found = [one[name].dtype for one in frames if name in one.columns]
        kind = _common(found, everywhere=len(found) == len(frames))
        if str(kind) != "geometry":
            like[name] = like[name].astype(kind)
    return like


def _common(kinds: list[Any], *, everywhere: bool) -> Any:
    """A type for the values of all of these, and for missing ones where they are not everywhere."""
    is_bool = [pd.api.types.is_bool_dtype(one) for one in kinds]
    if everywhere and len(set(kinds)) == 1:
        return kinds[0]
    if all(is_bool):
        return "boolean"
    if all(map(pd.api.types.is_integer_dtype, kinds)):
        return "Int64"
    if all(map(pd.api.types.is_numeric_dtype, kinds)) and not any(is_bool):
        return "float64"
    return kinds[0] if len(set(kinds)) == 1 else "string"
