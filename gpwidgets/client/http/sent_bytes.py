"""Who is told how much of a large request has been sent."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["TellingConnection", "telling_sent"]

#: Bytes that are sent between two times of telling.
_PIECE = 1 << 16

_current = threading.local()


@contextlib.contextmanager
def telling_sent(tell: Callable[[int], object] | None) -> Iterator[None]:
    """Call `tell` with the number of bytes after each piece of a body that this thread sends meanwhile.

    What it raises ends the request, whose connection is closed, and comes out of it as it is. It is told of
    nothing where requests goes through a session of the user's own.
    """
    before = getattr(_current, "tell", None)
    _current.tell = tell
    try:
        yield
    finally:
        _current.tell = before


class TellingConnection:
    """Sends bodies in pieces, and tells of them; goes before a connection of urllib3 among the bases."""

    def send(self, data: Any) -> None:
        """Send bytes, or what urllib3 sends else."""
        tell = getattr(_current, "tell", None)
        send: Callable[[Any], None] = super().send  # type: ignore[misc]
        if tell is None or not isinstance(data, bytes):
            send(data)
            return
        view = memoryview(data)
        for start in range(0, len(view), _PIECE):
            piece = view[start : start + _PIECE]
            send(piece)
            tell(len(piece))
