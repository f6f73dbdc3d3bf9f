"""Files and rasters, local, uploaded or on a server, and how a result's are fetched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["DataFile", "Fetch", "RasterData", "fetched_by"]


class _Fetched:
    """Reading a file that a server holds; whoever makes the value gives it the way to fetch."""

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

    Examples
    --------
    >>> DataFile(path="data/places.csv").name
    'places.csv'
    >>> DataFile("https://gis.example.com/places.csv").to_json()
    {'url': 'https://gis.example.com/places.csv'}
    """

    url: str | None = None
    _: KW_ONLY
    item_id: str | None = None
    portal_item_id: str | None = None
    path: str | None = None
    _fetch: Fetch | None = field(default=None, init=False, compare=False, repr=False)

    @classmethod
    def from_json(cls, data: Any, fetch: Fetch | None = None) -> DataFile:
        """Read the wire form, an object or a bare URL."""
        if isinstance(data, str) and data:
            return fetched_by(cls(url=data), fetch)
        if not isinstance(data, Mapping):
            raise ValueError("a file is an object with url, itemID or portalItemID")
        texts = {
            key: data[key] for key in ("url", "itemID", "portalItemID") if isinstance(data.get(key), str)
        }
        url, item, portal = (texts.get(key) or None for key in ("url", "itemID", "portalItemID"))
        return fetched_by(cls(url, item_id=item, portal_item_id=portal), fetch)

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

    Examples
    --------
    >>> RasterData(path="data/dem.tif").name
    'dem.tif'
    >>> RasterData("https://gis.example.com/arcgis/rest/services/Dem/ImageServer", type="ImageServer").type
    'ImageServer'
    """

    url: str | None = None
    _: KW_ONLY
    format: str = ""
    type: str = ""
    item_id: str | None = None
    path: str | None = None
    _fetch: Fetch | None = field(default=None, init=False, compare=False, repr=False)

    @classmethod
    def from_json(cls, data: Any, fetch: Fetch | None = None) -> RasterData:
        """Read the wire form, an object or a bare URL."""
        if isinstance(data, str) and data:
            return fetched_by(cls(url=data), fetch)
        if not isinstance(data, Mapping):
            raise ValueError("a raster is an object with url or itemID")
        texts = {
            key: data[key] if isinstance(data.get(key), str) else ""
            for key in ("url", "format", "type", "itemID")
        }
        kind, item = {"format": texts["format"], "type": texts["type"]}, texts["itemID"] or None
        return fetched_by(cls(texts["url"] or None, item_id=item, **kind), fetch)

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


_File = TypeVar("_File", bound=DataFile | RasterData)


def fetched_by(value: _File, fetch: Fetch | None) -> _File:
    """The same file or raster with a way to fetch it."""
    made = replace(value)
    object.__setattr__(made, "_fetch", fetch)
    return made
