"""Answers of learners as what an exercise asks for; or what is wrong with them, in words."""

from __future__ import annotations

import numbers
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gpwidgets.datatypes.frame_checks import is_frame
from gpwidgets.lesson._words import say
from gpwidgets.lesson.gaps import has_gap
from gpwidgets.tasks.exercises.answer_check import Finding
from gpwidgets.tasks.results.outputs import Outputs

__all__ = ["Mistake", "area_findings", "is_close", "number_findings", "results_of"]

_PART = 0.01
_WEB_MERCATOR = 3857


@dataclass(frozen=True)
class Mistake:
    """A number that a typical mistake leads to.

    Attributes
    ----------
    value : float
    key : str
        Of the words that tell how to go on.
    """

    value: float
    key: str


def is_close(value: float, expected: float) -> bool:
    """Whether two numbers differ by no more than one in a hundred."""
    return abs(value - expected) <= _PART * abs(expected)


def results_of(name: str, value: Any) -> tuple[Outputs | None, Finding | None]:
    """What a task gave, or why it is something else."""
    if isinstance(value, Outputs):
        return value, None
    key = "gap" if has_gap(value) else "not_results"
    return None, Finding(name, False, say(key, name=name, kind=type(value).__name__))


def number_of(name: str, value: Any) -> tuple[float, Finding | None]:
    """A single number, or why it is none."""
    if not isinstance(value, bool) and isinstance(value, numbers.Real):
        return float(value), None
    if has_gap(value):
        key = "gap"
    elif isinstance(value, str):
        key = "text_for_number"
    elif hasattr(value, "__len__"):
        key = "many_for_number"
    else:
        key = "not_a_number"
    return 0.0, Finding(name, False, say(key, name=name, kind=type(value).__name__))


def number_findings(
    name: str, value: Any, expected: float, mistakes: Sequence[Mistake], *, exact: bool = False
) -> Iterator[Finding]:
    """Compare a number with what is expected, and with what typical mistakes lead to."""
    number, trouble = number_of(name, value)
    if trouble:
        yield trouble
        return
    if number == expected if exact else is_close(number, expected):
        yield Finding(name, True, say("number_right", number=f"{number:g}"))
        return
    for mistake in mistakes:
        if is_close(number, mistake.value):
            yield Finding(name, False, say(mistake.key, number=f"{number:g}"))
            return
    yield Finding(name, False, say("number_other", number=f"{number:g}"))


def area_findings(name: str, value: Any, frame: Any, crs: Any) -> Iterator[Finding]:
    """Compare an area in square kilometres with that of a frame on the ellipsoid.

    Parameters
    ----------
    name, value
        The answer.
    frame
        What was measured.
    crs
        The system that it was measured in, as the learner wrote it.
    """
    from gpwidgets.convert.tables.frame_measures import area_of

    number, trouble = number_of(name, value)
    if trouble:
        yield trouble
        return
    if not is_frame(frame):
        yield Finding(name, False, say("no_frame", name=name, kind=type(frame).__name__))
        return
    expected = area_of(frame) / 1e6
    if is_close(number, expected):
        yield Finding(name, True, say("area_right", number=f"{number:,.1f}"))
    else:
        yield Finding(name, False, say(_reason(crs), number=f"{number:.4g}", expected=f"{expected:,.1f}"))


def _reason(crs: Any) -> str:
    """The words for what a coordinate system does to an area."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        system = CRS.from_user_input(crs)
    except (CRSError, TypeError, ValueError):
        return "area_other"
    if system.is_geographic:
        return "area_degrees"
    if system.to_epsg() == _WEB_MERCATOR:
        return "area_web_mercator"
    if any(axis.unit_name not in ("metre", "meter") for axis in system.axis_info):
        return "area_unit"
    return "area_elsewhere"
