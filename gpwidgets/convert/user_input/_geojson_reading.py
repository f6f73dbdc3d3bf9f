"""GeoJSON, and objects with ``__geo_interface__``, to frames."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from typing import Any

import geopandas
import pyproj
import shapely
from pyproj.exceptions import CRSError

from gpwidgets.convert.coordinates.reprojecting import in_one_system
from gpwidgets.convert.featuresets.geometry_columns import GEOGRAPHIC, frame_of_shapes, system_of
from gpwidgets.convert.tables.typed_tables import table_of_rows
from gpwidgets.errors import ConversionError, MeasuresDropped
from gpwidgets.protocol.enums import SHAPE_TYPES
from gpwidgets.texts import tr

__all__ = ["geojson_to_frame", "is_geojson", "shape_of"]

_CRS84 = re.compile(r"(?i)\bCRS:?84$")


def is_geojson(value: Any) -> bool:
    """Whether a mapping is a GeoJSON feature collection, feature or geometry."""
    if not isinstance(value, Mapping):
        return False
    kind = value.get("type")
    if kind in ("FeatureCollection", "Feature"):
        return True
    return isinstance(kind, str) and kind in SHAPE_TYPES and ("coordinates" in value or "geometries" in value)


def geojson_to_frame(value: Mapping[str, Any], crs: pyproj.CRS | None = None) -> geopandas.GeoDataFrame:
    """A frame of GeoJSON: one row a feature, its properties as columns.

    Parameters
    ----------
    value
        Feature collection, feature or geometry.
    crs
        System to use where nothing has a ``crs`` member; EPSG:4326 by default, as GeoJSON wants it.

    Raises
    ------
    CRSMissing
        The coordinates cannot be degrees, and nothing names their system.
    ConversionError
        A geometry is damaged, or a ``crs`` member names an unknown system.

    Warns
    -----
    ReferencesDiffer
        Features name several systems; all are brought into the first one.
    """
    if value.get("type") == "FeatureCollection":
        features = value.get("features")
        rows = features if isinstance(features, list | tuple) else []
    else:
        rows = [value]
    shapes, properties, own = [], [], []
    for row in rows:
        whole = isinstance(row, Mapping) and row.get("type") not in SHAPE_TYPES
        told = row.get("properties") if whole else None
        properties.append(dict(told) if isinstance(told, Mapping) else {})
        geometry = row.get("geometry") if whole else row
        shapes.append(shape_of(geometry))
        own.append(_named_crs(geometry) or (_named_crs(row) if whole else None))
    columns = table_of_rows(properties)
    common = _named_crs(value)
    if common is None and not any(own):
        return frame_of_shapes(shapes, columns, crs=system_of(shapes, crs))
    main = common or next(filter(None, own))
    moved = in_one_system(shapes, [one or common for one in own], main)
    return frame_of_shapes(moved, columns, crs=main)


def shape_of(geometry: Any) -> shapely.Geometry | None:
    """The shapely geometry of a GeoJSON geometry; None for null.

    Raises
    ------
    ConversionError
        It is damaged.
    """
    if geometry is None:
        return None
    try:
        return shapely.geometry.shape(_without_fourth(geometry))
    except Exception as error:  # shapely raises whatever the damage runs into
        raise ConversionError(
            tr(
                "A GeoJSON geometry is damaged ({error}): {geometry}",
                error=error,
                geometry=str(geometry)[:80],
            )
        ) from error


def _without_fourth(geometry: Any) -> Any:
    """The geometry with three numbers a place at most: GeoJSON gives further ones no meaning."""
    if not isinstance(geometry, Mapping) or not _has_fourth(geometry.get("coordinates")):
        return geometry
    warnings.warn(
        tr("GeoJSON has x, y and z; further numbers of its coordinates are left out."),
        MeasuresDropped,
        stacklevel=4,
    )
    return {**geometry, "coordinates": _cut(geometry["coordinates"])}


def _has_fourth(coordinates: Any) -> bool:
    while isinstance(coordinates, list | tuple) and coordinates and isinstance(coordinates[0], list | tuple):
        coordinates = coordinates[0]
    return isinstance(coordinates, list | tuple) and len(coordinates) > 3


def _cut(coordinates: Any) -> Any:
    if coordinates and isinstance(coordinates[0], list | tuple):
        return [_cut(part) for part in coordinates]
    return coordinates[:3]


def _named_crs(value: Any) -> pyproj.CRS | None:
    """The system that an old ``crs`` member names.

    The drafts of 2008 have ``{"type": "EPSG", "properties": {"code": 31370}}``, the specification of that
    year ``{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::31370"}}``. A link to a definition
    elsewhere is not followed.
    """
    member = value.get("crs") if isinstance(value, Mapping) else None
    if member is None:
        return None
    properties = member.get("properties") if isinstance(member, Mapping) else member
    names: Mapping[str, Any] = properties if isinstance(properties, Mapping) else {"name": properties}
    kind = str(member.get("type")).upper() if isinstance(member, Mapping) else ""
    code = names.get("code")
    if isinstance(code, int | str) and not isinstance(code, bool) and str(code).strip():
        authority = kind if kind in ("EPSG", "ESRI", "OGC") else "EPSG"
        name = f"{code}" if ":" in str(code) else f"{authority}:{code}"
    else:
        name = str(names.get("name") or names.get("urn") or names.get("href") or member)
    if _CRS84.search(name):
        return pyproj.CRS(GEOGRAPHIC)
    try:
        return pyproj.CRS.from_user_input(name)
    except CRSError:
        raise ConversionError(
            tr("The GeoJSON names the coordinate system {name!r}, which is unknown.", name=name[:80])
        ) from None
