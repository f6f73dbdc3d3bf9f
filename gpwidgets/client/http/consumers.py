"""What becomes of the body of a good answer, taken while it arrives."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, BinaryIO, NamedTuple, Protocol

from gpwidgets.protocol.enums import DataTypeName
from gpwidgets.secrets import Masker

__all__ = ["BytesTaker", "FeatureTaker", "FileTaker", "Taken", "Taker", "large_features"]

_KEPT_OF_A_FILE = 1 << 14
_SMALL = 1 << 16
_HEAD = 4096
_DATA_TYPE = re.compile(rb'"dataType"\s*:\s*"([^"]+)"')


class Taken(NamedTuple):
    """What is left of a body: its bytes or the beginning of them, and what was made of it."""

    body: bytes
    made: Any = None


class Taker(Protocol):
    """Takes a body in chunks; called again when the request is repeated."""

    def take(self, chunks: Iterator[bytes], masker: Masker) -> Taken:
        """Take all chunks; what comes from the network raises here.

        Parameters
        ----------
        chunks
            The body as it came.
        masker
            Hides the secrets that were sent, which a server may repeat, in what is text of a server; files
            stay as they are.
        """


class FileTaker:
    """Writes a body to a file, from the file's beginning; the first 16 kB are kept too."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def take(self, chunks: Iterator[bytes], masker: Masker) -> Taken:
        """Write all chunks."""
        self._file.seek(0)
        self._file.truncate()
        kept = b""
        for chunk in chunks:
            self._file.write(chunk)
            if len(kept) < _KEPT_OF_A_FILE:
                kept += chunk[: _KEPT_OF_A_FILE - len(kept)]
        return Taken(kept)


class BytesTaker:
    """Keeps a file in memory, as what was made of the body."""

    def take(self, chunks: Iterator[bytes], masker: Masker) -> Taken:
        """Keep all chunks."""
        content = b"".join(chunks)
        return Taken(content[:_KEPT_OF_A_FILE], content)


class FeatureTaker:
    """Has a large feature set read while it arrives; any other body is kept whole.

    Parameters
    ----------
    read
        Makes something of the chunks of a result that is a feature set.
    """

    def __init__(self, read: Callable[[Iterator[bytes]], Any]) -> None:
        self._read = read

    def take(self, chunks: Iterator[bytes], masker: Masker) -> Taken:
        """Look at the beginning, and decide."""
        head = b""
        for chunk in chunks:
            head += chunk
            if len(head) > _SMALL:
                break
        if len(head) > _SMALL and large_features(head):
            return Taken(head, self._read(masker.chunks(chain([head], chunks))))
        return Taken(masker.clean(head + b"".join(chunks)))


def large_features(head: bytes) -> bool:
    """Whether a text that begins like this is a result with features: nothing else, and no error."""
    start = head[:_HEAD]
    found = _DATA_TYPE.search(start)
    return bool(
        start.lstrip().startswith(b"{")
        and b'"error"' not in start
        and b'"features"' in head
        and found
        and found.group(1) == DataTypeName.FEATURES.encode()
    )
