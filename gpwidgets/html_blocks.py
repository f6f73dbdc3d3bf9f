"""What objects show of themselves at the end of a notebook cell, as HTML of plain texts.

No colours are set, so that it is as readable in a dark theme.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from gpwidgets.protocol.plain_text import one_line, plain_label
from gpwidgets.secrets import mask
from gpwidgets.texts import tr

__all__ = ["block", "paragraph", "table", "title"]

_MOST_ROWS = 100
_LONGEST = 400
#: Letters of a word, such as an address, that is broken rather than widening its table.
_LONG_WORD = 40
_CELL = "text-align:left;vertical-align:top;white-space:normal"


def block(*parts: str) -> str:
    """Put parts below each other; empty ones are left out."""
    return f'<div style="overflow-x:auto">{"".join(parts)}</div>'


def title(kind: str, name: str = "") -> str:
    """The class of an object, and its name."""
    return f"<p><strong>{_text(kind)}</strong> {_text(name)}</p>"


def paragraph(words: str, *, code: bool = False) -> str:
    """Plain text, or an address where `code` is set; nothing without any."""
    if not words:
        return ""
    shown = f"<code>{_text(words)}</code>" if code else _text(words)
    return f'<p style="overflow-wrap:anywhere">{shown}</p>'


def table(rows: Sequence[Sequence[str]], heads: Sequence[str] = (), caption: str = "") -> str:
    """Rows of plain texts, the first of each being its head; nothing without any."""
    if not rows:
        return ""
    left = len(rows) - _MOST_ROWS
    head = "".join(f'<th scope="col" style="{_CELL}">{_text(word)}</th>' for word in heads)
    parts = [
        f'<caption style="text-align:left">{_text(caption)}</caption>' if caption else "",
        f"<thead><tr>{head}</tr></thead>" if heads else "",
        f"<tbody>{''.join(map(_row, rows[:_MOST_ROWS]))}</tbody>",
    ]
    more = paragraph(tr("… and {left:,} more", left=left)) if left > 0 else ""
    return f"<table>{''.join(parts)}</table>{more}"


def _row(cells: Iterable[str]) -> str:
    first, *others = cells
    shown = "".join(f'<td style="{_style(cell)}">{_text(cell)}</td>' for cell in others)
    return f'<tr><th scope="row" style="{_CELL}">{_text(first)}</th>{shown}</tr>'


def _style(cell: str) -> str:
    breaks = any(len(word) > _LONG_WORD for word in cell.split())
    return f"{_CELL};overflow-wrap:anywhere" if breaks else _CELL


def _text(words: str) -> str:
    return escape(plain_label(mask(one_line(words, _LONGEST))))
