"""A button that saves a report for the administrator of a server, where something did not work."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import status_line, text_button
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.words.file_links import page_link, saved_html

if TYPE_CHECKING:
    from gpwidgets.tasks.diagnosis.diagnosing import Diagnosis

__all__ = ["DiagnosisSaver"]


class DiagnosisSaver(Owner, w.HBox):
    """Saves a report beside the notebook; one that exists is never written over.

    Parameters
    ----------
    make
        Makes the report; it is called in a thread, since a silent server is waited for.
    """

    def __init__(self, make: Callable[[], Diagnosis]) -> None:
        self._make = make
        self._said = status_line()
        self.button: w.Button = text_button(
            tr("Save a report for the administrator"),
            "medkit",
            tr("Save what the server's administrator needs to know as a zip; no secrets are in it"),
            self._start,
        )
        self._saving = self.own(Background("gpwidgets-diagnosis", said=self._said, button=self.button))
        super().__init__(
            [self.button, self._said],
            layout=w.Layout(flex_flow="row wrap", align_items="center"),
        )

    def _start(self) -> None:
        self._saving.start(self._make, self._show, tr("Asking the server…"))

    def _show(self, made: Diagnosis) -> None:
        saved = saved_html(made.path, made.path.stat().st_size) + page_link(made.path)
        inside = ", ".join(made.contents)
        words = tr("In it: {files}. Look through it before you send it.", files=inside)
        self._said.say(f'{saved}<div class="gpw-muted">{escape(words)}</div>', is_html=True)
