"""Values of parameters that are more than a number or a text: files, layers, fields, extents, references.

Each is a frozen dataclass with `from_json` and `to_json` for the wire form. Units live in
`gpwidgets.protocol.units` and are named here too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from gpwidgets.protocol.units import ArealUnit, LinearUnit, TimeUnit

__all__ = [
    "UNSET",
    "ArealUnit",
    "DataFile",
    "Extent",
    "FieldRef",
    "LayerReference",
    "LinearUnit",
    "MapImage",
    "RasterData",
    "SpatialReference",
    "TimeUnit",
    "Unset",
]


class Unset:
    """The type of `UNSET`: no value given, so the parameter is left out of the request."""

    _only: Unset | None = None

    def __new__(cls) -> Unset:
        """Give the one value of this type."""
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()


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
        Empty when unknown.
    zmin, zmax, mmin, mmax : float or None
        Further ranges.
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


@dataclass(frozen=True)
class FieldRef:
    """An attribute column chosen as input: the wire's ``Field``.

    Attributes
    ----------
    name, type : str
        Column name and ``esriFieldType…`` word.
    alias : str
        Name to show; empty when the server gives none.
    """

    name: str
    type: str = "esriFieldTypeString"
    alias: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_json(cls, data: Any) -> FieldRef:
        """Read a field object, or a bare column name."""
        if isinstance(data, str) and data:
            return cls(data)
        if not isinstance(data, Mapping) or not data.get("name"):
            raise ValueError("a field is a column name, or an object with name and type")
        known = ("name", "type", "alias")
        extra = {key: value for key, value in data.items() if key not in known}
        name, kind, alias = (data.get(key) for key in known)
        return cls(str(name), str(kind or "esriFieldTypeString"), str(alias or ""), extra)

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        alias = {"alias": self.alias} if self.alias else {}
        return {"name": self.name, "type": self.type, **alias, **self.extra}


class _Fetched:
    """Reading a file that a server holds; the floor that made the value gives it the way to fetch."""

    url: str | None
    _fetch: Fetch | None

    def _way(self) -> Fetch:
        if self._fetch is None or not self.url:
            raise ValueError("this value did not come from a server, so there is nothing to fetch")
        return self._fetch

    def download(self, folder: str | Path = ".") -> Path:
        """Save the file below `folder` under a cleaned name; nothing is overwritten.

        Returns
        -------
        Path
            Where it was saved.
        """
        return self._way().download(self.url or "", Path(folder))

    def read(self) -> bytes:
        """The whole content of the file."""
        return self._way().read(self.url or "")


@dataclass(frozen=True)
class Fetch:
    """Ways to read a URL that a result names, to disk and to memory, and to open a raster on disk.

    `opener` takes the name of a library, empty for any, and returns its function.
    """

    download: Callable[[str, Path], Path]
    read: Callable[[str], bytes]
    opener: Callable[[str], Callable[[Path], Any]] | None = None


@dataclass(frozen=True)
class DataFile(_Fetched):
    """A file: GPDataFile.

    Attributes
    ----------
    url : str or None
        Where the server finds it, or where a result can be fetched.
    item_id : str or None
        An upload to the same service.
    portal_item_id : str or None
        An item of the portal that the server belongs to.
    path : str or None
        A local file that is uploaded before the run.
    """

    url: str | None = None
    item_id: str | None = None
    portal_item_id: str | None = None
    path: str | None = None
    _fetch: Fetch | None = field(default=None, compare=False, repr=False)

    @classmethod
    def from_json(cls, data: Any, fetch: Fetch | None = None) -> DataFile:
        """Read the wire form, an object or a bare URL."""
        if isinstance(data, str) and data:
            return cls(url=data, _fetch=fetch)
        if not isinstance(data, Mapping):
            raise ValueError("a file is an object with url, itemID or portalItemID")
        texts = {
            key: data[key] for key in ("url", "itemID", "portalItemID") if isinstance(data.get(key), str)
        }
        url, item, portal = (texts.get(key) or None for key in ("url", "itemID", "portalItemID"))
        return cls(url, item, portal, _fetch=fetch)

    def to_json(self) -> dict[str, Any]:
        """The wire form; a local path has none before it is uploaded."""
        pairs = {"url": self.url, "itemID": self.item_id, "portalItemID": self.portal_item_id}
        return {key: value for key, value in pairs.items() if value}

    @property
    def name(self) -> str:
        """Last part of the URL or path, only to be shown."""
        return ((self.path or self.url or "").split("?")[0].replace("\\", "/").rsplit("/", 1)[-1]) or "file"


@dataclass(frozen=True)
class RasterData(_Fetched):
    """A raster: GPRasterDataLayer, GPRasterData.

    Attributes
    ----------
    url : str or None
        A file or an image service.
    format : str
        ``tif``, ``img``, ``crf`` … as the server says.
    type : str
        ``ImageService`` when the URL is one.
    item_id : str or None
        An upload to the same service.
    path : str or None
        A local file that is uploaded before the run.
    """

    url: str | None = None
    format: str = ""
    type: str = ""
    item_id: str | None = None
    path: str | None = None
    _fetch: Fetch | None = field(default=None, compare=False, repr=False)

    @classmethod
    def from_json(cls, data: Any, fetch: Fetch | None = None) -> RasterData:
        """Read the wire form, an object or a bare URL."""
        if isinstance(data, str) and data:
            return cls(url=data, _fetch=fetch)
        if not isinstance(data, Mapping):
            raise ValueError("a raster is an object with url or itemID")
        texts = {
            key: data[key] if isinstance(data.get(key), str) else ""
            for key in ("url", "format", "type", "itemID")
        }
        return cls(
            texts["url"] or None, texts["format"], texts["type"], texts["itemID"] or None, _fetch=fetch
        )

    def to_json(self) -> dict[str, Any]:
        """The wire form; a local path has none before it is uploaded."""
        pairs = {"url": self.url, "format": self.format, "type": self.type, "itemID": self.item_id}
        return {key: value for key, value in pairs.items() if value}

    def open(self, folder: str | Path = ".", *, library: str = "") -> Any:
        """Save the file below `folder` and open it, with all bands and its place on the earth.

        Parameters
        ----------
        folder
            As for `download`.
        library
            ``"rioxarray"`` or ``"rasterio"``; the first of them that is installed when left out.

        Returns
        -------
        xarray.DataArray or rasterio.DatasetReader
            Of rioxarray, band by y by x; or of rasterio, to be closed after use.

        Raises
        ------
        ConversionError
            The library is not installed; nothing has been fetched then.
        ValueError
            Another library, or a raster that did not come from a server.
        """
        opener = self._way().opener
        if opener is None:
            raise ValueError("this value did not come from a run, so there is nothing to open")
        opens = opener(library)
        return opens(self.download(folder))

    @property
    def name(self) -> str:
        """Last part of the URL or path, only to be shown."""
        return ((self.path or self.url or "").split("?")[0].replace("\\", "/").rsplit("/", 1)[-1]) or "raster"


RowReader = Callable[[str, str, int | None, Any], Any]
"""Reads the rows of a layer: URL, where clause, most rows, coordinates."""


@dataclass(frozen=True)
class LayerReference:
    """A layer of a map or feature service that the server itself reads as input.

    Attributes
    ----------
    url : str
        ``…/MapServer/0``, ``…/FeatureServer/0``, or a file with a feature set.
    filter : str
        Where clause in the SQL of the service; empty for all rows.
    time : str
        ``"ms"``, ``"ms,ms"`` or ``"ms,null"``; empty for all times.
    auth : object
        `Token` for a secured layer. It is passed on to the task's server, which reads the layer, as a part
        of this input only; it is never shown or kept.
    token_key : str
        Key under which the token is sent: ``serviceToken`` for the analysis tools of a portal, ``token`` when
        empty.
    """

    url: str
    filter: str = ""
    time: str = ""
    auth: Any = field(default=None, repr=False)
    token_key: str = ""
    _reader: RowReader | None = field(default=None, repr=False, compare=False)

    @classmethod
    def from_json(cls, data: Any, reader: RowReader | None = None) -> LayerReference:
        """Read the wire form; a token in it is dropped, never kept."""
        if isinstance(data, str) and data:
            return cls(data, _reader=reader)
        if not isinstance(data, Mapping) or not isinstance(data.get("url"), str):
            raise ValueError("a layer is named by the URL of a service layer")
        where, when = (str(data.get(key) or "") for key in ("filter", "time"))
        return cls(data["url"], where, when, _reader=reader)

    def read(self, where: str = "", *, limit: int | None = None, out_sr: int | None = None) -> Any:
        """Read the layer's rows, page by page, with the sign-in of the reference or of the run it came from.

        Parameters
        ----------
        where
            Clause in the SQL of the service; the reference's own filter when left out.
        limit
            Most rows; None for all.
        out_sr
            EPSG or Esri code of the coordinates; the layer's own when left out.

        Returns
        -------
        geopandas.GeoDataFrame

        Raises
        ------
        GPError
            The layer cannot be read.

        Notes
        -----
        Reads ``…/FeatureServer/<n>`` or ``…/MapServer/<n>``, and its ``query``.
        """
        reader = self._reader or (_reader_of[0](self) if _reader_of else None)
        if reader is None:
            raise ValueError("there is no way to read a layer yet; import gpwidgets first")
        return reader(self.url, where or self.filter, limit, out_sr)

    def to_json(self) -> dict[str, Any]:
        """The wire form, without a token."""
        pairs = {"url": self.url, "filter": self.filter, "time": self.time}
        return {key: value for key, value in pairs.items() if value}


_reader_of: list[Callable[[LayerReference], RowReader]] = []


def read_layers_by(reader_of: Callable[[LayerReference], RowReader]) -> None:
    """Give the references that were made by hand their way to read rows; for the floor that speaks HTTP."""
    _reader_of[:] = [reader_of]


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
