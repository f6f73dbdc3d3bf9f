"""Texts of a server for places that show plain text: docstrings, terminals, labels, cells of a table."""

from __future__ import annotations

import html
import re

__all__ = ["one_line", "plain_label", "plain_words"]

_TAG = re.compile(r"<[^<>]*+>")
_FORMULA = re.compile(r"\\(?=[(\[]|begin\b)")
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
    return one_line(words, most)


def one_line(text: str, most: int = 600) -> str:
    """A text on one line, with nothing that would steer a terminal.

    Parameters
    ----------
    text
        No HTML.
    most
        Characters after which it is cut, at the end of a word.
    """
    words = text[:_READ_AT_MOST]
    if not words.isprintable():
        words = "".join(letter for letter in words if letter.isprintable() or letter.isspace())
    line = " ".join(words.split())
    if len(line) <= most:
        return line
    return f"{line[:most].rpartition(' ')[0] or line[:most]} …"


def plain_label(text: str) -> str:
    """A text as it can stand where notebooks set formulas between dollar signs.

    Look-alikes take the place of dollar signs where there are two, and a space of no width goes into what
    begins a formula otherwise.
    """
    if text.count("$") > 1:
        text = text.replace("$", "\N{FULLWIDTH DOLLAR SIGN}")
    return _FORMULA.sub("\\\\\N{ZERO WIDTH SPACE}", text)
