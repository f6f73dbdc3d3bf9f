"""Answers of a server: jobs, messages, progress, results and errors."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.errors import AccessDenied, AuthenticationError, ResourceNotFound, ServerError
from gpwidgets.protocol.enums import JobStatus, MessageType
from gpwidgets.protocol.tolerant_json import tolerant_loads
from gpwidgets.texts import tr


@dataclass(frozen=True)
class GPMessage:
    """A line that a tool wrote.

    Attributes
    ----------
    type : MessageType
    description : str
        The text as sent: any language, may hold line breaks and HTML-like text. Of a message that is JSON,
        the words in it, with its parameters.
    code : str
        Code that came with the text, such as ``"BUFFERS_100020"``; ``""`` without one.
    """

    type: MessageType
    description: str
    code: str = ""

    @property
    def words(self) -> str:
        """The text and its code."""
        number = self.code.zfill(6) if self.code.isdecimal() else self.code
        return (
            self.description
            if not self.code or number in self.description
            else (f"{self.description} [{self.code}]")
        )

    @property
    def level(self) -> str:
        """``"info"``, ``"warning"`` or ``"error"``."""
        return self.type.level

    @classmethod
    def list_from_json(cls, data: Any) -> tuple[GPMessage, ...]:
        """Read a ``messages`` list; anything that is not one gives no messages."""
        rows = data if isinstance(data, list | tuple) else ()
        left = len(rows) - limit("messages")
        found = [
            cls(MessageType(row.get("type") or ""), _bounded(text), code)
            for row in rows[max(0, left) :]
            if isinstance(row, Mapping)
            for text, code in [readable_message(row)]
        ]
        if left > 0:
            text = tr(
                "{count:,} earlier messages are left out; {hint}.", count=left, hint=how_to_raise("messages")
            )
            found.insert(0, cls(MessageType("esriJobMessageTypeWarning"), text))
        return tuple(found)


def _bounded(text: str) -> str:
    most = limit("message")
    if len(text) <= most:
        return text
    return tr("{text}… (cut; {hint})", text=text[:most], hint=how_to_raise("message"))


def readable_message(row: Mapping[str, Any]) -> tuple[str, str]:
    """The words of a message and its code: some tools of portals write JSON in place of a text."""
    text, code = row.get("description"), _code_text(row.get("code") or row.get("messageCode"))
    inner = text if isinstance(text, Mapping) else _json_object(text)
    if inner is None:
        return str(text or ""), code
    code = _code_text(inner.get("messageCode") or inner.get("code")) or code
    params = inner.get("params")
    named = dict(params) if isinstance(params, Mapping) else {}
    words = str(inner.get("message") or inner.get("description") or "")
    for name in list(named):
        if f"{{{name}}}" in words:
            words = words.replace(f"{{{name}}}", str(named.pop(name)))
    told = {**named, **{key: value for key, value in inner.items() if key not in _MESSAGE_KEYS}}
    further = ", ".join(f"{key}: {_value_text(value)}" for key, value in told.items())
    return " ".join(filter(None, (words, f"({further})" if words and further else further))) or code, code


_MESSAGE_KEYS = frozenset({"message", "description", "messageCode", "code", "params", "type"})


def _code_text(value: Any) -> str:
    return str(value) if value and isinstance(value, str | int) and not isinstance(value, bool) else ""


def _value_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _json_object(text: Any) -> Mapping[str, Any] | None:
    """The object that a text is, with a key that messages have; None for any other text."""
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        return None
    try:
        told = tolerant_loads(text)
    except (ValueError, RecursionError):
        return None
    known = isinstance(told, dict) and ({"messageCode", "message", "cost"} & told.keys())
    return told if known else None


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes
    ----------
    message : str
    percent : float or None
        0 to 100; None when the tool only says a text.
    """

    message: str = ""
    percent: float | None = None

    @classmethod
    def from_json(cls, data: Any) -> Progress | None:
        """Read a ``progress`` object; None when there is none."""
        if not isinstance(data, Mapping):
            return None
        value = data.get("percent", data.get("percentage"))
        try:
            number = float("nan" if value is None or isinstance(value, bool) else value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        percent = min(100.0, max(0.0, number)) if math.isfinite(number) else None
        return cls(str(data.get("message") or ""), percent)


def _param_urls(data: Any) -> dict[str, str]:
    if isinstance(data, Mapping):
        named = {name: row.get("paramUrl") for name, row in data.items() if isinstance(row, Mapping)}
        return {name: url for name, url in named.items() if isinstance(url, str) and url}
    return {}


@dataclass(frozen=True)
class JobInfo:
    """The state of a job.

    Attributes
    ----------
    job_id : str
        ``""`` when the reply names none.
    status : JobStatus
        UNKNOWN for a word that is not documented.
    status_text : str
        The word as sent.
    messages : tuple of GPMessage
        All so far, not only the new ones.
    progress : Progress or None
    results, inputs : mapping of str to str
        ``paramUrl`` by parameter name, relative to the job.
    has_results : bool
        Whether the reply speaks of results at all; some servers add them a moment after success.
    """

    job_id: str
    status: JobStatus
    status_text: str = ""
    messages: tuple[GPMessage, ...] = ()
    progress: Progress | None = None
    results: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    has_results: bool = False

    @property
    def odd_status(self) -> str:
        """The status as sent where it is no documented word; ``""`` otherwise."""
        return "" if self.status_text in (self.status.value, "") else self.status_text

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> JobInfo:
        """Read the JSON of a job, of a submission or of a cancellation.

        A reply without a status is that of a job that was just submitted.
        """
        given = data.get("jobStatus")
        word = given if given is None or isinstance(given, str) else ""  # nothing else ends a run
        job_id = data.get("jobId")
        return cls(
            job_id=str(job_id) if isinstance(job_id, str | int) else "",
            status=JobStatus.SUBMITTED if word is None else JobStatus(word),
            status_text=str(word or ""),
            messages=GPMessage.list_from_json(data.get("messages")),
            progress=Progress.from_json(data.get("progress")),
            results=_param_urls(data.get("results")),
            inputs=_param_urls(data.get("inputs")),
            has_results=isinstance(data.get("results"), Mapping),
        )


@dataclass(frozen=True)
class ResultValue:
    """One output, or one input as the server keeps it.

    Attributes
    ----------
    name, data_type : str
    value : object
        JSON as sent; None when the tool did not set it.
    """

    name: str
    data_type: str
    value: Any

    @classmethod
    def from_json(cls, data: Any) -> ResultValue:
        """Read ``{"paramName", "dataType", "value"}``."""
        row = data if isinstance(data, Mapping) else {}
        return cls(str(row.get("paramName") or ""), str(row.get("dataType") or ""), row.get("value"))


@dataclass(frozen=True)
class ExecuteReply:
    """What a synchronous task answered."""

    results: tuple[ResultValue, ...]
    messages: tuple[GPMessage, ...] = ()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ExecuteReply:
        """Read the JSON of ``execute``."""
        rows = data.get("results")
        values = rows if isinstance(rows, list | tuple) else ()
        return cls(
            tuple(ResultValue.from_json(row) for row in values if isinstance(row, Mapping)),
            GPMessage.list_from_json(data.get("messages")),
        )


def server_error(body: Any, url: str = "", status: int | None = None) -> ServerError | None:
    """Find an error in an answer, in any of the shapes that servers use.

    Parameters
    ----------
    body
        The parsed JSON.
    url
        What was asked for.
    status
        The HTTP status, which counts when the body has no code.

    Returns
    -------
    ServerError or None
        An exception of the fitting class, not raised; None when the answer is no error.
    """
    if not isinstance(body, Mapping):
        return None
    inner = body.get("error")
    if isinstance(inner, Mapping):
        return _typed(inner, url, status)
    if isinstance(inner, str) and inner:
        return _typed({**body, "message": body.get("error_description") or inner}, url, status)
    code = _code(body.get("code"))
    state = str(body.get("status") or "").lower()
    if "jobId" in body or "jobStatus" in body:
        return None
    if state in ("failed", "failure", "error") or (code is not None and code >= 400):
        return _typed(_with_status_message(body), url, status)
    return None


def _with_status_message(body: Mapping[str, Any]) -> Mapping[str, Any]:
    text = body.get("statusMessage")
    if not isinstance(text, str):
        return body
    try:
        inner = tolerant_loads(text)
    except (ValueError, RecursionError):
        inner = {"message": text}
    return {**body, **inner} if isinstance(inner, Mapping) else body


def _code(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _lines(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, Sequence):
        return [str(row.get("description") if isinstance(row, Mapping) else row) for row in value if row]
    return []


def _typed(data: Mapping[str, Any], url: str, status: int | None) -> ServerError:
    code = _code(data.get("code"))
    if code is None and status is not None and status >= 400:
        code = status
    message = data.get("message")
    details = _lines(data.get("details")) + _lines(data.get("messages"))
    text = " ".join(message.split()) if isinstance(message, str) else ""
    details = list(dict.fromkeys(line.strip() for line in details if line.strip() != text))
    if not text and details:
        text, details = details[0], details[1:]
    kind = _ERROR_TYPES.get(code or 0, ServerError)
    if (
        kind is ServerError
        and "token" in text.lower()
        and ("required" in text.lower() or "invalid" in text.lower())
    ):
        kind = AuthenticationError
    return kind(text, code=code, details=details, url=url)


_ERROR_TYPES: Mapping[int, type[ServerError]] = {
    401: AuthenticationError,
    498: AuthenticationError,
    499: AuthenticationError,
    403: AccessDenied,
    404: ResourceNotFound,
}
