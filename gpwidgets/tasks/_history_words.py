"""Inputs and moments of the history in a few words each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gpwidgets.protocol.values.unit_names import AREAL_UNITS, LINEAR_UNITS, TIME_UNITS
from gpwidgets.texts import tr, trn

__all__ = ["moment_of", "row_in_words", "when_text"]


def row_in_words(row: Mapping[str, Any]) -> str:
    """An input's value in a few words."""
    if "leftOut" in row:
        return "•••" if row["leftOut"] == "hidden" else tr("not kept")
    if "file" in row:
        return tr("large")
    value = row.get("value")
    if isinstance(value, Mapping):
        features = value.get("features")
        if isinstance(features, list):
            return trn("{n:,} feature", "{n:,} features", len(features))
        number = next((value[key] for key in ("distance", "area", "time") if key in value), None)
        if number is not None and isinstance(value.get("units"), str):
            return _quantity(number, value["units"]) if _is_number(number) else "?"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:37] + "..."


def _quantity(number: float, units: str) -> str:
    name = LINEAR_UNITS.get(units) or AREAL_UNITS.get(units) or TIME_UNITS.get(units)
    if name is None:
        return f"{number:g} {units.removeprefix('esri').lower()}"
    written = tr("{number:,.9g}", number=number)
    return f"{written} {tr(name.singular if number == 1 else name.plural)}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def moment_of(seconds: Any) -> datetime | None:
    """A moment of a record in UTC; None where it holds none."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def when_text(moment: datetime) -> str:
    """Day and time in the time zone of this machine."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
