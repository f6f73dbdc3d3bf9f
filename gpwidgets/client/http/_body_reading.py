"""Reading the body of an answer: in pieces, within its bound and its time."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import requests

from gpwidgets.bounds import how_to_raise, limit
from gpwidgets.client.http._deadlines import Deadline, socket_of
from gpwidgets.client.http._request_urls import without_query
from gpwidgets.client.http.consumers import Taken, Taker
from gpwidgets.errors import BadReply
from gpwidgets.secrets import Masker
from gpwidgets.texts import tr

#: Bytes that are read at once, of an answer that is kept whole and of one that a taker takes.
_CHUNK = 1 << 14
_LARGE_CHUNK = 1 << 16


def read_body(
    answer: requests.Response,
    url: str,
    taker: Taker | None,
    deadline: Deadline,
    masker: Masker,
    max_bytes: int,
) -> Taken:
    """Read the whole body, or let a taker read it while it arrives; secrets that were sent are hidden.

    Parameters
    ----------
    answer
        Whose body has not been read yet.
    url
        Where it comes from.
    taker
        Takes the body; None keeps it.
    deadline
        Is told of every piece.
    masker
        Hides secrets.
    max_bytes
        Most bytes after unpacking, where the bound for answers of this kind is not lower.

    Raises
    ------
    BadReply
        The answer is larger.
    """
    deadline.watch(socket_of(answer.raw))
    chunks = _limited_chunks(answer, url, deadline, _CHUNK if taker is None else _LARGE_CHUNK, max_bytes)
    if taker is None:
        return Taken(masker.clean(b"".join(chunks)))
    return taker.take(chunks, masker)


def _limited_chunks(
    answer: requests.Response, url: str, deadline: Deadline, at_once: int, max_bytes: int
) -> Iterator[bytes]:
    kind = _bound_of(url, at_once)
    most = min(limit(kind), max_bytes)
    size = 0
    for chunk in answer.iter_content(at_once):
        size += len(chunk)
        deadline.moved(len(chunk))
        if size > most:
            text = tr(
                "The answer of {url} is larger than {most} bytes; {hint}.",
                url=without_query(url),
                most=most,
                hint=how_to_raise(kind) if most < max_bytes else "max_bytes",
            )
            raise BadReply(text, url=url, may_pass=False)
        yield chunk


def _bound_of(url: str, at_once: int) -> str:
    """Which bound an answer has: results, rows and files may be large, other answers may not."""
    parts = urlsplit(url).path.split("/")
    is_large = at_once == _LARGE_CHUNK or parts[-1] in ("execute", "query") or "inputs" in parts
    return "result" if is_large else "answer"
