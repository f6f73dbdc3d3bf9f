"""What an author expects of features or rows, point by point."""

from __future__ import annotations

import math
import numbers
import statistics
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gpwidgets.datatypes.feature_counts import counted, kind_of
from gpwidgets.datatypes.frame_checks import is_frame
from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.protocol.values.units import ArealUnit, LinearUnit
from gpwidgets.tasks.exercises._findings import Finding, is_near, number_finding
from gpwidgets.texts import later, tr, trn

__all__ = ["expectation_of", "frame_findings", "read_words", "tolerance_of"]

_KEYS = ("count", "area", "length", "columns", "sum", "mean", "min", "max", "values", "geometry", "tolerance")
_STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "mean": lambda values: statistics.fmean(values) if values else math.nan,
    "min": lambda values: min(values, default=math.nan),
    "max": lambda values: max(values, default=math.nan),
}
_ELSEWHERE = later("the shapes lie somewhere else altogether: are coordinates or their system swapped?")
_NOT_ON_EARTH = later("the shapes lie beyond the poles: are coordinates or their system swapped?")
#: Metres around points and lines that count as the same place.
_NEAR = 10.0


def read_words(expected: Mapping[str, Any], name: str) -> dict[str, Any]:
    """What is expected of features or rows, in one form each.

    Raises
    ------
    TypeError
        A word is none of those that are known, or has a value that means nothing: the author's mistakes, and
        not a learner's.
    """
    unknown = [key for key in expected if key not in _KEYS]
    if unknown:
        raise TypeError(f"{name}: {unknown[0]!r} is nothing that is checked; there are: {', '.join(_KEYS)}.")
    found: dict[str, Any] = {}
    for key, value in expected.items():
        try:
            found[key] = _READERS[key](value) if key in _READERS else value
        except (TypeError, ValueError, AttributeError) as error:
            raise TypeError(f"{name}: {key}: {value!r} means nothing here: {error}") from error
    return found


