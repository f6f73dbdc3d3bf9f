"""What a run is doing, live: state, progress, time and messages."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.errors import RunCancelled
from gpwidgets.tasks.results.outputs import missing_words
from gpwidgets.tasks.runs.run_clock import span_text
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.texts import later, tr
from gpwidgets.widgets.kit.controls import wide
from gpwidgets.widgets.kit.errors_shown import error_html
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.kit.sign_in_box import SignInBox
from gpwidgets.widgets.page.front_ends import keep_shown
from gpwidgets.widgets.runs._message_fold import MessageFold
from gpwidgets.widgets.runs._message_log import MAX_MESSAGES, messages_html
from gpwidgets.widgets.words.run_times import began_text, duration_text

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run

__all__ = ["MAX_MESSAGES", "STATES", "RunStatusView", "messages_html"]

#: A sign and words for each state; the sign repeats what the words and the colour say.
STATES: dict[RunStatus, tuple[str, str]] = {
    RunStatus.PREPARING: ("…", later("Preparing")),
    RunStatus.UPLOADING: ("⇧", later("Sending files")),
    RunStatus.SUBMITTED: ("…", later("Submitted")),
    RunStatus.WAITING: ("…", later("Waiting in the server's queue")),
    RunStatus.RUNNING: ("▶", later("Running")),
    RunStatus.CANCELLING: ("■", later("Cancelling")),
    RunStatus.SUCCEEDED: ("✔", later("Succeeded")),
    RunStatus.FAILED: ("✖", later("Failed")),
    RunStatus.CANCELLED: ("■", later("Cancelled")),
    RunStatus.TIMED_OUT: ("✖", later("Over the time limit")),
    RunStatus.EXPIRED: ("✖", later("No longer on the server")),
    RunStatus.LOST: ("?", later("Lost: the server's answer never came")),
}


def state_words(run: Run) -> tuple[str, str, str]:
    """Return a sign, words and a name for the state of a run, and whether its results are complete."""
    sign, words = STATES[run.status][0], tr(STATES[run.status][1])
    if run.outputs is None or not run.outputs.truncated:
        return sign, words, run.status.value
    titles = {name: one.display_name for name, one in run.outputs.parameters.items()}
    missing = missing_words(run.outputs, titles)
    return "⚠", tr("{state}, but not complete: {missing}", state=words, missing=missing), "incomplete"


class RunStatusView(Owner, w.VBox):
    """A live view of one run.

    It only observes the run and sets traits of its own parts, so it may be updated from any thread. Closing
    it leaves the run alone.

    Parameters
    ----------
    run
        The run to follow.
    level
        Lowest level of the messages that are shown first.
    """

    def __init__(self, run: Run, level: str = "info") -> None:
        self.run = run
        self._awaits_rows = False
        self._state, self._bar, self._time, self._trouble = (w.HTML() for _ in range(4))
        for part in (self._state, self._bar, self._time, self._trouble):
            keep_shown(part)
        self._signing = w.VBox()
        self._messages = MessageFold(run.task.name, level)
        row = w.HBox([self._state, self._time], layout=w.Layout(flex_flow="row wrap", align_items="baseline"))
        super().__init__(
            [row, self._signing, self._bar, self._trouble, self._messages],
            layout=wide(),
        )
        self.add_class("gpw-status")
        self._parts = {
            "status": self._show_state,
            "note": self._show_state,
            "progress": self._show_progress,
            "progress_text": self._show_progress,
            "elapsed": self._show_time,
            "expected": self._show_time,
            "messages": self._show_messages,
            "error": self._show_trouble,
            "wants_sign_in": self._show_sign_in,
        }
        self.follow(run, self._follow, list(self._parts))
        for show in dict.fromkeys(self._parts.values()):
            show()

    def _follow(self, change: Mapping[str, Any]) -> None:
        self._parts[change["name"]]()
        if change["name"] == "status":
            self._show_progress()  # whether there is a bar depends on the state
            self._show_time()
            self._show_sign_in()
            if self.run.status.is_final:
                self._show_messages()  # it needs no more room for those to come

    def _show_state(self) -> None:
        sign, words, state = state_words(self.run)
        if self.run.outputs is not None and not self._awaits_rows:
            self._awaits_rows = True
            self.run.outputs.call_when_completed(self._show_state)
        words_beside = [tr("Sign in below.")] if self._asks_for_sign_in else []
        beside = " ".join(filter(None, [*words_beside, self.run.note]))
        note = f' <span class="gpw-muted">{escape(beside)}</span>' if beside else ""
        self._state.value = (
            f'<div class="gpw-state gpw-state-{state} mathjax_ignore" role="status" aria-live="polite">'
            f'<span aria-hidden="true">{sign}</span> <b>{escape(words)}</b>{note}</div>'
        )

    def _show_progress(self) -> None:
        if self.run.status.is_final:
            self._bar.value = ""
            return
        percent, text = self.run.progress, escape(self.run.progress_text)
        value = "" if percent is None else f' value="{percent:.1f}"'
        number = "" if percent is None else f"{percent:.0f} %"
        self._bar.value = (
            f'<div class="gpw-progress"><progress max="100"{value} aria-label="{tr("Progress")}" '
            f'style="width:100%;max-width:420px"></progress> <span>{number} {text}</span></div>'
        )

    def _show_time(self) -> None:
        text = ", ".join(filter(None, (duration_text(self.run), began_text(self.run))))
        if self.run.expected is not None and not self.run.done:
            usual = max(1, round(self.run.expected))
            span = f"{usual} s" if usual < 10 else span_text(usual)
            text += tr(", usually takes about {span}", span=span)
        self._time.value = f'<span class="gpw-muted">{escape(text)}</span>'

    def _show_messages(self) -> None:
        self._messages.show(self.run.messages, self.run.status)

    def _show_trouble(self) -> None:
        error = self.run.error
        # That a run ended as its user wanted is no trouble; the state says it.
        self._trouble.value = "" if isinstance(error, RunCancelled) else error_html(error)

    def _show_sign_in(self) -> None:
        wanted = self._asks_for_sign_in
        if wanted != bool(self._signing.children):
            address = self.run.job_url or ""
            replace_children(self._signing, [SignInBox(self.run.sign_in, address)] if wanted else [])
            self._show_state()

    @property
    def _asks_for_sign_in(self) -> bool:
        return self.run.wants_sign_in and not self.run.done

    def __repr__(self) -> str:
        return f"<RunStatusView of {self.run!r}>"
