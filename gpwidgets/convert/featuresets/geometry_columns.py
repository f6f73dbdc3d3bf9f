"""Tables that hold geometry in plain columns: longitude and latitude, x and y, WKT, shapely objects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyproj
import shapely

from gpwidgets.convert.coordinates.crs import to_crs
from gpwidgets.convert.coordinates.wkt_and_degrees import (
    FARTHEST,
    check_degrees,
    is_wkt,
    shapes_of_wkb,
    shapes_of_wkt,
)
from gpwidgets.convert.geometry.geometries import kind_of
from gpwidgets.convert.tables.typed_tables import table_of_columns
from gpwidgets.errors import ConversionError
from gpwidgets.texts import tr

__all__ = [
    "ESRI_KEYS",
    "GEOGRAPHIC",
    "columns_of",
    "coordinate_columns",
    "frame_of_shapes",
    "frame_of_table",
    "is_columns",
    "system_of",
]

GEOGRAPHIC = "EPSG:4326"
#: Keys of the objects of the wire that hold features, in themselves or further down.
ESRI_KEYS = frozenset(
    {"features", "layers", "featureSet", "layerDefinition", "featureCollection", "value", "results", "fields"}
)
#: Column names, in lower case, of x and y; the first pair that a table has counts.
_PAIRS = (
    ("longitude", "latitude"),
    ("lon", "lat"),
    ("long", "lat"),
    ("lng", "lat"),
    ("x", "y"),
)
#: A number as it is written in many countries.
_DECIMAL_COMMA = re.compile(r"^\s*([-+]?\d{1,10}),(\d{1,20})\s*$")
_WKB_NAMES = ("wkb", "ewkb", "geometry", "geom", "the_geom", "shape")
_WKT_NAMES = ("wkt", "geometry", "geom", "the_geom", "shape")


def frame_of_shapes(
    shapes: Iterable[Any], columns: pd.DataFrame | None = None, *, crs: Any = None, index: Any = None
) -> geopandas.GeoDataFrame:
    """A frame of geometries and, before them, columns; an attribute may be called geometry."""
    values = np.fromiter(shapes, dtype=object)
    plain = pd.DataFrame(index=pd.RangeIndex(len(values)) if index is None else index)
    plain = plain if columns is None else columns.copy()
    names = ["geometry", "shape", *(f"geometry_{number}" for number in range(1, len(plain.columns) + 1))]
    name = next(name for name in names if name not in plain.columns)
    plain[name] = geopandas.array.GeometryArray(values, crs=crs)
    return geopandas.GeoDataFrame(plain, geometry=name)


def system_of(shapes: Any, crs: pyproj.CRS | None) -> Any:
    """The system of geometries that come without one: their SRID, else `crs`, else EPSG:4326.

    Raises
    ------
    CRSMissing
        Nothing names a system, and the coordinates cannot be longitudes and latitudes.
    ConversionError
        They have several SRIDs, or one that names no system.
    """
    values = np.fromiter(shapes, dtype=object)
    codes = sorted(set(shapely.get_srid(values).tolist()) - {-1, 0})
    if len(codes) > 1:
        raise ConversionError(
            tr("The geometries name several coordinate systems (SRID {codes}); give one.", codes=codes)
        )
    if codes:
        named = to_crs({"wkid": codes[0]})
        if named is None:
            raise ConversionError(
                tr("There is no coordinate system with the number {code} (SRID).", code=codes[0])
            )
        return named
    if crs is None:
        check_degrees(values, longest=FARTHEST)
    return crs or GEOGRAPHIC


def is_columns(value: Mapping[str, Any]) -> bool:
    """Whether a mapping holds columns: lists of values, not the lists of objects and numbers of the wire."""
    if not value or kind_of(value) in ("rings", "paths", "points", "curveRings", "curvePaths"):
        return False
    for key, column in value.items():
        if not isinstance(column, list | tuple | np.ndarray | pd.Series):
            return False
        if key in ESRI_KEYS and (not len(column) or any(isinstance(entry, Mapping) for entry in column)):
            return False
    return True


def columns_of(value: Mapping[str, Any]) -> pd.DataFrame:
    """The table of a mapping of columns.

    Raises
    ------
    ConversionError
        The columns are of different lengths.
    """
    try:
        return table_of_columns(value)
    except ValueError as error:
        raise ConversionError(tr("The columns do not make a table: {error}.", error=error)) from None


def coordinate_columns(names: Iterable[Any]) -> tuple[Any, Any] | None:
    """The columns that hold x or longitude, and y or latitude, whatever their case; None without any."""
    folded = {str(name).strip().casefold(): name for name in reversed(list(names))}
    return next(((folded[x], folded[y]) for x, y in _PAIRS if x in folded and y in folded), None)


def frame_of_table(table: pd.DataFrame, crs: pyproj.CRS | None) -> geopandas.GeoDataFrame:
    """A frame from a table with geometry in plain columns, which stay, except for WKT and shapely objects.

    Parameters
    ----------
    table
        With a column of shapely geometries, of WKT or WKB, or columns such as lon and lat, x and y.
    crs
        System of the coordinates; None for longitude and latitude, EPSG:4326.

    Raises
    ------
    ConversionError
        There are no such columns, or what they hold is no geometry.
    """
    for name in table.columns:
        known = [value for value in table[name] if not _missing(value)] if _may_hold(table[name]) else []
        if known and all(isinstance(value, shapely.Geometry) for value in known):
            return _from_objects(table, name, crs)
        if known and str(name).casefold() in _WKB_NAMES and isinstance(known[0], bytes | bytearray):
            return _from_wkb(table, name, crs)
        if known and str(name).casefold() in _WKT_NAMES and is_wkt(str(known[0])):
            return _from_wkt(table, name, crs)
    pair = coordinate_columns(table.columns)
    if pair is None:
        given = ", ".join(map(repr, map(str, table.columns))) or "none"
        raise ConversionError(
            tr(
                "The table has no geometry: name its columns lon and lat, or x and y, or WKT. "
                "It has {given}.",
                given=given,
            )
        )
    return _from_numbers(table, pair, crs)


def _from_numbers(
    table: pd.DataFrame, pair: tuple[Any, Any], crs: pyproj.CRS | None
) -> geopandas.GeoDataFrame:
    try:
        columns = [pd.to_numeric(_with_points(table[name])) for name in pair]
        x, y = (column.to_numpy(dtype=np.float64, na_value=np.nan) for column in columns)
    except (ValueError, TypeError) as error:
        raise ConversionError(
            tr(
                "The columns {first!r} and {second!r} must hold numbers: {error}.",
                first=pair[0],
                second=pair[1],
                error=error,
            )
        ) from None
    shapes = np.asarray(shapely.points(x, y), dtype=object).reshape(-1)
    shapes[~(np.isfinite(x) & np.isfinite(y))] = None
    if crs is None:
        check_degrees(shapes, longest=FARTHEST)
    return frame_of_shapes(shapes, table, crs=crs or GEOGRAPHIC)


def _with_points(column: pd.Series) -> pd.Series:
    """A column of numbers; texts with a comma before their decimals have a point there instead."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    return column.map(lambda cell: _DECIMAL_COMMA.sub(r"\1.\2", cell) if isinstance(cell, str) else cell)


