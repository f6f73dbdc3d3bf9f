"""How large the shapes of a frame are on the ellipsoid, and how well those of two frames cover each other."""

from __future__ import annotations

import geopandas
import shapely
from pyproj import Geod

from gpwidgets.convert.coordinates.reprojecting import reproject

__all__ = ["area_of", "length_of", "overlap"]

_GEOD = Geod(ellps="WGS84")
_EQUAL_AREA = "EPSG:6933"


def area_of(frame: geopandas.GeoDataFrame) -> float:
    """The geodesic area of all polygons of a frame together, in square metres; overlaps count twice.

    Parameters
    ----------
    frame
        In any coordinate system; without one, in degrees.
    """
    parts = shapely.get_parts(_in_degrees(frame).geometry.dropna().array)
    areas = shapely.orient_polygons(parts[shapely.get_type_id(parts) == 3])
    return float(sum(abs(_GEOD.geometry_area_perimeter(part)[0]) for part in areas))


def length_of(frame: geopandas.GeoDataFrame) -> float:
    """The geodesic length of all lines of a frame together, in metres; outlines of polygons are none.

    Parameters
    ----------
    frame
        In any coordinate system; without one, in degrees.
    """
    parts = shapely.get_parts(_in_degrees(frame).geometry.dropna().array)
    return float(sum(_GEOD.geometry_length(part) for part in parts[shapely.get_type_id(parts) == 1]))


def overlap(first: geopandas.GeoDataFrame, second: geopandas.GeoDataFrame, *, near: float) -> float:
    """How much of what two frames cover together both of them cover, from 0 to 1.

    Parameters
    ----------
    first, second
        In any coordinate systems; compared in EPSG:6933, in which areas are true.
    near
        Metres around lines and points within which they count as covered.
    """
    one, other = (_covered(frame, near) for frame in (first, second))
    whole = one.union(other).area
    return float(one.intersection(other).area / whole) if whole else 1.0


def _covered(frame: geopandas.GeoDataFrame, near: float) -> shapely.Geometry:
    placed = reproject(_in_degrees(frame), _EQUAL_AREA, warn=False)
    shapes = shapely.make_valid(shapely.force_2d(placed.geometry.dropna().array))
    flat = shapely.get_dimensions(shapes) < 2
    shapes[flat] = shapely.buffer(shapes[flat], near)
    return shapely.union_all(shapes)


def _in_degrees(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    return frame.set_crs(4326) if frame.crs is None else reproject(frame, "EPSG:4326", warn=False)
