"""Features looked over before they are sent, and the repairs a user may ask for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import pyproj
import shapely

from gpwidgets.convert.coordinates.accuracy import accuracy_between
from gpwidgets.convert.coordinates.reprojecting import (
    degrees_around,
    system_note,
    why_unplaced,
)
from gpwidgets.convert.coordinates.wkt_and_degrees import FARTHEST, check_degrees
from gpwidgets.convert.featuresets.geometry_columns import GEOGRAPHIC
from gpwidgets.convert.featuresets.writing import write_features
from gpwidgets.convert.geometry.splitting import as_high_as, jumps, unwound, wrap_shape
from gpwidgets.convert.geometry.vertices import has_m, vertices, with_rows, with_vertices
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.texts import tr

__all__ = [
    "Findings",
    "examine",
    "lost_in_degrees",
    "placed_frame",
    "simplify_frame",
    "split_crossing",
    "valid_frame",
    "vertices_of",
    "without_empty",
    "wrap_frame",
]

#: Rows whose text is measured; the size of the others is guessed from theirs.
_SAMPLE = 300
_DEGREE = 111_320.0
"""Metres of a degree of latitude, and of one of longitude at the equator."""


@dataclass(frozen=True)
class Findings:
    """What features are like.

    Attributes
    ----------
    rows, empty, invalid, crossing : int
        Features; of them without geometry, invalid, and with an edge that seems to jump across 180 degrees.
    reason : str
        Why the first invalid one is invalid; ``""`` when all are valid.
    vertices, size : int
        Vertices of all features, and about how many bytes are sent.
    system : str
        What to know of the coordinate system as it is sent; ``""`` when all is well.
    """

    rows: int
    empty: int = 0
    invalid: int = 0
    reason: str = ""
    crossing: int = 0
    vertices: int = 0
    size: int = 0
    system: str = ""


def examine(gdf: geopandas.GeoDataFrame) -> Findings:
    """Look features over."""
    shapes = _shapes(gdf)
    nothing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    invalid = ~shapely.is_valid(shapes) & ~nothing
    with np.errstate(all="ignore"):  # what lies at the end of all numbers
        reason = str(shapely.is_valid_reason(shapes[invalid][0])) if invalid.any() else ""
    return Findings(
        rows=len(shapes),
        empty=int(nothing.sum()),
        invalid=int(invalid.sum()),
        reason=reason,
        crossing=int(_crossing(gdf, shapes).sum()),
        vertices=vertices_of(gdf),
        size=_size(gdf),
        system=system_note(gdf),
    )


def lost_in_degrees(gdf: geopandas.GeoDataFrame) -> str:
    """What features lose when they are changed on a map, which knows degrees only; may be empty."""
    words = [tr("Measures (m) are lost.")] if has_m(_shapes(gdf)).any() else []
    if gdf.crs is not None and not why_unplaced(gdf):
        found = accuracy_between(gdf.crs, pyproj.CRS(GEOGRAPHIC), degrees_around(_shapes(gdf), gdf.crs))
        if found.is_rough:
            words.append(found.words(gdf.crs.name, GEOGRAPHIC))
    if not words:
        return ""
    return " ".join([tr("Changed on the map, so they are sent in degrees."), *words])


def vertices_of(gdf: geopandas.GeoDataFrame) -> int:
    """How many vertices all geometries have."""
    return int(shapely.get_num_coordinates(_shapes(gdf)).sum())


def valid_frame(gdf: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """A copy with valid geometries of the same dimension; what collapses to less is empty then."""
    shapes = _shapes(gdf)
    wrong = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    mended = shapes.copy()
    mended[wrong] = [_mended(shape) for shape in shapes[wrong]]
    return gdf.set_geometry(_array(mended, gdf))


def _mended(shape: shapely.Geometry) -> shapely.Geometry:
    found = shapely.make_valid(shapely.force_2d(shape), method="structure", keep_collapsed=False)
    parts = shapely.get_parts(shapely.get_parts(np.atleast_1d(found)))
    kept = parts[shapely.get_dimensions(parts) == shapely.get_dimensions(shape)]
    return as_high_as(shapely.union_all(kept), shape)


def without_empty(gdf: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """The features that have a geometry."""
    shapes = _shapes(gdf)
    return gdf[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))]


def simplify_frame(gdf: geopandas.GeoDataFrame, metres: float) -> geopandas.GeoDataFrame:
    """A copy with fewer vertices.

    Parameters
    ----------
    gdf
        In any CRS; one without a CRS counts as longitude and latitude.
    metres
        No vertex that is left out lay farther than this from the new line. Parts do not vanish; vertices that
        stay keep height and measure.

    Raises
    ------
    ConversionError
        The tolerance is no positive number.
    """
    if not metres > 0:
        raise ConversionError(tr("The tolerance must be more than 0 metres."))
    shapes = _shapes(gdf)
    across, along = _metres_per_unit(gdf, shapes)
    rows, owners = vertices(shapes, z=True, m=True), shapely.get_coordinates(shapes, return_index=True)[1]
    scale = np.column_stack([across, np.broadcast_to(along, across.shape)])[owners]
    # The number of each vertex goes along as its height, so that those left are told exactly.
    numbered = np.column_stack([rows[:, :2] * scale, np.arange(len(rows))])
    simple = shapely.simplify(
        with_vertices(shapes, numbered, z=True, m=False), metres, preserve_topology=True
    )
    left = shapely.get_coordinates(simple, include_z=True)[:, 2].astype(np.intp)
    return gdf.set_geometry(
        _array(with_rows(simple, rows[left], z=shapely.has_z(shapes), m=has_m(shapes)), gdf)
    )


def wrap_frame(gdf: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Bring longitudes beyond 180 degrees back; what crosses the meridian is split there.

    Returns
    -------
    geopandas.GeoDataFrame
        The frame itself when there is nothing to bring back, or its CRS is not one of degrees.
    """
    if not _is_geographic(gdf) or not len(gdf):
        return gdf
    shapes, half = _shapes(gdf), _half_turn(gdf)
    bounds = shapely.bounds(shapes)
    beyond = (bounds[:, 0] < -half) | (bounds[:, 2] > half)
    if not beyond.any():
        return gdf
    moved = shapes.copy()
    moved[beyond] = [wrap_shape(shape, half) for shape in shapes[beyond]]
    return gdf.set_geometry(_array(moved, gdf))


