"""Circles as polygons and back: a map draws a centre and a radius, a feature set holds corners.

Geometries are GeoJSON, longitude and latitude in degrees, EPSG:4326.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry import shape

from gpwidgets.convert.geometry.dateline import joined_geometry

__all__ = ["CIRCLE_CORNERS", "circle_of", "circle_polygon"]

#: Corners of the polygon that stands for a drawn circle; the area is 0.13 % below the circle's.
CIRCLE_CORNERS = 72
_GEOD = Geod(ellps="WGS84")


def circle_polygon(lon: float, lat: float, radius: float) -> dict[str, Any]:
    """Return a circle on the WGS 84 ellipsoid as a GeoJSON polygon.

    Parameters
    ----------
    lon, lat
        Centre in degrees.
    radius
        Geodesic distance from the centre to every corner, in metres.

    Returns
    -------
    dict
        The outline runs counter-clockwise, as GeoJSON wants it, and does not jump at 180 degrees: longitudes
        beyond are left as they are.
    """
    count = CIRCLE_CORNERS
    azimuths = -360.0 * np.arange(count) / count
    xs, ys, _ = _GEOD.fwd(np.full(count, lon), np.full(count, lat), azimuths, np.full(count, radius))
    # Geod answers within 180 degrees; corners stay beside their centre so that the ring does not jump.
    ring = np.column_stack([xs + 360.0 * np.round((lon - xs) / 360.0), ys]).tolist()
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def circle_of(geometry: Mapping[str, Any]) -> tuple[float, float, float]:
    """Return longitude and latitude of the centre, and the radius in metres, of what `circle_polygon` made.

    Parameters
    ----------
    geometry
        The polygon, split at 180 degrees or not.
    """
    corners = shapely.get_coordinates(shape(joined_geometry(geometry)))
    # The first corner lies due north of the centre and another one due south.
    north, south = corners[corners[:, 1].argmax()], corners[corners[:, 1].argmin()]
    azimuth, _, across = _GEOD.inv(north[0], north[1], south[0], south[1])
    lon, lat, _ = _GEOD.fwd(north[0], north[1], azimuth, across / 2)
    return float(lon), float(lat), float(across / 2)
