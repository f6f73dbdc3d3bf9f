"""The ledger of a batch: JSON lines that are only ever appended to, from which every row's state follows.

Before a row is sent there is a line that says so, after it one with the id of its job; rows that are over
come in one line with the number of the part that holds their results. So whenever a kernel dies it is known
which rows were never sent, which jobs are to be followed, and which rows may be under way unknown to us.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gpwidgets.errors import GPError
from gpwidgets.secrets import mask, without_secrets
from gpwidgets.tasks.batch._folder_lock import FolderLock
from gpwidgets.texts import tr, trn
from gpwidgets.version import __version__

__all__ = ["VERSION", "Ledger", "LedgerFull", "RowState", "read_head"]

FORMAT, VERSION = "gpwidgets-batch", 1

#: Bytes set aside for the ids of jobs that are accepted while the disk fills up.
_RESERVE = 65_536
_LONGEST_ERROR = 1000
#: A head that says more is damaged.
_MOST_ROWS = 100_000_000
_BINARY = getattr(os, "O_BINARY", 0)


@dataclass(slots=True)
class RowState:
    """What is known of a row.

    Attributes
    ----------
    status
        ``"pending"``, a word of `RunStatus`, or ``"incomplete"`` for a job that succeeded of which not all
        results could be had.
    job
        Id of the job.
    error
        In words; ``""`` for none.
    sent, ended
        Seconds since 1970, None for not yet.
    tries
        How often it was sent, or refused before anything was begun.
    values, files
        Outputs that are no frames, by name: JSON values, and names of files in the folder.
    parts
        Number of the part that holds its rows, by output.
    """

    status: str = "pending"
    job: str | None = None
    error: str = ""
    sent: float | None = None
    ended: float | None = None
    tries: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether nothing more is done about it."""
        return self.ended is not None

    def stay_open(self) -> None:
        """Take an end back that the ledger does not know: the results of the job are fetched later."""
        self.status, self.error, self.ended = "submitted", "", None
        self.values, self.files = {}, {}

    def end_record(self) -> dict[str, Any]:
        """The end of the row, for the ledger."""
        told = {"status": self.status, "job": self.job, "sent": self.sent, "ended": self.ended}
        extra = {
            "error": mask(self.error)[:_LONGEST_ERROR],
            "values": without_secrets(self.values),
            "files": self.files,
            "parts": self.parts,
        }
        return {**told, **{key: value for key, value in extra.items() if value}}

    def end(self, record: Mapping[str, Any]) -> None:
        """Take an end from the ledger."""
        self.status, self.job = str(record["status"]), record.get("job")
        self.sent, self.ended = record.get("sent"), float(record["ended"])
        self.error = str(record.get("error", ""))
        self.values, self.files = dict(record.get("values", {})), dict(record.get("files", {}))
        self.parts = dict(record.get("parts", {}))


