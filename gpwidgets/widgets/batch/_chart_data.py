"""What a chart of a batch can show: the numbers of each row, and its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gpwidgets.convert.rendering.classify import is_numeric
from gpwidgets.convert.rendering.value_chart import ChartPoint, shared_unit, value_chart
from gpwidgets.datatypes.frame_checks import is_frame
from gpwidgets.texts import tr
from gpwidgets.widgets.words.cells import cell_text

if TYPE_CHECKING:
    from gpwidgets.widgets.batch.sent_rows import SentRows

__all__ = ["ChartData"]

#: Columns of a result that are offered; each comes as a sum and as a mean.
_COLUMNS = 20


@dataclass(frozen=True)
class ChartData:
    """Numbers by place of the row.

    Attributes
    ----------
    values
        By what they are called: the numbers that rows gave.
    inputs
        By the label of the input: what rows gave for it.
    labels
        Of the rows.
    """

    values: Mapping[str, Mapping[int, float]]
    inputs: Mapping[str, Mapping[int, Any]]
    labels: tuple[Any, ...]

    @classmethod
    def of(cls, rows: SentRows) -> ChartData:
        """Read what a batch has given so far."""
        batch, states = rows.batch, rows.batch.states()
        values: dict[str, dict[int, float]] = {}
        for at, state in enumerate(states):
            for name, one in state.values.items():
                if isinstance(one, int | float) and not isinstance(one, bool):
                    values.setdefault(name, {})[at] = float(one)
        over = [at for at, state in enumerate(states) if state.status == "succeeded"]
        for name in dict.fromkeys(name for state in states for name in state.parts):
            values |= _of_frame(name, batch.frame(name), over)
        values[tr("seconds")] = {
            at: one.ended - one.sent for at, one in enumerate(states) if one.ended and one.sent
        }
        given = [batch.inputs(label) for label in rows.labels]
        columns = {name: [rows.value(line, name) for line in given] for name in rows.columns}
        inputs = {
            rows.heading(name): {at: one for at, one in enumerate(column) if one is not None}
            for name, column in columns.items()
        }
        inputs = {name: column for name, column in inputs.items() if set(column.values()) - {"…", "•••"}}
        told = sorted(values, key=lambda name: len(set(values[name].values())) < 2)  # what varies comes first
        values = {name: values[name] for name in told}
        return cls(values, {**inputs, tr("Row"): dict(enumerate(rows.labels))}, rows.labels)

    def svg(self, value: str, by: str) -> str:
        """Draw one of the values by one of the inputs; empty where there is nothing to draw."""
        numbers, given = self.values.get(value, {}), self.inputs.get(by, {})
        places = [at for at in numbers if at in given]
        found = shared_unit([given[at] for at in places])
        xs: list[Any] = [cell_text(given[at]) for at in places] if found is None else list(found[0])
        title = f"{by} ({found[1]})" if found is not None and found[1] else by
        points = [
            ChartPoint(x, numbers[at], f"{self.labels[at]}: {cell_text(given[at])}, {cell_text(numbers[at])}")
            for at, x in zip(places, xs, strict=True)
        ]
        return value_chart(points, title, value)


def _of_frame(name: str, frame: Any, over: list[int]) -> dict[str, dict[int, float]]:
    """How many rows each run gave, and sum and mean of each column of numbers."""
    grouped = frame.groupby("gp_place")
    counts = grouped.size()
    found = {
        tr("{name}: number of rows", name=name): {at: float(counts.get(at, 0)) for at in over},
    }
    shape = frame.geometry.name if is_frame(frame) else None
    numeric = [
        one
        for one in frame.columns
        if one != shape and not str(one).startswith(("gp_", "input_", "row_")) and is_numeric(frame[one])
    ]
    for column in numeric[:_COLUMNS]:
        for words, sums in (
            (tr("{name}: {column}, mean", name=name, column=column), grouped[column].mean()),
            (tr("{name}: {column}, sum", name=name, column=column), grouped[column].sum()),
        ):
            found[words] = {int(at): float(one) for at, one in sums.items() if one == one}
    return found
