"""How much is taken from servers and files: one bound for each kind, what it protects, and how it is raised.

A server can send more than a notebook can hold, by mistake or on purpose, and a small file can unpack to a
large one. What is beyond a bound is refused, or shown in part, in words that name the bound; the call goes on
with a higher one::

    import gpwidgets.bounds
    gpwidgets.bounds.raise_to("result", 8 << 30)

or, before Python starts, ``GPWIDGETS_BOUND_RESULT=8589934592``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from gpwidgets.texts import later, tr

__all__ = ["BOUNDS", "Bound", "how_to_raise", "limit", "raise_to"]


@dataclass(frozen=True)
class Bound:
    """One bound.

    Attributes
    ----------
    name : str
        Its name in `raise_to` and, in capitals, in the environment variable ``GPWIDGETS_BOUND_…``.
    amount : int
        How much is taken by default.
    unit : str
        What is counted.
    protects : str
        What would suffer without it.
    """

    name: str
    amount: int
    unit: str
    protects: str


_MB = 1 << 20

BOUNDS = {
    bound.name: bound
    for bound in (
        Bound("answer", 64 * _MB, "bytes", "memory, from descriptions, job states and errors without end"),
        Bound("result", 2048 * _MB, "bytes", "memory and disk, from results, rows and files without end"),
        Bound("messages", 10_000, "messages", "the page, from tools that write without end"),
        Bound("message", 100_000, "characters", "the page, from a message of megabytes"),
        Bound("markup", 2_000, "tags", "time, from descriptions of very many or nested tags"),
        Bound("unpacked", 256 * _MB, "bytes", "memory and disk, from archives that unpack to a multiple"),
        Bound("members", 10_000, "files", "time, from archives of very many files"),
        Bound(
            "preview", 32 * _MB, "bytes", "time and memory, from files shown by themselves, counted unpacked"
        ),
        Bound("pixels", 40_000_000, "pixels", "memory, from small pictures and rasters of very many pixels"),
        Bound("text_file", 128 * _MB, "bytes", "memory, from GeoJSON, KML and GML read as a whole"),
        Bound("inputs", 60, "inputs", "time, from forms of thousands of fields; a button makes more of them"),
        Bound("feature_inputs", 20, "inputs", "time, from forms of very many inputs to draw; as above"),
        Bound(
            "rows",
            100,
            "rows",
            "time, from lists and tables of very many; the others are kept without controls",
        ),
        Bound("cells", 600, "cells", "time, from tables of very many columns; wider ones are edited as JSON"),
        Bound("choices", 500, "choices", "the page, from lists of very many; typing finds the others"),
        Bound("outputs", 100, "outputs", "time, from jobs with results without end"),
        Bound("depth", 100, "levels", "the parser's stack, from text nested very deeply"),
    )
}
"""All bounds by name."""

_raised: dict[str, int] = {}

_HINT = later("gpwidgets.bounds.raise_to({name!r}, …) allows more")


def limit(name: str) -> int:
    """How much is taken of a kind now.

    Parameters
    ----------
    name
        One of `BOUNDS`.

    Returns
    -------
    int
        In the unit of the bound.
    """
    if name in _raised:
        return _raised[name]
    given = os.environ.get(f"GPWIDGETS_BOUND_{name.upper()}", "")
    return int(given) if given.isdecimal() else BOUNDS[name].amount


def raise_to(name: str, amount: int) -> None:
    """Take more, or less, of a kind from now on, in this Python process.

    Parameters
    ----------
    name
        One of `BOUNDS`.
    amount
        In the unit of the bound.

    Raises
    ------
    ValueError
        There is no such bound, or the amount is no positive number.
    """
    if name not in BOUNDS:
        raise ValueError(
            tr("there is no bound {name!r}; there are {names}", name=name, names=", ".join(BOUNDS))
        )
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
        raise ValueError(tr("a bound is a positive whole number, not {amount!r}", amount=amount))
    _raised[name] = amount


def how_to_raise(name: str) -> str:
    """Words for an error: what allows more than the bound of this name."""
    return tr(_HINT, name=name)
