"""The requests of a run as they are made: what is asked of the server, what it answers, and why."""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.file_names import move_to_free_name, name_from_title, private_folder
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import lean, status_line, text_button
from gpwidgets.widgets.kit.errors_shown import guarded
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.kit.late_looks import Note, Section
from gpwidgets.widgets.page.front_ends import keep_shown
from gpwidgets.widgets.runs._request_row import request_html
from gpwidgets.widgets.words.file_links import page_link, saved_html, size_text

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.tracing.request_log import LoggedRequest

__all__ = ["RequestsFold"]

#: Lines of requests; from the first number on, those that only repeat the one before are counted.
_MANY, _MOST = 60, 150


class RequestsFold(Fold):
    """Shows the requests of a run while it is open.

    A line that is there is never made anew, so that it stays open, and the focus and the place in the page
    stay where they are, while others come in below.

    Parameters
    ----------
    run
        Closing this leaves it alone.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lock = threading.RLock()
        self._last, self._received = 0, 0
        self._purpose, self._more = "", 0
        self._end: Callable[[], None] | None = None
        super().__init__(
            tr("Requests of this run"),
            self._make_parts,
            tooltip=tr("What was asked of the server and what it answered, as it goes on"),
        )
        self.observe(lambda _change: self._turn(), names="opened")

    def _make_parts(self) -> list[w.Widget]:
        self._head, self._list = Note(classes=("gpw-muted",)), Section(_dom_classes=("gpw-requests",))
        keep_shown(self._head)
        self._said = status_line()
        save = text_button(
            tr("Save for a browser"),
            "download",
            tr("Save the requests as a HAR file, which the network tools of browsers open"),
            self._save,
        )
        self._saving = self.own(Background("gpwidgets-requests", said=self._said, button=save))
        row = lean(w.HBox, [save, self._said], layout={"flex_flow": "row wrap", "align_items": "center"})
        return [self._head, self._list, row]

    def _turn(self) -> None:
        """Follow the requests as long as somebody looks."""
        self.let_go()
        if self.opened:
            self._end = self._run.trace.follow(self._refresh)
            self._refresh()

    def let_go(self) -> None:
        """Follow no longer."""
        if self._end is not None:
            self._end()
            self._end = None

    @guarded
    def _refresh(self) -> None:
        with self._lock:
            if self.comm is None:
                return
            rows: list[w.Widget] = []
            for one in self._run.trace.after(self._last):
                self._take(one, rows)
            if rows:
                self._list.children = (*self._list.children, *rows)
            self._show_counts()

    def _take(self, one: LoggedRequest, rows: list[w.Widget]) -> None:
        self._last, self._received = one.number, self._received + one.received
        shown = len(self._list.children) + len(rows)
        repeats = one.purpose == self._purpose and shown >= _MANY
        self._purpose = one.purpose
        if repeats or shown >= _MOST:
            self._count(one, rows)
            return
        self._more = 0
        rows.append(_line(request_html(one)))

    def _count(self, one: LoggedRequest, rows: list[w.Widget]) -> None:
        """Count a request in the last line."""
        self._more += 1
        if self._more == 1:
            rows.append(_line(""))
        line = rows[-1] if rows else self._list.children[-1]
        words = trn(
            "{n:,} more request, after {time:.1f} s.",
            "{n:,} more requests, the last after {time:.1f} s.",
            self._more,
            time=one.time,
        )
        line.value = f'<div class="gpw-muted gpw-request">{escape(words)}</div>'

    def _show_counts(self) -> None:
        count = trn("{n:,} request", "{n:,} requests", self._last)
        size = tr("{size} received", size=size_text(self._received))
        words = tr("Secrets are hidden, and long values are cut.")
        self._head.value = f"{escape(count)}, {escape(size)}. {escape(words)}"

    def _save(self) -> None:
        self._saving.start(self._write, self._show_saved, tr("Saving…"))

    def _write(self) -> Path:
        folder = Path.cwd()
        name = f"{name_from_title(self._run.task.name, 'run')}_requests.har"
        with private_folder(folder) as private:
            return move_to_free_name(self._run.trace.save(private / name), folder, name)

    def _show_saved(self, path: Path) -> None:
        self._said.say(saved_html(path, path.stat().st_size) + page_link(path), is_html=True)

    def show_error(self, error: Exception) -> None:
        """Show what went wrong here; the run itself is not touched."""
        self._said.show_error(error)


def _line(html: str) -> w.HTML:
    made: w.HTML = lean(w.HTML, html)
    keep_shown(made)
    return made
