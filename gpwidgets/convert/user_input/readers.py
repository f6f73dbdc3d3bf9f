"""Frames and tables from whatever a user has at hand: objects, JSON, text and files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyproj
import shapely

from gpwidgets.convert.coordinates.crs import read_crs
from gpwidgets.convert.featuresets.geometry_columns import (
    ESRI_KEYS,
    columns_of,
    frame_of_shapes,
    frame_of_table,
    is_columns,
    system_of,
)
from gpwidgets.convert.featuresets.reading import features_to_frame
from gpwidgets.convert.files.file_reading import read_frame_file, read_json_file
from gpwidgets.convert.files.layer_choice import frame_of_collection
from gpwidgets.convert.geometry.geometries import kind_of
from gpwidgets.convert.tables.typed_tables import table_of_rows
from gpwidgets.convert.user_input._arcgis_objects import features_of_table, wire_of_object
from gpwidgets.convert.user_input._geojson_reading import geojson_to_frame, is_geojson, shape_of
from gpwidgets.convert.user_input._table_reading import to_table
from gpwidgets.convert.user_input._text_reading import frame_of_text, json_of_text
from gpwidgets.convert.user_input.checks import placed_frame
from gpwidgets.errors import ConversionError, CRSMissing
from gpwidgets.protocol.features import RecordSet
from gpwidgets.texts import later, tr

__all__ = ["to_frame", "to_table"]

_POINT_KEYS = frozenset({"x", "y", "z", "m", "id", "hasZ", "hasM", "type", "spatialReference"})
#: What stands between path and layer, as QGIS writes it.
_LAYER_MARK = "|layername="

_FRAME_FORMS = later(
    "Give a GeoDataFrame or GeoSeries, shapely geometries, (longitude, latitude) pairs, GeoJSON, Esri JSON, "
    "WKT, a table with lon and lat columns, or the path of a file of geographic data."
)


def to_frame(
    value: Any, *, crs: Any = None, layer: str | None = None, kinds: Sequence[str] = ()
) -> geopandas.GeoDataFrame:
    """Turn anything that holds geometry into a frame.

    Parameters
    ----------
    value
        GeoDataFrame, GeoSeries, DataFrame with lon and lat, x and y or WKT columns, or spatially enabled by
        the ArcGIS API for Python, of which a FeatureSet or Feature is taken as well; a shapely geometry or a
        sequence of them; a (longitude, latitude) pair or a sequence of pairs; an object with
        ``__geo_interface__``; GeoJSON or Esri JSON, parsed or as text; a feature set as the wire holds it;
        text with WKT, EWKT, one point a line, or CSV; the path of an existing file.
    crs
        Coordinate system, as pyproj reads it, of data that names none. Without it shapely geometries, WKT and
        coordinates count as EPSG:4326, longitude first, if they can be degrees; a GeoDataFrame, GeoSeries,
        file or Esri JSON that names none stays without. GeoJSON without a ``crs`` member is EPSG:4326, too,
        unless its coordinates cannot be degrees.
    layer
        Name of the layer to read, of a file or a feature collection that has several; ``|layername=…`` behind
        the path of a file says the same.
    kinds
        ``esriGeometry…`` words of what is wanted: of a feature collection, only layers of these are read.

    Returns
    -------
    geopandas.GeoDataFrame
        The same object where it is a GeoDataFrame already. Coordinates (x, y[, z]) are never moved.

    Raises
    ------
    ConversionError
        There is no geometry in it, or it is damaged; the text says what is accepted. `CRSMissing` when
        coordinates cannot be degrees and nothing names their system; `LayerChoice` when there are several
        layers and nothing says which one.

    Warns
    -----
    LayersLeftOut
        Layers of a feature collection are not in the frame, as they are of another kind than wanted.
    """
    known = _Wanted(None if crs is None else read_crs(crs), layer, tuple(kinds))
    if isinstance(value, geopandas.GeoDataFrame | geopandas.GeoSeries):
        return _with_crs(_own(value), known.crs)
    if isinstance(value, pd.Series):
        value = value.tolist()
    if isinstance(value, pd.DataFrame):
        return _of_table(value, known.crs)
    if isinstance(value, shapely.Geometry):
        return _of_list([value], known)
    if isinstance(value, RecordSet):
        return _of_collection(value.json, known)
    if isinstance(value, Mapping):
        return _of_mapping(value, known)
    if (wire := wire_of_object(value)) is not None:
        return _of_mapping(wire, known)
    if hasattr(value, "__geo_interface__"):
        return _of_interface(value, known.crs)
    if isinstance(value, bytes | bytearray):
        value = bytes(value).decode("utf-8-sig", "replace")
    if isinstance(value, str):
        return _of_text(value, known)
    if isinstance(value, os.PathLike):
        return _of_file(Path(value), known)
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, Sequence):
        return _of_list(value, known)
    raise ConversionError(
        tr(
            "An object of type {kind} holds no geometry. {forms}",
            kind=type(value).__name__,
            forms=tr(_FRAME_FORMS),
        )
    )


@dataclass(frozen=True)
class _Wanted:
    """What is known beside the value: its system, its layer, and what kinds will do."""

    crs: pyproj.CRS | None
    layer: str | None
    kinds: tuple[str, ...]


def _own(value: Any) -> geopandas.GeoDataFrame:
    if isinstance(value, geopandas.GeoSeries):
        return frame_of_shapes(value.array, crs=value.crs, index=value.index)
    if value.active_geometry_name is None:
        raise ConversionError(tr("The frame has no geometry column; choose one with set_geometry()."))
    return value


def _of_table(table: pd.DataFrame, crs: pyproj.CRS | None) -> geopandas.GeoDataFrame:
    told = features_of_table(table)
    if told is None:
        return frame_of_table(table, crs)
    shapes = features_to_frame(told)
    plain = pd.DataFrame(table.drop(columns=[told["column"]]))
    return _with_crs(frame_of_shapes(shapes.geometry.array, plain, crs=shapes.crs), crs)


def _of_interface(value: Any, crs: pyproj.CRS | None) -> geopandas.GeoDataFrame:
    told = value.__geo_interface__
    if not is_geojson(told):
        raise ConversionError(
            tr("The __geo_interface__ of a {name} holds no GeoJSON.", name=type(value).__name__)
        )
    return geojson_to_frame(told, crs)


def _of_geojson(value: Mapping[str, Any], crs: pyproj.CRS | None) -> geopandas.GeoDataFrame:
    """GeoJSON is degrees, whatever the caller says of it, unless it cannot be."""
    try:
        return geojson_to_frame(value)
    except CRSMissing:
        if crs is None:
            raise
        return geojson_to_frame(value, crs)


def _of_collection(value: Mapping[str, Any], wanted: _Wanted) -> geopandas.GeoDataFrame:
    return _with_crs(frame_of_collection(value, wanted.kinds, wanted.layer), wanted.crs)


def _of_mapping(value: Mapping[str, Any], wanted: _Wanted) -> geopandas.GeoDataFrame:
    if is_geojson(value):
        return _of_geojson(value, wanted.crs)
    if is_columns(value):
        return frame_of_table(columns_of(value), wanted.crs)
    if kind_of(value) and not _is_geometry_only(value):
        return frame_of_table(table_of_rows([value]), wanted.crs)
    if kind_of(value):
        told: dict[str, Any] = {"features": [{"geometry": value}]}
    elif isinstance(value.get("geometry"), Mapping) or isinstance(value.get("attributes"), Mapping):
        told = {"features": [value]}
    elif ESRI_KEYS & set(value):
        return _of_collection(value, wanted)
    else:
        names = ", ".join(map(repr, list(value)[:8])) or "nothing"
        raise ConversionError(
            tr(
                "An object with {names} in it holds no geometry. {forms}",
                names=names,
                forms=tr(_FRAME_FORMS),
            )
        )
    return _with_crs(features_to_frame(told), wanted.crs)


def _of_list(value: Sequence[Any], wanted: _Wanted) -> geopandas.GeoDataFrame:
    if _is_point(value):
        value = [value]
    rows: list[Any] = [
        row if isinstance(row, shapely.Geometry) else wire_of_object(row) or row for row in value
    ]
    if rows and all(isinstance(row, Mapping) for row in rows):
        return _of_mappings(rows, wanted.crs)
    if rows and all(isinstance(row, str) for row in rows):
        return _of_text("\n".join(rows), wanted)
    shapes = [_shape(row) for row in rows]
    return frame_of_shapes(shapes, crs=system_of(shapes, wanted.crs))


def _of_mappings(rows: list[Mapping[str, Any]], crs: pyproj.CRS | None) -> geopandas.GeoDataFrame:
    if all(map(is_geojson, rows)):
        return _of_geojson({"type": "FeatureCollection", "features": rows}, crs)
    if all("geometry" in row and kind_of(row["geometry"]) for row in rows):
        return _with_crs(features_to_frame({"features": rows}), crs)
    if all(map(_is_geometry_only, rows)):
        return _with_crs(features_to_frame({"features": [{"geometry": row} for row in rows]}), crs)
    return frame_of_table(table_of_rows(rows), crs)


def _is_geometry_only(row: Mapping[str, Any]) -> bool:
    """Whether a mapping is an Esri geometry, not a row of a table that has columns x and y among others."""
    kind = kind_of(row)
    return bool(kind) and (kind != "x" or row.keys() <= _POINT_KEYS)


def _of_text(text: str, wanted: _Wanted) -> geopandas.GeoDataFrame:
    text = text.strip("\ufeff \t\r\n")
    # A bracket may also begin coordinates, as in "[-84.2, 36.3]".
    if text.startswith("{") or (text.startswith("[") and text[1:].lstrip().startswith(("{", "[", "]"))):
        parsed = json_of_text(text)
        return _of_mapping(parsed, wanted) if isinstance(parsed, Mapping) else _of_list(parsed, wanted)
    if text and "\n" not in text:
        name, _, layer = text.partition(_LAYER_MARK)
        if os.path.exists(name):
            return _of_file(Path(name), replace(wanted, layer=layer or wanted.layer))
    return frame_of_text(text, wanted.crs)


def _of_file(path: Path, wanted: _Wanted) -> geopandas.GeoDataFrame:
    name, _, layer = str(path).partition(_LAYER_MARK)
    path, layer = Path(name), layer or wanted.layer or ""
    if path.suffix.lower() == ".json":
        return to_frame(read_json_file(path), crs=wanted.crs, layer=layer or None, kinds=wanted.kinds)
    found = read_frame_file(path, layer)
    if isinstance(found, geopandas.GeoDataFrame):
        return _with_crs(_own(found), wanted.crs)
    return frame_of_table(found, wanted.crs)


def _is_point(value: Sequence[Any]) -> bool:
    numbers = [isinstance(part, int | float) and not isinstance(part, bool) for part in value]
    return len(value) in (2, 3) and all(numbers)


def _shape(value: Any) -> shapely.Geometry | None:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, shapely.Geometry):
        return value
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, Sequence) and not isinstance(value, str) and _is_point(value):
        return shapely.Point(value)
    if hasattr(value, "__geo_interface__"):
        told = value.__geo_interface__
        return shape_of(told.get("geometry", told) if isinstance(told, Mapping) else told)
    if is_geojson(value):
        return shape_of(value)
    raise ConversionError(
        tr("{value!r} is no geometry. {forms}", value=str(value)[:60], forms=tr(_FRAME_FORMS))
    )


def _with_crs(frame: geopandas.GeoDataFrame, crs: pyproj.CRS | None) -> geopandas.GeoDataFrame:
    if crs is None:
        return frame
    if frame.crs is None:
        return frame.set_crs(crs)
    if frame.crs.is_geographic and len(frame):
        try:  # GDAL says EPSG:4326 of GeoJSON, whatever is in it
            placed_frame(frame)
        except CRSMissing:
            return frame.set_crs(crs, allow_override=True)
    return frame
