"""Spatial references of the wire and pyproj's coordinate systems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import pyproj
from pyproj.exceptions import CRSError

from gpwidgets.errors import ConversionError
from gpwidgets.protocol.values import SpatialReference
from gpwidgets.texts import tr

#: Codes from here on are Esri's own; EPSG gives none of them away. A few of Esri's are smaller.
FIRST_ESRI_CODE = 32767
#: Esri's name for Web Mercator, which pyproj would hold for another system than EPSG:3857.
_WEB_MERCATOR = 102100
_SATELLITE = ("GRS 1980", "WGS 84")
#: OGC's names of systems with longitude first; the order of axes is not told on the wire.
_OGC_CODES = {"CRS84": 4326, "CRS83": 4269, "CRS27": 4267, "CRS84H": 4979}


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
            found = pyproj.CRS.from_user_input(text)
        except CRSError:
            continue
        if not found.is_vertical or found.is_compound:  # heights alone are no place
            return found
    return None


def _spellings(reference: SpatialReference) -> Iterator[str]:
    for code in (reference.latest_wkid, reference.wkid):
        if code == _WEB_MERCATOR:
            yield "EPSG:3857"
        elif code is not None and code > 0:
            names = (f"EPSG:{code}", f"ESRI:{code}")
            yield from names if code < FIRST_ESRI_CODE else reversed(names)
    for text in (reference.wkt2, reference.wkt):
        if text:
            yield text


def read_crs(value: Any) -> pyproj.CRS:
    """The coordinate system that anything pyproj reads, or a spatial reference, names.

    Raises
    ------
    ConversionError
        It is not known.
    """
    found = to_crs(value) if isinstance(value, SpatialReference) else None
    if found is not None:
        return found
    try:
        return pyproj.CRS.from_user_input(value)
    except CRSError as error:
        raise ConversionError(
            tr("{value!r} is no coordinate system that is known: {error}", value=str(value)[:60], error=error)
        ) from None


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
        return _with_heights(crs)
    code = code_of(crs)
    if code == 3857:
        return SpatialReference(wkid=_WEB_MERCATOR, latest_wkid=3857)
    if code is not None:
        return SpatialReference(wkid=code, latest_wkid=code)
    plain = _unbound(crs)
    try:
        return SpatialReference(wkt=plain.to_wkt("WKT1_ESRI"))
    except CRSError:
        return SpatialReference(wkt2=plain.to_wkt())


def _with_heights(crs: pyproj.CRS) -> SpatialReference:
    """Horizontal and vertical system; both in one text where one of them has no code."""
    horizontal, vertical = crs.sub_crs_list[:2]
    flat, code = _named(horizontal), code_of(_unbound(vertical))
    if code is None and flat.wkt:
        try:
            return SpatialReference(wkt=f"{flat.wkt},{_unbound(vertical).to_wkt('WKT1_ESRI')}")
        except CRSError:
            return flat
    return SpatialReference(
        flat.wkid, flat.latest_wkid, flat.wkt, flat.wkt2, vcs_wkid=code, latest_vcs_wkid=code
    )


def _unbound(crs: pyproj.CRS) -> pyproj.CRS:
    return crs.source_crs if crs.is_bound and crs.source_crs is not None else crs


def code_of(crs: pyproj.CRS) -> int | None:
    """The EPSG or Esri code of a coordinate system, also of one that has another name or none.

    Parameters
    ----------
    crs
        Any system; of one that carries a datum shift, the code is that without the shift.

    Returns
    -------
    int or None
        None where no code is known, or the datum is not named, as in ``+proj=utm +zone=32 +ellps=intl``: that
        may be in Europe or in Libya, with 100 metres between them.
    """
    shifted, crs = carries_shift(crs), _unbound(crs)
    authority = crs.to_authority()
    if authority is not None and authority[0] == "OGC" and authority[1].upper() in _OGC_CODES:
        return _OGC_CODES[authority[1].upper()]
    for name in ("EPSG", "ESRI"):
        codes = [found.code for found in crs.list_authority(auth_name=name) if found.code.isdigit()]
        if codes and (not has_unknown_datum(crs) or (is_of_satellites(crs) and not shifted)):
            # One small code of Esri's has another meaning in EPSG, which a reader would think of first.
            return int(codes[0]) if name == "EPSG" or _means_esri(int(codes[0])) else None
    return None


def _means_esri(code: int) -> bool:
    if code >= FIRST_ESRI_CODE:
        return True
    try:
        pyproj.CRS.from_epsg(code)
    except CRSError:
        return True
    return False


def has_unknown_datum(crs: pyproj.CRS) -> bool:
    """Whether a coordinate system names an ellipsoid but no datum, so that nobody knows where it lies."""
    datum = _unbound(crs).datum
    return datum is not None and datum.name.casefold().startswith("unknown")


def carries_shift(crs: pyproj.CRS) -> bool:
    """Whether a coordinate system carries a datum shift of its own, other than none at all."""
    if not crs.is_bound or crs.source_crs is None:
        return False
    operation = crs.coordinate_operation
    return operation is None or not operation.towgs84 or any(operation.towgs84)


def is_of_satellites(crs: pyproj.CRS) -> bool:
    """Whether the datums of an ellipsoid go back to satellites, so that they agree within a metre or two."""
    return crs.ellipsoid is not None and crs.ellipsoid.name in _SATELLITE
