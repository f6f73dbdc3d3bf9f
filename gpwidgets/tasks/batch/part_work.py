"""The work on one part of a batch's results, as a worker does it: read, hand to the user's function, write.

A worker gets what the server answered and gives back what the ledger has to know. It asks no server, so it
needs no sign-in, and what it is given holds none. It may be a thread of this kernel, another process or
another machine.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from gpwidgets.datatypes.frame_checks import is_table
from gpwidgets.errors import ConversionError, GPError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.frame_info import frame_info, keep_frame_info
from gpwidgets.secrets import mask
from gpwidgets.tasks.results.decoding import Decoder
from gpwidgets.texts import tr

__all__ = ["Each", "PartDone", "PartWork", "UnreadRows", "do_part"]

Each = Callable[[Any], Any]
"""A function of the user's for the frame of a run's output; what it gives is kept instead."""


@dataclass(frozen=True)
class UnreadRows:
    """A feature or record set as the server has sent it, to be read later and perhaps elsewhere.

    Attributes
    ----------
    parameter
        The output.
    wire
        Parsed JSON with the list ``features``, or the text of a whole result.
    """

    parameter: GPParameter
    wire: Mapping[str, Any] | bytes

    @cached_property
    def size(self) -> int:
        """Bytes, about."""
        return len(self.wire) if isinstance(self.wire, bytes) else 300 * (1 + len(self.wire["features"]))

    @cached_property
    def count(self) -> int:
        """Rows, about."""
        features = self.wire.count(b'"attributes"') if isinstance(self.wire, bytes) else self.wire["features"]
        return features if isinstance(features, int) else len(features)

    def read(self) -> Any:
        """The frame.

        Raises
        ------
        GPError
            It cannot be read.
        """
        if isinstance(self.wire, bytes):
            from gpwidgets.convert.featuresets.frames import read_features

            return read_features(self.wire)
        name = self.parameter.name
        return Decoder({name: self.parameter}).value(name, self.parameter.data_type, self.wire)

    def is_like(self, other: UnreadRows) -> bool:
        """Whether both can be read as one set: they have the same fields and all else but the features."""
        mine, its = self.wire, other.wire
        if isinstance(mine, bytes) or isinstance(its, bytes) or not mine.get("fields"):
            return False
        if self.parameter is not other.parameter or mine.keys() != its.keys():
            return False
        return all(value == its[key] for key, value in mine.items() if key != "features")


@dataclass(frozen=True)
class PartWork:
    """The rows of a part, with all that is needed to write it.

    Attributes
    ----------
    folder
        Of the batch.
    marker
        Name of a file in it, by which a worker sees whether it has this very folder too.
    number
        Of the part.
    rows
        By place in the batch: the columns that come first, and frames or `UnreadRows` by output.
    folders
        Where the parts of an output are, in the folder.
    systems
        Coordinate systems of the parts that are there, by output.
    note
        JSON for the metadata of the files.
    each
    """

    folder: Path
    marker: str
    number: int
    rows: Mapping[int, tuple[Mapping[str, Any], Mapping[str, Any]]]
    folders: Mapping[str, str]
    systems: Mapping[str, Any]
    note: Mapping[str, Any]
    each: Each | None = None

    @property
    def outputs(self) -> list[str]:
        """Names of the outputs that have rows."""
        return list(dict.fromkeys(name for _, sets in self.rows.values() for name in sets))

    @cached_property
    def size(self) -> int:
        """Bytes that it takes in memory, about."""
        return sum(one.size for _, sets in self.rows.values() for one in sets.values() if _is_unread(one))

    @cached_property
    def features(self) -> int:
        """Rows of the frames that have been read already."""
        return sum(len(one) for _, sets in self.rows.values() for one in sets.values() if not _is_unread(one))


@dataclass
class PartDone:
    """What became of the rows of a part.

    Attributes
    ----------
    facts
        What the part is like, by output.
    places
        The rows that have any in it, by output.
    made
        By output the name of the file that was written, or what is in it where the folder is not to be seen.
    errors
        Why rows could not be kept, by place and output, in words.
    trouble
        Why nothing could be written.
    seconds
        How long it took.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)
    made: dict[str, str | bytes] = field(default_factory=dict)
    errors: dict[int, dict[str, str]] = field(default_factory=dict)
    trouble: str = ""
    seconds: float = 0.0


def do_part(work: PartWork) -> PartDone:
    """Read, hand to the user's function and write; nothing is raised."""
    done, began = PartDone(), time.perf_counter()
    try:
        for name in work.outputs:
            _do_output(work, name, done)
    except Exception as error:  # a full disk, or a fault of ours: the batch stops, and nothing is lost
        done.trouble = str(error) or type(error).__name__
    done.seconds = time.perf_counter() - began
    return done


def _is_unread(value: Any) -> bool:
    return isinstance(value, UnreadRows)


