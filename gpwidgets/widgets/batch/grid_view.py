"""The grid: a page of rows whose cells can be written in, however many rows there are."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as w

from gpwidgets.texts import tr, trn
from gpwidgets.widgets.batch._pager import Pager
from gpwidgets.widgets.batch._row_slot import (
    CELL,
    GridActs,
    GridSource,
    RowSlot,
    cell_layout,
    end_layout,
    head_layout,
    state_layout,
)
from gpwidgets.widgets.kit.controls import WIDE, lean
from gpwidgets.widgets.kit.late_looks import Section
from gpwidgets.widgets.kit.owner import give_layout, replace_children

__all__ = ["GridActs", "GridView"]

_SIZES = (10, 25, 50)
#: Pixels of a row besides its cells.
_BESIDE = 252


class GridView(Section):
    """A page of rows.

    Parameters
    ----------
    source
        What is shown.
    acts
        What is done with what a user does.
    """

    def __init__(self, source: GridSource, acts: GridActs) -> None:
        self.source = source
        self._acts = acts
        self._places: Sequence[int] = range(len(source))
        self._pager = Pager(self.show, _SIZES[0], _SIZES)
        self._slots: list[RowSlot] = []
        self._columns: list[str] = []
        self._heads = lean(w.HBox, layout=WIDE, _dom_classes=("gpw-headings", "gpw-grid-row"))
        self._rows = lean(w.VBox, layout=WIDE)
        self._inner = w.VBox([self._heads, self._rows], layout=w.Layout(width="100%"))
        self._table = w.VBox([self._inner], layout=w.Layout(overflow="auto", width="100%", min_width="0"))
        super().__init__([self._table, self._pager], _dom_classes=("gpw-grid",))
        self.show()

    def show_places(self, places: Sequence[int], source: GridSource | None = None) -> None:
        """List these rows, of another source if it is given."""
        self._places = places
        if source is not None:
            self.source = source
        self.show()

    def show(self) -> None:
        """Show what the rows of the page are now."""
        if self._columns != self.source.columns:
            self._rebuild()
        total, count = len(self.source), len(self._places)
        words = trn("{n:,} row", "{n:,} rows", count)
        if count != total:
            words = tr("{found:,} of {total:,} rows", found=count, total=total)
        self._pager.show(count, words)
        page = list(self._places[self._pager.shown])
        while len(self._slots) < len(page):
            self._slots.append(RowSlot(self._columns, self._acts))
        if len(self._slots) != len(self._rows.children):
            self._rows.children = self._slots
        for number, slot in enumerate(self._slots):
            slot.show(self.source, page[number] if number < len(page) else None)

    def show_states(self, places: Sequence[int]) -> None:
        """Show how the rows are, and where they are in the list by now."""
        if list(places) != list(self._places):
            self.show_places(places)
            return
        for slot in self._slots:
            if slot.place in self._on_page:
                slot.show_state(self.source)

    @property
    def _on_page(self) -> list[int]:
        return list(self._places[self._pager.shown])

    def go_to(self, place: int, name: str) -> None:
        """Turn to the page of a row, and put the keyboard into one of its cells."""
        if place not in self._places or name not in self._columns:
            return
        self._pager.turn_to(list(self._places).index(place))
        slot = next((one for one in self._slots if one.place == place), None)
        if slot is not None:
            slot.cells[name].focus()

    def _rebuild(self) -> None:
        self._columns = list(self.source.columns)
        self._slots = []
        replace_children(self._rows, ())
        titles = [lean(w.Label, self.source.heading(name), layout=cell_layout()) for name in self._columns]
        row = lean(w.Label, tr("Row"), layout=head_layout())
        state = lean(w.Label, tr("State"), layout=state_layout())
        replace_children(self._heads, [row, *titles, state, lean(w.Label, "", layout=end_layout())])
        width = f"{CELL * len(self._columns) + _BESIDE}px"
        give_layout(self._inner, w.Layout(width="100%", min_width=width))

    def __repr__(self) -> str:
        return f"<GridView: {len(self.source):,} rows, {len(self._columns)} columns>"
