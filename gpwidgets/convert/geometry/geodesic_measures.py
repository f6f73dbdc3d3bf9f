"""Lengths and areas on the ellipsoid, of what is drawn to measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyproj import Geod
from shapely.geometry import shape

__all__ = ["measured"]

_GEOD = Geod(ellps="WGS84")


def measured(geometry: Mapping[str, Any]) -> tuple[float, float]:
    """Return the geodesic length or outline in metres, and the area in square metres, of a GeoJSON geometry.

    Parameters
    ----------
    geometry
        Longitude and latitude in degrees, EPSG:4326. The area of a line is 0.
    """
    whole = shape(geometry)
    if whole.geom_type in ("Polygon", "MultiPolygon"):
        parts = getattr(whole, "geoms", [whole])
        found = [_GEOD.geometry_area_perimeter(part) for part in parts]
        return sum(length for _, length in found), sum(abs(area) for area, _ in found)
    return float(_GEOD.geometry_length(whole)), 0.0
