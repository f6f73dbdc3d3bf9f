"""What an author expects of features or rows, point by point."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gpwidgets.datatypes.feature_counts import counted, kind_of
from gpwidgets.datatypes.frame_checks import is_frame
from gpwidgets.protocol.values.units import ArealUnit, LinearUnit
from gpwidgets.tasks.exercises._findings import Finding, is_near, number_finding
from gpwidgets.texts import tr, trn

__all__ = ["check_words", "expectation_of", "frame_findings"]

_KEYS = ("count", "area", "length", "columns", "sum", "mean", "min", "max", "values", "geometry", "tolerance")
_STATISTICS = ("sum", "mean", "min", "max")
#: Metres around points and lines that count as the same place.
_NEAR = 10.0


def check_words(expected: Mapping[str, Any], name: str) -> None:
    """Refuse words that mean nothing; they are the author's mistakes, not a learner's.

    Raises
    ------
    TypeError
        A word is none of those that are known.
    """
    unknown = [key for key in expected if key not in _KEYS]
    if unknown:
        raise TypeError(f"{name}: {unknown[0]!r} is nothing that is checked; there are: {', '.join(_KEYS)}.")


def expectation_of(frame: Any) -> dict[str, Any]:
    """What is expected where a whole frame is: as many rows, the same columns, sums and shapes."""
    numbers = [
        str(name)
        for name, kind in frame.dtypes.items()
        if getattr(kind, "kind", "") in ("i", "u", "f") and not frame[name].isna().all()
    ]
    found: dict[str, Any] = {
        "count": len(frame),
        "columns": [str(name) for name in frame.columns],
        "sum": {name: float(frame[name].sum()) for name in numbers},
    }
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
        Words as in `gpwidgets.check`.
    tolerance
        Where the words give none.
    """
    part = float(expected.get("tolerance", tolerance))
    if "count" in expected:
        yield _count(name, frame, int(expected["count"]))
    if "columns" in expected:
        yield from _columns(name, frame, expected["columns"])
    if "area" in expected:
        yield _area(name, frame, expected["area"], part)
    if "length" in expected:
        yield _length(name, frame, expected["length"], part)
    for statistic in _STATISTICS:
        yield from _statistics(name, frame, statistic, expected.get(statistic, {}), part)
    for column, values in expected.get("values", {}).items():
        yield _values(name, frame, column, list(values), part)
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


def _area(name: str, frame: Any, wanted: Any, tolerance: float) -> Finding:
    from gpwidgets.convert.tables.frame_measures import area_of

    if not is_frame(frame):
        return Finding(name, False, tr("it has no shapes, where an area is expected."))
    unit = wanted if isinstance(wanted, ArealUnit) else _quantity(ArealUnit, wanted, "esriSquareMeters")
    named = unit.unit_name
    return number_finding(
        name, tr("area"), area_of(frame) / named.factor, unit.area, tolerance, tr(named.plural)
    )


def _length(name: str, frame: Any, wanted: Any, tolerance: float) -> Finding:
    from gpwidgets.convert.tables.frame_measures import length_of

    if not is_frame(frame):
        return Finding(name, False, tr("it has no shapes, where a length is expected."))
    unit = wanted if isinstance(wanted, LinearUnit) else _quantity(LinearUnit, wanted, "esriMeters")
    named = unit.unit_name
    return number_finding(
        name, tr("length"), length_of(frame) / named.factor, unit.distance, tolerance, tr(named.plural)
    )


def _quantity(kind: Any, wanted: Any, unit: str) -> Any:
    return kind.parse(wanted) if isinstance(wanted, str) else kind(wanted, unit)


def _statistics(
    name: str, frame: Any, statistic: str, wanted: Mapping[str, float], tolerance: float
) -> Iterator[Finding]:
    titles = {"sum": tr("sum"), "mean": tr("mean"), "min": tr("smallest"), "max": tr("largest")}
    for column, number in wanted.items():
        if column not in frame.columns:
            yield Finding(name, False, tr("no column {names}.", names=column))
            continue
        what = tr("{statistic} of {column}", statistic=titles[statistic], column=column)
        yield number_finding(name, what, float(getattr(frame[column], statistic)()), float(number), tolerance)


def _values(name: str, frame: Any, column: str, wanted: list[Any], tolerance: float) -> Finding:
    """Whether a column has these values, in any order."""
    if column not in frame.columns:
        return Finding(name, False, tr("no column {names}.", names=column))
    left = [None if value != value else value for value in frame[column].tolist()]
    missing = []
    for value in wanted:
        place = next((n for n, one in enumerate(left) if _is_same(one, value, tolerance)), None)
        if place is None:
            missing.append(value)
        else:
            left.pop(place)
    if not missing:
        return Finding(name, True, tr("values of {column}", column=column))
    shown = ", ".join(map(str, missing[:5]))
    return Finding(name, False, tr("{column}: not among its values are {shown}.", column=column, shown=shown))


def _is_same(value: Any, wanted: Any, tolerance: float) -> bool:
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (value, wanted))
    return is_near(value, wanted, tolerance) if numbers else bool(value == wanted)


def _shapes(name: str, frame: Any, wanted: Any, tolerance: float) -> Finding:
    from gpwidgets.convert.tables.frame_measures import overlap
    from gpwidgets.convert.user_input.readers import to_frame

    if not is_frame(frame):
        return Finding(name, False, tr("it has no shapes."))
    part = overlap(frame, to_frame(wanted), near=_NEAR)
    if part >= 1 - max(tolerance, 1e-9):
        return Finding(name, True, tr("the shapes lie where they should"))
    if part == 0:
        words = tr("the shapes lie somewhere else altogether: are coordinates or their system swapped?")
        return Finding(name, False, words)
    words = tr(
        "the shapes agree with those expected over only {percent} % of their area.",
        percent=math.floor(part * 100),
    )
    return Finding(name, False, words)
