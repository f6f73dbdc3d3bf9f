"""The layers of a file of geographic data, zipped or not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd

from gpwidgets.convert.files.file_kinds import kind_of_file
from gpwidgets.convert.files.file_reading import read_frame_file, read_json_file, sheet_names
from gpwidgets.convert.files.layer_choice import collection_layers
from gpwidgets.convert.files.layered_files import layers_of, read_vector
from gpwidgets.convert.files.private_copies import ARCHIVES, members_of, opened
from gpwidgets.convert.user_input.readers import to_frame
from gpwidgets.errors import ConversionError
from gpwidgets.texts import tr

__all__ = ["holds_layers", "layer_names", "read_layer", "read_layers"]

_PARQUET = {".parquet", ".geoparquet"}
_MAX_LAYERS = 8


def holds_layers(path: Path) -> bool:
    """Whether a file looks like one that layers can be read from, by its name or, for a zip, its list."""
    if path.suffix.lower() in ARCHIVES:
        return bool(members_of(path))
    return kind_of_file(path) is not None or path.suffix.lower() in _PARQUET


def read_layers(path: Path) -> dict[str, Any]:
    """Read the first layers of a file that a server sent.

    Returns
    -------
    dict
        At most eight frames by the names of their layers; tables without geometry as DataFrames.

    Raises
    ------
    ConversionError
        The file cannot be read, is not of the kind that its name says, or holds no layer.
    """
    if path.suffix.lower() in _PARQUET:
        return {path.stem: read_frame_file(path)}
    found: dict[str, Any] = {}
    for member in members_of(path) if path.suffix.lower() in ARCHIVES else [""]:
        for name, frame in _frames(path, member, _MAX_LAYERS - len(found)):
            found[name if name not in found else f"{name} ({len(found) + 1})"] = frame
    if not found:
        raise ConversionError(tr("{name} holds no layer", name=path.name))
    return found


def _frames(path: Path, member: str, most: int) -> list[tuple[str, Any]]:
    try:
        with opened(path, member, own=False, json=True) as place:
            if place.suffix.lower() == ".json":
                return [(place.stem, to_frame(read_json_file(place)))][:most]
            names = [name for name, _ in layers_of(place)[:most]]
            return [(name, read_vector(place, name)) for name in names]
    except ConversionError:
        raise
    except Exception as error:  # GDAL's own kinds
        raise ConversionError(tr("{name} cannot be read: {error}", name=path.name, error=error)) from error


def layer_names(path: Path) -> list[str]:
    """Names of the layers of a file that a user picked.

    Returns
    -------
    list of str
        ``<file>/<layer>`` for those of a zip of several files, the sheets of a spreadsheet that has several;
        none for a format without layers.

    Raises
    ------
    ConversionError
        The file is not there, cannot be read, or is a zip without geographic data.
    """
    if not os.path.exists(path):  # also of a text that no path can be, unlike Path.exists
        raise ConversionError(tr("There is no file {path!r}.", path=str(path)))
    if path.suffix.lower() in ARCHIVES:
        members = members_of(path)
        if not members:
            raise ConversionError(
                tr("{name} holds no shapefile, GeoPackage, GeoJSON or KML.", name=path.name)
            )
        if _only_layered(members):
            return _listed(path, members[0])
        return [f"{member}/{name}" for member in members for name in _listed(path, member)]
    if path.suffix.lower() == ".json":
        return _collection_layers(path)
    sheets = sheet_names(path)
    if sheets:
        return sheets if len(sheets) > 1 else []
    kind = kind_of_file(path)
    return _listed(path, "") if kind is not None and kind.layered else []


def read_layer(path: Path, name: str = "") -> pd.DataFrame:
    """Read one layer of a file that a user picked.

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
    if path.suffix.lower() == ".json":
        found: pd.DataFrame = to_frame(path, layer=name or None)
        return found
    if not name or sheet_names(path):
        found = read_frame_file(path, name)
        return found
    member, layer = _place_of(path, name)
    try:
        with opened(path, member, own=True, json=True) as place:
            if place.suffix.lower() == ".json":
                found = to_frame(read_json_file(place))
                return found
            found = read_vector(place, layer)
    except ConversionError:
        raise
    except Exception as error:  # GDAL's own kinds
        raise ConversionError(tr("{name} cannot be read: {error}", name=path.name, error=error)) from error
    return found


def _collection_layers(path: Path) -> list[str]:
    """Layers of a feature collection; none for other JSON, of which something else will say what is wrong."""
    told = read_json_file(path)
    try:
        return collection_layers(told)
    except ConversionError:
        return []


def _place_of(path: Path, name: str) -> tuple[str, str]:
    """The member of an archive, and the layer in it, that one of `layer_names` stands for."""
    if path.suffix.lower() not in ARCHIVES:
        return "", name
    members = members_of(path)
    if _only_layered(members):
        return members[0], name
    found = next((member for member in members if name.startswith(f"{member}/")), "")
    return found, name.removeprefix(f"{found}/")


def _only_layered(members: list[str]) -> bool:
    """Whether an archive is one packed file with layers of its own, as .kmz and .gdb.zip are."""
    kind = kind_of_file(Path(members[0])) if len(members) == 1 else None
    return kind is not None and kind.layered


def _listed(path: Path, member: str) -> list[str]:
    try:
        with opened(path, member, own=True, json=True) as place:
            if place.suffix.lower() == ".json":
                return [place.stem]
            return [name for name, _ in layers_of(place)]
    except ConversionError:
        raise
    except Exception as error:  # GDAL's own kinds
        raise ConversionError(tr("{name} cannot be read: {error}", name=path.name, error=error)) from error
