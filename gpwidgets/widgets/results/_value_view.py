"""A result that is no frame: text, number, unit, file, image, link, or a list of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from gpwidgets.datatypes.registry import words_of
from gpwidgets.protocol.urls import split_address
from gpwidgets.protocol.values import DataFile, LayerReference, MapImage, RasterData
from gpwidgets.protocol.values.units import ArealUnit, LinearUnit, TimeUnit
from gpwidgets.secrets import mask
from gpwidgets.texts import tr
from gpwidgets.widgets.results._file_results import FileView
from gpwidgets.widgets.words.cells import cell_text
from gpwidgets.widgets.words.file_links import safe_link

if TYPE_CHECKING:
    from gpwidgets.widgets.map.task_map import TaskMap

__all__ = ["MAX_MEMBERS", "PLAIN", "muted_line", "value_view"]

#: Members of a list output that are shown; the rest is counted.
MAX_MEMBERS = 50

#: Values that are a word or a number.
PLAIN = bool | int | float | str | ArealUnit | LinearUnit | TimeUnit


def muted_line(text: str) -> w.HTML:
    """Return a line about a result."""
    return w.HTML(f'<div class="gpw-muted">{escape(text)}</div>')


def value_view(value: Any, task_map: TaskMap | None = None) -> w.Widget:
    """Return a view of a value that is no frame: text, number, unit, file, image, link or a list of them."""
    if isinstance(value, DataFile | RasterData):
        return FileView(value, map=task_map)
    if isinstance(value, list | tuple):
        return _list_view(value, task_map)
    for kinds, view in _VIEWS:
        if isinstance(value, kinds):
            return view(value)
    text = cell_text(value) if isinstance(value, PLAIN) else words_of(value)
    return w.HTML(
        f'<div class="gpw-value mathjax_ignore">{escape(mask(text)).replace(chr(10), "<br>")}</div>'
    )


def _nothing_view(_value: None) -> w.Widget:
    return muted_line(tr("The tool gave no value."))


def _text_view(value: str) -> w.Widget:
    if not value:
        return muted_line(tr("Empty text."))
    shown = escape(mask(value)).replace("\n", "<br>")
    if len(value) < 2000 and split_address(value).scheme in ("http", "https") and " " not in value:
        shown = safe_link(value)
    return w.HTML(f'<div class="gpw-value mathjax_ignore">{shown}</div>')


def _list_view(value: list[Any] | tuple[Any, ...], task_map: TaskMap | None) -> w.Widget:
    if not value:
        return muted_line(tr("An empty list."))
    if all(isinstance(one, bool | int | float | str) for one in value):
        rows = "".join(f"<li>{escape(mask(cell_text(one)))}</li>" for one in value[:MAX_MEMBERS])
        left = len(value) - MAX_MEMBERS
        more = f"<li>{tr('and {left:,} more', left=left)}</li>" if left > 0 else ""
        return w.HTML(f'<ul class="gpw-value mathjax_ignore">{rows}{more}</ul>')
    views = [value_view(one, task_map) for one in value[:MAX_MEMBERS]]
    if len(value) > MAX_MEMBERS:
        views.append(muted_line(tr("and {left:,} more", left=len(value) - MAX_MEMBERS)))
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
