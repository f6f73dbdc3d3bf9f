"""The results of a batch in its folder: parts with frames, result files, and what fits into the ledger."""

from __future__ import annotations

import collections
import shutil
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from gpwidgets.convert.storage.parts import Parts, read_parts, remove_parts_but
from gpwidgets.datatypes.contexts import ReplyContext
from gpwidgets.datatypes.frame_checks import is_table
from gpwidgets.datatypes.registry import datatype_named, name_of_value, read_value
from gpwidgets.errors import AuthenticationError, GPError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import DataFile, LayerReference, MapImage, RasterData
from gpwidgets.secrets import mask, without_secrets
from gpwidgets.tasks.batch._output_folders import OutputFolders
from gpwidgets.tasks.batch._part_workers import Workers
from gpwidgets.tasks.batch.ledger import Ledger, RowState
from gpwidgets.tasks.batch.part_work import Each, PartDone, PartWork, UnreadRows
from gpwidgets.tasks.batch.row_inputs import RowInputs
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.texts import tr
from gpwidgets.version import __version__

if TYPE_CHECKING:
    from gpwidgets.tasks.results.outputs import Outputs

__all__ = ["PLACE", "Results", "RowResults", "value_told"]

#: The column that tells the place of a run in its batch.
PLACE = "gp_place"

_ROWS_OF_A_PART, _FEATURES_OF_A_PART = 250, 25_000
#: Bytes of answers that wait to be read: of a part, and in all the parts that workers have.
_BYTES_OF_A_PART, _BYTES_AT_WORK = 4_000_000, 64_000_000
#: Features in frames that are being written or wait for it: where writing is slower than the server, frames
#: would otherwise pile up in memory.
_FEATURES_AT_WORK = 50_000
#: What a part takes of a worker, about: rows that take long are spread over all workers.
_SECONDS_OF_A_PART = 2.0
#: Into so many parts at least goes what is left, so that no worker still has much to do when others are done.
_PARTS_AT_THE_END = 16


class Results(NamedTuple):
    """What a batch does with results.

    Attributes
    ----------
    executor
        Whose workers read and write them; None for this kernel.
    each
        The user's function.
    failed
        Called with what keeps results from being written.
    came
        Called after a part has been written.
    """

    executor: Executor | None
    each: Each | None
    failed: Callable[[Exception], None]
    came: Callable[[], None]


