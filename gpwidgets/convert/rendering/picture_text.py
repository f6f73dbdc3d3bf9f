"""What stands around the map in a picture of it: title, legend, and where everything comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["LegendBlock", "PictureText", "Placed", "PlacedText", "place_text"]

_MARGIN, _LINE, _TITLE = 12, 18, 34
_SIZE, _TITLE_SIZE, _SMALL = 12, 16, 10

#: Width of a letter in parts of the size of its type, on the wide side of what fonts have.
_LETTER = 0.58

#: Rows of one legend, and letters of one line, beyond which the rest is left out.
_MOST_ROWS, _MOST_LETTERS = 14, 60


@dataclass(frozen=True)
class LegendBlock:
    """The legend of one layer.

    Attributes
    ----------
    title : str
        The layer's name.
    rows : sequence of (str, str)
        Colour as in CSS and label of each class; a label may be empty where the title says it.
    form : str
        ``area``, ``line`` or ``point``.
    """

    title: str
    rows: Sequence[tuple[str, str]]
    form: str = "area"


@dataclass(frozen=True)
class PictureText:
    """Title, legends and attribution of a picture; what is empty takes no room."""

    title: str = ""
    legends: Sequence[LegendBlock] = ()
    attribution: str = ""


@dataclass(frozen=True)
class Placed:
    """Where a text or a patch of colour goes.

    Attributes
    ----------
    x, y : float
        Left end of the base line of a text, upper left corner of a patch; pixels from the upper left corner.
    text : str
        Empty for a patch.
    size : int
        Of the type, in pixels.
    bold : bool
    color, form : str
        Of a patch.
    """

    x: float
    y: float
    text: str = ""
    size: int = _SIZE
    bold: bool = False
    color: str = "#222222"
    form: str = ""


@dataclass
class PlacedText:
    """Everything around a map.

    Attributes
    ----------
    items : list of Placed
    top : int
        Pixels above the map.
    height : int
        Pixels of the whole picture.
    """

    items: list[Placed] = field(default_factory=list)
    top: int = 0
    height: int = 0


def place_text(text: PictureText, width: int, map_height: int) -> PlacedText:
    """Place title above and legends and attribution below a map of this size, in pixels."""
    placed = PlacedText()
    if text.title:
        placed.top = _TITLE
        most = int((width - 2 * _MARGIN) / (_TITLE_SIZE * _LETTER))
        placed.items.append(Placed(_MARGIN, 23, _cut(text.title, most), _TITLE_SIZE, bold=True))
    below = _place_legends(placed, text.legends, width, placed.top + map_height)
    if text.attribution:
        for line in _lines(text.attribution, int((width - 2 * _MARGIN) / (_SMALL * _LETTER))):
            below += 14
            placed.items.append(Placed(_MARGIN, below, line, _SMALL, color="#555555"))
        below += 6
    placed.height = below
    return placed


def _place_legends(placed: PlacedText, legends: Sequence[LegendBlock], width: int, start: int) -> int:
    x, y, deepest = _MARGIN, start, start
    for block in legends:
        lines = _rows(block)
        wide = int(max(len(label) for _, label in [("", block.title), *lines]) * _SIZE * _LETTER) + 34
        if x > _MARGIN and x + wide > width - _MARGIN:
            x, y = _MARGIN, deepest
        at = y + 22
        if lines and not (len(lines) == 1 and not lines[0][1]):
            placed.items.append(Placed(x, at, _cut(block.title, _MOST_LETTERS), bold=True))
            at += _LINE
        for color, label in lines:
            if color:
                placed.items.append(Placed(x, at - 10, color=color, form=block.form))
            placed.items.append(Placed(x + 20, at, _cut(label or block.title, _MOST_LETTERS)))
            at += _LINE
        deepest = max(deepest, at - _LINE + 8)
        x += wide
    return deepest


def _rows(block: LegendBlock) -> list[tuple[str, str]]:
    rows = list(block.rows)
    left = len(rows) - _MOST_ROWS
    return rows if left <= 0 else [*rows[:_MOST_ROWS], ("", f"… (+{left})")]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: max(1, most - 1)] + "…"


def _lines(text: str, most: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) > most and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return [_cut(line, most) for line in lines]
