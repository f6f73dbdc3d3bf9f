"""Which step comes next: due times, lanes and rates, without threads and without a clock.

Steps of one lane, in practice of one server, share a few places and a rate. So a server that does not answer
holds up its own steps only, and a thousand jobs are looked at no more often than a server should be asked.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

Step = Callable[[], float | None]
"""A piece of work; answers with the seconds until the next call, or None at the end."""


#: Ends the names of the lanes of slow steps.
_SLOW = "\n"


@dataclass(eq=False)
class Entry:
    """A step on the agenda.

    Attributes
    ----------
    step, lane
    turn
        Number of its place among the due times, -1 for none; other places are void.
    waiting
        Whether it is due and waits in its lane.
    hurried
        Whether it comes before all others, even while its lane is held.
    under_way, again
        Whether it is being called, and is wanted once more right after.
    began
        When that call began.
    slow, overdue
        Whether the call before, and this one, took longer than others should wait for it.
    """

    step: Step
    lane: str
    turn: int = -1
    waiting: bool = False
    hurried: bool = False
    under_way: bool = False
    again: bool = False
    began: float = 0.0
    slow: bool = False
    overdue: bool = False


@dataclass
class _Lane:
    waiting: deque[Entry] = field(default_factory=deque)
    under_way: int = 0
    free_at: float = float("-inf")
    held_until: float = float("-inf")

    def starts(self, now: float) -> float:
        """When its next step may start, if there is a place."""
        held = now if self.waiting and self.waiting[0].hurried else self.held_until
        return max(self.free_at, held, now)


class Agenda:
    """Steps by due time.

    Parameters
    ----------
    per_lane, most
        Steps that may be under way at once, of one lane and altogether.
    rate
        Steps of one lane that are started in a second. The lane ``""``, for what asks no server, has no
        limit, but one place only.
    patience
        Seconds after which a step that is under way takes no place any more. It is slow then, and stays among
        the slow ones of its lane, which have places of their own, until one of its calls is quick again.
    """

    def __init__(self, per_lane: int = 4, most: int = 32, rate: float = 100.0, patience: float = 2.0) -> None:
        self._per_lane, self._most, self._rate = per_lane, most, rate
        self._patience = patience
        self._called: deque[tuple[float, Entry]] = deque()
        self._heap: list[tuple[float, int, Entry]] = []
        self._numbers = itertools.count()
        self._lanes: dict[str, _Lane] = {}
        self._under_way = 0

    def add(self, entry: Entry, due: float) -> None:
        """Put a step in its place, or in another one."""
        entry.turn = next(self._numbers)
        heapq.heappush(self._heap, (due, entry.turn, entry))

    def hurry(self, entry: Entry) -> None:
        """Let a step come before all others of its lane; one that has ended stays away."""
        if entry.under_way:
            entry.again = True
        elif entry.waiting:
            self._lane(_place(entry)).waiting.remove(entry)
            self._call(entry, hurried=True)
        elif entry.turn >= 0:
            self._call(entry, hurried=True)

    def hold(self, lane: str, until: float) -> None:
        """Start no step of a lane for a while, unless it is in a hurry."""
        for name in (lane, lane + _SLOW):
            self._lane(name).held_until = max(until, self._lane(name).held_until)

    def release(self, lane: str) -> None:
        """Let the steps of a lane come again as usual."""
        for name in (lane, lane + _SLOW):
            self._lane(name).held_until = float("-inf")

    def take(self, now: float) -> Entry | None:
        """Take the next step that may start; lanes take turns."""
        while self._heap and self._heap[0][0] <= now:
            _, turn, entry = heapq.heappop(self._heap)
            if turn == entry.turn:
                self._call(entry)
        self._set_aside(now)
        for name, lane in self._lanes.items():
            if not lane.waiting or not self._has_place(name, lane) or lane.starts(now) > now:
                continue
            entry = lane.waiting.popleft()
            entry.waiting, entry.hurried, entry.under_way = False, False, True
            lane.under_way += 1
            entry.began, entry.overdue = now, False
            if not entry.slow:
                self._under_way += 1
            if name:
                self._called.append((now, entry))
                # After a rest all places of the lane may start at once.
                lane.free_at = max(now - self._per_lane / self._rate, lane.free_at) + 1.0 / self._rate
            self._lanes[name] = self._lanes.pop(name)
            return entry
        return None

    def done(self, entry: Entry, due: float | None) -> None:
        """Give a step back, with the time of its next call or None at its end."""
        self._lane(_place(entry)).under_way -= 1
        if not entry.slow:
            self._under_way -= 1
        entry.under_way, entry.slow = False, entry.overdue
        if due is not None and entry.again:
            self._call(entry, hurried=True)
        elif due is not None:
            self.add(entry, due)
        entry.again = False

    def next_time(self, now: float) -> float:
        """When `take` may find something, if nothing is given back or added before; infinity for never."""
        times = [self._heap[0][0]] if self._heap else []
        waiting = {name: lane for name, lane in self._lanes.items() if lane.waiting}
        times += [lane.starts(now) for name, lane in waiting.items() if self._has_place(name, lane)]
        if len(waiting) > len(times) - bool(self._heap):
            # A place comes free when a step has been under way for too long.
            times += [began + self._patience for began, entry in self._called if _is_call(began, entry)][:1]
        return min(times, default=float("inf"))

    def _set_aside(self, now: float) -> None:
        """Take their places from the steps that have been under way for too long."""
        while self._called and (now >= self._called[0][0] + self._patience or not _is_call(*self._called[0])):
            began, entry = self._called.popleft()
            if not _is_call(began, entry):
                continue
            entry.overdue = True
            if not entry.slow:
                self._lane(entry.lane).under_way -= 1
                self._under_way -= 1
                entry.slow = True
                self._lane(_place(entry)).under_way += 1

    def __len__(self) -> int:
        """Steps that wait for their time or their turn."""
        return sum(turn == entry.turn for _, turn, entry in self._heap) + sum(
            len(lane.waiting) for lane in self._lanes.values()
        )

    def _call(self, entry: Entry, *, hurried: bool = False) -> None:
        entry.turn, entry.waiting, entry.hurried = -1, True, hurried
        waiting = self._lane(_place(entry)).waiting
        waiting.appendleft(entry) if hurried else waiting.append(entry)

    def _has_place(self, name: str, lane: _Lane) -> bool:
        if name.endswith(_SLOW):
            return lane.under_way < self._per_lane
        return self._under_way < self._most and lane.under_way < (self._per_lane if name else 1)

    def _lane(self, name: str) -> _Lane:
        return self._lanes.setdefault(name, _Lane())


def _place(entry: Entry) -> str:
    """The lane that a step waits in now."""
    return entry.lane + _SLOW if entry.slow else entry.lane


def _is_call(began: float, entry: Entry) -> bool:
    """Whether a step is under way since that time, and not known to be slow."""
    return entry.under_way and entry.began == began and not entry.overdue
