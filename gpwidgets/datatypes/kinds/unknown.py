"""Types that are not known: values pass through, with what a server cannot read turned into what it can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpwidgets.datatypes.contexts import RequestContext
from gpwidgets.datatypes.datatype import PLAIN_REQUEST, DataType
from gpwidgets.datatypes.registry import datatype_of_value, words_of
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import UNSET
from gpwidgets.texts import tr

__all__ = ["UnknownType", "cut"]

_MOST = 80


class UnknownType(DataType):
    """Any value that JSON can hold, and values of the types that are known, at any depth."""

    is_chosen_by_value = False

    def encode(self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST) -> Any:
        """Frames as feature sets, local files as uploads, however deep they are; the rest as it is."""
        if isinstance(value, Mapping):
            return {key: self.encode(part, parameter, request) for key, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.encode(part, parameter, request) for part in value]
        kind = datatype_of_value(value)
        return (
            kind.encode(value, parameter, request) if kind is not self else super().encode(value, parameter)
        )

    def is_none(self, wire: Any) -> bool:
        """Null only: an empty text may be a value."""
        return wire is None

    def words(self, value: Any) -> str:
        """Lists with commas, rows of a table with semicolons, an object by its parts; nothing as words."""
        if value is None or value is UNSET:
            return tr("not set")
        if isinstance(value, list | tuple):
            are_rows = any(isinstance(one, list | tuple) for one in value)
            return cut(("; " if are_rows else ", ").join(map(words_of, value[:20]))) if value else tr("empty")
        if isinstance(value, Mapping):
            parts = [f"{key}: {_part(part)}" for key, part in list(value.items())[:20]]
            return cut(", ".join(parts)) if parts else tr("empty")
        return cut(str(value))


def _part(part: Any) -> str:
    """A part of an object in words; a part that has parts of its own is only there."""
    return "…" if isinstance(part, Mapping | list | tuple) else words_of(part)


def cut(text: str) -> str:
    """A text of half a line at most."""
    return text if len(text) <= _MOST else text[: _MOST - 1] + "…"
