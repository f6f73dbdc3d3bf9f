"""Files of geographic data and of tables to frames."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import geopandas
import orjson
import pandas as pd

from gpwidgets.convert.files._native_parquet import read_native_parquet
from gpwidgets.convert.files._separated import read_separated
from gpwidgets.convert.files.layer_choice import refuse_several
from gpwidgets.convert.files.layered_files import only_layer, read_vector
from gpwidgets.convert.files.private_copies import ARCHIVES, members_of, opened
from gpwidgets.errors import ConversionError
from gpwidgets.texts import tr

__all__ = ["read_frame_file", "read_json_file", "read_table_file", "sheet_names"]

_T = TypeVar("_T")
_SEPARATED = (".csv", ".tsv")
#: What reads spreadsheets, by the name: pandas would go by the content.
_SHEETS: dict[str, Any] = {".xlsx": "openpyxl", ".xlsm": "openpyxl", ".xls": "xlrd", ".ods": "odf"}
_PARQUET = (".parquet", ".geoparquet", ".pq")


def read_frame_file(path: Path, layer: str = "") -> Any:
    """What a file of geographic data holds.

    Parameters
    ----------
    path
        The file.
    layer
        Name of the layer or sheet to read, where a file has several.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        A plain table when there is no geometry in it, or only in columns of numbers or text.

    Raises
    ------
    ConversionError
        There is no such file, or its format cannot be read; `LayerChoice` when several of its layers have
        features and none is named.
    """
    if path.suffix.lower() in _PARQUET:
        return _tried(path, lambda: _parquet(path))
    if path.suffix.lower() in _SEPARATED or path.suffix.lower() in _SHEETS:
        return read_table_file(path, layer)
    return _tried(path, lambda: _by_gdal(path, layer))


def sheet_names(path: Path) -> list[str]:
    """The sheets of a spreadsheet that hold something; none for a file of another kind.

    Raises
    ------
    ConversionError
        There is no such file, or it cannot be read.
    """
    engine = _SHEETS.get(path.suffix.lower())
    if engine is None:
        return []
    sheets: Any = _tried(path, lambda: pd.read_excel(path, engine=engine, sheet_name=None, nrows=1))
    return [str(name) for name, frame in sheets.items() if len(frame.columns)]


def read_table_file(path: Path, sheet: str = "") -> pd.DataFrame:
    """The rows of a file, without geometry where the format has one.

    Parameters
    ----------
    path
        The file.
    sheet
        Of a spreadsheet; its first one when left out.

    Raises
    ------
    ConversionError
        There is no such file, or its format cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix in _SEPARATED:
        return _tried(path, lambda: read_separated(path))
    if suffix in _SHEETS:
        return _tried(path, lambda: pd.read_excel(path, sheet_name=sheet or 0, engine=_SHEETS[suffix]))
    found: pd.DataFrame
    if suffix in _PARQUET:
        found = _tried(path, lambda: _parquet(path))
    else:
        found = _tried(path, lambda: _by_gdal(path, "", ignore_geometry=True))
    return found


def read_json_file(path: Path) -> Any:
    """The parsed JSON of a file.

    Raises
    ------
    ConversionError
        There is no such file, or no JSON in it.
    """
    return _tried(path, lambda: orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf")))


def _parquet(path: Path) -> Any:
    try:
        return geopandas.read_parquet(path)
    except ValueError:  # it is no GeoParquet
        return read_native_parquet(path)


def _by_gdal(path: Path, layer: str, **options: Any) -> Any:
    """What GDAL reads in the one layer of a file that a user picked, or in the one that is named."""
    members = members_of(path) if path.suffix.lower() in ARCHIVES else [""]
    if len(members) > 1:
        named = [one for one in members if layer and layer.startswith(one)]
        if not named:
            refuse_several(members)
        members, layer = named, layer.removeprefix(named[0]).strip("/")
    with opened(path, members[0] if members else "", own=True) as place:
        return read_vector(place, layer or only_layer(place), **options)


def _tried(path: Path, read: Callable[[], _T]) -> _T:
    """Read a file; the libraries behind the formats raise whatever they like."""
    if not os.path.exists(path):  # also of a text that no path can be, unlike Path.exists
        raise ConversionError(tr("There is no file {path!r}.", path=str(path)[:200]))
    try:
        return read()
    except ConversionError:
        raise
    except ImportError as error:
        raise ConversionError(
            tr("{name!r} needs a further package to be read: {error}", name=path.name, error=error)
        ) from error
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise ConversionError(
            tr(
                "{name!r} cannot be read ({reason}). GeoJSON, GeoPackage, Shapefile (zipped too), "
                "GeoParquet and CSV are among the formats that can.",
                name=path.name,
                reason=reason[0],
            )
        ) from error
