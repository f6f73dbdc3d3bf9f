"""The zip file of a lesson: written as it is recorded, read with distrust.

Inside are ``lesson.json``, which tells what it is, ``exchanges/00001.json`` and so on in their order, and
``files/`` with answers that are neither JSON nor text. No name in it chooses a path.
"""

from __future__ import annotations

import json
import secrets
import threading
import zipfile
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, Self

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.errors import RecordingError
from gpwidgets.file_names import move_to_free_name
from gpwidgets.recording.exchange import Exchange
from gpwidgets.texts import tr
from gpwidgets.version import __version__

__all__ = ["Lesson", "LessonWriter"]

FORMAT, VERSION = "gpwidgets-lesson", 1
_HEAD = "lesson.json"
_HEAD_BYTES = 1 << 20
_SUFFIXES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/tiff": "tif",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "application/json": "json",
    "application/pdf": "pdf",
    "application/zip": "zip",
}
_BROKEN = (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)


class Cleaner(Protocol):
    """Takes out what may not be in a lesson."""

    def again(self, told: Any) -> Any:
        """An exchange without it."""

    def file(self, body: bytes) -> bytes:
        """A file without it."""


class LessonWriter:
    """Writes a lesson, under its name once it is whole.

    Parameters
    ----------
    path
        Of the file.
    server
        The address that the lesson tells.
    services
        Path of the services root below the server's context.
    most
        Bytes, unpacked, that are kept at the most.
    overwrite
        Whether to replace what has the name at the end.
    """

    def __init__(self, path: Path, *, server: str, services: str, most: int, overwrite: bool) -> None:
        self.path, self._most, self._overwrite = path, most, overwrite
        self._head = {
            "format": FORMAT,
            "version": VERSION,
            "written_by": f"gpwidgets {__version__}",
            "recorded": datetime.now(UTC).isoformat(timespec="seconds"),
            "server": server,
            "services": services,
        }
        self.count: int = 0
        self.bytes: int = 0
        self.full: bool = False
        path.parent.mkdir(parents=True, exist_ok=True)
        self._part = _new_part(path.parent)
        self._zip = zipfile.ZipFile(self._part, "w", zipfile.ZIP_DEFLATED)

    def add(self, told: Mapping[str, Any], content: bytes | None = None) -> bool:
        """Keep an exchange, with the content of its file; False where there is no room for it."""
        text = _as_bytes(told)
        size = len(text) + len(content or b"")
        members = 2 * self.count + 3
        if self.bytes + size > self._most or members > limit("members"):
            self.full = True
            return False
        self.count += 1
        self.bytes += size
        self._zip.writestr(f"exchanges/{told['number']:05}.json", text)
        if content is not None:
            self._zip.writestr(told["file"], content)
        return True

    def close(self, cleaner: Cleaner | None) -> Path:
        """Write what the lesson is, and give the file its name.

        Parameters
        ----------
        cleaner
            Goes over all that was kept, where something is left to be taken out.

        Returns
        -------
        pathlib.Path
            Of the lesson; another name than was wanted, where that has been taken.

        Raises
        ------
        OSError
            It cannot be written; the words say where what was recorded is.
        """
        head = {**self._head, "exchanges": self.count, "complete": not self.full}
        try:
            self._zip.writestr(_HEAD, _as_bytes(head))
            self._zip.close()
            if cleaner is not None:
                self._clean(cleaner)
            if self._overwrite:
                return self._part.replace(self.path)
            return move_to_free_name(self._part, self.path.parent, self.path.name)
        except OSError as error:
            told = tr(
                "The lesson could not be written: {error}. What was recorded is in {part}.",
                error=error,
                part=self._part,
            )
            raise OSError(told) from error

    def _clean(self, cleaner: Cleaner) -> None:
        clean = _new_part(self._part.parent)
        try:
            with (
                zipfile.ZipFile(self._part) as kept,
                zipfile.ZipFile(clean, "w", zipfile.ZIP_DEFLATED) as lesson,
            ):
                for name in kept.namelist():
                    content = kept.read(name)
                    if name.startswith("exchanges/"):
                        content = _as_bytes(cleaner.again(json.loads(content)))
                    elif name != _HEAD:
                        content = cleaner.file(content)
                    lesson.writestr(name, content)
            clean.replace(self._part)
        except BaseException:
            clean.unlink(missing_ok=True)
            raise


