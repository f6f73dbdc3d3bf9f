"""Shapely geometries to Esri geometry objects."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from gpwidgets.convert.nesting import Floats, Ints, Rings, offsets
from gpwidgets.errors import ConversionError

__all__ = ["common_type", "esri_geometries"]

_TYPES = {
    GeometryType.POINT: "esriGeometryPoint",
    GeometryType.MULTIPOINT: "esriGeometryMultipoint",
    GeometryType.LINESTRING: "esriGeometryPolyline",
    GeometryType.LINEARRING: "esriGeometryPolyline",
    GeometryType.MULTILINESTRING: "esriGeometryPolyline",
    GeometryType.POLYGON: "esriGeometryPolygon",
    GeometryType.MULTIPOLYGON: "esriGeometryPolygon",
}
_WORDS = {
    "esriGeometryPoint": "points",
    "esriGeometryMultipoint": "multipoints",
    "esriGeometryPolyline": "lines",
    "esriGeometryPolygon": "polygons",
}


def common_type(geometries: NDArray[np.object_]) -> str:
    """The one geometry type of a column, ``""`` when all rows are empty.

    Raises
    ------
    ConversionError
        The geometries are of several types, or of one that the wire does not know.
    """
    codes = np.unique(shapely.get_type_id(geometries[~_empty(geometries)]))
    types = {_TYPES.get(GeometryType(code)) for code in codes.tolist()}
    if None in types:
        raise ConversionError(
            "A geometry collection cannot be sent; take it apart with explode() and send one kind of it."
        )
    if types == {"esriGeometryPoint", "esriGeometryMultipoint"}:
        return "esriGeometryMultipoint"
    if len(types) > 1:
        kinds = " and ".join(sorted(_WORDS[str(kind)] for kind in types))
        raise ConversionError(f"There are {kinds} together; a layer holds one kind of geometry, so send one.")
    return str(next(iter(types))) if types else ""


def esri_geometries(
    geometries: NDArray[np.object_],
    kind: str,
    *,
    has_z: bool,
    decimals: int | None = None,
    plain: bool = True,
) -> list[Any]:
    """Geometry objects of the wire, outer rings clockwise, holes counter-clockwise.

    Parameters
    ----------
    geometries
        Shapely geometries of one type; None and empty ones give None.
    kind
        ``esriGeometry…`` word of that type.
    has_z
        Whether each vertex gets a third number; null for vertices without z.
    decimals
        Places to round coordinates to; None for all that there are.
    plain
        Lists of Python numbers; False for slices of arrays, which orjson writes faster.
    """
    rows = np.flatnonzero(~_empty(geometries))
    found: list[Any] = [None] * len(geometries)
    shapes = geometries[rows]
    if kind == "esriGeometryPoint":
        names = ("x", "y", "z") if has_z else ("x", "y")
        vertices = _listed(_coords(shapes, has_z, decimals))
        objects: list[Any] = [dict(zip(names, vertex, strict=True)) for vertex in vertices]
    elif kind == "esriGeometryMultipoint":
        coords, lengths = _coords(shapes, has_z, decimals), shapely.get_num_coordinates(shapes)
        objects = [{"points": part} for part in _cut(_told(coords, plain), lengths)]
    else:
        key, (parts, owners) = (
            ("rings", _turned(shapes)) if kind == "esriGeometryPolygon" else ("paths", _paths(shapes))
        )
        coords, lengths = _coords(parts, has_z, decimals), shapely.get_num_coordinates(parts)
        cut = _cut(_told(coords, plain), lengths)
        objects = [{key: some} for some in _cut(cut, np.bincount(owners, minlength=len(shapes)))]
    for row, entry in zip(rows.tolist(), objects, strict=True):
        found[row] = entry
    return found


def _empty(geometries: NDArray[np.object_]) -> NDArray[np.bool_]:
    missing: NDArray[np.bool_] = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    return missing


def _paths(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], Ints]:
    parts, owners = shapely.get_parts(shapes, return_index=True)
    kept = ~_empty(parts)
    return parts[kept], owners[kept]


def _turned(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], Ints]:
    """Rings with the direction of the wire, and the row of each."""
    parts, row_of_part = _paths(shapes)
    rings, part = shapely.get_rings(parts, return_index=True)
    coords, lengths = shapely.get_coordinates(rings), shapely.get_num_coordinates(rings).astype(np.int64)
    outer = np.ones(len(rings), dtype=bool)
    outer[1:] = part[1:] != part[:-1]
    areas = Rings(coords, lengths, part).areas
    wrong = (areas > 0) == outer
    rings[wrong] = shapely.reverse(rings[wrong])
    return rings, row_of_part[part]


def _coords(shapes: NDArray[np.object_], has_z: bool, decimals: int | None) -> Floats:
    coords: Floats = shapely.get_coordinates(shapes, include_z=has_z)
    return coords if decimals is None else np.round(coords, decimals) + 0.0


def _told(coords: Floats, plain: bool) -> Any:
    return _listed(coords) if plain else coords


def _listed(coords: Floats) -> list[list[Any]]:
    told: NDArray[Any] = coords
    if np.isnan(coords).any():
        told = coords.astype(object)
        told[np.isnan(coords)] = None
    listed: list[list[Any]] = told.tolist()
    return listed


def _cut(values: Sequence[Any], lengths: NDArray[Any]) -> list[Any]:
    ends = offsets(lengths).tolist()
    return [values[start:end] for start, end in pairwise(ends)]