def _do_output(work: PartWork, name: str, done: PartDone) -> None:
    from gpwidgets.convert.storage.part_files import RowsOf

    def fail(place: int, error: Exception) -> None:
        done.errors.setdefault(place, {})[name] = mask(str(error))

    places: list[int] = []
    pieces = []
    for owners, frame, counts in _frames(work, name, fail):
        places += [place for place, count in zip(owners, counts, strict=True) if count]
        told = [(work.rows[place][0], count) for place, count in zip(owners, counts, strict=True)]
        pieces.append(RowsOf(frame, told))
    try:
        kept = _write(work, name, pieces, done)
    except ConversionError:
        # One that cannot be written holds up no other.
        good = list(_writable(work, name, pieces, fail))
        pieces = [one for one, _ in good]
        places = [place for _, place in good]
        try:
            kept = _write(work, name, pieces, done)
        except ConversionError as error:
            kept = False
            for place in places:
                fail(place, error)
    if kept:
        done.places[name] = places


def _frames(
    work: PartWork, name: str, fail: Callable[[int, Exception], None]
) -> Iterator[tuple[list[int], Any, list[int]]]:
    """The frames of an output: the places of the runs, the frame, and how many rows each run has."""
    given = [(place, sets[name]) for place, (_, sets) in work.rows.items() if name in sets]
    for group in _groups(given) if work.each is None else [[one] for one in given]:
        together = _read_together([value for _, value in group])
        if together is not None:
            counts = [len(value.wire["features"]) for _, value in group]
            yield [place for place, _ in group], together, counts
            continue
        for place, value in group:
            try:
                frame = value.read() if _is_unread(value) else value
                if work.each is not None:
                    frame = _applied(work.each, frame, name, work.rows[place][0])
            except Exception as error:
                fail(place, error)
            else:
                frame.attrs = {}
                yield [place], frame, [len(frame)]


def _groups(given: list[tuple[int, Any]]) -> Iterator[list[tuple[int, Any]]]:
    """Runs of neighbours that can be read together."""
    group: list[tuple[int, Any]] = []
    for place, value in given:
        if group and not (_is_unread(value) and _is_unread(group[0][1]) and group[0][1].is_like(value)):
            yield group
            group = []
        group.append((place, value))
    if group:
        yield group


def _read_together(values: list[Any]) -> Any:
    """Sets that are alike as one frame, in a fraction of the time; None where that does not work."""
    if len(values) < 2:
        return None
    first = values[0]
    features = [feature for one in values for feature in one.wire["features"]]
    try:
        frame = UnreadRows(first.parameter, {**first.wire, "features": features}).read()
    except GPError:
        return None  # one by one, so that only the bad one fails
    if not is_table(frame) or len(frame) != len(features):
        return None
    frame.attrs = {}
    return frame


def _applied(each: Each, frame: Any, output: str, columns: Mapping[str, Any]) -> Any:
    """What the user's function makes of a frame."""
    keep_frame_info(frame, {**frame_info(frame), "output": output, "run": dict(columns)})
    try:
        made = each(frame)
    except Exception as error:
        raise ConversionError(f"each: {type(error).__name__}: {error}") from error
    if made is None:
        return frame.iloc[:0]
    if not is_table(made):
        kind = type(made).__name__
        raise ConversionError(tr("each gave {kind}; a DataFrame, GeoDataFrame or None is wanted.", kind=kind))
    return made


def _write(work: PartWork, name: str, pieces: list[Any], done: PartDone) -> bool:
    """Write a file; whether there was anything to write."""
    from gpwidgets.convert.storage.part_files import joined, write_part

    whole, facts = joined(pieces, work.systems.get(name))
    if whole is None:
        return False
    note = {**work.note, "output": name, "runs": whole["gp_run"].unique().tolist()}
    folder = work.folder / work.folders[name]
    made = f".part-{work.number:06}-{uuid.uuid4().hex}.parquet"
    if not work.marker or (work.folder / work.marker).is_file():
        write_part(whole, folder / made, note)
        done.made[name] = made
    else:
        done.made[name] = _content(whole, note)
    done.facts[name] = facts
    return True


def _content(whole: Any, note: Mapping[str, Any]) -> bytes:
    """What is in the file, for a kernel whose folder cannot be seen from here."""
    import tempfile

    from gpwidgets.convert.storage.part_files import write_part

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "part.parquet")
        write_part(whole, path, note)
        return path.read_bytes()


def _writable(
    work: PartWork, name: str, pieces: list[Any], fail: Callable[[int, Exception], None]
) -> Iterator[tuple[Any, int]]:
    """The rows of each run alone, with its place, where they can be written."""
    from gpwidgets.convert.storage.part_files import RowsOf, joined

    for frame, owners in pieces:
        start = 0
        for columns, count in owners:
            one = RowsOf(frame.iloc[start : start + count], [(columns, count)])
            start += count
            place = columns["gp_place"]
            try:
                whole, _ = joined([one], work.systems.get(name))
                if whole is not None:
                    _content(whole, {})
            except ConversionError as error:
                fail(place, error)
            else:
                if count:
                    yield one, place
