"""One scheduler for all live runs of this process.

A single thread keeps a heap of due times; a few workers make the requests, so a thousand watched jobs need
no more threads than ten. The scheduler knows nothing of jobs: it calls a function, which answers with the
seconds until it wants to be called again, or None when it is done.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import queue
import random
import threading
import time
from collections.abc import Callable

from gpwidgets.errors import mask

_LOG = logging.getLogger("gpwidgets.tasks")

Step = Callable[[], float | None]
"""A piece of work; answers with the seconds until the next call, or None at the end."""


def poll_delay(age: float, failures: int = 0) -> float:
    """Say how long to wait before the next look at a job.

    Parameters
    ----------
    age
        Seconds since the job was submitted.
    failures
        Looks in a row that got no answer; each doubles the wait.

    Returns
    -------
    float
        A tenth of the age, between 0.2 and 5 seconds (10 for jobs over half an hour), with a little jitter so
        that thirty learners' notebooks do not ask in step.
    """
    longest = 5.0 if age < 1800 else 10.0
    wait = min(max(0.1 * age, 0.2), longest)
    if failures:
        wait = min(max(wait, 0.5) * 2.0 ** min(failures, 6), 30.0)
    return wait * random.uniform(0.9, 1.1)


class Watcher:
    """Calls steps when they are due.

    Parameters
    ----------
    workers
        How many steps may be under way at once.
    clock
        Seconds that only ever grow.
    """

    def __init__(self, workers: int = 8, clock: Callable[[], float] = time.monotonic) -> None:
        self._workers = workers
        self._clock = clock
        self._heap: list[tuple[float, int, Step]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._due: queue.SimpleQueue[Step] = queue.SimpleQueue()
        self._idle = 0
        self._started = 0
        self._scheduler: threading.Thread | None = None

    def add(self, step: Step, delay: float = 0.0) -> None:
        """Call `step` after `delay` seconds, and again whenever it asks for it."""
        with self._changed:
            heapq.heappush(self._heap, (self._clock() + delay, next(self._numbers), step))
            if self._scheduler is None or not self._scheduler.is_alive():
                self._scheduler = _thread(self._schedule, "gpwidgets-watcher")
            self._changed.notify()

    def _schedule(self) -> None:
        while True:
            with self._changed:
                while not self._heap:
                    self._changed.wait()
                wait = self._heap[0][0] - self._clock()
                if wait > 0:
                    self._changed.wait(wait)
                    continue
                step = heapq.heappop(self._heap)[2]
                if self._idle == 0 and self._started < self._workers:
                    self._started += 1
                    _thread(self._work, f"gpwidgets-poll-{self._started}")
                else:
                    self._idle -= 1
            self._due.put(step)

    def _work(self) -> None:
        while True:
            step = self._due.get()
            try:
                delay = step()
            except Exception as error:
                # A step keeps its own failures; a fault of ours must not end the worker.
                _LOG.error("a watched step failed: %s", mask(repr(error)))
                delay = None
            with self._changed:
                self._idle += 1
            if delay is not None:
                self.add(step, delay)


def _thread(target: Callable[[], None], name: str) -> threading.Thread:
    thread = threading.Thread(target=target, name=name, daemon=True)
    thread.start()
    return thread


_shared = Watcher()


def shared_watcher() -> Watcher:
    """The watcher of this process."""
    return _shared
