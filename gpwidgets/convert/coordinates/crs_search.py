"""Coordinate systems by name, code or place, from PROJ's database."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest

import pyproj
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError

from gpwidgets.convert.coordinates.crs import FIRST_ESRI_CODE, to_crs
from gpwidgets.protocol.values import SpatialReference
from gpwidgets.protocol.values.spatial import Bounds

__all__ = ["FoundSystem", "describe_system", "find_systems"]

_KINDS = [PJType.PROJECTED_CRS, PJType.GEOGRAPHIC_2D_CRS]
#: Words between a projection and its number, which PROJ has in English and others leave out.
_LEFT_OUT = frozenset({"zone", "zona", "huso", "streifen", "epsg", "esri", "wkid"})
#: Datums that data of today are in, each for a large part of the world.
_OF_TODAY = ("WGS 84", "ETRS89 /", "NAD83", "SIRGAS 2000", "GDA2020", "CH1903+")
#: A view as wide as this in degrees says nothing about where somebody is at work.
_WHOLE_WORLD = 180.0


@dataclass(frozen=True)
class FoundSystem:
    """A coordinate system that PROJ knows.

    Attributes
    ----------
    code : str
        Authority and code, such as ``EPSG:25832`` or ``ESRI:54009``; empty for a definition without a code.
    name : str
        As PROJ writes it, in English.
    unit : str
        Of its first axis, such as ``metre``; empty where it is not known.
    area : str
        Where it is used, in English; empty where it is not known.
    """

    code: str
    name: str
    unit: str = ""
    area: str = ""


@dataclass(frozen=True)
class _Known:
    authority: str
    code: str
    name: str
    searched: str
    named: str
    box: Bounds | None
    area: str
    is_projected: bool

    def contains(self, x: float, y: float) -> bool:
        if self.box is None:
            return False
        west, south, east, north = self.box
        across = west <= x or x <= east if east < west else west <= x <= east
        return across and south <= y <= north

    @property
    def size(self) -> float:
        if self.box is None:
            return 0.0
        west, south, east, north = self.box
        return ((east - west) % 360 or 360.0) * (north - south)


def find_systems(text: str, view: Bounds | None = None, most: int = 20) -> list[FoundSystem]:
    """The horizontal systems of EPSG and Esri whose name, code or place holds every word of a text.

    Parameters
    ----------
    text
        Such as ``UTM 32N``, ``lv95``, ``4326`` or ``Gauß-Krüger``; case and accents do not matter.
    view
        West, south, east, north in degrees, EPSG:4326: systems for use at its middle come first.
    most
        So many are returned at most.

    Returns
    -------
    list of FoundSystem
        The best first: an exact code, then those in use at the place, those with the words in their name,
        those of EPSG, and projected ones.
    """
    words = [word for word in _folded(text).split() if word not in _LEFT_OUT]
    if not words:
        return []
    place = None
    if view is not None and view[2] - view[0] < _WHOLE_WORLD:
        place = ((view[0] + view[2]) / 2, (view[1] + view[3]) / 2)

    def rank(one: _Known) -> tuple[object, ...]:
        return (
            one.code != words[-1],
            place is not None and not one.contains(*place),
            not all(word in one.named for word in words),
            one.authority != "EPSG",
            not one.is_projected,
            not one.name.startswith(_OF_TODAY),
            -one.size,
            len(one.name),
            int(one.code),
        )

    found = [one for one in _all_known() if all(word in one.searched for word in words)]
    return [_found(one) for one in nsmallest(most, found, key=rank)]


def describe_system(reference: SpatialReference) -> FoundSystem | None:
    """What PROJ says of a spatial reference; None where it does not know it."""
    crs = to_crs(reference)
    if crs is None:
        return None
    code = reference.latest_wkid or reference.wkid
    authority = crs.to_authority() if code else None
    area = crs.area_of_use.name if crs.area_of_use is not None else ""
    return FoundSystem(":".join(authority) if authority else "", crs.name, _unit_of(crs), area)


@lru_cache(maxsize=1)
def _all_known() -> tuple[_Known, ...]:
    listed = [one for name in ("EPSG", "ESRI") for one in query_crs_info(auth_name=name, pj_types=_KINDS)]
    known: dict[tuple[str, str], _Known] = {}
    for one in listed:
        is_taken = one.auth_name == "ESRI" and one.code.isdecimal() and int(one.code) < FIRST_ESRI_CODE
        if one.deprecated or not one.code.isdecimal() or is_taken:
            continue
        used = one.area_of_use
        named = f"{_folded(one.name)} {one.code}"
        area = (used.name or "") if used is not None else ""
        box = (used.west, used.south, used.east, used.north) if used is not None else None
        searched = f"{named} {_folded(area)}"
        known[one.auth_name, one.code] = _Known(
            one.auth_name, one.code, one.name, searched, named, box, area, one.type is PJType.PROJECTED_CRS
        )
    return tuple(known.values())


@lru_cache(maxsize=512)
def _found(one: _Known) -> FoundSystem:
    code = f"{one.authority}:{one.code}"
    try:
        unit = _unit_of(pyproj.CRS.from_authority(one.authority, one.code))
    except CRSError:
        unit = ""
    return FoundSystem(code, one.name, unit, one.area)


def _unit_of(crs: pyproj.CRS) -> str:
    return crs.axis_info[0].unit_name if crs.axis_info else ""


def _folded(text: str) -> str:
    """Words of letters and digits, without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = (sign for sign in plain if not unicodedata.combining(sign))
    return "".join(sign if sign.isalnum() else " " for sign in letters).strip()
