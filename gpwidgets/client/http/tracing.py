"""What was asked and answered, kept for whoever wants to look: little of each, and no secrets.

A session writes each request and its answer into the trace of its context, which is that of the run it works
for, or into its own. Secrets are taken out before anything is kept, and of long values only the beginning is.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from gpwidgets.client.http._answer_digest import Hide, cut_safely, digest
from gpwidgets.client.http._deadlines import Deadline
from gpwidgets.client.http._reply import Reply
from gpwidgets.client.http._request_urls import without_query
from gpwidgets.file_names import last_part
from gpwidgets.secrets import MASKED, Masker, SecretText, is_secret_name, mask

__all__ = ["NO_TRACE", "Exchange", "SentField", "Sight", "Trace", "current_trace", "cut_safely", "tracing"]

_LOG = logging.getLogger("gpwidgets.client")

#: Requests of a run that are kept from its beginning, and from its end.
_FIRST = 40
_LATEST = 120
_LONGEST_VALUE = 300
#: Fields of one request; a task has some tens of inputs.
_MOST_FIELDS = 100
#: Headers that tell what an answer is, or what stands between here and its server.
_HEADERS = ("Content-Type", "Retry-After", "Location", "Server", "Via", "X-Cache", "Date", "WWW-Authenticate")
#: Fields that only a request for a token has, and what such a request may show.
_SIGN_IN = frozenset({"password", "client_secret", "refresh_token", "code_verifier", "code", "subject_token"})
_TOLD_OF_TOKENS = frozenset({"f", "expiration", "client", "request", "grant_type", "redirect_uri"})
_TOKEN_PATHS = ("/generatetoken", "/oauth2/token")


@dataclass(frozen=True, slots=True)
class SentField:
    """A field of a request's query or form.

    Attributes
    ----------
    name, text : str
        The beginning of what was sent; ``***`` in place of what is secret.
    size : int or None
        Bytes of all of it, or letters of a long one; None of a secret.
    is_file : bool
        Whether it is an uploaded file, of which the text is the name.
    """

    name: str
    text: str
    size: int | None
    is_file: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, without secrets.

    Attributes
    ----------
    number : int
        Place in the trace, from 1.
    started : float
        Seconds since 1970.
    offset, duration : float
        Seconds from the beginning of the trace to the request, and from there to the end of its answer.
    method, url : str
        The address has no query.
    fields : tuple of SentField
        Of query or form.
    sent, received : int
        About how many bytes of form and files were sent, and bytes of the answer after unpacking.
    status : int or None
        HTTP status; None when no answer came.
    headers : mapping of str to str
        A few of the answer.
    answer : str
        What matters of the answer, mostly as JSON.
    error : str
        What went wrong on the way, in words.
    """

    number: int
    started: float
    offset: float
    duration: float
    method: str
    url: str
    fields: tuple[SentField, ...]
    sent: int
    received: int
    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""
    error: str = ""


@dataclass
class Sight:
    """What a session sees of one request while it goes on."""

    method: str
    url: str
    form: Mapping[str, str]
    files: Mapping[str, Any] | None
    sent: int
    make_masker: Callable[[], Masker]
    deadline: Deadline
    began: float = field(default_factory=time.monotonic)
    status: int | None = None
    reply: Reply | None = None
    error: Exception | None = None

    def __post_init__(self) -> None:
        self._before = self.deadline.bytes

    @cached_property
    def masker(self) -> Masker:
        """Hides what was sent as secret, by this request too."""
        return self.make_masker()

    @property
    def received(self) -> int:
        """Bytes of the answer."""
        return max(0, self.deadline.bytes - self._before - self.sent)

    @property
    def asks_for_token(self) -> bool:
        """Whether it is a sign-in, of which hardly anything is kept."""
        path = self.url.partition("?")[0].rstrip("/").lower()
        return path.endswith(_TOKEN_PATHS) or not _SIGN_IN.isdisjoint(self.form)


