"""The layers of a file of geographic data, zipped or not."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas
import pyogrio

from gpwidgets.convert.files import read_frame_file
from gpwidgets.errors import ConversionError

__all__ = ["holds_layers", "read_layers"]

_INSIDE_ZIP = {".shp", ".gpkg", ".geojson", ".json", ".kml", ".gml", ".fgb"}
_PLAIN = {".gpkg", ".geojson", ".shp", ".kml", ".gml", ".fgb", ".parquet", ".geoparquet"}
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
            raise ConversionError(f"{path.name} cannot be read: {error}") from error
    if not found:
        raise ConversionError(f"{path.name} holds no layer")
    return found


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return []
    return [name for name in names if PurePosixPath(name).suffix.lower() in _INSIDE_ZIP]
