"""Saving a frame among the results as a file beside the notebook."""

from __future__ import annotations

from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

    from gpwidgets.widgets.results._table import FrameTable


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
    table
        Shows the frame: only the rows that it shows can then be saved, in their order.

    Attributes
    ----------
    path : pathlib.Path or None
        Where it was saved last.
    """

    def __init__(
        self, frame: DataFrame, name: str, *, folder: str = "results", table: FrameTable | None = None
    ) -> None:
        self.frame = frame
        self.path: Path | None = None
        self._name = name
        self._table = table
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
        self.as_shown: w.Checkbox = w.Checkbox(
            indent=False,
            layout=w.Layout(width="auto", display="none"),
            tooltip=tr("Save the rows that pass the filter, all pages of them, in the order shown"),
        )
        self._said = status_line()
        self._saving = self.own(Background("gpwidgets-save", said=self._said, button=self.button))
        super().__init__(
            [self.format, self.folder, self.as_shown, self.button, self._said],
            layout=w.Layout(flex_flow="row wrap", align_items="center"),
        )
        if table is not None:
            self.follow(table, self._count_shown, ["shown_words", "sort_by"])
            self._count_shown()

    def _count_shown(self, _change: object = None) -> None:
        table = self._table
        assert table is not None
        self.as_shown.description = tr("as shown: {rows}", rows=table.shown_words)
        is_changed = table.filter_text or table.only_selected or table.sort_by
        self.as_shown.layout.display = "" if is_changed else "none"

    def _start(self) -> None:
        table = self._table if self.as_shown.value else None
        frame = self.frame if table is None else table.shown_frame
        self._saving.start(partial(self._save, frame), self._show_saved, tr("Saving…"))

    def _save(self, frame: Any) -> str:
        chosen = self._formats[self.format.index]
        folder = Path(self.folder.value or ".").expanduser()
        name = f"{name_from_title(self._name, 'result')}{chosen.ending}"
        with private_folder(folder) as private:
            said = chosen.write(frame, private / name)
            path = move_to_free_name(private / name, folder, name)
        chosen.add_beside(path, frame)
        self.path = path
        more = f'<div class="gpw-muted">{escape(said)}</div>' if said else ""
        return saved_html(path, path.stat().st_size) + more

    def _show_saved(self, words: str) -> None:
        self._said.value = words

    def __repr__(self) -> str:
        return f"<FrameSaver of {self._name!r}>"
