"""Rasters opened by the library that is at hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gpwidgets.convert.files.raster_opening import raster_opener
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.values import Fetch, RasterData
from gpwidgets.protocol.values.files import fetched_by


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a library in place, which says by what and from where a file was opened."""
    for name in ("rasterio", "rioxarray"):
        monkeypatch.setitem(sys.modules, name, None)  # an import of it fails, whatever there is
    monkeypatch.syspath_prepend(tmp_path)

    def install(name: str, code: str) -> None:
        (tmp_path / f"{name}.py").write_text(code)
        monkeypatch.delitem(sys.modules, name)

    yield install
    for name in ("rasterio", "rioxarray"):
        sys.modules.pop(name, None)


RASTERIO = """
import contextlib
TAGS = {}
@contextlib.contextmanager
def Env(**options):
    assert options["GDAL_DISABLE_READDIR_ON_OPEN"] == "EMPTY_DIR"
    yield
class Opened(tuple):
    def tags(self, ns): return TAGS.get(ns)
    def __enter__(self): return self
    def __exit__(self, *_): pass
def open(path, driver, OVERVIEW_LEVEL=""): return Opened(("rasterio", driver, path))
"""
RIOXARRAY = "def open_rasterio(source): return 'rioxarray', source"


def fetched(calls: list[str]) -> RasterData:
    def download(url: str, folder: Path) -> Path:
        calls.append(url)
        return folder / "lake.tif"

    return fetched_by(
        RasterData("http://127.0.0.1/lake.tif"), Fetch(download, lambda url: b"", raster_opener)
    )


def test_a_raster_is_saved_and_opened_by_what_is_installed(installed, tmp_path: Path) -> None:
    saved = tmp_path / "lake.tif"
    saved.write_bytes(b"II*\0")
    installed("rasterio", RASTERIO)
    assert fetched([]).open(tmp_path) == ("rasterio", "GTiff", saved)
    installed("rioxarray", RIOXARRAY)
    assert fetched([]).open(tmp_path) == ("rioxarray", ("rasterio", "GTiff", saved))
    assert fetched([]).open(tmp_path, library="rasterio") == ("rasterio", "GTiff", saved)


def test_a_raster_that_names_another_file_or_is_something_else_is_not_opened(
    installed, tmp_path: Path
) -> None:
    saved = tmp_path / "lake.tif"
    saved.write_bytes(b"<VRTDataset/>")
    installed("rasterio", RASTERIO)
    with pytest.raises(ConversionError, match="no GTiff, although its name says so"):
        fetched([]).open(tmp_path)
    saved.write_bytes(b"II*\0")
    installed("rasterio", RASTERIO.replace("TAGS = {}", "TAGS = {'OVERVIEWS': {'OVERVIEW_FILE': 'x'}}"))
    with pytest.raises(ConversionError, match="names another file"):
        fetched([]).open(tmp_path)


@pytest.mark.parametrize(
    ("library", "needed"), [("", "rioxarray / rasterio"), ("rasterio", "needs rasterio;")]
)
def test_without_a_library_nothing_is_fetched(installed, library: str, needed: str) -> None:
    calls: list[str] = []
    with pytest.raises(ConversionError, match=needed):
        fetched(calls).open(library=library)
    assert calls == []


def test_a_raster_of_ones_own_is_nothing_to_open() -> None:
    with pytest.raises(ValueError, match="did not come from a server"):
        RasterData(path="lake.tif").open()
