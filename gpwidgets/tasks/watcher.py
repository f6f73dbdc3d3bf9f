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
from dataclasses import dataclass

from gpwidgets.errors import mask

_LOG = logging.getLogger("gpwidgets.tasks")

#: Of its own, so that a notebook's seeded random numbers stay what they are.
_DICE = random.Random()

Step = Callable[[], float | None]
"""A piece of work; answers with the seconds until the next call, or None at the end."""


@dataclass(frozen=True)
class Pace:
    """How often a job is looked at; tests turn it up instead of sleeping.

    Attributes
    ----------
    shortest, longest
        Seconds between two looks at a young and at an old job.
    share
        Seconds between two looks per second of the job's age, in between.
    longest_trouble
        Seconds between two looks at most while no answer comes.
    waiting_hint, cancelling_hint
        Seconds after which the user is told that the server is busy, or that the tool does not stop.
    signed_out
        Seconds between two looks while a new sign-in is wanted.
    """

    shortest: float = 0.25
    longest: float = 10.0
    share: float = 0.18
    longest_trouble: float = 30.0
    waiting_hint: float = 20.0
    cancelling_hint: float = 20.0
    signed_out: float = 300.0

    def delay(self, age: float, failures: int = 0) -> float:
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
            Seconds, with a little jitter so that thirty learners' notebooks do not ask in step.
        """
        wait = min(max(self.share * age, self.shortest), self.longest)
        if failures:
            wait = min(max(wait, 2 * self.shortest) * 2.0 ** min(failures, 7), self.longest_trouble)
        return wait * _DICE.uniform(0.9, 1.1)


class Watcher:
    """Calls steps when they are due.

    Parameters
    ----------
    workers
        How many steps may be under way at once.
    clock
        Seconds that only ever grow.
    pace
        How often jobs want to be looked at; may be replaced at any time.
    """

    def __init__(
        self, workers: int = 4, clock: Callable[[], float] = time.monotonic, pace: Pace | None = None
    ) -> None:
        self.pace = pace or Pace()
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
