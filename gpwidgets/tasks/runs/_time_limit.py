"""A run that is given up when it takes too long: its server is asked to stop it, and gets a while."""

from __future__ import annotations

import contextvars
import math
from typing import Any

from gpwidgets.errors import RunTimedOut
from gpwidgets.tasks.runs.run_clock import span_text
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.scheduling.watcher import shared_watcher
from gpwidgets.texts import tr

__all__ = ["GivenUp", "TimeLimit"]

_BEFORE_IT_IS_SENT = (RunStatus.PREPARING, RunStatus.UPLOADING)


class TimeLimit:
    """Looks after the deadline of one run.

    Parameters
    ----------
    run
        A `gpwidgets.Run` that goes on.
    seconds
        What it may take, counted from its start.

    Attributes
    ----------
    seconds : float
    passed : bool
        Whether the run was asked to stop because of it.
    goes_on : bool
        Whether the job was left running on its server, which has not stopped it.
    """

    def __init__(self, run: Any, seconds: float) -> None:
        self._run = run
        self.seconds: float = seconds
        self.passed: bool = False
        self.goes_on: bool = False
        self._dropped = self._was_sent = False
        self._asked_at = 0.0
        context = contextvars.copy_context()
        shared_watcher().add(lambda: context.copy().run(self._look), self._left)

    def drop(self) -> None:
        """Look no more; too late once the run was asked to stop."""
        self._dropped = True

    @property
    def _left(self) -> float:
        return max(0.0, self.seconds - float(self._run.age))

    def _look(self) -> float | None:
        """Ask the run to stop once its time is over, and leave it if it goes on after a while."""
        if self._run.done or self._dropped:
            return None
        if not self.passed:
            if self._left:
                return self._left
            self._ask()
        left: float = self._asked_at + shared_watcher().pace.given_up - self._run.age
        if left > 0:
            return left
        self._leave()
        return None

    def _ask(self) -> None:
        run = self._run
        self._was_sent = run.status not in _BEFORE_IT_IS_SENT
        self.passed, self._asked_at = True, run.age
        run.cancel()

    def _leave(self) -> None:
        """End a run whose server does not stop it; a job goes on there, and can be found again."""
        self.goes_on = self._run.job_id is not None
        self._run._finish(RunStatus.CANCELLED, None, None, "")

    def error(self) -> RunTimedOut:
        """Why the run ended, and what is known of it on the server."""
        run = self._run
        what = tr(
            "{task} took longer than the {span} that it was given",
            task=run.task.name,
            span=span_text(self.seconds),
        )
        if self.goes_on:
            told = tr(
                "{what}. The server was asked to cancel the job, but it still runs there: the history finds "
                "it again, and so does gpwidgets.attach({url!r}).",
                what=what,
                url=run.job_url,
            )
        elif run.job_id is not None:
            told = tr("{what}, and was cancelled on the server.", what=what)
        elif self._was_sent:
            told = tr("{what}. The server may still be working on it.", what=what)
        else:
            told = tr("{what}, and was not sent.", what=what)
        return RunTimedOut(told, run=run, messages=run.messages)


class GivenUp:
    """The part of `gpwidgets.Run` that gives it up after a while."""

    _limit: TimeLimit | None = None

    @property
    def deadline(self) -> float | None:
        """Seconds after which the run is given up; None for as long as it takes."""
        return None if self._limit is None else self._limit.seconds

    @property
    def left_running(self) -> bool:
        """Whether the run was given up here while its job goes on on the server, which did not stop it."""
        return self._limit is not None and self._limit.goes_on

    def give_up_after(self, seconds: float | None) -> None:
        """Have the run cancelled when it takes longer than this.

        The server is asked to cancel the job. Where it has not done so half a minute later, the run ends
        here, its error says that the job still runs there, and `gpwidgets.attach` and the history find it
        again. A run that succeeds meanwhile is a success.

        Parameters
        ----------
        seconds
            Counted from the start of the run, at `started`; None takes a limit away that has not passed yet.

        Raises
        ------
        ValueError
            The number is not above zero.

        Notes
        -----
        Speaks to ``…/jobs/<id>/cancel``. A synchronous task cannot be stopped: its answer is thrown away.
        The run's `status` becomes ``timed_out``, and `wait` raises `RunTimedOut`. The limit ends with this
        kernel.
        """
        if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
            raise ValueError(tr("A run is given up after some seconds above zero, not {n}.", n=seconds))
        if self._limit is not None:
            if self._limit.passed:
                return
            self._limit.drop()
        self._limit = None if seconds is None else TimeLimit(self, float(seconds))

    def _as_given_up(
        self, status: RunStatus, error: Exception | None, note: str
    ) -> tuple[RunStatus, Exception | None, str]:
        """The end of a run that was cancelled since its time was over; every other end as it is."""
        limit = self._limit
        if status is not RunStatus.CANCELLED or limit is None or not limit.passed:
            return status, error, note
        return RunStatus.TIMED_OUT, limit.error(), ""
