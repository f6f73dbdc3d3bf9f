"""Threads that do the work of a run without holding up the kernel."""

from __future__ import annotations

import collections
import contextvars
import logging
import threading
import time
from collections.abc import Callable, Sequence

from gpwidgets.forks import in_forked_process
from gpwidgets.secrets import mask
from gpwidgets.tasks.scheduling.watcher import shared_watcher

_LOG = logging.getLogger("gpwidgets.tasks")

Work = Callable[[], object]


def start_worker(work: Work, name: str = "gpwidgets-run") -> threading.Thread:
    """Run `work` in a daemon thread that keeps the caller's context.

    Widgets of some ipykernel versions can only be updated from a thread that knows which cell started it;
    that knowledge lives in context variables.
    """
    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), name=name, daemon=True)
    thread.start()
    return thread


class WorkerPool:
    """A few threads for submissions and results, however many runs there are.

    The pool of the standard library joins its threads when Python ends, which a stalled upload would hold up;
    these are daemons and end after a moment without work. There are more than `usual` only while work waits
    and none was begun for a second, as behind long uploads or a server that does not answer.

    Parameters
    ----------
    usual, most
        Number of threads.
    rest
        Seconds after which an idle thread ends.
    """

    def __init__(self, usual: int = 4, most: int = 32, rest: float = 1.0) -> None:
        self._usual, self._most, self._rest = usual, most, rest
        self._waiting: collections.deque[Work] = collections.deque()
        self._begun = time.monotonic()
        self._changed = threading.Condition()
        self._threads = 0
        self._idle = 0
        self._growing = False

    def submit(self, work: Work, *, first: bool = False) -> None:
        """Run `work` in the caller's context as soon as a thread is free, `first` of all that waits."""
        context = contextvars.copy_context()
        with self._changed:
            place = self._waiting.appendleft if first else self._waiting.append
            place(lambda: context.run(work))
            if self._idle >= len(self._waiting):
                self._changed.notify()
            elif self._threads < self._usual:
                self._start()
            elif not self._growing:
                self._growing = True
                shared_watcher().add(self._grow, 1.0)

    def _grow(self) -> float | None:
        with self._changed:
            if not self._waiting:
                self._growing = False
                return None
            if self._begun < time.monotonic() - 1.0 and self._threads < self._most:
                self._start()
            return 1.0

    def _start(self) -> None:
        self._threads += 1
        threading.Thread(target=self._work, name="gpwidgets-run", daemon=True).start()

    def _work(self) -> None:
        while (work := self._next()) is not None:
            try:
                work()
            except Exception as error:
                # Drivers keep their own failures; a fault of ours must not take the thread from other runs.
                _LOG.error("the work of a run failed: %s", mask(repr(error)))
            del work  # what it holds may be large, and the next one may be long in coming

    def _next(self) -> Work | None:
        with self._changed:
            self._idle += 1
            try:
                found = self._changed.wait_for(lambda: bool(self._waiting), self._rest)
            finally:
                self._idle -= 1
            if found:
                self._begun = time.monotonic()
                return self._waiting.popleft()
            self._threads -= 1
            return None


_AT_ONCE = 8

_shared = WorkerPool()
_by_server: dict[str, WorkerPool] = {}


def submit_work(work: Work, *, first: bool = False) -> None:
    """Run `work` in one of the shared threads, in the caller's context.

    Parameters
    ----------
    work
    first
        Before all that waits: what is nearly done comes before what has not begun.
    """
    _shared.submit(work, first=first)


def submit_long_request(work: Work, server: str) -> None:
    """Run `work`, which waits for a server for minutes, beside a few others for the same server."""
    _by_server.setdefault(server, WorkerPool(usual=_AT_ONCE)).submit(work)


def work_together(works: Sequence[Work], at_once: int) -> None:
    """Run some works in a few threads, this one among them, and return when all are done.

    Parameters
    ----------
    works
        They keep their own failures; they run in the caller's context, and are begun in their order.
    at_once
        Number of threads.
    """
    left = iter(works)
    lock = threading.Lock()

    def one_after_another() -> None:
        while True:
            with lock:
                work = next(left, None)
            if work is None:
                return
            work()

    helpers = [
        start_worker(one_after_another, "gpwidgets-results") for _ in range(min(at_once, len(works)) - 1)
    ]
    one_after_another()
    for helper in helpers:
        helper.join()


@in_forked_process
def _start_anew() -> None:
    """Begin without threads in a forked process, where those of its parent do not run."""
    global _shared
    _shared = WorkerPool()
    _by_server.clear()
