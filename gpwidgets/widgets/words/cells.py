"""One value as the text of a table cell or a popup."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from gpwidgets.datatypes.kinds.date import moment_words
from gpwidgets.datatypes.kinds.number import number_words
from gpwidgets.datatypes.registry import name_of_value, words_of
from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.protocol.missing import is_missing
from gpwidgets.texts import tr


def cell_text(value: Any) -> str:
    """Return a value as people write it: whole numbers whole, dates short, missing ones empty."""
    if is_missing(value):
        return ""
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, datetime.datetime):
        return moment_words(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return tr("{count:,} bytes", count=len(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {cell_text(one)}" for key, one in value.items())
    if hasattr(value, "tolist") and len(getattr(value, "shape", ())):
        value = value.tolist()
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(cell_text, value))
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
        if isinstance(value, bool):
            return tr("yes") if value else tr("no")
    if isinstance(value, float):
        return number_words(value)
    return str(value) if isinstance(value, str) or not name_of_value(value) else words_of(value)


class FrameTexts:
    """How a frame's columns and cells read: aliases as headings, names of coded values as text.

    Parameters
    ----------
    frame
        Any frame; what the server said of its fields is taken from its ``attrs["gpwidgets"]``.
    """

    def __init__(self, frame: Any) -> None:
        about = frame_info(frame)
        self._aliases: Mapping[str, str] = about.get("aliases") or {}
        self._domains: Mapping[str, Any] = about.get("domains") or {}

    def header(self, name: Any) -> str:
        """Return a column's heading: its alias, or its name."""
        return str(self._aliases.get(str(name)) or name)

    def is_coded(self, column: Any) -> bool:
        """Return whether names stand in place of a column's codes."""
        return bool(self._domains.get(str(column)))

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
