"""What makes a run go: `ExecuteDriver` inside one request, `JobDriver` through a job on the server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gpwidgets.errors import BadReply
from gpwidgets.protocol.responses.replies import JobInfo
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.runs._cancelling import Canceller
from gpwidgets.tasks.runs._endings import fail, lose_execution, lose_job, may_have_arrived
from gpwidgets.tasks.runs._following import Follower
from gpwidgets.tasks.runs.kept_results import text_to_keep
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.scheduling.watch import Watch
from gpwidgets.tasks.scheduling.workers import submit_long_request, submit_work
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.runs.transport import Transport

Prepare = Callable[["Run"], Mapping[str, str]]
"""Turns the run's inputs into request fields, uploading what has to be uploaded."""


class ExecuteDriver:
    """Runs a synchronous task in a worker thread, a few at once for one server."""

    def __init__(self, run: Run, transport: Transport, prepare: Prepare) -> None:
        self._run = run
        self._transport = transport
        self._prepare = prepare
        control.keep_trace(run, transport.trace)

    def begin(self) -> None:
        """Let a worker send it; many at once wait for each other, as a server would let them wait."""
        submit_long_request(self._work, urlsplit(self._run.task.url.task).netloc)

    def cancel(self) -> None:
        """Give the run up: the protocol has no way to stop a synchronous task."""
        control.end_as_cancelled(
            self._run, tr("A synchronous task cannot be stopped: the server may still be working on it.")
        )

    def look_now(self) -> None:
        """Nothing to look at: the answer comes as soon as there is one."""

    def _work(self) -> None:
        run = self._run
        sent = time.monotonic()
        if run.cancel_requested:
            return
        try:
            with self._transport.of_the_run():
                fields = self._prepare(run)
            if run.done:
                return
            control.update(run, status=RunStatus.RUNNING)
            sent = time.monotonic()
            reply = self._transport.execute(fields)
            control.add_messages(run, reply.messages)
            outputs = self._transport.outputs_of_reply(run, reply)
            run.reply_text = text_to_keep(run, reply)
            control.finish(run, RunStatus.SUCCEEDED, outputs=outputs)
        except Exception as error:
            if run.status is RunStatus.RUNNING and may_have_arrived(error):
                lose_execution(run, error, time.monotonic() - sent)
            else:
                fail(run, error)


class JobDriver:
    """Submits a job, and has it followed until its end.

    Parameters
    ----------
    run, transport
    prepare
        None to follow a job that exists.
    """

    def __init__(self, run: Run, transport: Transport, prepare: Prepare | None) -> None:
        self._run = run
        self._transport = transport
        self._prepare = prepare
        self._sending = threading.Lock()
        self._is_sent = prepare is None
        control.keep_trace(run, transport.trace)
        watch = Watch(urlsplit(run.task.url.task).netloc)
        self._follower = Follower(run, transport, watch)
        self._canceller = Canceller(
            run, transport, watch, self._follower.cancel_accepted, self._follower.ask_to_sign_in
        )

    def begin(self) -> None:
        """Submit in a worker thread, or start looking at the existing job."""
        if self._prepare is None:
            self._follower.follow()
        else:
            submit_work(self._submit)

    def cancel(self) -> None:
        """Ask until the server accepts; it refuses while the job is only submitted."""
        with self._sending:
            is_sent = self._is_sent
        if is_sent:
            self._canceller.ask()
        elif self._run.status is RunStatus.UPLOADING:  # which may take long, and ends with the next piece
            self._end_unsent()

    def _end_unsent(self) -> None:
        control.end_as_cancelled(self._run, tr("It had not been sent yet."))

    def look_now(self) -> None:
        """Look at the job at once, since somebody wants to know."""
        self._follower.look_now()

    def _submit(self) -> None:
        run = self._run
        assert self._prepare is not None
        sent = False
        try:
            with self._transport.of_the_run():
                fields = self._prepare(run)
            with self._sending:
                self._is_sent = not run.cancel_requested
            if not self._is_sent:
                self._end_unsent()
                return
            control.update(run, status=RunStatus.SUBMITTED)
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
        control.update(self._run, job_id=job.job_id)
        self._follower.follow(job)
