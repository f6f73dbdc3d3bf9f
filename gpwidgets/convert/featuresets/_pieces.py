"""The text of many features, cut between two of them, so that it can be read while it arrives.

JSON may be laid out in any way: with white space, with the description before or after the features, with
several lists of features. A cut is proved by what is cut off: where a piece is an array of whole values, and
what is left over is a document, all of it was one document, with these values in this list.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import orjson

__all__ = ["STRINGS", "Cutter", "NotCut", "NotJSON", "Taker", "closed"]

_SPACE = rb"[ \t\r\n]*+"
#: The opening of a list of features. The quote before its name opens a text: what follows could not stand
#: behind one that closes a text, and in a text it would be escaped.
_LIST = re.compile(rb'(?<!\\)"features"' + _SPACE + b":" + _SPACE + rb"\[" + _SPACE + b"(?=[^ \t\r\n])")
#: What stands between two features, most likely.
_BETWEEN = re.compile(
    rb"\}" + _SPACE + b"," + _SPACE + rb"\{" + _SPACE + b'"(?:attributes|geometry)"' + _SPACE + b":"
)
#: What stands at the end of a list of features, most likely.
_END = re.compile(rb"\}" + _SPACE + rb"\]")
_BLANKS = re.compile(_SPACE)
#: What stands between brackets, lists of vertices, brackets, and a text that has not ended yet.
_TOKENS = re.compile(
    rb'(?:[^\[\]{}"]++|"(?:[^"\\]++|\\.)*+")++|(?:\[[^\[\]{}"]*+\][, \t\r\n]*+)++|[\[\]{}]|".*+', re.DOTALL
)
#: Texts, the last of which may not have ended yet.
STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_OPENING, _ENDING = frozenset(b"{["), frozenset(b"}]")
_CLOSING = {"{": b"}", "[": b"]"}
#: Bytes of a first piece: a list may end soon.
_FIRST = 1 << 12
#: In so many pieces of a list its end is looked for, before a feature of another list is found behind it.
_PIECES_OF_SHORT = 2
#: Bytes at the end of what has arrived that are searched again when there is more.
_OVERLAP = 1 << 10
#: Bytes of a document without its features.
_LONGEST = 1 << 23
#: Of so many lists what stands before them is looked at while they are read.
_MANY = 64
_MARK_OF_UTF8 = b"\xef\xbb\xbf"


class NotCut(Exception):
    """The text cannot be read in pieces, or its pieces not as they were begun."""


class NotJSON(Exception):
    """A piece is no list of whole features."""


class Taker(Protocol):
    """What takes the pieces of one list of features."""

    @property
    def size(self) -> int:
        """Bytes of a piece, about."""

    def take(self, piece: bytes, *, is_whole: bool = False) -> None:
        """Take a JSON array of features.

        Parameters
        ----------
        piece
            The array.
        is_whole
            Whether it is known to hold whole values.

        Raises
        ------
        NotJSON
            It is no JSON; it has not been taken.
        """


class Cutter:
    """Cuts the features out of a text and has them taken.

    Parameters
    ----------
    chunks
        The text, cut anywhere.
    begin
        Called with the number of a list of features, and the text up to it with a mark in the list, or
        nothing where there are very many lists; gives what takes its pieces.

    Attributes
    ----------
    mark : str
        The key of the only object that stands for a list of features in the text without them; its value is
        the number of the list.
    """

    def __init__(self, chunks: Iterable[bytes | memoryview], begin: Callable[[int, bytes], Taker]) -> None:
        self._chunks = iter(chunks)
        self._begin = begin
        self._text = bytearray()
        self._rest = bytearray()
        self.mark = os.urandom(12).hex()

    def run(self) -> Any:
        """Cut all of the text; the document without its features.

        Raises
        ------
        NotCut
            It is no JSON, or there is too much beside the features.
        """
        count = 0
        while self._open_list():
            self._rest += b'{"%s":%d}' % (self.mark.encode(), count)
            self._cut_list(self._begin(count, bytes(self._rest) if count < _MANY else b""))
            count += 1
        self._rest += self._text
        self._text.clear()
        try:
            return orjson.loads(self._rest.removeprefix(_MARK_OF_UTF8))
        except orjson.JSONDecodeError as error:
            raise NotCut(str(error)) from None

    def _more(self) -> bool:
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._text += chunk
        return True

    def _open_list(self) -> bool:
        """Go to the first feature of the next list; False when there is none."""
        searched = 0
        while True:
            found = _LIST.search(self._text, searched)
            if found is None:
                searched = max(searched, len(self._text) - _OVERLAP)
                if len(self._text) + len(self._rest) > _LONGEST:
                    raise NotCut("there is much beside the features")
                if not self._more():
                    return False
            elif self._text[found.end()] == ord("{"):
                self._rest += self._text[: found.end()]
                del self._text[: found.end()]
                return True
            else:
                searched = found.end()

    def _cut_list(self, taker: Taker) -> None:
        """Have all features of a list taken, up to its closing bracket."""
        size, pieces = min(_FIRST, taker.size), 0
        while True:
            end = self._take(taker, size, may_end=pieces < _PIECES_OF_SHORT)
            size, pieces = taker.size, pieces + 1
            if self._following(end) == b"]":
                return

    def _following(self, end: int) -> bytes:
        """Leave out what has been taken, and the comma behind it."""
        while True:
            at = self._past_blanks(end)
            after = self._past_blanks(at + 1)
            if after < len(self._text) or not self._more():
                break
        sign = bytes(self._text[at : at + 1])
        if sign not in (b",", b"]"):
            raise NotCut("something else stands behind a feature")
        del self._text[: at if sign == b"]" else after]
        return sign

    def _past_blanks(self, start: int) -> int:
        found = _BLANKS.match(self._text, start)
        assert found is not None  # it matches nothing, too
        return found.end()

    def _take(self, taker: Taker, size: int, *, may_end: bool) -> int:
        """Have the next piece taken; where it ended. In one that may end the list, its end is looked for."""
        cut = (self._likely_list_end(size) if may_end else 0) or self._likely_end(size)
        if cut and self._taken(taker, cut):
            return cut
        sure = self._counted_end(size)
        while not sure and self._more_than_doubled():
            sure = self._counted_end(size)
        if not self._text[:sure].strip() or not self._taken(taker, sure, is_whole=True):
            raise NotCut("a feature is no JSON")
        return sure

    def _taken(self, taker: Taker, end: int, *, is_whole: bool = False) -> bool:
        with memoryview(self._text) as view:
            piece = b"".join((b"[", view[:end], b"]"))
        try:
            taker.take(piece, is_whole=is_whole)
        except NotJSON:
            return False
        return True

    def _likely_list_end(self, size: int) -> int:
        """Where the last feature ends, by the looks of it; 0 when that is not in the next bytes."""
        while len(self._text) < size and self._more():
            pass
        found = _END.search(self._text, 0, size)
        return found.start() + 1 if found is not None else 0

    def _likely_end(self, size: int) -> int:
        """Where a feature ends, by the looks of it, or the last of them; 0 when none does for a long time."""
        at = size
        while True:
            found = _BETWEEN.search(self._text, at)
            if found is not None:
                return found.start() + 1
            at = max(size, len(self._text) - _OVERLAP)
            if len(self._text) > 4 * size or not self._more():
                return self._likely_list_end(len(self._text))

    def _counted_end(self, size: int) -> int:
        """Where a feature or the list ends, by counting brackets; 0 when nothing has ended yet."""
        depth = end = 0
        for found in _TOKENS.finditer(self._text):
            if found.end() - found.start() > 1:
                continue
            sign = self._text[found.start()]
            if sign in _OPENING:
                depth += 1
            elif sign in _ENDING:
                depth -= 1
                if depth < 0:
                    return found.start()
                if not depth:
                    end = found.end()
                    if end >= size:
                        break
        return end

    def _more_than_doubled(self) -> bool:
        """Read on until there is twice as much, so that a long feature is not counted again and again."""
        wanted = 2 * len(self._text)
        has_more = False
        while len(self._text) < wanted and self._more():
            has_more = True
        return has_more


def closed(head: bytes) -> Any:
    """The document whose text ends within a list, with all that is open closed.

    Raises
    ------
    NotCut
        It is none.
    """
    open_ones: list[str] = []
    for sign in STRINGS.sub(b"", head).decode("latin-1"):
        if sign in "{[":
            open_ones.append(sign)
        elif sign in "}]" and open_ones:
            open_ones.pop()
    try:
        return orjson.loads(
            head.removeprefix(_MARK_OF_UTF8) + b"".join(_CLOSING[sign] for sign in reversed(open_ones))
        )
    except orjson.JSONDecodeError:
        raise NotCut("the beginning is not understood") from None
