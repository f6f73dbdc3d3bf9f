"""Series of values for a column: from, to, and a step or how many."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal

from gpwidgets.errors import GPError
from gpwidgets.texts import tr

__all__ = ["MOST", "series"]

#: Values of one series at the most.
MOST = 100_000

#: Numbers beyond this are written with so many digits that nobody wants a series of them.
_LARGEST = Decimal(10) ** 15

#: What a unit may begin with besides a letter.
_SIGNS = "%\u00b0'\""
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")


def series(first: str, last: str, step: str = "", count: int = 0) -> list[str]:
    """Return values from `first` to `last`, as texts.

    Parameters
    ----------
    first, last
        Numbers, with a unit if one is needed such as ``"1 km"``, or dates as ``"2026-03-01"``.
    step
        From a value to the next, days where these are dates; the last value is left out where no whole
        number of steps leads to it.
    count
        How many values, both ends among them; counts where there is no step.

    Raises
    ------
    GPError
        They are no numbers or dates, or would be no series; the text says why.
    """
    if not first.strip() or not last.strip():
        raise GPError(tr("Give the first and the last value."))
    if bool(step.strip()) == bool(count):
        raise GPError(tr("Give either a step or how many values."))
    days = _dates(first, last)
    if days is not None:
        start, end = (Decimal(one.toordinal()) for one in days)
        values = _numbers(start, end, _days(step), count)
        return [datetime.date.fromordinal(round(one)).isoformat() for one in values]
    start, unit = _with_unit(first)
    end, unit_of_last = _with_unit(last)
    if unit_of_last and unit and unit_of_last != unit:
        raise GPError(tr("The first value is in {first}, the last in {last}.", first=unit, last=unit_of_last))
    unit = unit or unit_of_last
    by, unit_of_step = _with_unit(step) if step.strip() else (None, "")
    if unit_of_step not in ("", unit):
        raise GPError(tr("The step is in {step}, the values in {unit}.", step=unit_of_step, unit=unit or "1"))
    return [f"{_text(one)} {unit}".strip() for one in _numbers(start, end, by, count)]


def _dates(first: str, last: str) -> tuple[datetime.date, datetime.date] | None:
    try:
        return datetime.date.fromisoformat(first.strip()), datetime.date.fromisoformat(last.strip())
    except ValueError:
        return None


def _days(text: str) -> Decimal | None:
    if not text.strip():
        return None
    number, unit = _with_unit(text)
    if unit.lower() not in ("", "d", "day", "days") or number != int(number):
        raise GPError(tr("The step between dates is a whole number of days."))
    return number


def _with_unit(text: str) -> tuple[Decimal, str]:
    text = text.strip()
    found = _NUMBER.match(text)
    unit = text[found.end() :].strip() if found is not None else ""
    if found is None or (unit and not (unit[0].isalpha() or unit[0] in _SIGNS)):
        raise GPError(tr("{text!r} is no number and no date such as 2026-03-01.", text=text[:60]))
    number = Decimal(found.group())
    if number.copy_abs() > _LARGEST:
        raise GPError(tr("{text} is too large for a series.", text=text[:60]))
    return number, unit


def _numbers(start: Decimal, end: Decimal, step: Decimal | None, count: int) -> list[Decimal]:
    if step is None:
        if not 2 <= count <= MOST:
            raise GPError(tr("A series has between 2 and {most:,} values.", most=MOST))
        return [start + (end - start) * at / (count - 1) for at in range(count)]
    if not step:
        raise GPError(tr("With a step of 0 the last value is never reached."))
    step = abs(step) if end >= start else -abs(step)
    try:
        steps = int((end - start) / step)
    except ArithmeticError:
        steps = MOST
    if steps >= MOST:
        raise GPError(tr("A series has between 2 and {most:,} values.", most=MOST))
    return [start + step * at for at in range(steps + 1)]


def _text(value: Decimal) -> str:
    """A number as people write it, with no more digits than it has; those of a division are rounded."""
    rounded = round(value, 12) if abs(value) < 10**12 else value
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text
