"""What a map's drawing tools need: circles as polygons, and shapes across the 180 degree meridian.

Geometries are GeoJSON, longitude and latitude in degrees, EPSG:4326.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.affinity import translate
from shapely.geometry import mapping, shape

__all__ = ["CIRCLE_CORNERS", "circle_polygon", "wrap_geometry"]

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


def wrap_geometry(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a GeoJSON geometry into longitudes -180 to 180.

    Returns
    -------
    dict
        What lies on a repeated world is moved by whole turns; what crosses 180 degrees is split there, into a
        geometry of several parts.
    """
    lons = list(_longitudes(geometry["coordinates"]))
    west, east = min(lons), max(lons)
    if west >= -180.0 and east <= 180.0:
        return dict(geometry)
    turns = math.floor(((west + east) / 2 + 180.0) / 360.0)
    moved = {"type": geometry["type"], "coordinates": _shifted(geometry["coordinates"], -360.0 * turns)}
    if west - 360.0 * turns >= -180.0 and east - 360.0 * turns <= 180.0:
        return moved
    return _split(moved)


def _split(geometry: Mapping[str, Any]) -> dict[str, Any]:
    whole = shape(geometry)
    parts = []
    for turn in (-1, 0, 1):
        world = shapely.box(-180.0 + 360.0 * turn, -90.0, 180.0 + 360.0 * turn, 90.0)
        part = shapely.intersection(whole, world)
        parts.append(translate(part, -360.0 * turn))
    joined = shapely.union_all([part for part in parts if not part.is_empty])
    return {"type": joined.geom_type, "coordinates": _lists(mapping(joined)["coordinates"])}


def _longitudes(coordinates: Any) -> Iterator[float]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates[0]
        return
    for part in coordinates:
        yield from _longitudes(part)


def _shifted(coordinates: Any, by: float) -> Any:
    if coordinates and isinstance(coordinates[0], int | float):
        return [coordinates[0] + by, *coordinates[1:]]
    return [_shifted(part, by) for part in coordinates]


def _lists(coordinates: Any) -> Any:
    if isinstance(coordinates, int | float):
        return coordinates
    return [_lists(part) for part in coordinates]