class Trace:
    """The first and the latest requests of a run or a session; for any thread.

    Parameters
    ----------
    first, latest
        How many are kept from the beginning, and from the end; with none, nothing is.
    """

    def __init__(self, first: int = _FIRST, latest: int = _LATEST) -> None:
        self.began: float = time.monotonic()
        self._first: list[Exchange] = []
        self._latest: deque[Exchange] = deque(maxlen=latest)
        self._most_first = first
        self._lock = threading.Lock()
        self._count = 0
        self._watchers: list[Callable[[], object]] = []
        self._seen: dict[str, tuple[int, str]] = {}

    @property
    def keeps(self) -> bool:
        """Whether anything is kept."""
        return self._most_first > 0

    def exchanges(self) -> tuple[Exchange, ...]:
        """Those that are kept; numbers that are missing fell out."""
        with self._lock:
            return (*self._first, *self._latest)

    def watch(self, watcher: Callable[[], object]) -> Callable[[], None]:
        """Call `watcher` after each request, in whatever thread it was; returns what ends that."""
        self._watchers = [*self._watchers, watcher]

        def end() -> None:
            self._watchers = [one for one in self._watchers if one is not watcher]

        return end

    def take(self, sight: Sight) -> None:
        """Keep what matters of a request that is over; a fault in this must not be one of the request."""
        if not self.keeps:
            return
        try:
            made = self._make(sight, _hider(sight.masker))
        except Exception as error:
            _LOG.error("a request could not be kept in the trace: %s", type(error).__name__)
            return
        with self._lock:
            self._count += 1
            made = replace(made, number=self._count)
            (self._first if self._count <= self._most_first else self._latest).append(made)
        for watcher in self._watchers:
            try:
                watcher()
            except Exception as error:
                _LOG.error("a watcher of requests failed: %s", mask(repr(error)))

    def _make(self, sight: Sight, hide: Hide) -> Exchange:
        ended = time.monotonic()
        url = hide(without_query(sight.url))
        return Exchange(
            number=0,
            started=time.time() - (ended - sight.began),
            offset=sight.began - self.began,
            duration=ended - sight.began,
            method=sight.method,
            url=url,
            fields=tuple(_fields(sight, hide)),
            sent=sight.sent,
            received=sight.received,
            status=sight.status,
            headers={} if sight.reply is None else _headers(sight.reply.headers, hide),
            answer="" if sight.reply is None else self._answer(sight, sight.reply, url, hide),
            error="" if sight.error is None else cut_safely(str(sight.error), hide, _LONGEST_VALUE),
        )

    def _answer(self, sight: Sight, reply: Reply, url: str, hide: Hide) -> str:
        """Most looks at a job are answered as the one before, which need not be read again for this."""
        key = hash((reply.status, reply.body))
        seen = self._seen.get(url)
        if seen is not None and seen[0] == key:
            return seen[1]
        kind = reply.headers.get("Content-Type", "")
        text = digest(reply.body, kind, hide, token=sight.asks_for_token, briefly=seen is not None)
        if len(self._seen) > _FIRST:
            self._seen.clear()
        self._seen[url] = (key, text)
        return text


NO_TRACE = Trace(0, 0)
"""Keeps nothing: for runs that nobody can ask for it."""

_current: ContextVar[Trace | None] = ContextVar("gpwidgets_trace", default=None)


@contextlib.contextmanager
def tracing(trace: Trace) -> Iterator[None]:
    """Have what is asked inside of the ``with`` block kept in this trace."""
    before = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(before)


def current_trace(own: Trace) -> Trace:
    """The trace of the context; without one, that of the session."""
    return _current.get() or own


def _hider(masker: Masker) -> Hide:
    return lambda text: masker.text(mask(text))


def _fields(sight: Sight, hide: Hide) -> Iterator[SentField]:
    of_token = sight.asks_for_token
    for name, text in list(sight.form.items())[:_MOST_FIELDS]:
        shown = cut_safely(name, hide, _LONGEST_VALUE)
        # What is hidden in part only would tell the rest, and a size would tell how long it is.
        secret = isinstance(text, SecretText) or is_secret_name(name)
        if secret or (of_token and name not in _TOLD_OF_TOKENS):
            yield SentField(shown, MASKED, None)
        else:
            size = len(text) if len(text) > _LONGEST_VALUE else len(text.encode("utf-8", "replace"))
            yield SentField(shown, cut_safely(text, hide, _LONGEST_VALUE), size)
    for name, part in (sight.files or {}).items():
        told = str(part[0]) if isinstance(part, tuple) else ""
        yield SentField(name, cut_safely(last_part(told), hide, _LONGEST_VALUE), None, is_file=True)


def _headers(headers: Mapping[str, str], hide: Hide) -> dict[str, str]:
    found = ((name, headers.get(name)) for name in _HEADERS)
    return {
        name: cut_safely(text.partition("?")[0] if name == "Location" else text, hide, _LONGEST_VALUE)
        for name, text in found
        if text
    }
