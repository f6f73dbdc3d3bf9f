"""A result of which the server held rows back: how many are missing, and a way to fetch them."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import status_line, text_button, wide
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
        said = status_line()
        notice = w.HTML(incomplete_html(outputs, name))
        parts: list[w.Widget] = [notice]
        if outputs.can_fetch(name):
            button = text_button(
                tr("Fetch the missing rows"),
                "download",
                tr("Read all rows from the map service of the job"),
                self._fetch,
            )
            self._fetching = self.own(Background("gpwidgets-rows", said=said, button=button))
            parts.append(button)
        super().__init__([*parts, said], layout=wide())

    def _fetch(self) -> None:
        self._fetching.start(lambda: self._outputs.fetch_missing(self._name), self._show, tr("Reading rows…"))


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