def number_of(value: Any) -> float:
    """A number, of whatever library.

    Raises
    ------
    TypeError
        It is none.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"a number is expected, not {type(value).__name__}")
    return float(value)


def tolerance_of(value: Any) -> float:
    """A part by which numbers may differ.

    Raises
    ------
    TypeError, ValueError
        It is no number, or none from 0 on.
    """
    part = number_of(value)
    if not (math.isfinite(part) and part >= 0):
        raise ValueError(f"a tolerance is a number from 0 on, not {value!r}")
    return part


def _count_of(value: Any) -> int:
    if number_of(value) != int(value) or value < 0:
        raise ValueError("a whole number from 0 on is expected")
    return int(value)


def _names_of(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value]


def _numbers_of(value: Any) -> dict[str, float]:
    return {str(name): number_of(number) for name, number in value.items()}


def _lists_of(value: Any) -> dict[str, list[Any]]:
    return {
        str(name): [each] if isinstance(each, str) or not isinstance(each, Iterable) else list(each)
        for name, each in value.items()
    }


def _quantity_reader(kind: Any, unit: str) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        return kind.parse(value) if isinstance(value, str) else kind(number_of(value), unit)

    return read


_READERS: dict[str, Callable[[Any], Any]] = {
    "count": _count_of,
    "columns": _names_of,
    "values": _lists_of,
    "tolerance": tolerance_of,
    "area": _quantity_reader(ArealUnit, "esriSquareMeters"),
    "length": _quantity_reader(LinearUnit, "esriMeters"),
    **dict.fromkeys(_STATISTICS, _numbers_of),
}


def expectation_of(frame: Any) -> dict[str, Any]:
    """What is expected where a whole frame is: as many rows, the same columns, sums and shapes."""
    ids = frame_info(frame).get("object_id_field")
    columns = [str(name) for name in frame.columns]
    counted_once = [name for name in columns if columns.count(name) == 1 and name != ids]
    sums = {
        name: float(frame[name].sum())
        for name in counted_once
        if name in frame.columns
        and getattr(frame[name].dtype, "kind", "") in ("i", "u", "f")
        and not frame[name].isna().all()
    }
    found = {"count": len(frame), "columns": columns, "sum": sums}
    return {**found, "geometry": frame} if is_frame(frame) else found


def frame_findings(name: str, frame: Any, expected: Mapping[str, Any], tolerance: float) -> Iterator[Finding]:
    """Check a frame, point by point in the order of what matters most.

    Parameters
    ----------
    name
        Of the output.
    frame
        What the run gave.
    expected
        From `read_words`.
    tolerance
        Where the words give none.
    """
    part = expected.get("tolerance", tolerance)
    if "count" in expected:
        yield _count(name, frame, expected["count"])
    if "columns" in expected:
        yield from _columns(name, frame, expected["columns"])
    for measure in ("area", "length"):
        if measure in expected:
            yield _measure(name, frame, measure, expected[measure], part)
    for statistic in _STATISTICS:
        yield from _statistics(name, frame, statistic, expected.get(statistic, {}), part)
    for column, values in expected.get("values", {}).items():
        yield _values(name, frame, column, values, part)
    if "geometry" in expected:
        yield _shapes(name, frame, expected["geometry"], part)


def _count(name: str, frame: Any, wanted: int) -> Finding:
    shown = counted(len(frame), kind_of(frame))
    if len(frame) == wanted:
        return Finding(name, True, shown)
    more = tr("more") if len(frame) > wanted else tr("fewer")
    words = tr(
        "{shown}, where {wanted:,} are expected: {gap:,} {more}.",
        shown=shown,
        wanted=wanted,
        gap=abs(len(frame) - wanted),
        more=more,
    )
    return Finding(name, False, words)


def _columns(name: str, frame: Any, wanted: Sequence[str]) -> Iterator[Finding]:
    known = {str(column) for column in frame.columns}
    if missing := [column for column in wanted if column not in known]:
        words = trn("no column {names}.", "no columns {names}.", len(missing), names=", ".join(missing))
        yield Finding(name, False, words)


def _measure(name: str, frame: Any, measure: str, wanted: Any, tolerance: float) -> Finding:
    """The area or the length of all shapes together."""
    from gpwidgets.convert.tables.frame_measures import area_of, length_of

    is_area = measure == "area"
    if not is_frame(frame):
        return Finding(name, False, tr("it has no shapes to measure."))
    named = wanted.unit_name
    size = (area_of if is_area else length_of)(frame) / named.factor
    if math.isnan(size):
        return Finding(name, False, tr(_NOT_ON_EARTH))
    what, number = (tr("area"), wanted.area) if is_area else (tr("length"), wanted.distance)
    return number_finding(name, what, size, number, tolerance, tr(named.plural))


def _statistics(
    name: str, frame: Any, statistic: str, wanted: Mapping[str, float], tolerance: float
) -> Iterator[Finding]:
    titles = {"sum": tr("sum"), "mean": tr("mean"), "min": tr("smallest"), "max": tr("largest")}
    for column, number in wanted.items():
        values = _column(frame, column)
        if values is None:
            yield Finding(name, False, tr("no column {names}.", names=column))
            continue
        found = [float(one) for one in values if isinstance(one, numbers.Real)]
        known = [one for one in found if not math.isnan(one)]
        if not known and values:
            yield Finding(name, False, tr("{column} holds no numbers.", column=column))
            continue
        what = tr("{statistic} of {column}", statistic=titles[statistic], column=column)
        yield number_finding(name, what, _STATISTICS[statistic](known), number, tolerance)


def _column(frame: Any, name: str) -> list[Any] | None:
    """The values of a column, the first of its name; None where there is none."""
    places = [place for place, column in enumerate(frame.columns) if str(column) == name]
    return frame.iloc[:, places[0]].tolist() if places else None


def _values(name: str, frame: Any, column: str, wanted: list[Any], tolerance: float) -> Finding:
    """Whether a column has these values, in any order."""
    there = _column(frame, column)
    if there is None:
        return Finding(name, False, tr("no column {names}.", names=column))
    missing = _missing(there, wanted, tolerance)
    if not missing:
        return Finding(name, True, tr("values of {column}", column=column))
    shown = ", ".join(map(str, missing[:5]))
    return Finding(name, False, tr("{column}: not among its values are {shown}.", column=column, shown=shown))


def _missing(there: list[Any], wanted: list[Any], tolerance: float) -> list[Any]:
    """Those of the wanted values that have no partner; numbers in their order, so that most find one."""
    amounts = sorted(float(one) for one in there if _is_amount(one))
    others = [_other(one) for one in there if not _is_amount(one)]
    left = Counter(one for one in others if isinstance(one, Hashable))
    missing, place = [], 0
    for value in sorted(filter(_is_amount, wanted)):
        while (
            place < len(amounts) and amounts[place] < value and not is_near(amounts[place], value, tolerance)
        ):
            place += 1
        if place < len(amounts) and is_near(amounts[place], value, tolerance):
            place += 1
        else:
            missing.append(value)
    for value in (_other(one) for one in wanted if not _is_amount(one)):
        if not isinstance(value, Hashable) or left[value] == 0:
            missing.append(value)
        else:
            left[value] -= 1
    return missing


def _is_amount(value: Any) -> bool:
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return is_number and not math.isnan(value)


def _other(value: Any) -> Any:
    """A value that is no number; all that stand for nothing are one."""
    return None if value is None or str(value) in ("nan", "NaT", "<NA>") else value


def _is_empty(frame: Any) -> bool:
    return not is_frame(frame) or bool((frame.geometry.isna() | frame.geometry.is_empty).all())


def _shapes(name: str, frame: Any, wanted: Any, tolerance: float) -> Finding:
    from gpwidgets.convert.tables.frame_measures import overlap
    from gpwidgets.convert.user_input.readers import to_frame

    expected = to_frame(wanted)
    if _is_empty(expected):
        right = _is_empty(frame)
        return Finding(
            name, right, tr("no shapes") if right else tr("it has shapes, where none are expected.")
        )
    if _is_empty(frame):
        return Finding(name, False, tr("it has no shapes."))
    part = overlap(frame, expected, near=_NEAR)
    if part >= 1 - max(tolerance, 1e-9):
        return Finding(name, True, tr("the shapes lie where they should"))
    if part == 0:
        return Finding(name, False, tr(_ELSEWHERE))
    words = tr(
        "the shapes agree with those expected over only {percent} % of their area.",
        percent=math.floor(part * 100),
    )
    return Finding(name, False, words)
