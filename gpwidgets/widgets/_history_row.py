"""One run in a list of runs: its state in words, live while it goes on, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.secrets import mask
from gpwidgets.tasks.runs.run_clock import span_text
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.texts import later, tr
from gpwidgets.widgets.kit.controls import text_button, wide
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.runs.run_status import STATES, state_words
from gpwidgets.widgets.words.run_times import time_text

if TYPE_CHECKING:
    from gpwidgets.tasks.history_entry import HistoryEntry
    from gpwidgets.tasks.runs.run import Run

__all__ = ["ACTIONS", "HistoryRow"]

#: Label, icon and tooltip of what can be done with a run.
ACTIONS: tuple[tuple[str, str, str], ...] = (
    (later("Reopen"), "folder-open", later("Open the form with the same values")),
    (later("Attach"), "link", later("Follow the job again and see its results")),
    (later("Compare"), "columns", later("Compare its results with those of another run")),
    (later("Code"), "code", later("Show the run as Python")),
    (later("Delete"), "trash", later("Remove the run from the history; its job is not touched")),
)

_DANGER = "danger"
_FOLLOWED = ("status", "progress")


class HistoryRow(Owner, w.HBox):
    """A place in the list that shows one run after the other.

    Parameters
    ----------
    act
        Called with the label of an action and the entry.
    """

    def __init__(self, act: Callable[[str, HistoryEntry], None]) -> None:
        self.entry: HistoryEntry | None = None
        self._act = act
        self._run: Run | None = None
        self._text = w.HTML(layout=w.Layout(flex="1 1 300px", width="auto", min_width="0"))
        self.buttons: dict[str, w.Button] = {}
        for label, icon, tooltip in ACTIONS:
            self.buttons[label] = text_button(tr(label), icon, tr(tooltip), partial(self._clicked, label))
        row = w.HBox(
            list(self.buttons.values()), layout=w.Layout(flex="0 1 auto", min_width="0", flex_flow="row wrap")
        )
        super().__init__(
            [self._text, row],
            layout=wide(flex_flow="row wrap", align_items="flex-start"),
        )
        self.add_class("gpw-history-row")

    def show(self, entry: HistoryEntry | None) -> None:
        """Show a run, or nothing."""
        self._follow(entry.run if entry is not None else None)
        if entry is None or self.entry is None or entry.key != self.entry.key:
            self._ask_again()
        self.entry = entry
        self.layout.display = "none" if entry is None else ""
        if entry is None:
            return
        for label, _, tooltip in ACTIONS:
            self.buttons[label].tooltip = f"{tr(tooltip)}: {entry.title}, {time_text(entry.started)}"
        self.buttons["Attach"].disabled = not _can_come_back(entry)
        self._let_compare(entry)
        self._show_text()

    def _follow(self, run: Run | None) -> None:
        """Let the text follow a run of this kernel."""
        if self._run is not None:
            self._run.unobserve(self._changed, names=_FOLLOWED)
        self._run = run if run is not None and not run.done else None
        if self._run is not None:
            self._run.observe(self._changed, names=_FOLLOWED)

    def _changed(self, _change: Mapping[str, Any]) -> None:
        self._show_text()
        if self.entry is not None:
            self._let_compare(self.entry)

    def _let_compare(self, entry: HistoryEntry) -> None:
        self.buttons["Compare"].disabled = (
            not _can_come_back(entry) or entry.status is not RunStatus.SUCCEEDED
        )

    def _show_text(self) -> None:
        if self.entry is not None:
            self._text.value = row_html(self.entry)

    def _clicked(self, label: str) -> None:
        entry = self.entry
        if entry is None:
            return
        if label == "Delete" and self.buttons[label].button_style != _DANGER:
            self.buttons[label].description = tr("Really delete?")
            self.buttons[label].button_style = _DANGER
            return
        self._ask_again()
        self._act(label, entry)

    def _ask_again(self) -> None:
        self.buttons["Delete"].description = tr("Delete")
        self.buttons["Delete"].button_style = ""

    def let_go(self) -> None:
        """Stop following."""
        self._follow(None)


def _can_come_back(entry: HistoryEntry) -> bool:
    """Whether there is a run to follow, or one with results that were kept."""
    return entry.job_url is not None or entry.run is not None or entry.has_results


def row_html(entry: HistoryEntry) -> str:
    """Return what there is to know of a run in two lines."""
    sign, words = STATES[entry.status][0], tr(STATES[entry.status][1])
    run, state = entry.run, entry.status.value
    if run is not None and run.done:
        sign, words, state = state_words(run)
    elif entry.incomplete:
        sign, state, words = "⚠", "incomplete", tr("{state}, but not complete", state=words)
    if run is None and not entry.status.is_final:
        sign, words = "…", tr("Submitted, its end was not seen")
    elif run is not None and run.progress is not None and not run.done:
        words += f", {run.progress:.0f} %"
    facts = " · ".join(filter(None, (_began(entry), _took(entry), kept_text(entry))))
    more = entry.error if entry.error and entry.status is not RunStatus.CANCELLED else entry.summary
    return (
        f'<div class="gpw-history-head"><span class="gpw-state-{state}">'
        f'<span aria-hidden="true">{sign}</span> <b>{escape(words)}</b></span> '
        f'<b class="gpw-history-task" title="{escape(entry.task_url)}">{escape(entry.title)}</b> '
        f'<span class="gpw-muted">{escape(facts)}</span></div>'
        f'<div class="gpw-muted gpw-history-inputs">{escape(mask(more)[:400])}</div>'
    )


def _began(entry: HistoryEntry) -> str:
    """When a run began; of a job that was found, when that was, and what its server says."""
    if entry.began is not None:
        return time_text(entry.began)
    found = tr("found {time}", time=time_text(entry.started))
    if not entry.began_text:
        return found
    return f"{found} · " + tr("began {time} by the server's clock", time=entry.began_text[:60])


def _took(entry: HistoryEntry) -> str:
    if entry.elapsed is not None:
        return tr("took {elapsed}", elapsed=span_text(entry.elapsed))
    return tr("duration not known") if entry.status.is_final else ""


def kept_text(entry: HistoryEntry) -> str:
    """Return until when the server has the results of a job, as servers are usually set up."""
    until = entry.kept_until
    if entry.status is not RunStatus.SUCCEEDED or until is None:
        return ""
    if until < datetime.now(until.tzinfo):
        return tr("results probably gone from the server")
    return tr("results on the server until about {time}", time=time_text(until))
