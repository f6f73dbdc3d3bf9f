"""The ways in which a text is written on its way through JSON, HTML, addresses and base64.

Letters and digits stay what they are in all of them; every other character has a few spellings, which can be
mixed and nested: JSON as a text inside of JSON, an escaped page in a message, an address in an address. How
often an escape is escaped again is bounded, so that looking takes time proportional to the text.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from html.entities import codepoint2name
from itertools import groupby

__all__ = ["Spellings", "spellings"]

_NAMES = {**{code: (name,) for code, name in codepoint2name.items()}, ord("'"): ("apos",)}
_CONTROLS = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_AMPERSAND = r"(?:&|\\{1,7}u0026|%(?:25){0,3}26)(?:amp;){0,3}"
_IN_ADDRESSES = {"+": "-", "/": "_"}
_SHORTEST_PART = 8
_MOST_OF_ONE = 80


class Spellings:
    """Finds a text however it is written.

    Parameters
    ----------
    text
        What is looked for.
    word
        Only where it is a word of its own.

    Attributes
    ----------
    longest : int
        Bytes that one of its spellings takes at most.
    """

    def __init__(self, text: str, *, word: bool) -> None:
        self._text, self._word = text, word
        whole = base64.b64encode(_bytes(text)).decode()
        sought = [text, *([whole] if word else _parts_in_base64(text))]
        self._needles = [_plainest(one) for one in sought]
        self.longest: int = max(sum(1 if _is_plain(one) else _MOST_OF_ONE for one in text) for text in sought)

    @cached_property
    def _patterns(self) -> list[str]:
        if self._word:
            whole = base64.b64encode(_bytes(self._text)).decode()
            return [rf"(?<!\w){_written(one)}(?!\w)" for one in (self._text, whole)]
        parts = [_written(one, in_base64=True) for one in _parts_in_base64(self._text)]
        return [_written(self._text), *(rf"{part}(?:[A-Za-z0-9+/_-]{{0,2}}={{1,2}})?" for part in parts)]

    @cached_property
    def _in_text(self) -> list[re.Pattern[str]]:
        return [re.compile(pattern) for pattern in self._patterns]

    @cached_property
    def _in_bytes(self) -> list[re.Pattern[bytes]]:
        return [re.compile(_bytes(pattern)) for pattern in self._patterns]

    def may_be_in(self, body: bytes) -> bool:
        """Whether bytes, or the texts in them if they are JSON, hold the text."""
        # What is the same in all spellings is looked for first: that is fast.
        sought = (number for number, needle in enumerate(self._needles) if needle.encode() in body)
        # A letter before a word may belong to an escape of JSON.
        return any(self._word or self._in_bytes[number].search(body) for number in sought)

    def replace(self, text: str, by: str) -> str:
        """A text with something else in its place."""
        for number, needle in enumerate(self._needles):
            if needle in text:
                text = self._in_text[number].sub(lambda _found: by, text)
        return text

    def replace_bytes(self, body: bytes, by: bytes, *, more_follows: bool) -> bytes:
        """Bytes with something else in its place.

        Parameters
        ----------
        body, by
            UTF-8.
        more_follows
            Whether what reaches the end of the bytes may go on after it, and is left for later.
        """

        def replaced(found: re.Match[bytes]) -> bytes:
            return found[0] if more_follows and found.end() == len(found.string) else by

        for number, needle in enumerate(self._needles):
            if needle.encode() in body:
                body = self._in_bytes[number].sub(replaced, body)
        return body


@lru_cache(maxsize=512)
def spellings(text: str, *, word: bool = False) -> Spellings:
    """`Spellings` of a text, made once."""
    return Spellings(text, word=word)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _is_plain(character: str) -> bool:
    return character.isascii() and character.isalnum()


def _plainest(text: str) -> str:
    """The longest part that is written in one way only."""
    return max(re.findall("[A-Za-z0-9]+", text), key=len, default="")


def _parts_in_base64(text: str) -> Iterator[str]:
    """What a text becomes within longer ones, which begin one or two bytes before it."""
    data = _bytes(text)
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data).decode()
        part = encoded[(before * 4 + 2) // 3 : len(encoded) - (4 if (before + len(data)) % 3 else 0)]
        if len(part) >= _SHORTEST_PART:
            yield part
        elif before == 0:
            yield encoded


def _written(text: str, *, in_base64: bool = False) -> str:
    """A pattern for all spellings of a text."""
    return "".join(_run_written("".join(run), in_base64) for _, run in groupby(text))


def _run_written(run: str, in_base64: bool) -> str:
    """A pattern for a character, once or several times; a thousand take no longer to compile than one."""
    if _is_plain(run[0]):
        return run
    one, count = (run, 1) if run[0] == "\\" else (run[0], len(run))
    ways = f"(?:{'|'.join(_ways(one, in_base64))})"
    return ways if count == 1 else f"{ways}{{{count}}}"


def _ways(character: str, in_base64: bool) -> Iterator[str]:
    if character[0] == "\\":  # those in a row together: one by one there would be too many ways to share them
        count = len(character)
        yield rf"(?:\\\\){{{count},{4 * count}}}|\\{{{count}}}"
        yield f"(?:{_percent(_bytes(character[0]))}|{_as_entity(ord(character[0]))}){{{count}}}"
        return
    yield rf"\\{{0,7}}{re.escape(character)}"
    if in_base64 and character in _IN_ADDRESSES:
        yield re.escape(_IN_ADDRESSES[character])
    if character in _CONTROLS:
        yield rf"\\{{1,7}}{_CONTROLS[character]}"
    if character == " ":
        yield r"\+"
        yield _percent(b"+")
    if ord(character) > 0xFFFF:
        yield rf"\\{{1,7}}U{_hex_of(f'{ord(character):08x}')}"
    units = character.encode("utf-16-be", "surrogatepass")
    yield "".join(rf"\\{{1,7}}u{_hex(units[at : at + 2])}" for at in range(0, len(units), 2))
    encodings = [_bytes(character)]
    if 0x7F < ord(character) < 0x100:
        encodings.append(character.encode("latin-1"))
    for data in encodings:
        yield _percent(data)
        yield "".join(rf"\\{{1,7}}x{_hex(bytes([one]))}" for one in data)
    yield _as_entity(ord(character))


def _percent(data: bytes) -> str:
    return "".join(f"%(?:25){{0,3}}{_hex(bytes([one]))}" for one in data)


def _as_entity(code: int) -> str:
    names = "".join(f"|{name}" for name in _NAMES.get(code, ()))
    return f"{_AMPERSAND}(?:#0{{0,4}}{code}|#[xX]0{{0,4}}{_hex_of(f'{code:x}')}{names});"


def _hex(data: bytes) -> str:
    return _hex_of(data.hex())


def _hex_of(digits: str) -> str:
    """Hexadecimal digits in either case."""
    return "".join(f"[{one}{one.upper()}]" if one.isalpha() else one for one in digits)
