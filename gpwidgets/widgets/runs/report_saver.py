"""A button that saves the report of a run beside the notebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.file_names import move_to_free_name, name_from_title, private_folder
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import status_line, text_button
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.words.file_links import page_link, saved_html

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run

__all__ = ["ReportSaver"]


class ReportSaver(Owner, w.HBox):
    """Saves the report of a run as a page; one that exists is never written over.

    Parameters
    ----------
    run
        A run that has ended.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._said = status_line()
        self.button: w.Button = text_button(
            tr("Save a report"),
            "file-text-o",
            tr("Save inputs, messages, map and first rows as a page to be printed or passed on"),
            self._start,
        )
        self._saving = self.own(Background("gpwidgets-report", said=self._said, button=self.button))
        super().__init__(
            [self.button, self._said],
            layout=w.Layout(flex_flow="row wrap", align_items="center"),
        )

    def _start(self) -> None:
        self._saving.start(self._save, self._show, tr("Saving…"))

    def _save(self) -> Path:
        folder = Path.cwd()
        name = f"{name_from_title(self._run.task.name, 'run')}_report.html"
        with private_folder(folder) as private:
            return move_to_free_name(self._run.report(private / name), folder, name)

    def _show(self, path: Path) -> None:
        self._said.say(saved_html(path, path.stat().st_size) + page_link(path), is_html=True)