class Ledger:
    """The ledger in a folder, locked for this process until `close`.

    Parameters
    ----------
    folder

    Attributes
    ----------
    head : dict
        What the batch is: the address of its task, the number of its rows and their fingerprint; empty for a
        new one.
    rows : list of RowState
        By place in the batch.
    notes : list of str
        What was found while reading, in words.

    Raises
    ------
    GPError
        Another kernel has it, a newer gpwidgets wrote it, or it is no ledger.
    OSError
        It cannot be read or locked.
    """

    def __init__(self, folder: Path) -> None:
        self.path: Path = folder / "ledger.jsonl"
        self.head: dict[str, Any] = {}
        self.rows: list[RowState] = []
        self.notes: list[str] = []
        self.parts: int = 0
        self._reserve = folder / "ledger.reserve"
        self._lock = FolderLock(folder / "ledger.lock")
        self._descriptor = -1
        self._closed = False
        self._writing = threading.Lock()
        try:
            self._read()
        except BaseException:
            self._lock.release()
            raise

    def begin(self, head: Mapping[str, Any], count: int) -> None:
        """Start a ledger that has no head yet.

        Raises
        ------
        OSError
            It cannot be written.
        """
        told = {"format": FORMAT, "version": VERSION, "gpwidgets": __version__, **head, "rows": count}
        self.path.unlink(missing_ok=True)  # a head that was torn
        self._append(told)
        self.head, self.rows = told, [RowState() for _ in range(count)]

    def close(self) -> None:
        """Let others work in the folder; nothing is written any more."""
        with self._writing:
            if self._closed:
                return
            self._closed = True
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
            self._reserve.unlink(missing_ok=True)
            self._lock.release()

    def about_to_send(self, row: int) -> None:
        """Write that a row is sent now; it has reached the disk when this returns."""
        self._append({"send": row, "at": time.time()}, lasting=True)

    def sent(self, row: int, job: str) -> None:
        """Write the id of the job that a row has become."""
        self._append({"row": row, "job": job})

    def not_begun(self, row: int) -> None:
        """Take `about_to_send` back: the server took nothing."""
        self._append({"unsent": row})

    def ended(self, rows: Iterable[int], part: int) -> None:
        """Write the ends of rows whose results are in parts up to this number, all or none of them."""
        ends = {str(row): self.rows[row].end_record() for row in rows}
        self._append({"ends": ends, "part": part}, lasting=True)

    def again(self, rows: Iterable[int]) -> None:
        """Write that rows which were over are to be run again, or their results fetched again."""
        self._append({"again": {str(row): self.rows[row].job for row in rows}})

    def _append(self, record: Mapping[str, Any], *, lasting: bool = False) -> None:
        line = json.dumps(record, separators=(",", ":"), default=str).encode() + b"\n"
        with self._writing:
            if self._closed:  # the lock is another's by now
                raise OSError(errno.EBADF, tr("the batch was closed"), str(self.path))
            if self._descriptor < 0:
                self._open()
            try:
                self._write(line)
            except OSError as error:
                if not self._reserve.exists():
                    raise
                self._reserve.unlink()
                self._write(line)
                raise LedgerFull(*error.args) from None
            if lasting and hasattr(os, "fdatasync"):
                os.fdatasync(self._descriptor)

    def _open(self) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY
        self._descriptor = os.open(self.path, flags, 0o600)
        end = os.lseek(self._descriptor, 0, os.SEEK_END)
        if end:
            os.lseek(self._descriptor, end - 1, os.SEEK_SET)
            if os.read(self._descriptor, 1) != b"\n":
                os.write(self._descriptor, b"\n")
        with contextlib.suppress(OSError):  # works without
            self._reserve.write_bytes(b"\0" * _RESERVE)

    def _write(self, line: bytes) -> None:
        end = os.lseek(self._descriptor, 0, os.SEEK_END)
        try:
            if os.write(self._descriptor, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        except OSError:
            with contextlib.suppress(OSError):  # or a torn line stays, which readers leave out
                os.ftruncate(self._descriptor, end)
            raise

    def _read(self) -> None:
        try:
            file = self.path.open("rb")
        except FileNotFoundError:
            return
        torn = 0
        with file:
            for line in file:
                record = _parsed(line)
                if record is None and not self.head and line.endswith(b"\n"):
                    raise _no_ledger(self.path)
                if record is None:
                    torn += bool(line.strip())
                elif not self.head:
                    self._take_head(record)
                else:
                    torn += not self._take(record)
        if torn and self.head:
            self.notes.append(
                trn(
                    "{n} line of the ledger is torn, as a kernel was killed or the disk was full; "
                    "its rows are looked after as far as the lines before tell.",
                    "{n} lines of the ledger are torn, as a kernel was killed or the disk was full; "
                    "their rows are looked after as far as the lines before tell.",
                    torn,
                )
            )

    def _take_head(self, record: dict[str, Any]) -> None:
        version = record.get("version")
        if record.get("format") != FORMAT or not isinstance(version, int):
            raise _no_ledger(self.path)
        if version > VERSION:
            raise GPError(
                tr(
                    "The batch in {folder} is of format version {version}, which a newer gpwidgets ({made}) "
                    "writes; this one reads versions up to {known}. Nothing was changed.",
                    folder=self.path.parent,
                    version=version,
                    made=record.get("gpwidgets"),
                    known=VERSION,
                )
            )
        count = record.get("rows")
        if not isinstance(count, int) or not 0 < count <= _MOST_ROWS:
            raise _no_ledger(self.path)
        if not isinstance(record.get("task"), str) or not isinstance(record.get("settings"), list):
            raise _no_ledger(self.path)
        self.head = record
        self.rows = [RowState() for _ in range(count)]

    def _take(self, record: Mapping[str, Any]) -> bool:
        """Apply a line; False when it makes no sense."""
        try:
            self._apply(record)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):
            return False
        return True

    def _apply(self, record: Mapping[str, Any]) -> None:
        if "send" in record:
            row = self.rows[record["send"]]
            row.status, row.sent, row.job = "lost", record["at"], None
            row.tries += 1
        elif "unsent" in record:
            row = self.rows[record["unsent"]]
            row.status, row.sent = "pending", None
            row.tries -= 1
        elif "job" in record:
            row = self.rows[record["row"]]
            row.status, row.job = "submitted", record["job"]
        elif "ends" in record:
            self.parts = max(self.parts, int(record["part"]))
            for place, told in record["ends"].items():
                self.rows[int(place)].end(told)
        elif "again" in record:
            for place, job in record["again"].items():
                self.rows[int(place)] = RowState("submitted" if job else "pending", job)


def _no_ledger(path: Path) -> GPError:
    return GPError(tr("{path} is no ledger of a batch. Nothing was changed.", path=path))


def read_head(folder: Path) -> dict[str, Any]:
    """What the batch in a folder is, without working on it; empty for none.

    Raises
    ------
    OSError
        There is a ledger that cannot be read.
    """
    try:
        with (folder / "ledger.jsonl").open("rb") as file:
            return _parsed(file.readline()) or {}
    except (FileNotFoundError, NotADirectoryError):
        return {}


class LedgerFull(OSError):
    """The line has been written, into the place that was kept free; there is no more, so begin nothing."""


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
