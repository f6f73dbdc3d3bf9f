"""The results of a batch in its folder: parts with frames, result files, and what fits into the ledger."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets.convert.storage.parts import PartMaker, read_parts
from gpwidgets.datatypes.contexts import ReplyContext
from gpwidgets.datatypes.frame_checks import is_table
from gpwidgets.datatypes.registry import datatype_named, name_of_value, read_value
from gpwidgets.errors import GPError
from gpwidgets.file_names import name_from_title
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import DataFile, LayerReference, MapImage, RasterData
from gpwidgets.secrets import mask, without_secrets
from gpwidgets.tasks.batch.ledger import Ledger
from gpwidgets.tasks.batch.row_inputs import RowInputs
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.texts import tr
from gpwidgets.version import __version__

if TYPE_CHECKING:
    from gpwidgets.tasks.results.outputs import Outputs

__all__ = ["PLACE", "RowResults", "value_told"]

#: The column that tells the place of a run in its batch.
PLACE = "gp_place"

_ROWS_OF_A_PART, _FEATURES_OF_A_PART = 250, 50_000


class RowResults:
    """Collects what rows have given, writes it in parts, and tells the ledger.

    Parameters
    ----------
    folder
        Of the batch.
    ledger
    inputs
    about : dict
        What the files say of where they come from.
    patient
        Seconds that a row waits for others at the most; 0 where a result could not be fetched again.
    """

    def __init__(
        self, folder: Path, ledger: Ledger, inputs: RowInputs, about: Mapping[str, Any], patient: float
    ) -> None:
        self._folder = folder
        self._ledger = ledger
        self._inputs = inputs
        self._about = dict(about)
        self._patient = patient
        self._makers: dict[str, PartMaker] = {}
        self._waiting: dict[int, dict[str, Any]] = {}
        self._features = 0
        self._since = 0.0
        self._lock = threading.Lock()
        self._number = self._next_number()

    @property
    def notes(self) -> list[str]:
        """What was reconciled between rows."""
        return [note for maker in self._makers.values() for note in maker.notes]

    def keep(self, place: int, outputs: Outputs | None) -> None:
        """Take the results of a row that is over, which is written in the ledger with them or later."""
        frames: dict[str, Any] = {}
        if outputs is not None:
            frames = self._sorted(place, outputs)
        with self._lock:
            if not self._waiting:
                self._since = time.monotonic()
            self._waiting[place] = frames
            self._features += sum(map(len, frames.values()))
            full = len(self._waiting) >= _ROWS_OF_A_PART or self._features >= _FEATURES_OF_A_PART
            if full or not self._patient:
                self._flush()

    def keep_ends(self, places: Iterable[int]) -> None:
        """Take rows that are over and have given nothing."""
        with self._lock:
            for place in places:
                self._since = self._since if self._waiting else time.monotonic()
                self._waiting[place] = {}
            if not self._patient or len(self._waiting) >= _ROWS_OF_A_PART:
                self._flush()

    @property
    def has_waited(self) -> bool:
        """Whether something has waited for long."""
        return bool(self._waiting) and time.monotonic() - self._since >= self._patient

    def flush_old(self) -> None:
        """Write what has waited for long."""
        with self._lock:
            if self.has_waited:
                self._flush()

    def flush(self) -> None:
        """Write all that waits."""
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        waiting, self._waiting, self._features = self._waiting, {}, 0
        if not waiting:
            return
        rows = self._ledger.rows
        try:
            for name in dict.fromkeys(name for frames in waiting.values() for name in frames):
                own = {place: frames[name] for place, frames in waiting.items() if name in frames}
                told = [(frame, self._columns(place)) for place, frame in own.items()]
                note = {**self._about, "output": name, "runs": [rows[place].job for place in own]}
                self._maker(name).write(self._number, told, note)
                for place in own:
                    rows[place].parts[name] = self._number
            self._ledger.ended(waiting, self._number)
            self._number += 1
        except (OSError, GPError) as error:
            for place in waiting:  # a job's results are fetched again once there is a place for them
                row = rows[place]
                row.parts, row.ended, row.status = {}, None, "unwritten"
                row.error = tr("The results could not be written: {error}", error=mask(str(error)))
            raise

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
        """The frames of a row; its other outputs go into its state."""
        row = self._ledger.rows[place]
        frames: dict[str, Any] = {}
        for name in outputs:
            if name in outputs.errors:
                continue
            try:
                self._take_value(place, name, outputs, frames)
            except GPError as error:  # a file that is gone holds up no other row
                row.status = "incomplete" if row.job else RunStatus.FAILED.value
                row.error = "; ".join(filter(None, (row.error, f"{name}: {mask(str(error))}")))
        return frames

    def _take_value(self, place: int, name: str, outputs: Outputs, frames: dict[str, Any]) -> None:
        row, value = self._ledger.rows[place], outputs[name]
        if is_table(value):
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
        if base.is_dir() and name not in self._ledger.rows[place].files:
            shutil.rmtree(
                base / name_from_title(name, "output"), ignore_errors=True
            )  # of a kernel that was killed
        for one in _files_of(value):
            path = one.download(base / name_from_title(name, "output"))
            yield path.relative_to(self._folder).as_posix()

    def _maker(self, name: str) -> PartMaker:
        if name not in self._makers:
            self._makers[name] = PartMaker(self.part_folder(name))
        return self._makers[name]

    def part_folder(self, name: str) -> Path:
        """Where the parts of an output are."""
        return self._folder / "results" / name_from_title(name, "output")

    def remove_unknown(self, names: Iterable[str]) -> None:
        """Remove what a killed kernel has written without telling the ledger."""
        for name in names:
            known = {row.parts[name] for row in self._ledger.rows if name in row.parts}
            self._maker(name).remove_all_but(known)

    def read(self, name: str, places: Iterable[int]) -> Any:
        """The rows of an output that some runs gave, as one frame; None where there are none."""
        wanted: dict[int, set[int]] = {}
        for place in places:
            part = self._ledger.rows[place].parts.get(name)
            if part is not None:
                wanted.setdefault(part, set()).add(place)
        with self._lock:
            frame = read_parts(self.part_folder(name), wanted, PLACE)
        if frame is not None:
            frame.attrs["gpwidgets"] = {"provenance": {**self._about, "gpwidgets": __version__}}
        return frame

    def _next_number(self) -> int:
        known = (path.stem.rpartition("-")[2] for path in self._folder.glob("results/*/part-*.parquet"))
        return 1 + max([self._ledger.parts, *(int(text) for text in known if text.isdigit())])


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
