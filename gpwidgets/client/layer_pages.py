"""Rows of a layer, page by page: the first alone, the others a few at a time and in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from gpwidgets.client.layers import count_rows, layer_url, read_layer
from gpwidgets.client.session import GPSession
from gpwidgets.errors import BadReply, GPError
from gpwidgets.texts import tr

__all__ = ["Page", "read_pages"]

_USUAL_PAGE = 1000

#: Pages that are asked for at a time: more would crowd out a server's other users.
_AT_ONCE = 3


@dataclass(frozen=True)
class Page:
    """A reply to ``query``.

    Attributes
    ----------
    body
        Text of a feature set.
    rows
        How many rows it has.
    more
        Whether there are rows after it.
    """

    body: bytes
    rows: int
    more: bool


@dataclass(frozen=True)
class _Layer:
    session: GPSession
    url: str
    query: Mapping[str, str]
    size: int
    id_field: str
    has_pages: bool

    def ask(self, **fields: str) -> Page:
        """Read one page."""
        address = f"{self.url}/query"
        reply = self.session.read(address, {"f": "json", **self.query, **fields})
        data = reply.json(address)
        rows = data.get("features")
        return Page(
            reply.body,
            len(rows) if isinstance(rows, list) else 0,
            data.get("exceededTransferLimit") is True,
        )

    def order(self) -> dict[str, str]:
        """Rows need an order that stays, or pages would overlap."""
        by = self.query.get("orderByFields") or self.id_field
        return {"orderByFields": by} if by else {}

    def span(self, start: int, stop: int | None) -> list[Page]:
        """Rows from `start` to before `stop`, or all there are: one page, more where they come cut short."""
        pages: list[Page] = []
        while not pages or (pages[-1].rows and pages[-1].more and (stop is None or start < stop)):
            count = self.size if stop is None else min(self.size, stop - start)
            page = self.ask(**self.order(), resultOffset=str(start), resultRecordCount=str(count))
            if pages and page.body == pages[-1].body:
                raise BadReply(
                    tr("{url} answers with the same rows again and again.", url=self.url), url=self.url
                )
            pages.append(page)
            start += page.rows
        return pages

    def chosen(self, ids: list[str]) -> list[Page]:
        """The rows with these ids."""
        page = self.ask(where="", objectIds=",".join(ids))
        if page.more and 0 < page.rows < len(ids):
            half = len(ids) // 2
            return [*self.chosen(ids[:half]), *self.chosen(ids[half:])]
        return [page]


def read_pages(
    session: GPSession,
    url: str,
    query: Mapping[str, str],
    limit: int | None = None,
    *,
    about: Mapping[str, Any] | None = None,
) -> Iterator[Page]:
    """Read rows page after page.

    Parameters
    ----------
    session
        Its connections are kept alive; at most three pages are asked for at a time.
    url
        The layer, ``…/FeatureServer/<n>`` or ``…/MapServer/<n>``; its ``query`` is asked.
    query
        ``where``, ``outFields``, ``outSR``, ``returnZ`` and the like.
    limit
        Most rows that are wanted; None for all.
    about
        The layer resource, where it has been read already.

    Yields
    ------
    Page
        One after the other, at least one, in the order of the object ids unless the query has
        an order. Layers without pages (before 10.3, and some databases) are read by their ids.

    Raises
    ------
    ServerError, BadReply, ConnectionFailed
        A page could not be read.
    """
    layer = _about(session, url, query, read_layer(session, url) if about is None else about)
    if not layer.has_pages:
        yield from _without_pages(layer, limit)
        return
    size = layer.size if limit is None else min(layer.size, limit)
    first = layer.ask(**layer.order(), resultOffset="0", resultRecordCount=str(size))
    yield first
    if first.rows and first.more and (limit is None or first.rows < limit):
        yield from _called(_spans(layer, first.rows, limit))


def _about(session: GPSession, url: str, query: Mapping[str, str], about: Mapping[str, Any]) -> _Layer:
    size = about.get("maxRecordCount")
    able = about.get("advancedQueryCapabilities")
    told = able.get("supportsPagination") if isinstance(able, Mapping) else about.get("supportsPagination")
    return _Layer(
        session,
        layer_url(url),
        query,
        size if isinstance(size, int) and size > 0 else _USUAL_PAGE,
        str(about.get("objectIdField") or ""),
        told is True,
    )


def _spans(layer: _Layer, start: int, limit: int | None) -> Iterator[Callable[[], list[Page]]]:
    """What is to be read after the first page; the last span goes on to whatever has come in meanwhile."""
    step = start  # the server's own idea of a page
    try:
        total = count_rows(layer.session, layer.url, layer.query)
    except GPError:
        total = 0
    stop = total if limit is None else min(total, limit)
    starts = [*range(start, stop, step)] or [start]
    for begin in starts[:-1]:
        yield _call(layer.span, begin, begin + step)
    yield _call(layer.span, starts[-1], limit)


def _without_pages(layer: _Layer, limit: int | None) -> Iterator[Page]:
    """Read a layer that knows no offsets: all at once if it can, else by its ids."""
    first = layer.ask()
    if not first.rows or (not first.more and (limit is None or first.rows <= limit)):
        yield first
        return
    asked = {**layer.query, "returnIdsOnly": "true"}
    told = layer.session.get_json(f"{layer.url}/query", asked).get("objectIds")
    try:
        ids = [str(one) for one in sorted(map(int, told or ()))]
    except (TypeError, ValueError):
        ids = []
    if not ids:
        raise BadReply(
            tr("{url} has more rows than it gives at a time, and no ids to ask by.", url=layer.url),
            url=layer.url,
        )
    wanted, size = ids[:limit], min(layer.size, first.rows)
    parts = [wanted[begin : begin + size] for begin in range(0, len(wanted), size)]
    pages = _called(_call(layer.chosen, part) for part in parts)
    left = len(ids)
    for page in pages:
        left -= page.rows
        yield replace(page, more=left > 0)


def _call(function: Callable[..., list[Page]], *arguments: Any) -> Callable[[], list[Page]]:
    return lambda: function(*arguments)


def _called(calls: Iterable[Callable[[], list[Page]]]) -> Iterator[Page]:
    """Make the calls a few at a time; few more answers are held than that."""
    waiting = iter(calls)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="gpwidgets-pages") as pool:
        under_way: deque[Future[list[Page]]] = deque(pool.submit(call) for call in islice(waiting, _AT_ONCE))
        try:
            while under_way:
                pages = under_way.popleft().result()
                under_way.extend(pool.submit(call) for call in islice(waiting, 1))
                yield from pages
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
