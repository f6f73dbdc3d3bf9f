"""Which geometry an input takes, and whether it is given that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.texts import tr

__all__ = ["check_geometry_types", "check_shapes", "takes_geometry"]


def takes_geometry(parameter: GPParameter, kind: str) -> bool:
    """Whether features of a geometry type, such as ``"MultiPolygon"``, can be given to an input."""
    wanted = parameter.geometry_types
    return not wanted or any(one.takes(kind) for one in wanted)


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
            words = tr(" or ").join(one.word for one in wanted)
            raise ParameterError(
                parameter.name,
                tr("it holds {kind} geometry, but {words} features are wanted.", kind=kind, words=words),
            )
