"""What a run gave back, each output in the form that suits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.protocol.values import MapImage
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import wide
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.kit.theme import style_sheet
from gpwidgets.widgets.results._output_section import OutputSection
from gpwidgets.widgets.results._server_map import ServerMapView
from gpwidgets.widgets.results._value_view import muted_line

if TYPE_CHECKING:
    from gpwidgets.widgets.map.task_map import TaskMap


class ResultsView(Owner, w.VBox):
    """All outputs of a run: one as it is, several as tabs.

    An output that cannot be shown says why in its own place; the others are shown all the same. Features are
    on the map at once, tables and files are read when their tab is opened.

    Parameters
    ----------
    outputs
        From `Run.outputs`, or any mapping of names to values.
    map
        Where features become layers, named as the output; none are drawn without it.
    first
        Names of the outputs that are in sight, in this order; the others are folded away. None for all.

    Attributes
    ----------
    sections : dict of str to ipywidgets.VBox
        By output name.
    server_map : ServerMapView or None
        The server's own picture of the results; None without a map.
    """

    def __init__(
        self,
        outputs: Outputs | Mapping[str, Any],
        map: TaskMap | None = None,
        first: Sequence[str] | None = None,
    ) -> None:
        self.outputs = outputs
        self.map = map
        self.sections: dict[str, OutputSection] = {}
        self._on_map: list[str] = []
        shown = [name for name in first or () if name in outputs] or list(outputs)
        folded = [name for name in outputs if name not in shown][: limit("outputs")]
        children: list[w.Widget] = self._arranged(shown[: limit("outputs")])
        if folded:
            title = tr("Other outputs ({count})", count=len(folded))
            # They are made, and drawn, when they are looked at.
            children.append(Fold(title, lambda: self._arranged(folded)))
        left = len(outputs) - len(self.sections) - len(folded)
        if left > 0:
            words = tr(
                "{left:,} more outputs are not shown; {hint}.", left=left, hint=how_to_raise("outputs")
            )
            children.append(muted_line(words))
        self.server_map: ServerMapView | None = self._server_map()
        children += [self.server_map] if self.server_map is not None else []
        if not children:
            children = [w.HTML(f'<div class="gpw-muted">{tr("This task has no outputs.")}</div>')]
        super().__init__([style_sheet(), *children], layout=wide())
        self.add_class("gpw-results")
        self._zoom()

    def _arranged(self, names: Sequence[str]) -> list[w.Widget]:
        """The sections of outputs: one alone, or several as tabs."""
        several = len(names) > 1
        made = [
            OutputSection(self.outputs, name, self.map, self._free_name, self._note_layer, in_tab=several)
            for name in names
        ]
        self.sections |= dict(zip(names, made, strict=True))
        if several:
            return [_OutputTabs(made)]
        for one in made:
            one.fill()
        return list(made)

    def _server_map(self) -> ServerMapView | None:
        """The server's picture of the results, where there is a map; at once if it is all that came."""
        if (
            self.map is None
            or not isinstance(self.outputs, Outputs)
            or not self.outputs.provenance.get("job_id")
        ):
            return None
        values = [self.outputs[name] for name in self.outputs if name not in self.outputs.errors]
        return ServerMapView(self.outputs, self.map, shown=any(isinstance(one, MapImage) for one in values))

    def _free_name(self, title: str, name: str) -> str:
        return title if title not in self._on_map else f"{title} ({name})"

    def _note_layer(self, layer: str) -> None:
        """Keep in mind what is on the map."""
        if layer not in self._on_map:
            self._on_map.append(layer)

    def _zoom(self) -> None:
        if self.map is not None and self._on_map:
            self.map.zoom_to_results(self._on_map)

    def __repr__(self) -> str:
        return f"<ResultsView: {', '.join(self.sections) or 'no outputs'}>"


class _OutputTabs(Owner, w.Tab):
    """A tab for each output, titled by what there is of it; the first one is open.

    Parameters
    ----------
    sections
        Of the outputs, in their order.
    """

    def __init__(self, sections: Sequence[OutputSection]) -> None:
        super().__init__(
            list(sections),
            titles=[one.tab_title for one in sections],
            selected_index=0,
            layout=wide(),
        )
        self.add_class("gpw-tabs")
        for section in sections:
            self.follow(section, self._show_titles, "tab_title")
        self.observe(self._open, names="selected_index")
        sections[0].fill()

    def _open(self, change: Mapping[str, Any]) -> None:
        if change["new"] is not None:
            self.children[change["new"]].fill()

    def _show_titles(self, _change: object) -> None:
        self.titles = [one.tab_title for one in self.children]

    def __repr__(self) -> str:
        return f"<OutputTabs: {', '.join(self.titles)}>"
