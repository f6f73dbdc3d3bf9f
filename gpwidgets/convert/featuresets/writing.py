"""Frames to feature sets and record sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise, repeat
from typing import Any

import geopandas
import numpy as np
import orjson
import pandas as pd
import pyproj
import shapely

from gpwidgets.convert.coordinates.crs import from_crs, to_crs
from gpwidgets.convert.coordinates.reprojecting import for_wire
from gpwidgets.convert.featuresets._streaming import without_collector
from gpwidgets.convert.geometry.nesting import offsets
from gpwidgets.convert.geometry.vertices import has_m, vertices
from gpwidgets.convert.tables.plain import wire_column
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.enums import SHAPE_TYPES, GeometryType
from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.protocol.values import SpatialReference
from gpwidgets.texts import tr

__all__ = [
    "esri_geometries",
    "frame_to_features",
    "frame_to_records",
    "geometry_type",
    "plain_columns",
    "ragged_parts",
    "wire_columns",
    "wire_header",
    "write_features",
]

#: shapely's type number -> what a feature set of it is called.
_TYPES = {
    number: kind
    for number, shape in enumerate(SHAPE_TYPES)
    if (kind := GeometryType.of_shape(shape)) is not None
}


def write_features(gdf: geopandas.GeoDataFrame, *, decimals: int | None = None) -> bytes:
    """Write a frame as a feature set.

    Parameters
    ----------
    gdf
        Points, lines or polygons; parts of one row are fine, different kinds are not. Columns become fields,
        further geometry columns are left out.
    decimals
        Round coordinates to so many places; None keeps every digit.

    Returns
    -------
    bytes
        JSON. Coordinates are (x, y[, z][, m]) in the frame's CRS, which is named; outer rings run clockwise;
        dates are milliseconds UTC; missing values and empty geometries are null. Where the CRS carries a
        datum shift and has no code, the shift is carried out.

    Raises
    ------
    ConversionError
        The geometries are of several kinds, of one that a feature set cannot hold, or have coordinates that
        are not finite; or a value is none that JSON can hold.
    """
    try:
        with without_collector():
            return orjson.dumps(_feature_set(gdf, decimals), option=orjson.OPT_SERIALIZE_NUMPY)
    except orjson.JSONEncodeError as error:
        raise ConversionError(f"A value in the frame cannot be written as JSON: {error}.") from error


def frame_to_features(gdf: geopandas.GeoDataFrame) -> dict[str, Any]:
    """Turn a frame into a feature set of plain lists and numbers; see `write_features`."""
    told: dict[str, Any] = orjson.loads(write_features(gdf))
    return told


def frame_to_records(df: pd.DataFrame) -> dict[str, Any]:
    """Turn a table into a record set of plain lists and numbers.

    Raises
    ------
    ConversionError
        Two columns have the same name.
    """
    fields, rows = _rows(list(df.items()), frame_info(df), len(df))
    return {"fields": fields, "features": [{"attributes": row} for row in rows]}


def wire_header(gdf: geopandas.GeoDataFrame) -> tuple[dict[str, Any], pd.DataFrame, Any]:
    """What is said of all features of a frame, the frame without what it keeps of itself, and its geometries.

    Raises
    ------
    ConversionError
        As of `write_features`.
    """
    bare = pd.DataFrame(gdf, copy=False)  # whose columns come without copies of all that the frame keeps
    geometry = bare[_geometry_name(gdf)].array
    shapes = _shapes(geometry)
    _check_finite(shapes)
    moved = for_wire(geometry)
    if moved is not geometry:
        geometry, shapes = moved, _shapes(moved)
    kind = geometry_type(shapes) or _described_type(gdf)
    has_z, measured = bool(shapely.has_z(shapes).any()), bool(has_m(shapes).any())
    told: dict[str, Any] = {"geometryType": kind, "hasZ": has_z, "hasM": measured}
    reference = _reference(frame_info(gdf), geometry.crs, has_z=has_z)
    if reference:
        told["spatialReference"] = reference
    return told, bare, shapes


def plain_columns(frame: pd.DataFrame) -> list[tuple[Any, pd.Series]]:
    """The columns of a frame that hold no geometry."""
    return [(name, column) for name, column in frame.items() if not _is_geometry(column.dtype)]


def _feature_set(gdf: geopandas.GeoDataFrame, decimals: int | None) -> dict[str, Any]:
    told, bare, shapes = wire_header(gdf)
    kind, has_z, measured = told["geometryType"], told["hasZ"], told["hasM"]
    fields, rows = _rows(plain_columns(bare), frame_info(gdf), len(gdf))
    reference = {key: told.pop(key) for key in ("spatialReference",) if key in told}
    told |= {"fields": fields, **reference}
    geometries = esri_geometries(shapes, kind, has_z=has_z, measured=measured, decimals=decimals)
    told["features"] = [
        {"attributes": row, "geometry": geometry} for row, geometry in zip(rows, geometries, strict=True)
    ]
    return told


def esri_geometries(
    shapes: Any, kind: str, *, has_z: bool = False, measured: bool = False, decimals: int | None = None
) -> list[dict[str, Any] | None]:
    """Esri geometry objects of shapely geometries of one kind, their vertices as numpy arrays.

    Parameters
    ----------
    shapes
        Array of geometries; missing and empty ones give None.
    kind
        ``esriGeometry…`` word.
    has_z, measured
        Whether to write z, and m; null where a geometry has none.
    decimals
        Places to round to.
    """
    if kind == GeometryType.POINT:
        return _points(shapes, has_z, measured, decimals)
    parts, owners = ragged_parts(shapes, kind)
    coords = _coordinates(parts, has_z, measured, decimals)
    key = (GeometryType.named(kind) or GeometryType.POLYLINE).key
    if key == "points":
        vertices = offsets(np.bincount(owners, minlength=len(shapes))).tolist()
        return [{key: coords[i:j]} if j > i else None for i, j in pairwise(vertices)]
    lengths = shapely.get_num_coordinates(parts)
    ends = offsets(lengths).tolist()
    pieces = [coords[i:j] for i, j in pairwise(ends)]
    bounds = offsets(np.bincount(owners[lengths > 0], minlength=len(shapes))).tolist()
    pieces = [piece for piece in pieces if len(piece)]
    return [{key: pieces[i:j]} if j > i else None for i, j in pairwise(bounds)]


def ragged_parts(shapes: Any, kind: str) -> tuple[Any, Any]:
    """The points, paths or rings of geometries of one kind, outer rings clockwise, and the row of each."""
    parts, owners = shapely.get_parts(shapes, return_index=True)
    if kind == GeometryType.POLYGON:
        parts = shapely.orient_polygons(parts, exterior_cw=True)
        parts, of_part = shapely.get_rings(parts, return_index=True)
        owners = owners[of_part]
    return parts, owners


def _points(shapes: Any, has_z: bool, measured: bool, decimals: int | None) -> list[dict[str, Any] | None]:
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    numbers = _coordinates(shapes[there], has_z, measured, decimals).tolist()
    if has_z or measured:
        names = ("x", "y", *("z" if has_z else ""), *("m" if measured else ""))
        made = [dict(zip(names, one, strict=True)) for one in numbers]
    else:
        made = [{"x": x, "y": y} for x, y in numbers]
    if len(made) == len(shapes):
        return [*made]
    found: list[dict[str, Any] | None] = [None] * len(shapes)
    for row, one in zip(there.nonzero()[0].tolist(), made, strict=True):
        found[row] = one
    return found


def _coordinates(shapes: Any, has_z: bool, measured: bool, decimals: int | None) -> Any:
    coords = vertices(shapes, z=has_z, m=measured)
    return coords if decimals is None else coords.round(decimals)


def _reference(described: Mapping[str, Any], crs: pyproj.CRS | None, *, has_z: bool) -> dict[str, Any]:
    """The spatial reference to send: the one that a server gave, as long as the frame's CRS is still that."""
    told = SpatialReference.from_json(described.get("spatial_reference"))
    if told and to_crs(told) == crs:
        return told.to_json() if has_z else told.without_heights().to_json()
    return from_crs(crs).to_json()


