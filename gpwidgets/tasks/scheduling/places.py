"""How many jobs a server has at once from this process: few, fewer while it is busy, more where it is idle.

The rules are in `Places`, which knows neither threads nor a clock; `Gate` shares them among all runs of this
process. Rows of batches wait until there is a place. Single runs are sent at once, as somebody waits for
them, and take their places all the same.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

__all__ = ["Gate", "Places", "gate_of", "server_of"]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST_HOLD = 60.0
#: After so many refusals in a row holds grow no longer.
_REFUSALS_COUNTED = 8


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
        """Set how many jobs there are to begin with, and at the most; what was learnt of the server stays."""
        more = self.allowed - self._usual
        self._usual, self._most = usual, most
        # A server that was found busy gets more only as it shows that it is not.
        self.allowed = min(self.allowed if more < 0 else usual + more, most)

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
            self._refused = min(self._refused + 1, _REFUSALS_COUNTED)
        self._smooth = 0
        wait = max(min(2.0 ** (self._refused - 1), _LONGEST_HOLD), min(asked, 300.0))
        self.held_until = max(self.held_until, now + wait)


class Gate:
    """The places at one server, shared by the runs of this process.

    Parameters
    ----------
    clock
        Seconds that only ever grow.

    Attributes
    ----------
    single
        Places that runs have which belong to no batch.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.places: Places = Places()
        self.single: int = 0
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

    def begin_single(self) -> Callable[[], None]:
        """Count a run that belongs to no batch; what comes back ends that."""
        with self._lock:
            self.single += 1
            self.places.occupy()

        def end() -> None:
            with self._lock:
                self.single -= 1
            self.give_back()

        return end

    @property
    def is_held_by_others(self) -> bool:
        """Whether runs that belong to no batch have all the places."""
        with self._lock:
            return self.single >= self.places.allowed

    def put_back(self) -> None:
        """Give a place back that was not used, without letting anybody know."""
        with self._lock:
            self.places.give_back()

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


def server_of(url: str) -> str:
    """Host and port of an address, whichever way it spells them."""
    parts = urlsplit(url)
    try:
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme.lower())
    except ValueError:
        port = None
    return f"{parts.hostname}:{port}"


def gate_of(url: str) -> Gate:
    """The gate of the server at an address."""
    server = server_of(url)
    with _making:
        return _gates.setdefault(server, Gate())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_gates.clear)
