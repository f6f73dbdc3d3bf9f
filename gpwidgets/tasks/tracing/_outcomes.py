"""What came of a request, in half a sentence; and why it was sent, where one before it tells that."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gpwidgets.client.http.bodies import BUSY
from gpwidgets.client.http.tracing import Exchange
from gpwidgets.protocol.enums import JobStatus
from gpwidgets.protocol.plain_text import one_line
from gpwidgets.texts import later, tr

__all__ = ["cause_of", "is_good", "outcome_of"]

_STATES = {
    JobStatus.NEW: later("the server says that the job is new"),
    JobStatus.SUBMITTED: later("the server says that the job has been submitted"),
    JobStatus.WAITING: later("the server says that the job waits for its turn"),
    JobStatus.EXECUTING: later("the server says that it is executing"),
    JobStatus.SUCCEEDED: later("the server says that it has succeeded"),
    JobStatus.FAILED: later("the server says that it has failed"),
    JobStatus.TIMED_OUT: later("the server says that it took too long"),
    JobStatus.CANCELLING: later("the server says that it is being cancelled"),
    JobStatus.CANCELLED: later("the server says that it was cancelled"),
    JobStatus.DELETING: later("the server says that it is being deleted"),
    JobStatus.DELETED: later("the server says that it was deleted"),
}
# The answer may be cut, so it is not read as JSON.
_STATUS = re.compile(r'"jobStatus"\s*:\s*"(\w+)"')
_JOB = re.compile(r'"jobId"\s*:\s*"([^"]{1,80})"')
_ITEM = re.compile(r'"itemID"\s*:\s*"([^"]{1,80})"')
_ERROR = re.compile(r'^\s*\{\s*"error"\s*:\s*\{')
_CODE = re.compile(r'"code"\s*:\s*([0-9]{1,4})')
_MESSAGE = re.compile(r'"message"\s*:\s*"((?:[^"\\]|\\.)*)"')
_TOKEN = re.compile(r'"(?:token|access_token)"\s*:')
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WANTS_SIGN_IN = frozenset({401, 498, 499})
_NOT_THAT_WAY = frozenset({405, 414, 501})


def error_of(exchange: Exchange) -> tuple[int, str] | None:
    """Code and message of an error that the answer holds; None when it holds none."""
    if not _ERROR.match(exchange.answer):
        return None
    code, message = _CODE.search(exchange.answer), _MESSAGE.search(exchange.answer)
    return int(code[1]) if code else 0, one_line(message[1], 160) if message else ""


def is_good(exchange: Exchange) -> bool:
    """Whether a usable answer came."""
    failed = exchange.status is None or exchange.status >= 400 or exchange.error
    return not failed and error_of(exchange) is None


def outcome_of(exchange: Exchange) -> str:
    """Say what came of a request, without a full stop."""
    if exchange.error or exchange.status is None:
        return tr("no usable answer came: {error}", error=exchange.error.rstrip("."))
    error = error_of(exchange)
    if error is not None:
        return tr(
            "the server refuses with error {code}: {message}", code=error[0], message=error[1].rstrip(".")
        )
    status = exchange.status
    if status in _REDIRECTS:
        return tr("the server sends it on to {address}", address=exchange.headers.get("Location", "?"))
    if status in BUSY:
        words = f"{status}: {tr(BUSY[status])}"
        return f"{words}{_comma(asked_to_wait(exchange))}"
    if status >= 400:
        return tr("the server refuses with HTTP status {status}", status=status)
    return _of_good(exchange)


def _of_good(exchange: Exchange) -> str:
    answer = exchange.answer
    state = _STATUS.search(answer)
    job = _JOB.search(answer) if exchange.url.lower().endswith("/submitjob") else None
    if job and state:
        return tr("the server gives it the id {job} ({state})", job=job[1], state=state[1])
    if state:
        words = _STATES.get(JobStatus(state[1]), later("the server does not name a known state"))
        return f"{tr(words)} ({state[1]})"
    if _TOKEN.search(answer):
        return tr("the server gives one")
    item = _ITEM.search(answer)
    if item and "/uploads/" in exchange.url:
        return tr("the server keeps it as item {item}", item=item[1])
    if "html" in exchange.headers.get("Content-Type", ""):
        return tr("a web page came")
    return tr("{size:,} bytes came", size=exchange.received)


def asked_to_wait(exchange: Exchange) -> str:
    """For how long the server asked to be left alone; empty where it did not."""
    asked = exchange.headers.get("Retry-After", "")
    return f"Retry-After {asked} s" if asked.isdecimal() else f"Retry-After {asked}" if asked else ""


def cause_of(exchanges: Sequence[Exchange], place: int) -> str:
    """Why a request was sent, where one before it tells: it failed, was sent on, or lacked a sign-in."""
    exchange = exchanges[place]
    for before in reversed(exchanges[max(0, place - 40) : place]):
        if before.status in _REDIRECTS and _same_path(before.headers.get("Location", ""), exchange.url):
            return tr("Follows the redirect")
        if before.url == exchange.url and _asks_the_same(before, exchange):
            return "" if is_good(before) and before.status not in BUSY else _again(before, exchange)
    return ""


def _again(before: Exchange, exchange: Exchange) -> str:
    error = error_of(before)
    code = error[0] if error else before.status
    if before.status in _NOT_THAT_WAY and before.method != exchange.method:
        return tr("Tried again as {method}", method=exchange.method)
    if code in _WANTS_SIGN_IN:
        return tr("Tried again, signed in")
    what = tr("no answer") if code is None or before.error else str(code)
    return tr("Tried again after {what}", what=f"{what}{_comma(asked_to_wait(before))}")


def _comma(words: str) -> str:
    return f", {words}" if words else ""


def _asks_the_same(one: Exchange, other: Exchange) -> bool:
    """Whether the fields are the same, but for a sign-in."""
    return {(a.name, a.text) for a in one.fields if a.name != "token"} == {
        (a.name, a.text) for a in other.fields if a.name != "token"
    }


def _same_path(location: str, url: str) -> bool:
    return location != "" and (location == url or (location.startswith("/") and url.endswith(location)))
