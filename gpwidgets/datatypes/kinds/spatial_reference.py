"""Coordinate systems: GPSpatialReference, GPCoordinateSystem."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from gpwidgets.caller_warnings import warn_caller
from gpwidgets.datatypes.contexts import ReplyContext
from gpwidgets.datatypes.dataclass_literals import dataclass_call
from gpwidgets.datatypes.datatype import PLAIN_REPLY, DataType, LiteralWriter
from gpwidgets.datatypes.kinds.unknown import cut
from gpwidgets.datatypes.value_checks import as_json_text, shown, wrong
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import plain
from gpwidgets.protocol.values import SpatialReference
from gpwidgets.texts import later, tr

__all__ = ["SpatialReferenceType", "reference_of_crs"]

_LONGEST_CODE = 9
_WKT = re.compile(r"[A-Za-z_]+\s*[\[(]")


class SpatialReferenceType(DataType):
    """A coordinate system."""

    title: str = later("Coordinate system")
    example: str = later("4326, EPSG:25832 or WKT")
    python_types: tuple[type, ...] = (SpatialReference,)
    is_chosen_by_value = True
    empty_is_none = True

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
        elif _needs_proj(value):
            made = _read_by_proj(value, parameter)
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

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """A `SpatialReference`; a form that only the server knows stays an object."""
        made = SpatialReference.from_json(wire)
        return made if made or not wire else wire

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """A call such as ``gp.SpatialReference(wkid=4326)``."""
        return dataclass_call(value, write)

    def words(self, value: Any) -> str:
        """What it is called, and its code; without PROJ's help the code alone."""
        if not isinstance(value, SpatialReference):
            return cut(", ".join(str(part) for part in value.values()))
        from gpwidgets.convert.coordinates.crs_search import describe_system

        known, code = describe_system(value), value.latest_wkid or value.wkid
        if known is not None:
            return cut(f"{known.name} ({known.code})" if known.code else known.name)
        return f"WKID {code}" if code else cut(_name_in(value.wkt2 or value.wkt or ""))


def _name_in(wkt: str) -> str:
    """What a definition calls itself."""
    return wkt.partition('"')[2].partition('"')[0] or wkt


def _needs_proj(value: Any) -> bool:
    """Whether pyproj has to read a value: its own object, or PROJ's text."""
    return hasattr(value, "to_authority") or (isinstance(value, str) and value.strip().startswith("+"))


def _read_by_proj(value: Any, parameter: GPParameter) -> SpatialReference:
    from gpwidgets.convert.coordinates.crs import carries_shift, from_crs, read_crs

    try:
        crs = read_crs(value)
    except ConversionError as error:
        raise wrong(parameter, str(error)) from None
    if carries_shift(crs):
        warn_caller(
            tr(
                "{name}: the datum shift that the coordinate system carries cannot be sent; the server takes "
                "its own.",
                name=parameter.name,
            )
        )
    return from_crs(crs)


def reference_of_crs(crs: Any) -> SpatialReference:
    """The reference that names a pyproj CRS: its code, or its WKT."""
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
