"""Records of one user's many kernels in one file: JSON lines, only ever appended to.

A record is a JSON object, a line, and written by one call under a lock. A writer that was killed in the
middle leaves a line without an end; the next writer begins on a line of its own, and readers leave the torn
one out. Where a file system knows no locks, or another process keeps the lock too long, a process writes
into a file of its own beside the common one, which readers read too.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gpwidgets.tasks.journal._locks import file_lock

__all__ = ["Record", "RecordFile"]

Record = dict[str, Any]

_HEAD = 64
_BINARY = getattr(os, "O_BINARY", 0)


@dataclass
class _Read:
    """What has been read of one file so far."""

    head: bytes = b""
    offset: int = 0
    records: list[Record] = field(default_factory=list)
    torn: int = 0


class RecordFile:
    """The records below a folder.

    Parameters
    ----------
    folder
        Made when it is missing, for this user only.
    condense
        Makes fewer records of many, when the file has grown too large.
    largest
        Bytes after which that is done.
    patience
        Seconds to wait for the lock.

    Attributes
    ----------
    torn : int
        Lines left out at the last reading, since a writer was killed or the disk was full.
    """

    #: Seconds without a change after which the file that a process kept for itself is taken over.
    ABANDONED = 86400.0

    def __init__(
        self,
        folder: Path,
        condense: Callable[[list[Record]], Iterable[Record]] = list,
        *,
        largest: int = 8_000_000,
        patience: float = 5.0,
    ) -> None:
        self.folder: Path = Path(folder)
        self.path: Path = self.folder / "runs.jsonl"
        self.torn: int = 0
        self._own = self.folder / f"runs-{uuid.uuid4().hex}.jsonl"
        self._lock = self.folder / "runs.lock"
        self._condense = condense
        self._largest = largest
        self._patience = patience
        self._seen: dict[Path, _Read] = {}

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a record.

        Raises
        ------
        OSError
            It could not be written: no place, no right.
        """
        line = json.dumps(record, separators=(",", ":"), default=str).encode() + b"\n"
        self._make_folder()
        with file_lock(self._lock, self._patience) as alone:
            path = self.path if alone else self._own
            size = _append(path, line)
            if alone and size > self._largest:
                with contextlib.suppress(OSError):  # it stays as large as it is for now
                    self._write_anew(self._condense)

    def records(self) -> list[Record]:
        """Return all records that are whole, in the order of writing; those of other kernels too.

        Raises
        ------
        OSError
            There is a file that cannot be read.
        """
        found = [self._read(path) for path in self._files()]
        self.torn = sum(read.torn for read in found)
        return [record for read in found for record in read.records]

    def rewrite(self, choose: Callable[[list[Record]], Iterable[Record]]) -> bool:
        """Put the chosen records into the place of all; False when the lock was not to be had.

        Raises
        ------
        OSError
            It could not be written; all is as it was.
        """
        if not self.folder.is_dir():
            return True
        with file_lock(self._lock, self._patience) as alone:
            if alone:
                self._write_anew(choose)
            return alone

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _files(self) -> list[Path]:
        found = [self.path, *sorted(self.folder.glob("runs-*.jsonl"))]
        return [path for path in found if path.is_file()]  # a pipe of that name would never end

    def _read(self, path: Path) -> _Read:
        """Read what was added since the last time; all of it when the file is another one now."""
        seen = self._seen.get(path, _Read())
        try:
            with path.open("rb") as file:
                head = file.read(_HEAD)
                size = file.seek(0, os.SEEK_END)
                if size < seen.offset or not head.startswith(seen.head):
                    seen = _Read()
                file.seek(seen.offset)
                added = file.read()
        except FileNotFoundError:  # taken over by another process a moment ago
            return _Read()
        whole = added.rfind(b"\n") + 1
        if not whole and seen.head:
            return seen
        rows = [_parsed(line) for line in added[:whole].split(b"\n") if line.strip()]
        read = _Read(
            head[: seen.offset + whole],
            seen.offset + whole,
            [*seen.records, *(row for row in rows if row is not None)],
            seen.torn + rows.count(None),
        )
        self._seen[path] = read
        return read

    def _write_anew(self, choose: Callable[[list[Record]], Iterable[Record]]) -> None:
        """Replace the common file, with the lock held; files that others may be writing to stay."""
        old = [path for path in self._files() if path == self.path or self._is_abandoned(path)]
        records = [record for path in old for record in self._read(path).records]
        # The first line differs from that of every other file, so that readers see that it is a new one.
        lines = [{"file": uuid.uuid4().hex}, *choose(records)]
        descriptor, temporary = tempfile.mkstemp(dir=self.folder, prefix=".runs-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                for row in lines:
                    file.write(json.dumps(row, separators=(",", ":"), default=str).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        unfinished = [path for path in self.folder.glob(".runs-*") if self._is_abandoned(path)]
        for path in [*old, *unfinished]:
            if path != self.path:
                path.unlink(missing_ok=True)

    def _is_abandoned(self, path: Path) -> bool:
        return time.time() - path.stat().st_mtime > self.ABANDONED


def _append(path: Path, line: bytes) -> int:
    """Write a line at the end, by one call, and return the size of the file."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a file", str(path))
        end = os.lseek(descriptor, 0, os.SEEK_END)
        if end:
            os.lseek(descriptor, end - 1, os.SEEK_SET)
            if os.read(descriptor, 1) != b"\n":
                line = b"\n" + line
        try:
            if os.write(descriptor, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        except OSError:
            with contextlib.suppress(OSError):  # or a torn line stays, which readers leave out
                os.ftruncate(descriptor, end)
            raise
    finally:
        os.close(descriptor)
    return end + len(line)


def _parsed(line: bytes) -> Record | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
