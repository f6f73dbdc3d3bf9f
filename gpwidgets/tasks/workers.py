"""Threads that do the work of a run without holding up the kernel."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable


def start_worker(work: Callable[[], object], name: str = "gpwidgets-run") -> threading.Thread:
    """Run `work` in a daemon thread that keeps the caller's context.

    Widgets of some ipykernel versions can only be updated from a thread that knows which cell started it;
    that knowledge lives in context variables.
    """
    thread = threading.Thread(target=contextvars.copy_context().run, args=(work,), name=name, daemon=True)
    thread.start()
    return thread
