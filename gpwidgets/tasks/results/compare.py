"""Two runs side by side: inputs, messages, values, rows and their attributes, shapes and files."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gpwidgets.datatypes.frame_checks import is_frame
from gpwidgets.errors import GPError
from gpwidgets.protocol.values import DataFile, MapImage, RasterData
from gpwidgets.protocol.values.units import ArealUnit, LinearUnit, TimeUnit
from gpwidgets.secrets import mask
from gpwidgets.tasks.results.compare_files import file_words
from gpwidgets.tasks.results.outputs import Outputs, summary
from gpwidgets.texts import tr, trn

if TYPE_CHECKING:
    from gpwidgets.convert.tables.row_differences import RowDifferences

__all__ = ["Comparison", "compare", "row_words"]

#: Lines that servers add to each run, and that differ each time.
_TIMES = re.compile(r"^Start Time: |\(Elapsed Time: ")
_FILES = (DataFile, RasterData)
_UNITS = {LinearUnit: "distance", ArealUnit: "area", TimeUnit: "time"}


@dataclass(frozen=True, repr=False)
class Comparison:
    """What differs between two runs; shown as text, it says so.

    Attributes
    ----------
    inputs : dict of str to tuple
        By parameter, both values as recorded without secrets, in half a line; None where one was not set. Of
        frames with as many features it is said that they are other ones, where the runs were made here.
    outputs : dict of str to tuple of str
        By output that differs in whatever way, each in half a line, such as ``"3 features (EPSG:4326)"``.
    messages : tuple of tuple of str
        Messages of the first run only, and of the second only; without when it began and how long it took.
    geometry : dict of str to geopandas.GeoDataFrame
        By output of features, the shapes of one run only; see `gpwidgets.convert.tables.shape_differences`.
    rows : dict of str to gpwidgets.convert.tables.row_differences.RowDifferences
        By output of features or rows: how many rows differ, in which columns and by how much.
    details : dict of str to tuple of str
        By output, in words: rows, numbers, files.
    """

    inputs: dict[str, tuple[Any, Any]]
    outputs: dict[str, tuple[str, str]]
    messages: tuple[tuple[str, ...], tuple[str, ...]]
    geometry: dict[str, Any]
    rows: dict[str, RowDifferences] = field(default_factory=dict)
    details: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        lines = [f"  {name}: {_said(pair)}" for name, pair in self.inputs.items()]
        told = [tr("Inputs that differ:"), *lines] if lines else [tr("All inputs are the same.")]
        lines = [f"  {name}: {'; '.join(self._words(name))}" for name in self.outputs]
        told += [tr("Results that differ:"), *lines] if lines else [tr("All results are the same.")]
        for which, texts in zip((tr("first"), tr("second")), self.messages, strict=True):
            told += (
                [tr("Messages of the {which} only:", which=which), *(f"  {text}" for text in texts)]
                if texts
                else []
            )
        return mask("\n".join(told))

    def _words(self, name: str) -> tuple[str, ...]:
        pair = self.outputs[name]
        return ((_said(pair),) if pair[0] != pair[1] else ()) + self.details.get(name, ())


def compare(
    first: Outputs,
    second: Outputs,
    *,
    key: str | Sequence[str] | Mapping[str, str | Sequence[str]] | None = None,
    tolerance: float = 0.0,
) -> Comparison:
    """Compare the results of two runs, usually of one task.

    Parameters
    ----------
    first, second
        What `Run.wait` gave, or outputs opened from disk. An output that could not be read is compared by
        its error, and does not keep the others from being compared. Result files are fetched.
    key
        Column or columns by which rows are matched, for all outputs that have them, or by output. Left out,
        features are matched by their geometry, and rows by a column that tells them apart, or their order.
    tolerance
        Numbers that differ by no more count as the same.

    Returns
    -------
    Comparison

    Raises
    ------
    ConversionError
        A key that was named for an output is not a column of both.
    TypeError
        One of them is a run, and not its outputs.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("BufferPoints"))
    >>> near, far = (task(Input_Points="POINT (-84.2 36.4)", Distance=far) for far in ("5 km", "6 km"))
    >>> gp.compare(near, far).inputs
    {'Distance': ('5 kilometers', '6 kilometers')}
    """
    _refuse_runs(first, second)
    names = list(dict.fromkeys([*first, *second]))
    both = [name for name in names if _are_there(first, second, name)]
    rows = {
        name: _rows(first[name], second[name], _key_of(key, name, first[name], second[name]), tolerance)
        for name in both
        if hasattr(first[name], "columns") and hasattr(second[name], "columns")
    }
    details = {name: row_words(found) for name, found in rows.items()}
    for name in both:
        if name in rows or first.is_hidden(name):
            continue
        if words := _value_words(first[name], second[name], tolerance):
            details[name] = (words,)
    lines = {name: (_line(first, name), _line(second, name)) for name in names}
    return Comparison(
        inputs=_changed(first.provenance, second.provenance),
        outputs={
            name: pair
            for name, pair in lines.items()
            if _differs(first, second, name, pair, details.get(name))
        },
        messages=(_only(first, second), _only(second, first)),
        geometry={
            name: _shapes(first[name], second[name]) for name in rows if _are_layers(first, second, name)
        },
        rows=rows,
        details={name: words for name, words in details.items() if words},
    )


def _refuse_runs(*given: object) -> None:
    if any(hasattr(one, "wait") and not isinstance(one, Mapping) for one in given):
        raise TypeError(tr("compare takes what run.wait() returns, not the runs themselves"))


def _are_there(first: Outputs, second: Outputs, name: str) -> bool:
    return all(name in outputs and name not in outputs.errors for outputs in (first, second))


def _differs(
    first: Outputs, second: Outputs, name: str, pair: tuple[str, str], words: tuple[str, ...] | None
) -> bool:
    if words:
        return True
    compared = _are_there(first, second, name) and not hasattr(first[name], "columns")
    return pair[0] != pair[1] and not compared


def _line(outputs: Outputs, name: str) -> str:
    if name in outputs.errors:
        return f"could not be read: {outputs.errors[name]}"
    if outputs.is_hidden(name):
        return "(hidden)"
    return summary(outputs[name]) if name in outputs else "no such output"


def _said(pair: tuple[Any, Any]) -> str:
    return tr("{first} and {second}", first=pair[0], second=pair[1])


def _changed(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    one, other = first.get("inputs", {}), second.get("inputs", {})
    digests = first.get("digests", {}), second.get("digests", {})
    pairs: dict[str, tuple[Any, Any]] = {}
    for name in dict.fromkeys([*one, *other]):
        pair = one.get(name), other.get(name)
        known = name in digests[0] and name in digests[1]
        if pair[0] == pair[1] and known and digests[0][name] != digests[1][name]:
            pair = (pair[0], tr("{value}, other ones", value=pair[1]))
        if pair[0] != pair[1]:
            pairs[name] = pair
    return pairs


def _only(outputs: Outputs, other: Outputs) -> tuple[str, ...]:
    known = {message.description for message in other.messages}
    texts = (message.description for message in outputs.messages)
    return tuple(text for text in texts if text not in known and not _TIMES.search(text))


# Rows


def _key_of(key: Any, name: str, first: Any, second: Any) -> list[str]:
    named = isinstance(key, Mapping)
    wanted = key.get(name, ()) if named else key or ()
    columns = [wanted] if isinstance(wanted, str) else list(wanted)
    fits = all(column in first.columns and column in second.columns for column in columns)
    return columns if fits or named else []


def _rows(first: Any, second: Any, key: list[str], tolerance: float) -> RowDifferences:
    from gpwidgets.convert.tables.row_differences import rows_that_differ

    return rows_that_differ(first, second, key=key, tolerance=tolerance)


def row_words(found: RowDifferences, names: tuple[str, str] | None = None) -> tuple[str, ...]:
    """Say how many rows differ, in which columns and by how much; nothing where none does.

    Parameters
    ----------
    found
        Of one output.
    names
        What to call the two runs.
    """
    if found.same:
        return ()
    first, second = names or (tr("first"), tr("second"))
    words = []
    if found.differing:
        rows = trn(
            "{n:,} of {matched:,} rows differs",
            "{n:,} of {matched:,} rows differ",
            found.differing,
            matched=found.matched,
        )
        words.append(tr("{rows} (matched by {key})", rows=rows, key=key_words(found.matched_by)))
    words += [_column_words(name, one) for name, one in found.columns.items()]
    for count, name in ((found.only_first, first), (found.only_second, second)):
        if count:
            words.append(trn("{n:,} row only in {name}", "{n:,} rows only in {name}", count, name=name))
    for columns, name in ((found.columns_only_first, first), (found.columns_only_second, second)):
        if columns:
            shown = ", ".join(columns[:8])
            words.append(
                trn(
                    "column only in {name}: {shown}",
                    "columns only in {name}: {shown}",
                    len(columns),
                    name=name,
                    shown=shown,
                )
            )
    return tuple(words)


def key_words(matched_by: str) -> str:
    """Say what rows are matched by."""
    return {"geometry": tr("geometry"), "order": tr("their order")}.get(matched_by, matched_by)


def _column_words(name: str, found: Any) -> str:
    rows = trn("{name}: {n:,} row", "{name}: {n:,} rows", found.rows, name=name)
    if found.largest is None:
        return rows
    return tr(
        "{rows}, by {largest} at most, {mean} on average",
        rows=rows, largest=f"{found.largest:.4g}", mean=f"{found.mean:.4g}",
    )  # fmt: skip


def _are_layers(first: Outputs, second: Outputs, name: str) -> bool:
    return all(is_frame(outputs[name]) for outputs in (first, second))


def _shapes(first: Any, second: Any) -> Any:
    from gpwidgets.convert.tables.shape_differences import shapes_that_differ

    return shapes_that_differ(first, second)


# Values


def _value_words(first: Any, second: Any, tolerance: float) -> str:
    """How two values differ that are no tables; empty when they are the same."""
    if isinstance(first, _FILES) and isinstance(second, _FILES):
        return file_words(first, second)
    if isinstance(first, list) and isinstance(second, list):
        return _list_words(first, second, tolerance)
    if isinstance(first, MapImage) and isinstance(second, MapImage):
        first, second = replace(first, href=""), replace(second, href="")
    if _same(first, second):
        return ""
    gap = _gap(first, second)
    if gap is None:
        return tr("the values differ")
    if abs(gap) <= tolerance:
        return ""
    return tr("they differ by {gap}", gap=f"{abs(gap):.6g}")


def _list_words(first: list[Any], second: list[Any], tolerance: float) -> str:
    if len(first) != len(second):
        return tr("{first:,} and {second:,} members", first=len(first), second=len(second))
    told = [_value_words(a, b, tolerance) for a, b in zip(first, second, strict=True)]
    count = sum(map(bool, told))
    return trn("{n:,} member differs", "{n:,} members differ", count) if count else ""


def _same(first: Any, second: Any) -> bool:
    try:
        if (
            isinstance(first, float)
            and isinstance(second, float)
            and math.isnan(first)
            and math.isnan(second)
        ):
            return True
        return bool(first == second)
    except (ValueError, TypeError, GPError):
        return str(first) == str(second)


def _gap(first: Any, second: Any) -> float | None:
    for kind, number in _UNITS.items():
        if isinstance(first, kind) and isinstance(second, kind) and first.units == second.units:
            return float(getattr(second, number) - getattr(first, number))
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (first, second))
    return float(second - first) if numbers else None