class RowResults:
    """Collects what rows have given, has it written in parts, and tells the ledger.

    Parameters
    ----------
    folder
        Of the batch.
    ledger
    inputs
    about : dict
        What the files say of where they come from.
    outputs
        Names of the task's outputs.
    patient
        Seconds that a row waits for others at the most; 0 where a result could not be fetched again.
    ways
    """

    def __init__(
        self,
        folder: Path,
        ledger: Ledger,
        inputs: RowInputs,
        about: Mapping[str, Any],
        outputs: Iterable[str],
        patient: float,
        ways: Results,
    ) -> None:
        self._folder = folder
        self._ledger = ledger
        self._inputs = inputs
        self._about = dict(about)
        self._patient = patient
        self._ways = ways
        self._workers = Workers(ways.executor)
        self._folders = OutputFolders(outputs)
        self._parts: dict[str, Parts] = {}
        self._waiting: dict[int, dict[str, Any]] = {}
        self._features = self._bytes = 0
        self._since = 0.0
        self._changed = threading.Condition(threading.RLock())
        self._to_do: collections.deque[PartWork] = collections.deque()
        self._at_work: dict[int, int] = {}
        self._frames_at_work: dict[int, int] = {}
        self._rows_of_a_part = _ROWS_OF_A_PART
        self._remove_unknown()
        self._marker = ""
        if ways.executor is not None:
            self._rows_of_a_part = 1  # which tells how long a row takes
            self._marker = f".workers-{uuid.uuid4().hex}"
            (folder / self._marker).touch()
        self._number = self._next_number()

    @property
    def notes(self) -> list[str]:
        """What was reconciled between rows, and what became of workers."""
        return [*(note for parts in self._parts.values() for note in parts.notes), *self._workers.notes]

    def keep(self, place: int, outputs: Outputs | None) -> None:
        """Take the results of a row that is over, which is written in the ledger with them or later.

        Raises
        ------
        OSError
            A result file cannot be written, or the server wants a new sign-in for it (`AuthenticationError`);
            the row is open.
        """
        sets: dict[str, Any] = {}
        if outputs is not None:
            try:
                sets = self._sorted(place, outputs)
            except AuthenticationError:
                self._ledger.rows[place].stay_open()
                raise
            except OSError as error:
                self._leave_unwritten([place], error)
                raise
        with self._changed:
            self._wait_with(place, sets)
            self._features += sum(
                one.count if isinstance(one, UnreadRows) else len(one) for one in sets.values()
            )
            self._bytes += sum(one.size for one in sets.values() if isinstance(one, UnreadRows))
            if (
                not self._patient
                or len(self._waiting) >= self._rows_of_a_part
                or self._features >= _FEATURES_OF_A_PART
                or self._bytes >= _BYTES_OF_A_PART
            ):
                self._flush()

    def keep_ends(self, places: Iterable[int]) -> None:
        """Take rows that are over and have given nothing."""
        with self._changed:
            for place in places:
                self._wait_with(place, {})
            if not self._patient or len(self._waiting) >= _ROWS_OF_A_PART:
                self._flush()

    def _wait_with(self, place: int, sets: dict[str, Any]) -> None:
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting[place] = sets

    @property
    def has_waited(self) -> bool:
        """Whether something has waited for long."""
        return bool(self._waiting) and time.monotonic() - self._since >= self._patient

    @property
    def is_behind(self) -> bool:
        """Whether there is so much to do that no more should come."""
        return (
            len(self._to_do) > 1
            or sum(self._at_work.values()) > _BYTES_AT_WORK
            or self._features + sum(self._frames_at_work.values()) > _FEATURES_AT_WORK
        )

    @property
    def is_busy(self) -> bool:
        """Whether something waits, or is being written."""
        return bool(self._waiting or self._at_work)

    def flush_old(self) -> None:
        """Have written what has waited for long."""
        with self._changed:
            if self.has_waited:
                self._flush()

    def hand_over(self) -> None:
        """Have written all that waits."""
        with self._changed:
            self._flush()

    def flush(self) -> None:
        """Have written all that waits, and wait for it."""
        with self._changed:
            self._flush()
            while self._at_work:
                self._changed.wait(0.2)

    def close(self) -> None:
        """Remove what was there for workers only."""
        if self._marker:
            (self._folder / self._marker).unlink(missing_ok=True)
        for path in self._folder.glob("results/*/.part-*.parquet"):
            path.unlink(missing_ok=True)

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, {}
        self._features = self._bytes = 0
        if not waiting:
            return
        rows = {place: (self._columns(place) if sets else {}, sets) for place, sets in waiting.items()}
        names = dict.fromkeys(name for sets in waiting.values() for name in sets)
        work = PartWork(
            self._folder,
            self._marker,
            self._number,
            rows,
            {name: f"results/{self._folders.of(name)}" for name in names},
            {},
            self._about,
            self._ways.each,
        )
        self._number += 1
        self._at_work[work.number] = work.size
        self._frames_at_work[work.number] = work.features
        self._to_do.append(work)
        self._give_out()

    def _give_out(self) -> None:
        """Give parts to workers; none waits for the coordinate system, see `_is_to_be_made_again`."""
        while self._to_do and len(self._at_work) - len(self._to_do) < self._workers.at_once:
            work = self._to_do.popleft()
            self._workers.make(replace(work, systems=self._systems(work)), self._take)

    def _systems(self, work: PartWork) -> dict[str, Any]:
        return {name: self.parts_of(name).crs for name in work.outputs}

    def _take(self, work: PartWork, done: PartDone) -> None:
        """Take a part that has been made into the folder and the ledger."""
        failure: Exception | None = None
        with self._changed:
            if any(self._is_to_be_made_again(name, work, done) for name in done.made):
                self._workers.make(replace(work, systems=self._systems(work)), self._take)
                return
            self._learn_pace(work, done)
            try:
                self._commit(work, done)
            except Exception as error:
                failure = error
                self._leave_unwritten(work.rows, error)
            self._at_work.pop(work.number, None)
            self._frames_at_work.pop(work.number, None)
            self._changed.notify_all()
            self._give_out()
        if failure is not None:
            self._ways.failed(failure)
        self._ways.came()

    def _is_to_be_made_again(self, name: str, work: PartWork, done: PartDone) -> bool:
        """Whether a part has another coordinate system than the first, which was not known yet."""
        told, known = done.facts[name], self.parts_of(name).crs
        if known is None or work.systems.get(name) is not None or told.crs == known:
            return False
        return told.crs is not None or any("geometry" in one.values() for one in told.layouts)

    def _learn_pace(self, work: PartWork, done: PartDone) -> None:
        """Say how many rows the parts of workers hold: some seconds' work, and less as the end comes near."""
        if self._ways.executor is None or not work.outputs or not done.seconds:
            return
        rows = sum(bool(sets) for _, sets in work.rows.values())
        wanted = int(_SECONDS_OF_A_PART * rows / done.seconds)
        left = sum(not row.is_over for row in self._ledger.rows)
        self._rows_of_a_part = max(1, min(wanted, _ROWS_OF_A_PART, left // _PARTS_AT_THE_END))

    def _commit(self, work: PartWork, done: PartDone) -> None:
        if done.trouble:
            raise OSError(done.trouble)
        rows = self._ledger.rows
        for name in work.outputs:
            parts = self.parts_of(name)
            made = done.made.get(name)
            if made is not None:
                parts.commit(work.number, parts.folder / made if isinstance(made, str) else made)
                parts.take(done.facts[name])
            for place in done.places.get(name, ()):
                rows[place].parts[name] = work.number
        for place, errors in done.errors.items():
            for name, error in errors.items():
                _miss(rows[place], name, error)
        self._ledger.ended(work.rows, work.number)

    def _leave_unwritten(self, places: Iterable[int], error: Exception) -> None:
        for place in places:  # a job's results are fetched again once there is a place for them
            row = self._ledger.rows[place]
            row.parts, row.ended, row.status = {}, None, "unwritten"
            row.error = tr("The results could not be written: {error}", error=mask(str(error)))

    def _columns(self, place: int) -> dict[str, Any]:
        shown, kept = self._inputs.shown(place)
        return {
            PLACE: place,
            "gp_row": self._inputs.labels[place],
            "gp_run": self._ledger.rows[place].job or "",
            **{f"input_{name}": value for name, value in shown.items()},
            **{f"row_{name}": value for name, value in kept.items()},
        }

    def _sorted(self, place: int, outputs: Outputs) -> dict[str, Any]:
        """The sets of a row; its other outputs go into its state."""
        row = self._ledger.rows[place]
        frames: dict[str, Any] = {}
        for name in outputs:
            if name in outputs.errors:
                continue
            try:
                self._take_value(place, name, outputs, frames)
            except GPError as error:  # a file that is gone holds up no other row
                if isinstance(error, AuthenticationError) and self._ledger.rows[place].job:
                    raise  # the files of the others would be refused, too
                _miss(row, name, mask(str(error)))
        return frames

    def _take_value(self, place: int, name: str, outputs: Outputs, frames: dict[str, Any]) -> None:
        row, value = self._ledger.rows[place], outputs[name]
        if isinstance(value, UnreadRows) or is_table(value):
            frames[name] = value
        elif outputs.is_hidden(name):
            row.values[name] = "***"
        elif _files_of(value):
            row.files[name] = list(self._downloaded(place, name, value))
        else:
            row.values[name] = _plain(name, value)

    def _downloaded(self, place: int, name: str, value: Any) -> Iterator[str]:
        """Download the files of an output, and name them from the folder of the batch."""
        base = self._folder / "files" / f"{place:06}"
        own = base / self._folders.of(name)
        if base.is_dir() and name not in self._ledger.rows[place].files:
            shutil.rmtree(own, ignore_errors=True)  # of a kernel that was killed
        for one in _files_of(value):
            path = one.download(own)
            yield path.relative_to(self._folder).as_posix()

    def parts_of(self, name: str) -> Parts:
        """The parts of an output."""
        if name not in self._parts:
            self._parts[name] = Parts(self._folder / "results" / self._folders.of(name))
        return self._parts[name]

    def _remove_unknown(self) -> None:
        """Remove what a killed kernel has written without telling the ledger."""
        known: dict[str, set[int]] = {}
        for row in self._ledger.rows:
            for name, number in row.parts.items():
                known.setdefault(self._folders.of(name), set()).add(number)
        for folder in self._folder.glob("results/*"):
            remove_parts_but(folder, known.get(folder.name, set()))
        for marker in self._folder.glob(".workers-*"):
            marker.unlink(missing_ok=True)

    def wanted(self, name: str, places: Iterable[int]) -> dict[int, set[int]]:
        """Which rows of which parts are those of an output, for some places in the batch."""
        found: dict[int, set[int]] = {}
        for place in places:
            part = self._ledger.rows[place].parts.get(name)
            if part is not None:
                found.setdefault(part, set()).add(place)
        return found

    def read(self, name: str, places: Iterable[int]) -> Any:
        """The rows of an output that some runs gave, as one frame; None where there are none."""
        with self._changed:
            frame = read_parts(self.parts_of(name).folder, self.wanted(name, places), PLACE)
        if frame is not None:
            frame.attrs["gpwidgets"] = {"provenance": {**self._about, "gpwidgets": __version__}}
        return frame

    def _next_number(self) -> int:
        known = (path.stem.rpartition("-")[2] for path in self._folder.glob("results/*/part-*.parquet"))
        return 1 + max([self._ledger.parts, *(int(text) for text in known if text.isdigit())])


def _miss(row: RowState, name: str, error: str) -> None:
    """Say that an output of a row could not be had."""
    row.status = "incomplete" if row.job else RunStatus.FAILED.value
    row.error = "; ".join(filter(None, (row.error, f"{name}: {error}")))


def _files_of(value: Any) -> list[Any]:
    listed = value if isinstance(value, list | tuple) else [value]
    return [one for one in listed if isinstance(one, DataFile | RasterData) and one.url]


def value_told(parameter: GPParameter | None, told: Any) -> Any:
    """An output as the run gave it, from what the ledger tells of it."""
    if parameter is None or told is None or parameter.is_hidden:
        return told
    try:
        return read_value(told, parameter, ReplyContext())
    except (GPError, TypeError, ValueError, KeyError):
        return told


def _plain(name: str, value: Any) -> Any:
    """A value as JSON, without secrets."""
    if value is None or isinstance(value, bool | int | float | str):
        return mask(value) if isinstance(value, str) else value
    if isinstance(value, MapImage | LayerReference):
        return without_secrets(value.to_json())
    if isinstance(value, list | tuple):
        return [_plain(name, one) for one in value]
    kind = name_of_value(value)
    parameter = GPParameter.from_json({"name": name, "dataType": kind or "JSON"})
    return without_secrets(datatype_named(kind).encode(value, parameter))
