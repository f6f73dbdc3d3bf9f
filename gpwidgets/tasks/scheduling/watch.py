"""The steps of one run on the scheduler."""

from __future__ import annotations

import contextvars
from collections.abc import Callable

from gpwidgets.tasks.scheduling.scheduler import Entry, Step
from gpwidgets.tasks.scheduling.watcher import shared_watcher


class Watch:
    """Schedules steps of one run, in its server's lane and in the context of the cell that began it.

    Some kernels can update widgets only from a thread that knows its cell.

    Parameters
    ----------
    lane
        The server: its host and port.
    """

    def __init__(self, lane: str) -> None:
        self._context = contextvars.copy_context()
        self._lane = lane

    def add(self, step: Step, delay: float = 0.0) -> Entry:
        """Call a step after some seconds, and again as it answers."""
        return shared_watcher().add(lambda: self.call(step), delay, self._lane)

    def hold(self, seconds: float) -> None:
        """Ask this server nothing for some seconds, for no run."""
        if seconds > 0:
            shared_watcher().hold(self._lane, seconds)

    def release(self) -> None:
        """Ask this server as usual, since it answers."""
        shared_watcher().release(self._lane)

    def call(self, step: Callable[[], float | None]) -> float | None:
        """Call a step in the context."""
        return self._context.copy().run(step)
