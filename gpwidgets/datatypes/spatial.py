"""Extents and coordinate systems."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gpwidgets.datatypes.datatype import DataTypeCodec, as_json_text, data_type, shown, wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import is_missing, plain
from gpwidgets.protocol.values import Extent, SpatialReference
from gpwidgets.texts import later, tr

_LONGEST_CODE = 9
_WKT = re.compile(r"[A-Za-z_]+\s*[\[(]")


@data_type("GPSpatialReference", "GPCoordinateSystem")
class SpatialReferenceType(DataTypeCodec):
    """A coordinate system."""

    title: str = later("Coordinate system")
    example: str = later("4326, EPSG:25832 or WKT")

    def check(self, value: Any, parameter: GPParameter) -> Any:
        """A `SpatialReference`, from itself, a code, ``EPSG:code``, WKT, a wire object or a pyproj CRS."""
        value = as_json_text(plain(value), parameter)
        if isinstance(value, SpatialReference):
            made = value
        elif isinstance(value, Mapping):
            # Names and projection files are known to the server only, so such an object goes as it is.
            made = SpatialReference.from_json(value)
            if not made and value:
                return dict(value)
        elif hasattr(value, "to_wkt") and hasattr(value, "to_authority"):
            made = _from_pyproj(value)
        else:
            made = _from_text(shown(value) if isinstance(value, int) else str(value))
        if not made:
            raise wrong(
                parameter,
                tr(
                    "{shown} is no coordinate system; give one such as {example}.",
                    shown=shown(value),
                    example=tr(self.example),
                ),
            )
        return made

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """A `SpatialReference`; a form that only the server knows stays an object."""
        made = SpatialReference.from_json(wire)
        return made if made or not wire else wire


def _from_pyproj(crs: Any) -> SpatialReference:
    found = crs.to_authority()
    if found and found[0] in ("EPSG", "ESRI") and str(found[1]).isdecimal():
        return SpatialReference(wkid=int(found[1]))
    return SpatialReference(wkt=crs.to_wkt("WKT1_ESRI"))


def _from_text(text: str) -> SpatialReference:
    text = text.strip()
    code = text.upper().removeprefix("EPSG:").removeprefix("ESRI:").removeprefix("WKID").strip(" :")
    if code.isdecimal() and len(code) <= _LONGEST_CODE:
        return SpatialReference(wkid=int(code))
    if text.upper().startswith(("PROJCRS", "GEOGCRS", "GEODCRS", "BOUNDCRS", "COMPOUNDCRS")):
        return SpatialReference(wkt2=text)
    return SpatialReference(wkt=text) if _WKT.match(text) else SpatialReference()


_EDGES = ("xmin", "ymin", "xmax", "ymax")


def _is_no_edge(edge: Any) -> bool:
    return is_missing(edge) or (isinstance(edge, str) and edge.strip().lower() in ("", "nan"))


@data_type("GPExtent", "GPEnvelope")
class ExtentType(DataTypeCodec):
    """A rectangle."""

    title: str = later("Extent")
    example = "(xmin, ymin, xmax, ymax)"

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
            reference = _from_pyproj(value.crs)
        bounds = getattr(value, "total_bounds", None)
        bounds = getattr(value, "bounds", value) if bounds is None else bounds
        xmin, ymin, xmax, ymax = (float(number) for number in bounds)
        edges = {"xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax}
        return Extent.from_json({**edges, "spatialReference": reference.to_json()})

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """An `Extent`; None for the extent of nothing, whose edges are NaN; what is none as it is."""
        if isinstance(wire, Mapping) and "xmin" in wire and all(_is_no_edge(wire.get(e)) for e in _EDGES):
            return None
        try:
            return Extent.from_json(wire)
        except ValueError:
            return wire
