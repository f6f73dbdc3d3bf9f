"""A result of which the server held rows back: how many are missing, and a way to fetch them."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from threading import Thread
from typing import Any

import ipywidgets as w

from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.tasks.scheduling.workers import start_worker
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.kit.accessibility import is_resting, let_rest
from gpwidgets.widgets.kit.errors_shown import error_html
from gpwidgets.widgets.kit.owner import Owner

__all__ = ["IncompleteNotice", "incomplete_html"]


class IncompleteNotice(Owner, w.VBox):
    """Says how many rows of an output are missing, and fetches them.

    Parameters
    ----------
    outputs
        Of a run.
    name
        An output that is not complete.
    show
        Called with all rows once they are here.
    """

    def __init__(self, outputs: Outputs, name: str, show: Callable[[Any], None]) -> None:
        self._outputs, self._name, self._show = outputs, name, show
        self._worker: Thread | None = None
        self._said = w.HTML()
        notice = w.HTML(incomplete_html(outputs, name))
        parts: list[w.Widget] = [notice]
        if outputs.can_fetch(name):
            self._button = w.Button(
                description=tr("Fetch the missing rows"),
                icon="download",
                tooltip=tr("Read all rows from the map service of the job"),
                layout=w.Layout(width="auto"),
            )
            self._button.on_click(self._fetch)
            parts.append(self._button)
        super().__init__([*parts, self._said], layout=w.Layout(width="100%", min_width="0"))

    def _fetch(self, _button: w.Button) -> None:
        if is_resting(self._button):
            return
        let_rest(self._button, True)
        self._said.value = f'<div class="gpw-muted" role="status">{tr("Reading rows…")}</div>'
        self._worker = start_worker(self._work, "gpwidgets-rows")

    def _work(self) -> None:
        try:
            whole = self._outputs.fetch_missing(self._name)
        except Exception as error:
            self._said.value = error_html(error)
            let_rest(self._button, False)
        else:
            self._show(whole)


def incomplete_html(outputs: Any, name: str) -> str:
    """Return what is missing of an output and what can be done, as an alert."""
    value = outputs[name]
    here = len(value) if hasattr(value, "__len__") else 0
    missing = getattr(outputs, "missing", {}).get(name)
    if missing is None:
        words = tr("The server holds more rows than it sends, and does not say how many.")
    else:
        words = trn("{n:,} row is missing.", "{n:,} rows are missing.", missing)
    words += " " + (tr("Only {count:,} are here.", count=here) if here else tr("None of them are here."))
    if not (isinstance(outputs, Outputs) and outputs.can_fetch(name)):
        words += " " + tr("Try a smaller area, or ask the server's owner.")
    return (
        '<div class="gpw-alert gpw-warning" role="alert"><b><span aria-hidden="true">⚠</span> '
        f"{escape(tr('Not complete.'))}</b> {escape(words)}</div>"
    )
