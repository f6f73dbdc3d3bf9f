"""A line of the grid on the screen: it shows one row after the other, as pages are turned."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

import ipywidgets as w

from gpwidgets.protocol.plain_text import plain_label
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import icon_button, lean, shared_layout
from gpwidgets.widgets.kit.late_looks import LateLooks
from gpwidgets.widgets.kit.owner import Owner

__all__ = ["GridActs", "GridSource", "RowSlot", "cell_layout", "end_layout", "head_layout", "state_layout"]

_NUMBER, _STATE, _BUTTONS = 48, 220, 40
#: Pixels of a cell at least.
CELL = 96


class GridSource(Protocol):
    """What a grid shows."""

    is_editable: bool
    columns: list[str]

    def __len__(self) -> int: ...
    def heading(self, name: str) -> str: ...
    def label(self, place: int) -> Hashable: ...
    def text(self, place: int, name: str) -> str: ...
    def can_be_changed(self, place: int, name: str) -> bool: ...
    def problem(self, place: int, name: str) -> str: ...


@dataclass(frozen=True)
class GridActs:
    """What a user does in a grid.

    Attributes
    ----------
    write
        Called with row, input and text of a cell that has changed.
    entered
        Called with row and input after the Enter key.
    paste
        Called with row, input and text when several cells were pasted into one.
    remove, open
        Called with a row.
    state
        Returns the HTML of the state of a row.
    """

    write: Callable[[int, str, str], None]
    entered: Callable[[int, str], None]
    paste: Callable[[int, str, str], None]
    remove: Callable[[int], None]
    open: Callable[[int], None]
    state: Callable[[int], str]


def head_layout() -> w.Layout:
    """Where the numbers of the rows are."""
    return shared_layout(width=f"{_NUMBER}px", flex="0 0 auto", min_width="0")


def cell_layout() -> w.Layout:
    """A cell, or its heading."""
    return shared_layout(flex=f"1 1 {CELL + 24}px", min_width=f"{CELL}px", width="auto")


def state_layout() -> w.Layout:
    """The state of a row."""
    return shared_layout(flex=f"1.5 1 {_STATE}px", min_width="150px", width="auto")


def end_layout() -> w.Layout:
    """The buttons of a row."""
    return shared_layout(width=f"{_BUTTONS}px", flex="0 0 auto", min_width="0")


class RowSlot(Owner, LateLooks, w.HBox):
    """Number, cells, state and buttons of a row.

    The cells are boxes of one line that take several: so what is pasted from a spreadsheet arrives whole, and
    the Enter key can lead to the cell below.

    Parameters
    ----------
    columns
        Names of the inputs.
    acts
    """

    def __init__(self, columns: Sequence[str], acts: GridActs) -> None:
        self._acts = acts
        self._binding = Binding()
        self.place: int = -1
        self._head = lean(w.HTML, layout=head_layout())
        self._state = lean(w.HTML, layout=state_layout())
        self.cells: dict[str, w.Textarea] = {name: self._make_cell(name) for name in columns}
        self._opener = icon_button("eye", "", lambda: acts.open(self.place), layout={"width": "32px"})
        self._remover = icon_button("times", "", lambda: acts.remove(self.place), layout={"width": "32px"})
        buttons = w.HBox([self._opener, self._remover], layout=end_layout())
        super().__init__(
            [self._head, *self.cells.values(), self._state, buttons],
            _dom_classes=("gpw-wide", "gpw-grid-row"),
        )

    def _make_cell(self, name: str) -> w.Textarea:
        cell: w.Textarea = lean(
            w.Textarea, rows=1, layout=cell_layout(), _dom_classes=("gpw-quiet", "gpw-cell"), tooltip="."
        )
        self._binding.follow(cell, lambda change: self._typed(name, change))
        return cell

    def _typed(self, name: str, change: Mapping[str, Any]) -> None:
        text, place = change["new"], self.place
        is_enter = text.count("\n") == 1 and "\t" not in text
        joined = text.replace("\n", "")
        if is_enter and (text.endswith("\n") or joined == change["old"]):
            self._write_cell(name, joined)
            self._acts.write(place, name, joined)
            self._acts.entered(place, name)
        elif text.strip()[:1] in _JSON and text.strip()[-1:] in _JSON:
            self._acts.write(place, name, " ".join(text.split()))
        elif "\n" in text or "\t" in text:
            self._acts.paste(place, name, text)
        else:
            self._acts.write(place, name, text)

    def _write_cell(self, name: str, text: str) -> None:
        with self._binding.silently():
            self.cells[name].value = text

    def show(self, source: GridSource, place: int | None) -> None:
        """Show a row; None for none."""
        self.set_visible(place is not None)
        if place is None:
            return
        self.place = place
        label = str(source.label(place))
        self._head.value = f'<span class="gpw-muted mathjax_ignore">{escape(label)}</span>'
        for name, cell in self.cells.items():
            self._show_cell(source, place, name, cell, label)
        self._opener.set_trait("tooltip", tr("Show the run of row {row}", row=label))
        self._remover.set_trait("tooltip", tr("Remove row {row}", row=label))
        self._opener.description, self._remover.description = self._opener.tooltip, self._remover.tooltip
        self._opener.layout = shared_layout(width="32px", **_hidden(source.is_editable))
        self._remover.layout = shared_layout(width="32px", **_hidden(not source.is_editable))
        self.show_state(source)

    def _show_cell(self, source: GridSource, place: int, name: str, cell: w.Textarea, label: str) -> None:
        problem = source.problem(place, name)
        title = tr("{column}, row {row}", column=source.heading(name), row=label)
        text = source.text(place, name)
        self._write_cell(name, text)
        error = plain_label(tr(" (error: {text})", text=problem)) if problem else ""
        cell.description = plain_label(title) + error
        cell.tooltip = problem or (text if len(text) > _LONG else title)
        cell.disabled = not source.can_be_changed(place, name)
        (cell.add_class if problem else cell.remove_class)("gpw-wrong-cell")

    def show_state(self, source: GridSource) -> None:
        """Show how the row is: its problems before it is sent, its state after that."""
        problems = [(name, source.problem(self.place, name)) for name in source.columns]
        told = [
            f"<b>{escape(source.heading(name))}</b>: {escape(problem)}"
            for name, problem in problems
            if problem
        ]
        if told:
            self._state.value = (
                f'<div class="gpw-problem mathjax_ignore"><span aria-hidden="true">✖ </span>'
                f"{'<br>'.join(told)}</div>"
            )
        else:
            self._state.value = self._acts.state(self.place)


_LONG = 14
_JSON = tuple("{[]}")


def _hidden(hidden: bool) -> dict[str, str]:
    return {"display": "none"} if hidden else {}
