"""One scheduler for all live runs of this process.

A single thread looks after the agenda; a few workers make the requests, so a thousand watched jobs need no
more threads than ten. The scheduler knows nothing of jobs: it calls a function, which answers with the
seconds until it wants to be called again, or None when it is done.
"""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from gpwidgets.forks import in_forked_process
from gpwidgets.secrets import mask
from gpwidgets.tasks.scheduling.scheduler import Agenda, Entry, Step

_LOG = logging.getLogger("gpwidgets.tasks")

#: Of its own, so that a notebook's seeded random numbers stay what they are.
_DICE = random.Random()


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
    longest_asked
        Seconds at most that a server's ``Retry-After`` is followed.
    gone_after
        Seconds after which a job counts as gone, when the server refuses it without speaking of the job: one
        that starts anew does not know its services for a while.
    waiting_hint, cancelling_hint
        Seconds after which the user is told that the server is busy, or that the tool does not stop.
    signed_out
        Seconds between two looks while a new sign-in is wanted.
    given_up
        Seconds that a server gets to stop a run that is over its deadline.
    """

    shortest: float = 0.2
    longest: float = 10.0
    share: float = 0.16
    longest_trouble: float = 30.0
    longest_asked: float = 300.0
    gone_after: float = 60.0
    waiting_hint: float = 20.0
    cancelling_hint: float = 20.0
    signed_out: float = 300.0
    given_up: float = 30.0

    def delay(self, age: float, failures: int = 0, asked: float = 0.0) -> float:
        """Say how long to wait before the next look at a job.

        Parameters
        ----------
        age
            Seconds since the job was submitted.
        failures
            Looks in a row that got no answer; each doubles the wait.
        asked
            Seconds that the server asked to wait.

        Returns
        -------
        float
            Seconds, with a little jitter so that thirty learners' notebooks do not ask in step.
        """
        wait = min(max(self.share * age, self.shortest), self.longest)
        if failures:
            wait = min(max(wait, 2 * self.shortest) * 2.0 ** min(failures, 7), self.longest_trouble)
        return max(wait * _DICE.uniform(0.9, 1.1), min(asked, self.longest_asked) * _DICE.uniform(1.0, 1.1))


class Watcher:
    """Calls steps when they are due.

    Parameters
    ----------
    agenda
        What decides whose turn it is.
    clock
        Seconds that only ever grow.
    pace
        How often jobs want to be looked at; may be replaced at any time.
    rest
        Seconds after which a worker without work ends.
    """

    def __init__(
        self,
        agenda: Agenda | None = None,
        clock: Callable[[], float] = time.monotonic,
        pace: Pace | None = None,
        rest: float = 30.0,
    ) -> None:
        self.pace: Pace = pace or Pace()
        self._agenda = Agenda() if agenda is None else agenda
        self._clock = clock
        self._rest = rest
        self._changed = threading.Condition()
        self._wakes_at = float("inf")
        self._due: queue.SimpleQueue[Entry] = queue.SimpleQueue()
        self._idle = 0
        self._numbers = 0
        self._scheduler: threading.Thread | None = None

    def add(self, step: Step, delay: float = 0.0, lane: str = "") -> Entry:
        """Call `step` after `delay` seconds, and again whenever it asks for it.

        Parameters
        ----------
        step
        delay
            Seconds.
        lane
            What it asks, such as a server: steps of one lane wait for each other, and for no others.

        Returns
        -------
        Entry
            For `hurry`.
        """
        entry = Entry(step, lane)
        with self._changed:
            self._agenda.add(entry, self._clock() + delay)
            self._wake()
        return entry

    def hurry(self, entry: Entry) -> None:
        """Call a step at once, before others of its lane; once more if it is just under way."""
        with self._changed:
            self._agenda.hurry(entry)
            self._wake()

    def hold(self, lane: str, seconds: float) -> None:
        """Leave a lane alone for a while, as its server has asked; hurried steps come nevertheless."""
        with self._changed:
            self._agenda.hold(lane, self._clock() + min(seconds, self.pace.longest_asked))

    def release(self, lane: str) -> None:
        """End what `hold` began: the server answers again."""
        with self._changed:
            self._agenda.release(lane)
            self._wake()

    def _wake(self) -> None:
        """Wake the scheduler if something comes before what it waits for."""
        if self._scheduler is None or not self._scheduler.is_alive():
            self._scheduler = _thread(self._schedule, "gpwidgets-watcher")
        elif self._agenda.next_time(self._clock()) < self._wakes_at:
            self._changed.notify()

    def _schedule(self) -> None:
        while True:
            with self._changed:
                while (entry := self._agenda.take(self._clock())) is None:
                    now = self._clock()
                    self._wakes_at = self._agenda.next_time(now)
                    self._changed.wait(min(self._wakes_at - now, threading.TIMEOUT_MAX))
                self._wakes_at = float("-inf")
                if self._idle:
                    self._idle -= 1
                else:
                    self._numbers += 1
                    _thread(self._work, f"gpwidgets-poll-{self._numbers}")
            self._due.put(entry)

    def _work(self) -> None:
        while (entry := self._next()) is not None:
            try:
                delay = entry.step()
            except Exception as error:
                # A step keeps its own failures; a fault of ours must not end the worker.
                _LOG.error("a watched step failed: %s", mask(repr(error)))
                delay = None
            with self._changed:
                self._idle += 1
                self._agenda.done(entry, None if delay is None else self._clock() + delay)
                self._wake()

    def _next(self) -> Entry | None:
        while True:
            try:
                return self._due.get(timeout=self._rest)
            except queue.Empty:
                with self._changed:
                    if self._idle:  # otherwise a step is on its way to this thread
                        self._idle -= 1
                        return None


def _thread(target: Callable[[], None], name: str) -> threading.Thread:
    thread = threading.Thread(target=target, name=name, daemon=True)
    thread.start()
    return thread


_shared = Watcher()


def shared_watcher() -> Watcher:
    """The watcher of this process."""
    return _shared


@in_forked_process
def _start_anew() -> None:
    """Watch nothing in a forked process: it has no threads of its parent, and the runs are its parent's."""
    global _shared
    _shared = Watcher()
