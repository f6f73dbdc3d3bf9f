"""The layers of a file of geographic data, zipped or not."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas
import pandas as pd
import pyogrio

from gpwidgets.convert.files import read_frame_file
from gpwidgets.convert.readers import to_frame
from gpwidgets.errors import ConversionError
from gpwidgets.texts import tr

__all__ = ["holds_layers", "layer_names", "read_layer", "read_layers"]

_INSIDE_ZIP = {".shp", ".gpkg", ".geojson", ".json", ".kml", ".gml", ".fgb"}
_PLAIN = {".gpkg", ".geojson", ".shp", ".kml", ".gml", ".fgb", ".parquet", ".geoparquet"}
_LAYERED = {".gpkg", ".kml", ".kmz", ".gml"}
_MAX_LAYERS = 8


def holds_layers(path: Path) -> bool:
    """Whether a file looks like one that layers can be read from, by its name or, for a zip, its list."""
    if path.suffix.lower() in _PLAIN:
        return True
    return path.suffix.lower() == ".zip" and bool(_members(path))


def read_layers(path: Path) -> dict[str, Any]:
    """Return the first layers of a file by name, as frames; tables without geometry as DataFrames.

    Raises
    ------
    ConversionError
        The file cannot be read, or holds no layer.
    """
    if path.suffix.lower() in (".parquet", ".geoparquet"):
        return {path.stem: read_frame_file(path)}
    places = [f"zip://{path}!{name}" for name in _members(path)] if path.suffix.lower() == ".zip" else [path]
    found: dict[str, Any] = {}
    for place in places:
        try:
            for name in pyogrio.list_layers(place)[:, 0].tolist():
                if len(found) < _MAX_LAYERS:
                    found[name if name not in found else f"{name} ({len(found) + 1})"] = geopandas.read_file(
                        place, layer=name
                    )
        except Exception as error:  # GDAL's own kinds
            raise ConversionError(
                tr("{name} cannot be read: {error}", name=path.name, error=error)
            ) from error
    if not found:
        raise ConversionError(tr("{name} holds no layer", name=path.name))
    return found


def layer_names(path: Path) -> list[str]:
    """Names of the layers of a file; ``<file>/<layer>`` for those of a zip, none for a format without layers.

    Raises
    ------
    ConversionError
        The file is not there, cannot be read, or is a zip without geographic data.
    """
    if not path.is_file():
        raise ConversionError(tr("There is no file {path!r}.", path=str(path)))
    if path.suffix.lower() == ".zip":
        members = _members(path)
        if not members:
            raise ConversionError(
                tr("{name} holds no shapefile, GeoPackage, GeoJSON or KML.", name=path.name)
            )
        return [f"{member}/{name}" for member in members for name in _listed(f"zip://{path}!{member}", path)]
    return _listed(path, path) if path.suffix.lower() in _LAYERED else []


def read_layer(path: Path, name: str = "") -> pd.DataFrame:
    """Read one layer of a file.

    Parameters
    ----------
    path
        The file.
    name
        One of `layer_names`; empty for a format without layers.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        A plain table where the format has no geometry but columns of numbers or text.

    Raises
    ------
    ConversionError
        It cannot be read.
    """
    if not name:
        found: pd.DataFrame = to_frame(path) if path.suffix.lower() == ".json" else read_frame_file(path)
        return found
    member, _, layer = name.rpartition("/")
    place = f"zip://{path}!{member}" if member else path
    try:
        found = geopandas.read_file(place, layer=layer)
    except Exception as error:  # GDAL's own kinds
        raise ConversionError(tr("{name} cannot be read: {error}", name=path.name, error=error)) from error
    return found


def _listed(place: Any, path: Path) -> list[str]:
    try:
        return [str(name) for name in pyogrio.list_layers(place)[:, 0]]
    except Exception as error:  # GDAL's own kinds
        raise ConversionError(tr("{name} cannot be read: {error}", name=path.name, error=error)) from error


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return []
    return [name for name in names if PurePosixPath(name).suffix.lower() in _INSIDE_ZIP]
