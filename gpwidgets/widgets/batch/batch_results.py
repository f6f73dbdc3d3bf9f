"""The results of a batch together: as tables and layers, on small maps side by side, as a chart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.texts import tr
from gpwidgets.widgets.batch._chart_data import ChartData
from gpwidgets.widgets.batch._pager import Pager
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import lean, shared_layout, status_line, text_button
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.kit.late_looks import Note, Section
from gpwidgets.widgets.kit.owner import replace_children

if TYPE_CHECKING:
    from gpwidgets.tasks.batch.batch import Batch
    from gpwidgets.tasks.results.outputs import Outputs
    from gpwidgets.widgets.batch.sent_rows import SentRows
    from gpwidgets.widgets.map.task_map import TaskMap

__all__ = ["BatchResults"]

_MAPS = 12
_ROW = {"flex_flow": "row wrap", "align_items": "center"}


class BatchResults(Section):
    """Three folds, each of which reads what it shows when it is asked to.

    Parameters
    ----------
    rows
        Of the batch.
    map_of
        Returns the map for features; None for none.
    """

    def __init__(self, rows: SentRows, map_of: Callable[[], TaskMap | None]) -> None:
        folds: list[w.Widget] = [
            Fold(
                tr("All results together"),
                lambda: [_Together(rows.batch, map_of)],
                tooltip=tr("The results of all rows as tables and layers, to be saved as files"),
            )
        ]
        if _outputs_with_shapes(rows.batch):
            folds.append(
                Fold(
                    tr("Maps side by side"),
                    lambda: [_MapsView(rows)],
                    tooltip=tr("A small map for each row, with one scale of colours"),
                )
            )
        folds.append(
            Fold(tr("Chart"), lambda: [_ChartView(rows)], tooltip=tr("A value of the results by an input"))
        )
        super().__init__(folds)

    def __repr__(self) -> str:
        return "<BatchResults>"


class _Together(Section):
    """Everything that rows have given so far, with the label and the inputs of the row as columns."""

    def __init__(self, batch: Batch, map_of: Callable[[], TaskMap | None]) -> None:
        self._batch, self._map_of = batch, map_of
        self._said = status_line()
        again = text_button(tr("Read again"), "refresh", tr("Read what has come since"), self._read)
        self._reading = self.own(Background("gpwidgets-together", said=self._said, button=again))
        self._shown = lean(w.VBox, layout={"width": "100%"})
        super().__init__([lean(w.HBox, [again, self._said], layout=_ROW), self._shown])
        self._read()

    def _read(self) -> None:
        self._reading.start(lambda: all_outputs(self._batch), self._show, tr("Reading the results…"))

    def _show(self, outputs: Outputs) -> None:
        from gpwidgets.widgets.results.results import ResultsView

        notes = [Note(f'<div class="gpw-note">{note}</div>') for note in _notes(self._batch)]
        replace_children(self._shown, [*notes, ResultsView(outputs, self._map_of())])


def all_outputs(batch: Batch) -> Outputs:
    """The frames of all rows, and the table of the rows."""
    from gpwidgets.tasks.results.outputs import Outputs

    known = dict.fromkeys(name for state in batch.states() for name in state.parts)
    values = {name: batch.frame(name) for name in known}
    table = batch.table().reset_index(names="row")
    name = next(one for one in ("rows", "rows_of_the_batch") if one not in values)
    described = {one.name: one for one in batch.task.outputs}
    return Outputs({**values, name: table}, parameters=described, provenance={"task": batch.task.url.task})


def _notes(batch: Batch) -> list[str]:
    from html import escape

    return [escape(note) for note in batch.notes]


def _outputs_with_shapes(batch: Batch) -> list[str]:
    from gpwidgets.datatypes.registry import datatype_of

    return [one.name for one in batch.task.outputs if datatype_of(one).is_spatial and datatype_of(one).is_set]


class _MapsView(Section):
    """Small maps, a page of them at a time."""

    def __init__(self, rows: SentRows) -> None:
        self._rows = rows
        self._frame: Any = None
        self._binding = Binding()
        self._said, self._maps = status_line(), Note()
        self._reading = self.own(Background("gpwidgets-maps", said=self._said))
        looks = shared_layout(width="min(100%, 280px)", min_width="0")
        names = _outputs_with_shapes(rows.batch)
        self._output = lean(w.Dropdown, options=names, description=tr("Output"), layout=looks)
        self._column = lean(w.Dropdown, options=[("", "")], description=tr("Colours by"), layout=looks)
        from gpwidgets.convert.rendering.classify import METHODS

        self._method = lean(
            w.Dropdown, options=[(tr(one), one) for one in METHODS], description=tr("Classes"), layout=looks
        )
        self._same = lean(
            w.Checkbox,
            description=tr("same extent"),
            indent=False,
            layout={"width": "auto"},
            _dom_classes=("gpw-check",),
        )
        self._pager = Pager(self._draw, _MAPS)
        again = text_button(tr("Read again"), "refresh", tr("Read what has come since"), self._read)
        self._binding.follow(self._output, lambda _change: self._read())
        for control in (self._column, self._method, self._same):
            self._binding.follow(control, lambda _change: self._draw())
        controls = [self._output, self._column, self._method, self._same, again]
        super().__init__([lean(w.HBox, controls, layout=_ROW), self._said, self._maps, self._pager])
        self._read()

    def _read(self) -> None:
        batch, output = self._rows.batch, self._output.value
        self._reading.start(lambda: batch.frame(output), self._take, tr("Reading the results…"))

    def _take(self, frame: Any) -> None:
        from gpwidgets.convert.rendering.classify import is_numeric
        from gpwidgets.widgets.batch._multiples import share_an_extent

        self._frame = frame
        columns = [name for name in frame.columns if name != frame.geometry.name and not _is_ours(name)]
        own = [name for name in frame.columns if str(name).startswith(("input_", "row_"))]
        options = [(tr("one colour"), ""), *((str(name), str(name)) for name in [*columns, *own])]
        with self._binding.silently():
            before = self._column.value
            self._column.options = options
            known = [value for _label, value in options]
            numeric = [str(name) for name in columns if is_numeric(frame[name]) and frame[name].nunique() > 1]
            by_run = frame.groupby("gp_place")
            differing = [name for name in numeric if by_run[name].mean().nunique() > 1]
            first = next(iter([*differing, *numeric]), "")
            self._column.value = before if before and before in known else first
            self._same.value = share_an_extent(frame)
        self._draw()

    def _draw(self) -> None:
        if self._frame is not None:
            self._reading.start(self._html, self._show, tr("Drawing…"))

    def _html(self) -> str:
        from gpwidgets.convert.rendering.classify import is_numeric
        from gpwidgets.widgets.batch._multiples import Multiples

        rows, frame, column = self._rows, self._frame, self._column.value
        states = rows.batch.states()
        over = [at for at, state in enumerate(states) if state.parts.get(self._output.value) is not None]
        self._places = over
        page = over[self._pager.shown]
        method = self._method.value
        if column and not is_numeric(frame[column]):
            method = "categories"
        maps = Multiples(frame, column, method, self._same.value)
        return maps.html(page, [self._title(at) for at in page])

    def _title(self, place: int) -> str:
        rows = self._rows
        given = [f"{rows.heading(name)}: {rows.text(place, name)}" for name in rows.columns]
        told = [one for one in given if not one.endswith("…")]
        return ", ".join([str(rows.label(place)), *told])[:120]

    def _show(self, html: str) -> None:
        from gpwidgets.texts import trn

        self._maps.value = html
        count = len(self._places)
        self._pager.show(count, trn("{n:,} map", "{n:,} maps", count))

    def __repr__(self) -> str:
        return "<maps of a batch>"


def _is_ours(name: Any) -> bool:
    return str(name).startswith(("gp_", "input_", "row_"))


class _ChartView(Section):
    """A value of each row against one of its inputs."""

    def __init__(self, rows: SentRows) -> None:
        self._rows = rows
        self._data: ChartData | None = None
        self._binding = Binding()
        self._said, self._chart = status_line(), Note()
        self._reading = self.own(Background("gpwidgets-chart", said=self._said))
        looks = shared_layout(width="min(100%, 340px)", min_width="0")
        self._value = lean(w.Dropdown, options=[("", "")], description=tr("Value"), layout=looks)
        self._input = lean(w.Dropdown, options=[("", "")], description=tr("by"), layout=looks)
        for control in (self._value, self._input):
            self._binding.follow(control, lambda _change: self._draw())
        again = text_button(tr("Read again"), "refresh", tr("Read what has come since"), self._read)
        controls = [self._value, self._input, again]
        super().__init__([lean(w.HBox, controls, layout=_ROW), self._said, self._chart])
        self._read()

    def _read(self) -> None:
        rows = self._rows
        self._reading.start(lambda: ChartData.of(rows), self._take, tr("Reading the results…"))

    def _take(self, data: ChartData) -> None:
        self._data = data
        with self._binding.silently():
            for control, names in ((self._value, list(data.values)), (self._input, list(data.inputs))):
                before = control.value
                control.options = names or [("", "")]
                if before in names:
                    control.value = before
        self._draw()

    def _draw(self) -> None:
        if self._data is None:
            return
        drawn = self._data.svg(self._value.value, self._input.value)
        self._chart.value = drawn or f'<div class="gpw-muted">{tr("There are no numbers to draw yet.")}</div>'

    def __repr__(self) -> str:
        return "<chart of a batch>"
