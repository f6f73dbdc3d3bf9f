"""Titles of outputs for tabs: what an output is called, and what or how many there is of it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

from gpwidgets.datatypes.frame_checks import is_frame, is_table
from gpwidgets.protocol.values import DataFile, LayerReference, MapImage, RasterData
from gpwidgets.secrets import mask
from gpwidgets.texts import later, tr, trn
from gpwidgets.widgets.results._value_view import PLAIN
from gpwidgets.widgets.words.cells import cell_text

__all__ = ["failed_title", "short_title", "tab_title", "title_of"]

#: Letters of a title and of a value; more make a tab wider than a narrow cell.
_MOST_LETTERS, _MOST_OF_VALUE = 48, 24

_KINDS: tuple[tuple[Any, str], ...] = (
    (type(None), later("{title} (no value)")),
    (str, later("{title} (text)")),
    (MapImage, later("{title} (map image)")),
    (LayerReference, later("{title} (layer on the server)")),
    (Mapping, later("{title} (JSON)")),
)
_COUNTED: tuple[tuple[Any, Callable[[int, str], str]], ...] = (
    (RasterData, lambda n, title: trn("{title} ({n:,} raster)", "{title} ({n:,} rasters)", n, title=title)),
    (DataFile, lambda n, title: trn("{title} ({n:,} file)", "{title} ({n:,} files)", n, title=title)),
    (object, lambda n, title: trn("{title} ({n:,} value)", "{title} ({n:,} values)", n, title=title)),
)


def title_of(outputs: Any, name: str) -> str:
    """Return what an output is called: the name for people that its task gives it, or its own."""
    parameter = getattr(outputs, "parameters", {}).get(name)
    return getattr(parameter, "display_name", "") or name


def short_title(title: str) -> str:
    """Return a title on one line that fits a tab."""
    return _cut(" ".join(title.split()), _MOST_LETTERS)


def failed_title(title: str) -> str:
    """Return the title of an output that cannot be shown."""
    return tr("{title} (failed)", title=short_title(title))


def tab_title(outputs: Any, name: str) -> str:
    """Return the title of an output's tab: ``Contours (212)``, ``Hill (1 raster)``, ``Area: 2.5 ha``."""
    title = title_of(outputs, name)
    if name in getattr(outputs, "errors", {}):
        return failed_title(title)
    title = short_title(title)
    parameter = getattr(outputs, "parameters", {}).get(name)
    if parameter is not None and parameter.is_hidden:
        return tr("{title} (hidden)", title=title)
    value = outputs[name]
    if is_frame(value) or is_table(value):
        return _frame_title(outputs, name, title, len(value))
    if isinstance(value, list | tuple | RasterData | DataFile):
        members = value if isinstance(value, list | tuple) else [value]
        counted = next(words for kind, words in _COUNTED if all(isinstance(one, kind) for one in members))
        return counted(len(members), title) if members else tr("{title} (no value)", title=title)
    for kind, words in _KINDS:
        if isinstance(value, kind):
            return tr(words, title=title)
    if isinstance(value, PLAIN | datetime.date | datetime.time):
        return tr("{title}: {value}", title=title, value=_cut(mask(cell_text(value)), _MOST_OF_VALUE))
    return title


def _frame_title(outputs: Any, name: str, title: str, count: int) -> str:
    if name in getattr(outputs, "truncated", ()):
        return tr("{title} ({count:,}, not complete)", title=title, count=count)
    if name in getattr(outputs, "doubtful", ()):
        return tr("{title} ({count:,} or more)", title=title, count=count)
    return tr("{title} ({count:,})", title=title, count=count)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
