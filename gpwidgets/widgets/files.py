"""A file or raster that a run gave back: its name, a link, and a button that saves it."""

from __future__ import annotations

import mimetypes
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import ipywidgets as w

from gpwidgets.errors import mask
from gpwidgets.protocol.values import DataFile, RasterData
from gpwidgets.tasks.workers import start_worker
from gpwidgets.widgets.guard import error_html, guarded

#: Images up to this many bytes are shown once they are saved.
MAX_PREVIEW = 5_000_000


def size_text(size: int) -> str:
    """Return a number of bytes as people read it, such as ``1.4 MB``."""
    amount = float(size)
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def safe_link(url: str, text: str = "") -> str:
    """Return a link that opens beside the notebook; plain text for anything but http and https."""
    shown = escape(mask(text or url))
    if urlsplit(url).scheme not in ("http", "https") or mask(url) != url:
        return shown  # a token in the address must not get into the page
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{shown}</a>'


def saved_html(path: Path, size: int) -> str:
    """Return a line that says where a file was saved and how large it is."""
    return (
        '<span role="status"><span aria-hidden="true">✔</span> Saved as '
        f"<code>{escape(str(path))}</code>, {size_text(size)}</span>"
    )


class FileView(w.VBox):
    """A result file with a button that saves it into a folder beside the notebook.

    Parameters
    ----------
    value
        The file or raster.
    folder
        Where it is saved, as typed into the box.

    Attributes
    ----------
    path : pathlib.Path or None
        Where it was saved.
    """

    def __init__(self, value: DataFile | RasterData, folder: str = "results") -> None:
        self.value = value
        self.path: Path | None = None
        kind = f" ({value.format})" if isinstance(value, RasterData) and value.format else ""
        name = value.name or "file"
        link = safe_link(value.url, name) if value.url else escape(name)
        self._name = w.HTML(f'<div class="gpw-value">{link}{escape(kind)}</div>')
        self._folder = w.Text(value=folder, description="Folder", layout=w.Layout(width="240px"))
        self._save = w.Button(
            description="Save",
            icon="download",
            tooltip=f"Save {name} into the folder",
            disabled=not value.url,
        )
        self._said = w.HTML()
        self._picture = w.Image(layout=w.Layout(display="none", max_width="100%"))
        self._save.on_click(self._start_saving)
        row = w.HBox([self._folder, self._save], layout=w.Layout(flex_flow="row wrap"))
        super().__init__([self._name, row, self._said, self._picture])
        self.add_class("gpw-file")

    @guarded
    def _start_saving(self, _button: w.Button) -> None:
        self._save.disabled = True
        self._said.value = '<span role="status">Saving…</span>'
        start_worker(self._save_now, "gpwidgets-save")

    def _save_now(self) -> None:
        try:
            folder = Path(self._folder.value or ".").expanduser()
            folder.mkdir(parents=True, exist_ok=True)
            self.path = self.value.download(folder)
            size = self.path.stat().st_size
            self._said.value = saved_html(self.path, size)
            self._show_picture(self.path, size)
        except Exception as error:
            self.show_error(error)
        finally:
            self._save.disabled = False

    def _show_picture(self, path: Path, size: int) -> None:
        kind = mimetypes.guess_type(path.name)[0] or ""
        if kind in ("image/png", "image/jpeg", "image/gif") and size <= MAX_PREVIEW:
            self._picture.format = kind.removeprefix("image/")
            self._picture.value = path.read_bytes()
            self._picture.layout.display = ""

    def show_error(self, error: Exception) -> None:
        """Show why the file could not be saved."""
        self._said.value = error_html(error)

    def __repr__(self) -> str:
        return f"<FileView of {self.value.name!r}>"
