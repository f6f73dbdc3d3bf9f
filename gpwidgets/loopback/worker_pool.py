"""Threads in which tools run, answers are made, and requests are passed on."""

from __future__ import annotations

import contextvars
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class WorkerPool:
    """A few daemon threads, which take the work of all who have some in turns.

    A ThreadPoolExecutor would keep the interpreter from ending until the last one is done, and would let
    whoever has brought much go before all who come later.
    """

    def __init__(self, size: int, name: str) -> None:
        self._waiting: dict[str, deque[Callable[[], None]]] = {}
        self._changed = threading.Condition()
        self._is_stopping = False
        for number in range(size):
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True).start()

    def submit(self, function: Callable[..., Any], *arguments: Any, turn: str = "") -> Future[Any]:
        """Run a function as soon as a thread is free.

        Parameters
        ----------
        function
            What is to be done.
        *arguments
            What it takes.
        turn
            Whose it is: of each who has something waiting, one is done before the next of the same.
        """
        future: Future[Any] = Future()
        context = contextvars.copy_context()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(context.run(function, *arguments))
            except BaseException as error:
                future.set_exception(error)

        with self._changed:
            self._waiting.setdefault(turn, deque()).append(run)
            self._changed.notify()
        return future

    def stop(self) -> None:
        """Let the threads end once they are idle."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            task()

    def _next(self) -> Callable[[], None] | None:
        """The next that waits, as soon as there is one; None when all is done and the pool stops."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_stopping)
            if not self._waiting:
                return None
            turn, queue = next(iter(self._waiting.items()))
            del self._waiting[turn]
            task = queue.popleft()
            if queue:
                self._waiting[turn] = queue  # behind all others
            return task
