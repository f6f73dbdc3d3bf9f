"""What makes a run go: `ExecuteDriver` inside one request, `JobDriver` through a job on the server."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gpwidgets.client.bodies import GATEWAY_GAVE_UP
from gpwidgets.errors import (
    AuthenticationError,
    BadReply,
    ConnectionFailed,
    GPError,
    ResourceNotFound,
    RunCancelled,
    RunExpired,
    RunFailed,
    RunLost,
    RunTimedOut,
    ServerError,
    mask,
)
from gpwidgets.protocol.enums import JobStatus
from gpwidgets.protocol.replies import GPMessage, JobInfo
from gpwidgets.tasks.status import RunStatus
from gpwidgets.tasks.watcher import Step, poll_delay, shared_watcher
from gpwidgets.tasks.workers import start_worker

if TYPE_CHECKING:
    from gpwidgets.tasks.run import Run
    from gpwidgets.tasks.transport import Transport

_LOG = logging.getLogger("gpwidgets.tasks")

Prepare = Callable[["Run"], Mapping[str, str]]
"""Turns the run's inputs into request fields, uploading what has to be uploaded."""


def _failure(run: Run, error: Exception) -> None:
    """End a run that could not be started or read."""
    if not isinstance(error, GPError):
        _LOG.error("a run ended by a fault: %s", mask(repr(error)))
        error = RunFailed(f"{run.task.name}: {type(error).__name__}: {error}", run=run)
    run.finish(RunStatus.FAILED, error=error)


def _lost(run: Run, error: Exception, what: str) -> None:
    text = (
        f"No usable answer came back, so {what} may be under way on the server without our knowing its "
        f"result. Nothing was sent a second time. ({error})"
    )
    run.finish(RunStatus.LOST, error=RunLost(text, run=run))


def _may_have_arrived(error: Exception) -> bool:
    """Whether the server may be working although it answered an error.

    A gateway's 502 and 504 come after it has passed the request on, be they a page or JSON; its 429 and 503
    say that it has not.
    """
    if isinstance(error, ConnectionFailed):
        return error.maybe_sent
    return isinstance(error, ServerError) and error.code in GATEWAY_GAVE_UP


class ExecuteDriver:
    """Runs a synchronous task in a worker thread."""

    def __init__(self, run: Run, transport: Transport, prepare: Prepare) -> None:
        self._run = run
        self._transport = transport
        self._prepare = prepare

    def begin(self) -> None:
        """Start the worker."""
        start_worker(self._work)

    def cancel(self) -> None:
        """Give the run up: the protocol has no way to stop a synchronous task."""
        self._run.cancelled_here(
            "A synchronous task cannot be stopped: the server may still be working on it."
        )

    def _work(self) -> None:
        run = self._run
        try:
            fields = self._prepare(run)
            if run.done:
                return
            run.update(status=RunStatus.RUNNING)
            reply = self._transport.execute(fields)
            run.add_messages(reply.messages)
            run.finish(RunStatus.SUCCEEDED, outputs=self._transport.outputs_of_reply(run, reply))
        except Exception as error:
            if run.status is RunStatus.RUNNING and _may_have_arrived(error):
                _lost(run, error, "the task")
            else:
                _failure(run, error)


