"""How many features there are, of what kind, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gpwidgets.protocol.enums import GeometryType
from gpwidgets.protocol.features import FeatureSet, RecordSet
from gpwidgets.texts import trn

__all__ = ["counted", "kind_of"]

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
        kind = GeometryType.named(value.geometry_type)
        return kind.word if kind is not None and kind.word in _COUNTED else "feature"
    if isinstance(value, RecordSet) or not hasattr(value, "geom_type"):
        return "row"
    kinds = set(map(GeometryType.of_shape, value.geom_type.dropna().unique()))
    if kinds == {GeometryType.POINT, GeometryType.MULTIPOINT}:
        return "point"
    kind = kinds.pop() if len(kinds) == 1 else None
    return kind.word if kind is not None else "feature"
