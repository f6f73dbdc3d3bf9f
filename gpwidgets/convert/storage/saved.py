"""Frames to files and back as they were: types of columns, coordinate system and what `attrs` tells.

GeoParquet where pyarrow is installed, GeoPackage elsewhere; both open in any GIS. What such a file cannot
hold goes into a note of plain JSON beside it.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely

from gpwidgets.convert.geometry.vertices import has_m, without_measures
from gpwidgets.convert.storage.provenance import layer_metadata, without_secrets_in_attrs
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.frame_info import frame_info, keep_frame_info

__all__ = ["read_saved_frame", "write_saved_frame"]

#: How values that files have no type for are written as text, and read again.
_AS_TEXT: dict[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "datetime": (datetime, datetime.isoformat, datetime.fromisoformat),
    "date": (date, date.isoformat, date.fromisoformat),
    "time": (time, time.isoformat, time.fromisoformat),
    "json": (object, lambda value: json.dumps(value, default=str), json.loads),
}
_RESERVED = {"fid", "ogc_fid", "geom", "geometry"}
_LAYER = "rows"

#: Columns with gaps are read by way of decimal numbers, which are exact up to here.
_LARGEST_WHOLE = 2**53


def write_saved_frame(frame: pd.DataFrame, folder: Path, stem: str, format_: str = "") -> dict[str, Any]:
    """Write a frame into a file.

    Parameters
    ----------
    frame
        A table, or features in any coordinate system; its index is not kept.
    folder, stem
        Where, and the name of the file without its ending.
    format_
        ``"parquet"`` or ``"gpkg"``; the better one that is installed when empty.

    Returns
    -------
    dict
        JSON that `read_saved_frame` needs; ``file`` is the file's name.

    Raises
    ------
    ConversionError
        The frame cannot be written.
    """
    geometry = frame.geometry.name if _has_geometry(frame) else None
    format_ = format_ or ("parquet" if find_spec("pyarrow") is not None else "gpkg")
    columns: dict[str, Any] = {}
    notes: list[dict[str, Any]] = []
    for number, name in enumerate(frame.columns):
        if name == geometry:
            continue
        series, kind = _plain_column(frame.iloc[:, number], format_)
        stored = f"{name}" if str(name).lower() not in _RESERVED else f"{name}_{number}"
        while stored.lower() in {known.lower() for known in columns}:
            stored += "_"
        columns[stored] = series
        dtype = str(frame.dtypes.iloc[number])
        notes.append({"name": name, "stored": stored, "dtype": dtype, "kind": kind, "place": number})
    path = folder / f"{stem}.{format_}"
    shapes = frame.geometry if geometry is not None else None
    texts = None
    if format_ == "gpkg" and shapes is not None and has_m(shapes.array).any():
        # pyogrio writes no measures, so the file has the rest and the note the whole.
        texts = shapely.to_wkb(np.asarray(shapes.array, dtype=object), hex=True, flavor="iso").tolist()
        plain = without_measures(np.asarray(shapes.array, dtype=object))
        shapes = geopandas.GeoSeries(plain, index=shapes.index, crs=shapes.crs)
    table = pd.DataFrame(columns, index=pd.RangeIndex(len(frame)))
    told = {"provenance": frame_info(frame)["provenance"]} if "provenance" in frame_info(frame) else {}
    try:
        _write(table, shapes, path, told)
    except Exception as error:  # each library has its own kinds
        raise ConversionError(f"A frame cannot be saved as {format_}: {error}") from error
    crs = frame.crs if geometry is not None else None
    return {
        "file": path.name,
        "format": format_,
        "columns": notes,
        "geometry": geometry,
        **({"shapes": texts} if texts is not None else {}),
        "place": frame.columns.get_loc(geometry) if geometry is not None else None,
        "crs": json.loads(crs.to_json()) if crs is not None else None,
        "attrs": json.loads(json.dumps(frame.attrs, default=str)),
    }


def _has_geometry(frame: pd.DataFrame) -> bool:
    return isinstance(frame, geopandas.GeoDataFrame) and frame.active_geometry_name is not None


def _plain_column(series: pd.Series[Any], format_: str) -> tuple[pd.Series[Any], str]:
    """A column of numbers, moments or text that the format keeps as it is, and what its text stands for."""
    series = series.reset_index(drop=True)
    missing = series.isna()
    if series.dtype != object:
        if _keeps(format_, series, missing):
            return series, ""
        series = series.astype(object)
    found = {datetime if kind is pd.Timestamp else kind for kind in map(type, series[~missing])}
    if found <= {str}:
        return series.where(~missing, None), ""
    # A datetime is a date, too, so the types have to be just these.
    kind = next(name for name, (known, _, _) in _AS_TEXT.items() if found == {known} or known is object)
    write = _AS_TEXT[kind][1]
    texts = [None if gone else write(value) for value, gone in zip(series, missing, strict=True)]
    return pd.Series(texts, dtype=object), kind


def _keeps(format_: str, series: pd.Series[Any], missing: pd.Series[bool]) -> bool:
    """Whether a format gives a column back with every digit, and its time zone."""
    dtype = str(series.dtype)
    if dtype.startswith("datetime64"):
        if format_ == "parquet":
            return dtype == "datetime64[ms, UTC]" or "," not in dtype
        # Older readers of GeoPackage know no moments that nanoseconds cannot count.
        years = series.dropna().dt.year
        return dtype in ("datetime64[ms, UTC]", "datetime64[ms]") and bool(years.between(1700, 2200).all())
    whole_with_gaps = format_ == "gpkg" and dtype.lower() == "int64" and bool(missing.any())
    return not (whole_with_gaps and bool((series[~missing].abs() > _LARGEST_WHOLE).any()))


def _write(table: pd.DataFrame, shapes: Any, path: Path, told: Mapping[str, Any]) -> None:
    """Write a file that says where it came from, for whoever finds it without the note beside it."""
    frame: Any = table
    if shapes is not None:
        frame = geopandas.GeoDataFrame(table, geometry=shapes.reset_index(drop=True).array, crs=shapes.crs)
    if told:
        keep_frame_info(frame, told)
    if path.suffix == ".parquet":
        without_secrets_in_attrs(frame).to_parquet(path, index=False)
        return
    with warnings.catch_warnings():  # of what the note beside the file knows: no CRS, odd dates
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(
            frame,
            path,
            layer=_LAYER,
            driver="GPKG",
            promote_to_multi=False,
            layer_metadata=layer_metadata(frame) or None,
        )


def read_saved_frame(folder: Path, note: Mapping[str, Any]) -> pd.DataFrame:
    """Read a frame back.

    Parameters
    ----------
    folder
        Where the file is.
    note
        From `write_saved_frame`; whether its ``file`` is a plain name is for the caller to check.

    Raises
    ------
    ConversionError
        The file cannot be read.
    """
    path = folder / str(note["file"])
    try:
        return _restored(_read(path, note), note)
    except Exception as error:  # each library has its own kinds
        raise ConversionError(f"{path.name} cannot be read: {error}") from error


def _read(path: Path, note: Mapping[str, Any]) -> pd.DataFrame:
    has_geometry = note.get("geometry") is not None
    if note["format"] == "parquet":
        return geopandas.read_parquet(path) if has_geometry else pd.read_parquet(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: pd.DataFrame = pyogrio.read_dataframe(path, layer=_LAYER)
    return found


def _restored(found: pd.DataFrame, note: Mapping[str, Any]) -> pd.DataFrame:
    columns = {row["name"]: _typed(found[row["stored"]], row) for row in note["columns"]}
    table = pd.DataFrame(columns, index=pd.RangeIndex(len(found)))
    if note.get("geometry") is not None:
        table.insert(int(note["place"]), note["geometry"], _shapes(found, note))
        crs = pyproj.CRS.from_json_dict(note["crs"]) if note.get("crs") else None
        table = geopandas.GeoDataFrame(table, geometry=note["geometry"])
        table = table.set_crs(crs, allow_override=True) if crs is not None else table
        if crs is None and table.crs is not None:
            table.geometry.array.crs = None
    table.attrs.update(note.get("attrs") or {})
    return table


def _shapes(found: geopandas.GeoDataFrame, note: Mapping[str, Any]) -> Any:
    if "shapes" not in note:
        return found.geometry.array
    return geopandas.array.from_wkb(
        [None if text is None else bytes.fromhex(text) for text in note["shapes"]]
    )


def _typed(series: pd.Series[Any], row: Mapping[str, Any]) -> Any:
    """The values as they were before they were written."""
    dtype, kind = str(row["dtype"]), row["kind"]
    if dtype == "object" or kind:
        read = _AS_TEXT[kind][2] if kind else str
        values = np.empty(len(series), dtype=object)
        values[:] = [None if gone else read(one) for one, gone in zip(series, series.isna(), strict=True)]
        if dtype == "object":
            return values
        series = pd.Series(values) if dtype.startswith("datetime64") else pd.Series(values, dtype=object)
    series = series.reset_index(drop=True)
    if dtype.startswith("datetime64"):
        return _moments(series, dtype)
    if str(series.dtype) == dtype:
        return series.array
    try:
        return series.astype(pd.api.types.pandas_dtype(dtype)).array
    except (TypeError, ValueError):  # a type that this version of pandas does not know
        return series.array


def _moments(series: pd.Series[Any], dtype: str) -> Any:
    unit = dtype.removeprefix("datetime64[")[:2].rstrip("],")
    is_utc = dtype.endswith(", UTC]")
    if series.dtype == object and (is_utc or "," not in dtype):  # none at all, or some too far off for pandas
        plain = [_in_utc(one) if is_utc else one for one in series.where(~series.isna(), None)]
        series = pd.Series(np.array(plain, dtype=f"datetime64[{unit}]"))
    if not pd.api.types.is_datetime64_any_dtype(series.dtype):
        return series.array
    if "," in dtype and series.dt.tz is None:
        series = series.dt.tz_localize("UTC")
    return series.dt.as_unit(unit).array


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment is not None else None
