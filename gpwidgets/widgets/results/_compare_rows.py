"""The rows of one output that differ between two runs: in words, in a table and on the map."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.datatypes.frame_checks import is_frame
from gpwidgets.secrets import mask
from gpwidgets.tasks.results.compare import compare, key_words, row_words
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import wide
from gpwidgets.widgets.kit.errors_shown import error_html, guarded
from gpwidgets.widgets.kit.owner import Owner, replace_children

if TYPE_CHECKING:
    from gpwidgets.convert.tables.row_differences import RowDifferences
    from gpwidgets.tasks.results.outputs import Outputs
    from gpwidgets.widgets.map.task_map import TaskMap

__all__ = ["RowsCompared"]


class RowsCompared(Owner, w.VBox):
    """How many rows of an output differ, and which; what they are matched by can be chosen.

    Parameters
    ----------
    first, second
        The results of two runs.
    output
        Name of a table or of features in both.
    title
        What to call the output.
    names
        What to call the two runs.
    found
        What is known of it already.
    find_map
        Gives the map on which features are shown.

    Attributes
    ----------
    layer : str
        Name of the layer of rows that differ; empty without one.
    """

    def __init__(
        self,
        first: Outputs,
        second: Outputs,
        output: str,
        title: str,
        names: tuple[str, str],
        found: RowDifferences,
        find_map: Callable[[], TaskMap],
    ) -> None:
        self._runs = first, second
        self._output, self._title, self._names = output, title, names
        self._find_map = find_map
        self.layer = ""
        self._key = w.Dropdown(
            options=self._choices(found),
            description=tr("Match rows by"),
            style={"description_width": "initial"},
            layout=w.Layout(width="auto"),
        )
        self._key.observe(self._match_anew, names="value")
        self._words = w.HTML(layout=wide())
        self._tables = w.VBox(layout=wide())
        head = w.HTML(f'<h4 class="gpw-output-name">{escape(tr("Rows of {title}", title=title))}</h4>')
        super().__init__([head, self._key, self._words, self._tables], layout=wide())
        self.add_class("gpw-output")
        self._show(found)

    def _choices(self, found: RowDifferences) -> list[tuple[str, str]]:
        """Columns of both; a column that tells no rows apart is the user's own matter."""
        frames = [outputs[self._output] for outputs in self._runs]
        shared = [name for name in frames[0].columns if name in frames[1].columns]
        names = [str(name) for name in shared if str(frames[0][name].dtype) != "geometry"]
        automatic = tr("{key} (chosen for you)", key=key_words(found.matched_by))
        return [(automatic, ""), *((name, name) for name in names)]

    @guarded
    def _match_anew(self, change: Mapping[str, Any]) -> None:
        key = {self._output: change["new"]} if change["new"] else None
        parts = [_only_this(outputs, self._output) for outputs in self._runs]
        self._show(compare(*parts, key=key).rows[self._output])

    def _show(self, found: RowDifferences) -> None:
        words = row_words(found, self._names) or (tr("All rows are the same."),)
        lines = "".join(f"<li>{escape(mask(text))}</li>" for text in words)
        self._words.value = f'<div role="status"><ul class="gpw-list">{lines}</ul></div>'
        self._clear_map()
        replace_children(self._tables, [*self._differing(found), *self._lone(found)])

    def _differing(self, found: RowDifferences) -> list[w.Widget]:
        if not found.differing:
            return []
        from gpwidgets.widgets.results._frame_view import FrameView

        rows = found.rows.rename(columns=self._named)
        label = tr("{title}, values differ", title=self._title)
        task_map = None
        if is_frame(rows) and rows.geometry.notna().any():
            task_map = self._find_map()
        view = FrameView(rows, self._output, label, task_map, label)
        self.layer = view.layer
        return [view]

    def _lone(self, found: RowDifferences) -> list[w.Widget]:
        """Rows of one run only; shapes of one run only are told of elsewhere."""
        if not len(found.only):
            return []
        from gpwidgets.widgets.results._table import FrameTable

        sides = dict(zip(("first", "second"), self._names, strict=True))
        rows = found.only.assign(only_in=[sides[side] for side in found.only["only_in"]])
        return [FrameTable(rows, tr("{title}, rows of one run only", title=self._title))]

    def _named(self, column: str) -> str:
        for side, name in zip(("first", "second"), self._names, strict=True):
            if str(column).endswith(f" ({side})"):
                return str(column).removesuffix(f"({side})") + f"({name})"
        return str(column)

    def _clear_map(self) -> None:
        if self.layer:
            self._find_map().remove_result(self.layer)
            self.layer = ""

    def show_error(self, error: Exception) -> None:
        """Say why the rows could not be matched like this."""
        self._words.value = error_html(error)

    def let_go(self) -> None:
        """Take the rows off the map, which may live on."""
        self._clear_map()


def _only_this(outputs: Outputs, name: str) -> Outputs:
    return type(outputs)({name: outputs[name]})
