"""What makes a run go: `ExecuteDriver` inside one request, `JobDriver` through a job on the server."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from gpwidgets.errors import (
    AuthenticationError,
    BadReply,
    ConnectionFailed,
    GPError,
    ResourceNotFound,
    RunExpired,
    ServerError,
)
from gpwidgets.protocol.enums import JobStatus
from gpwidgets.protocol.replies import JobInfo
from gpwidgets.tasks.endings import end_without_results, fail, lose_execution, lose_job, may_have_arrived
from gpwidgets.tasks.status import RunStatus
from gpwidgets.tasks.watcher import Pace, Step, shared_watcher
from gpwidgets.tasks.workers import start_worker, submit_work

if TYPE_CHECKING:
    from gpwidgets.tasks.run import Run
    from gpwidgets.tasks.transport import Transport

Prepare = Callable[["Run"], Mapping[str, str]]
"""Turns the run's inputs into request fields, uploading what has to be uploaded."""


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
        sent = time.monotonic()
        try:
            fields = self._prepare(run)
            if run.done:
                return
            run.update(status=RunStatus.RUNNING)
            sent = time.monotonic()
            reply = self._transport.execute(fields)
            run.add_messages(reply.messages)
            run.finish(RunStatus.SUCCEEDED, outputs=self._transport.outputs_of_reply(run, reply))
        except Exception as error:
            if run.status is RunStatus.RUNNING and may_have_arrived(error):
                lose_execution(run, error, time.monotonic() - sent)
            else:
                fail(run, error)


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
    _MESSAGES_READ_ALWAYS = 50
    _MESSAGES_READ_EVERY = 30.0

    def __init__(self, run: Run, transport: Transport, prepare: Prepare | None) -> None:
        self._run = run
        self._transport = transport
        self._prepare = prepare
        self._context = contextvars.copy_context()
        self._failures = 0
        self._gone = 0
        self._late_reads = 0
        self._cancel_tries = 0
        self._cancel_accepted: float | None = None
        self._submitted = time.monotonic()
        self._messages_read = 0.0
        self._refused_at = 0.0
        self._refused_auth: object = None
        self._looking = threading.Lock()

    def begin(self) -> None:
        """Submit in a worker thread, or start looking at the existing job."""
        if self._prepare is None:
            self._watch(self._look)
        else:
            submit_work(self._submit)

    def cancel(self) -> None:
        """Ask until the server accepts; it refuses while the job is only submitted."""
        self._watch(self._ask_to_cancel)

    def _watch(self, step: Step, delay: float = 0.0) -> None:
        # Widgets follow the run's traits, and some kernels need the context of the cell that started it.
        shared_watcher().add(lambda: self._context.copy().run(step), delay)

    @property
    def _pace(self) -> Pace:
        return shared_watcher().pace

    def _delay(self) -> float:
        return self._pace.delay(time.monotonic() - self._submitted, self._failures)

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
            if sent and (isinstance(error, BadReply) or may_have_arrived(error)):
                lose_job(run, error)
            else:
                fail(run, error)
        else:
            self._take_up(job)

    def _take_up(self, job: JobInfo) -> None:
        if not job.job_id:
            error = BadReply("The server accepted the job but did not say its id, so it cannot be followed.")
            lose_job(self._run, error)
            return
        self._run.update(job_id=job.job_id)
        self._submitted = time.monotonic()
        delay = self._apply_safely(job)
        if delay is not None:
            self._watch(self._look, delay)

    def _look(self) -> float | None:
        """Read the job once; the watcher calls this until it answers None."""
        if self._run.done:
            return None
        if self._run.wants_sign_in and self._still_signed_out():
            return 2 * self._pace.shortest  # nothing is asked before somebody has signed in
        if not self._looking.acquire(blocking=False):
            return self._delay()
        try:
            return self._look_alone()
        finally:
            self._looking.release()

    def _still_signed_out(self) -> bool:
        """Whether nobody has signed in, for this run or another of its session."""
        same = self._run.task.session.auth is self._refused_auth
        return same and time.monotonic() - self._refused_at < self._pace.signed_out

    def _look_alone(self) -> float | None:
        run = self._run
        try:
            job = self._read()
        except Exception as error:
            return self._trouble(error)
        self._failures = self._gone = 0
        run.update(wants_sign_in=False)
        if run.note.startswith(_TROUBLE):
            run.update(note="")
        return self._apply_safely(job)

    def _read(self) -> JobInfo:
        """Read the job, with its messages while somebody looks at them or they are few."""
        now = time.monotonic()
        wanted = (
            self._run.observed("messages")
            or len(self._run.messages) < self._MESSAGES_READ_ALWAYS
            or now - self._messages_read > self._MESSAGES_READ_EVERY
        )
        job = self._transport.job(messages=wanted)
        status = RunStatus.from_job(job.status)
        if not wanted and status is not None and status.is_final:
            job, wanted = self._transport.job(), True
        if wanted:
            self._messages_read = now
        return job

    def _trouble(self, error: Exception) -> float | None:
        """What no look at a job got: tell of it, and decide when to look again."""
        if isinstance(error, AuthenticationError):
            return self._ask_to_sign_in(error)
        if isinstance(error, ConnectionFailed | BadReply):
            return self._no_answer("reconnecting", error)
        if isinstance(error, ServerError):
            return self._refused(error)
        fail(self._run, error)
        return None

    def _ask_to_sign_in(self, error: AuthenticationError) -> float:
        self._refused_at = time.monotonic()
        self._refused_auth = self._run.task.session.auth
        note = f"{_TROUBLE}the server wants a new sign-in, Run.sign_in gives it (the job goes on): {error}"
        self._run.update(note=note, wants_sign_in=True)
        return 2 * self._pace.shortest

    def _no_answer(self, what: str, error: Exception) -> float:
        self._failures += 1
        self._run.update(note=f"{_TROUBLE}{what} (the job goes on): {error}")
        return self._delay()

    def _refused(self, error: ServerError) -> float | None:
        """A server that restarts answers errors too, so a job counts as gone only after some looks."""
        if isinstance(error, ResourceNotFound) or error.code == 400:
            self._gone += 1
            if self._gone >= self._LOOKS_UNTIL_GONE:
                text = f"The server no longer knows job {self._run.job_id}: {error}"
                self._run.finish(RunStatus.EXPIRED, error=RunExpired(text, run=self._run))
                return None
            return 4 * self._pace.shortest
        return self._no_answer("the server has trouble", error)

    def _apply_safely(self, job: JobInfo) -> float | None:
        try:
            return self._apply(job)
        except Exception as error:
            fail(self._run, error)
            return None

    def _apply(self, job: JobInfo) -> float | None:
        run = self._run
        run.add_messages(job.messages)
        status = RunStatus.from_job(job.status)
        if job.status is JobStatus.SUCCEEDED:
            return self._results_of(job)
        if status is not None and status.is_final:
            end_without_results(run, status)
            return None
        if job.progress is not None:
            run.update(progress=job.progress.percent, progress_text=job.progress.message)
        stale = self._cancel_accepted is not None and status is not RunStatus.CANCELLING
        if status is not None and status is not run.status and not stale:
            run.update(status=status)
        self._hint()
        return self._delay()

    def _hint(self) -> None:
        """Say why nothing seems to happen, where a good answer leaves that open."""
        run, now, hint = self._run, time.monotonic(), ""
        waits = run.status in (RunStatus.SUBMITTED, RunStatus.WAITING)
        if self._cancel_accepted is not None:
            hint = _IGNORES_CANCEL if now - self._cancel_accepted > self._pace.cancelling_hint else ""
        elif waits and now - self._submitted > self._pace.waiting_hint:
            hint = _BUSY
        if run.note in ("", _BUSY, _IGNORES_CANCEL):
            run.update(note=hint)

    def _results_of(self, job: JobInfo) -> float | None:
        """Have the results fetched; some servers link them a moment after success."""
        if not job.has_results and self._run.task.outputs and self._late_reads < self._READS_OF_LATE_RESULTS:
            self._late_reads += 1
            return 0.4 * self._pace.shortest * 2.0**self._late_reads
        self._run.update(progress_text="fetching results")
        # In another thread than the looks, which a large result would hold up for all other runs.
        self._context.copy().run(submit_work, lambda: self._collect(job))
        return None

    def _collect(self, job: JobInfo) -> None:
        run = self._run
        try:
            outputs = self._transport.outputs_of_job(run, job)
        except Exception as error:
            fail(run, error)
            return
        refused = next((e for e in outputs.errors.values() if isinstance(e, AuthenticationError)), None)
        if refused is not None:
            self._watch(self._look, self._ask_to_sign_in(refused))
            return
        note = "It had finished before the cancel arrived." if run.cancel_requested else ""
        run.finish(RunStatus.SUCCEEDED, outputs=outputs, note=note)

    def _ask_to_cancel(self) -> float | None:
        run = self._run
        if run.done or self._cancel_accepted is not None:
            return None
        if run.job_id is None:
            return 0.2
        try:
            self._transport.cancel()
        except GPError as error:
            self._cancel_tries += 1
            run.update(note=f"The server does not cancel the job yet; asking again. ({error})")
            return min(self._pace.shortest * 1.5**self._cancel_tries, 20 * self._pace.shortest)
        self._cancel_accepted = time.monotonic()
        run.update(note="", status=RunStatus.CANCELLING)
        self._watch(self._look_once)
        return None

    def _look_once(self) -> None:
        self._look()


_TROUBLE = "No answer: "
_BUSY = "The server is busy: the job is waiting for its turn."
_IGNORES_CANCEL = (
    "The server accepted the cancel, but the tool has not stopped yet; some tools run to their end."
)
