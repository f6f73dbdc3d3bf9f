"""What a run gave back, each output in the form that suits it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.datatypes.feature_counts import counted
from gpwidgets.datatypes.registry import words_of
from gpwidgets.protocol.urls import split_address
from gpwidgets.protocol.values import DataFile, LayerReference, MapImage, RasterData
from gpwidgets.protocol.values.units import ArealUnit, LinearUnit, TimeUnit
from gpwidgets.secrets import mask
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import wide
from gpwidgets.widgets.kit.errors_shown import error_html
from gpwidgets.widgets.kit.fold import Fold
from gpwidgets.widgets.kit.owner import Owner, close_tree, replace_children
from gpwidgets.widgets.kit.theme import style_sheet
from gpwidgets.widgets.results._file_results import FileView
from gpwidgets.widgets.results._frame_view import FrameView
from gpwidgets.widgets.results._hosted import HostedLayerView
from gpwidgets.widgets.results._server_map import ServerMapView
from gpwidgets.widgets.results.incomplete import IncompleteNotice, incomplete_html
from gpwidgets.widgets.words.cells import cell_text
from gpwidgets.widgets.words.file_links import safe_link

if TYPE_CHECKING:
    from gpwidgets.widgets.map.task_map import TaskMap

#: Members of a list output that are shown; the rest is counted.
MAX_MEMBERS = 50


class ResultsView(Owner, w.VBox):
    """All outputs of a run, one section each.

    An output that cannot be shown says why in its own section; the others are shown all the same.

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
        self.sections: dict[str, w.VBox] = {}
        self._on_map: list[str] = []
        self._frames: list[FrameView] = []
        shown = [name for name in first or () if name in outputs] or list(outputs)
        folded = [name for name in outputs if name not in shown][: limit("outputs")]
        for name in shown[: limit("outputs")]:
            self.sections[name] = self._section(name)
        children: list[w.Widget] = list(self.sections.values())
        if folded:
            children.append(self._other_outputs(folded))
        left = len(outputs) - len(self.sections) - len(folded)
        if left > 0:
            words = tr(
                "{left:,} more outputs are not shown; {hint}.", left=left, hint=how_to_raise("outputs")
            )
            children.append(_line(words))
        self.server_map: ServerMapView | None = self._server_map()
        children += [self.server_map] if self.server_map is not None else []
        if not children:
            children = [w.HTML(f'<div class="gpw-muted">{tr("This task has no outputs.")}</div>')]
        super().__init__([style_sheet(), *children], layout=wide())
        self.add_class("gpw-results")
        if self.map is not None and self._on_map:
            self.map.zoom_to_results(self._on_map)

    def _other_outputs(self, names: Sequence[str]) -> Fold:
        """The outputs that a preset leaves out; they are made, and drawn, when they are looked at."""

        def make() -> list[w.Widget]:
            self.sections |= {name: self._section(name) for name in names}
            return [self.sections[name] for name in names]

        return Fold(tr("Other outputs ({count})", count=len(names)), make)

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

    def _section(self, name: str) -> w.VBox:
        parameter = getattr(self.outputs, "parameters", {}).get(name)
        title = self._title_of(name)
        head = w.HTML(f'<h4 class="gpw-output-name" title="{escape(name)}">{escape(title)}</h4>')
        try:
            hidden = parameter is not None and parameter.is_hidden
            parts = [_line(tr("•••  hidden"))] if hidden else self._parts(name, title, self.outputs[name])
        except Exception as error:
            parts = [w.HTML(error_html(error))]
        section = w.VBox([head, *parts], layout=wide())
        section.add_class("gpw-output")
        return section

    def _parts(self, name: str, title: str, value: Any) -> list[w.Widget]:
        banner: list[w.Widget] = []
        if name in getattr(self.outputs, "truncated", ()):
            banner = [self._notice(name)]
            if hasattr(value, "columns") and not len(value):
                return banner  # nothing came, which is not that nothing was found
        elif name in getattr(self.outputs, "doubtful", ()):
            banner = [w.HTML(_doubtful_html(value))]
        kind = type(value).__name__
        if kind == "GeoDataFrame":
            return [*banner, *self._features(name, title, value)]
        if kind == "DataFrame":
            parts = [*banner, _line(_count(len(value), "row"))]
            if len(value):
                self._frames.append(FrameView(value, name, title))
                parts.append(self._frames[-1])
            return parts
        if isinstance(value, LayerReference):
            return [*banner, HostedLayerView(value, lambda frame: self._features(name, title, frame))]
        return [*banner, value_view(value, self.map)]

    def _notice(self, name: str) -> w.Widget:
        if isinstance(self.outputs, Outputs):
            return IncompleteNotice(self.outputs, name, lambda _whole: self._show_anew(name))
        return w.HTML(incomplete_html(self.outputs, name))

    def _show_anew(self, name: str) -> None:
        """Show an output again, of which the missing rows have come."""
        self._on_map = [layer for layer in self._on_map if not layer.startswith(self._title_of(name))]
        fresh = self._section(name)
        section = self.sections[name]
        replace_children(section, fresh.children)
        fresh.children = ()
        close_tree(fresh)
        if self.map is not None and self._on_map:
            self.map.zoom_to_results(self._on_map)

    def _title_of(self, name: str) -> str:
        parameter = getattr(self.outputs, "parameters", {}).get(name)
        return getattr(parameter, "display_name", "") or name

    def _features(self, name: str, title: str, gdf: Any) -> list[w.Widget]:
        crs = gdf.crs.to_string() if gdf.crs is not None else tr("unknown")
        words = _count(len(gdf), "feature")
        if len(gdf):
            words += tr(", coordinate system {crs}", crs=crs if len(crs) <= 60 else gdf.crs.name)
        parts: list[w.Widget] = [_line(words)]
        if len(gdf):
            view = FrameView(
                gdf, name, title, self.map, title if title not in self._on_map else f"{title} ({name})"
            )
            if view.layer:
                self._on_map.append(view.layer)
            self._frames.append(view)
            parts.append(view)
        return parts

    def __repr__(self) -> str:
        return f"<ResultsView: {', '.join(self.sections) or 'no outputs'}>"