def placed_frame(gdf: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """A frame whose coordinates mean something: degrees that can be degrees, or a named system.

    Returns
    -------
    geopandas.GeoDataFrame
        In EPSG:4326 when it had no CRS; the frame itself when it has one, or is a server's result whose
        spatial reference only that server knows.

    Raises
    ------
    CRSMissing
        There are coordinates that cannot be longitudes and latitudes, although the frame has no CRS or one of
        degrees, as a file of GeoJSON always has.
    """
    crs = gdf.crs
    if crs is None and frame_info(gdf).get("spatial_reference"):
        return gdf
    if crs is None or crs.is_geographic:
        check_degrees(_shapes(gdf), longest=FARTHEST, half=_half_turn(gdf))
    return gdf.set_crs(GEOGRAPHIC) if crs is None else gdf


def split_crossing(gdf: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """A copy in which shapes with an edge from one side of 180 degrees to the other are split there."""
    shapes, half = _shapes(gdf), _half_turn(gdf)
    crossing = _crossing(gdf, shapes)
    moved = shapes.copy()
    moved[crossing] = [wrap_shape(unwound(shape, half), half) for shape in shapes[crossing]]
    return gdf.set_geometry(_array(moved, gdf))


def _crossing(gdf: geopandas.GeoDataFrame, shapes: Any) -> Any:
    """Which shapes have an edge that is longer the way it is written than across 180 degrees."""
    found = np.zeros(len(shapes), dtype=bool)
    if not _is_geographic(gdf):
        return found
    bounds, half = shapely.bounds(shapes), _half_turn(gdf)
    for row in np.flatnonzero(bounds[:, 2] - bounds[:, 0] > half):
        for line in shapely.get_parts(shapely.get_parts(shapely.boundary(shapes[row]))):
            found[row] |= jumps(line, half)
        if shapely.get_dimensions(shapes[row]) == 1:
            found[row] |= any(jumps(line, half) for line in shapely.get_parts(shapes[row]))
    return found


def _metres_per_unit(gdf: geopandas.GeoDataFrame, shapes: Any) -> tuple[Any, Any]:
    """Metres that a unit of x and of y is long on the ground, where each shape is."""
    middle = np.nan_to_num((shapely.bounds(shapes)[:, 1] + shapely.bounds(shapes)[:, 3]) / 2)
    if _is_geographic(gdf):
        return _DEGREE * np.maximum(np.cos(np.radians(middle)), 1e-3), np.full(len(shapes), _DEGREE)
    unit = gdf.crs.axis_info[0].unit_conversion_factor or 1.0
    if gdf.crs.to_epsg() == 3857:  # its metres are longer than those on the ground
        unit = unit / np.cosh(middle / 6_378_137.0)
    metres = np.full(len(shapes), 1.0) * unit
    return metres, metres


def _half_turn(gdf: geopandas.GeoDataFrame) -> float:
    """180 degrees in the units of a geographic CRS: 200 where it counts in grads."""
    axes = getattr(gdf.crs, "axis_info", None)
    return round(math.pi / (axes[0].unit_conversion_factor or 1.0), 6) if axes else 180.0


def _is_geographic(gdf: geopandas.GeoDataFrame) -> bool:
    crs = gdf.crs  # which takes a while to find
    return crs is None or bool(crs.is_geographic)


def _size(gdf: geopandas.GeoDataFrame) -> int:
    if not len(gdf):
        return 0
    some = gdf.iloc[:: max(1, len(gdf) // _SAMPLE)]
    try:
        return len(write_features(some)) * len(gdf) // len(some)
    except ConversionError:
        return 0  # what cannot be sent is said elsewhere


def _shapes(gdf: geopandas.GeoDataFrame) -> Any:
    return np.asarray(gdf.geometry.array, dtype=object)


def _array(shapes: Any, gdf: geopandas.GeoDataFrame) -> Any:
    return geopandas.GeoSeries(shapes, index=gdf.index, crs=gdf.crs)
