"""Rasters as pictures on a web map: read, warped to Web Mercator, coloured, packed as PNG.

GeoTIFF is read by rasterio where it is installed, and else by Pillow, which knows the plain kind: north up,
one of the usual compressions, a coordinate system with an EPSG code.
"""

from __future__ import annotations

import importlib
import struct
import warnings
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.convert.files.raster_opening import RASTERS, check_raster, open_safely
from gpwidgets.errors import ConversionError
from gpwidgets.texts import tr, written

__all__ = ["Raster", "RasterPicture", "png_of", "raster_picture", "read_raster"]

_MERCATOR = pyproj.CRS.from_epsg(3857)
_GEOGRAPHIC = pyproj.CRS.from_epsg(4326)
_MAX_SIDE = 1400
_RASTER_TYPE, _PIXEL_IS_POINT = 1025, 2
_MOST_CLASSES = 8
_BYTES = 255


@dataclass(frozen=True)
class Raster:
    """A raster in memory.

    Attributes
    ----------
    values : numpy.ndarray
        Bands, rows from the top, columns.
    affine : tuple of float
        ``a, b, c, d, e, f``: x = a * column + b * row + c, y = d * column + e * row + f, at outer corners.
    crs : pyproj.CRS
        Its coordinate system.
    nodata : float or None
        Value of cells that hold nothing.
    """

    values: npt.NDArray[Any]
    affine: tuple[float, float, float, float, float, float]
    crs: pyproj.CRS
    nodata: float | None


@dataclass(frozen=True)
class RasterPicture:
    """A raster as a web map shows it.

    Attributes
    ----------
    png : bytes
        RGBA; cells without a value are transparent.
    bounds : tuple of float
        West, south, east, north in degrees.
    legend : tuple of (str, str)
        Labels and colours; empty for a picture that has its own colours.
    has_mask : bool
        Whether 0 seems to mean that there is nothing, as in a viewshed or a mask.
    """

    png: bytes
    bounds: tuple[float, float, float, float]
    legend: tuple[tuple[str, str], ...]
    has_mask: bool = False


def read_raster(path: Path) -> Raster:
    """Read a raster file.

    Raises
    ------
    ConversionError
        No library that can read it is installed, it has no place on the earth, or it is too large.
    """
    for name, read in (("rasterio", _by_rasterio), ("PIL.Image", _by_pillow)):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        try:
            check_raster(path)
            return read(module, path)
        except ConversionError:
            raise
        except Exception as error:  # each library has its own kinds
            raise ConversionError(
                tr("{name} cannot be read as a raster: {error}", name=path.name, error=error)
            ) from error
    raise ConversionError(
        tr("{name}: showing rasters needs rasterio or Pillow; the file itself is saved", name=path.name)
    )


def _check_size(path: Path, cells: int) -> None:
    if cells > limit("pixels"):
        raise ConversionError(
            tr(
                "{name} has {cells:,} cells, too many to show; open the saved file, or {hint}",
                name=path.name,
                cells=cells,
                hint=how_to_raise("pixels"),
            )
        )


def _by_rasterio(rasterio: Any, path: Path) -> Raster:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", importlib.import_module("rasterio.errors").NotGeoreferencedWarning)
        source = open_safely(rasterio, path)
    with source:
        if source.crs is None:
            raise ConversionError(
                tr("{name} has no place on the earth: it names no coordinate system", name=path.name)
            )
        _check_size(path, source.width * source.height * min(source.count, 4))
        values = source.read(list(range(1, min(source.count, 4) + 1)))
        affine = tuple(source.transform)[:6]
        return Raster(values, affine, pyproj.CRS.from_user_input(source.crs.to_wkt()), source.nodata)


def _by_pillow(image_module: Any, path: Path) -> Raster:
    with image_module.open(path, formats=(RASTERS[path.suffix.lower()].pillow,)) as image:
        _check_size(path, image.width * image.height)
        tags = getattr(image, "tag_v2", {})
        keys = tags.get(34735)
        affine = _affine_of_tags(tags, keys) if keys else None
        if affine is None or not keys:
            raise ConversionError(
                tr("{name} has no place on the earth that can be read without rasterio", name=path.name)
            )
        crs = _crs_of_keys(path, keys)
        values = np.asarray(image)
        nodata = str(tags.get(42113, "")).strip("\0 ")
        bands = values[None] if values.ndim == 2 else np.moveaxis(values, 2, 0)
        return Raster(bands, affine, crs, float(nodata) if nodata else None)


