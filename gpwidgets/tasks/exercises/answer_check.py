"""Whether the results of an exercise are what its author expects, said in words that help a learner."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, cast

from gpwidgets.datatypes.frame_checks import is_frame, is_table
from gpwidgets.protocol.plain_text import one_line
from gpwidgets.protocol.values import DataFile, RasterData
from gpwidgets.protocol.values.units import ArealUnit, LinearUnit, TimeUnit
from gpwidgets.secrets import mask
from gpwidgets.tasks.exercises._expected import expectation_of, frame_findings, read_words, tolerance_of
from gpwidgets.tasks.exercises._findings import Finding, is_near, number_finding
from gpwidgets.tasks.results.compare_files import file_words
from gpwidgets.tasks.results.outputs import Outputs, summary
from gpwidgets.tasks.runs.run import Run
from gpwidgets.texts import tr

__all__ = ["AnswerCheck", "Finding", "check"]

INPUTS = "inputs"
#: As `summary` has them: a number, a word, and the coordinate system.
_FEATURES = re.compile(r"([0-9]{1,3}(?:[^0-9A-Za-z]?[0-9]{3}){0,4}) [^0-9() ]{1,40} (\([^()]{1,60}\))")
#: Between thousands of a number that is only read.
_SEPARATOR = re.compile(r"(?<=\d)[,\u202f](?=\d{3})")
_UNITS = {LinearUnit: "distance", ArealUnit: "area", TimeUnit: "time"}


@dataclass(frozen=True, repr=False)
class AnswerCheck:
    """What `gpwidgets.check` found; a cell that ends with it shows a card, green or amber.

    Attributes
    ----------
    findings : tuple
        One for each point, with ``about`` (an input or output), ``passed`` and ``words``.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> out = gp.GPTask(server.url_of("BufferPoints"))(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
    >>> gp.check(out, {"Buffers": {"area": "5000 ha"}})
    Not quite yet.
      ✗ Buffers: area: 7853.98 hectares, where 5000 hectares is expected (1.57 times what is expected).
    """

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether every point is as expected."""
        return all(one.passed for one in self.findings)

    def __bool__(self) -> bool:
        return self.passed

    @property
    def _title(self) -> str:
        return tr("Well done, everything is as expected.") if self.passed else tr("Not quite yet.")

    def __repr__(self) -> str:
        lines = [f"  {'✓' if one.passed else '✗'} {one.about}: {one.words}" for one in self.findings]
        return mask("\n".join([self._title, *lines]))

    def _repr_html_(self) -> str:
        edge = f"border-left:5px solid {'#2e7d32' if self.passed else '#b26a00'}"
        rows = "".join(map(_row, self.findings))
        return (
            f'<div role="status" style="{edge};padding:4px 12px;overflow-wrap:anywhere">'
            f"<p><strong>{escape(self._title)}</strong></p>"
            f'<ul style="list-style:none;margin:0;padding:0">{rows}</ul></div>'
        )


def _row(one: Finding) -> str:
    mark, words = ("✓", tr("right")) if one.passed else ("✗", tr("not yet"))
    text = escape(mask(one_line(f"{one.about}: {one.words}")))
    return f'<li><span role="img" aria-label="{escape(words)}">{mark}</span> {text}</li>'


def check(
    result: Outputs | Run,
    expected: Outputs | Run | str | Path | Mapping[str, Any],
    *,
    tolerance: float = 0.01,
) -> AnswerCheck:
    """Check the results of an exercise, and explain kindly what is not as expected.

    Parameters
    ----------
    result
        What a learner's task gave, or their run; one that goes on is waited for.
    expected
        A solution: outputs, a run, or the path of outputs that were saved. Or a mapping by output: a number,
        a text, a quantity such as ``"5 km"``, a frame; or for features and rows a mapping of what matters:

        - ``count``: how many there are;
        - ``area``: of all polygons on the ellipsoid, as ``"78.5 km2"``, or a number in square metres;
        - ``length``: of all lines on the ellipsoid, as ``"12 km"``, or a number in metres;
        - ``columns``: names that have to be there;
        - ``sum``, ``mean``, ``min``, ``max``: a number by column;
        - ``values``: by column, values that have to be among its own, in any order;
        - ``geometry``: shapes that have to cover the same places, in whatever form features are given;
        - ``tolerance``: for this output.

        ``"inputs"`` has a mapping of inputs: what a learner should have given.
    tolerance
        Part by which numbers may differ, and by which shapes may cover less: 0.01 is one in a hundred.

    Returns
    -------
    AnswerCheck
        True where all is as expected.

    Raises
    ------
    TypeError, ValueError
        `expected` names what is not checked or means nothing, or `tolerance` is no number from 0 on.
    RunError
        The run gave no results.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("BufferPoints"))
    >>> solution = task(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
    >>> gp.check(task(Input_Points="POINT (-84.2 36.4)", Distance="5000 m"), solution).passed
    True
    """
    part = tolerance_of(tolerance)
    wanted, sent = _expectations(expected)
    given = result.wait() if isinstance(result, Run) else result
    return AnswerCheck(tuple(_findings(given, wanted, sent, part)))


def _expectations(expected: Any) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """What is expected of each output, and what tells whether the inputs of a solution were the same."""
    if isinstance(expected, Run):
        expected = expected.wait()
    if isinstance(expected, str | Path):
        expected = Outputs.open(expected)
    if isinstance(expected, Outputs):
        shown = {name: expected[name] for name in expected if not expected.is_hidden(name)}
        wanted = {INPUTS: expected.provenance.get("inputs", {}), **shown}
        digests = expected.provenance.get("digests")
        return wanted, digests if isinstance(digests, Mapping) else {}
    if not isinstance(expected, Mapping):
        raise TypeError(f"outputs, a run, a path or a mapping is expected, not {type(expected).__name__}")
    wanted = {
        str(name): read_words(value, str(name)) if name != INPUTS and isinstance(value, Mapping) else value
        for name, value in expected.items()
    }
    if not isinstance(wanted.get(INPUTS, {}), Mapping):
        raise TypeError(f"{INPUTS} has a mapping of inputs, not {type(wanted[INPUTS]).__name__}")
    return wanted, {}


def _findings(
    given: Outputs, expected: Mapping[str, Any], sent: Mapping[str, Any], tolerance: float
) -> Iterator[Finding]:
    for name, value in expected.items():
        if name == INPUTS:
            yield from _inputs(given, value, sent)
        elif name in given.errors:
            yield Finding(name, False, tr("it could not be read: {error}", error=given.errors[name]))
        elif name not in given:
            known = ", ".join(given) or tr("none")
            yield Finding(name, False, tr("there is no such output; there are: {known}.", known=known))
        elif given.is_hidden(name):
            right = str(given[name]) == str(value)
            yield Finding(name, right, "•••" if right else tr("it is not the text that is expected."))
        else:
            yield from _output(name, given[name], value, tolerance)


def _inputs(given: Outputs, expected: Mapping[str, Any], digests: Mapping[str, Any]) -> Iterator[Finding]:
    """Inputs that are not as expected; of those that are nothing is said.

    What was sent tells more than the words for it, which are those of the language that was set then.
    """
    sent = given.provenance.get("digests") or {}
    told: Mapping[str, Any] = given.provenance.get("inputs", {})
    for name, value in expected.items():
        wanted = value if isinstance(value, str) else summary(value)
        shown = told.get(name)
        if shown is None:
            yield Finding(name, False, tr("it was not given; {wanted} is expected.", wanted=wanted))
        elif name in digests and sent.get(name) == digests[name]:
            continue
        elif _plain_words(shown) != _plain_words(wanted) and not _is_same_quantity(shown, wanted):
            words = tr("it was {shown}; {wanted} is expected.", shown=shown, wanted=wanted)
            yield Finding(name, False, words)


def _plain_words(words: str) -> str:
    """The number and coordinate system of features, whatever they are called in the language of then."""
    found = _FEATURES.fullmatch(words)
    return words if found is None else f"{re.sub(r'[^0-9]', '', found[1])} {found[2]}"


def _is_same_quantity(shown: str, wanted: str) -> bool:
    """Whether both are the same length, area or time: 5 km are 5,000 meters."""
    for kind in _UNITS:
        try:
            one, other = (kind.parse(_SEPARATOR.sub("", words)) for words in (shown, wanted))
        except ValueError:
            continue
        number = _UNITS[kind]
        sizes = [getattr(unit, number) * unit.unit_name.factor for unit in (one, other)]
        return math.isclose(*sizes, rel_tol=1e-9)
    return False


def _output(name: str, value: Any, expected: Any, tolerance: float) -> Iterator[Finding]:
    if is_table(expected) or is_frame(expected):
        expected = expectation_of(expected)
    is_rows = is_table(value) or is_frame(value)
    if is_rows and isinstance(expected, Mapping):
        yield from frame_findings(name, value, expected, tolerance)
    elif isinstance(expected, Mapping):
        words = tr("it is {shown}, where features or rows are expected.", shown=summary(value))
        yield Finding(name, False, words)
    elif is_rows:
        words = tr("{shown}, where {wanted} is expected.", shown=summary(value), wanted=summary(expected))
        yield Finding(name, False, words)
    else:
        yield _value(name, value, expected, tolerance)


def _value(name: str, value: Any, expected: Any, tolerance: float) -> Finding:
    for kind, number in _UNITS.items():
        if isinstance(value, kind):
            return _quantity(name, value, expected, number, tolerance)
    if _is_number(value) and _is_number(expected):
        return number_finding(name, tr("value"), float(value), float(expected), tolerance)
    shown, wanted = summary(value), summary(expected)
    if isinstance(value, DataFile | RasterData) and isinstance(expected, DataFile | RasterData):
        differs = file_words(value, expected)
        words = tr("{shown} is not the file that is expected: {gap}.", shown=shown, gap=differs)
        return Finding(name, not differs, words if differs else shown)
    if _is_same(value, expected, tolerance):
        return Finding(name, True, shown)
    return Finding(name, False, tr("{shown}, where {wanted} is expected.", shown=shown, wanted=wanted))


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _is_same(value: Any, expected: Any, tolerance: float) -> bool:
    """Whether two values are the same, with numbers in lists as near as others."""
    if _is_number(value) and _is_number(expected):
        return is_near(float(value), float(expected), tolerance)
    if isinstance(value, list | tuple) and isinstance(expected, list | tuple):
        pairs = zip(value, expected, strict=False)
        return len(value) == len(expected) and all(_is_same(*pair, tolerance) for pair in pairs)
    try:
        return bool(value == expected)
    except (TypeError, ValueError):  # of arrays, each element is compared
        return False


def _quantity(name: str, value: Any, expected: Any, number: str, tolerance: float) -> Finding:
    kind = type(value)
    try:
        wanted = expected if isinstance(expected, kind) else kind.parse(str(expected), value.units)
    except ValueError as error:
        raise TypeError(f"{name}: {error}") from error
    factor = value.unit_name.factor
    size = getattr(wanted, number) * wanted.unit_name.factor / factor if wanted.units != value.units else None
    target = cast("float", getattr(wanted, number) if size is None else size)
    unit = tr(value.unit_name.plural)
    return number_finding(name, tr("value"), getattr(value, number), target, tolerance, unit)
