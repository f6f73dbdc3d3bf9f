"""One value as the text of a table cell or a popup."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from typing import Any

from gpwidgets.protocol.units import ArealUnit, LinearUnit, TimeUnit
from gpwidgets.texts import tr


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, NaT or NA."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    # pandas' NA and NaT are told by name, so that a table of plain values needs no pandas.
    return type(value).__name__ in ("NAType", "NaTType")


def cell_text(value: Any) -> str:
    """Return a value as people write it: whole numbers whole, dates short, missing ones empty."""
    if is_missing(value):
        return ""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, datetime.datetime):
        return _date_text(value)
    if isinstance(value, ArealUnit | LinearUnit | TimeUnit):
        return value.words
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item()
        if isinstance(value, bool):
            return tr("yes") if value else tr("no")
    if isinstance(value, float):
        return _number_text(value)
    return str(value)


def _date_text(value: datetime.datetime) -> str:
    zone = " UTC" if value.utcoffset() == datetime.timedelta(0) else ""
    if zone == "" and value.tzinfo is not None:
        return value.isoformat(" ", "seconds")
    if (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return f"{value:%Y-%m-%d}"
    return f"{value:%Y-%m-%d %H:%M:%S}{zone}"


def _number_text(value: float) -> str:
    if math.isinf(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.2f}"


class FrameTexts:
    """How a frame's columns and cells read: aliases as headings, names of coded values as text.

    Parameters
    ----------
    frame
        Any frame; what the server said of its fields is taken from its ``attrs["gpwidgets"]``.
    """

    def __init__(self, frame: Any) -> None:
        about: Mapping[str, Any] = frame.attrs.get("gpwidgets") or {}
        self._aliases: Mapping[str, str] = about.get("aliases") or {}
        self._domains: Mapping[str, Any] = about.get("domains") or {}

    def header(self, name: Any) -> str:
        """Return a column's heading: its alias, or its name."""
        return str(self._aliases.get(str(name)) or name)

    def text(self, column: Any, value: Any) -> str:
        """Return a cell's text."""
        domain = self._domains.get(str(column))
        return (domain_label(domain, value) if domain else "") or cell_text(value)


def domain_label(domain: Any, value: Any) -> str:
    """Return the name that a coded domain gives a value; empty when it has none."""
    if not isinstance(domain, Mapping) or is_missing(value):
        return ""
    for coded in domain.get("codedValues") or ():
        if isinstance(coded, Mapping) and coded.get("code") == value:
            return str(coded.get("name", ""))
    return ""
