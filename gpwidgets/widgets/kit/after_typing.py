"""Waiting for what a page has typed, before a button does its work.

A page holds a change of a box back while the kernel still works at an earlier one of the same box, but sends
the click on a button at once: on a slow connection the click arrives first, and a run would start with the
text of a moment before. So the button asks the page for an answer. The page answers in order, and by then all
that was typed before the click is here.
"""

from __future__ import annotations

import contextvars
import itertools
import threading
from collections.abc import Callable

import ipywidgets as w

from gpwidgets.notebook import in_notebook
from gpwidgets.widgets.kit.owner import keep_open

__all__ = ["when_typed"]

#: Seconds after which no page is taken to be there, as when a notebook is executed without one.
_PATIENCE = 5.0


class _Echo:
    """A model of the page whose changes come back; it has no view, and serves all forms."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._waiting: dict[str, Callable[[], None]] = {}
        self._asked, self._answered = w.Layout(), w.Layout()
        self._link = w.jsdlink((self._asked, "order"), (self._answered, "order"))
        for model in (self._link, self._asked, self._answered):
            keep_open(model)
        self._answered.observe(lambda change: self._go_up_to(change["new"]), names="order")

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it, as ``Widget.close_all`` does."""
        return self._link.comm is not None

    def ask(self, work: Callable[[], None]) -> None:
        """Call `work` when the page has answered."""
        with self._lock:
            name = str(next(self._numbers))
            self._waiting[name] = work
        timer = threading.Timer(_PATIENCE, contextvars.copy_context().run, (self._go_up_to, name))
        timer.daemon = True
        timer.start()
        self._asked.order = name

    def _go_up_to(self, name: str | None) -> None:
        """Do what waits for this answer, and for earlier ones: a page may leave some out."""
        with self._lock:
            due = [one for one in self._waiting if name and int(one) <= int(name)]
            works = [self._waiting.pop(one) for one in due]
        for work in works:
            work()


_echo: _Echo | None = None
_making = threading.Lock()


def when_typed(work: Callable[[], None]) -> None:
    """Call `work` once all is here that was typed before now; at once where there is no page.

    Parameters
    ----------
    work
        Shows what goes wrong itself: it may be called in another thread.
    """
    if not in_notebook():
        work()
        return
    global _echo
    with _making:
        if _echo is None or not _echo.is_open:
            _echo = _Echo()
        echo = _echo
    echo.ask(work)
