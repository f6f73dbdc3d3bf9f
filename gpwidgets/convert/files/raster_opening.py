"""Rasters opened by the library that is at hand, as what their name says and as nothing else.

GDAL, behind those libraries, would go by the content, and a raster of some kinds names further files and
addresses to be read in its place.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from gpwidgets.convert.files._closed_gdal import CLOSED
from gpwidgets.errors import ConversionError
from gpwidgets.texts import tr

__all__ = ["RASTERS", "RasterKind", "check_raster", "open_safely", "raster_opener"]

_LIBRARIES = ("rioxarray", "rasterio")


class RasterKind(NamedTuple):
    """A kind of raster: GDAL's driver, Pillow's format, and how the file begins."""

    driver: str
    pillow: str
    beginnings: tuple[bytes, ...]


_TIFF = RasterKind("GTiff", "TIFF", (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"))
_JPEG = RasterKind("JPEG", "JPEG", (b"\xff\xd8\xff",))

RASTERS = {
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".png": RasterKind("PNG", "PNG", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".gif": RasterKind("GIF", "GIF", (b"GIF8",)),
}
"""The kinds that are opened, by the ending of the name in lower case."""


def check_raster(path: Path) -> RasterKind:
    """The kind of a raster file, which its name says and its first bytes prove.

    Raises
    ------
    ConversionError
        It is of a kind that is not opened, or not of the kind that its name says.
    """
    kind = RASTERS.get(path.suffix.lower())
    if kind is None:
        raise ConversionError(
            tr(
                "{name} is saved, but not opened: files of its kind may name other files and addresses. Open "
                "it with a library of your choice if you trust it.",
                name=path.name,
            )
        )
    with path.open("rb") as file:
        if not file.read(8).startswith(kind.beginnings):
            raise ConversionError(
                tr(
                    "{name} cannot be read: it is no {kind}, although its name says so.",
                    name=path.name,
                    kind=kind.driver,
                )
            )
    return kind


def open_safely(rasterio: Any, path: Path) -> Any:
    """Open a raster with rasterio: by the driver of its kind, alone, and without the network.

    Parameters
    ----------
    rasterio
        The module.
    path
        The file.

    Returns
    -------
    rasterio.DatasetReader
        To be closed after use.

    Raises
    ------
    ConversionError
        As `check_raster`; or it names another file for its overviews.
    """
    kind = check_raster(path)
    with rasterio.Env(**CLOSED, GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"):
        with rasterio.open(path, driver=kind.driver, OVERVIEW_LEVEL="NONE") as raster:
            if raster.tags(ns="OVERVIEWS"):
                raise ConversionError(
                    tr("{name} is not opened: it names another file to be read.", name=path.name)
                )
        return rasterio.open(path, driver=kind.driver)


def raster_opener(library: str = "") -> Callable[[Path], Any]:
    """Return the function that opens a raster file; asked for before the file is fetched.

    Parameters
    ----------
    library
        ``"rioxarray"`` or ``"rasterio"``; the first of them that is installed when left out.

    Raises
    ------
    ConversionError
        The library is not installed.
    ValueError
        Another library.
    """
    if library and library not in _LIBRARIES:
        raise ValueError(f"library is {' or '.join(_LIBRARIES)}, not {library!r}")
    wanted = [library] if library else list(_LIBRARIES)
    for name in wanted:
        try:
            module = importlib.import_module(name)
            rasterio = importlib.import_module("rasterio")  # rioxarray stands on it
        except ImportError:
            continue
        if name == "rasterio":
            return lambda path: open_safely(rasterio, path)
        return lambda path: module.open_rasterio(open_safely(rasterio, path))
    raise ConversionError(
        tr("opening a raster needs {libraries}; download() saves the file", libraries=" / ".join(wanted))
    )
