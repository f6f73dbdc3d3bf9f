"""One Esri geometry object to shapely and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import shapely

from gpwidgets.convert.geometries import GeometryColumn
from gpwidgets.convert.vertices import has_m
from gpwidgets.convert.writing import esri_geometries, geometry_type

__all__ = ["from_shapely", "to_shapely"]


def to_shapely(
    geometry: Mapping[str, Any] | None, *, has_z: bool = False, has_m: bool = False
) -> shapely.Geometry | None:
    """The shapely geometry of an Esri geometry object.

    Parameters
    ----------
    geometry
        Point, multipoint, polyline, polygon or envelope; coordinates stay as they are.
    has_z, has_m
        What the vertices carry when the object does not say.

    Returns
    -------
    shapely.Geometry or None
        None for an empty one.
    """
    column = GeometryColumn(has_z=has_z, has_m=has_m)
    column.add([geometry])
    found: shapely.Geometry | None = column.finish()[0]
    return found


def from_shapely(geometry: shapely.Geometry | None) -> dict[str, Any] | None:
    """The Esri geometry object of a shapely geometry; None for an empty one.

    Raises
    ------
    ConversionError
        It is a geometry collection.
    """
    shapes = np.array([geometry], dtype=object)
    has_z, measured = bool(shapely.has_z(geometry)), bool(has_m(shapes)[0])
    told = esri_geometries(shapes, geometry_type(shapes), has_z=has_z, measured=measured)[0]
    if told is None:
        return None
    if "x" not in told:
        flags = {"hasZ": has_z, "hasM": measured}
        told = {**{key: True for key, value in flags.items() if value}, **told}
    plain: dict[str, Any] = orjson.loads(orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY))
    return plain
