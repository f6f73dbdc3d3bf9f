"""A line of text that follows a run while a cell or script waits for it."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self


class ProgressLine:
    """Writes the state of a run over itself; in a notebook the last state stays, in a terminal nothing does.

    It is written by the thread that waits, so in a notebook it lands below the waiting cell: on the standard
    output, as notebooks show the error stream in red. In a terminal it goes to the error stream, which keeps
    the output clean.

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
        self._in_notebook = "ipykernel" in sys.modules
        self._stream = sys.stdout if self._in_notebook else sys.stderr
        looks = self._in_notebook or bool(getattr(sys.stderr, "isatty", lambda: False)())
        self._wanted = looks if wanted is None else wanted

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
            self._stream.write("\r" + text.ljust(len(self._shown)))
            self._stream.flush()
            self._shown = text

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._shown:
            return
        if self._in_notebook:
            self.show()
            self._stream.write("\n")
        else:
            self._stream.write("\r" + " " * len(self._shown) + "\r")
        if isinstance(error, KeyboardInterrupt):
            self._stream.write(f"Waiting ended; {self._run!r} goes on. Use run.cancel() to stop it.\n")
        self._stream.flush()