def _affine_of_tags(tags: Any, keys: Sequence[int]) -> tuple[float, float, float, float, float, float] | None:
    """From column and row to x and y, at outer corners of cells; None where the tags do not tell.

    A raster of the type PixelIsPoint names the middle of its cells.
    """
    scale, tie, matrix = tags.get(33550), tags.get(33922), tags.get(34264)
    if scale and tie and len(scale) > 1 and len(tie) > 4:
        a, b, d, e = float(scale[0]), 0.0, 0.0, -float(scale[1])
        c, f = float(tie[3]) - a * float(tie[0]), float(tie[4]) - e * float(tie[1])
    elif matrix and len(matrix) == 16:
        a, b, _, c, d, e, _, f = map(float, matrix[:8])
    else:
        return None
    if _short_keys(keys).get(_RASTER_TYPE) == _PIXEL_IS_POINT:
        c, f = c - (a + b) / 2, f - (d + e) / 2
    return a, b, c, d, e, f


def _short_keys(keys: Sequence[int]) -> dict[int, int]:
    """The keys of a GeoTIFF's directory whose values stand in it."""
    return {keys[at]: keys[at + 3] for at in range(4, len(keys) - 3, 4) if keys[at + 1] == 0}


def _crs_of_keys(path: Path, keys: Sequence[int]) -> pyproj.CRS:
    """The coordinate system that a GeoTIFF's key directory names by code."""
    codes = _short_keys(keys)
    code = codes.get(3072) or codes.get(2048)
    if not code or code == 32767:
        raise ConversionError(
            tr("{name} has a coordinate system that needs rasterio to be read", name=path.name)
        )
    return pyproj.CRS.from_epsg(code)


def raster_picture(
    raster: Raster, ramp: Sequence[str], classes: Sequence[str], *, zero: bool | None = None
) -> RasterPicture:
    """Return a raster as a picture in Web Mercator.

    Parameters
    ----------
    raster
        Of one band, or of three or four bands of bytes with colours.
    ramp
        Colours (``#rrggbb``) from low to high.
    classes
        Colours for a raster of only a few whole numbers.
    zero
        Whether cells of 0 are drawn; as `RasterPicture.has_mask` tells when left out.
    """
    bands, rows, columns = raster.values.shape
    xs, ys = _edge(raster, rows, columns)
    to_mercator = pyproj.Transformer.from_crs(raster.crs, _MERCATOR, always_xy=True)
    mx, my = to_mercator.transform(xs, ys)
    good = np.isfinite(mx) & np.isfinite(my)
    if not good.any():
        raise ConversionError(tr("the raster lies where the map has no place"))
    west, east = float(np.min(mx[good])), float(np.max(mx[good]))
    south, north = float(np.min(my[good])), float(np.max(my[good]))
    scale = min(1.0, _MAX_SIDE / max(rows, columns))
    wide, tall = max(1, round(columns * scale)), max(1, round(rows * scale))
    cells, inside = _sampled(raster, to_mercator, (west, south, east, north), wide, tall)
    legend: tuple[tuple[str, str], ...] = ()
    has_mask = False
    if bands >= 3 and raster.values.dtype == np.uint8:
        rgba = _own_colors(cells, inside)
    else:
        there = inside & _present(cells[0], raster.nodata)
        has_mask = _is_mask(cells[0][there])
        if not (not has_mask if zero is None else zero):
            there = there & (cells[0] != 0)
        rgba, legend = _colored(cells[0], there, ramp, classes)
    to_degrees = pyproj.Transformer.from_crs(_MERCATOR, _GEOGRAPHIC, always_xy=True)
    lons, lats = to_degrees.transform([west, east], [south, north])
    return RasterPicture(png_of(rgba), (lons[0], lats[0], lons[1], lats[1]), legend, has_mask)


def _edge(raster: Raster, rows: int, columns: int) -> tuple[Any, Any]:
    """Points along the outline, in the raster's coordinate system."""
    steps = np.linspace(0, 1, 41)
    cols = np.concatenate([steps, steps, 0 * steps, 0 * steps + 1]) * columns
    lines = np.concatenate([0 * steps, 0 * steps + 1, steps, steps]) * rows
    a, b, c, d, e, f = raster.affine
    return a * cols + b * lines + c, d * cols + e * lines + f


