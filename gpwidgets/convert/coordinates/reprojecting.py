"""Coordinates from one system to another, with what that costs in accuracy, and what a server can be told.

`geopandas.GeoDataFrame.to_crs` loses heights of geometries that have measures too; `reproject` keeps both.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import geopandas
import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError

from gpwidgets.convert.coordinates.accuracy import warn_of_accuracy
from gpwidgets.convert.coordinates.crs import carries_shift, code_of, has_unknown_datum
from gpwidgets.convert.coordinates.wkt_and_degrees import FARTHEST, check_degrees
from gpwidgets.convert.geometry.vertices import has_m, vertices, with_rows
from gpwidgets.errors import ConversionError, CRSMissing, ReferencesDiffer
from gpwidgets.former_paths import names_of
from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.texts import tr, trn

__all__ = [
    "degrees_around",
    "for_wire",
    "in_one_system",
    "reproject",
    "reproject_shapes",
    "system_note",
    "why_unplaced",
]

__getattr__: Callable[[str], Any] = names_of("gpwidgets.convert.coordinates.reprojecting")

_WGS84 = pyproj.CRS.from_epsg(4326)


def why_unplaced(gdf: geopandas.GeoDataFrame) -> str:
    """Why a frame cannot be shown on a map; empty when it can.

    A result without a spatial reference may be in any system, so it is not taken for degrees. A frame
    of the user's own without a CRS is, as long as it can be.
    """
    if gdf.crs is None:
        is_unknown = len(gdf) and (frame_info(gdf) or not _can_be_degrees(gdf))
        return (
            tr("it names no coordinate system; if you know it, name it with set_crs()") if is_unknown else ""
        )
    try:
        _transformer(gdf.crs, _WGS84)
    except ConversionError:
        return tr("nothing leads from its coordinate system, {name}, to degrees", name=gdf.crs.name)
    return ""


def _can_be_degrees(gdf: geopandas.GeoDataFrame) -> bool:
    try:
        check_degrees(np.asarray(gdf.geometry.array, dtype=object), longest=FARTHEST)
    except CRSMissing:
        return False
    return True


def reproject(gdf: geopandas.GeoDataFrame, crs: Any, *, warn: bool = True) -> geopandas.GeoDataFrame:
    """A frame in another coordinate system; heights and measures of all vertices stay as they are.

    Parameters
    ----------
    gdf
        In any CRS.
    crs
        `pyproj.CRS`, or anything pyproj reads.
    warn
        Whether to say that places are only roughly right.

    Returns
    -------
    geopandas.GeoDataFrame
        A copy, or the frame itself when it is in that system already. A geometry that has no place in the
        other system is None.

    Raises
    ------
    ConversionError
        The frame has no CRS, or nothing leads from its CRS to the other one.

    Warns
    -----
    RoughTransformation
        A grid is missing, or the datum is not known; the text has the accuracy in metres.
    """
    target = pyproj.CRS.from_user_input(crs)
    if gdf.crs is None:
        raise ConversionError(tr("The features have no coordinate system; name it with set_crs()."))
    if gdf.crs == target:
        return gdf
    shapes = np.asarray(gdf.geometry.array, dtype=object)
    found = reproject_shapes(shapes, gdf.crs, target, warn=warn)
    array = geopandas.array.GeometryArray(found, crs=target)
    return gdf.set_geometry(geopandas.GeoSeries(array, index=gdf.index, name=gdf.geometry.name))


def reproject_shapes(shapes: Any, source: pyproj.CRS, target: pyproj.CRS, *, warn: bool = True) -> Any:
    """The same for an array of geometries."""
    forward = _transformer(source, target)
    if warn:
        warn_of_accuracy(source, target, degrees_around(shapes, source))
    shapes = np.array(shapes, dtype=object)
    coords = vertices(shapes, z=True, m=True)
    high = np.isfinite(coords[:, 2])
    # A datum shift moves x and y of what is high by up to some decimetres more; heights stay as they are.
    for rows, columns in ((~high, [0, 1]), (high, [0, 1, 2])):
        if rows.any():
            moved = forward.transform(*coords[rows][:, columns].T)
            coords[rows, 0], coords[rows, 1] = moved[0], moved[1]
    found = with_rows(shapes, coords, z=shapely.has_z(shapes), m=has_m(shapes))
    lost = ~np.isfinite(shapely.bounds(found)).all(axis=1) & ~shapely.is_empty(found)
    found[lost] = None
    return found


def in_one_system(shapes: Any, systems: Sequence[pyproj.CRS | None], crs: pyproj.CRS) -> Any:
    """Geometries that name their own systems, all brought into one.

    Parameters
    ----------
    shapes
        Geometries.
    systems
        The system of each; one without counts as in `crs`.
    crs
        The one for all.

    Warns
    -----
    ReferencesDiffer
        Some had to be moved.
    """
    found = np.array(np.fromiter(shapes, dtype=object), dtype=object)
    others = {id(one): one for one in systems if one is not None and one is not crs}
    for other in others.values():
        rows = np.array([one is other for one in systems], dtype=bool) & ~shapely.is_missing(found)
        if not rows.any() or other.equals(crs, ignore_axis_order=True):
            continue
        text = trn(
            "{n:,} feature in {other} has been brought into {crs}, the system of the first ones.",
            "{n:,} features in {other} have been brought into {crs}, the system of the first ones.",
            int(rows.sum()),
            other=other.name,
            crs=crs.name,
        )
        warnings.warn(text, ReferencesDiffer, stacklevel=3)
        found[rows] = reproject_shapes(found[rows], other, crs)
    return found


def _transformer(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    try:
        return pyproj.Transformer.from_crs(source, target, always_xy=True)
    except ProjError as error:
        raise ConversionError(
            tr(
                "Nothing leads from the coordinate system {source} to {target}: {error}",
                source=source.name,
                target=target.name,
                error=error,
            )
        ) from error


def degrees_around(shapes: Any, crs: pyproj.CRS) -> tuple[float, float, float, float] | None:
    """The box around geometries in degrees, to find the transformation that PROJ takes there."""
    box = shapely.total_bounds(shapes)
    if not np.isfinite(box).all():
        return None
    geographic = crs.geodetic_crs
    try:
        if geographic is None or crs.is_geographic:
            found = tuple(box.tolist())
        else:
            found = _transformer(crs, geographic).transform_bounds(*box.tolist())
    except (ProjError, ConversionError):
        return None
    west, south, east, north = found
    if not all(map(math.isfinite, found)) or abs(south) > 90 or abs(north) > 90 or west > east:
        return None
    return max(-180.0, west), south, min(180.0, east), north


# What a server can be told of a coordinate system


def for_wire(geometry: geopandas.array.GeometryArray) -> geopandas.array.GeometryArray:
    """Geometries in a coordinate system that a spatial reference can name.

    A datum shift that a CRS carries (``+towgs84``, ``TOWGS84[…]``, a bound CRS) has no place in a spatial
    reference. Where the CRS behind it has a code, the server knows a shift of its own. Else the shift is
    carried out: coordinates are moved to the same projection on WGS 84.

    Returns
    -------
    geopandas.array.GeometryArray
        The array itself when nothing has to be moved.
    """
    bound = _bound_part(geometry.crs)
    if bound is None or code_of(bound) is not None or not carries_shift(bound):
        return geometry
    source = np.asarray(geometry, dtype=object)
    target = _on_target_datum(bound)
    return geopandas.array.GeometryArray(reproject_shapes(source, bound, target, warn=False), crs=target)


def system_note(gdf: geopandas.GeoDataFrame) -> str:
    """What a user should know of a frame's coordinate system before it is sent; empty when all is well."""
    crs = gdf.crs
    if crs is None:
        return ""
    bound = _bound_part(crs)
    if bound is not None and carries_shift(bound):
        return _note_of_shift(gdf, bound)
    flat = crs.sub_crs_list[0] if crs.is_compound else crs
    if code_of(flat) is None and has_unknown_datum(flat):
        return tr(
            "The coordinate system {name} names no datum, so a server may place it some hundred metres off.",
            name=_named(flat),
        )
    return ""


