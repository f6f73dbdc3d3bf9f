"""What makes a batch go: rows are sent while there are places, followed, written down and collected."""

from __future__ import annotations

import collections
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from gpwidgets.errors import AuthenticationError, GPError
from gpwidgets.secrets import mask
from gpwidgets.tasks.batch._sending import LiveRow, begun_nothing
from gpwidgets.tasks.batch.ledger import Ledger, LedgerFull, RowState
from gpwidgets.tasks.batch.part_work import Each
from gpwidgets.tasks.batch.row_inputs import RowInputs
from gpwidgets.tasks.batch.row_results import Results, RowResults
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.scheduling.places import gate_of
from gpwidgets.tasks.scheduling.watcher import shared_watcher
from gpwidgets.tasks.scheduling.workers import submit_work
from gpwidgets.tasks.task import GPTask
from gpwidgets.texts import tr

__all__ = ["BatchEngine", "BatchOptions"]

_LOG = logging.getLogger("gpwidgets.tasks")

#: Rows that are being fetched while others have their places, for each place.
_FETCHED_PER_PLACE = 4
_PATIENCE = 2.0
#: Seconds that a server has to stop a job whose time is over.
_GRACE = 60.0


@dataclass(frozen=True)
class BatchOptions:
    """How a batch is sent.

    Attributes
    ----------
    at_once, most_at_once
        Jobs on the server at once, to begin with and at the most.
    deadline
        Seconds for a row; None for no limit.
    tries
        How often a row is sent that the server refuses before it has begun anything.
    executor
        Whose workers read and write results; None for this kernel.
    each
        The user's function for the frame of each result.
    """

    at_once: int = 2
    most_at_once: int | None = None
    deadline: float | None = None
    tries: int = 10
    executor: Executor | None = None
    each: Each | None = None

    @property
    def most(self) -> int:
        """Jobs at once at the most."""
        return max(self.at_once, self.most_at_once or self.at_once)


