"""What is kept of a conversation while it goes on."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpwidgets.recording.exchange import SentFile, safe_headers
from gpwidgets.recording.lesson_file import LessonWriter, file_name
from gpwidgets.recording.passing import Passed
from gpwidgets.recording.place import MARK, Swap, path_parts
from gpwidgets.recording.redaction import Redactor, hidden_inputs
from gpwidgets.recording.uploads_again import digest_of
from gpwidgets.texts import tr

__all__ = ["Asking", "Conversation"]

#: In small letters, as all words of paths here: servers take them in any.
_INPUTS_SENT = frozenset({"execute", "submitjob", "validate"})
_ISSUES_TOKENS = frozenset({"tokens", "generatetoken", "gettoken", "oauth2"})
_FUNCTION = re.compile(r"[\w.$]+")


@dataclass(frozen=True)
class Asking:
    """A request to the recorder.

    Attributes
    ----------
    method, path
        The path begins below the server's context, percent-encoded as it came.
    query, headers, body
        As they are passed on.
    fields
        Of query and form together; the last value of each.
    given
        Each value of each field.
    sent
        The uploaded file.
    began
        When it came, by `time.monotonic`.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    fields: Mapping[str, str]
    given: tuple[tuple[str, str], ...]
    sent: SentFile | None
    began: float


