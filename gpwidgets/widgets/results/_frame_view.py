"""One table or feature layer among the results: its table and its layer share one selection."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.datatypes.frame_checks import is_frame
from gpwidgets.protocol.enums import DataTypeName
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.accessibility import let_rest
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import status_html, text_button, wide
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.results._table import FrameTable
from gpwidgets.widgets.results._use_as_input import UseAsInput
from gpwidgets.widgets.results.export import FrameSaver

if TYPE_CHECKING:
    from gpwidgets.widgets.map.task_map import TaskMap


class FrameView(Owner, w.VBox):
    """A frame as a table and, with a map, as a layer; what is selected in one is selected in the other.

    Parameters
    ----------
    frame
        A GeoDataFrame or DataFrame with rows.
    name
        First part of the name of files.
    title
        What is shown.
    map
        Where features become a layer.
    layer
        The layer's name; the title when left out.
    late
        Whether only the layer is made at first, and all else by `fill`.

    Attributes
    ----------
    table : FrameTable
        The table.
    layer : str
        Name of the result layer; empty when there is none.
    """

    def __init__(
        self,
        frame: Any,
        name: str,
        title: str,
        map: TaskMap | None = None,
        layer: str = "",
        *,
        late: bool = False,
    ) -> None:
        self.frame = frame
        self.map = map
        self._name, self._title = name, title
        self.layer = ""
        self._binding = Binding()
        self._said = w.HTML()
        self._is_filled = False
        if map is not None and is_frame(frame):
            self._draw(layer or title)
        super().__init__([self._said], layout=wide())
        if not late:
            self.fill()

    def fill(self) -> None:
        """Make the table and what can be done with it, unless that has been done."""
        if self._is_filled:
            return
        self._is_filled = True
        self.table = FrameTable(self.frame, self._title, selectable=bool(self.layer))
        kind = DataTypeName.FEATURES if is_frame(self.frame) else DataTypeName.RECORDS
        self.use = UseAsInput(self.chosen, kind)
        parts = [self.table, FrameSaver(self.frame, self._name, table=self.table), self.use]
        if self.layer:
            parts.insert(0, self._selection_tools())
            self._share_selection()
        self.children = [self._said, *parts]

    def _draw(self, name: str) -> None:
        assert self.map is not None
        try:
            self.layer = self.map.add_result(name, self.frame).key
        except Exception as error:
            self.show_error(error)

    def _selection_tools(self) -> w.HBox:
        from gpwidgets.widgets.map.drawing.box_select import BoxSelect

        assert self.map is not None
        self._box = BoxSelect(self.map.map, self._select_box)
        self.box_button = text_button(
            tr("Select by box"),
            "object-group",
            tr("Draw a rectangle on the map; the features it touches are selected"),
            kind=w.ToggleButton,
        )
        self.view_button = text_button(
            tr("Select in view"), "eye", tr("Select the features that the map shows now"), self._select_view
        )
        self.clear_button = text_button(
            tr("Clear selection"),
            "times",
            tr("Let the selected features go"),
            lambda: self.table.set_trait("selected", ()),
        )
        let_rest(self.clear_button, True)
        self.box_button.observe(self._arm_box, names="value")
        self._box.observe(self._follow_box, names="armed")
        tools = [self.box_button, self.view_button, self.clear_button]
        return w.HBox(tools, layout=w.Layout(flex_flow="row wrap"))

    def chosen(self) -> Any:
        """Return the selected rows as a frame; the whole frame when none is selected."""
        rows = list(self.table.selected)
        return self.frame.iloc[rows] if rows else self.frame

    # One selection

    def _share_selection(self) -> None:
        assert self.map is not None
        self.table.observe(self._select_on_map, names="selected")
        self.follow(self.map, self._select_in_table, "selection")
        if self.map.selection[0] == self.layer:
            with self._binding.silently():
                self.table.show_rows(self.map.selection[1])
            let_rest(self.clear_button, False)

    @guarded
    def _select_on_map(self, change: Mapping[str, Any]) -> None:
        let_rest(self.clear_button, not change["new"])
        if self.map is None or self._binding.silent:
            return
        if change["new"]:
            self.map.select(self.layer, change["new"])
        elif self.map.selection[0] == self.layer:
            self.map.clear_selection()

    @guarded
    def _select_in_table(self, change: Mapping[str, Any]) -> None:
        name, rows = change["new"]
        mine = rows if name == self.layer else ()
        if tuple(mine) == self.table.selected:
            return
        with self._binding.silently():
            self.table.show_rows(mine)

    def _arm_box(self, change: Mapping[str, Any]) -> None:
        (self._box.start if change["new"] else self._box.stop)()

    def _follow_box(self, change: Mapping[str, Any]) -> None:
        self.box_button.value = bool(change["new"])

    @guarded
    def _select_box(self, bounds: tuple[float, float, float, float]) -> None:
        assert self.map is not None
        rows = self.map.results[self.layer].map_shapes.rows_in(bounds)
        if not rows:
            self._said.value = status_html(tr("There is no feature in the box."))
            self.map.clear_selection()
            return
        self._said.value = ""
        self.map.select(self.layer, rows, show=False)
        self.table.only_selected = True

    def _select_view(self) -> None:
        assert self.map is not None
        self._select_box(self.map.extent)

    def show_error(self, error: Exception) -> None:
        """Show what went wrong with the layer; the table is not touched by it."""
        self._said.value = error_html(error)

    def let_go(self) -> None:
        """Stop sharing the selection; the layer stays on the map, unless it is of an earlier run."""
        if self.layer and self.map is not None:
            if self._is_filled:
                self._box.stop()
            if self.map.comm is not None:
                self.map.rest(self.layer)

    def __repr__(self) -> str:
        return f"<FrameView of {escape(self.layer) or 'a table'}>"
