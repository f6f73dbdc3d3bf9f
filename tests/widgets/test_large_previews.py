"""Small files that unpack to very much are not shown by themselves, in words that say how to."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
from widget_tools import text_of

from gpwidgets import bounds
from gpwidgets.widgets.results._file_preview import preview_of

PICTURES = {
    "p.png": b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 30_000, 30_000) + b"\x08\x02\0\0\0",
    "p.gif": b"GIF89a" + struct.pack("<HH", 30_000, 30_000) + b"\0\0\0",
    "p.jpg": b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08" + struct.pack(">HH", 30_000, 30_000) + b"\x01" * 4,
}


@pytest.fixture(autouse=True)
def _bounds_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "_raised", {})


def words_for(path: Path) -> str:
    return " ".join(text_of(one) for one in preview_of(path))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_very_many_pixels_is_not_put_into_the_page(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(PICTURES[name])
    assert "gpwidgets.bounds.raise_to('pixels', …)" in words_for(path)
    bounds.raise_to("pixels", 900_000_000)
    assert "raise_to" not in words_for(path)


def test_a_small_archive_of_a_large_layer_is_not_unpacked_for_a_preview(tmp_path: Path) -> None:
    path = tmp_path / "layer.zip"
    point = '{"type":"FeatureCollection","features":[]' + " " * (bounds.limit("preview") + 1) + "}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("layer.geojson", point)
    assert path.stat().st_size < 100_000
    assert "gpwidgets.bounds.raise_to('preview', …)" in words_for(path)


def test_a_large_table_is_not_read_for_a_preview(tmp_path: Path) -> None:
    bounds.raise_to("preview", 10)
    path = tmp_path / "rows.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    assert "raise_to('preview', …)" in words_for(path)
