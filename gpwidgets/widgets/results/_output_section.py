"""One output of a run: its table, layer, file or value, and what has to be said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w
import traitlets

from gpwidgets.datatypes.feature_counts import counted
from gpwidgets.datatypes.frame_checks import is_frame, is_table
from gpwidgets.protocol.values import LayerReference
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import wide
from gpwidgets.widgets.kit.errors_shown import error_html
from gpwidgets.widgets.kit.owner import Owner, replace_children
from gpwidgets.widgets.results._frame_view import FrameView
from gpwidgets.widgets.results._hosted import HostedLayerView
from gpwidgets.widgets.results._output_titles import failed_title, short_title, tab_title, title_of
from gpwidgets.widgets.results._value_view import muted_line, value_view
from gpwidgets.widgets.results.incomplete import IncompleteNotice, incomplete_html

if TYPE_CHECKING:
    from gpwidgets.widgets.map.task_map import TaskMap

__all__ = ["OutputSection"]


class OutputSection(Owner, w.VBox):
    """An output with its heading. Features are on the map at once; all else is made by `fill`.

    An output that cannot be shown says why, here and in its title.

    Parameters
    ----------
    outputs
        Of a run.
    name
        Of the output.
    map
        Where features become a layer.
    free_name
        Returns a name for a layer that no other output has, from the title wanted.
    drawn
        Called with the name of each layer that has been drawn.
    in_tab
        Whether a tab bears the title.
    """

    tab_title: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        help="The title with what there is: `Contours (212)`."
    )

    def __init__(
        self,
        outputs: Outputs | Mapping[str, Any],
        name: str,
        map: TaskMap | None,
        free_name: Callable[[str, str], str],
        drawn: Callable[[str], None],
        *,
        in_tab: bool = False,
    ) -> None:
        self.outputs, self.name, self.map = outputs, name, map
        self._free_name, self._drawn = free_name, drawn
        self._title = title_of(outputs, name)
        self._has_heading = not in_tab or short_title(self._title) != self._title
        self._is_filled = False
        self._view: FrameView | None = None
        self._layer = ""
        super().__init__(layout=wide())
        self.add_class("gpw-output")
        self._begin()

    def _begin(self) -> None:
        """Give the title, and draw what belongs on the map."""
        self._is_filled = False
        self.tab_title: str = tab_title(self.outputs, self.name)
        self._view = None
        words = tr("The kernel makes this when it is looked at.")
        parts: list[w.Widget] = [muted_line(words)]
        try:
            value = self.outputs[self.name]
            if self.map is not None and is_frame(value) and len(value) and not self._is_hidden:
                self._view = self._frame_view(value)
                parts.append(self._view)
        except Exception:
            self._view = None  # `fill` says what is wrong
        replace_children(self, parts)

    def fill(self) -> None:
        """Make what is shown, unless that has been done."""
        if self._is_filled:
            return
        self._is_filled = True
        head = (
            f'<h4 class="gpw-output-name" title="{escape(self.name)}">{escape(self._title)}</h4>'
            if self._has_heading
            else ""
        )
        try:
            parts = (
                [muted_line(tr("•••  hidden"))] if self._is_hidden else self._parts(self.outputs[self.name])
            )
        except Exception as error:
            self.tab_title = failed_title(self._title)
            parts = [w.HTML(error_html(error))]
        replace_children(self, [w.HTML(head), *parts] if head else parts)

    @property
    def _is_hidden(self) -> bool:
        parameter = getattr(self.outputs, "parameters", {}).get(self.name)
        return parameter is not None and bool(parameter.is_hidden)

    def _parts(self, value: Any) -> list[w.Widget]:
        banner: list[w.Widget] = []
        if self.name in getattr(self.outputs, "truncated", ()):
            banner = [self._notice()]
            if hasattr(value, "columns") and not len(value):
                return banner  # nothing came, which is not that nothing was found
        elif self.name in getattr(self.outputs, "doubtful", ()):
            banner = [w.HTML(_doubtful_html(value))]
        if is_frame(value):
            return [*banner, *self._features(value)]
        if is_table(value):
            rows = [FrameView(value, self.name, self._title)] if len(value) else []
            return [*banner, muted_line(_count(len(value), "row")), *rows]
        if isinstance(value, LayerReference):
            return [*banner, HostedLayerView(value, self._features)]
        return [*banner, value_view(value, self.map)]

    def _features(self, gdf: Any) -> list[w.Widget]:
        crs = gdf.crs.to_string() if gdf.crs is not None else tr("unknown")
        words = _count(len(gdf), "feature")
        if not len(gdf):
            return [muted_line(words)]
        words += tr(", coordinate system {crs}", crs=crs if len(crs) <= 60 else gdf.crs.name)
        if self._view is None or self._view.frame is not gdf:
            self._view = self._frame_view(gdf)
        self._view.fill()
        return [muted_line(words), self._view]

    def _frame_view(self, gdf: Any) -> FrameView:
        self._layer = self._layer or self._free_name(self._title, self.name)
        view = FrameView(gdf, self.name, self._title, self.map, self._layer, late=True)
        if view.layer:
            self._drawn(view.layer)
        return view

    def _notice(self) -> w.Widget:
        if isinstance(self.outputs, Outputs):
            return IncompleteNotice(self.outputs, self.name, lambda _whole: self._show_anew())
        return w.HTML(incomplete_html(self.outputs, self.name))

    def _show_anew(self) -> None:
        """Show an output again, of which the missing rows have come."""
        self._begin()
        self.fill()
        if self.map is not None and self._view is not None and self._view.layer:
            self.map.zoom_to_results([self._view.layer])

    def __repr__(self) -> str:
        return f"<OutputSection {self.tab_title!r}>"


def _count(number: int, word: str) -> str:
    if number == 0 and word == "row":
        return tr("Nothing was found: the result has no rows")
    return counted(number, word) if number else tr("Nothing was found: the result has no features")


def _doubtful_html(value: Any) -> str:
    words = tr(
        "There are {count:,} rows, just as many as the service sends at most, so there may be more.",
        count=len(value),
    )
    return f'<div class="gpw-note" role="note">{escape(words)}</div>'
