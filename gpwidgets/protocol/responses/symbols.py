"""Symbols of the REST API as what a web map can draw: colours, widths, sizes and dashes.

Reads the ``symbol`` of renderers (``esriSMS``, ``esriSLS``, ``esriSFS``, ``esriPMS``, ``esriPFS``) and those
parts of a ``CIMSymbolReference`` that tell a colour. What cannot be read is left out, never raised.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Color", "Symbol", "number_of"]

#: Symbols are measured in points, screens in CSS pixels.
_PIXELS_PER_POINT = 96 / 72

#: Largest marker and widest line that are drawn, in pixels: some servers send metres.
_LARGEST_SIZE, _LARGEST_WIDTH = 64.0, 16.0

_DASHES = {
    "esriSLSDash": "8 5",
    "esriSLSDot": "2 4",
    "esriSLSDashDot": "8 4 2 4",
    "esriSLSDashDotDot": "8 4 2 4 2 4",
}
_NO_LINE, _NO_FILL, _FULL_FILL = "esriSLSNull", "esriSFSNull", "esriSFSSolid"

#: A hatched fill is drawn as a pale one.
_HATCHED = 0.35


def number_of(value: Any) -> float | None:
    """Return a finite number from a number or its text; None for anything else."""
    try:
        found = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and math.isfinite(found) else None


@dataclass(frozen=True)
class Color:
    """A colour as a web page takes it.

    Attributes
    ----------
    css : str
        ``#rrggbb``.
    opacity : float
        0 for not seen, 1 for opaque.
    """

    css: str
    opacity: float = 1.0

    @classmethod
    def from_json(cls, data: Any) -> Color | None:
        """Read ``[red, green, blue, alpha]``, each 0 to 255, or ``#rrggbb``; None when it is neither."""
        if isinstance(data, str):
            digits = data.strip().lstrip("#")
            try:
                return cls(f"#{bytes.fromhex(digits).hex()}") if len(digits) == 6 else None
            except ValueError:
                return None
        if not isinstance(data, Sequence) or len(data) < 3:
            return None
        parts = [number_of(part) for part in data[:4]]
        red, green, blue, alpha = (*parts, 255.0)[:4]
        if red is None or green is None or blue is None:
            return None
        css = "#" + "".join(f"{max(0, min(255, round(part))):02x}" for part in (red, green, blue))
        return cls(css, max(0.0, min(1.0, (255.0 if alpha is None else alpha) / 255)))


@dataclass(frozen=True)
class Symbol:
    """How features of a class look.

    Attributes
    ----------
    fill, line : Color or None
        Inside and outline of areas and markers; a line has only ``line``. None where nothing is drawn.
    width : float or None
        Of the line or outline, in pixels; None when it is not said.
    size : float or None
        Of a marker, in pixels; None when it is not said.
    dashes : str
        Lengths of dashes and gaps in pixels, as in SVG; empty for whole lines.
    is_picture : bool
        Whether the server draws a picture; `fill` is its colour, if it names one.
    """

    fill: Color | None = None
    line: Color | None = None
    width: float | None = None
    size: float | None = None
    dashes: str = ""
    is_picture: bool = False

    @classmethod
    def from_json(cls, data: Any) -> Symbol | None:
        """Read a symbol object; None when there is nothing in it that can be drawn."""
        if not isinstance(data, Mapping):
            return None
        kind = str(data.get("type") or "")
        if kind.startswith("CIM"):
            return _cim(data)
        if kind in ("esriPMS", "esriPFS"):
            return _picture(data)
        color, style = Color.from_json(data.get("color")), str(data.get("style") or "")
        if kind == "esriSLS":
            if color is None or style == _NO_LINE:
                return None
            return cls(line=color, width=_width(data.get("width")), dashes=_DASHES.get(style, ""))
        line, width, dashes = _outline(data.get("outline"))
        if style == _NO_FILL:
            color = None
        elif kind == "esriSFS" and style not in ("", _FULL_FILL) and color is not None:
            color = Color(color.css, color.opacity * _HATCHED)
        if color is None and line is None:
            return None
        return cls(color, line, width, _size(data.get("size")), dashes)

    @property
    def color(self) -> Color | None:
        """The colour that stands for the symbol: of its inside, or of its line."""
        return self.fill or self.line


def _picture(data: Mapping[str, Any]) -> Symbol:
    line, width, dashes = _outline(data.get("outline"))
    sides = [_size(data.get(key)) for key in ("width", "height", "size")]
    size = next((side for side in sides if side), None) if data.get("type") == "esriPMS" else None
    return Symbol(Color.from_json(data.get("color")), line, width, size, dashes, is_picture=True)


def _outline(data: Any) -> tuple[Color | None, float | None, str]:
    if not isinstance(data, Mapping) or data.get("style") == _NO_LINE:
        return None, None, ""
    width = _width(data.get("width"))
    color = Color.from_json(data.get("color")) if width != 0 else None
    return color, width, _DASHES.get(str(data.get("style")), "") if color else ""


def _width(value: Any) -> float | None:
    points = number_of(value)
    return None if points is None else round(min(_LARGEST_WIDTH, max(0.0, points) * _PIXELS_PER_POINT), 2)


def _size(value: Any) -> float | None:
    points = number_of(value)
    return None if not points or points < 0 else round(min(_LARGEST_SIZE, points * _PIXELS_PER_POINT), 2)


def _cim(data: Mapping[str, Any]) -> Symbol | None:
    """The first fill, the first line and the first size that are named anywhere in a CIM symbol."""
    fill = line = width = size = None
    pictures = False
    for part in _parts(data):
        kind = part.get("type")
        if kind == "CIMSolidFill":
            fill = fill or _cim_color(part.get("color"))
        elif kind == "CIMSolidStroke":
            line = line or _cim_color(part.get("color"))
            width = _width(part.get("width")) if width is None else width
        elif kind in ("CIMVectorMarker", "CIMPictureMarker", "CIMCharacterMarker"):
            size = size or _size(part.get("size"))
            pictures |= kind == "CIMPictureMarker"
    if fill is None and line is None and not pictures:
        return None
    return Symbol(fill, line, width, size, is_picture=pictures and fill is None)


def _cim_color(data: Any) -> Color | None:
    if not isinstance(data, Mapping):
        return Color.from_json(data)
    values = data.get("values")
    if not isinstance(values, Sequence) or isinstance(values, str) or len(values) < 3:
        return None
    share = number_of(values[3]) if len(values) > 3 else 100.0
    return Color.from_json([*values[:3], (100.0 if share is None else share) * 2.55])


def _parts(data: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """All objects below a CIM symbol, a marker before what it is drawn with."""
    if depth > 12:
        return
    if isinstance(data, Mapping):
        if data.get("enable") is False:
            return
        yield data
        data = list(data.values())
    if isinstance(data, list):
        for one in data:
            yield from _parts(one, depth + 1)
