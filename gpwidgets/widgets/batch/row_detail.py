"""One row of a batch, opened: its run with messages and results, or what the folder has of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.errors import GPError
from gpwidgets.tasks.runs.run import Run
from gpwidgets.texts import tr
from gpwidgets.widgets.batch.sent_rows import SentRows
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import status_html, text_button
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.late_looks import Note, Section
from gpwidgets.widgets.kit.owner import replace_children

if TYPE_CHECKING:
    from gpwidgets.tasks.results.outputs import Outputs
    from gpwidgets.widgets.map.task_map import TaskMap

__all__ = ["RowDetail"]


class RowDetail(Section):
    """Shows one row at a time.

    Parameters
    ----------
    map_of
        Returns the map for features among the results; None for none.
    """

    def __init__(self, map_of: Callable[[], TaskMap | None]) -> None:
        self._map_of = map_of
        self._reading = self.own(Background("gpwidgets-row", failed=self.show_error))
        self._label: Hashable = None
        super().__init__()

    def show(self, rows: SentRows, place: int) -> None:
        """Open a row; its job is read from the server where it is over."""
        label = self._label = rows.label(place)
        batch, state = rows.batch, rows.batch.states()[place]
        given = ", ".join(f"{rows.heading(name)}: {rows.text(place, name)}" for name in rows.columns)
        self._given = given
        if state.status == "pending" or (
            state.job is None and not batch.live_run(label) and not state.is_over
        ):
            self._show_parts(Note(status_html(tr("It has not been sent yet."))), can_cancel=rows, label=label)
            return
        self._show_parts(Note(status_html(tr("Reading from the server…"))))
        self._reading.start(lambda: _read(rows, label), lambda found: self._show_found(rows, label, *found))

    def _show_found(
        self, rows: SentRows, label: Hashable, run: Run | None, outputs: Outputs | None, said: str
    ) -> None:
        parts: list[w.Widget] = [Note(said)] if said else []
        if run is not None:
            from gpwidgets.widgets.runs.run_widget import RunWidget

            shows_map = not run.done or run.outputs is not None
            view: Any = RunWidget(run, map=self._map_of() if shows_map else None, bare=True)
            self._show_parts(*parts, view, can_cancel=None if run.done else rows, label=label)
            return
        if outputs is not None:
            from gpwidgets.widgets.results.results import ResultsView

            parts.append(ResultsView(outputs, self._map_of()))
        self._show_parts(*parts)

    def _show_parts(
        self, *parts: w.Widget, can_cancel: SentRows | None = None, label: Hashable = None
    ) -> None:
        title = escape(tr("Row {row}", row=self._label))
        head = Note(
            f'<h4 class="gpw-output-name mathjax_ignore">{title}</h4>'
            f'<div class="gpw-muted mathjax_ignore">{escape(self._given[:400])}</div>'
        )
        buttons = [text_button(tr("Close the row"), "times", act=self.clear)]
        if can_cancel is not None:
            words = tr("Cancel row {row}", row=label)
            looks = w.Layout(width="auto")
            stop = text_button(words, "stop", act=lambda: self._cancel(can_cancel, label), layout=looks)
            buttons.append(stop)
            if (run := can_cancel.batch.live_run(label)) is not None:
                run.call_when_done(lambda: setattr(looks, "display", "none"))
        line = w.HBox(buttons, layout=w.Layout(flex_flow="row wrap"))
        replace_children(self, [head, line, *parts])

    @guarded
    def _cancel(self, rows: SentRows, label: Hashable) -> None:
        rows.batch.cancel(label)
        self.clear()

    @guarded
    def clear(self) -> None:
        """Show none."""
        self._reading.forget()
        replace_children(self, ())

    def show_error(self, error: Exception) -> None:
        """Show why the row cannot be shown."""
        self._show_parts(Note(error_html(error)))

    def __repr__(self) -> str:
        return "<RowDetail>"


def _read(rows: SentRows, label: Hashable) -> tuple[Run | None, Outputs | None, str]:
    """The run of a row; where its job is gone, what the folder has, and what became of it in words."""
    batch = rows.batch
    try:
        return batch.run(label), None, ""
    except GPError:
        state = batch.states()[batch.labels.index(label)]
        try:
            return None, batch.outputs(label), rows.html(batch.labels.index(label))
        except GPError:
            return None, None, rows.html(batch.labels.index(label)) if state.is_over else ""
