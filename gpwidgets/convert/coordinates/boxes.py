"""Boxes between degrees and the coordinates that a server speaks of."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pyproj
import shapely
import shapely.geometry

from gpwidgets.convert.coordinates.crs import to_crs
from gpwidgets.convert.coordinates.reprojecting import reproject_shapes, why_unplaced
from gpwidgets.protocol.values import Extent
from gpwidgets.protocol.values.spatial import Bounds

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

#: Where Web Mercator ends.
_MAX_LATITUDE = 85.0511
#: Pieces of an edge that is drawn bent.
_PIECES = 16
#: So many features are projected one by one.
_FEW = 1000


def mercator_box(bounds: Bounds) -> Bounds:
    """A box in Web Mercator.

    Parameters
    ----------
    bounds
        West, south, east, north in degrees, EPSG:4326; cut off at 85.0511 degrees.

    Returns
    -------
    tuple of float
        West, south, east, north in metres, EPSG:3857.
    """
    west, south, east, north = bounds
    to_mercator = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    left, bottom = to_mercator.transform(west, max(south, -_MAX_LATITUDE))
    right, top = to_mercator.transform(east, min(north, _MAX_LATITUDE))
    return left, bottom, right, top


def frame_box(frame: GeoDataFrame) -> Bounds | None:
    """West, south, east, north of a frame in degrees, EPSG:4326; None without places or coordinate system."""
    if frame.crs is None or not len(frame) or why_unplaced(frame):
        return None
    if len(frame) <= _FEW or frame.crs.is_geographic:  # to the point; of many a frame around them will do
        near = frame.geometry.force_2d().to_crs(4326)
        edges = tuple(near.total_bounds.tolist())
        return edges if all(map(math.isfinite, edges)) else None
    edges = tuple(frame.total_bounds.tolist())
    if not all(map(math.isfinite, edges)):
        return None
    to_degrees = pyproj.Transformer.from_crs(frame.crs, 4326, always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(*edges)
    return (west, south, east, north) if all(map(math.isfinite, (west, south, east, north))) else None


def degrees_box(extent: Extent) -> Bounds | None:
    """West, south, east, north of an extent in degrees, EPSG:4326; None where its coordinates are unknown."""
    crs = to_crs(extent.spatial_reference)
    if crs is None:
        return None
    to_degrees = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
    west, south, east, north = to_degrees.transform_bounds(extent.xmin, extent.ymin, extent.xmax, extent.ymax)
    return west, south, east, north


def outline_in_degrees(extent: Extent) -> dict[str, Any] | None:
    """An extent as it lies on the ground, whose edges may be bent there.

    Returns
    -------
    dict or None
        GeoJSON geometry in EPSG:4326; None where its coordinates are unknown, or it covers nothing.
    """
    crs = to_crs(extent.spatial_reference)
    if crs is None or extent.xmin >= extent.xmax or extent.ymin >= extent.ymax:
        return None
    box = shapely.box(*extent.bounds)
    if not crs.is_geographic:
        box = shapely.segmentize(box, max(extent.xmax - extent.xmin, extent.ymax - extent.ymin) / _PIECES)
    (placed,) = reproject_shapes([box], crs, pyproj.CRS(4326), warn=False)
    return None if placed is None else dict(shapely.geometry.mapping(placed))