def _check_finite(shapes: Any) -> None:
    """Refuse coordinates without a number, which to_crs() leaves where a projection has no answer."""
    coords, owners = shapely.get_coordinates(shapes, return_index=True)
    wrong = owners[~np.isfinite(coords).all(axis=1)]
    if len(wrong):
        raise ConversionError(
            tr(
                "The geometry in row {number} has a coordinate that is no number (NaN or infinite), as "
                "to_crs() makes them where the other system has no place for it.",
                number=int(wrong[0]) + 1,
            )
        )


def _geometry_name(gdf: geopandas.GeoDataFrame) -> Any:
    name = getattr(gdf, "active_geometry_name", None)
    if name is None or name not in gdf.columns:
        raise ConversionError("The frame has no geometry column; choose one with set_geometry().")
    return name


def _shapes(geometry: geopandas.array.GeometryArray) -> Any:
    shapes = np.asarray(geometry, dtype=object)
    points = np.flatnonzero((shapely.get_type_id(shapes) == 0) & ~shapely.is_empty(shapes))
    nowhere = points[np.isnan(shapely.get_x(shapes[points]))]
    if len(nowhere):  # a point of NaN is how gaps in tables become geometry
        shapes = shapes.copy()
        shapes[nowhere] = None
    if (shapely.get_type_id(shapes) == 4).any():
        single = np.flatnonzero((shapely.get_type_id(shapes) == 0) & ~shapely.is_empty(shapes))
        shapes = shapes.copy()
        shapes[single] = shapely.multipoints(shapes[single], indices=np.arange(len(single)))
    return shapes


