"""One point of a check, and how numbers are compared and said in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gpwidgets.datatypes.kinds.number import number_words
from gpwidgets.texts import tr

__all__ = ["Finding", "is_near", "number_finding"]


@dataclass(frozen=True)
class Finding:
    """One point of a check.

    Attributes
    ----------
    about : str
        The input or output.
    passed : bool
    words : str
        What was found; where it is not what was expected, both, and what may be the reason.
    """

    about: str
    passed: bool
    words: str


def is_near(value: float, expected: float, tolerance: float) -> bool:
    """Whether a number differs by no more than a part of what is expected; two missing ones are near."""
    if math.isnan(value) and math.isnan(expected):
        return True
    return math.isclose(value, expected, rel_tol=tolerance, abs_tol=tolerance * 1e-6)


def number_finding(
    about: str, what: str, value: float, expected: float, tolerance: float, unit: str = ""
) -> Finding:
    """Compare a number with the expected one, and say how they relate."""
    shown = f"{number_words(value)} {unit}".strip()
    if is_near(value, expected, tolerance):
        return Finding(about, True, tr("{what}: {shown}", what=what, shown=shown))
    wanted = f"{number_words(expected)} {unit}".strip()
    if math.isnan(value):
        words = tr("{what}: missing; {wanted} is expected.", what=what, wanted=wanted)
        return Finding(about, False, words)
    words = tr("{what}: {shown}, where {wanted} is expected", what=what, shown=shown, wanted=wanted)
    return Finding(about, False, f"{words}{_relation(value, expected)}.")


def _relation(value: float, expected: float) -> str:
    """How many times as large, where that may lead to the reason."""
    known = math.isfinite(value) and math.isfinite(expected)
    if not known or expected == 0 or value == 0 or (value < 0) != (expected < 0):
        return ""
    times = value / expected
    if not 1 / 1.5 < times < 1.5:
        return tr(" ({times} times what is expected)", times=number_words(float(f"{times:.3g}")))
    return tr(" ({percent} % off)", percent=number_words(round(abs(times - 1) * 100, 1)))
