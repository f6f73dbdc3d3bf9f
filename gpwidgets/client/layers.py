"""Layers of map and feature services: what they are, and their rows page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from gpwidgets.client.session import GPSession
from gpwidgets.errors import BadReply

_USUAL_PAGE = 1000


def layer_url(text: str) -> str:
    """The layer itself: query, token and a trailing ``/query`` are cut off."""
    parts = urlsplit(text)
    path = parts.path.rstrip("/")
    path = path[: -len("/query")] if path.lower().endswith("/query") else path
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def read_layer(session: GPSession, url: str) -> dict[str, Any]:
    """Read ``…/FeatureServer/<n>`` or ``…/MapServer/<n>``."""
    return session.get_json(layer_url(url))


def count_rows(session: GPSession, url: str, where: str = "1=1") -> int:
    """How many rows of a layer a where clause takes.

    Raises
    ------
    BadReply
        The layer does not count.
    """
    data = session.get_json(f"{layer_url(url)}/query", {"where": where, "returnCountOnly": "true"})
    count = data.get("count")
    if not isinstance(count, int):
        raise BadReply(f"{layer_url(url)} does not tell how many rows it has.", url=layer_url(url))
    return count


def read_pages(
    session: GPSession, url: str, query: Mapping[str, str], limit: int | None = None
) -> Iterator[bytes]:
    """Read rows page after page over one connection.

    Parameters
    ----------
    url
        The layer.
    query
        ``where``, ``outFields``, ``outSR``, ``returnZ`` and the like.
    limit
        Most rows that are wanted; None for all.

    Yields
    ------
    bytes
        One feature set after the other, at least one. The last is the first that does not say that there is
        more, or has no rows.

    Raises
    ------
    ServerError, BadReply, ConnectionFailed
        A page could not be read.
    """
    about = read_layer(session, url)
    address = f"{layer_url(url)}/query"
    size = about.get("maxRecordCount")
    size = size if isinstance(size, int) and size > 0 else _USUAL_PAGE
    order = about.get("objectIdField")
    start = 0
    while True:
        count = size if limit is None else min(size, limit - start)
        page = {"resultOffset": str(start), "resultRecordCount": str(count)}
        ordered = {"orderByFields": str(order)} if order else {}
        reply = session.read(address, {"f": "json", **ordered, **query, **page})
        data = reply.json(address)
        yield reply.body
        rows = data.get("features")
        got = len(rows) if isinstance(rows, list) else 0
        start += got
        if not got or data.get("exceededTransferLimit") is not True or start == limit:
            return
