"""How many features there are, of what kind, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gpwidgets.protocol.features import FeatureSet, RecordSet
from gpwidgets.texts import trn

__all__ = ["counted", "kind_of"]

_ESRI_WORDS = {"polyline": "line", "": "feature", "any": "feature"}
_WORDS = {"Point": "point", "LineString": "line", "Polygon": "polygon"}
_COUNTED: dict[str, Callable[[int], str]] = {
    "point": lambda n: trn("{n:,} point", "{n:,} points", n),
    "multipoint": lambda n: trn("{n:,} multipoint", "{n:,} multipoints", n),
    "line": lambda n: trn("{n:,} line", "{n:,} lines", n),
    "polygon": lambda n: trn("{n:,} polygon", "{n:,} polygons", n),
    "shape": lambda n: trn("{n:,} shape", "{n:,} shapes", n),
    "row": lambda n: trn("{n:,} row", "{n:,} rows", n),
}


def counted(count: int, word: str) -> str:
    """Return a number of things, in words; those without a word of their own are features."""
    counted_so = _COUNTED.get(word)
    return counted_so(count) if counted_so is not None else trn("{n:,} feature", "{n:,} features", count)


def kind_of(value: Any) -> str:
    """Return what each row is: point, multipoint, line, polygon, feature when it may be any, or row."""
    if isinstance(value, FeatureSet):
        kind = value.geometry_type.removeprefix("esriGeometry").lower()
        return _ESRI_WORDS.get(kind, kind)
    if isinstance(value, RecordSet) or not hasattr(value, "geom_type"):
        return "row"
    if set(value.geom_type.dropna()) == {"MultiPoint"}:
        return "multipoint"
    kinds = {kind.removeprefix("Multi") for kind in value.geom_type.dropna().unique()}
    return _WORDS.get(kinds.pop(), "feature") if len(kinds) == 1 else "feature"