def geometry_type(shapes: Any) -> str:
    """The geometry type of all rows, ``""`` when no row has a geometry."""
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    numbers = np.unique(shapely.get_type_id(shapes[there])).tolist()
    unknown = [number for number in numbers if number not in _TYPES]
    if unknown:
        raise ConversionError(
            "Geometry collections cannot be sent; take them apart with explode() and send one kind of them."
        )
    kinds = {_TYPES[number] for number in numbers}
    if len(kinds) > 1:
        words = " and ".join(sorted(kind.removeprefix("esriGeometry").lower() + "s" for kind in kinds))
        raise ConversionError(f"The frame mixes {words}; one feature set holds one kind of geometry.")
    return kinds.pop() if kinds else ""


def _rows(
    columns: Sequence[tuple[Any, pd.Series]], described: Mapping[str, Any], count: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Fields and attributes of all rows."""
    told = wire_columns(columns, described)
    fields = [field for field, _ in told]
    if not told:
        return fields, [{} for _ in range(count)]
    names = [field["name"] for field in fields]
    rows = zip(*(values for _, values in told), strict=True)
    return fields, list(map(dict, map(zip, repeat(names), rows)))


def wire_columns(
    columns: Sequence[tuple[Any, pd.Series]], described: Mapping[str, Any]
) -> list[tuple[dict[str, Any], list[Any]]]:
    """Of each column its field object and its JSON values.

    Raises
    ------
    ConversionError
        Two columns have the same name, or one holds what JSON has no form for.
    """
    names = [str(name) for name, _ in columns]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ConversionError(f"Two columns are named {twice!r}; rename one of them.")
    types, aliases, domains = (described.get(key) or {} for key in ("field_types", "aliases", "domains"))
    long_ids = described.get("long_ids") or ()
    told = [
        wire_column(
            name,
            column,
            types.get(name, ""),
            aliases.get(name, ""),
            has_long_ids=name in long_ids,
        )
        for name, (_, column) in zip(names, columns, strict=True)
    ]
    for field, _ in told:
        if field["name"] in domains:
            field["domain"] = domains[field["name"]]
    return told


def _described_type(df: pd.DataFrame) -> str:
    """The geometry type that an empty frame had when it was read."""
    kind = frame_info(df).get("geometry_type")
    return str(kind) if kind in _TYPES.values() else str(GeometryType.POINT)


def _is_geometry(dtype: Any) -> bool:
    return isinstance(dtype, geopandas.array.GeometryDtype)
