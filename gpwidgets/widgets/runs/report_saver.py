"""Buttons that save a run beside the notebook: as a page to read, and as a crate to keep."""

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
    """Saves the report of a run as a page, or the run as a crate; what exists is never written over.

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
            self._start_report,
        )
        self.crate_button: w.Button = text_button(
            tr("Save a crate"),
            "archive",
            tr(
                "Save settings, inputs, results, messages and report as an RO-Crate, to be archived or shared"
            ),
            self._start_crate,
        )
        self._reporting = self.own(Background("gpwidgets-report", said=self._said, button=self.button))
        self._packing = self.own(Background("gpwidgets-crate", said=self._said, button=self.crate_button))
        super().__init__(
            [self.button, self.crate_button, self._said],
            layout=w.Layout(flex_flow="row wrap", align_items="center"),
        )

    def _start_report(self) -> None:
        self._reporting.start(self._save_report, self._show, tr("Saving…"))

    def _start_crate(self) -> None:
        self._packing.start(self._save_crate, self._show, tr("Saving…"))

    def _save_report(self) -> Path:
        folder = Path.cwd()
        name = f"{self._stem()}_report.html"
        with private_folder(folder) as private:
            return move_to_free_name(self._run.report(private / name), folder, name)

    def _save_crate(self) -> Path:
        folder = Path.cwd()
        name = f"{self._stem()}_crate.zip"
        with private_folder(folder) as private:
            return move_to_free_name(self._run.to_crate(private / name), folder, name)

    def _stem(self) -> str:
        return name_from_title(self._run.task.name, "run")

    def _show(self, path: Path) -> None:
        self._said.say(saved_html(path, path.stat().st_size) + page_link(path), is_html=True)
