"""Two runs side by side: inputs, messages, how many rows, and which shapes changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gpwidgets.tasks.outputs import Outputs, summary

__all__ = ["Comparison", "compare"]

#: Lines that servers add to each run, and that differ each time.
_TIMES = re.compile(r"^Start Time: |\(Elapsed Time: ")


@dataclass(frozen=True)
class Comparison:
    """What differs between two runs.

    Attributes
    ----------
    inputs : dict of str to tuple
        By parameter, both values as recorded without secrets, in half a line; None where one was not set. Two
        frames with as many features look alike here.
    outputs : dict of str to tuple of str
        By output, each in half a line, such as ``"3 features (EPSG:4326)"``, where these texts differ.
    messages : tuple of tuple of str
        Messages of the first run only, and of the second only; without when it began and how long it took.
    geometry : dict of str to geopandas.GeoDataFrame
        By output of features, the shapes of one run only; see `gpwidgets.convert.differences`.
    """

    inputs: dict[str, tuple[Any, Any]]
    outputs: dict[str, tuple[str, str]]
    messages: tuple[tuple[str, ...], tuple[str, ...]]
    geometry: dict[str, Any]


def compare(first: Outputs, second: Outputs) -> Comparison:
    """Compare the results of two runs, usually of one task.

    Parameters
    ----------
    first, second
        What `Run.wait` gave, or outputs opened from disk. An output that could not be read is compared by
        its error, and does not keep the others from being compared.

    Returns
    -------
    Comparison
    """
    names = list(dict.fromkeys([*first, *second]))
    lines = {name: (_line(first, name), _line(second, name)) for name in names}
    return Comparison(
        inputs=_changed(first.provenance.get("inputs", {}), second.provenance.get("inputs", {})),
        outputs={name: pair for name, pair in lines.items() if pair[0] != pair[1]},
        messages=(_only(first, second), _only(second, first)),
        geometry={
            name: _shapes(first[name], second[name]) for name in names if _are_layers(first, second, name)
        },
    )


def _line(outputs: Outputs, name: str) -> str:
    if name in outputs.errors:
        return f"could not be read: {outputs.errors[name]}"
    if outputs.is_hidden(name):
        return "(hidden)"
    return summary(outputs[name]) if name in outputs else "no such output"


def _changed(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    pairs = {name: (first.get(name), second.get(name)) for name in dict.fromkeys([*first, *second])}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _only(outputs: Outputs, other: Outputs) -> tuple[str, ...]:
    known = {message.description for message in other.messages}
    texts = (message.description for message in outputs.messages)
    return tuple(text for text in texts if text not in known and not _TIMES.search(text))


def _are_layers(first: Outputs, second: Outputs, name: str) -> bool:
    both = (first, second)
    if any(name not in outputs or name in outputs.errors for outputs in both):
        return False
    return all(type(outputs[name]).__name__ == "GeoDataFrame" for outputs in both)


def _shapes(first: Any, second: Any) -> Any:
    from gpwidgets.convert.differences import shapes_that_differ

    return shapes_that_differ(first, second)
