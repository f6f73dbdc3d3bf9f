"""Which kinds of geometry are in a frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

__all__ = ["geometry_kinds"]

_NAMES = {
    shapely.GeometryType.POINT: "Point",
    shapely.GeometryType.LINESTRING: "LineString",
    shapely.GeometryType.LINEARRING: "LinearRing",
    shapely.GeometryType.POLYGON: "Polygon",
    shapely.GeometryType.MULTIPOINT: "MultiPoint",
    shapely.GeometryType.MULTILINESTRING: "MultiLineString",
    shapely.GeometryType.MULTIPOLYGON: "MultiPolygon",
    shapely.GeometryType.GEOMETRYCOLLECTION: "GeometryCollection",
}


def geometry_kinds(frame: Any) -> list[str]:
    """Return the kinds of geometry in a frame, as geopandas names them, without making a text for each row.

    Parameters
    ----------
    frame
        A GeoDataFrame, or anything else; what has no geometry column has no kinds. Missing geometries
        have none either.
    """
    try:
        shapes = frame.geometry.array
    except AttributeError:
        return []  # no frame, or its geometry column has been dropped
    found = np.unique(shapely.get_type_id(np.asarray(shapes, dtype=object)))
    return [_NAMES[shapely.GeometryType(number)] for number in found.tolist() if number >= 0]
