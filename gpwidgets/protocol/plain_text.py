"""The words of a server's HTML, for places that show plain text: docstrings, terminals, tables."""

from __future__ import annotations

import html
import re

__all__ = ["plain_words"]

_TAG = re.compile(r"<[^<>]*+>")
_READ_AT_MOST = 20_000


def plain_words(text: str, most: int = 600) -> str:
    """The words of a text that may be HTML, on one line, with nothing that would steer a terminal.

    Parameters
    ----------
    text
        From a server. It is not HTML any more afterwards, so it has to be escaped where HTML is shown.
    most
        Characters after which it is cut, at the end of a word.

    Examples
    --------
    >>> plain_words("<p>Points &amp; lines<br>to buffer.</p>")
    'Points & lines to buffer.'
    """
    words = text[:_READ_AT_MOST]
    if "<" in words or "&" in words:
        words = html.unescape(_TAG.sub(" ", words))
    if not words.isprintable():
        words = "".join(letter for letter in words if letter.isprintable() or letter.isspace())
    line = " ".join(words.split())
    if len(line) <= most:
        return line
    return f"{line[:most].rpartition(' ')[0] or line[:most]} …"
