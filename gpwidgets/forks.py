"""What a process keeps for itself, made anew where it forks: the child has none of its parent's threads."""

from __future__ import annotations

import os
from collections.abc import Callable

__all__ = ["in_forked_process"]


def in_forked_process(start_anew: Callable[[], None]) -> Callable[[], None]:
    """Have a function called first of all in each process that is forked from this one; a decorator.

    Parameters
    ----------
    start_anew
        Puts new locks, threads and connections in the place of those that are the parent's.
    """
    if hasattr(os, "register_at_fork"):  # Windows has no fork
        os.register_at_fork(after_in_child=start_anew)
    return start_anew
