"""Names on a picture that do not lie over one another: who comes first gets the room."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

#: Width of a character, in sizes of the font; those of a browser's usual font are about so wide.
_WIDE = 0.6
#: Pixels kept free around a name.
_ROOM = 3.0


@dataclass(frozen=True)
class Label:
    """A name, or degrees.

    Attributes
    ----------
    text
        What is written.
    at
        Where it begins, ends or has its middle, on its base line; pixels right and down.
    size
        Height of the font in pixels.
    look
        Its class in the picture's style sheet.
    anchor
        ``start``, ``middle`` or ``end``.
    """

    text: str
    at: tuple[float, float]
    size: float
    look: str
    anchor: str

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels."""
        x, y = self.at
        width = len(self.text) * self.size * _WIDE
        left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return left - _ROOM, y - self.size - _ROOM, left + width + _ROOM, y + _ROOM

    def svg(self) -> str:
        """Return it as an element."""
        x, y = self.at
        look = f' class="{self.look}"' if self.look else ""
        anchor = "" if self.anchor == "start" else f' text-anchor="{self.anchor}"'
        return f'<text{look}{anchor} x="{x:.0f}" y="{y:.0f}">{escape(self.text)}</text>'


class Labels:
    """The names on a picture so far.

    Parameters
    ----------
    frame
        Left, top, right, bottom of the picture; what would be cut by it is left out.
    """

    def __init__(self, frame: tuple[float, float, float, float]) -> None:
        self._frame = frame
        self._taken: list[tuple[float, float, float, float]] = []

    def take(self, label: Label, *, dot: bool = False) -> bool:
        """Take the room of a name, with that of a dot before it; return whether it was free."""
        left, top, right, bottom = label.box
        left -= 8.0 * dot
        frame = self._frame
        if left < frame[0] or top < frame[1] or right > frame[2] or bottom > frame[3]:
            return False
        for other in self._taken:
            if left < other[2] and right > other[0] and top < other[3] and bottom > other[1]:
                return False
        self._taken.append((left, top, right, bottom))
        return True