class Conversation:
    """Keeps each exchange, without secrets, as soon as it is over.

    Parameters
    ----------
    writer
        Where they go.
    context
        The server's address up to ``/rest``; the mark takes its place.
    describe
        Asks the server for the description of a task, with the sign-in of a request; None for none.
    """

    def __init__(
        self,
        writer: LessonWriter,
        context: str,
        describe: Callable[[tuple[str, ...], Asking], Any],
    ) -> None:
        self._writer, self._describe = writer, describe
        self.path: Path = writer.path
        self._asked_swap, self._swap = Swap(context, MARK), Swap(context, MARK, by_inner_names=True)
        self._lock = threading.Lock()
        self._redactor = Redactor()
        self._hidden: dict[tuple[str, ...], frozenset[str] | None] = {}
        self._last_states: dict[tuple[str, ...], str] = {}
        self._started = time.monotonic()
        self._number = 0
        self._closed = False
        self._known_at_first: int | None = None
        self.problem: str = ""

    @property
    def count(self) -> int:
        """Exchanges that are kept."""
        return self._writer.count

    def keep(self, asking: Asking, passed: Passed) -> None:
        """Keep an exchange; what goes wrong with that is told, and does not disturb the conversation."""
        ended = time.monotonic()
        parts = path_parts(asking.path)
        try:
            with self._lock:
                self._learn(parts, asking, passed)
            hidden = self._hidden_of(parts, asking)
            with self._lock:
                if not self._closed and not self._writer.full:
                    self._write(parts, asking, passed, hidden, ended)
        except Exception as error:  # the answer is there, whatever is wrong with keeping it
            self.problem = tr("An answer could not be kept: {error}", error=self._redactor.text(str(error)))

    def close(self) -> Path:
        """Write the file, without the secrets that became known after they were first repeated; its path.

        Raises
        ------
        OSError
            It cannot be written; the words say where what was recorded is.
        """
        with self._lock:
            if not self._closed:
                self._closed = True
                knows_more = self._known_at_first not in (None, len(self._redactor))
                self.path = self._writer.close(self._redactor if knows_more else None)
            return self.path

    def _learn(self, parts: tuple[str, ...], asking: Asking, passed: Passed) -> None:
        self._redactor.learn(asking.headers, asking.given, asking.path)
        if "json" in asking.headers.get("Content-Type", "").lower():
            self._redactor.learn_json(asking.body)
        for cookie in passed.cookies:
            self._redactor.learn_cookie(cookie)
        if _is_task(parts):
            told = _as_json(passed.body)
            if isinstance(told, Mapping) and "parameters" in told:
                # What was hidden once stays so, whatever else is told of the task.
                known = self._hidden.get(_key(parts)) or frozenset()
                self._hidden[_key(parts)] = known | hidden_inputs(told)

    def _hidden_of(self, parts: tuple[str, ...], asking: Asking) -> frozenset[str] | None:
        """The inputs of a task that nobody may see; its description is asked for where it is not known."""
        if _key(parts[-1:]) not in {(word,) for word in _INPUTS_SENT}:
            return frozenset()
        task = parts[:-1]
        if self._hidden.get(_key(task)) is None:
            told = self._describe(task, asking)
            known = isinstance(told, Mapping) and "parameters" in told
            self._hidden[_key(task)] = hidden_inputs(told) if known else None
        return self._hidden[_key(task)]

    def _write(
        self,
        parts: tuple[str, ...],
        asking: Asking,
        passed: Passed,
        hidden: frozenset[str] | None,
        ended: float,
    ) -> None:
        is_token = not _ISSUES_TOKENS.isdisjoint(_key(parts))
        fields = self._redactor.fields(asking.fields, hidden, token=is_token)
        kind, content = self._content(parts, passed, is_token=is_token)
        if kind == "" or self._is_old_state(parts, content):
            return
        if self._known_at_first is None:
            self._known_at_first = len(self._redactor)
        number = self._number = self._number + 1
        headers = {name: self._swap.text(text) for name, text in passed.headers.items()}
        file = file_name(number, headers.get("Content-Type", "")) if kind == "file" else ""
        told: dict[str, Any] = {
            "number": number,
            "time": round(asking.began - self._started, 3),
            "duration": round(ended - asking.began, 3),
            "method": asking.method,
            "path": self._redactor.json(asking.path, token=False),
            "fields": _swapped(fields, self._asked_swap),
        }
        if asking.sent is not None:
            sent = asking.sent.to_json()
            told["upload"] = {**sent, "name": self._redactor.text(asking.sent.name)}
        headers = {name: self._redactor.text(text) for name, text in safe_headers(headers).items()}
        told |= {"status": passed.status, "headers": headers, kind: file or content}
        self._writer.add(told, content if kind == "file" else None)

    def _is_old_state(self, parts: tuple[str, ...], content: Any) -> bool:
        """Whether a job is told of in the same words as before."""
        if _key(parts[-2:-1]) != ("jobs",):
            return False
        state = digest_of(json.dumps(content, default=str).encode())
        is_old = self._last_states.get(parts) == state
        self._last_states[parts] = state
        return is_old

    def _content(self, parts: tuple[str, ...], passed: Passed, *, is_token: bool) -> tuple[str, Any]:
        """How an answer is kept, and what is kept of it; ``""`` for what is not."""
        kind = next((text for name, text in passed.headers.items() if name.lower() == "content-type"), "")
        kind = kind.partition(";")[0].strip().lower()
        is_file = "directories" in _key(parts)
        told = None if is_file else _as_json(passed.body)
        if isinstance(told, dict | list):
            cleaned = self._redactor.json(told, token=is_token, hidden=self._hidden_below(parts))
            return "json", _swapped(cleaned, self._swap)
        if is_file or not (kind.startswith("text/") or "xml" in kind or "json" in kind):
            if is_token:
                return "", None
            return "file", self._redactor.file(passed.body)
        # Pages repeat what JSON tells, with the values of all fields in them.
        if "html" in kind or is_token or "inputs" in _key(parts):
            return "", None
        text = self._swap(passed.body).decode("utf-8", "replace")
        return "text", self._redactor.text(text)

    def _hidden_below(self, parts: tuple[str, ...]) -> frozenset[str] | None:
        """The hidden parameters of the task that a path leads to, or below."""
        kinds = _key(parts)
        at = kinds.index("gpserver") + 2 if "gpserver" in kinds else 0
        return self._hidden.get(kinds[:at])


def _key(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.lower() for part in parts)


def _is_task(parts: tuple[str, ...]) -> bool:
    return _key(parts[-2:-1]) == ("gpserver",)


def _as_json(body: bytes) -> Any:
    """An object or list, also one that is handed to a function; None for anything else."""
    try:
        text = body.decode("utf-8-sig")
        if not text.lstrip().startswith(("{", "[")):
            text = _handed_over(text)
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _handed_over(text: str) -> str:
    """What a text hands to a function, ``callback({…});``; empty where it is no call."""
    function, _, rest = text.partition("(")
    handed = rest.rstrip().removesuffix(";").rstrip()
    is_call = handed.endswith(")") and _FUNCTION.fullmatch(function.strip()) is not None
    return handed[:-1] if is_call else ""


def _swapped(value: Any, swap: Swap) -> Any:
    return json.loads(swap(json.dumps(value).encode()))
