"""Kinds of geometry: the REST API's words, and which shapes each can take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.texts import tr

__all__ = ["check_geometry_types", "check_shapes", "takes_geometry"]

#: ``esriGeometry…`` words that take a shape of GeoJSON, or of shapely.
_TAKEN_AS = {
    "Point": ("esriGeometryPoint", "esriGeometryMultipoint"),
    "MultiPoint": ("esriGeometryMultipoint", "esriGeometryPoint"),
    "LineString": ("esriGeometryPolyline",),
    "LinearRing": ("esriGeometryPolyline",),
    "MultiLineString": ("esriGeometryPolyline",),
    "Polygon": ("esriGeometryPolygon", "esriGeometryEnvelope"),
    "MultiPolygon": ("esriGeometryPolygon",),
}


def takes_geometry(parameter: GPParameter, kind: str) -> bool:
    """Whether features of a geometry type, such as ``"MultiPolygon"``, can be given to an input."""
    wanted = parameter.geometry_types
    return not wanted or bool(set(_TAKEN_AS.get(kind, ())) & set(wanted))


def check_shapes(parameter: GPParameter, shapes: Iterable[Mapping[str, Any]]) -> None:
    """Make sure that an input takes shapes; GeoJSON geometries.

    Raises
    ------
    ParameterError
        It takes other ones.
    """
    check_geometry_types(parameter, [shape["type"] for shape in shapes])


def check_geometry_types(parameter: GPParameter, kinds: Iterable[str]) -> None:
    """Make sure that an input takes geometry types, such as ``"MultiPolygon"``.

    Raises
    ------
    ParameterError
        It takes other ones.
    """
    wanted = parameter.geometry_types
    for kind in kinds:
        if not takes_geometry(parameter, kind):
            words = tr(" or ").join(kind.removeprefix("esriGeometry").lower() for kind in wanted)
            raise ParameterError(
                parameter.name,
                tr("it holds {kind} geometry, but {words} features are wanted.", kind=kind, words=words),
            )
