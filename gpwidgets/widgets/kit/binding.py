"""Controls that show a value and change it, without taking their own writing for the user's.

Where a value can come from two sides, such as from a caller and from a box, each side follows the other, and
what one writes comes back from the other as an echo. State flows one way where that can be had; where it
cannot, what writes does so `silently`, and what follows does not hear of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from traitlets import HasTraits

__all__ = ["Binding"]


class _Silence(threading.local):
    """How deep in silent writing each thread is; entered with every character that is typed."""

    depth = 0

    def __enter__(self) -> None:
        self.depth += 1

    def __exit__(self, *_error: object) -> None:
        self.depth -= 1


class Binding:
    """Follows controls, except for what is written into them silently.

    Only the thread that writes is not heard: what a user types at the same moment is.
    """

    def __init__(self) -> None:
        self._silence = _Silence()

    @property
    def silent(self) -> bool:
        """Whether this thread writes silently now."""
        return self._silence.depth > 0

    def silently(self) -> AbstractContextManager[None]:
        """Write into the controls; those who follow them do not hear of it."""
        return self._silence

    def follow(
        self, source: HasTraits, handler: Callable[[Any], object], names: str | Sequence[str] = "value"
    ) -> None:
        """Call a handler with each change of a trait that was not made silently.

        Parameters
        ----------
        source
            A control.
        handler
            Gets the change, as from `observe`.
        names
            Of the traits.
        """

        def hear(change: Any) -> None:
            if not self.silent:
                handler(change)

        source.observe(hear, names=names)
