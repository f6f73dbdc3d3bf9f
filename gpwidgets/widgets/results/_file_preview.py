"""What is in a saved file: pictures, text, tables, layers and rasters."""

from __future__ import annotations

import mimetypes
import zipfile
from base64 import b64encode
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.secrets import mask
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import status_html
from gpwidgets.widgets.map.layers.style_by import QUALITATIVE, SEQUENTIAL, patch_html
from gpwidgets.widgets.results._frame_view import FrameView
from gpwidgets.widgets.results._table import FrameTable

if TYPE_CHECKING:
    from gpwidgets.convert.rendering.rasters import RasterPicture
    from gpwidgets.widgets.map.task_map import TaskMap

#: Images and PDF files up to this many bytes are shown.
MAX_PICTURE = 5_000_000
#: Tables and layers up to this many bytes are read by themselves.
MAX_TABLE = 200_000_000
#: Characters of a text that are shown.
MAX_TEXT = 4000

_PDF = "application/pdf"
_PICTURES = {"image/png", "image/jpeg", "image/gif"}
_TEXTS = {
    ".txt",
    ".log",
    ".md",
    ".json",
    ".xml",
    ".html",
    ".htm",
    ".py",
    ".yaml",
    ".yml",
    ".prj",
    ".csv",
    ".tsv",
}
_TABLES = {".csv", ".tsv"}
_RASTERS = {".tif", ".tiff"}


def preview_of(path: Path, map: TaskMap | None = None, is_raster: bool = False) -> list[w.Widget]:
    """Return widgets that show what is in a file; none for a kind that cannot be shown.

    Parameters
    ----------
    path
        The file.
    map
        Where layers and rasters are shown; without it, layers are tables only.
    is_raster
        Whether the file came as a raster.

    Raises
    ------
    ConversionError
        The file cannot be read as what it looks like.
    """
    from gpwidgets.convert.user_input.file_layers import holds_layers

    size, suffix = path.stat().st_size, path.suffix.lower()
    kind = mimetypes.guess_type(path.name)[0] or ""
    if kind in _PICTURES and size <= MAX_PICTURE:
        return [_picture_or_words(path, kind)]
    if kind == _PDF and size <= MAX_PICTURE and _begins_as_pdf(path):
        return [_pages(path)]
    if suffix in _TABLES and size <= MAX_TABLE:
        return [_too_large("preview")] if size > limit("preview") else _table(path)
    if suffix in _RASTERS and map is not None:
        return _raster(path, map)
    if size <= MAX_TABLE and holds_layers(path):
        return [_too_large("preview")] if _unpacked_size(path) > limit("preview") else _layers(path, map)
    if suffix in _TEXTS:
        return [_text(path)]
    if not is_raster:
        return []
    return [w.HTML(f'<div class="gpw-muted">{tr("Rasters of this kind are not shown.")}</div>')]


def _unpacked_size(path: Path) -> int:
    """Bytes of a file, those of an archive unpacked; no more than it says come out of a member."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(one.file_size for one in archive.infolist())
    except (OSError, ValueError, zipfile.BadZipFile):
        return path.stat().st_size


def _too_large(bound: str) -> w.HTML:
    words = tr("Too large to be shown here; the saved file is whole. {hint}.", hint=how_to_raise(bound))
    return w.HTML(f'<div class="gpw-muted">{escape(words)}</div>')


def _picture_or_words(path: Path, kind: str) -> w.Widget:
    from gpwidgets.convert.rendering.picture_size import pixels_in

    return _too_large("pixels") if (pixels_in(path) or 0) > limit("pixels") else _picture(path, kind)


def _picture(path: Path, kind: str) -> w.Widget:
    data = b64encode(path.read_bytes()).decode()  # an Image of ipywidgets has no text for who cannot see it
    name = escape(tr("The picture {name}", name=path.name))
    return w.HTML(f'<img alt="{name}" style="max-width:100%" src="data:{kind};base64,{data}">')


def _begins_as_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"%PDF-"


def _pages(path: Path) -> w.Widget:
    """A PDF in the browser's own viewer, which keeps it apart from the page; words where there is none."""
    data = b64encode(path.read_bytes()).decode()
    name = escape(tr("The pages of {name}", name=path.name))
    none = escape(tr("This browser shows no PDF here; open the saved file."))
    return w.HTML(
        f'<object type="application/pdf" data="data:application/pdf;base64,{data}" aria-label="{name}" '
        f'style="width:100%;height:420px"><p class="gpw-muted">{none}</p></object>'
    )


def _table(path: Path) -> list[w.Widget]:
    from gpwidgets.convert.files.file_reading import read_table_file

    frame = read_table_file(path)
    return [FrameTable(frame, path.name)]


def _layers(path: Path, task_map: TaskMap | None) -> list[w.Widget]:
    from gpwidgets.convert.user_input.file_layers import read_layers

    found: list[w.Widget] = []
    for name, frame in read_layers(path).items():
        words = (
            tr("{name}: {count:,} rows", name=name, count=len(frame))
            if len(frame)
            else tr("{name}: no rows", name=name)
        )
        found.append(w.HTML(f'<div class="gpw-muted">{escape(words)}</div>'))
        if len(frame):
            view = FrameView(frame, name, name, task_map)
            if view.layer and task_map is not None:
                task_map.zoom_to_results([view.layer])
            found.append(view)
    return found


def _raster(path: Path, task_map: TaskMap) -> list[w.Widget]:
    """The raster on the map; its legend says what is transparent, and a box draws cells of 0 or not."""
    from gpwidgets.convert.rendering.rasters import raster_picture, read_raster

    raster = read_raster(path)
    picture = raster_picture(raster, SEQUENTIAL["Viridis"], QUALITATIVE)
    layer = task_map.add_picture(path.name, picture.png, picture.bounds)
    task_map.zoom_to(picture.bounds)
    said = w.HTML(_raster_html(picture, draws_zero=not picture.has_mask))
    if not picture.legend and not picture.has_mask:
        return [said]
    zero = w.Checkbox(value=not picture.has_mask, description=tr("Draw cells with the value 0"), indent=False)

    def redraw(change: Mapping[str, Any]) -> None:
        made = raster_picture(raster, SEQUENTIAL["Viridis"], QUALITATIVE, zero=change["new"])
        layer.show(made.png, made.bounds)
        said.value = _raster_html(made, draws_zero=change["new"])

    zero.observe(redraw, names="value")
    return [said, zero]


def _raster_html(picture: RasterPicture, *, draws_zero: bool) -> str:
    lines = "".join(f"<li>{patch_html(color)}{escape(label)}</li>" for label, color in picture.legend)
    legend = f'<div class="gpw-legend"><b>{tr("Value")}</b><ul>{lines}</ul></div>' if lines else ""
    words = tr("Shown on the map.")
    if lines:
        words += " " + (
            tr("Cells without data are transparent.")
            if draws_zero
            else tr("Cells without data and cells with the value 0 are transparent.")
        )
    return status_html(words) + legend


def _text(path: Path) -> w.Widget:
    with path.open(encoding="utf-8", errors="replace") as file:
        text = file.read(MAX_TEXT + 1)
    shown = text[:MAX_TEXT] + (tr("\n… (cut; the saved file is whole)") if len(text) > MAX_TEXT else "")
    return w.HTML(f'<pre class="gpw-code" tabindex="0">{escape(mask(shown))}</pre>')