def _from_objects(table: pd.DataFrame, name: Any, crs: pyproj.CRS | None) -> geopandas.GeoDataFrame:
    shapes = [None if _missing(value) else value for value in table[name]]
    plain = table.drop(columns=[name])
    return frame_of_shapes(shapes, plain, crs=system_of(shapes, crs))


def _from_wkb(table: pd.DataFrame, name: Any, crs: pyproj.CRS | None) -> geopandas.GeoDataFrame:
    there = [not _missing(value) for value in table[name]]
    found = iter(shapes_of_wkb(value for value, known in zip(table[name], there, strict=True) if known))
    shapes = [next(found) if known else None for known in there]
    return frame_of_shapes(shapes, table.drop(columns=[name]), crs=system_of(shapes, crs))


def _from_wkt(table: pd.DataFrame, name: Any, crs: pyproj.CRS | None) -> geopandas.GeoDataFrame:
    shapes: list[Any] = []
    named = None
    for value in table[name]:
        if _missing(value) or not str(value).strip():
            shapes.append(None)
            continue
        found, told = shapes_of_wkt(" ".join(str(value).splitlines()))
        shapes.append(found[0])
        named = named or told
    crs = named or crs
    if crs is None:
        check_degrees(shapes, longest=FARTHEST)
    return frame_of_shapes(shapes, table.drop(columns=[name]), crs=crs or GEOGRAPHIC)


def _may_hold(column: Any) -> bool:
    return isinstance(column, pd.Series) and (
        pd.api.types.is_object_dtype(column.dtype) or pd.api.types.is_string_dtype(column.dtype)
    )


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))
