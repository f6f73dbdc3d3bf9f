"""Time limits over whole answers.

The time limits of requests count seconds without a byte, so a server that sends one byte now and then is
waited for without end. A deadline shuts the connection when an answer as a whole takes too long; what arrives
in good time moves it, so that a large result on a slow line is not cut.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import socket
import threading
import time
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from gpwidgets.client.http.sent_bytes import TellingConnection
from gpwidgets.forks import in_forked_process

__all__ = ["POOLS", "Deadline", "socket_of"]

#: So many deadlines may wait, over or not, before it is worth a look which of them are over.
_FEW = 256

_current = threading.local()


class Deadline:
    """The end of the time for one request and its answer, redirects included; used in ``with`` blocks.

    Parameters
    ----------
    seconds
        For an answer of any size.
    slowest
        Bytes in a second at least; each byte that was sent or has come moves the deadline by its share.

    Attributes
    ----------
    passed : bool
        Whether it is over.
    bytes : int
        How many were sent or have come.
    """

    def __init__(self, seconds: float, slowest: float) -> None:
        self.seconds = seconds
        self._slowest = slowest
        self._ends = time.monotonic() + seconds
        self._sockets: list[Any] = []
        self._lock = threading.Lock()
        self._active = False
        self._before: Deadline | None = None
        self.passed: bool = False
        self.bytes: int = 0

    def __enter__(self) -> Deadline:
        self._before = getattr(_current, "deadline", None)
        _current.deadline = self
        with self._lock:
            self._active = True
        _timer.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._active = False
            self._sockets.clear()
        _current.deadline = self._before

    def moved(self, size: int) -> None:
        """Bytes have come, or are going to be sent."""
        self.bytes += size
        self._ends += size / self._slowest

    def watch(self, connection: Any) -> None:
        """Shut this socket when the time is over; None for one that is gone already."""
        with self._lock:
            self._sockets += [] if connection is None else [connection]
        if self.passed:
            self.shut()

    def left(self) -> float | None:
        """Seconds until its end; None when nothing waits for it any more."""
        return self._ends - time.monotonic() if self._active else None

    def shut(self) -> None:
        """End the time now: whoever reads from the server gets an error."""
        with self._lock:
            if not self._active:
                return
            self.passed = True
            for connection in self._sockets:
                with contextlib.suppress(OSError):
                    # Of the plain class: an encrypted one would wait for the server's goodbye.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _Timer:
    """One thread that shuts what is overdue."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._heap: list[tuple[float, int, Deadline]] = []
        self._numbers = itertools.count()
        self._sweep_at = _FEW
        self._thread: threading.Thread | None = None

    def add(self, deadline: Deadline) -> None:
        """Watch over a deadline until it is left or over."""
        left = deadline.left() or 0.0
        with self._changed:
            if len(self._heap) >= self._sweep_at:
                self._sweep()
            heapq.heappush(self._heap, (time.monotonic() + left, next(self._numbers), deadline))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="gpwidgets-deadlines", daemon=True)
                self._thread.start()
            elif self._heap[0][2] is deadline:
                self._changed.notify()

    def _sweep(self) -> None:
        """Let go of those that were left: thousands of quick answers come before the first one is due."""
        self._heap = [entry for entry in self._heap if entry[2].left() is not None]
        heapq.heapify(self._heap)
        self._sweep_at = max(_FEW, 2 * len(self._heap))

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._heap or self._heap[0][0] > time.monotonic():
                    wait = self._heap[0][0] - time.monotonic() if self._heap else None
                    self._changed.wait(wait)
                _, _, deadline = heapq.heappop(self._heap)
            left = deadline.left()
            if left is None:
                continue
            if left > 0:  # it was moved meanwhile
                with self._changed:
                    heapq.heappush(self._heap, (time.monotonic() + left, next(self._numbers), deadline))
            else:
                deadline.shut()


_timer = _Timer()


@in_forked_process
def _start_anew() -> None:
    """Begin without the thread in a forked process, where that of its parent does not run."""
    global _timer
    _timer = _Timer()


def _watch(connection: Any) -> None:
    deadline = getattr(_current, "deadline", None)
    if deadline is not None and connection is not None:
        deadline.watch(connection)


class _Plain(TellingConnection, HTTPConnection):
    """A connection whose socket the deadline of its thread knows before the first byte has come."""

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request."""
        if self.sock is None:
            self.connect()
        _watch(self.sock)
        super().request(*args, **options)


class _Encrypted(TellingConnection, HTTPSConnection):
    def connect(self) -> None:
        """Connect and agree on the encryption, in time."""
        deadline = getattr(_current, "deadline", None)
        if deadline is not None and deadline.passed:
            raise TimeoutError("the time for the whole answer is over")
        super().connect()

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request."""
        _watch(self.sock)
        super().request(*args, **options)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


POOLS = {"http": _PlainPool, "https": _EncryptedPool}
"""For `pool_classes_by_scheme` of a pool manager of urllib3."""


def socket_of(raw: Any) -> Any:
    """The socket that an answer is read from, where others have set up the session; None if unknown."""
    connection = getattr(raw, "_connection", None)
    found = getattr(connection, "sock", None)
    if found is None:  # http.client has given it to the answer, whose end is the connection's end
        found = getattr(getattr(getattr(getattr(raw, "_fp", None), "fp", None), "raw", None), "_sock", None)
    return found
