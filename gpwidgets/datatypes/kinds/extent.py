"""Rectangles: GPExtent, GPEnvelope."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext
from gpwidgets.datatypes.datatype import PLAIN_REPLY, DataType, LiteralWriter
from gpwidgets.datatypes.kinds.spatial_reference import reference_of_crs
from gpwidgets.datatypes.registry import words_of
from gpwidgets.datatypes.value_checks import as_json_text, shown, wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import is_missing
from gpwidgets.protocol.values import Extent, SpatialReference
from gpwidgets.texts import later, tr

__all__ = ["ExtentType"]

_EDGES = ("xmin", "ymin", "xmax", "ymax")
#: Coordinates up to this may be degrees.
_DEGREES = 360


def _is_no_edge(edge: Any) -> bool:
    return is_missing(edge) or (isinstance(edge, str) and edge.strip().lower() in ("", "nan"))


class ExtentType(DataType):
    """A rectangle."""

    title: str = later("Extent")
    example = "(xmin, ymin, xmax, ymax)"
    python_types: tuple[type, ...] = (Extent,)
    is_spatial = True
    is_chosen_by_value = True
    empty_is_none = True

    def check(self, value: Any, parameter: GPParameter) -> Extent:
        """An `Extent`, from itself, four numbers, a wire object, or anything with bounds."""
        value = as_json_text(value, parameter)
        try:
            extent = self._made(value)
        except (ValueError, TypeError, AttributeError):
            raise wrong(
                parameter,
                tr("{shown} is no extent; give {example}.", shown=shown(value), example=tr(self.example)),
            ) from None
        if not extent.spatial_reference:
            extent = replace(extent, spatial_reference=self._reference(parameter))
        if extent.xmin > extent.xmax or extent.ymin > extent.ymax:
            raise wrong(
                parameter, tr("the extent is turned inside out: xmin and ymin have to be the smaller ones.")
            )
        return extent

    @staticmethod
    def _reference(parameter: GPParameter) -> SpatialReference:
        """That of the parameter's default, in which its edges are wanted."""
        default = parameter.default_value
        told = default if isinstance(default, Mapping) else {}
        return SpatialReference.from_json(told.get("spatial_reference") or told.get("spatialReference"))

    @staticmethod
    def _made(value: Any) -> Extent:
        if isinstance(value, Extent):
            return value
        if isinstance(value, Mapping):
            return Extent.from_json(value)
        if isinstance(value, str):
            value = [float(part) for part in value.replace(",", " ").replace(";", " ").split()]
        reference = SpatialReference()
        if hasattr(value, "crs") and value.crs is not None:
            reference = reference_of_crs(value.crs)
        bounds = getattr(value, "total_bounds", None)
        bounds = getattr(value, "bounds", value) if bounds is None else bounds
        xmin, ymin, xmax, ymax = (float(number) for number in bounds)
        edges = {"xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax}
        return Extent.from_json({**edges, "spatialReference": reference.to_json()})

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """An `Extent`; None for the extent of nothing, whose edges are NaN; what is none as it is."""
        if isinstance(wire, Mapping) and "xmin" in wire and all(_is_no_edge(wire.get(e)) for e in _EDGES):
            return None
        try:
            return Extent.from_json(wire)
        except ValueError:
            return wire

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """A call such as ``gp.Extent(8.0, 47.0, 9.0, 48.0, gp.SpatialReference(wkid=4326))``."""
        edges = [write.value(float(one)) for one in value.bounds]
        more = {key: getattr(value, key) for key in ("zmin", "zmax", "mmin", "mmax")}
        ranges = {key: write.value(float(one)) for key, one in more.items() if one is not None}
        return write.call("gp.Extent", *edges, write.value(value.spatial_reference), **ranges)

    def words(self, value: Any) -> str:
        """What it covers along x and y, in which unit and coordinate system."""
        from gpwidgets.convert.coordinates.crs_search import describe_system

        xmin, ymin, xmax, ymax = map(_readable, value.bounds)
        spans = tr(
            "x {xmin:,} to {xmax:,}, y {ymin:,} to {ymax:,}", xmin=xmin, xmax=xmax, ymin=ymin, ymax=ymax
        )
        if not value.spatial_reference:
            return spans
        known = describe_system(value.spatial_reference)
        unit = f" {known.unit}" if known is not None and known.unit else ""
        return f"{spans}{unit}, {words_of(value.spatial_reference)}"


def _readable(edge: float) -> float:
    """An edge with as many decimals as tell something: a tenth of a metre, or of a second."""
    rounded = round(edge, 5 if abs(edge) <= _DEGREES else 1)
    return int(rounded) if rounded == int(rounded) else rounded
