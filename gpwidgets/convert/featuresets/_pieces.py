"""The text of many features, cut between two of them, so that it can be read while it arrives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

__all__ = ["NotCut", "Pieces"]

_FEATURES = b'"features":['
#: What stands between two features. In no text can it stand, since a quote in a text is escaped.
_BETWEEN = {b'{"attributes":': b'},{"attributes":', b'{"geometry":': b'},{"geometry":'}
_LONGEST_OPENING = max(map(len, _BETWEEN))
_LONGEST_HEAD = 1 << 20
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_CLOSING = {"{": b"}", "[": b"]"}


class NotCut(Exception):
    """The text is laid out in another way than is known here, or holds something out of the ordinary."""


class Pieces:
    """Pieces of a feature set's text: JSON arrays of whole features, in order.

    Parameters
    ----------
    chunks
        The text, cut anywhere.
    size
        Bytes of a piece, about; it may be changed as long as none has been taken.

    Attributes
    ----------
    envelope : object
        The document as it is before its first feature, without what follows the features.
    last : object
        The document with its last feature only, once all pieces have been taken.

    Raises
    ------
    NotCut
        It is no minified JSON with one list of features, which begin with ``attributes`` or ``geometry``.
    """

    def __init__(self, chunks: Iterable[bytes | memoryview], size: int = 1 << 20) -> None:
        self._chunks = iter(chunks)
        self.size = size
        self._text = bytearray()
        self._head = self._read_head()
        self.envelope: Any = _closed(self._head)
        self.last: Any = None

    def _read_head(self) -> bytes:
        at = -1
        for chunk in self._chunks:
            self._text += chunk
            at = self._text.find(_FEATURES)
            if len(self._text) > _LONGEST_HEAD or (at >= 0 and len(self._text) > at + 64):
                break
        end = at + len(_FEATURES)
        if at < 0 or at > _LONGEST_HEAD:
            raise NotCut("there is no list of features")
        opening = bytes(self._text[end : end + _LONGEST_OPENING])
        between = next((mark for start, mark in _BETWEEN.items() if opening.startswith(start)), None)
        head = bytes(self._text[:end])
        if between is None or head.count(b'"features"') > 1:
            raise NotCut("features begin in an unknown way")
        self._between = between
        del self._text[:end]
        return head

    def __iter__(self) -> Iterator[bytes]:
        searched = 0
        for chunk in self._chunks:
            self._text += chunk
            if len(self._text) < self.size:
                continue
            cut = self._text.rfind(self._between, max(0, searched - len(self._between)))
            searched = len(self._text)
            if cut >= 0:
                yield self._take(cut)
                searched = 0
        cut = self._text.rfind(self._between)
        if cut >= 0:
            yield self._take(cut)
        if b'"features"' in self._text:
            raise NotCut("there is more than one list of features")
        try:
            self.last = orjson.loads(self._head + self._text)
        except orjson.JSONDecodeError:
            raise NotCut("the end is not understood") from None

    def _take(self, cut: int) -> bytes:
        with memoryview(self._text) as view:
            piece = b"".join((b"[", view[: cut + 1], b"]"))
        del self._text[: cut + 2]
        return piece


def _closed(head: bytes) -> Any:
    """The document whose text ends with the opening of its features, with none of them."""
    open_ones: list[str] = []
    for sign in _STRINGS.sub(b"", head).decode("latin-1"):
        if sign in "{[":
            open_ones.append(sign)
        elif sign in "}]" and open_ones:
            open_ones.pop()
    try:
        return orjson.loads(head + b"".join(_CLOSING[sign] for sign in reversed(open_ones)))
    except orjson.JSONDecodeError:
        raise NotCut("the beginning is not understood") from None
