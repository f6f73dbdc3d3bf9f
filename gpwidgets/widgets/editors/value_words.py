"""A value of an input in a few words, as a person would say it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gpwidgets.datatypes.composite import CompositeValue
from gpwidgets.protocol.features import FeatureSet, RecordSet
from gpwidgets.protocol.values import UNSET, Extent, FieldRef, LayerReference
from gpwidgets.tasks.results.outputs import summary
from gpwidgets.texts import tr
from gpwidgets.widgets.map.drawing.feature_words import counted, kind_of
from gpwidgets.widgets.words.cells import cell_text

__all__ = ["words_of"]

_MOST = 80


def words_of(value: Any) -> str:
    """Return a value in half a line, as plain text: ``"5 kilometers"``, ``"3 points"``, ``"empty"``.

    Parameters
    ----------
    value
        A checked value of an input; `UNSET` when there is none.
    """
    if value is UNSET or value is None:
        return tr("not set")
    if isinstance(value, str | list | tuple) and not value:
        return tr("empty")
    if isinstance(value, CompositeValue):
        return words_of(value.value)
    if isinstance(value, list | tuple):
        return _cut(", ".join(words_of(one) for one in value[:20]))
    if isinstance(value, RecordSet):
        return counted(len(value.features), kind_of(value) if isinstance(value, FeatureSet) else "row")
    if hasattr(value, "geom_type"):
        return counted(len(value), kind_of(value))
    if isinstance(value, Extent):
        return ", ".join(f"{edge:.6g}" for edge in value.bounds)
    if isinstance(value, LayerReference):
        return _cut(value.url)
    if isinstance(value, FieldRef):
        return value.name
    if isinstance(value, bool):
        return tr("Yes") if value else tr("No")
    if isinstance(value, str):
        return _cut(value)
    is_plain = isinstance(value, int | float | datetime) or hasattr(value, "words")
    return cell_text(value) if is_plain else summary(value)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST else text[: _MOST - 1] + "…"
