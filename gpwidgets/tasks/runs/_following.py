"""From a job's id to its end: looks at it, bears what networks and servers do, decides when it is over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gpwidgets.errors import (
    AuthenticationError,
    BadReply,
    ConnectionFailed,
    ResourceNotFound,
    RunExpired,
    ServerError,
)
from gpwidgets.protocol.enums import JobStatus
from gpwidgets.protocol.responses.replies import JobInfo
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.runs._endings import end_without_results, fail
from gpwidgets.tasks.runs._fetching import ResultFetcher
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.scheduling.scheduler import Entry
from gpwidgets.tasks.scheduling.watch import Watch
from gpwidgets.tasks.scheduling.watcher import Pace, shared_watcher
from gpwidgets.texts import later, tr

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.runs.transport import Transport

_BUSY = later("The server is busy: the job is waiting for its turn.")
_IGNORES_CANCEL = later(
    "The server accepted the cancel, but the tool has not stopped yet; some tools run to their end."
)
_LOST_WORDS = ("exist", "found", "inaccessible", "invalid", "unknown", "no longer")


class Follower:
    """Looks at the job of a run until its end.

    Parameters
    ----------
    run, transport, watch
    """

    _READS_OF_LATE_RESULTS = 5
    _LOOKS_UNTIL_GONE = 3
    _MESSAGES_READ_ALWAYS = 20
    _MESSAGES_READ_EVERY = 30.0
    _RENEWALS = 6

    def __init__(self, run: Run, transport: Transport, watch: Watch) -> None:
        self._run = run
        self._transport = transport
        self._watch = watch
        self._entry: Entry | None = None
        self._failures = 0
        self._refusals: list[tuple[float, bool]] = []
        self._late_reads = 0
        self._submitted = time.monotonic()
        self._cancel_accepted: float | None = None
        self._messages_read = 0.0
        self._refused_at = 0.0
        self._refused_auth: object = None
        self._told = self._hinted = ""

    def follow(self, job: JobInfo | None = None) -> None:
        """Begin; a job that was just submitted comes with what its submission answered."""
        self._submitted = time.monotonic()
        delay = 0.0 if job is None else self._apply_safely(job)
        if delay is not None:
            self._entry = self._watch.add(self._look, delay)

    def look_now(self) -> None:
        """Look at once instead of when it would be time."""
        if self._entry is not None:
            shared_watcher().hurry(self._entry)

    def cancel_accepted(self) -> None:
        """The server has said that it cancels the job; what it makes of that is seen by looking."""
        self._cancel_accepted = time.monotonic()
        control.update(self._run, note="", status=RunStatus.CANCELLING)
        self.look_now()

    @property
    def _pace(self) -> Pace:
        return shared_watcher().pace

    def _delay(self, asked: float = 0.0) -> float:
        return self._pace.delay(time.monotonic() - self._submitted, self._failures, asked)

    def _look(self) -> float | None:
        """Read the job once; the watcher calls this until it answers None."""
        run = self._run
        if run.done:
            return None
        if run.wants_sign_in and self._still_signed_out():
            return 10 * self._pace.shortest  # nothing is asked before somebody has signed in
        try:
            job = self._read()
        except Exception as error:
            return self._trouble(error)
        self._watch.release()
        self._failures = 0
        self._refusals.clear()
        control.update(run, wants_sign_in=False)
        if run.note and run.note == self._told:
            control.update(run, note="")
        return self._apply_safely(job)

    def _still_signed_out(self) -> bool:
        """Whether nobody has signed in, for this run or another of its session."""
        same = self._run.task.session.auth is self._refused_auth
        return same and time.monotonic() - self._refused_at < self._pace.signed_out

    def _read(self) -> JobInfo:
        """Read the job, with its messages while somebody looks at them or they are few."""
        now = time.monotonic()
        wanted = (
            control.is_observed(self._run, "messages")
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
        self._watch.hold(getattr(error, "retry_after", 0.0))
        if isinstance(error, AuthenticationError):
            if self._may_renew(error):
                return self._no_answer(tr("signing in again"), error)
            return self.ask_to_sign_in(error)
        if isinstance(error, ConnectionFailed | BadReply):
            return self._no_answer(tr("reconnecting"), error)
        if isinstance(error, ServerError):
            return self._refused(error)
        fail(self._run, error)
        return None

    def _may_renew(self, error: AuthenticationError) -> bool:
        """Whether a sign-in that renews itself may get through the next time.

        A token service that is restarted answers pages, or refuses tokens that it has just issued; when it
        refuses the account, or goes on like that, somebody has to sign in.
        """
        auth = self._run.task.session.auth
        refused = error.code in (400, 401, 403)
        return auth is not None and auth.renews and not refused and self._failures < self._RENEWALS

    def ask_to_sign_in(self, error: AuthenticationError) -> float:
        """Ask nothing more until somebody has signed in; answers with the seconds until the next look."""
        self._refused_at = time.monotonic()
        self._refused_auth = self._run.task.session.auth
        self._told = tr("The server wants a new sign-in, and the job goes on: {error}", error=error)
        control.update(self._run, note=self._told, wants_sign_in=True)
        return 10 * self._pace.shortest

    def _no_answer(self, what: str, error: ConnectionFailed | BadReply | ServerError) -> float:
        self._failures += 1
        self._tell(tr("No answer: {what} (the job goes on): {error}", what=what, error=error))
        return self._delay(getattr(error, "retry_after", 0.0))

    def _tell(self, trouble: str) -> None:
        """Note a trouble that is over with the next answer."""
        self._told = trouble
        control.update(self._run, note=trouble)

    def _refused(self, error: ServerError) -> float | None:
        """A server that starts anew refuses everything for a while, so a job counts as gone after some looks.

        Where the server speaks of the job itself, these may come soon after each other.
        """
        text = str(error).lower()
        of_the_job = "job" in text and any(word in text for word in _LOST_WORDS)
        if not (isinstance(error, ResourceNotFound) or error.code == 400 or of_the_job):
            return self._no_answer(tr("the server has trouble"), error)
        now = time.monotonic()
        self._refusals.append((now, of_the_job))
        sure = sum(spoken for _, spoken in self._refusals) >= self._LOOKS_UNTIL_GONE
        patient = now - self._refusals[0][0] > self._pace.gone_after
        if sure or (patient and len(self._refusals) >= self._LOOKS_UNTIL_GONE):
            text = tr("The server no longer knows job {job}: {error}", job=self._run.job_id, error=error)
            control.finish(self._run, RunStatus.EXPIRED, error=RunExpired(text, run=self._run))
            return None
        self._tell(tr("No answer: the server does not find the job, asking again: {error}", error=error))
        return self._pace.delay(0.0, 1 if of_the_job else len(self._refusals), error.retry_after)

    def _apply_safely(self, job: JobInfo) -> float | None:
        try:
            return self._apply(job)
        except Exception as error:
            fail(self._run, error)
            return None

    def _apply(self, job: JobInfo) -> float | None:
        run = self._run
        control.add_messages(run, job.messages)
        status = RunStatus.from_job(job.status)
        if job.status is JobStatus.SUCCEEDED:
            return self._results_of(job)
        if status is not None and status.is_final:
            end_without_results(run, status, job.odd_status)
            return None
        if job.progress is not None:
            control.update(run, progress=job.progress.percent, progress_text=job.progress.message)
        stale = self._cancel_accepted is not None and status is not RunStatus.CANCELLING
        if status is not None and status is not run.status and not stale:
            control.update(run, status=status)
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
        if run.note in ("", self._hinted):
            self._hinted = tr(hint)
            control.update(run, note=self._hinted)

    def _results_of(self, job: JobInfo) -> float | None:
        """Have the results fetched; some servers link them a moment after success."""
        if not job.has_results and self._run.task.outputs and self._late_reads < self._READS_OF_LATE_RESULTS:
            self._late_reads += 1
            return 0.4 * self._pace.shortest * 2.0**self._late_reads
        control.update(self._run, progress_text=tr("fetching results"))
        ResultFetcher(self._run, self._transport, job, self._watch, self._sign_in_for_results).begin()
        return None

    def _sign_in_for_results(self, error: AuthenticationError) -> None:
        self._entry = self._watch.add(self._look, self.ask_to_sign_in(error))
