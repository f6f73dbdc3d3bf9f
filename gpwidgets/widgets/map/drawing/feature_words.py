"""What features are, in a few words."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from gpwidgets.datatypes.feature_counts import counted, kind_of
from gpwidgets.protocol.features import FeatureSet
from gpwidgets.protocol.values import UNSET, DataFile, LayerReference
from gpwidgets.texts import later, tr
from gpwidgets.widgets.map.drawing.shapes import Shape

if TYPE_CHECKING:
    from gpwidgets.protocol.values.spatial import Bounds

_KINDS = {
    "point": later("point"),
    "multipoint": later("multipoint"),
    "line": later("line"),
    "polygon": later("polygon"),
    "rectangle": later("rectangle"),
    "circle": later("circle"),
}


def value_words(value: Any) -> str:
    """Return what the value of a features input is, as HTML text."""
    if value is UNSET or (isinstance(value, str) and not value):
        return tr("Nothing yet.")
    if isinstance(value, LayerReference):
        rows = tr(", where {filter}", filter=value.filter) if value.filter else ""
        return tr("The server reads {value}.", value=escape(value.url + rows))
    if isinstance(value, str):
        return tr("The layer {value}.", value=escape(value))
    if isinstance(value, DataFile):
        return tr("An uploaded file.")
    if isinstance(value, FeatureSet):
        return f"{counted(len(value.features), kind_of(value))}."
    from gpwidgets.convert.coordinates.boxes import (
        frame_box,  # there is a frame, so all that it needs is loaded
    )

    bounds = frame_box(value)
    words = counted(len(value), kind_of(value))
    if bounds is None:
        return f"{words}."
    return tr("{shapes}: {place}.", shapes=words, place=place_words(bounds))


def place_words(bounds: Bounds | None) -> str:
    """Return where a box in degrees is, such as ``"84.2° S, 36.3° E"``; both corners unless they are one."""
    if bounds is None:
        return ""
    west, south, east, north = bounds
    one, other = _place(west, south), _place(east, north)
    return one if one == other else tr("{place} to {other}", place=one, other=other)


def _place(lon: float, lat: float) -> str:
    lon = (lon + 180.0) % 360.0 - 180.0 if abs(lon) > 180 else lon
    north, east = tr("N") if lat >= 0 else tr("S"), tr("E") if lon >= 0 else tr("W")
    return f"{_degrees(lat)}° {north}, {_degrees(lon)}° {east}"


def _degrees(number: float) -> str:
    return f"{abs(number):.4f}".rstrip("0").rstrip(".")


def kind_words(kind: str) -> str:
    """Return what a kind of shape is called."""
    return tr(_KINDS.get(kind, kind))


def shape_words(number: int, shape: Shape) -> str:
    """Return a shape's line in a list: its number, kind and first place."""
    place = shape.geometry["coordinates"]
    while place and not isinstance(place[0], int | float):
        place = place[0]
    if len(place) < 2:
        return f"{number}: {kind_words(shape.kind)}"
    lon, lat = place[:2]
    north, east = tr("N") if lat >= 0 else tr("S"), tr("E") if lon >= 0 else tr("W")
    place_words = f"{abs(lat):.4f}° {north}, {abs(lon):.4f}° {east}"
    return tr("{number}: {kind} at {place}", number=number, kind=kind_words(shape.kind), place=place_words)
