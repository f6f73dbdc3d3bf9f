"""Queries of layers in the best format that a server keeps to."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from gpwidgets.client.http.session import GPSession, Reply
from gpwidgets.errors import (
    AccessDenied,
    AuthenticationError,
    BadReply,
    ConversionError,
    GPError,
    ResourceNotFound,
    ServerError,
)
from gpwidgets.secrets import mask

__all__ = ["AsJSON", "PageReader", "Query", "Rows"]

_LOG = logging.getLogger("gpwidgets.client")

_REFUSED = (AuthenticationError, AccessDenied, ResourceNotFound)


class Rows(NamedTuple):
    """Rows of an answer: what was made of them, how many there are, and whether there are more after them."""

    made: Any
    rows: int
    more: bool


class PageReader(Protocol):
    """Makes rows of the answers to a query, in one format; from any thread."""

    @property
    def fields(self) -> Mapping[str, str]:
        """What asks for the format, ``f`` among it."""

    def read(self, body: bytes) -> Rows:
        """Read an answer.

        Raises
        ------
        ConversionError
            It is none with features in this format.
        """

    def read_json(self, data: Mapping[str, Any]) -> Rows:
        """Read an answer that came as JSON although another format was asked for, or wrapped in something.

        Raises
        ------
        ConversionError
            There are no features in it.
        """

    def prove(self, made: Any, ask: Callable[[Mapping[str, str]], Any]) -> None:
        """Compare some rows of the first answer with what the last reader makes of them.

        Parameters
        ----------
        made
            Of the first answer.
        ask
            Takes fields of a query; gives what the last reader makes of the answer.

        Raises
        ------
        ConversionError
            They are not the same rows.
        """


class AsJSON:
    """Counts the features of an answer in JSON, and keeps the answer."""

    fields: Mapping[str, str] = {"f": "json"}

    def read(self, body: bytes) -> Rows:
        """Leave it to the session, which knows what servers send in place of JSON."""
        raise ConversionError("The answer has not been looked at.")

    def read_json(self, data: Mapping[str, Any]) -> Rows:
        """Count the features."""
        rows = data.get("features")
        count = len(rows) if isinstance(rows, list) else 0
        return Rows(data, count, data.get("exceededTransferLimit") is True)

    def prove(self, made: Any, ask: Callable[[Mapping[str, str]], Any]) -> None:
        """There is nothing to compare it with."""


class Query:
    """Asks a layer in the first format of several that works, from any thread.

    Parameters
    ----------
    session
        Reads the answers.
    address
        ``…/query`` of the layer.
    readers
        The best first; the last is of JSON, which every server has.
    """

    def __init__(self, session: GPSession, address: str, readers: Sequence[PageReader]) -> None:
        self._session = session
        self._address = address
        self._readers = list(readers)
        self._proven: set[int] = set()
        self._lock = threading.Lock()

    def ask(self, fields: Mapping[str, str]) -> tuple[Rows, int]:
        """The rows of one answer, and a number that is the same for the same bytes.

        Raises
        ------
        ServerError, BadReply, ConnectionFailed
            As of `GPSession.read`.
        ConversionError
            There are no features in the answer.
        """
        while (reader := self._reader()) is not self._readers[-1]:
            try:
                return self._proved(reader, fields)
            except (ServerError, BadReply, ConversionError) as error:
                if isinstance(error, _REFUSED) or self._is_about_rows(reader, error):
                    raise
                self._give_up(reader, error)
        return self._read(reader, fields)

    def _reader(self) -> PageReader:
        return self._readers[0]

    def _is_about_rows(self, reader: PageReader, error: GPError) -> bool:
        """Whether a server that has kept to the format before fails for another reason."""
        return isinstance(error, ServerError) and id(reader) in self._proven

    def _give_up(self, reader: PageReader, error: GPError) -> None:
        with self._lock:
            if self._readers[0] is not reader or len(self._readers) == 1:
                return
            del self._readers[0]
        then = self._readers[0].fields.get("f")
        _LOG.info("%s is read as %s: %s", mask(self._address), then, error)

    def _proved(self, reader: PageReader, fields: Mapping[str, str]) -> tuple[Rows, int]:
        """Rows in a format that has proved right for this layer."""
        rows, mark = self._read(reader, fields)
        if id(reader) not in self._proven and rows.rows:
            plain = {key: text for key, text in fields.items() if not key.startswith("result")}
            last = self._readers[-1]
            reader.prove(rows.made, lambda more: self._read(last, {**plain, **more})[0].made)
            self._proven.add(id(reader))
        return rows, mark

    def _read(self, reader: PageReader, fields: Mapping[str, str]) -> tuple[Rows, int]:
        reply = self._session.read(self._address, {**reader.fields, **fields})
        return self._rows(reader, reply), hash(reply.body)

    def _rows(self, reader: PageReader, reply: Reply) -> Rows:
        if reply.status >= 300:
            return reader.read_json(reply.json(self._address))
        try:
            return reader.read(reply.body)
        except ConversionError as error:
            reason = error
        try:
            data = reply.json(self._address)
        except BadReply:
            if reader.fields.get("f") == "json":
                raise
            raise reason from None
        return reader.read_json(data)
