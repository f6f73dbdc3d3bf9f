"""One row on its way: sent, followed, and what its end means."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from gpwidgets.errors import AuthenticationError, ConnectionFailed, ServerError
from gpwidgets.tasks.batch._row_transport import RowTransport
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.runs.drivers import ExecuteDriver, JobDriver
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.task import GPTask

__all__ = ["LiveRow", "begun_nothing"]

#: A server's answers that say that it has begun nothing and may take the same later.
_LATER = frozenset({429, 503})


def begun_nothing(run: Run) -> bool:
    """Whether a run that failed may be sent again, as the server has begun nothing and may do so later."""
    error = run.error
    if run.status is not RunStatus.FAILED or run.job_id is not None:
        return False
    if isinstance(error, ConnectionFailed):
        return not error.maybe_sent
    return isinstance(error, AuthenticationError) or (isinstance(error, ServerError) and error.code in _LATER)


class LiveRow:
    """A row that is being sent or followed.

    Parameters
    ----------
    task
    place
        Of the row in its batch.
    job
        To follow, when there is one already.
    settings
        Checked settings of the environment.
    elsewhere
        As of `RowTransport`.

    Attributes
    ----------
    run : Run
    is_cancelled : bool
        Whether somebody wants no more of it.
    overdue : bool
        Whether its time is over and it is being cancelled for that.
    is_over : bool
        Whether nobody is interested in it any more.
    has_place : bool
        Whether it counts among the jobs on the server.
    """

    def __init__(
        self,
        task: GPTask,
        place: int,
        job: str | None,
        settings: Mapping[str, Any],
        *,
        elsewhere: bool = False,
    ) -> None:
        self.place = place
        self.run: Run = Run(task, {}, settings)
        self.is_cancelled: bool = False
        self.overdue: bool = False
        self.is_over: bool = False
        self.has_place: bool = True
        self._job = job
        self._transport = RowTransport(task, job, settings, elsewhere=elsewhere)
        self._sent = time.monotonic()
        self._ran: float | None = None
        self._done: float | None = None

    def begin(
        self,
        prepare: Callable[[Run], Mapping[str, str]],
        job_known: Callable[[LiveRow], None],
        server_done: Callable[[LiveRow], None],
        ended: Callable[[LiveRow], None],
    ) -> None:
        """Send it, or follow its job; the functions are called from other threads.

        Parameters
        ----------
        prepare
            Gives the form fields, right before they are sent.
        job_known
            Called with the id of the job.
        server_done
            Called once the server has done the work.
        ended
            Called at the end.
        """
        run = self.run
        self._transport.when_done = lambda: server_done(self)
        run.observe(self._note_status, names="status")
        run.call_when_done(lambda: ended(self))
        if self._job is not None:
            control.update(run, job_id=self._job)
            control.begin(run, JobDriver(run, self._transport, None))
        else:
            run.observe(lambda _change: job_known(self), names="job_id")
            driver = JobDriver if run.task.is_asynchronous else ExecuteDriver
            control.begin(run, driver(run, self._transport, prepare))
        if self.is_cancelled:  # before there was anybody to hear of it
            run.cancel()

    def cancel(self) -> None:
        """Ask the server to stop it, at once or as soon as it is there."""
        self.is_cancelled = True
        self.run.cancel()

    def leave(self) -> None:
        """Look at its job no more; the server goes on with it."""
        self.is_over = True
        control.finish(self.run, RunStatus.LOST)
        control.forget_outputs(self.run)

    def _note_status(self, change: Any) -> None:
        if change.new is RunStatus.SUBMITTED:
            self._sent = time.monotonic()
        elif change.new is RunStatus.RUNNING and self._ran is None:
            self._ran = time.monotonic()

    def leave_place(self) -> bool:
        """Whether it had a place at the server until now; it has none after that."""
        had, self.has_place = self.has_place, False
        if had:
            self._done = time.monotonic()
        return had

    def times(self) -> tuple[float, float]:
        """Seconds in the server's queue, and seconds after that."""
        done = self._done or time.monotonic()
        # A short job is never seen running.
        ran = self._ran if self._ran is not None else self._sent
        return ran - self._sent, done - ran

    @property
    def is_being_sent(self) -> bool:
        """Whether nobody knows yet what becomes of it on the server."""
        return self.run.job_id is None and not self.run.done

    @property
    def age(self) -> float:
        """Seconds since it was sent, or found."""
        return time.monotonic() - self._sent
