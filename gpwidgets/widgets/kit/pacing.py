"""Showing the latest of many values that come fast, without a message for each."""

from __future__ import annotations

import contextvars
import math
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Paced"]

Value = TypeVar("Value")


class Paced(Generic[Value]):
    """Calls a function with the latest value, at most so often; the last one is never left out.

    Parameters
    ----------
    show
        Called with a value, at once or in a thread of its own, never twice at the same time.
    apart
        Seconds between two calls.
    """

    def __init__(self, show: Callable[[Value], object], apart: float) -> None:
        self._show, self._apart = show, apart
        self._lock, self._showing = threading.Lock(), threading.Lock()
        self._latest: list[Value] = []
        self._last = -math.inf
        self._is_due = False

    def tell(self, value: Value) -> None:
        """Take a value."""
        with self._lock:
            self._latest = [value]
            if self._is_due:
                return
            wait = self._last + self._apart - time.monotonic()
            self._is_due = True
        if wait <= 0:
            self._show_latest()
            return
        timer = threading.Timer(wait, contextvars.copy_context().run, (self._show_latest,))
        timer.daemon = True
        timer.start()

    def _show_latest(self) -> None:
        with self._showing:
            with self._lock:
                latest, self._latest = self._latest, []
                self._is_due, self._last = False, time.monotonic()
            for value in latest:
                self._show(value)
