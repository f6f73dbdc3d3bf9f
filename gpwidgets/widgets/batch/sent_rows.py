"""The rows of a batch that has been sent: what they give, and how each is."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any

from gpwidgets.protocol.plain_text import plain_label
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.texts import later, tr
from gpwidgets.widgets.runs.run_status import STATES
from gpwidgets.widgets.words.cells import cell_text

if TYPE_CHECKING:
    from gpwidgets.tasks.batch.batch import Batch
    from gpwidgets.tasks.batch.ledger import RowState

__all__ = ["FAILED", "SentRows", "state_html", "status_words"]

_MORE: dict[str, tuple[str, str]] = {
    "pending": ("·", later("Queued")),
    "incomplete": ("⚠", later("Succeeded, but not all results could be read")),
    "unwritten": ("⚠", later("Succeeded, but the results could not be written")),
}
#: States in which something is to be looked at.
FAILED = frozenset({"failed", "timed_out", "expired", "lost", "incomplete", "unwritten"})

_LONGEST = 300
#: Begins the names of columns that were kept, as in the results.
_KEPT = "row_"
_MOST_KEPT = 2


class SentRows:
    """What a grid shows of a batch.

    Parameters
    ----------
    batch

    Attributes
    ----------
    batch : Batch
    columns : list of str
        Inputs that rows give of their own, and two of the columns that were kept, texts before numbers.
    """

    is_editable = False

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.labels: tuple[Hashable, ...] = batch.labels
        self._line = lru_cache(maxsize=500)(batch.inputs)
        titles = {one.name: plain_label(one.display_name or one.name) for one in batch.task.inputs}
        given: dict[str, None] = {}
        kept: dict[str, bool] = {}
        for label in self.labels[:100]:
            inputs, beside = self._line(label)
            given |= dict.fromkeys(inputs)
            kept |= {name: kept.get(name, False) or isinstance(value, str) for name, value in beside.items()}
        order = [name for name in titles if name in given]
        texts_first = sorted(kept, key=lambda name: not kept[name])
        self._kept = {f"{_KEPT}{name}": name for name in texts_first[:_MOST_KEPT]}
        self.columns: list[str] = [*order, *(name for name in given if name not in titles), *self._kept]
        self._titles = {**titles, **self._kept}

    def __len__(self) -> int:
        return len(self.labels)

    def heading(self, name: str) -> str:
        """The label of an input, or of a column that was kept."""
        return self._titles.get(name, name)

    def label(self, place: int) -> Hashable:
        """By what a row is known."""
        return self.labels[place]

    def text(self, place: int, name: str) -> str:
        """What a row gives for an input, or has in a column that was kept."""
        return cell_text(self.value(self._line(self.labels[place]), name))

    def value(self, line: tuple[dict[str, Any], dict[str, Any]], name: str) -> Any:
        """The value of a column in what `Batch.inputs` gives of a row; None where it has none."""
        inputs, beside = line
        return beside.get(self._kept[name]) if name in self._kept else inputs.get(name)

    def can_be_changed(self, _place: int, _name: str) -> bool:
        """It has been sent."""
        return False

    def problem(self, _place: int, _name: str) -> str:
        """All cells were checked before."""
        return ""

    def html(self, place: int) -> str:
        """How a row is, live while it is under way."""
        state = self.batch.states()[place]
        run = None if state.is_over or state.status == "pending" else self.batch.live_run(self.labels[place])
        if run is None:
            return state_html(state.status, state.error)
        status = state.status if run.status is RunStatus.PREPARING else run.status.value
        return state_html(status, "", run.progress)


def status_words(status: str) -> tuple[str, str]:
    """A sign and words for the state of a row."""
    known = {**{one.value: told for one, told in STATES.items()}, **_MORE}
    sign, words = known.get(status, ("", status))
    return sign, tr(words)


def state_html(status: str, error: str = "", progress: float | None = None) -> str:
    """The state of a row in a line, with the percent while it runs and the server's words when it failed."""
    sign, words = status_words(status)
    percent = f", {progress:.0f} %" if progress is not None else ""
    wanted = error if status not in ("succeeded", "cancelled") or error else ""
    short = wanted if len(wanted) <= _LONGEST else f"{wanted[: _LONGEST - 1]}…"
    more = f' <span class="gpw-row-error">{escape(short)}</span>' if short else ""
    return (
        f'<span class="gpw-state-{escape(status)} mathjax_ignore"><span aria-hidden="true">{sign}</span> '
        f"<b>{escape(words)}{percent}</b></span>{more}"
    )


def is_under_way(state: RowState) -> bool:
    """Whether a row is on its way or on the server."""
    return not state.is_over and state.status != "pending"
