"""A line of text that follows a run while a cell or script waits for it."""

from __future__ import annotations

import sys
import uuid
from types import TracebackType
from typing import Any, Self

from gpwidgets.notebook import in_notebook, publish
from gpwidgets.texts import tr


class ProgressLine:
    """Shows the state of a run while somebody waits.

    In a notebook it is one line below the waiting cell, which ends as the last state; in a terminal it goes
    to the error stream and leaves nothing.

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
        self._handle = uuid.uuid4().hex
        looks = in_notebook() or bool(getattr(sys.stderr, "isatty", lambda: False)())
        self._wanted = looks if wanted is None else wanted

    def __enter__(self) -> Self:
        return self

    def show(self) -> None:
        """Write the state if it has changed."""
        if not self._wanted:
            return
        run = self._run
        percent = f" {run.progress:.0f} %" if run.progress is not None else ""
        said = self._to_do() or run.progress_text or run.note or self._usual()
        self._write(f"{run.task.name}: {run.status}{percent} {said}".rstrip()[:100])

    def _to_do(self) -> str:
        """What a caller has to do for the run to go on."""
        return "(the server wants a new sign-in: Run.sign_in)" if self._run.wants_sign_in else ""

    def _usual(self) -> str:
        """How long earlier runs took, when the run has been told."""
        seconds = getattr(self._run, "expected", None)
        return f"(usually {seconds:.0f} s)" if isinstance(seconds, int | float) and seconds >= 1 else ""

    def _write(self, text: str) -> None:
        if text == self._shown:
            return
        if not publish({"text/plain": text}, self._handle, update=bool(self._shown)):
            sys.stderr.write("\r" + text.ljust(len(self._shown)))
            sys.stderr.flush()
        self._shown = text

    def leave(self) -> None:
        """Say that the run goes on without anybody waiting, in a notebook or a terminal."""
        if in_notebook():
            self._write(self._goes_on)
        elif self._wanted:
            sys.stderr.write(f"{self._how_to_go_on()}\n")

    @property
    def _goes_on(self) -> str:
        return f"Waiting ended; {self._run.task.name} goes on."

    def _how_to_go_on(self) -> str:
        run = self._run
        again = f"gpwidgets.attach({run.job_url!r})" if run.job_url else "wait()"
        return f"Waiting ended; {run!r} goes on. Its cancel() stops it, {again} waits again."

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._shown:
            return
        run = self._run
        interrupted = isinstance(error, KeyboardInterrupt)
        if in_notebook():
            took = tr("duration not known") if run.elapsed is None else f"{run.elapsed:.1f} s"
            self._write(self._goes_on if interrupted else f"{run.task.name}: {run.status}, {took}")
            return
        sys.stderr.write(
            "\r" + " " * len(self._shown) + "\r" + (f"{self._how_to_go_on()}\n" if interrupted else "")
        )
        sys.stderr.flush()
