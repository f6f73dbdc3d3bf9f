"""A file or raster that a run gave back: its name, a link, a button that saves it, and what is in it."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.protocol.values import DataFile, RasterData
from gpwidgets.tasks.scheduling.workers import start_worker
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.accessibility import is_resting, let_rest
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
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
        map: TaskMap | None = None,  # noqa: A002
    ) -> None:
        self.value = value
        self.map = map
        self.path: Path | None = None
        kind = f" ({value.format})" if isinstance(value, RasterData) and value.format else ""
        name = value.name or tr("file")
        link = safe_link(value.url, name) if value.url else escape(name)
        self._name = w.HTML(f'<div class="gpw-value mathjax_ignore">{link}{escape(kind)}</div>')
        self._folder = w.Text(value=folder, description=tr("Folder"), layout=w.Layout(width="240px"))
        self._save = w.Button(
            description=tr("Save"),
            icon="download",
            tooltip=tr("Save {name} into the folder and show what is in it", name=name),
            disabled=not value.url,
        )
        self._said = w.HTML()
        self._preview = w.VBox(layout=w.Layout(width="100%", min_width="0"))
        self._save.on_click(self._start_saving)
        row = w.HBox([self._folder, self._save], layout=w.Layout(flex_flow="row wrap"))
        super().__init__(
            [self._name, row, self._said, self._preview], layout=w.Layout(width="100%", min_width="0")
        )
        self.add_class("gpw-file")

    @guarded
    def _start_saving(self, _button: w.Button) -> None:
        if is_resting(self._save):
            return
        let_rest(self._save, True)
        self._said.value = f'<span role="status">{tr("Saving…")}</span>'
        start_worker(self._save_now, "gpwidgets-save")

    def _save_now(self) -> None:
        try:
            folder = Path(self._folder.value or ".").expanduser()
            folder.mkdir(parents=True, exist_ok=True)
            self.path = self.value.download(folder)
            self._said.value = saved_html(self.path, self.path.stat().st_size) + page_link(self.path)
        except Exception as error:
            self.show_error(error)
            return
        finally:
            let_rest(self._save, False)
        self._show_preview(self.path)

    def _show_preview(self, path: Path) -> None:
        """Show what is in the file; trouble with it does not undo the saving."""
        try:
            found = preview_of(path, self.map, isinstance(self.value, RasterData))
        except Exception as error:
            found = [w.HTML(error_html(error))]
        replace_children(self._preview, found)

    def show_error(self, error: Exception) -> None:
        """Show why the file could not be saved."""
        self._said.value = error_html(error)

    def __repr__(self) -> str:
        return f"<FileView of {self.value.name!r}>"
