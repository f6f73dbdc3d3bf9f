"""Rows of a layer, page by page: the first alone, the others a few at a time and in their order."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services.layer_formats import AsJSON, PageReader, Query
from gpwidgets.client.services.layers import count_rows, layer_url, read_layer
from gpwidgets.errors import (
    AccessDenied,
    AuthenticationError,
    BadReply,
    GPError,
    ResourceNotFound,
    ServerError,
)
from gpwidgets.texts import tr

__all__ = ["Page", "read_pages"]

_USUAL_PAGE = 1000

#: Rows of a page that is asked for where the server could not make a larger one.
_MODEST_PAGE = 2000

#: Pages without rows, one after the other, that say there are more before they are believed no longer.
_EMPTY_PAGES = 20

#: Pages that are asked for at a time: more would crowd out a server's other users.
_AT_ONCE = 3


@dataclass(frozen=True)
class Page:
    """A reply to ``query``.

    Attributes
    ----------
    made
        What the reader has made of it.
    rows
        How many rows it has.
    more
        Whether there are rows after it.
    mark
        The same for answers of the same bytes.
    """

    made: Any
    rows: int
    more: bool
    mark: int = 0


@dataclass(frozen=True)
class _Layer:
    session: GPSession
    url: str
    query: Mapping[str, str]
    size: int
    id_field: str
    has_pages: bool
    working: list[int]  # the largest page that the server has not failed at
    asking: Query

    def ask(self, **fields: str) -> Page:
        """Read one page."""
        (made, rows, more), mark = self.asking.ask({**self.query, **fields})
        return Page(made, rows, more, mark)

    def order(self) -> dict[str, str]:
        """Rows need an order that stays, or pages would overlap."""
        by = self.query.get("orderByFields") or self.id_field
        return {"orderByFields": by} if by else {}

    def page(self, start: int, count: int) -> tuple[Page, int]:
        """Rows from `start`, and how many were asked for: fewer where no page of so many can be made."""
        asked = {**self.order(), "resultOffset": str(start)}

        def ask(rows: int) -> Page:
            return self.ask(**asked, resultRecordCount=str(rows))

        count, proven = min(count, self.working[0]), False
        while True:
            try:
                page = ask(count)
            except (ServerError, BadReply) as error:
                if count == 1 or not _may_be_size(error):
                    raise
                if not proven:
                    self._prove(lambda: ask(1), error)
                proven, count = True, max(1, min(count // 2, _MODEST_PAGE))
                continue
            if proven:
                self.working[0] = count
                # The server has given all that it was asked for, and does not know that it was not all.
                page = replace(page, more=page.more or page.rows == count)
            return page, count

    @staticmethod
    def _prove(ask_for_one: Callable[[], Page], error: GPError) -> None:
        """Raise the error again unless a single row can be had: then the size is not to blame."""
        try:
            ask_for_one()
        except GPError:
            raise error from None

    def span(self, start: int, stop: int | None) -> list[Page]:
        """Rows from `start` to before `stop`, or all there are: one page, more where they come cut short."""
        pages: list[Page] = []
        empty = 0
        while not pages or (pages[-1].more and (stop is None or start < stop)):
            count = self.size if stop is None else min(self.size, stop - start)
            page, count = self.page(start, count)
            if pages and page.rows and page.mark == pages[-1].mark:
                raise BadReply(
                    tr("{url} answers with the same rows again and again.", url=self.url), url=self.url
                )
            pages.append(page)
            # A page may have no rows although there are more: they are after those that were asked for.
            start += page.rows or count
            empty = 0 if page.rows else empty + 1
            if empty == _EMPTY_PAGES:
                break
        return pages

    def chosen(self, ids: list[str]) -> list[Page]:
        """The rows with these ids."""
        half = len(ids) // 2
        try:
            page = self.ask(**self._by_ids(ids))
            if not (half and page.more and page.rows < len(ids)):
                return [page]
        except (ServerError, BadReply) as error:
            if not half or not _may_be_size(error):
                raise
            self._prove(lambda: self.ask(**self._by_ids(ids[:1])), error)
        return [*self.chosen(ids[:half]), *self.chosen(ids[half:])]

    def _by_ids(self, ids: list[str]) -> dict[str, str]:
        if any("," in one for one in ids):  # a list of ids could not be told from it
            quoted = ", ".join("'" + one.replace("'", "''") + "'" for one in ids)
            return {"where": f"{self.id_field} IN ({quoted})"}
        return {"where": "", "objectIds": ",".join(ids)}


def _may_be_size(error: GPError) -> bool:
    """Whether fewer rows might be answered: not where access is refused, or nothing is there."""
    return not isinstance(error, AuthenticationError | AccessDenied | ResourceNotFound)


def read_pages(
    session: GPSession,
    url: str,
    query: Mapping[str, str],
    limit: int | None = None,
    *,
    about: Mapping[str, Any] | None = None,
    readers: Sequence[PageReader] = (AsJSON(),),
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
    readers
        Make something of the pages, each in a format; the next one is used where the server does not keep
        to the format of one. The last reads JSON.

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
    asking = Query(session, f"{layer_url(url)}/query", readers)
    layer = _about(session, url, query, read_layer(session, url) if about is None else about, asking)
    if not layer.has_pages:
        yield from _without_pages(layer, limit)
        return
    size = layer.size if limit is None else min(layer.size, limit)
    first, size = layer.page(0, size)
    yield first
    if first.more and (limit is None or first.rows < limit):
        yield from _told_whole(layer, first, size, limit)


def _about(
    session: GPSession, url: str, query: Mapping[str, str], about: Mapping[str, Any], asking: Query
) -> _Layer:
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
        [sys.maxsize],
        asking,
    )


def _told_whole(layer: _Layer, first: Page, size: int, limit: int | None) -> Iterator[Page]:
    """The pages after the first; the last one says that there are more where some rows did not come.

    A page without rows that says there are more may have held them back, or may just be a part of the layer
    in which nothing is found: the number of all rows tells which.
    """
    try:
        total = count_rows(layer.session, layer.url, layer.query)
    except GPError:
        total = None
    rows, gap, last = first.rows, not first.rows, None
    for page in _called(_spans(layer, first.rows, size, total or 0, limit)):
        if last is not None:
            yield last
        rows, gap, last = rows + page.rows, gap or (page.more and not page.rows), page
    if last is None:
        return
    short = gap and limit is None and (rows < total if total is not None else True)
    yield replace(last, more=last.more or short)


def _spans(
    layer: _Layer, rows: int, size: int, total: int, limit: int | None
) -> Iterator[Callable[[], list[Page]]]:
    """What is to be read after the first page; the last span goes on to whatever has come in meanwhile."""
    step = rows or size  # the server's own idea of a page
    stop = total if limit is None else min(total, limit)
    starts = [*range(step, stop, step)] or [step]
    for begin in starts[:-1]:
        yield _call(layer.span, begin, begin + step)
    yield _call(layer.span, starts[-1], limit)


def _without_pages(layer: _Layer, limit: int | None) -> Iterator[Page]:
    """Read a layer that knows no offsets: all at once if it can, else by its ids."""
    try:
        first = layer.ask()
    except (ServerError, BadReply) as error:
        if not _may_be_size(error):
            raise
        first, trouble = None, error
    if first is not None and not first.more and (limit is None or first.rows <= limit):
        yield first
        return
    ids = _ids(layer)
    if not ids:
        if first is None:
            raise trouble
        if not first.rows and not first.more:
            yield first
            return
        raise BadReply(
            tr("{url} has more rows than it gives at a time, and no ids to ask by.", url=layer.url),
            url=layer.url,
        )
    wanted = ids[:limit]
    size = min(layer.size, first.rows) if first is not None and first.rows else min(layer.size, _MODEST_PAGE)
    parts = [wanted[begin : begin + size] for begin in range(0, len(wanted), size)]
    pages = _called(_call(layer.chosen, part) for part in parts)
    left = len(ids)
    for page in pages:
        left -= page.rows
        yield replace(page, more=left > 0)


def _ids(layer: _Layer) -> list[str]:
    """All object ids of the layer, numbers in their order; none where the server gives no such list."""
    asked = {**layer.query, "returnIdsOnly": "true"}
    told = layer.session.get_json(f"{layer.url}/query", asked).get("objectIds")
    if not isinstance(told, list):
        return []
    try:
        return [str(one) for one in sorted(map(int, told))]
    except (TypeError, ValueError):
        return told if all(isinstance(one, str) and one for one in told) else []


def _call(function: Callable[..., list[Page]], *arguments: Any) -> Callable[[], list[Page]]:
    return lambda: function(*arguments)


def _begun(
    pool: ThreadPoolExecutor, calls: Iterable[Callable[[], list[Page]]]
) -> Iterator[Future[list[Page]]]:
    """Begin calls in the context of the caller, which knows the secrets and the trace of a run."""
    return (pool.submit(copy_context().run, call) for call in calls)


def _called(calls: Iterable[Callable[[], list[Page]]]) -> Iterator[Page]:
    """Make the calls a few at a time; few more answers are held than that."""
    waiting = iter(calls)
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="gpwidgets-pages") as pool:
        under_way: deque[Future[list[Page]]] = deque(_begun(pool, islice(waiting, _AT_ONCE)))
        try:
            while under_way:
                pages = under_way.popleft().result()
                under_way.extend(_begun(pool, islice(waiting, 1)))
                yield from pages
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
