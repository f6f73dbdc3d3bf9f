"""One request and its answer, as a lesson keeps them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gpwidgets.recording.place import path_parts

__all__ = ["Exchange", "SentFile"]

_FILE_NAME = re.compile(r"files/[0-9]{5,9}\.[a-z0-9]{1,8}")
_TYPE = re.compile(r"[\w.+-]{1,80}/[\w.+-]{1,80}(; ?charset=[\w-]{1,40})?", re.ASCII)
#: Headers that tell what an answer is; all others are of no use later.
_HEADERS = {
    "Content-Type": _TYPE,
    "Content-Disposition": re.compile(r"[\x20-\x7e]{1,300}"),
    "Location": re.compile(r"\{\{server\}\}/[\x21-\x7e]{0,4000}"),
    "Retry-After": re.compile(r"[0-9]{1,6}"),
}


@dataclass(frozen=True)
class SentFile:
    """A file that was uploaded: what it was, and not what was in it."""

    name: str
    size: int
    digest: str

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {"name": self.name, "size": self.size, "sha256": self.digest}


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, without secrets.

    Attributes
    ----------
    number
        Place in the conversation, from 1.
    time, duration
        Seconds from the beginning of the recording to the request, and from there to the answer.
    method, path
        Of the request; the path begins below the server's context, ``/rest/services/…``.
    fields
        Of query and form together, sorted; JSON objects and lists as such.
    status, headers
        Of the answer.
    body
        A JSON value, a text, or None where `file` names a member of the lesson.
    kind
        ``"json"``, ``"text"`` or ``"file"``.
    sent
        The uploaded file.
    """

    number: int
    time: float
    duration: float
    method: str
    path: str
    fields: Mapping[str, Any]
    status: int
    headers: Mapping[str, str]
    kind: str
    body: Any = None
    file: str = ""
    sent: SentFile | None = None
    parts: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", path_parts(self.path))

    @property
    def is_good(self) -> bool:
        """Whether the answer is neither an HTTP error nor an error in JSON."""
        refused = isinstance(self.body, Mapping) and "error" in self.body
        return self.status < 400 and not refused

    @classmethod
    def from_json(cls, told: Any) -> Exchange:
        """Read an object that anybody may have written.

        Raises
        ------
        ValueError, TypeError, KeyError
            It is no exchange.
        """
        kind = next(kind for kind in ("json", "text", "file", "") if kind in told or not kind)
        file = told["file"] if kind == "file" else ""
        if not kind or (kind == "file" and not _FILE_NAME.fullmatch(file)):
            raise ValueError("no answer")
        if kind == "text" and not isinstance(told["text"], str):
            raise TypeError("text")
        path = told["path"]
        if not (isinstance(path, str) and path.startswith("/") and len(path) < 4000):
            raise ValueError("path")
        return cls(
            number=_number(told["number"], 10**9, int),
            time=_number(told["time"], 10**7),
            duration=_number(told["duration"], 10**5),
            method="POST" if told["method"] == "POST" else "GET",
            path=path,
            fields={str(name): value for name, value in told["fields"].items()},
            status=_status(told["status"]),
            headers=safe_headers(told["headers"]),
            kind=kind,
            body=None if kind == "file" else told[kind],
            file=file,
            sent=_sent(told.get("upload")),
        )


def safe_headers(headers: Mapping[str, Any]) -> dict[str, str]:
    """Those that tell what an answer is, where they look like it."""
    return {
        name: headers[name]
        for name, pattern in _HEADERS.items()
        if isinstance(headers.get(name), str) and pattern.fullmatch(headers[name])
    }


def _number(value: Any, most: float, kind: type = float) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError("number")
    return kind(value)


def _status(value: Any) -> int:
    status = int(_number(value, 599, int))
    if status < 200 or status in (204, 304):
        raise ValueError("status")
    return status


def _sent(told: Any) -> SentFile | None:
    if told is None:
        return None
    return SentFile(str(told["name"])[:300], _number(told["size"], 2**50, int), str(told["sha256"])[:64])