def _count(number: int, word: str) -> str:
    if number == 0 and word == "row":
        return tr("Nothing was found: the result has no rows")
    return counted(number, word) if number else tr("Nothing was found: the result has no features")


def _line(text: str) -> w.HTML:
    return w.HTML(f'<div class="gpw-muted">{escape(text)}</div>')


def _doubtful_html(value: Any) -> str:
    words = tr(
        "There are {count:,} rows, just as many as the service sends at most, so there may be more.",
        count=len(value),
    )
    return f'<div class="gpw-note" role="note">{escape(words)}</div>'


_PLAIN = bool | int | float | str | ArealUnit | LinearUnit | TimeUnit


def value_view(value: Any, task_map: TaskMap | None = None) -> w.Widget:
    """Return a view of a value that is no frame: text, number, unit, file, image, link or a list of them."""
    if isinstance(value, DataFile | RasterData):
        return FileView(value, map=task_map)
    if isinstance(value, list | tuple):
        return _list_view(value, task_map)
    for kinds, view in _VIEWS:
        if isinstance(value, kinds):
            return view(value)
    text = cell_text(value) if isinstance(value, _PLAIN) else words_of(value)
    return w.HTML(
        f'<div class="gpw-value mathjax_ignore">{escape(mask(text)).replace(chr(10), "<br>")}</div>'
    )


def _nothing_view(_value: None) -> w.Widget:
    return _line(tr("The tool gave no value."))


def _text_view(value: str) -> w.Widget:
    if not value:
        return _line(tr("Empty text."))
    shown = escape(mask(value)).replace("\n", "<br>")
    if len(value) < 2000 and split_address(value).scheme in ("http", "https") and " " not in value:
        shown = safe_link(value)
    return w.HTML(f'<div class="gpw-value mathjax_ignore">{shown}</div>')


def _list_view(value: list[Any] | tuple[Any, ...], task_map: TaskMap | None) -> w.Widget:
    if not value:
        return _line(tr("An empty list."))
    if all(isinstance(one, bool | int | float | str) for one in value):
        rows = "".join(f"<li>{escape(mask(cell_text(one)))}</li>" for one in value[:MAX_MEMBERS])
        left = len(value) - MAX_MEMBERS
        more = f"<li>{tr('and {left:,} more', left=left)}</li>" if left > 0 else ""
        return w.HTML(f'<ul class="gpw-value mathjax_ignore">{rows}{more}</ul>')
    views = [value_view(one, task_map) for one in value[:MAX_MEMBERS]]
    if len(value) > MAX_MEMBERS:
        views.append(_line(tr("and {left:,} more", left=len(value) - MAX_MEMBERS)))
    return w.VBox(views)


def _mapping_view(value: Mapping[str, Any]) -> w.Widget:
    text = json.dumps(value, indent=2, default=str, ensure_ascii=False)
    shown = text if len(text) <= 20_000 else text[:20_000] + tr("\n… (cut)")
    return w.HTML(f'<pre class="gpw-code" tabindex="0">{escape(mask(shown))}</pre>')


def _image_view(value: MapImage) -> w.Widget:
    size = (
        tr(" ({width} by {height} pixels)", width=value.width, height=value.height)
        if value.width and value.height
        else ""
    )
    words = f"{tr('Map image')}{escape(size)}: {safe_link(value.href)}"
    return w.HTML(f'<div class="gpw-value mathjax_ignore">{words}</div>')


def _reference_view(value: LayerReference) -> w.Widget:
    words = tr("Layer on the server: {link}", link=safe_link(value.url))
    return w.HTML(f'<div class="gpw-value mathjax_ignore">{words}</div>')


#: Which view serves which type; the first that fits is taken.
_VIEWS: tuple[tuple[Any, Callable[[Any], w.Widget]], ...] = (
    (type(None), _nothing_view),
    (str, _text_view),
    (MapImage, _image_view),
    (LayerReference, _reference_view),
    (Mapping, _mapping_view),
)