def _sampled(
    raster: Raster, to_mercator: Any, box: tuple[float, float, float, float], wide: int, tall: int
) -> tuple[Any, Any]:
    """The nearest cell for each pixel of the picture, and which pixels lie in the raster."""
    west, south, east, north = box
    mx = west + (np.arange(wide) + 0.5) / wide * (east - west)
    my = north - (np.arange(tall) + 0.5) / tall * (north - south)
    x, y = to_mercator.transform(*np.meshgrid(mx, my), direction="INVERSE")
    a, b, c, d, e, f = raster.affine
    det = a * e - b * d
    column = np.floor((e * (x - c) - b * (y - f)) / det)
    line = np.floor((a * (y - f) - d * (x - c)) / det)
    _, rows, columns = raster.values.shape
    inside = (column >= 0) & (column < columns) & (line >= 0) & (line < rows)
    column = np.where(inside, column, 0).astype(np.intp)
    line = np.where(inside, line, 0).astype(np.intp)
    return raster.values[:, line, column], inside


def _present(cells: Any, nodata: float | None) -> Any:
    good = np.isfinite(cells.astype(float))
    return good if nodata is None or np.isnan(nodata) else good & (cells != nodata)


def _is_mask(values: Any) -> bool:
    """Whether 0 stands for nothing beside a few whole numbers above it."""
    if values.dtype.kind not in "iub" or not len(values) or values.min() != 0 or values.max() == 0:
        return False
    return len(np.unique(values)) <= _MOST_CLASSES


def _own_colors(cells: Any, inside: Any) -> npt.NDArray[np.uint8]:
    rgba = np.empty((*inside.shape, 4), dtype=np.uint8)
    rgba[..., :3] = np.moveaxis(cells[:3], 0, 2)
    rgba[..., 3] = np.where(inside, cells[3] if len(cells) > 3 else _BYTES, 0)
    return rgba


def _colored(
    cells: Any, shown: Any, ramp: Sequence[str], classes: Sequence[str]
) -> tuple[npt.NDArray[np.uint8], tuple[tuple[str, str], ...]]:
    rgba = np.zeros((*cells.shape, 4), dtype=np.uint8)
    values = cells[shown]
    if not len(values):
        return rgba, ()
    few = np.unique(values[:: max(1, len(values) // 100_000)])
    if len(few) <= _MOST_CLASSES and np.issubdtype(cells.dtype, np.integer):
        few = np.unique(values)[:_MOST_CLASSES]
        palette = np.array([_rgb(classes[at % len(classes)]) for at in range(len(few))], dtype=np.uint8)
        rgba[shown, :3] = palette[np.minimum(np.searchsorted(few, values), len(few) - 1)]
        legend = tuple((written(value), classes[at % len(classes)]) for at, value in enumerate(few.tolist()))
    else:
        low, high = (float(part) for part in np.quantile(values.astype(float), [0.02, 0.98]))
        share = np.clip((values.astype(float) - low) / ((high - low) or 1.0), 0, 1)
        stops = np.array([_rgb(stop) for stop in ramp], dtype=float)
        places = np.linspace(0, 1, len(stops))
        for band in range(3):
            rgba[shown, band] = np.interp(share, places, stops[:, band]).round()
        legend = tuple(
            (written(low + (high - low) * place, ",.6g"), stop)
            for place, stop in zip(places, ramp, strict=True)
        )
    rgba[shown, 3] = _BYTES
    return rgba, legend


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(color[1:])
    return red, green, blue


def png_of(rgba: npt.NDArray[np.uint8]) -> bytes:
    """A picture as a PNG file.

    Parameters
    ----------
    rgba
        Rows from the top, columns, and four bytes each: red, green, blue, opacity.
    """
    tall, wide, _ = rgba.shape
    cells = rgba.reshape(tall, wide * 4)
    # Each line begins with its filter; 2 for what differs from the line above, which packs to a fifth.
    lines = np.full((tall, 1 + wide * 4), 2, dtype=np.uint8)
    lines[:1, 1:] = cells[:1]
    np.subtract(cells[1:], cells[:-1], out=lines[1:, 1:])
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", wide, tall, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines.tobytes(), 6)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body
