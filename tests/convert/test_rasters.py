"""Rasters as pictures of a web map."""

from __future__ import annotations

import io
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
from PIL import Image

from gpwidgets.convert.rendering.rasters import Raster, raster_picture, read_raster
from gpwidgets.demo.tools.geotiff import write_geotiff
from gpwidgets.errors import ConversionError

RAMP, CLASSES = ("#000000", "#ffffff"), ("#ff0000", "#00ff00")


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image)


def test_a_geotiff_is_read_with_its_place_and_its_empty_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    values = np.arange(12, dtype=np.uint8).reshape(3, 4)
    write_geotiff(path, values, west=8.0, north=47.0, cell=0.5, nodata=11)
    raster = read_raster(path)
    assert (raster.values[0] == values).all()
    assert raster.affine == (0.5, 0, 8.0, 0, -0.5, 47.0)
    assert raster.crs.to_epsg() == 4326
    assert raster.nodata == 11


def test_few_whole_numbers_are_classes_and_empty_cells_are_seen_through() -> None:
    values = np.array([[[2, 1000], [1000, 9]]], dtype=np.uint16)
    found = raster_picture(Raster(values, (1, 0, 0, 0, -1, 2), pyproj.CRS(4326), 9), RAMP, CLASSES)
    assert found.bounds == pytest.approx((0, 0, 2, 2))
    assert found.legend == (("2", "#ff0000"), ("1,000", "#00ff00"))
    assert not found.has_mask
    rgba = pixels(found.png)
    assert rgba[0, 0].tolist() == [255, 0, 0, 255]
    assert rgba[0, 1].tolist() == rgba[1, 0].tolist() == [0, 255, 0, 255]
    assert rgba[1, 1, 3] == 0


@pytest.mark.parametrize(
    ("values", "dtype", "has_mask"),
    [
        ([0, 1, 0, 1], np.uint8, True),
        ([0, 3, 1, 0], np.int32, True),
        ([0, 0, 0, 0], np.uint8, False),
        ([-1, 0, 1, 2], np.int16, False),
        ([0.0, 1.0, 0.0, 1.0], np.float32, False),
        (list(range(12)), np.int16, False),
    ],
)
def test_cells_of_zero_are_seen_through_where_zero_means_nothing(
    values: list[float], dtype: type, has_mask: bool
) -> None:
    raster = Raster(
        np.array(values, dtype=dtype).reshape(1, 2, -1), (1, 0, 0, 0, -1, 2), pyproj.CRS(4326), None
    )
    found = raster_picture(raster, RAMP, CLASSES)
    assert found.has_mask == has_mask
    zero = raster.values[0] == 0
    for asked, drawn in ((None, not has_mask), (True, True), (False, False)):
        picture = raster_picture(raster, RAMP, CLASSES, zero=asked)
        assert (pixels(picture.png)[..., 3][zero] > 0).all() == drawn
        assert (pixels(picture.png)[..., 3][~zero] > 0).all()


def test_a_projected_raster_lies_where_its_cells_are() -> None:
    size = 200
    values = np.zeros((1, size, size))
    values[0, 50:60, 20:30] = 100  # a patch of 10 km, 20 km from the west and 50 km from the north
    crs = pyproj.CRS(32632)
    found = raster_picture(Raster(values, (1000, 0, 400_000, 0, -1000, 5_300_000), crs, None), RAMP, CLASSES)
    bright = np.argwhere(pixels(found.png)[..., 0] > 250)
    row, column = bright.mean(axis=0)
    tall, wide = pixels(found.png).shape[:2]
    west, south, east, north = found.bounds
    mercator = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    (left, right), (bottom, top) = mercator.transform([west, east], [south, north])
    x = left + (column + 0.5) / wide * (right - left)
    y = top - (row + 0.5) / tall * (top - bottom)
    expected = pyproj.Transformer.from_crs(crs, 3857, always_xy=True).transform(425_000, 5_245_000)
    assert (x, y) == pytest.approx(expected, abs=2500)


def test_a_picture_is_packed_as_tightly_as_pillow_packs_it() -> None:
    across, down = np.meshgrid(np.arange(300), np.arange(300))
    values = np.stack([across * 255 // 300, down * 255 // 300, (across // 40 + down // 30) % 5 * 50])
    raster = Raster(values.astype(np.uint8), (0.01, 0, 0, 0, -0.01, 2), pyproj.CRS(4326), None)
    found = raster_picture(raster, RAMP, CLASSES)
    packed = io.BytesIO()
    Image.fromarray(pixels(found.png)).save(packed, "PNG")
    assert len(found.png) < 2 * len(packed.getvalue())


def test_bytes_of_three_bands_are_their_own_colours() -> None:
    values = np.zeros((3, 2, 2), dtype=np.uint8)
    values[2] = 200
    found = raster_picture(Raster(values, (1, 0, 0, 0, -1, 2), pyproj.CRS(4326), None), RAMP, CLASSES)
    assert pixels(found.png)[0, 0].tolist() == [0, 0, 200, 255]
    assert found.legend == ()


def test_a_picture_without_a_place_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain.tif"
    Image.new("L", (3, 3)).save(path)
    with pytest.raises(ConversionError, match="has no place"):
        read_raster(path)
    path.write_bytes(b"nothing")
    with pytest.raises(ConversionError, match="no GTiff, although its name says so"):
        read_raster(path)


def _written(path: Path, tags: dict[int, tuple[int, Any]]) -> Any:
    from PIL import Image, TiffImagePlugin

    directory = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, (kind, value) in tags.items():
        directory[tag] = value
        directory.tagtype[tag] = kind
    Image.fromarray(np.zeros((3, 4), "float32")).save(path, tiffinfo=directory)
    return read_raster(path).affine


@pytest.mark.skipif(find_spec("rasterio") is not None, reason="rasterio reads it")
@pytest.mark.parametrize("is_point", [False, True])
@pytest.mark.parametrize("size", [1.0, 0.25, 30.0])
@pytest.mark.parametrize("first", [(0.0, 0.0), (2.0, 1.0)])
def test_cells_lie_where_their_middle_or_corner_is_named(
    is_point: bool, size: float, first: tuple[float, float], tmp_path: Path
) -> None:
    pytest.importorskip("PIL")
    column, row = first
    half = size / 2 if is_point else 0.0
    x, y = 10.0 + column * size + half, 50.0 - row * size - half
    keys = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 2 if is_point else 1, 3072, 0, 1, 25832)
    scaled = {33550: (12, (size, size, 0.0)), 33922: (12, (column, row, 0.0, x, y, 0.0)), 34735: (3, keys)}
    assert _written(tmp_path / "scaled.tif", scaled) == pytest.approx((size, 0, 10, 0, -size, 50))
    matrix = (0.0, size, 0.0, 10.0 + half, size, 0.0, 0.0, 50.0 + half, *[0.0] * 7, 1.0)
    turned = {34264: (12, matrix), 34735: (3, keys)}
    assert _written(tmp_path / "turned.tif", turned) == pytest.approx((0, size, 10, size, 0, 50))
