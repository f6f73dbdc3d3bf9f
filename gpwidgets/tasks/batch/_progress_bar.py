"""A bar for the rows of a batch that are over, where tqdm is installed."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Any, Self

from gpwidgets.notebook import in_notebook
from gpwidgets.tasks.batch._engine import BatchEngine

__all__ = ["BatchBar"]


class BatchBar:
    """Shown while somebody waits for a batch; a context manager.

    Parameters
    ----------
    batch
    wanted
        None for wherever somebody may be looking.
    """

    def __init__(self, batch: BatchEngine, wanted: bool | None) -> None:
        self._batch = batch
        looked_at = in_notebook() or bool(getattr(sys.stderr, "isatty", lambda: False)())
        self._wanted = (looked_at if wanted is None else wanted) and find_spec("tqdm") is not None
        self._bar: Any = None

    def __enter__(self) -> Self:
        if self._wanted:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=len(self._batch), desc=self._batch.task.name, unit="row")
            self.show()
        return self

    def show(self) -> None:
        """Show how far it is."""
        if self._bar is None:
            return
        counts = self._batch.counts
        self._bar.n = self._batch.count_over()
        self._bar.set_postfix({name: count for name, count in sorted(counts.items()) if name != "pending"})

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self.show()
            self._bar.close()
