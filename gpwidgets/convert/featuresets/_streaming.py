"""Large feature sets to frames piece by piece, so that neither the text nor its objects exist all at once."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from gpwidgets.convert.featuresets._collected import Collected, Described
from gpwidgets.convert.featuresets._engines import Engine, FastEngine
from gpwidgets.convert.featuresets._pieces import Cutter, NotCut, Taker, closed
from gpwidgets.convert.featuresets.assembling import fields_of
from gpwidgets.convert.featuresets.source import FeatureSource, chosen_layers, find_layers
from gpwidgets.errors import ConversionError

__all__ = ["ReadAgain", "read_pieces", "without_collector"]


class ReadAgain(NotCut):
    """What follows the features tells that they are to be read in another way than was guessed.

    Attributes
    ----------
    described : mapping
        How the features of each list are to be read.
    """

    def __init__(self, described: Mapping[int, Described]) -> None:
        super().__init__("what follows the features tells how they are to be read")
        self.described = described


def read_pieces(
    chunks: Iterable[bytes | memoryview],
    *,
    is_here: bool = False,
    described: Mapping[int, Described] | None = None,
    engine: Engine | None = None,
    size: int | None = None,
) -> tuple[list[FeatureSource], list[Collected]]:
    """Read feature sets piece by piece: what is said of each layer, and its features.

    Parameters
    ----------
    chunks
        JSON, cut anywhere.
    is_here
        Whether no chunk is waited for.
    described
        How the features of each list are to be read, from `ReadAgain`.
    engine
        What reads a piece; the fastest one by default.
    size
        Bytes of a piece, about; what suits the geometries by default.

    Raises
    ------
    ReadAgain
        All of `chunks` has been taken, and must be read once more, in the way that is known now.
    NotCut
        The text cannot be read in pieces; some of it has been taken from `chunks`.
    """
    lists: list[Collected] = []
    fast = FastEngine()

    def begin(number: int, before: bytes) -> Taker:
        known = (described or {}).get(number) if described else _described(before, cutter.mark, number)
        if lists:
            lists[-1].make()
        lists.append(_Watched(known, engine=engine or fast, size=size))
        return lists[-1]

    cutter = Cutter(chunks, begin)
    # What comes from a network is waited for, and other threads' garbage should not pile up meanwhile.
    with without_collector() if is_here else nullcontext():
        document = cutter.run()
        fast.close()
        with without_collector():
            return _assembled(document, lists, cutter.mark, is_last=described is not None)


class _Watched(Collected):
    """Features that are taken without looking for garbage meanwhile."""

    def take(self, piece: bytes, *, is_whole: bool = False) -> None:
        with without_collector():
            super().take(piece, is_whole=is_whole)


def _described(before: bytes, mark: str, number: int) -> Described | None:
    """How the features of a list are to be read, where what stands before them tells."""
    try:
        for source in find_layers(closed(before)):
            if _number(source, mark) == number and source.fields:
                return Described.of(source)
    except (ConversionError, NotCut):
        pass
    return None


def _number(source: FeatureSource, mark: str) -> int | None:
    """The number of the list that was cut out of a feature set; None for a list that is still there."""
    rows = source.json.get("features")
    first = rows[0] if isinstance(rows, list) and rows else None
    return first.get(mark) if isinstance(first, dict) else None


def _assembled(
    document: Any, lists: list[Collected], mark: str, *, is_last: bool
) -> tuple[list[FeatureSource], list[Collected]]:
    try:
        found = find_layers(document)
        numbers = [_number(source, mark) for source in found]
    except ConversionError as error:
        raise NotCut(str(error)) from None
    taken: dict[int, Collected] = {}
    for source, number in zip(found, numbers, strict=True):
        if number is None:
            rows = Collected(Described.of(source))
            rows.take_objects(source.rows)
        else:
            rows = lists[number]
        source.read = rows.noticed
        taken[id(source)] = rows
    chosen = chosen_layers(found, None)
    fields = fields_of(chosen)
    wanted = [Described(fields, source.flags, source.quantisation) for source in chosen]
    parts = [taken[id(source)] for source in chosen]
    if not all(part.agrees(one) for part, one in zip(parts, wanted, strict=True)):
        if is_last:
            raise NotCut("the features contradict what is said of them")
        told = {id(part): one for part, one in zip(parts, wanted, strict=True)}
        raise ReadAgain({number: told[id(part)] for number, part in enumerate(lists) if id(part) in told})
    if not all(part.shapes.is_even for part in parts):
        raise NotCut("vertices have different numbers")
    return chosen, parts


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep Python from looking for garbage while millions of objects are made, none of it garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
