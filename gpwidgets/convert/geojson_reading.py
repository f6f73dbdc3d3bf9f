"""GeoJSON, and objects with ``__geo_interface__``, to frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas
import pyproj
import shapely
from pyproj.exceptions import CRSError

from gpwidgets.convert.tabular import GEOGRAPHIC, frame_of_shapes
from gpwidgets.convert.typed_tables import table_of_rows
from gpwidgets.errors import ConversionError
from gpwidgets.texts import tr

__all__ = ["geojson_to_frame", "is_geojson", "shape_of"]

_GEOMETRIES = {
    "Point",
    "MultiPoint",
    "LineString",
    "LinearRing",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
}


def is_geojson(value: Any) -> bool:
    """Whether a mapping is a GeoJSON feature collection, feature or geometry."""
    if not isinstance(value, Mapping):
        return False
    kind = value.get("type")
    if kind in ("FeatureCollection", "Feature"):
        return True
    return isinstance(kind, str) and kind in _GEOMETRIES and ("coordinates" in value or "geometries" in value)


def geojson_to_frame(value: Mapping[str, Any], crs: Any = None) -> geopandas.GeoDataFrame:
    """A frame of GeoJSON: one row a feature, its properties as columns.

    Parameters
    ----------
    value
        Feature collection, feature or geometry.
    crs
        System to use where the object has no ``crs`` member; EPSG:4326 by default, as GeoJSON wants it.

    Raises
    ------
    ConversionError
        A geometry is damaged, or the ``crs`` member names an unknown system.
    """
    crs = _named_crs(value) or crs or GEOGRAPHIC
    if value.get("type") == "FeatureCollection":
        features = value.get("features")
        rows = features if isinstance(features, list | tuple) else []
    else:
        rows = [value]
    shapes, properties = [], []
    for row in rows:
        whole = isinstance(row, Mapping) and row.get("type") not in _GEOMETRIES
        told = row.get("properties") if whole else None
        properties.append(dict(told) if isinstance(told, Mapping) else {})
        shapes.append(shape_of(row.get("geometry") if whole else row))
    return frame_of_shapes(shapes, table_of_rows(properties), crs=crs)


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
        return shapely.geometry.shape(geometry)
    except Exception as error:  # shapely raises whatever the damage runs into
        raise ConversionError(
            tr(
                "A GeoJSON geometry is damaged ({error}): {geometry}",
                error=error,
                geometry=str(geometry)[:80],
            )
        ) from error


def _named_crs(value: Mapping[str, Any]) -> pyproj.CRS | None:
    """The system that an old ``crs`` member names."""
    member = value.get("crs")
    properties = member.get("properties") if isinstance(member, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    if not isinstance(name, str):
        return None
    if name.upper().endswith("CRS84"):
        return pyproj.CRS(GEOGRAPHIC)
    try:
        return pyproj.CRS.from_user_input(name)
    except CRSError:
        raise ConversionError(
            tr("The GeoJSON names the coordinate system {name!r}, which is unknown.", name=name)
        ) from None
