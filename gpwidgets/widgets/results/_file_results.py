"""A file or raster that a run gave back: its name, a link, a button that saves it, and what is in it."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.protocol.values import DataFile, RasterData
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import status_line, wide
from gpwidgets.widgets.kit.errors_shown import error_html
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.results._file_preview import preview_of
from gpwidgets.widgets.words.file_links import page_link, safe_link, saved_html

if TYPE_CHECKING:
    from gpwidgets.widgets.map.task_map import TaskMap


class FileView(Owner, w.VBox):
    """A result file with a button that saves it into a folder beside the notebook and shows what is in it.

    Parameters
    ----------
    value
        The file or raster.
    folder
        Where it is saved, as typed into the box.
    map
        Where layers and rasters in the file are shown.

    Attributes
    ----------
    path : pathlib.Path or None
        Where it was saved.
    """

    def __init__(
        self,
        value: DataFile | RasterData,
        folder: str = "results",
        map: TaskMap | None = None,
    ) -> None:
        self.value = value
        self.map = map
        self.path: Path | None = None
        kind = f" ({value.format})" if isinstance(value, RasterData) and value.format else ""
        name = value.name or tr("file")
        link = safe_link(value.url, name) if value.url else escape(name)
        self._name = w.HTML(f'<div class="gpw-value mathjax_ignore">{link}{escape(kind)}</div>')
        self._folder = w.Text(value=folder, description=tr("Folder"), layout=w.Layout(width="240px"))
        button = w.Button(
            description=tr("Save"),
            icon="download",
            tooltip=tr("Save {name} into the folder and show what is in it", name=name),
            disabled=not value.url,
        )
        self._said = status_line()
        self._saving = self.own(Background("gpwidgets-save", said=self._said, button=button))
        self._preview = w.VBox(layout=wide())
        button.on_click(self._start_saving)
        row = w.HBox([self._folder, button], layout=w.Layout(flex_flow="row wrap"))
        super().__init__([self._name, row, self._said, self._preview], layout=wide())
        self.add_class("gpw-file")

    def _start_saving(self, _button: w.Button) -> None:
        self._saving.start(self._save, self._show_saved, tr("Saving…"))

    def _save(self) -> Path:
        folder = Path(self._folder.value or ".").expanduser()
        folder.mkdir(parents=True, exist_ok=True)
        return self.value.download(folder)

    def _show_saved(self, path: Path) -> None:
        self.path = path
        self._said.value = saved_html(path, path.stat().st_size) + page_link(path)
        self._show_preview(path)

    def _show_preview(self, path: Path) -> None:
        """Show what is in the file; trouble with it does not undo the saving."""
        try:
            found = preview_of(path, self.map, isinstance(self.value, RasterData))
        except Exception as error:
            found = [w.HTML(error_html(error))]
        replace_children(self._preview, found)

    def __repr__(self) -> str:
        return f"<FileView of {self.value.name!r}>"