def _new_part(folder: Path) -> Path:
    """An empty file with the rights of all new files, for what gets its name when it is whole."""
    path = folder / f".lesson-{secrets.token_hex(8)}.part"
    path.open("xb").close()
    return path


def file_name(number: int, content_type: str) -> str:
    """The name in a lesson of an answer that is a file."""
    kind = content_type.partition(";")[0].strip().lower()
    return f"files/{number:05}.{_SUFFIXES.get(kind, 'bin')}"


def _as_bytes(told: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(told, indent=1, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half a letter
        return json.dumps(told, indent=1).encode()


def _is_deep(value: Any) -> bool:
    """Whether a value is nested more deeply than anybody means it."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(limit("depth")):
        level = [
            part
            for one in level
            for part in (one.values() if isinstance(one, dict) else one)
            if isinstance(part, dict | list)
        ]
        if not level:
            return False
    return True


class Lesson:
    """A recorded conversation, opened.

    Parameters
    ----------
    path
        Of the file. It may come from anybody: sizes are bounded, and what it names is looked up in it only.

    Raises
    ------
    RecordingError
        It is no lesson, is damaged, or holds more than is taken.
    OSError
        It cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        if path.stat().st_size > limit("unpacked"):
            raise self._too_large("unpacked")
        try:
            self._zip = zipfile.ZipFile(path)
        except _BROKEN as error:
            raise self._no_lesson() from error
        try:
            self._read()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def content(self, name: str) -> bytes:
        """What a file in the lesson holds; nothing where there is none of this name."""
        with self._lock:
            return self._member(name) if name in self._sizes else b""

    def _read(self) -> None:
        members = self._zip.infolist()
        if len(members) > limit("members"):
            raise self._too_large("members")
        if sum(member.file_size for member in members) > limit("unpacked"):
            raise self._too_large("unpacked")
        self._sizes = {member.filename: member.file_size for member in members}
        head = self._json(_HEAD) if self._sizes.get(_HEAD, _HEAD_BYTES + 1) <= _HEAD_BYTES else None
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise self._no_lesson()
        if head.get("version") != VERSION:
            raise RecordingError(
                tr("{name} was written by a newer version of gpwidgets.", name=self.path.name)
            )
        self.server: str = str(head.get("server", ""))
        self.services: str = "" if head.get("services") == "" else "/rest/services"
        self.complete: bool = head.get("complete") is not False
        names = sorted(
            name for name in self._sizes if name.startswith("exchanges/") and name.endswith(".json")
        )
        self.exchanges: list[Exchange] = sorted(map(self._exchange, names), key=lambda one: one.number)

    def _exchange(self, name: str) -> Exchange:
        try:
            return Exchange.from_json(self._json(name))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise self._no_lesson() from error

    def _json(self, name: str) -> Any:
        try:
            value = json.loads(self._member(name))
        except (ValueError, RecursionError) as error:
            raise self._no_lesson() from error
        if _is_deep(value):
            raise self._no_lesson()
        return value

    def _member(self, name: str) -> bytes:
        try:
            with self._zip.open(name) as file:
                # Never more than was counted, whatever the packed data unpack to.
                return file.read(self._sizes[name])
        except _BROKEN as error:
            raise self._no_lesson() from error

    def _no_lesson(self) -> RecordingError:
        return RecordingError(tr("{name} is no recorded lesson, or it is damaged.", name=self.path.name))

    def _too_large(self, bound: str) -> RecordingError:
        return RecordingError(
            tr("{name} holds more than is taken; {hint}.", name=self.path.name, hint=how_to_raise(bound))
        )
