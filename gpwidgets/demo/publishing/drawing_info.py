"""How the embedded server draws the layers of its results: renderers as the REST API has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["class_breaks", "drawing_info", "fill_symbol"]

Color = tuple[int, int, int, int]
"""Red, green, blue and opacity, each 0 to 255."""

_OUTLINE: Color = (110, 110, 110, 255)


def drawing_info(renderer: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a layer that tell how it is drawn; none without a renderer."""
    return {"drawingInfo": {"renderer": dict(renderer), "transparency": 0}} if renderer else {}


def fill_symbol(color: Color) -> dict[str, Any]:
    """Areas of one colour with a thin grey outline."""
    outline = {"type": "esriSLS", "style": "esriSLSSolid", "color": list(_OUTLINE), "width": 0.4}
    return {"type": "esriSFS", "style": "esriSFSSolid", "color": list(color), "outline": outline}


def class_breaks(field: str, lowest: float, classes: Sequence[tuple[float, str, Color]]) -> dict[str, Any]:
    """A renderer with a colour for each range of a field.

    Parameters
    ----------
    field
        The column.
    lowest
        Lower end of the first class.
    classes
        Upper end, label and colour of each, from low to high.
    """
    infos = [
        {"classMaxValue": highest, "label": label, "description": "", "symbol": fill_symbol(color)}
        for highest, label, color in classes
    ]
    return {"type": "classBreaks", "field": field, "minValue": lowest, "classBreakInfos": infos}
