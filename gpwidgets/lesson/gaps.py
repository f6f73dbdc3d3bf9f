"""Gaps of an exercise: what is still ``...`` is told before anything is run with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gpwidgets.lesson._words import say

__all__ = ["GapLeft", "fill_in"]


class GapLeft(ValueError):
    """A gap of an exercise is still ``...``; a notebook shows its text alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def fill_in(**gaps: Any) -> None:
    """Make sure that nothing is ``...`` any more, also inside of lists and mappings.

    Parameters
    ----------
    **gaps
        The learner's values, by the name of the gap.

    Raises
    ------
    GapLeft
        Names the gaps that are left, and where help is.

    Examples
    --------
    >>> from gpwidgets.lesson import fill_in
    >>> fill_in(distance="5 km")
    >>> fill_in(distance=..., area_crs=...)
    Traceback (most recent call last):
    gpwidgets.lesson.gaps.GapLeft: Still to be filled in: distance, area_crs. Replace ... and run...
    """
    if left := [name for name, value in gaps.items() if has_gap(value)]:
        raise GapLeft(say("gap_left", names=", ".join(left)))


def has_gap(value: Any) -> bool:
    """Whether a value is ``...`` or holds it."""
    if isinstance(value, Mapping):
        return any(map(has_gap, value.values()))
    if isinstance(value, list | tuple | set):
        return any(map(has_gap, value))
    return value is ...
