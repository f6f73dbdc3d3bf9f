"""What the command line prints: the words of a server, without what would steer a terminal."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

#: Control characters, halves of surrogate pairs, separators of lines and paragraphs.
_STEERING = frozenset({"Cc", "Cs", "Zl", "Zp"})
#: What turns the direction of text, so that it reads as something else than it is.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BLANKS = frozenset("\n\t")


def printable(text: str) -> str:
    r"""Return a text that a terminal shows as it is.

    Escape sequences, other control characters and marks that turn the direction of text are written as
    Python would write them (``\x1b``); new lines and tabs stay.
    """
    return "".join(map(_shown, text.replace("\r\n", "\n")))


def _shown(letter: str) -> str:
    steers = unicodedata.category(letter) in _STEERING or letter in _TURNING
    return ascii(letter)[1:-1] if steers and letter not in _BLANKS else letter


class _Printable:
    """A text stream that passes on only what a terminal shows as it is."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        shown = printable(text).encode(encoding, "backslashreplace").decode(encoding)
        self._stream.write(shown)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def printable_only() -> Iterator[None]:
    """Let nothing else reach the terminal meanwhile: neither by print nor by a log."""
    out: Any = _Printable(sys.stdout)
    err: Any = _Printable(sys.stderr)
    with redirect_stdout(out), redirect_stderr(err):
        yield
