"""One pass of a task, synchronous or as a job: what a caller holds while it goes on and afterwards.

The work itself is done by a driver (`gpwidgets.tasks.runs.drivers`) in other threads; this class holds the
state that callers and widgets observe, and the ways to wait and to cancel.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import threading
import time
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

import traitlets

from gpwidgets.caller_warnings import warn_doubtful, warn_truncated
from gpwidgets.errors import RunCancelled, RunError, WaitTimeout
from gpwidgets.html_blocks import block, table, title
from gpwidgets.notebook import show_run
from gpwidgets.secrets import mask
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.tasks.runs._papers import RunPapers
from gpwidgets.tasks.runs._progress import ProgressLine
from gpwidgets.tasks.runs._time_limit import GivenUp
from gpwidgets.tasks.runs.retention import JOB_RETENTION, REPLY_RETENTION, warn_in_time
from gpwidgets.tasks.runs.run_clock import RunClock, span_text
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.scheduling.watcher import shared_watcher
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth
    from gpwidgets.tasks.runs.task_handle import TaskHandle


_LOG = logging.getLogger("gpwidgets.tasks")


class Driver(Protocol):
    """Does the work of a run; every method returns at once or runs in a worker thread."""

    def begin(self) -> None:
        """Start the work."""

    def cancel(self) -> None:
        """Ask the server to stop it."""

    def look_now(self) -> None:
        """Ask the server at once how it is, since somebody wants to know."""


def _short(end: float | None) -> float:
    """Seconds to wait before looking about: few, since some systems interrupt no longer wait."""
    return 0.2 if end is None else max(0.0, min(0.2, end - time.monotonic()))


class _Elapsed(traitlets.Float):  # type: ignore[type-arg]
    """Seconds that are right whenever they are read; observers are told of them now and then."""

    def get(self, obj: Any, cls: Any = None) -> Any:
        """The seconds until now, or until the end; None where the start is not known."""
        return super().get(obj, cls) if obj.done else obj.clock.seconds_so_far


class Run(GivenUp, RunPapers, traitlets.HasTraits):
    """A run of a task.

    Made by `GPTask.start`, `GPTask.__call__` or `gpwidgets.attach`. All traits are read-only: the run sets
    them from worker threads, and observers have to return at once. The run belongs to the server: dropping
    this object, interrupting a waiting cell or restarting the kernel does not end a job.

    Attributes
    ----------
    task : gpwidgets.GPTask
    inputs : dict
        The checked values it was started with.
    settings : dict
        The checked settings of its environment.
    reply_text : str
        What a synchronous run answered, without secrets, while that is small enough for the history.
    clock : gpwidgets.tasks.runs.run_clock.RunClock
        When it began and ended, and what the server tells of that.

    Examples
    --------
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> run = gp.GPTask(server.url_of("SlowCount")).start(Seconds=0, Steps=3)
    >>> out = run.wait(timeout=30)  # or: out = await run
    >>> run.status, run.progress
    (<RunStatus.SUCCEEDED: 'succeeded'>, 100.0)
    >>> run.observe(lambda change: print(change["new"]), names="status")  # tells of every change
    """

    status: traitlets.UseEnum = traitlets.UseEnum(
        RunStatus, RunStatus.PREPARING, read_only=True, help="What the run is doing."
    )
    progress: traitlets.Float[int | None, float | None] = traitlets.Float(
        None, allow_none=True, read_only=True, help="0 to 100, None when the tool does not say."
    )
    progress_text: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", read_only=True, help="The tool's words on its progress."
    )
    messages: traitlets.Tuple = traitlets.Tuple(read_only=True, help="All messages so far, as GPMessage.")
    error: traitlets.Any = traitlets.Any(
        None, allow_none=True, read_only=True, help="Why it ended without results."
    )
    outputs: traitlets.Any = traitlets.Any(
        None, allow_none=True, read_only=True, help="The Outputs, once succeeded."
    )
    elapsed: traitlets.Float[float | None, float | None] = _Elapsed(
        0.0,
        allow_none=True,
        read_only=True,
        help="Seconds since the start, until the end; None for a job of which nobody tells them.",
    )
    expected: traitlets.Float[int | None, float | None] = traitlets.Float(
        None, allow_none=True, read_only=True, help="Seconds that runs of this task usually take."
    )
    job_id: traitlets.Unicode[str | None, str | bytes | None] = traitlets.Unicode(
        None, allow_none=True, read_only=True, help="The server's id of the job."
    )
    note: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", read_only=True, help="What to know about the connection or a cancel."
    )
    wants_sign_in: traitlets.Bool[bool, bool | int] = traitlets.Bool(
        False, read_only=True, help="Whether the run waits for a new sign-in; see `sign_in`."
    )

    def __init__(
        self, task: TaskHandle, inputs: Mapping[str, Any], settings: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__()
        self.task = task
        self.inputs: dict[str, Any] = dict(inputs)
        self.settings: dict[str, Any] = dict(settings or {})
        self.cancel_requested: bool = False
        self.reply_text = ""
        self.clock: RunClock = RunClock()
        self._driver: Driver | None = None
        self._finished = threading.Event()
        self._ending = threading.Lock()
        self._changing = threading.RLock()
        self._ended = False
        self._warned = False
        self._when_done: list[Callable[[], object]] = []

    def _begin(self, driver: Driver) -> Run:
        self._driver = driver
        driver.begin()
        context = contextvars.copy_context()
        shared_watcher().add(lambda: context.copy().run(self._tick), 1.0)
        return self

    @property
    def done(self) -> bool:
        """Whether the run has ended and its outcome can be read, by observers of `status` too."""
        return bool(self.status.is_final)

    @property
    def job_url(self) -> str | None:
        """URL of the job, to attach to later; None for a synchronous run or before submission."""
        return self.task.url.for_job(self.job_id).job if self.job_id else None

    def wait(self, timeout: float | None = None, *, show_progress: bool | None = None) -> Outputs:
        """Wait for the end in this thread.

        An interrupt (the notebook's stop button, Ctrl-C) ends the waiting only; the run goes on, and a
        notebook shows it with a way to cancel it.

        Parameters
        ----------
        timeout
            Seconds; None waits as long as it takes.
        show_progress
            Whether to keep a line on the error stream; by default in a terminal or notebook.

        Returns
        -------
        Outputs

        Raises
        ------
        WaitTimeout
            The time is over and the run goes on.
        RunError
            The run ended without results; the subclass says how.
        GPError
            The submission was refused, for example as `ServerError`.
        """
        end = None if timeout is None else time.monotonic() + timeout
        self._look_now()
        try:
            with ProgressLine(self, show_progress) as line:
                while not self._finished.wait(_short(end)):
                    line.show()
                    if end is not None and time.monotonic() >= end:
                        after = f" after {timeout:g} s. It goes on: call wait() again, or cancel()."
                        raise WaitTimeout(f"{self._still}{after}{self._sign_in_first}", run=self)
        except KeyboardInterrupt:
            # Whoever called the task without keeping its run needs another hold on it.
            show_run(self)
            raise
        return self.result()

    def result(self) -> Outputs:
        """The outputs of a run that has ended.

        Returns
        -------
        Outputs
            Warns with `TruncatedResult`, once, when the server held rows back.

        Raises
        ------
        RunError, GPError
            As `wait`.
        """
        if not self.done:
            raise WaitTimeout(f"{self._still}.{self._sign_in_first}", run=self)
        if self.error is not None:
            raise self.error
        assert isinstance(self.outputs, Outputs)
        if not self._warned:
            # Here and not where it is found: a warning belongs into the thread of whoever takes the results.
            self._warned = True
            if self.outputs.truncated:
                warn_truncated(self.outputs.truncated, self.task.maximum_records)
            if self.outputs.doubtful:
                warn_doubtful(self.outputs.doubtful)
        return self.outputs

    @property
    def _still(self) -> str:
        return f"{self.task.name} is still {self.status}"

    @property
    def _sign_in_first(self) -> str:
        """What a caller has to do for the run to go on."""
        if not self.wants_sign_in:
            return ""
        return (
            f" The server wants a new sign-in first: call sign_in(…), as with gpwidgets.Login. ({self.note})"
        )

    def __await__(self) -> Generator[Any, None, Outputs]:
        return self._awaited().__await__()

    async def _awaited(self) -> Outputs:
        import asyncio  # a tenth of what our own modules take to load, and only here in use

        loop = asyncio.get_running_loop()
        event = asyncio.Event()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # whoever waited may have gone, and the loop with it
                loop.call_soon_threadsafe(event.set)

        self.call_when_done(wake)
        self._look_now()
        try:
            await event.wait()
        except (KeyboardInterrupt, asyncio.CancelledError):
            # A notebook ends a cell that awaits in either way; the run goes on, and needs another hold on it.
            if not self.done:
                ProgressLine(self, None).leave()
                show_run(self)
            raise
        finally:
            with self._ending, contextlib.suppress(ValueError):
                self._when_done.remove(wake)
        return self.result()

    def call_when_done(self, callback: Callable[[], object]) -> None:
        """Call `callback` once the run has ended, at once if it has; in whatever thread ends it."""
        with self._ending:
            if not self._finished.is_set():
                self._when_done.append(callback)
                return
        callback()

    def cancel(self) -> None:
        """Ask the server to stop the run; returns at once.

        `status` becomes ``cancelling`` and then what the server makes of it: a job can still succeed or fail.
        A synchronous run cannot be stopped on the server: its answer is thrown away.
        """
        if self.done or self._driver is None:
            return
        self.cancel_requested = True
        self._driver.cancel()

    def _look_now(self) -> None:
        if self._driver is not None and not self.done:
            self._driver.look_now()

    def sign_in(self, auth: Auth) -> None:
        """Go on with a new sign-in, after the old one has expired and could not be renewed.

        Parameters
        ----------
        auth
            `Token`, `Login`, or another authentication object; from now on that of the task too.
        """
        self.task.session.auth = auth
        self.set_trait("wants_sign_in", False)
        self._look_now()

    def _is_observed(self, trait: str) -> bool:
        following = self._trait_notifiers
        return any(following.get(name, {}).get("change") for name in (trait, traitlets.All))

    @property
    def started(self) -> datetime | None:
        """When it began, in UTC; None for a job of which nobody tells it."""
        return self.clock.started

    @property
    def ended(self) -> datetime | None:
        """When it ended, in UTC; None while it goes on, and for a job of which nobody tells it."""
        return self.clock.ended if self.done else None

    def results_kept_until(self) -> datetime | None:
        """When servers usually throw the results of a run that ends now away; None when it ended before."""
        known = self.clock.ended
        if known is None and self.clock.had_ended:
            return None
        return (known or datetime.now(UTC)) + (JOB_RETENTION if self.job_id else REPLY_RETENTION)

    # What drivers call, through `control`.

    def _update(self, traits: Mapping[str, Any]) -> None:
        # Under the lock, or a late change could come after the end and undo it.
        with self._changing:
            for name, value in traits.items():
                if not self._ended:
                    self.set_trait(name, value)

    def _finish(self, status: RunStatus, outputs: Outputs | None, error: Exception | None, note: str) -> None:
        with self._changing:
            if self._ended:
                return
            self._ended = True
        status, error, note = self._as_given_up(status, error, note)
        self._set_end(status, outputs, error, note)
        with self._ending:
            self._finished.set()
            callbacks, self._when_done = self._when_done, []
        for callback in callbacks:
            try:
                callback()
            except Exception as error:
                _LOG.error("a callback of a run failed: %s", mask(repr(error)))

    def notify_change(self, change: Any) -> None:
        """Tell observers; one that raises must neither end the run nor keep it from ending."""
        try:
            super().notify_change(change)
        except Exception as error:
            _LOG.error("an observer of a run failed: %s", mask(repr(error)))

    def _set_end(
        self, status: RunStatus, outputs: Outputs | None, error: Exception | None, note: str
    ) -> None:
        """Set the traits of the end; status last, since observers of it read the others."""
        if isinstance(error, RunError) and error.run is None:
            error.run = self
        try:
            self.set_trait("note", note)
            self.set_trait("outputs", outputs)
            self.set_trait("error", error)
            self.set_trait("elapsed", self.clock.stop(self.messages))
            if status is RunStatus.SUCCEEDED:
                self.set_trait("progress", 100.0)
        finally:
            self.set_trait("status", status)
        warn_in_time(self)

    def _forget_outputs(self) -> None:
        self.set_trait("outputs", None)

    def _end_as_cancelled(self, note: str) -> None:
        text = tr("{task} was cancelled", task=self.task.name)
        error = RunCancelled(f"{text}.", run=self, messages=self.messages)
        self._finish(RunStatus.CANCELLED, None, error, note)

    @property
    def age(self) -> float:
        """Seconds since the start, or since it was found where the start is not known."""
        return self.clock.age

    def _tick(self) -> float | None:
        if self._ended:
            return None
        if not self._is_observed("elapsed"):
            return 5.0
        self._update({"elapsed": self.clock.seconds_so_far})
        return 1.0 if self.age < 600 else 5.0

    def _ipython_display_(self) -> None:
        if not show_run(self):
            print(repr(self))  # noqa: T201 - what a terminal shows of any object

    def _repr_html_(self) -> str:
        state = str(self.status)
        if self.progress is not None and not self.done:
            state = f"{state}, {self.progress:.0f} %"
        facts = (
            (tr("State"), state),
            (tr("Took"), "" if self.elapsed is None else span_text(self.elapsed)),
            (tr("Error"), "" if self.error is None else str(self.error)),
            (tr("Note"), self.note),
            (tr("Last message"), self.messages[-1].description if self.messages else ""),
            (tr("Outputs"), "" if self.outputs is None else ", ".join(self.outputs)),
            (tr("Job"), self.job_url or ""),
        )
        return block(title("Run", self.task.name), table([fact for fact in facts if fact[1]]))

    def __repr__(self) -> str:
        percent = f" {self.progress:.0f} %" if self.progress is not None and not self.done else ""
        job = f", job {self.job_id}" if self.job_id else ""
        took = ""
        if self.done:
            took = tr(", duration not known") if self.elapsed is None else f", {span_text(self.elapsed)}"
        return f"<Run of {self.task.name}: {self.status}{percent}{took}{job}>"
