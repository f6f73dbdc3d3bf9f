"""Geometries across the 180 degree meridian: brought back, split there, and joined again to be looked at.

Geometries are GeoJSON, longitude and latitude in degrees, EPSG:4326.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import shapely
from shapely.affinity import translate
from shapely.geometry import mapping, shape

from gpwidgets.convert.geometry.splitting import wrap_shape

__all__ = ["joined_geometry", "joined_shape", "narrow_bounds", "shown_geometry", "wrap_geometry"]


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
    return _geojson(wrap_shape(shape(geometry)))


def joined_geometry(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Put the parts of a geometry that was split at 180 degrees together again.

    Returns
    -------
    dict
        With longitudes beyond 180; a geometry that was not split is returned as it is.
    """
    whole = joined_shape(shape(geometry)) if str(geometry["type"]).startswith("Multi") else None
    return dict(geometry) if whole is None else _geojson(whole)


def shown_geometry(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a web map has to draw for a geometry.

    Returns
    -------
    dict
        One that was split at 180 degrees is drawn whole on both sides of the map, so that no edge of it seems
        to lie on the meridian.
    """
    whole = joined_shape(shape(geometry)) if str(geometry["type"]).startswith("Multi") else None
    if whole is None:
        return dict(geometry)
    copies = [part for turn in (0.0, -360.0) for part in shapely.get_parts(translate(whole, turn))]
    kind = shapely.multipolygons if geometry["type"] == "MultiPolygon" else shapely.multilinestrings
    return _geojson(kind(copies))


def narrow_bounds(shapes: Any) -> tuple[float, float, float, float] | None:
    """Return the box around geometries, across 180 degrees where that is the narrower one.

    Parameters
    ----------
    shapes
        Array of geometries; missing and empty ones are left out.

    Returns
    -------
    tuple of float, or None
        West, south, east, north; east is below west when the box crosses 180 degrees. None for no place.
    """
    boxes = shapely.bounds(shapely.get_parts(shapes))
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return None
    south, north = float(boxes[:, 1].min()), float(boxes[:, 3].max())
    west, east = float(boxes[:, 0].min()), float(boxes[:, 2].max())
    turned = boxes[:, [0, 2]] + np.where(boxes[:, 2] <= 0.0, 360.0, 0.0)[:, None]
    left, right = float(turned[:, 0].min()), float(turned[:, 1].max())
    if right > 180.0 and right - left < east - west:
        return left, south, right - 360.0, north
    return west, south, east, north


def joined_shape(geometry: shapely.Geometry) -> shapely.Geometry | None:
    """Return a geometry in degrees without its cut at 180, longitudes beyond; None when it has no cut."""
    west, _, east, _ = geometry.bounds
    if geometry.geom_type not in ("MultiPolygon", "MultiLineString") or (west, east) != (-180.0, 180.0):
        return None
    parts = list(geometry.geoms)
    beyond = [translate(part, 360.0) if part.bounds[2] <= 0.0 else part for part in parts]
    whole = shapely.union_all(beyond)
    if whole.geom_type == "MultiLineString":
        whole = shapely.line_merge(whole)
    return whole if len(shapely.get_parts(whole)) < len(parts) else None


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


def _geojson(geometry: shapely.Geometry) -> dict[str, Any]:
    return {"type": geometry.geom_type, "coordinates": _lists(mapping(geometry)["coordinates"])}


def _lists(coordinates: Any) -> Any:
    if isinstance(coordinates, int | float):
        return coordinates
    return [_lists(part) for part in coordinates]
