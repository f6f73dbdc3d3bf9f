"""Spatial references of the wire and pyproj's coordinate systems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import pyproj
from pyproj.exceptions import CRSError

from gpwidgets.protocol.values import SpatialReference

#: Codes from here on are Esri's own; EPSG gives none of them away.
_FIRST_ESRI_CODE = 32767
#: Esri's name for Web Mercator, which pyproj would hold for another system than EPSG:3857.
_WEB_MERCATOR = 102100


def to_crs(reference: SpatialReference | Mapping[str, Any] | None) -> pyproj.CRS | None:
    """The coordinate system that a spatial reference names.

    Parameters
    ----------
    reference
        ``latestWkid`` wins over ``wkid``, a code over ``wkt2`` and ``wkt``. The vertical system is not read.

    Returns
    -------
    pyproj.CRS or None
        None when nothing is named, or nothing that pyproj knows.
    """
    if not isinstance(reference, SpatialReference):
        reference = SpatialReference.from_json(reference)
    return _known(reference)


@lru_cache(maxsize=256)
def _known(reference: SpatialReference) -> pyproj.CRS | None:
    for text in _spellings(reference):
        try:
            return pyproj.CRS.from_user_input(text)
        except CRSError:
            continue
    return None


def _spellings(reference: SpatialReference) -> Iterator[str]:
    for code in (reference.latest_wkid, reference.wkid):
        if code == _WEB_MERCATOR:
            yield "EPSG:3857"
        elif code is not None and code > 0:
            yield f"EPSG:{code}" if code < _FIRST_ESRI_CODE else f"ESRI:{code}"
    for text in (reference.wkt2, reference.wkt):
        if text:
            yield text


def from_crs(crs: Any) -> SpatialReference:
    """The spatial reference to send for a coordinate system.

    Parameters
    ----------
    crs
        A `pyproj.CRS`, anything pyproj reads, or None.

    Returns
    -------
    SpatialReference
        With a code where EPSG or Esri has one, else with the definition; empty for None.

    Raises
    ------
    pyproj.exceptions.CRSError
        pyproj cannot read `crs`.
    """
    if crs is None:
        return SpatialReference()
    return _named(pyproj.CRS.from_user_input(crs))


@lru_cache(maxsize=256)
def _named(crs: pyproj.CRS) -> SpatialReference:
    if crs.is_compound:
        horizontal, vertical = crs.sub_crs_list[:2]
        code, flat = _code(vertical), _named(horizontal)
        return SpatialReference(
            flat.wkid, flat.latest_wkid, flat.wkt, flat.wkt2, vcs_wkid=code, latest_vcs_wkid=code
        )
    code = _code(crs)
    if code == 3857:
        return SpatialReference(wkid=_WEB_MERCATOR, latest_wkid=3857)
    if code is not None:
        return SpatialReference(wkid=code, latest_wkid=code)
    try:
        return SpatialReference(wkt=crs.to_wkt("WKT1_ESRI"))
    except CRSError:
        return SpatialReference(wkt2=crs.to_wkt())


def _code(crs: pyproj.CRS) -> int | None:
    found = crs.to_authority()
    if found == ("OGC", "CRS84"):
        return 4326
    if found is None or found[0] not in ("EPSG", "ESRI") or not found[1].isdigit():
        return None
    return int(found[1])
