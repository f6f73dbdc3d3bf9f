"""From the bytes of an answer to JSON, or to an error that says what came instead."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from gpwidgets.errors import BadReply, ConnectionFailed, GPError, ServerError
from gpwidgets.protocol.responses.advice import advise
from gpwidgets.protocol.responses.replies import server_error
from gpwidgets.protocol.tolerant_json import tolerant_loads
from gpwidgets.texts import later, tr

BUSY = {
    429: later("too many requests at the moment, try again later"),
    502: later("the server behind the gateway gave no usable answer"),
    503: later("the server is busy or starting, try again later"),
    504: later("the server behind the gateway did not answer in time"),
}
"""HTTP statuses of a gateway that answers in the server's place, and what they mean."""

GATEWAY_GAVE_UP = frozenset({502, 504})
"""Those of a gateway that had passed the request on before."""

#: Where a page says what it is, in the order in which it is looked for.
_TITLES = ((b"<title", b"</title"), (b"<h1", b"</h1"), (b"<b>", b"</b"), (b"<b ", b"</b"))
_PAGE_HEAD = 1 << 16
_CALLBACK = re.compile(rb"[\w.$]{1,200}+\(")
_TAGS = re.compile(r"<[^<>]*+>")
_BOM = b"\xef\xbb\xbf"
_DEEPEST = 100
_NOT_STRUCTURE = bytes(code for code in range(256) if code not in b'[]{}"')
_QUOTED = re.compile(rb'"[^"]*"')


def html_title(body: bytes) -> str:
    """The title of an HTML page as plain text, ``""`` without one."""
    head = body[:_PAGE_HEAD]
    lower = head.lower()
    for opening, closing in _TITLES:
        start = lower.find(b">", lower.find(opening)) if opening in lower else -1
        end = lower.find(closing, start)
        if start >= 0 and end >= 0:
            text = head[start + 1 : end].decode("utf-8", "replace")
            return " ".join(html.unescape(_TAGS.sub(" ", text)).split())[:200]
    return ""


def _unwrapped(text: bytes) -> bytes:
    """The JSON inside of a JSONP call, or the text itself."""
    called = _CALLBACK.match(text[:256])
    if called is None:
        return text
    inner = text[called.end() :].rstrip().removesuffix(b";").rstrip()
    if not inner.endswith(b")"):
        return text
    inner = inner[:-1].strip()
    return inner if inner[:1] in (b"{", b"[") and inner[-1:] in (b"}", b"]") else text


def parse_json(body: bytes, url: str, status: int = 200) -> Any:
    """Read JSON as servers really send it.

    A byte-order mark, a JSONP wrapper, and bare ``NaN`` are tolerated.

    Raises
    ------
    BadReply
        The body is a page, is cut off, is no JSON, or is nested more than a hundred deep.
    """
    text = body.removeprefix(_BOM).strip()
    if text.startswith(b"<"):
        title = html_title(text)
        said = tr(" titled {title!r}", title=title) if title else ""
        raise BadReply(
            tr(
                "{url} answered with a web page{said} (HTTP {status}) instead of JSON.",
                url=url,
                said=said,
                status=status,
            ),
            url=url,
        )
    text = _unwrapped(text)
    if _is_deep(text):
        raise BadReply(tr("The answer of {url} is nested too deeply to be read.", url=url), url=url)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _parse_tolerantly(text, url, status)


def _is_deep(text: bytes) -> bool:
    # Each round takes the innermost brackets away, at the speed of bytes.replace.
    plain = text.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NOT_STRUCTURE)
    plain = _QUOTED.sub(b"", plain)
    for _ in range(_DEEPEST):
        shorter = plain.replace(b"[]", b"").replace(b"{}", b"")
        if len(shorter) == len(plain):
            return len(plain) > _DEEPEST
        plain = shorter
    return bool(plain)


def _parse_tolerantly(text: bytes, url: str, status: int) -> Any:
    try:
        return tolerant_loads(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        pass
    if not text:
        empty = BadReply(tr("{url} sent an empty answer (HTTP {status}).", url=url, status=status), url=url)
        empty.incomplete = True
        raise empty
    ends = {b"{": b"}", b"[": b"]"}
    begun = text[:1] in ends
    cut = begun and text[-1:] != ends[text[:1]]
    what = tr("was cut off before its end") if cut else tr("cannot be read as JSON")
    bad = BadReply(
        tr(
            "The answer of {url} {what} ({size} bytes, HTTP {status}).",
            url=url,
            what=what,
            size=len(text),
            status=status,
        ),
        url=url,
    )
    bad.incomplete = begun  # a cut may fall behind any bracket
    raise bad


def json_object(body: bytes, url: str, status: int = 200) -> dict[str, Any]:
    """Read a JSON object and raise the error that is inside it, if there is one.

    Raises
    ------
    ServerError
        The server reported an error, in the body or by its HTTP status.
    ConnectionFailed
        A gateway answered in the server's place (429, 502, 503, 504); `maybe_sent` tells whether the server
        may have got the request.
    BadReply
        As `parse_json`, or the JSON is no object.
    """
    try:
        return _object(body, url, status)
    except GPError as error:
        advise(error)
        raise


def _object(body: bytes, url: str, status: int) -> dict[str, Any]:
    try:
        data = parse_json(body, url, status)
    except BadReply:
        if status in BUSY:
            raise _busy(body, url, status) from None
        if 400 <= status < 500:
            raise _by_status(body, url, status) from None
        raise
    error = server_error(data, url, status)
    if error is not None:
        raise error
    if status >= 400:
        raise _by_status(body, url, status)
    if not isinstance(data, Mapping):
        raise BadReply(
            tr("{url} answered with {kind} where an object was expected.", url=url, kind=type(data).__name__),
            url=url,
        )
    return dict(data)


def _busy(body: bytes, url: str, status: int) -> ConnectionFailed:
    title = html_title(body)
    said = f", {title!r}" if title and str(status) not in title else ""
    what = tr(BUSY[status])
    # A gateway that refuses passes nothing on; one that waited in vain may have passed the request on.
    maybe_sent = status in GATEWAY_GAVE_UP
    host = urlsplit(url).netloc.rpartition("@")[2]
    return ConnectionFailed(f"{host}: {what} (HTTP {status}{said}).", url=url, maybe_sent=maybe_sent)


def _by_status(body: bytes, url: str, status: int) -> ServerError:
    title = html_title(body) or tr("HTTP status {status}", status=status)
    error = server_error({"error": {"code": status, "message": title}}, url)
    assert error is not None
    return error
