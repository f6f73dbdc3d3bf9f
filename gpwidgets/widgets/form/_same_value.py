"""Whether two values of an input are alike, whatever they are."""

from __future__ import annotations

from typing import Any

__all__ = ["same_value"]


def same_value(one: Any, other: Any) -> bool:
    """Whether two values of an input are alike; frames are when all their cells are."""
    if one is other:
        return True
    if hasattr(one, "equals") and type(one) is type(other):
        try:
            return bool(one.equals(other)) and getattr(one, "crs", None) == getattr(other, "crs", None)
        except (TypeError, ValueError):
            return False
    try:
        return type(one) is type(other) and bool(one == other)
    except (TypeError, ValueError):
        return False