class BatchEngine:
    """Sends the rows of a batch; its parameters are those of `gpwidgets.tasks.batch.batch.Batch`."""

    def __init__(
        self,
        task: GPTask,
        folder: Path,
        ledger: Ledger,
        inputs: RowInputs,
        settings: Mapping[str, Any],
        options: BatchOptions,
    ) -> None:
        self.task: GPTask = task
        self.folder: Path = folder
        self.trouble: str = ""
        self._inputs = inputs
        self._settings = dict(settings)
        self._options = options
        self._gate = gate_of(task.url.task)
        self._error: Exception | None = None
        self._changed = threading.Condition(threading.RLock())
        self._live: dict[int, LiveRow] = {}
        self._queue: collections.deque[int] = collections.deque()
        self._over = self._finished = False
        self._closing = self._no_more = False
        self._take(ledger)

    def _take(self, ledger: Ledger) -> None:
        """Go on from a ledger."""
        self._ledger = ledger
        patience = _PATIENCE if self.task.is_asynchronous else 0.0
        about = {"task": self.task.url.task, "gpwidgets": ledger.head.get("gpwidgets")}
        options = self._options
        ways = Results(options.executor, options.each, self._stop, self._pump)
        outputs = [one.name for one in self.task.outputs]
        self._results = RowResults(self.folder, ledger, self._inputs, about, outputs, patience, ways)

    def _take_again(self) -> None:
        """Go on from what the ledger holds now; refused while rows are under way, here or elsewhere."""
        if not self._finished:
            raise GPError(tr("Rows are still under way: wait() first, or cancel()."))
        self._take(Ledger(self.folder))

    def begin(self, *, retry_lost: bool = False) -> Self:
        """Send what is open."""
        rows = self._ledger.rows
        if retry_lost:
            self._set_open(place for place, row in enumerate(rows) if row.status == "lost")
        for place, row in enumerate(rows):
            if row.status == "lost" and not row.is_over:
                self._lose(place, row)
        with_job = [place for place, row in enumerate(rows) if not row.is_over and row.job]
        without = [place for place, row in enumerate(rows) if not row.is_over and not row.job]
        with self._changed:
            self._queue = collections.deque([*with_job, *without])
            self._over = self._finished = self._closing = self._no_more = False
            self.trouble, self._error = "", None
        self._gate.join(self._pump, self._options.at_once, self._options.most)
        shared_watcher().add(self._tick, 0.5)
        self._pump()
        return self

    def _lose(self, place: int, row: RowState) -> None:
        row.error = tr(
            "It was being sent when a kernel ended, and no answer came: the server may have run it. "
            "Nothing was sent a second time; retry_lost=True runs it again."
        )
        row.ended = time.time()
        self._keep(place, None)

    def _set_open(self, places: Iterable[int]) -> None:
        """Let rows that are over be run again; a job that succeeded is only fetched again."""
        chosen = list(places)
        for place in chosen:
            job = self._ledger.rows[place].job
            again = self._ledger.rows[place].status in ("incomplete", "unwritten")
            self._ledger.rows[place] = RowState("submitted" if again else "pending", job if again else None)
        if chosen:
            self._ledger.again(chosen)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each status."""
        return dict(collections.Counter(row.status for row in self._ledger.rows))

    def __len__(self) -> int:
        return len(self._ledger.rows)

    def count_over(self) -> int:
        """How many rows are over."""
        return sum(row.is_over for row in self._ledger.rows)

    # What goes on in other threads.

    def _pump(self) -> None:
        """Send rows while there are places."""
        try:
            while (live := self._next()) is not None:
                self._send(live)
        except Exception as error:  # such as a folder that is gone
            self._stop(error)
        self._look_for_the_end()

    def _next(self) -> LiveRow | None:
        with self._changed:
            if not self._queue or self._closing or self.trouble or self._results.is_behind:
                return None
            place = self._queue[0]
            if self._ledger.rows[place].job:
                self._gate.occupy()
            else:
                running = sum(live.has_place for live in self._live.values())
                most = self._options.most
                if running >= most or len(self._live) >= most * _FETCHED_PER_PLACE or not self._gate.take():
                    return None
            row = self._ledger.rows[place]
            try:
                settings = {**self._inputs.flags(place), **self._settings}
                elsewhere = self._options.executor is not None
                live = LiveRow(self.task, place, row.job, settings, elsewhere=elsewhere)
            except BaseException:
                self._gate.put_back()
                raise
            self._queue.popleft()
            self._live[place] = live
            if not row.job:
                row.status = RunStatus.PREPARING.value
            return live

    def _send(self, live: LiveRow) -> None:
        place = live.place

        def prepare(run: Run) -> Mapping[str, str]:
            fields = self._inputs.fields(place, run)
            with self._changed:
                if not live.is_over:  # one that was cancelled meanwhile has its end, and is not sent
                    self._write(lambda: self._ledger.about_to_send(place))
                    row = self._ledger.rows[place]
                    row.status, row.sent = RunStatus.SUBMITTED.value, time.time()
            return fields

        live.begin(prepare, self._job_known, self._server_done, self._ended)

    def _write(self, write: Callable[[], None]) -> None:
        """Write into the ledger; when that is not possible, nothing more is sent."""
        try:
            write()
        except OSError as error:
            self._stop(GPError(tr("The ledger cannot be written: {error}", error=error)))
            if not isinstance(error, LedgerFull):
                raise

    def _job_known(self, live: LiveRow) -> None:
        with self._changed:
            row = self._ledger.rows[live.place]
            row.job = live.run.job_id
            self._write(lambda: self._ledger.sent(live.place, str(row.job)))
            self._changed.notify_all()

    def _server_done(self, live: LiveRow) -> None:
        with self._changed:
            had = live.leave_place()
        if had:
            self._gate.went_well(*live.times())
            self._gate.give_back(self._pump)

    def _ended(self, live: LiveRow) -> None:
        with self._changed:
            if live.is_over:
                return
            live.is_over = True
        try:
            self._take_end(live)
        except Exception as error:
            self._stop(error)
        finally:
            live.leave()  # one that does not end in time is looked at no more
            with self._changed:
                self._live.pop(live.place, None)
                had = live.leave_place()
                self._changed.notify_all()
            if had:
                self._gate.give_back(self._pump)
            else:
                self._pump()

    def _take_end(self, live: LiveRow) -> None:
        run, place = live.run, live.place
        with self._changed:
            row = self._ledger.rows[place]
            refused = begun_nothing(run)
            if refused and self._may_try_again(live, row):
                return
            if row.job is not None and isinstance(run.error, AuthenticationError):
                self._stop(run.error)  # the job is there, and is followed after the next sign-in
                return
            if self.trouble and row.job is None and row.sent is None:
                row.status = "pending"  # it has not been sent, as the ledger could not be written
                return
            row.status = run.status.value
            row.error = mask(str(run.error)) if run.error is not None else ""
            row.ended = time.time()
            if refused and (live.is_cancelled or self._no_more):
                row.status, row.error = RunStatus.CANCELLED.value, ""
            elif live.overdue and run.status is not RunStatus.SUCCEEDED:
                row.status = RunStatus.TIMED_OUT.value
                row.error = tr("It took longer than its deadline of {n:g} s.", n=self._options.deadline)
            outputs = run.outputs if run.status is RunStatus.SUCCEEDED else None
            if outputs is not None:
                self._look_at(row, outputs)
        self._keep(place, outputs)

    def _look_at(self, row: RowState, outputs: Outputs) -> None:
        """Say what is missing in results."""
        if outputs.errors:
            row.status = "incomplete" if row.job else "failed"
            row.error = "; ".join(f"{name}: {error}" for name, error in outputs.errors.items())
        elif outputs.truncated:
            row.error = tr("The server holds rows back: {names}", names=", ".join(outputs.truncated))

    def _may_try_again(self, live: LiveRow, row: RowState) -> bool:
        error, place = live.run.error, live.place
        signs_out = isinstance(error, AuthenticationError)  # which tells nothing of the row
        row.tries += not signs_out
        if live.is_cancelled or self._no_more or (row.tries >= self._options.tries and not signs_out):
            return False
        if row.sent is not None:
            self._write(lambda: self._ledger.not_begun(place))
        row.status, row.sent = "pending", None
        self._queue.append(place)
        if error is not None and signs_out:
            self._stop(error)
        else:
            self._gate.refuse(getattr(error, "retry_after", 0.0))
        return True

    def _keep(self, place: int, outputs: Outputs | None) -> None:
        try:
            self._results.keep(place, outputs)
        except (OSError, GPError) as error:
            self._stop(error)

    def _give_up(self, places: Iterable[int]) -> None:
        """End rows as cancelled that have not been sent."""
        wanted, now = set(places), time.time()
        with self._changed:
            chosen = [place for place in self._queue if place in wanted]
            self._queue = collections.deque(place for place in self._queue if place not in wanted)
            for place in chosen:
                row = self._ledger.rows[place]
                row.status, row.ended = RunStatus.CANCELLED.value, now
        self._results.keep_ends(chosen)
        self._look_for_the_end()

    def _leave(self, lives: Iterable[LiveRow]) -> None:
        """Look at jobs no more that go on on the server; their rows stay open."""
        for live in lives:
            live.leave()
            with self._changed:
                self._live.pop(live.place, None)
                had = live.leave_place()
            if had:
                self._gate.give_back()

    def _stop(self, error: Exception) -> None:
        """Send no more rows; those that are under way go on."""
        with self._changed:
            if not self.trouble:
                if isinstance(error, OSError) and not isinstance(error, GPError):
                    error = GPError(tr("The folder of the batch cannot be written: {error}", error=error))
                self.trouble, self._error = mask(str(error)) or type(error).__name__, error
                _LOG.warning("a batch sends no more rows: %s", self.trouble)

    def _tick(self) -> float | None:
        """Look after deadlines, places and what waits to be written."""
        if self._over:
            return None
        self._look_after_deadlines()
        self._look_after_sign_ins()
        if self._results.has_waited:
            submit_work(self._results.flush_old)
        self._pump()
        return 0.5

    def _look_after_sign_ins(self) -> None:
        """Leave jobs of which the server says nothing any more before somebody signs in."""
        with self._changed:
            shut_out = [live for live in self._live.values() if live.run.wants_sign_in and not live.is_over]
        if shut_out:
            note = shut_out[0].run.note or tr("The server wants a new sign-in.")
            self._stop(AuthenticationError(note))
            self._leave(shut_out)

    def _look_after_deadlines(self) -> None:
        deadline = self._options.deadline
        if deadline is None:
            return
        with self._changed:
            late = [live for live in self._live.values() if live.age > deadline]
        for live in late:
            if not live.overdue:
                live.overdue = True
                live.cancel()
            elif live.age > deadline + _GRACE:
                self._ended(live)

    def _look_for_the_end(self) -> None:
        if not self._is_at_the_end:
            return
        self._results.hand_over()
        with self._changed:
            if not self._is_at_the_end or self._results.is_busy:
                return
            self._over = True
        self._finish()

    @property
    def _is_at_the_end(self) -> bool:
        with self._changed:
            waits = self._queue and not self.trouble and not self._closing
            return not (self._over or self._live or waits)

    def _finish(self) -> None:
        self._gate.leave(self._pump)
        try:
            self._results.close()
        except OSError as error:
            self._stop(error)
        self._ledger.close()
        with self._changed:
            self._finished = True
            self._changed.notify_all()
