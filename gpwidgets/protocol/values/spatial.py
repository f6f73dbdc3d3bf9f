"""Spatial references, extents, and the pictures of result map services, which have one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

Bounds = tuple[float, float, float, float]
"""West, south, east, north."""


def _whole(value: Any) -> int | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class SpatialReference:
    """A coordinate system as the wire names it: GPSpatialReference, GPCoordinateSystem.

    Attributes
    ----------
    wkid, latest_wkid : int or None
        The original Esri code (102100) and today's code (3857).
    wkt, wkt2 : str or None
        The definition itself, for systems without a code.
    vcs_wkid, latest_vcs_wkid : int or None
        The vertical system.

    Examples
    --------
    >>> SpatialReference(25832).to_json()
    {'wkid': 25832}
    """

    wkid: int | None = None
    latest_wkid: int | None = None
    wkt: str | None = None
    wkt2: str | None = None
    vcs_wkid: int | None = None
    latest_vcs_wkid: int | None = None

    @classmethod
    def from_json(cls, data: Any) -> SpatialReference:
        """Read an object or a bare code; anything else is the unknown reference."""
        if isinstance(data, Mapping):
            texts = {key: data[key] if isinstance(data.get(key), str) else None for key in ("wkt", "wkt2")}
            return cls(
                _whole(data.get("wkid")),
                _whole(data.get("latestWkid")),
                texts["wkt"] or None,
                texts["wkt2"] or None,
                _whole(data.get("vcsWkid")),
                _whole(data.get("latestVcsWkid")),
            )
        return cls(wkid=_whole(data))

    def to_json(self) -> dict[str, Any]:
        """The wire form; ``{}`` when nothing is known."""
        pairs = {
            "wkid": self.wkid,
            "latestWkid": self.latest_wkid,
            "wkt": self.wkt,
            "wkt2": self.wkt2,
            "vcsWkid": self.vcs_wkid,
            "latestVcsWkid": self.latest_vcs_wkid,
        }
        return {key: value for key, value in pairs.items() if value is not None}

    def without_heights(self) -> SpatialReference:
        """The horizontal system alone, where codes name both."""
        return replace(self, vcs_wkid=None, latest_vcs_wkid=None)

    def __bool__(self) -> bool:
        return bool(self.to_json())

    def __str__(self) -> str:
        code = self.latest_wkid or self.wkid
        return f"WKID {code}" if code else (self.wkt or self.wkt2 or "unknown")[:60]


@dataclass(frozen=True)
class Extent:
    """A rectangle: GPExtent, GPEnvelope.

    Attributes
    ----------
    xmin, ymin, xmax, ymax : float
        Edges in the units of `spatial_reference`; x is easting or longitude.
    spatial_reference : SpatialReference
        Empty when unknown; a number is taken for the id of a system.
    zmin, zmax, mmin, mmax : float or None
        Further ranges.

    Examples
    --------
    Degrees, longitude first; an edge of nothing but numbers has no coordinate system.

    >>> Extent(7, 49, 9, 51, SpatialReference(4326)).bounds
    (7, 49, 9, 51)
    """

    xmin: float
    ymin: float
    xmax: float
    ymax: float
    spatial_reference: SpatialReference = SpatialReference()
    zmin: float | None = None
    zmax: float | None = None
    mmin: float | None = None
    mmax: float | None = None

    def __post_init__(self) -> None:
        """Take the id of a coordinate system for the system."""
        reference: Any = self.spatial_reference
        if isinstance(reference, int) and not isinstance(reference, bool):
            object.__setattr__(self, "spatial_reference", SpatialReference(reference))
        elif not isinstance(reference, SpatialReference):
            raise TypeError(
                f"the coordinate system of an extent is a SpatialReference or its id, not {reference!r}"
            )

    @classmethod
    def from_json(cls, data: Any) -> Extent:
        """Read the wire form, with ``spatial_reference`` or ``spatialReference``.

        Raises
        ------
        ValueError
            An edge is missing or no number.
        """
        if not isinstance(data, Mapping):
            raise ValueError("an extent is an object with xmin, ymin, xmax and ymax")
        try:
            xmin, ymin, xmax, ymax = (float(data[key]) for key in ("xmin", "ymin", "xmax", "ymax"))
        except (KeyError, TypeError, ValueError, OverflowError):
            raise ValueError("an extent needs the numbers xmin, ymin, xmax and ymax") from None
        if not all(map(math.isfinite, (xmin, ymin, xmax, ymax))):
            raise ValueError("the edges of an extent have to be finite numbers")
        reference = SpatialReference.from_json(data.get("spatial_reference") or data.get("spatialReference"))
        further = {
            key: float(data[key])
            for key in ("zmin", "zmax", "mmin", "mmax")
            if isinstance(data.get(key), int | float)
        }
        return cls(xmin, ymin, xmax, ymax, reference, **further)

    def to_json(self, *, reference_key: str = "spatial_reference") -> dict[str, Any]:
        """The wire form; `reference_key` is ``spatialReference`` inside a ``context``."""
        pairs: dict[str, Any] = {"xmin": self.xmin, "ymin": self.ymin, "xmax": self.xmax, "ymax": self.ymax}
        for key in ("zmin", "zmax", "mmin", "mmax"):
            if getattr(self, key) is not None:
                pairs[key] = getattr(self, key)
        if self.spatial_reference:
            pairs[reference_key] = self.spatial_reference.to_json()
        return pairs

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(xmin, ymin, xmax, ymax), as ``total_bounds`` orders them."""
        return self.xmin, self.ymin, self.xmax, self.ymax

    def __str__(self) -> str:
        edges = ", ".join(f"{edge:.10g}" for edge in self.bounds)
        return f"{edges} ({self.spatial_reference})" if self.spatial_reference else edges


@dataclass(frozen=True)
class MapImage:
    """A picture of a result, drawn by a result map service.

    Attributes
    ----------
    href : str
        URL of the picture.
    width, height : int
        Pixels.
    extent : Extent or None
        What the picture shows.
    scale : float
        Map scale, 0 when unknown.
    """

    href: str
    width: int = 0
    height: int = 0
    extent: Extent | None = None
    scale: float = 0.0

    @classmethod
    def from_json(cls, data: Any) -> MapImage:
        """Read the ``mapImage`` object."""
        if not isinstance(data, Mapping):
            raise ValueError("a map image is an object with href")
        try:
            extent = Extent.from_json(data.get("extent"))
        except ValueError:
            extent = None
        scale = data.get("scale")
        return cls(
            str(data.get("href") or ""),
            _whole(data.get("width")) or 0,
            _whole(data.get("height")) or 0,
            extent,
            float(scale) if isinstance(scale, int | float) else 0.0,
        )

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        pairs: dict[str, Any] = {
            "href": self.href,
            "width": self.width,
            "height": self.height,
            "scale": self.scale,
        }
        if self.extent is not None:
            pairs["extent"] = self.extent.to_json(reference_key="spatialReference")
        return pairs
