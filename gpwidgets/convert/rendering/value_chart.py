"""Values against an input as a small chart: an SVG without scripts, in the colours of the text around it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from gpwidgets.texts import written

__all__ = ["ChartPoint", "shared_unit", "value_chart"]

_WIDTH, _HEIGHT = 560, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 16, 14, 58
_TICKS = 5
#: Names of categories that stand below a chart at the most, and letters of one.
_MOST_NAMES, _LETTERS = 12, 14
#: Points that have a text of their own when they are pointed at.
_TOLD = 500
#: From so many on points are small.
_MANY = 100

_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class ChartPoint:
    """One run.

    Attributes
    ----------
    x
        Value of the input: a number, or a text.
    y
        Value of the output.
    label
        What is told when it is pointed at.
    """

    x: float | str
    y: float
    label: str = ""


def shared_unit(texts: Sequence[object]) -> tuple[list[float], str] | None:
    """Return values such as ``"5 kilometers"`` as numbers and their unit; None where they are not alike.

    Parameters
    ----------
    texts
        Numbers, or texts that begin with one. Of a unit of one and of many, such as kilometer and kilometers,
        the longer counts.
    """
    numbers, units = [], set()
    for one in texts:
        if isinstance(one, bool):
            return None
        found = _NUMBER.match(str(one).strip())
        if found is None or not math.isfinite(float(found.group())):
            return None
        numbers.append(float(found.group()))
        units.add(str(one).strip()[found.end() :].strip())
    longest = max(units, key=len, default="")
    return (numbers, longest) if all(unit in (longest, longest[:-1]) for unit in units) else None


def value_chart(points: Sequence[ChartPoint], x_title: str, y_title: str) -> str:
    """Draw a point for each run, and a line through the middle of those with one x where these are numbers.

    Parameters
    ----------
    points
        All with numbers as x, or all with texts, which are placed in the order in which they come.
    x_title, y_title
        Of the axes.

    Returns
    -------
    str
        SVG text; empty without a point whose y is a finite number.
    """
    good = [one for one in points if math.isfinite(one.y)]
    if not good:
        return ""
    names = list(dict.fromkeys(str(one.x) for one in good if isinstance(one.x, str)))
    xs = [float(names.index(one.x)) if isinstance(one.x, str) else one.x for one in good]
    x_axis = _Axis(xs, _LEFT, _WIDTH - _RIGHT, padded=bool(names))
    y_axis = _Axis([one.y for one in good], _HEIGHT - _BOTTOM, _TOP)
    parts = [*_y_ticks(y_axis), *_x_ticks(x_axis, names)]
    if not names:
        parts.append(_line(xs, good, x_axis, y_axis))
    radius = 4 if len(good) <= _MANY else 2
    for number, (x, one) in enumerate(zip(xs, good, strict=True)):
        told = f"<title>{escape(one.label)}</title>" if one.label and number < _TOLD else ""
        parts.append(
            f'<circle cx="{x_axis.at(x):.1f}" cy="{y_axis.at(one.y):.1f}" r="{radius}" fill="#0072b2" '
            f'fill-opacity="0.8">{told}</circle>'
        )
    parts += _titles(x_title, y_title)
    label = escape(f"{y_title} / {x_title}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-label="{label}" font-family="sans-serif" font-size="11" fill="currentColor" '
        f'style="width:100%;max-width:{_WIDTH}px">{"".join(parts)}</svg>'
    )


class _Axis:
    """Where a value is along an axis, in pixels."""

    def __init__(self, values: Sequence[float], start: float, end: float, *, padded: bool = False) -> None:
        low, high = min(values), max(values)
        if padded:
            low, high = low - 0.5, high + 0.5
        elif low == high:
            by = abs(low) / 2 or 1.0
            low, high = low - by, high + by
        self.step = _step((high - low) / _TICKS)
        self.low = low if padded else math.floor(low / self.step) * self.step
        self.high = high if padded else math.ceil(high / self.step) * self.step
        self._start, self._end = start, end

    def at(self, value: float) -> float:
        """Pixels."""
        share = (value - self.low) / (self.high - self.low)
        return self._start + share * (self._end - self._start)

    def ticks(self) -> list[float]:
        """Round values along it."""
        count = round((self.high - self.low) / self.step)
        return [self.low + self.step * number for number in range(count + 1)]


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return next((one * power for one in (1.0, 2.0, 2.5, 5.0) if one * power >= rough), 10.0 * power)


def _tick_text(value: float, step: float) -> str:
    places = max(0, -math.floor(math.log10(step) + 1e-9)) + (1 if f"{step:e}".startswith("2.5") else 0)
    return written(value + 0.0, f",.{places}f") if places <= 6 and abs(value) < 1e12 else f"{value:.3g}"


def _y_ticks(axis: _Axis) -> list[str]:
    parts = []
    for value in axis.ticks():
        y = axis.at(value)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" '
            f'stroke-opacity="0.18"/><text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">'
            f"{_tick_text(value, axis.step)}</text>"
        )
    return parts


def _x_ticks(axis: _Axis, names: Sequence[str]) -> list[str]:
    every = max(1, math.ceil(len(names) / _MOST_NAMES))
    told = (
        [(float(at), name) for at, name in enumerate(names) if at % every == 0]
        if names
        else [(value, _tick_text(value, axis.step)) for value in axis.ticks()]
    )
    base = _HEIGHT - _BOTTOM
    return [
        f'<line x1="{axis.at(at):.1f}" x2="{axis.at(at):.1f}" y1="{base}" y2="{base + 4}" '
        f'stroke="currentColor" stroke-opacity="0.5"/>'
        f'<text x="{axis.at(at):.1f}" y="{base + 17}" text-anchor="middle">{escape(_cut(text))}</text>'
        for at, text in told
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"


def _line(xs: Sequence[float], points: Sequence[ChartPoint], x_axis: _Axis, y_axis: _Axis) -> str:
    by_x: dict[float, list[float]] = {}
    for x, one in zip(xs, points, strict=True):
        by_x.setdefault(x, []).append(one.y)
    if len(by_x) < 2:
        return ""
    path = " ".join(
        f"{x_axis.at(x):.1f},{y_axis.at(math.fsum(ys) / len(ys)):.1f}" for x, ys in sorted(by_x.items())
    )
    return f'<polyline points="{path}" fill="none" stroke="#0072b2" stroke-opacity="0.5" stroke-width="1.5"/>'


def _titles(x_title: str, y_title: str) -> list[str]:
    middle = (_TOP + _HEIGHT - _BOTTOM) / 2
    below = f'x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" y="{_HEIGHT - 14}"'
    beside = f'transform="translate(14 {middle:.0f}) rotate(-90)"'
    return [
        f'<text {place} text-anchor="middle" font-weight="600">{escape(title)}</text>'
        for place, title in ((below, x_title), (beside, y_title))
    ]
