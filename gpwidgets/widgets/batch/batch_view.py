"""A batch that was begun: how it goes on, its rows, one of them opened, its results."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from gpwidgets.tasks.scheduling.watcher import shared_watcher
from gpwidgets.texts import tr, trn
from gpwidgets.widgets.batch.batch_progress import BatchProgress
from gpwidgets.widgets.batch.batch_results import BatchResults
from gpwidgets.widgets.batch.grid_view import GridActs, GridView
from gpwidgets.widgets.batch.row_detail import RowDetail
from gpwidgets.widgets.batch.sent_rows import SentRows
from gpwidgets.widgets.kit.controls import status_line
from gpwidgets.widgets.kit.errors_shown import guarded
from gpwidgets.widgets.kit.late_looks import Note, Section
from gpwidgets.widgets.kit.owner import replace_children

if TYPE_CHECKING:
    from gpwidgets.tasks.batch.batch import Batch
    from gpwidgets.widgets.map.task_map import TaskMap

__all__ = ["BatchView"]

#: Seconds between two looks at the rows.
_MOMENT = 0.5
#: Rows that a reader without a kernel sees.
_STATIC = 10


class BatchView(Section):
    """Shows a batch, live; closing it leaves the batch alone.

    Parameters
    ----------
    batch
    map_of
        Returns the map for features among the results; None for none.
    ended
        Called when all rows are over.
    """

    def __init__(self, batch: Batch, map_of: Callable[[], TaskMap | None], ended: Callable[[], None]) -> None:
        self.batch = batch
        self._map_of, self._ended = map_of, ended
        self._rows = SentRows(batch)
        self._said = status_line()
        self._progress = BatchProgress(self._list, self._follow_again)
        acts = GridActs(
            write=_nothing,
            entered=_nothing,
            paste=_nothing,
            remove=_nothing,
            open=self._open,
            state=self._rows.html,
        )
        self._grid = GridView(self._rows, acts)
        self._detail = RowDetail(map_of)
        self._results = Section()
        where = f"{escape(tr('Folder of the batch:'))} <code>{escape(str(batch.folder))}</code>"
        folder = Note(f'<div class="gpw-muted mathjax_ignore">{where}</div>')
        super().__init__([self._progress, self._said, self._grid, self._detail, self._results, folder])
        self._progress.show(batch)
        self._follow()

    def _follow(self) -> None:
        """Look at the rows from now on, until all are over."""
        self._tick()
        shared_watcher().add(self._tick, _MOMENT)

    def _follow_again(self) -> None:
        self._detail.clear()  # what it shows is of the job before
        self._follow()

    def _tick(self) -> float | None:
        if self.comm is None:
            return None
        goes_on = self._progress.refresh()
        self._list()
        if self.batch.count_over() and not self._results.children:
            replace_children(self._results, [BatchResults(self._rows, self._map_of)])
        if not goes_on:
            self._ended()
        return _MOMENT if goes_on else None

    def _list(self) -> None:
        self._grid.show_states(self._progress.places())

    @guarded
    def _open(self, place: int) -> None:
        self._detail.show(self._rows, place)

    def show_error(self, error: Exception) -> None:
        """Say why a row cannot be opened."""
        self._said.show_error(error)

    def html(self) -> str:
        """What a reader without a kernel sees."""
        batch, rows = self.batch, self._rows
        heads = "".join(f"<th>{escape(rows.heading(name))}</th>" for name in rows.columns)
        lines = "".join(
            f"<tr><th>{escape(str(rows.label(at)))}</th>"
            + "".join(f"<td>{escape(rows.text(at, name))}</td>" for name in rows.columns)
            + f"<td>{rows.html(at)}</td></tr>"
            for at in range(min(_STATIC, len(rows)))
        )
        left = len(rows) - _STATIC
        more = trn("…and {n:,} more row.", "…and {n:,} more rows.", left) if left > 0 else ""
        return (
            f'<p>{escape(repr(batch))}</p><table border="1" style="border-collapse:collapse"><thead><tr>'
            f"<th>{escape(tr('Row'))}</th>{heads}<th>{escape(tr('State'))}</th></tr></thead>"
            f"<tbody>{lines}</tbody></table><p>{escape(more)}</p>"
        )

    def __repr__(self) -> str:
        return f"<BatchView of {self.batch!r}>"


def _nothing(*_given: object) -> None:
    """A batch that was sent is not written in."""
