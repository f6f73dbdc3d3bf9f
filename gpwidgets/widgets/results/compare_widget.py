"""Two runs side by side: what was asked and said, what came back, which rows and shapes changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.secrets import mask
from gpwidgets.tasks.results.compare import Comparison, compare, row_words
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import wide
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.kit.theme import style_sheet
from gpwidgets.widgets.map.layers.style_by import patch_html
from gpwidgets.widgets.results._compare_rows import RowsCompared

if TYPE_CHECKING:
    from gpwidgets.tasks.results.outputs import Outputs
    from gpwidgets.widgets.map.task_map import TaskMap

__all__ = ["CompareWidget"]

#: Colour and dashes of shapes that only the first, and only the second run has.
_LOOKS: Mapping[str, tuple[str, str]] = {"first": ("#d55e00", "6 5"), "second": ("#0072b2", "")}


class CompareWidget(Owner, w.VBox):
    """What differs between the results of two runs, usually of one task.

    Parameters
    ----------
    first, second
        What `Run.wait` gave, `HistoryEntry.outputs`, or outputs opened from disk.
    names
        What to call the two; equal names are numbered.
    map
        Where the shapes and rows that differ are drawn; a new map when left out.
    key, tolerance
        As of `gpwidgets.compare`: what rows are matched by, and which numbers count as the same.

    Attributes
    ----------
    comparison : gpwidgets.tasks.results.compare.Comparison
        The same as Python values.
    map : gpwidgets.widgets.map.task_map.TaskMap or None
        The map; None when nothing that differs has a place.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> before, after = gp.Outputs({"Count": 3}), gp.Outputs({"Count": 4})
    >>> view = gp.CompareWidget(before, after, names=("May", "June"))
    >>> view.comparison.outputs
    {'Count': ('3', '4')}
    >>> view.close()
    """

    def __init__(
        self,
        first: Outputs,
        second: Outputs,
        *,
        names: tuple[str, str] | None = None,
        map: TaskMap | None = None,
        key: str | Sequence[str] | Mapping[str, str | Sequence[str]] | None = None,
        tolerance: float = 0.0,
    ) -> None:
        self.names: tuple[str, str] = _unlike(names or (tr("first run"), tr("second run")))
        self.comparison: Comparison = compare(first, second, key=key, tolerance=tolerance)
        self._own_map = map is None
        self.map = map
        self._layers: list[str] = []
        titles = {
            **{name: each.display_name for name, each in second.parameters.items()},
            **{name: each.display_name for name, each in first.parameters.items()},
        }
        parts: list[w.Widget] = [
            self._pairs(tr("Inputs"), self.comparison.inputs, {}, tr("All inputs are the same.")),
            self._pairs(tr("Results"), self._results(), titles, tr("All results are the same.")),
            self._messages(),
            *self._places(titles, first, second),
        ]
        super().__init__([style_sheet(), *parts], layout=wide())
        self.add_class("gpw")

    def _results(self) -> dict[str, tuple[str, ...]]:
        """Both values of each output that differs, and how they differ."""
        found = self.comparison
        return {name: (*pair, "\n".join(self._details(name))) for name, pair in found.outputs.items()}

    def _details(self, name: str) -> tuple[str, ...]:
        rows = self.comparison.rows.get(name)
        return self.comparison.details.get(name, ()) if rows is None else row_words(rows, self.names)

    def _pairs(
        self, title: str, pairs: Mapping[str, Sequence[Any]], titles: Mapping[str, str], same: str
    ) -> w.HTML:
        if not pairs:
            return _section(title, f'<div class="gpw-muted">{escape(same)}</div>')
        third = [tr("What differs")] if any(len(values) > 2 for values in pairs.values()) else []
        heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("", *self.names, *third))
        rows = "".join(
            f'<tr><th scope="row">{escape(titles.get(name) or name)}</th>'
            + "".join(f"<td>{escape(mask(_words(value))).replace(chr(10), '<br>')}</td>" for value in values)
            + "</tr>"
            for name, values in pairs.items()
        )
        table = f'<table class="gpw-frame"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        return _section(title, f'<div class="gpw-pairs">{table}</div>')

    def _messages(self) -> w.HTML:
        lists = []
        for name, messages in zip(self.names, self.comparison.messages, strict=True):
            lines = "".join(f"<li>{escape(mask(text))}</li>" for text in messages)
            lists += (
                [f'<b>{escape(tr("Only {name}:", name=name))}</b><ul class="gpw-list">{lines}</ul>']
                if lines
                else []
            )
        same = f'<div class="gpw-muted">{tr("Both said the same.")}</div>'
        return _section(tr("Messages"), "".join(lists) or same)

    def _places(self, titles: Mapping[str, str], first: Outputs, second: Outputs) -> list[w.Widget]:
        """What differs on the map, and the rows that differ."""
        shapes = self._shapes(titles)
        rows = [
            RowsCompared(first, second, name, titles.get(name) or name, self.names, found, self._find_map)
            for name, found in self.comparison.rows.items()
            if not found.same
        ]
        drawn: list[w.Widget] = [self.map] if self._own_map and self.map is not None else []
        layers = [*self._layers, *(one.layer for one in rows if one.layer)]
        if self.map is not None and layers:
            self.map.zoom_to_results(layers)
        return [*shapes, *drawn, *rows]

    def _shapes(self, titles: Mapping[str, str]) -> list[w.Widget]:
        lines = []
        # The dashed lines of the first are laid over the whole ones of the second.
        sides = list(zip(_LOOKS, self.names, strict=True))[::-1]
        for output, frame in self.comparison.geometry.items():
            title = titles.get(output) or output
            if frame.empty:
                lines.append(f"<div>{escape(tr('{title}: the same shapes.', title=title))}</div>")
                continue
            for side, name in sides:
                only = frame[frame["only_in"] == side]
                if len(only):
                    lines.append(self._draw(tr("{title}, only {name}", title=title, name=name), only, side))
        return [_section(tr("Shapes"), "".join(lines))] if lines else []

    def _find_map(self) -> TaskMap:
        if self.map is None:
            from gpwidgets.widgets.map.task_map import TaskMap  # nothing else here needs a map

            self.map = self.own(TaskMap())
        return self.map

    def _draw(self, label: str, frame: Any, side: str) -> str:
        """Lay shapes on the map, and return their line in the legend."""
        color, dashes = _LOOKS[side]
        self._find_map().add_result(label, frame, color=color, dashes=dashes, keep_earlier=False)
        self._layers.append(label)
        line = tr("dashed line") if dashes else tr("whole line")
        count = tr("{label}: {count:,} ({line})", label=label, count=len(frame), line=line)
        return f"<div>{patch_html(color)}{escape(count)}</div>"

    def let_go(self) -> None:
        """Take the shapes off a map of somebody else's."""
        if self.map is not None and not self._own_map:
            for label in self._layers:
                self.map.remove_result(label)

    def __repr__(self) -> str:
        found = self.comparison
        counts = f"{len(found.inputs)} inputs, {len(found.outputs)} results"
        return f"<CompareWidget: {counts} differ>"


def _unlike(names: tuple[str, str]) -> tuple[str, str]:
    return names if names[0] != names[1] else (f"{names[0]} (1)", f"{names[1]} (2)")


def _words(value: Any) -> str:
    return tr("not set") if value is None else str(value)


def _section(title: str, body: str) -> w.HTML:
    head = f'<h4 class="gpw-output-name">{escape(title)}</h4>'
    section = w.HTML(head + body, layout=wide())
    section.add_class("gpw-output")
    return section
