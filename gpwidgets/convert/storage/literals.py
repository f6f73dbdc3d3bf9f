"""Frames and tables in the shortest form that a program can hold and that reads back as the same rows."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import orjson
import pandas as pd
import pyogrio

from gpwidgets.convert.featuresets.reading import features_to_frame, records_to_frame
from gpwidgets.convert.featuresets.writing import frame_to_features, frame_to_records
from gpwidgets.convert.user_input.readers import to_frame, to_table
from gpwidgets.errors import ConversionError
from gpwidgets.file_names import claim_name, name_from_title, numbered_names, private_folder
from gpwidgets.protocol.features import RecordSet
from gpwidgets.secrets import mask

__all__ = ["RowsForm", "form_of_rows", "write_rows"]

#: Files written by this process that are known to read back as the same rows: path, time, size.
_KNOWN_GOOD: set[tuple[str, int, int]] = set()


@dataclass(frozen=True)
class RowsForm:
    """Rows as a program may hold them.

    Attributes
    ----------
    wire : dict
        The feature set or record set that is sent for them.
    is_table : bool
        Whether there is no geometry.
    columns : dict of str to list, or None
        Values by column; None where only `wire` reads back as the same rows.
    wkt : list of str or None
        The geometries; None for a missing one. None for a table.
    crs : str or None
        What pyproj reads, such as ``"EPSG:4326"``.
    """

    wire: dict[str, Any]
    is_table: bool
    columns: dict[str, list[Any]] | None = None
    wkt: list[str | None] | None = None
    crs: str | None = None


def form_of_rows(value: Any, *, is_table: bool) -> RowsForm:
    """Find the shortest form of a frame or table that is sent as the same rows.

    Parameters
    ----------
    value
        A GeoDataFrame, GeoSeries or DataFrame; a feature set or record set; or whatever `to_frame` and
        `to_table` read.
    is_table
        Whether its geometry is left out.

    Raises
    ------
    ConversionError
        It cannot be sent.
    """
    if isinstance(value, RecordSet):
        wire = _plain(dict(value.json))
    else:
        wire = _wire_of(to_table(value) if is_table else to_frame(value), is_table)
    wire = _without_secrets(wire)
    with contextlib.suppress(Exception):  # whatever libraries raise for rows that have no such form
        form = _as_columns(wire, is_table)
        if _wire_of(_rebuilt(form), is_table) == wire:
            return form
    return RowsForm(wire, is_table)


def _as_columns(wire: dict[str, Any], is_table: bool) -> RowsForm:
    frame = records_to_frame(wire) if is_table else features_to_frame(wire)
    columns = {str(name): _values(frame[name]) for name in frame.columns if not _is_shape(frame[name])}
    if is_table:
        return RowsForm(wire, True, columns)
    wkt = [None if shape is None else shape.wkt for shape in frame.geometry]
    return RowsForm(wire, False, columns, wkt, frame.crs.to_string() if frame.crs is not None else None)


def write_rows(form: RowsForm, folder: Path, name: str) -> Path:
    """Write rows into a file that reads back as the same rows; nothing that was there is written over.

    Parameters
    ----------
    form
        The rows.
    folder
        Where; it has to exist.
    name
        What the file is about. A part that stands for its content is added, so that equal rows are one file.

    Returns
    -------
    pathlib.Path
        A GeoPackage, or JSON as the server takes it where a GeoPackage does not hold the rows as they are.

    Raises
    ------
    OSError
        It cannot be written.
    """
    data = orjson.dumps(form.wire)
    word = name_from_title(name, "rows", most=40).lower()
    stem = f"{word}-{hashlib.sha256(data).hexdigest()[:8]}"
    for ending, write in ((".gpkg", _write_geopackage), (".json", _write_json)):
        path = _written(form, folder, stem, ending, write)
        if path is not None:
            return path
    raise OSError(f"{stem} reads back as other rows than were written.")


def _written(
    form: RowsForm, folder: Path, stem: str, ending: str, write: Callable[[RowsForm, Path], None]
) -> Path | None:
    """The file of this kind, written now or before; None when the kind does not hold these rows."""
    for name in numbered_names(f"{stem}{ending}"):
        path = folder / name
        if path.exists():
            if _reads_back(path, form):
                return path
            continue
        with private_folder(folder) as private:
            made = private / name
            try:
                write(form, made)
            except Exception:  # GDAL's own kinds
                return None
            if not _reads_back(made, form):
                return None
            if not claim_name(made, path):  # another kernel was faster
                continue
        _KNOWN_GOOD.add(_signature(path))
        return path
    return None


def _write_geopackage(form: RowsForm, path: Path) -> None:
    frame = records_to_frame(form.wire) if form.is_table else features_to_frame(form.wire)
    pyogrio.write_dataframe(frame, path, driver="GPKG")


def _write_json(form: RowsForm, path: Path) -> None:
    path.write_bytes(orjson.dumps(form.wire))


def _reads_back(path: Path, form: RowsForm) -> bool:
    try:
        if _signature(path) in _KNOWN_GOOD:
            return True
        read = to_table(str(path)) if form.is_table else to_frame(str(path))
        return _wire_of(read, form.is_table) == form.wire
    except Exception:  # it is something else
        return False


def _signature(path: Path) -> tuple[str, int, int]:
    told = os.stat(path)
    return str(path.absolute()), told.st_mtime_ns, told.st_size


def _wire_of(value: Any, is_table: bool) -> dict[str, Any]:
    return _plain(frame_to_records(value) if is_table else frame_to_features(value))


def _plain(told: Any) -> dict[str, Any]:
    try:
        wire: dict[str, Any] = orjson.loads(orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY))
    except orjson.JSONEncodeError as error:
        raise ConversionError(f"A value in the table cannot be written as JSON: {error}.") from error
    return wire


def _rebuilt(form: RowsForm) -> Any:
    """What the program makes of the form."""
    if form.wkt is None:
        return pd.DataFrame(form.columns)
    shapes = geopandas.GeoSeries.from_wkt(form.wkt, crs=form.crs)
    if not form.columns:
        return to_frame(shapes)
    return geopandas.GeoDataFrame(form.columns, geometry=shapes)


def _without_secrets(wire: dict[str, Any]) -> dict[str, Any]:
    """The same rows without the tokens and passwords in their texts."""
    rows = wire.get("features")
    for row in rows if isinstance(rows, list) else ():
        told = row.get("attributes") if isinstance(row, dict) else None
        if isinstance(told, dict):
            told.update({key: mask(value) for key, value in told.items() if isinstance(value, str)})
    return wire


def _is_shape(column: Any) -> bool:
    return str(column.dtype) == "geometry"


def _values(column: Any) -> list[Any]:
    """The values of a column as plain Python."""
    return [_value(one) for one in column.tolist()]


def _value(value: Any) -> Any:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(warn=False)
    if isinstance(value, bool | int | float | str | datetime.date | datetime.time):
        return value
    if isinstance(value, list | Mapping):
        return value
    raise ConversionError(f"{type(value).__name__} has no short form.")
