"""The results of a job that has succeeded: fetched in other threads than the looks, again after trouble."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from gpwidgets.errors import AuthenticationError, BadReply, ConnectionFailed, ServerError
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.runs._endings import fail
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.runs.transport import Gathered
from gpwidgets.tasks.scheduling.watch import Watch
from gpwidgets.tasks.scheduling.watcher import shared_watcher
from gpwidgets.tasks.scheduling.workers import submit_work
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.protocol.responses.replies import JobInfo
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.runs.transport import Transport


class ResultFetcher:
    """Fetches each result of a job and ends the run.

    A bad network at the end of a long job must not cost its results, so those that did not come are asked for
    again for five minutes; after that they are errors in the outputs, and the others are there.

    Parameters
    ----------
    run, transport, job, watch
    sign_in
        What to do when the server wants a new sign-in first.
    """

    _ROUNDS_WITHOUT_ANSWER = 8
    _LONGEST_WITHOUT_ANSWER = 300.0
    _ROUNDS_OF_BAD_ANSWERS = 3

    def __init__(
        self,
        run: Run,
        transport: Transport,
        job: JobInfo,
        watch: Watch,
        sign_in: Callable[[AuthenticationError], None],
    ) -> None:
        self._run = run
        self._transport = transport
        self._job = job
        self._watch = watch
        self._sign_in = sign_in
        self._found = Gathered()
        self._rounds = 0
        self._began = time.monotonic()

    def begin(self) -> None:
        """Let a worker fetch; a large result would hold up the looks at other jobs."""
        self._watch.call(lambda: submit_work(self._fetch, first=True))

    def _fetch(self) -> None:
        run, found = self._run, self._found
        try:
            self._transport.fetch_results(self._job, found)
            errors = list(found.errors.values())
            refused = next((error for error in errors if isinstance(error, AuthenticationError)), None)
            if refused is not None:
                self._sign_in(refused)
                return
            self._rounds += 1
            missing = next((error for error in errors if self._may_pass(error)), None)
            if missing is not None and not run.done:
                control.update(
                    run,
                    note=tr(
                        "Fetching results, asking again (the job has succeeded): {missing}", missing=missing
                    ),
                )
                delay = shared_watcher().pace.delay(0.0, self._rounds, getattr(missing, "retry_after", 0.0))
                self._watch.add(self.begin, delay)
                return
            outputs = self._transport.outputs_of_job(run, found)
        except Exception as error:
            fail(run, error)
            return
        note = tr("It had finished before the cancel arrived.") if run.cancel_requested else ""
        if self._job.odd_status:
            note = tr("The server calls it {word!r}.", word=self._job.odd_status)
        control.finish(run, RunStatus.SUCCEEDED, outputs=outputs, note=note)

    def _may_pass(self, error: Exception) -> bool:
        """Whether another round may bring what this one did not."""
        if isinstance(error, ConnectionFailed):
            waited = time.monotonic() - self._began
            return self._rounds < self._ROUNDS_WITHOUT_ANSWER and waited < self._LONGEST_WITHOUT_ANSWER
        bad = isinstance(error, BadReply) and error.may_pass
        # A job may have succeeded while it still writes: its results answer 400 or 404 for a moment.
        broken = isinstance(error, ServerError) and ((error.code or 0) >= 500 or error.code in (400, 404))
        return (bad or broken) and self._rounds < self._ROUNDS_OF_BAD_ANSWERS
