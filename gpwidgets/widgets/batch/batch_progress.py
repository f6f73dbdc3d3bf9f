"""How a batch goes on, in words and numbers, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.texts import later, tr, trn
from gpwidgets.widgets.batch.sent_rows import FAILED, is_under_way, status_words
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import lean, shared_layout, status_line, text_button
from gpwidgets.widgets.kit.errors_shown import guarded
from gpwidgets.widgets.kit.late_looks import Note, Section
from gpwidgets.widgets.kit.owner import replace_children
from gpwidgets.widgets.kit.sign_in_box import SignInBox

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth
    from gpwidgets.tasks.batch.batch import Batch
    from gpwidgets.tasks.batch.ledger import RowState

__all__ = ["BatchProgress"]

#: Label of each choice of rows, and the test for it.
_CHOICES: tuple[tuple[str, Callable[[RowState], bool]], ...] = (
    (later("All rows"), lambda _state: True),
    (later("Failed"), lambda state: state.status in FAILED and state.is_over),
    (later("Under way"), is_under_way),
    (later("Queued"), lambda state: state.status == "pending"),
    (later("Succeeded"), lambda state: state.status == "succeeded"),
    (later("Cancelled"), lambda state: state.status == "cancelled"),
)


#: Which rows can be run again: kind, label and tooltip of the button.
_AGAIN: tuple[tuple[str, str, str], ...] = (
    ("failed", later("Retry failed"), later("Run the rows again that failed, or fetch their results again")),
    ("cancelled", later("Run the cancelled rows"), later("Send the rows that were cancelled")),
    (
        "lost",
        later("Run the lost rows again"),
        later("The server may have run them already: its answer never came"),
    ),
)


class BatchProgress(Section):
    """Counts, a bar, buttons, and which rows are listed.

    Parameters
    ----------
    chosen
        Called when other rows are to be listed.
    begun
        Called when rows are sent again.
    """

    def __init__(self, chosen: Callable[[], None], begun: Callable[[], None]) -> None:
        self._batch: Batch | None = None
        self._begun = begun
        self._binding = Binding()
        self._words, self._bar = Note(), Note()
        self._signing = Section()
        self._signed: SignInBox | None = None
        self._said = status_line()
        self._was_over = True
        self._filter = lean(
            w.Dropdown,
            options=[(tr(label), at) for at, (label, _test) in enumerate(_CHOICES)],
            description=tr("Show"),
            layout=shared_layout(width="min(100%, 240px)", min_width="0"),
        )
        self._first = lean(
            w.Checkbox,
            value=True,
            description=tr("failures first"),
            indent=False,
            layout={"width": "auto"},
            _dom_classes=("gpw-check",),
        )
        for control in (self._filter, self._first):
            self._binding.follow(control, lambda _change: chosen())
        self._make_buttons()
        row = {"flex_flow": "row wrap", "align_items": "center"}
        super().__init__(
            [
                self._words,
                self._signing,
                self._bar,
                lean(w.HBox, self._buttons, layout=row, _dom_classes=("gpw-buttons",)),
                self._said,
                lean(w.HBox, [self._filter, self._first], layout=row),
            ]
        )

    def _make_buttons(self) -> None:
        looks = [w.Layout(width="auto") for _ in range(2 + len(_AGAIN))]
        self._again = {
            kind: text_button(tr(words), "repeat", tr(tip), partial(self._run_again, kind), layout=look)
            for (kind, words, tip), look in zip(_AGAIN, looks[2:], strict=True)
        }
        self._rest = text_button(
            tr("Send no more"),
            "pause",
            tr("Cancel the rows that are queued; those on the server go on"),
            self._cancel_rest,
            layout=looks[0],
        )
        self._all = text_button(
            tr("Cancel all"),
            "stop",
            tr("Cancel the rows that are queued, and ask the server to stop the others"),
            self._cancel_all,
            layout=looks[1],
        )
        self._buttons = [*self._again.values(), self._rest, self._all]

    def show(self, batch: Batch) -> None:
        """Show a batch from now on."""
        self._batch = batch
        with self._binding.silently():
            self._filter.value = 0
        self.refresh()

    def refresh(self) -> bool:
        """Show how it is now; whether it goes on."""
        batch = self._batch
        if batch is None:
            return False
        counts, total = batch.counts, len(batch)
        over = batch.count_over()
        self._words.value = _counts_html(counts, over, total, _trouble_words(batch))
        self._bar.value = (
            f'<div class="gpw-progress"><progress max="{total}" value="{over}" '
            f'aria-label="{escape(tr("Progress"))}" style="width:100%;max-width:420px"></progress> '
            f"<span>{100 * over // max(1, total)} %</span></div>"
        )
        is_over = batch.done
        for button in (self._rest, self._all):
            button.layout.display = "none" if is_over else ""
        self._show_sign_in(batch)
        stopped = batch.trouble and over < total and not batch.wants_sign_in
        there = {"lost": counts.get("lost"), "cancelled": counts.get("cancelled")}
        there["failed"] = stopped or sum(counts.get(one, 0) for one in FAILED - {"lost"})
        for kind, button in self._again.items():
            button.layout.display = "" if is_over and there[kind] else "none"
        if is_over and not self._was_over and not batch.wants_sign_in:
            self._tell_end(batch, counts)
        self._was_over = is_over
        return not is_over

    def _show_sign_in(self, batch: Batch) -> None:
        """Ask for a new sign-in while the batch waits for one; what was typed before is filled in again."""
        if batch.wants_sign_in == bool(self._signing.children):
            return
        boxes = []
        if batch.wants_sign_in:
            self._signed = SignInBox(self._sign_in, batch.task.url.task, before=self._signed)
            boxes = [self._signed]
        replace_children(self._signing, boxes)

    def _sign_in(self, auth: Auth) -> None:
        if self._batch is not None:
            self._batch.sign_in(auth)  # what it raises is said in the box
            self._said.say("")
            self._begun()

    def _tell_end(self, batch: Batch, counts: dict[str, int]) -> None:
        bad = len(batch) - counts.get("succeeded", 0)
        end = trn("Finished; {n:,} row has no results.", "Finished; {n:,} rows have no results.", bad)
        self._said.say(tr("All rows have succeeded.") if not bad else end, sign="⚠" if bad else "✔")

    def places(self) -> Sequence[int]:
        """Which rows are listed, in their order."""
        if self._batch is None:
            return ()
        states = self._batch.states()
        test = _CHOICES[self._filter.value or 0][1]
        found = [at for at, state in enumerate(states) if test(state)]
        if self._first.value:
            found.sort(key=lambda at: not (states[at].is_over and states[at].status in FAILED))
        return found

    @guarded
    def _run_again(self, kind: str) -> None:
        if self._batch is not None:
            self._said.say("")
            self._batch.retry_failed(lost=kind == "lost", cancelled=kind == "cancelled")
            self._begun()

    @guarded
    def _cancel_rest(self) -> None:
        if self._batch is not None:
            self._batch.cancel_rest()
            self._said.say(tr("No more rows are sent."))

    @guarded
    def _cancel_all(self) -> None:
        if self._batch is not None:
            self._batch.cancel()
            self._said.say(tr("The server has been asked to stop what is under way."))

    def show_error(self, error: Exception) -> None:
        """Say why something could not be done."""
        self._said.show_error(error)

    def __repr__(self) -> str:
        return "<BatchProgress>"


def _trouble_words(batch: Batch) -> str:
    """Why no more rows are sent, and what to do about it; empty while all is well."""
    if not batch.trouble:
        return ""
    words = tr("No more rows are sent: {trouble}", trouble=batch.trouble)
    if batch.wants_sign_in:
        words += " " + tr("Sign in below, and the batch goes on; no row is lost.")
    return words


def _counts_html(counts: dict[str, int], over: int, total: int, trouble: str) -> str:
    told = ", ".join(
        f'<span class="gpw-state-{escape(status)}">{escape(status_words(status)[1])}: {count:,}</span>'
        for status, count in sorted(counts.items(), key=lambda one: -one[1])
    )
    head = trn("{over:,} of {n:,} row finished", "{over:,} of {n:,} rows finished", total, over=over)
    stopped = ""
    if trouble:
        stopped = f'<div class="gpw-alert gpw-error" role="alert">{escape(trouble)}</div>'
    return f'<div class="mathjax_ignore"><b>{escape(head)}</b> · {told}</div>{stopped}'
