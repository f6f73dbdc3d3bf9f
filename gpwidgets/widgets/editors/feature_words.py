"""What features are, in a few words."""

from __future__ import annotations

from html import escape
from typing import Any

from gpwidgets.protocol.features import FeatureSet
from gpwidgets.protocol.values import UNSET, DataFile, LayerReference
from gpwidgets.widgets.shapes import Shape

_ESRI_WORDS = {"polyline": "line", "": "feature", "any": "feature"}
_WORDS = {"Point": "point", "LineString": "line", "Polygon": "polygon"}


def value_words(value: Any) -> str:
    """Return what the value of a features input is, as HTML text."""
    if value is UNSET:
        return "Nothing yet."
    if isinstance(value, LayerReference):
        rows = f", where {value.filter}" if value.filter else ""
        return f"The server reads {escape(value.url + rows)}."
    if isinstance(value, str):
        return f"The layer {escape(value)}."
    if isinstance(value, DataFile):
        return "An uploaded file."
    count = len(value.features) if isinstance(value, FeatureSet) else len(value)
    return f"{counted(count, kind_of(value))}."


def counted(count: int, word: str) -> str:
    """Return a number of things, in words."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def kind_of(value: Any) -> str:
    """Return what each feature is: point, multipoint, line, polygon, or feature when it may be any."""
    if isinstance(value, FeatureSet):
        kind = value.geometry_type.removeprefix("esriGeometry").lower()
        return _ESRI_WORDS.get(kind, kind)
    if set(value.geom_type.dropna()) == {"MultiPoint"}:
        return "multipoint"
    kinds = {kind.removeprefix("Multi") for kind in value.geom_type.dropna().unique()}
    return _WORDS.get(kinds.pop(), "feature") if len(kinds) == 1 else "feature"


def shape_words(number: int, shape: Shape) -> str:
    """Return a shape's line in a list: its number, kind and first place."""
    place = shape.geometry["coordinates"]
    while place and not isinstance(place[0], int | float):
        place = place[0]
    if len(place) < 2:
        return f"{number}: {shape.kind}"
    lon, lat = place[:2]
    north, east = "N" if lat >= 0 else "S", "E" if lon >= 0 else "W"
    return f"{number}: {shape.kind} at {abs(lat):.4f}° {north}, {abs(lon):.4f}° {east}"
