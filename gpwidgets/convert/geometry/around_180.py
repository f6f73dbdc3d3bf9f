"""Shapes near the 180 degree meridian and the poles, laid out so that a web map draws them whole."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyproj
import shapely

from gpwidgets.convert.geometry.dateline import joined_shape
from gpwidgets.convert.geometry.splitting import unwound, wrap_shape

__all__ = ["goes_on_at_180", "laid_out"]


def goes_on_at_180(from_degrees: pyproj.Transformer, latitude: float) -> bool:
    """Whether a coordinate system goes on where longitudes jump from 180 to -180, at this latitude."""
    xs, ys = from_degrees.transform([179.99, -179.99, 179.9], [latitude] * 3)
    across, beside = (math.hypot(xs[i] - xs[0], ys[i] - ys[0]) for i in (1, 2))
    return math.isfinite(across) and across < beside


def laid_out(shapes: Any, *, unwind: bool, turn: bool) -> Any:
    """Lay shapes out with longitudes that do not jump.

    Parameters
    ----------
    shapes
        Array of geometries, longitude and latitude in degrees.
    unwind
        Lead outlines that jump at 180 degrees on beyond it, and those around a pole to the pole; without
        `turn` they are split at 180 degrees.
    turn
        Put what lies west of Greenwich east of 180 degrees, where the rest is; parts that were split at 180
        degrees become whole.
    """
    found = np.array(shapes, dtype=object)
    if unwind:
        boxes = shapely.bounds(found)
        with np.errstate(invalid="ignore"):
            wide = (boxes[:, 2] - boxes[:, 0] > 180.0) & (shapely.get_dimensions(found) > 0)
        whole = [unwound(one) for one in found[wide]]
        found[wide] = whole if turn else [wrap_shape(one) for one in whole]
    if turn:
        found[:] = [_turned(one) for one in found]
    return found


def _turned(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    if shape is None or shape.is_empty:
        return shape
    if not hasattr(shape, "geoms"):
        return _east(shape)
    whole = joined_shape(shape)
    if whole is not None:
        return whole
    return type(shape)([_east(part) for part in shape.geoms])


def _east(part: shapely.Geometry) -> shapely.Geometry:
    if part.bounds[2] > 0.0:
        return part
    return shapely.transform(part, lambda xy: xy + np.array([360.0, 0.0]))