def _note_of_shift(gdf: geopandas.GeoDataFrame, bound: pyproj.CRS) -> str:
    code = code_of(bound)
    if code is None:
        return tr(
            "The datum shift of the coordinate system {name} cannot be sent, so it is carried out here: the "
            "coordinates go as {target}.",
            name=_named(bound),
            target=_on_target_datum(bound).name,
        )
    metres = _disagreement(gdf, bound, code)
    if metres is None or metres < 1.0:
        return ""
    return tr(
        "The datum shift that the coordinate system carries cannot be sent: the server takes its own for "
        "code {code}. PROJ's own for that code ends {metres:.0f} m away. To keep yours, give the features "
        "in EPSG:4326, with to_crs(4326).",
        code=code,
        metres=metres,
    )


def _named(crs: pyproj.CRS) -> str:
    plain = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    if plain.name != "unknown":
        return str(plain.name)
    method = plain.coordinate_operation.method_name if plain.coordinate_operation is not None else ""
    return f"{method or 'unknown'} ({plain.ellipsoid.name})" if plain.ellipsoid is not None else plain.name


def _bound_part(crs: pyproj.CRS | None) -> pyproj.CRS | None:
    """The horizontal system if it carries a datum shift."""
    if crs is None:
        return None
    flat = crs.sub_crs_list[0] if crs.is_compound else crs
    return flat if flat.is_bound and flat.source_crs is not None else None


def _on_target_datum(bound: pyproj.CRS) -> pyproj.CRS:
    """The projection of a bound CRS on the datum that it is shifted to; that datum's degrees for degrees."""
    source, target = bound.source_crs, bound.target_crs
    geographic = target.geodetic_crs if target is not None and target.geodetic_crs is not None else _WGS84
    if source is None or not source.is_projected or not geographic.is_geographic:
        return _WGS84
    told = source.to_json_dict()
    told["base_crs"] = {key: value for key, value in geographic.to_json_dict().items() if key != "$schema"}
    told["name"] = f"{_named(bound)} on {geographic.name}"
    told.pop("id", None)
    try:
        return pyproj.CRS.from_json_dict(told)
    except CRSError:
        return _WGS84


def _disagreement(gdf: geopandas.GeoDataFrame, bound: pyproj.CRS, code: int) -> float | None:
    """Metres between a place by the shift that a CRS carries, and by the one that PROJ has for its code."""
    west, south, east, north = gdf.total_bounds.tolist()
    x, y = (west + east) / 2, (south + north) / 2
    plain = bound.source_crs
    if plain is None or not (math.isfinite(x) and math.isfinite(y)):
        return None
    first = _transformer(bound, _WGS84).transform(x, y)
    second = _transformer(_by_code(code, plain), _WGS84).transform(x, y)
    if not all(map(math.isfinite, (*first, *second))):
        return None
    return float(pyproj.Geod(ellps="WGS84").inv(*first, *second)[2])


def _by_code(code: int, other: pyproj.CRS) -> pyproj.CRS:
    for authority in ("EPSG", "ESRI"):
        try:
            return pyproj.CRS.from_authority(authority, code)
        except CRSError:
            continue
    return other