class JobDriver:
    """Submits a job and follows it until its end.

    Parameters
    ----------
    run, transport
    prepare
        None to follow a job that exists.
    """

    _READS_OF_LATE_RESULTS = 5
    _LOOKS_UNTIL_GONE = 3

    def __init__(self, run: Run, transport: Transport, prepare: Prepare | None) -> None:
        self._run = run
        self._transport = transport
        self._prepare = prepare
        self._context = contextvars.copy_context()
        self._failures = 0
        self._gone = 0
        self._late_reads = 0
        self._cancel_tries = 0
        self._cancel_accepted = False
        self._looking = threading.Lock()

    def begin(self) -> None:
        """Submit in a worker thread, or start looking at the existing job."""
        if self._prepare is None:
            self._watch(self._look)
        else:
            start_worker(self._submit)

    def cancel(self) -> None:
        """Ask until the server accepts; it refuses while the job is only submitted."""
        self._watch(self._ask_to_cancel)

    def _watch(self, step: Step, delay: float = 0.0) -> None:
        # Widgets follow the run's traits, and some kernels need the context of the cell that started it.
        shared_watcher().add(lambda: self._context.copy().run(step), delay)

    def _submit(self) -> None:
        run = self._run
        assert self._prepare is not None
        sent = False
        try:
            fields = self._prepare(run)
            if run.cancel_requested:
                run.cancelled_here("It had not been sent yet.")
                return
            run.update(status=RunStatus.SUBMITTED)
            sent = True
            job = self._transport.submit(fields)
        except Exception as error:
            # A page or half a reply tells nothing of the job either.
            if sent and (isinstance(error, BadReply) or _may_have_arrived(error)):
                _lost(run, error, "the job")
            else:
                _failure(run, error)
        else:
            self._take_up(job)

    def _take_up(self, job: JobInfo) -> None:
        if not job.job_id:
            error = BadReply("The server accepted the job but did not say its id, so it cannot be followed.")
            _lost(self._run, error, "the job")
            return
        self._run.update(job_id=job.job_id)
        delay = self._apply_safely(job)
        if delay is not None:
            self._watch(self._look, delay)

    def _look(self) -> float | None:
        """Read the job once; the watcher calls this until it answers None."""
        if self._run.done:
            return None
        if not self._looking.acquire(blocking=False):
            return poll_delay(self._run.age)
        try:
            return self._look_alone()
        finally:
            self._looking.release()

    def _look_alone(self) -> float | None:
        run = self._run
        try:
            job = self._transport.job()
        except (ConnectionFailed, BadReply) as error:
            return self._no_answer("reconnecting", error)
        except AuthenticationError as error:
            return self._no_answer("the server wants a new sign-in", error)
        except ServerError as error:
            return self._refused(error)
        except Exception as error:
            _failure(run, error)
            return None
        self._failures = self._gone = 0
        if run.note.startswith(_TROUBLE):
            run.update(note="")
        return self._apply_safely(job)

    def _no_answer(self, what: str, error: Exception) -> float:
        self._failures += 1
        self._run.update(note=f"{_TROUBLE}{what} (the job goes on): {error}")
        return poll_delay(self._run.age, self._failures)

    def _refused(self, error: ServerError) -> float | None:
        """A server that restarts answers errors too, so a job counts as gone only after some looks."""
        if isinstance(error, ResourceNotFound) or error.code == 400:
            self._gone += 1
            if self._gone >= self._LOOKS_UNTIL_GONE:
                text = f"The server no longer knows job {self._run.job_id}: {error}"
                self._run.finish(RunStatus.EXPIRED, error=RunExpired(text, run=self._run))
                return None
            return poll_delay(1.0)
        return self._no_answer("the server has trouble", error)

    def _apply_safely(self, job: JobInfo) -> float | None:
        try:
            return self._apply(job)
        except Exception as error:
            _failure(self._run, error)
            return None

    def _apply(self, job: JobInfo) -> float | None:
        run = self._run
        run.add_messages(job.messages)
        status = RunStatus.from_job(job.status)
        if job.status is JobStatus.SUCCEEDED:
            return self._collect(job)
        if status is not None and status.is_final:
            self._end_without_results(status)
            return None
        if job.progress is not None:
            run.update(progress=job.progress.percent, progress_text=job.progress.message)
        stale = self._cancel_accepted and status is not RunStatus.CANCELLING
        if status is not None and status is not run.status and not stale:
            run.update(status=status)
        return poll_delay(run.age)

    def _collect(self, job: JobInfo) -> float | None:
        """Fetch the results; some servers link them a moment after success."""
        if not job.has_results and self._run.task.outputs and self._late_reads < self._READS_OF_LATE_RESULTS:
            self._late_reads += 1
            return 0.1 * 2.0**self._late_reads
        self._run.update(progress_text="fetching results")
        outputs = self._transport.outputs_of_job(self._run, job)
        note = "It had finished before the cancel arrived." if self._run.cancel_requested else ""
        self._run.finish(RunStatus.SUCCEEDED, outputs=outputs, note=note)
        return None

    def _end_without_results(self, status: RunStatus) -> None:
        run = self._run
        kind, text = _ENDINGS[status]
        said = _error_text(run.messages) if status is RunStatus.FAILED else ""
        message = f"{run.task.name} {text}{': ' + said if said else '.'}"
        run.finish(status, error=kind(message, run=run, messages=run.messages))

    def _ask_to_cancel(self) -> float | None:
        run = self._run
        if run.done or self._cancel_accepted:
            return None
        if run.job_id is None:
            return 0.2
        try:
            self._transport.cancel()
        except GPError as error:
            self._cancel_tries += 1
            run.update(note=f"The server does not cancel the job yet; asking again. ({error})")
            return min(0.3 * 1.5**self._cancel_tries, 5.0)
        self._cancel_accepted = True
        run.update(note="", status=RunStatus.CANCELLING)
        self._watch(self._look_once)
        return None

    def _look_once(self) -> None:
        self._look()


_TROUBLE = "No answer: "

_ENDINGS: Mapping[RunStatus, tuple[type[RunFailed | RunCancelled | RunTimedOut | RunExpired], str]] = {
    RunStatus.FAILED: (RunFailed, "failed"),
    RunStatus.CANCELLED: (RunCancelled, "was cancelled"),
    RunStatus.TIMED_OUT: (RunTimedOut, "took longer than the server allows"),
    RunStatus.EXPIRED: (RunExpired, "was deleted on the server"),
}


def _error_text(messages: tuple[GPMessage, ...]) -> str:
    errors = [message.description for message in messages if message.level == "error"]
    told = [text for text in errors if text.strip() not in ("Failed.", "")] or errors
    return " ".join(told)[:2000]
