"""How many jobs of batches a server has at once: few, fewer while it is busy, more where it is idle.

The rules are in `Places`, which knows neither threads nor a clock; `Gate` shares them among the batches of
this process.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

__all__ = ["Gate", "Places", "gate_of"]


class Places:
    """The places at one server.

    Parameters
    ----------
    long_queue
        Seconds in the server's queue from which it counts as busy, if the job did not run longer than that.

    Attributes
    ----------
    allowed
        Jobs at once, now.
    taken
        Jobs that are there.
    held_until
        Before this time no job is sent.
    """

    def __init__(self, long_queue: float = 10.0) -> None:
        self.allowed: int = 1
        self.taken: int = 0
        self.held_until: float = float("-inf")
        self._usual = self._most = 1
        self._long_queue = long_queue
        self._smooth = self._refused = self._lowered = 0

    def limit(self, usual: int, most: int) -> None:
        """Set how many jobs there are to begin with, and at the most."""
        if (usual, most) != (self._usual, self._most):
            self._usual, self._most = usual, most
            self.allowed = usual
            self._smooth = 0

    def take(self, now: float) -> bool:
        """Take a place, if there is one."""
        if self.taken >= self.allowed or now < self.held_until:
            return False
        self.taken += 1
        return True

    def occupy(self) -> None:
        """Count a job that is there already, whether there is a place or not."""
        self.taken += 1

    def give_back(self) -> None:
        """Give a place back without having learnt anything."""
        self.taken -= 1

    def went_well(self, waited: float, ran: float) -> None:
        """Learn from a job that ended.

        Parameters
        ----------
        waited
            Seconds in the server's queue.
        ran
            Seconds after that.
        """
        self._refused = 0
        if waited > max(self._long_queue, ran):
            self._smooth = 0
            self._lowered += 1
            if self._lowered >= self.allowed:  # once for the jobs that waited together
                self.allowed, self._lowered = max(1, self.allowed - 1), 0
            return
        self._lowered = 0
        self._smooth += 1
        if self._smooth >= self.allowed and self.allowed < self._most:
            self.allowed, self._smooth = self.allowed + 1, 0

    def refuse(self, now: float, asked: float = 0.0) -> None:
        """Learn from a server that took no job: 429, 503, or no connection.

        Parameters
        ----------
        now
        asked
            Seconds that the server asked to wait.
        """
        if now >= self.held_until:  # jobs that were refused together count once
            self.allowed = max(1, self.allowed // 2)
            self._refused += 1
        self._smooth = 0
        wait = max(min(2.0 ** (self._refused - 1), 60.0), min(asked, 300.0))
        self.held_until = max(self.held_until, now + wait)


class Gate:
    """The places at one server, shared by the batches of this process.

    Parameters
    ----------
    clock
        Seconds that only ever grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.places: Places = Places()
        self._batches: dict[Callable[[], None], tuple[int, int]] = {}
        self._lock = threading.Lock()

    def join(self, pump: Callable[[], None], usual: int, most: int) -> None:
        """Let a batch take places; `pump` is called when there may be one."""
        with self._lock:
            self._batches[pump] = (usual, most)
            self._limit()

    def leave(self, pump: Callable[[], None]) -> None:
        """Let a batch go."""
        with self._lock:
            self._batches.pop(pump, None)
            self._limit()

    def take(self) -> bool:
        """Take a place, if there is one."""
        with self._lock:
            return self.places.take(self.clock())

    def occupy(self) -> None:
        """Count a job that is there already."""
        with self._lock:
            self.places.occupy()

    def give_back(self, pump: Callable[[], None] | None = None) -> None:
        """Give a place back, and let the other batches take it before the one that had it."""
        with self._lock:
            self.places.give_back()
            if pump in self._batches:  # to the end of the line
                self._batches[pump] = self._batches.pop(pump)
            waiting = list(self._batches)
        for one in waiting:
            one()

    def went_well(self, waited: float, ran: float) -> None:
        """As of `Places`."""
        with self._lock:
            self.places.went_well(waited, ran)

    def refuse(self, asked: float) -> None:
        """As of `Places`."""
        with self._lock:
            self.places.refuse(self.clock(), asked)

    def _limit(self) -> None:
        if self._batches:
            usual = max(usual for usual, _ in self._batches.values())
            self.places.limit(usual, max(most for _, most in self._batches.values()))


_gates: dict[str, Gate] = {}
_making = threading.Lock()


def gate_of(server: str) -> Gate:
    """The gate of a server, by its host and port."""
    with _making:
        return _gates.setdefault(server, Gate())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_gates.clear)
