"""A line of text that follows a run while a cell or script waits for it."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self


class ProgressLine:
    """Writes the state of a run over itself on the error stream.

    It is written by the thread that waits, so in a notebook it lands below the waiting cell.

    Parameters
    ----------
    run
        The run to follow.
    wanted
        True or False; None shows it in a terminal or notebook only.
    """

    def __init__(self, run: Any, wanted: bool | None) -> None:
        self._run = run
        self._shown = ""
        self._wanted = _somebody_looks() if wanted is None else wanted

    def __enter__(self) -> Self:
        return self

    def show(self) -> None:
        """Write the state if it has changed."""
        if not self._wanted:
            return
        run = self._run
        percent = f" {run.progress:.0f} %" if run.progress is not None else ""
        text = f"{run.task.name}: {run.status}{percent} {run.progress_text or run.note}".rstrip()[:100]
        if text != self._shown:
            sys.stderr.write("\r" + text.ljust(len(self._shown)))
            sys.stderr.flush()
            self._shown = text

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            sys.stderr.write("\r" + " " * len(self._shown) + "\r")
            if isinstance(error, KeyboardInterrupt):
                sys.stderr.write(f"Waiting ended; {self._run!r} goes on. Use run.cancel() to stop it.\n")
            sys.stderr.flush()


def _somebody_looks() -> bool:
    return "ipykernel" in sys.modules or bool(getattr(sys.stderr, "isatty", lambda: False)())
