"""Work of a widget that may take long, done beside the kernel; only the latest answer is shown."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import ipywidgets as w

from gpwidgets.tasks.scheduling.workers import start_worker
from gpwidgets.widgets.kit.accessibility import let_rest
from gpwidgets.widgets.kit.owner import close_tree
from gpwidgets.widgets.kit.snapshots import answer_in_whole

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth
    from gpwidgets.widgets.kit.controls import StatusLine
    from gpwidgets.widgets.kit.sign_in_box import SignInBox

__all__ = ["Background", "Job"]

Answer = TypeVar("Answer")


@dataclass(eq=False)
class Job:
    """A work that was started, to be waited for."""

    work: Callable[[], Any]
    then: Callable[[Any], object] | None
    words: str
    after: float
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    answered: threading.Event = field(default_factory=threading.Event)
    dropped: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    thread: int = 0

    def end(self) -> None:
        """Let nobody wait for it any longer."""
        self.answered.set()
        self.done.set()

    def wait_for_answer(self, seconds: float) -> bool:
        """Wait until the work itself is done, even if nothing is made of its answer yet; whether it is."""
        return self.answered.wait(seconds)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the answer is shown or dropped; whether that is so. It never waits for itself."""
        return self.done.is_set() or (self.thread != threading.get_ident() and self.done.wait(seconds))


class Background:
    """What one widget does in threads of its own: ask a server, read or write a file.

    The widget owns it (`Owner.own`), and says with each `start` what is done and what is made of the answer.

    - `work` runs in a thread, in the context of the caller; it shows nothing. `then` gets its answer, in the
      same thread.
    - The latest start counts: the answer of an earlier one, and its error, are dropped. A widget that came
      too late is closed.
    - What `work` or `then` raises is handed to one place.
    - After `close` nothing is begun and nothing is shown.

    Parameters
    ----------
    name
        Of the threads.
    said
        Says what goes on while it does, and what went wrong.
    failed
        Called with what went wrong, in the place of saying it.
    button
        Starts the work: it rests as long as the work goes on, and a further start is ignored.
    """

    def __init__(
        self,
        name: str,
        *,
        said: StatusLine | None = None,
        failed: Callable[[Exception], object] | None = None,
        button: w.Button | None = None,
    ) -> None:
        self._name, self._said, self._failed, self._button = name, said, failed, button
        self._lock = threading.RLock()
        # Held while an answer is shown, so that the answer to a later start comes after it.
        self._showing = threading.RLock()
        self._latest: Job | None = None
        self._next: Job | None = None
        self._again: Job | None = None
        self._closed = False
        self._signing: SignInBox | None = None
        answer_in_whole()  # from here on threads change widgets

    @property
    def working(self) -> bool:
        """Whether something goes on whose answer will be shown."""
        latest = self._latest
        return latest is not None and not latest.done.is_set()

    def start(
        self,
        work: Callable[[], Answer],
        then: Callable[[Answer], object] | None = None,
        words: str = "",
        *,
        after: float = 0.0,
        in_turn: bool = False,
    ) -> Job:
        """Begin a work; the answer to what was begun before is not waited for any more.

        Parameters
        ----------
        work, then
            What is done, and what is made of the answer.
        words
            Said while it goes on.
        after
            Seconds until it begins, if nothing else has been started by then.
        in_turn
            Wait until what goes on has ended and was shown. Of several that wait only the last is begun.

        Returns
        -------
        Job
            To be waited for; one that was ignored has ended.
        """
        job = Job(work, then, words, after)
        with self._lock:
            if self._closed or (self._button is not None and self.working):
                job.end()
                return job
            self._again = job
            if in_turn and self.working:
                if self._next is not None:
                    self._next.end()
                self._next = job
            else:
                self._begin(job)
        return job

    def again(self) -> None:
        """Do once more what was started last."""
        last = self._again
        if last is not None:
            self.start(last.work, last.then, last.words)

    def show_meanwhile(self, job: Job, show: Callable[[], object]) -> bool:
        """Show something until the answer is there; False where it is, or nobody waits for it any more."""
        with self._showing:
            waiting = job is self._latest and not job.done.is_set()
            if waiting:
                show()
            return waiting

    def forget(self) -> None:
        """Drop the answer to whatever goes on."""
        with self._lock:
            before, self._latest, self._next = self._latest, None, None
            if before is not None:
                before.dropped.set()
                self._end(before)

    def close(self) -> None:
        """Begin and show nothing any more."""
        with self._lock:
            self._closed = True
            before, self._latest, self._next, self._again = self._latest, None, None, None
        if before is not None:
            before.dropped.set()

    def wait(self) -> None:
        """Wait until nothing goes on, whatever is started meanwhile; what goes on itself does not wait."""
        while (job := self._latest) is not None and job.wait() and job is not self._latest:
            pass

    def sign_in_box(self, use: Callable[[Auth], None], url: str = "") -> SignInBox:
        """Make a box to sign in, filled with what was typed into the one before; secrets are left out.

        Parameters
        ----------
        use
            Called with what the user has signed in with; it starts the work once more.
        url
            Any address of the server that asks.
        """
        from gpwidgets.widgets.kit.sign_in_box import SignInBox

        self._signing = SignInBox(use, url, before=self._signing)
        return self._signing

    # In the thread

    def _begin(self, job: Job) -> None:
        before, self._latest = self._latest, job
        if before is not None:
            before.dropped.set()
        self._rest(True)
        if job.words and self._said is not None:
            self._said.say(job.words)
        try:
            start_worker(partial(job.context.run, self._run, job), self._name)
        except RuntimeError as error:  # the system gives no more threads
            self._fail(error)
            job.end()
            self._rest(False)

    def _run(self, job: Job) -> None:
        job.thread = threading.get_ident()
        answer: Any = None
        show: Callable[[], object] | None = None
        if not (job.after and job.dropped.wait(job.after)):
            try:
                answer = job.work()
                job.answered.set()
                show = partial(job.then, answer) if job.then is not None else None
            except Exception as error:
                show = partial(self._fail, error)  # not answered yet: a way to go on may need the server
            if self._show(job, show):
                return
        job.end()
        if isinstance(answer, w.Widget):
            close_tree(answer)

    def _show(self, job: Job, show: Callable[[], object] | None) -> bool:
        """Show an answer, unless nobody waits for it any more; whether it was the latest."""
        with self._showing:
            if job is not self._latest:
                return False
            try:
                if show is not None:
                    show()
            except Exception as error:
                if not self._closed:
                    self._fail(error)
            with self._lock:
                job.end()
                if job is self._latest:  # else a work was started to show the answer
                    self._end(job)
                    following, self._next = self._next, None
                    if following is not None:
                        self._begin(following)
        return True

    def _end(self, job: Job) -> None:
        self._rest(False)
        if job.words and self._said is not None:
            self._said.unsay(job.words)

    def _fail(self, error: Exception) -> None:
        if self._failed is not None:
            self._failed(error)
        elif self._said is not None:
            self._said.show_error(error)

    def _rest(self, resting: bool) -> None:
        if self._button is not None:
            let_rest(self._button, resting)
