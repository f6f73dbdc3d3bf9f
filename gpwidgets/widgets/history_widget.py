"""The runs of this user as a list: reopen, follow, copy as code, delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any
from weakref import WeakMethod

import ipywidgets as w
import traitlets

from gpwidgets.errors import AuthenticationError, ConnectionFailed
from gpwidgets.tasks.history import History, history
from gpwidgets.tasks.history_entry import HistoryEntry
from gpwidgets.tasks.journal.recording import current_store
from gpwidgets.tasks.scheduling.watcher import shared_watcher
from gpwidgets.texts import later, tr
from gpwidgets.widgets._history_row import HistoryRow
from gpwidgets.widgets.kit.accessibility import let_rest
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.code_view import code_html
from gpwidgets.widgets.kit.controls import status_html, status_line, text_button, wide
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.kit.theme import style_sheet
from gpwidgets.widgets.page.twin import ShownWithTwin, StaticTwin
from gpwidgets.widgets.results.compare_widget import CompareWidget
from gpwidgets.widgets.runs.run_status import STATES
from gpwidgets.widgets.runs.run_widget import RunWidget
from gpwidgets.widgets.task_widget import TaskWidget
from gpwidgets.widgets.words.run_times import time_text

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth

__all__ = ["HistoryWidget"]

#: Label of each choice of states, and the test for it.
_CHOICES: tuple[tuple[str, Callable[[HistoryEntry], bool]], ...] = (
    (later("All runs"), lambda _entry: True),
    (later("Going on"), lambda entry: not entry.status.is_final),
    (later("Succeeded"), lambda entry: entry.status == "succeeded"),
    (later("Without results"), lambda entry: entry.status.is_final and entry.status != "succeeded"),
)


class HistoryWidget(Owner, ShownWithTwin, w.VBox):
    """All runs of this user, from every kernel, newest first.

    Runs of this kernel are shown live. A run can be reopened as a form with the same values, attached to when
    it is a job, shown as Python, and deleted from the list.

    Parameters
    ----------
    auth
        `Token`, `Login` or an authentication object of requests, for secured services; asked for when it is
        needed and left out.
    page_size
        Runs on a page.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> runs = gp.HistoryWidget()  # the last line of a cell shows it
    >>> runs.search = "buffer"
    >>> runs.close()
    """

    search: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", help="Only runs with this text in task, values, state or job."
    )
    page: traitlets.Int[int, int] = traitlets.Int(1, help="The page that is shown, from 1.")

    def __init__(self, *, auth: Auth | None = None, page_size: int = 8) -> None:
        self._auth = auth
        self._all = self._found = History([])
        self._reading = self.own(Background("gpwidgets-history", failed=self._show_trouble))
        self._read_of: HistoryEntry | None = None
        self._waits = False
        self._to_compare: HistoryEntry | None = None
        self.shown: w.Widget | None = None
        self.rows: list[HistoryRow] = [HistoryRow(self._act) for _ in range(page_size)]
        self._said = w.HTML(layout=wide())
        self._detail = w.VBox(layout=wide())
        self._make_controls()
        self.twin: StaticTwin = StaticTwin(lambda: self._found._repr_html_())
        super().__init__(
            [
                style_sheet(),
                self.twin.hider,
                w.HTML(f'<h3 class="gpw-title mathjax_ignore">{tr("Runs")}</h3>'),
                self._controls,
                self._said,
                w.VBox(self.rows, layout=wide()),
                self._pager,
                self._detail,
            ],
            layout=wide(),
        )
        self.add_class("gpw")
        traitlets.link((self, "search"), (self._search, "value"))
        store = current_store()
        if store is not None:
            store.listeners.append(WeakMethod(self._note_change))
        self.refresh()

    def _make_controls(self) -> None:
        self._search = w.Text(
            placeholder=tr("task, value or job"),
            description=tr("Search"),
            layout=w.Layout(width="min(100%, 280px)"),
            style={"description_width": "50px"},
        )
        self.state: w.Dropdown = w.Dropdown(
            options=[(tr(label), label) for label, _ in _CHOICES],
            description=tr("Show"),
            layout=w.Layout(width="min(100%, 220px)"),
            style={"description_width": "50px"},
        )
        self._refresh = text_button(
            tr("Refresh"), "refresh", tr("Look for runs of other notebooks"), self.refresh
        )
        self.state.observe(lambda _change: self._to_first_page(), names="value")
        self._controls = w.HBox(
            [self._search, self.state, self._refresh], layout=w.Layout(flex_flow="row wrap")
        )
        self.newer: w.Button = text_button(
            tr("Newer"),
            "chevron-left",
            tr("Newer runs"),
            lambda: self._go(self.page - 1),
            layout=w.Layout(width="auto"),
        )
        self.older: w.Button = text_button(
            tr("Older"),
            "chevron-right",
            tr("Older runs"),
            lambda: self._go(self.page + 1),
            layout=w.Layout(width="auto"),
        )
        self._where = w.HTML()
        self._pager = w.HBox(
            [self.newer, self._where, self.older], layout=w.Layout(flex_flow="row wrap", align_items="center")
        )

    # The list

    @guarded
    def refresh(self) -> None:
        """Read the history anew."""
        self._all = history()
        self._show_list()

    def _note_change(self) -> None:
        """Read anew in a moment; called from any thread, and often when many runs start."""
        if not self._waits and self.comm is not None:
            self._waits = True
            shared_watcher().add(self._refresh_once, 0.2)

    def _refresh_once(self) -> None:
        self._waits = False
        if self.comm is not None:
            self.refresh()

    @traitlets.observe("search")
    def _to_first_page(self, _change: object = None) -> None:
        self.page: int = 1
        self._show_list()

    @traitlets.observe("page")
    def _turn_page(self, _change: object) -> None:
        self._show_list()

    def _go(self, page: int) -> None:
        self.page = min(max(1, page), self.pages)

    @property
    def pages(self) -> int:
        """How many pages there are; one when there are no runs."""
        return max(1, -(-len(self._found) // len(self.rows)))

    @guarded
    def _show_list(self) -> None:
        test = dict(_CHOICES)[self.state.value]
        word = self.search.strip().lower()
        chosen = [entry for entry in self._all if test(entry) and (not word or word in _searched(entry))]
        self._found = History(chosen, note=self._all.note)
        start = (min(self.page, self.pages) - 1) * len(self.rows)
        for number, row in enumerate(self.rows):
            row.show(chosen[start + number] if start + number < len(chosen) else None)
        self._show_place(start)
        self.twin.refresh()

    def _show_place(self, start: int) -> None:
        total, end = len(self._found), min(start + len(self.rows), len(self._found))
        text = (
            tr("{start:,} to {end:,} of {total:,}", start=start + 1, end=end, total=total)
            if total
            else self._nothing()
        )
        self._where.value = status_html(text, look="gpw-page")
        several = self.pages > 1
        self.newer.layout.display = self.older.layout.display = "" if several else "none"
        let_rest(self.newer, start == 0)
        let_rest(self.older, end >= total)
        note = self._all.note
        self._said.value = status_html(note, look="gpw-note")

    def _nothing(self) -> str:
        return tr("No run is like that.") if len(self._all) else tr("There are no runs yet.")

    # What can be done with a run

    @guarded
    def _act(self, label: str, entry: HistoryEntry) -> None:
        actions = {
            "Reopen": self._reopen,
            "Attach": self._attach,
            "Compare": self._compare,
            "Code": self._code,
            "Delete": self._delete,
        }
        actions[label](entry)

    def _reopen(self, entry: HistoryEntry) -> None:
        self._read(entry, lambda: TaskWidget(entry, auth=self._auth))

    def _attach(self, entry: HistoryEntry) -> None:
        self._read(entry, lambda: RunWidget(entry.attach(self._auth)))

    def _compare(self, entry: HistoryEntry) -> None:
        """Wait for a second run to be chosen, and compare the two."""
        first, self._to_compare = self._to_compare, None
        if first is None or first.key == entry.key:
            self._to_compare = entry
            self._reading.forget()
            words = tr("Press Compare at another run to see what differs.")
            self._show_detail(entry, w.HTML(status_html(words, look="gpw-note")))
            return
        names = _names_of(first, entry)
        self._read(
            entry, lambda: CompareWidget(first.outputs(self._auth), entry.outputs(self._auth), names=names)
        )

    def _code(self, entry: HistoryEntry) -> None:
        self._reading.forget()
        self._show_detail(entry, w.HTML(code_html(entry.code()), layout=wide()))

    def _delete(self, entry: HistoryEntry) -> None:
        entry.delete()
        self.refresh()

    def _read(self, entry: HistoryEntry, make: Callable[[], w.Widget]) -> None:
        """Make a widget that asks the server, without holding up the kernel."""
        self._read_of = entry
        self._show_waiting(entry)
        self._reading.start(make, lambda made: self._show_detail(entry, made))

    def _show_waiting(self, entry: HistoryEntry) -> None:
        waiting = status_line()
        waiting.say(tr("Reading from the server…"))
        self._show_detail(entry, waiting)

    def _show_trouble(self, error: Exception) -> None:
        """Show why something of a run is not there, and a way to go on."""
        entry = self._read_of
        assert entry is not None
        parts: list[w.Widget] = [w.HTML(error_html(error))]
        if isinstance(error, AuthenticationError):
            parts.append(self._reading.sign_in_box(self._signed_in, entry.task_url))
        elif isinstance(error, ConnectionFailed):
            looks = {"align_self": "flex-start"}  # else it is as wide as the list
            parts.append(text_button(tr("Try again"), "refresh", act=self._read_again, layout=looks))
        self._show_detail(entry, w.VBox(parts))

    def _signed_in(self, auth: Auth) -> None:
        self._auth = auth
        self._read_again()

    def _read_again(self) -> None:
        if self._read_of is not None:
            self._show_waiting(self._read_of)
        self._reading.again()

    def _show_detail(self, entry: HistoryEntry, what: w.Widget) -> None:
        """Show something of a run below the list, in the place of what was there; a run goes on."""
        title = _name_of(entry)
        head = w.HTML(f'<h4 class="gpw-output-name">{escape(title)}</h4>')
        close = text_button(
            tr("Close"), "times", tr("Close {title}; a run goes on", title=title), self._close_detail
        )
        self.shown = what
        head_row = w.HBox([head, close], layout=w.Layout(align_items="baseline"))
        replace_children(self._detail, [head_row, what])

    @guarded
    def _close_detail(self) -> None:
        self._reading.forget()
        self.shown = None
        replace_children(self._detail, ())

    def show_error(self, error: Exception) -> None:
        """Show what went wrong with the list."""
        self._said.value = error_html(error)

    def __repr__(self) -> str:
        return f"<HistoryWidget: {len(self._found):,} runs>"


def _name_of(entry: HistoryEntry) -> str:
    return f"{entry.title}, {time_text(entry.started)}"


def _names_of(first: HistoryEntry, second: HistoryEntry) -> tuple[str, str]:
    """Names of two runs that differ: with seconds where the minute is the same."""
    if _name_of(first) != _name_of(second):
        return _name_of(first), _name_of(second)
    return (
        f"{first.title}, {time_text(first.started, seconds=True)}",
        f"{second.title}, {time_text(second.started, seconds=True)}",
    )


def _searched(entry: HistoryEntry) -> str:
    """The text that a search looks through."""
    words: Mapping[Any, tuple[str, str]] = STATES
    state = tr(words[entry.status][1])
    return f"{entry.title} {entry.task_url} {entry.job_url} {state} {entry.summary}".lower()
