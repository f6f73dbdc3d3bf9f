"""Saving a frame among the results as a file beside the notebook."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.convert.storage.formats import formats_for
from gpwidgets.file_names import move_to_free_name, name_from_title, private_folder
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import status_line, text_button
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.words.file_links import saved_html

if TYPE_CHECKING:
    from pandas import DataFrame


class FrameSaver(Owner, w.HBox):
    """Saves a frame in a format of the user's choice; a file that exists is never written over.

    Parameters
    ----------
    frame
        A DataFrame or GeoDataFrame.
    name
        First part of the file's name.
    folder
        Where it is saved, as typed into the box.

    Attributes
    ----------
    path : pathlib.Path or None
        Where it was saved last.
    """

    def __init__(self, frame: DataFrame, name: str, *, folder: str = "results") -> None:
        self.frame = frame
        self.path: Path | None = None
        self._name = name
        self._formats = formats_for(frame)
        self.format: w.Dropdown = w.Dropdown(
            options=[tr(one.label) for one in self._formats],
            description=tr("Save as"),
            layout=w.Layout(width="220px"),
        )
        self.folder: w.Text = w.Text(
            value=folder, description=tr("in folder"), layout=w.Layout(width="220px")
        )
        self.button: w.Button = text_button(
            tr("Save"), "download", tr("Save {name} as a file", name=name), self._start
        )
        self._said = status_line()
        self._saving = self.own(Background("gpwidgets-save", said=self._said, button=self.button))
        super().__init__(
            [self.format, self.folder, self.button, self._said],
            layout=w.Layout(flex_flow="row wrap", align_items="center"),
        )

    def _start(self) -> None:
        self._saving.start(self._save, self._show_saved, tr("Saving…"))

    def _save(self) -> str:
        chosen = self._formats[self.format.index]
        folder = Path(self.folder.value or ".").expanduser()
        name = f"{name_from_title(self._name, 'result')}{chosen.ending}"
        with private_folder(folder) as private:
            said = chosen.write(self.frame, private / name)
            path = move_to_free_name(private / name, folder, name)
        chosen.add_beside(path, self.frame)
        self.path = path
        more = f'<div class="gpw-muted">{escape(said)}</div>' if said else ""
        return saved_html(path, path.stat().st_size) + more

    def _show_saved(self, words: str) -> None:
        self._said.value = words

    def __repr__(self) -> str:
        return f"<FrameSaver of {self._name!r}>"
