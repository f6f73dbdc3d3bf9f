"""Cancel as servers know it: refused at first, perhaps; accepted; and then up to the tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gpwidgets.errors import AuthenticationError, GPError
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.scheduling.scheduler import Entry
from gpwidgets.tasks.scheduling.watch import Watch
from gpwidgets.tasks.scheduling.watcher import shared_watcher
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.runs.transport import Transport


class Canceller:
    """Asks a server to cancel the job of a run until it accepts, or the run is over.

    Parameters
    ----------
    run, transport, watch
    accepted
        Called when the server has said yes.
    sign_in
        What to do when the server wants a new sign-in first; returns when to ask again.
    """

    def __init__(
        self,
        run: Run,
        transport: Transport,
        watch: Watch,
        accepted: Callable[[], None],
        sign_in: Callable[[AuthenticationError], float | None],
    ) -> None:
        self._run = run
        self._transport = transport
        self._watch = watch
        self._tell_accepted = accepted
        self._sign_in = sign_in
        self._entry: Entry | None = None
        self._accepted = False
        self._tries = 0

    def ask(self) -> None:
        """Ask, at once if it has been asked before."""
        if self._accepted:
            return
        if self._entry is None:
            control.update(self._run, note=tr("Asking the server to cancel the job."))
            self._entry = self._watch.add(self._ask)
        shared_watcher().hurry(self._entry)

    def _ask(self) -> float | None:
        run, pace = self._run, shared_watcher().pace
        if run.done or self._accepted:
            return None
        if run.job_id is None or run.wants_sign_in:
            return pace.shortest
        try:
            self._transport.cancel()
        except AuthenticationError as error:
            return self._sign_in(error)
        except GPError as error:
            # Refused while the job is only submitted, and at its end; the looks at it tell which.
            self._tries += 1
            control.update(
                run, note=tr("The server does not cancel the job yet; asking again. ({error})", error=error)
            )
            longest = 20 * pace.shortest
            return max(min(pace.shortest * 1.5**self._tries, longest), getattr(error, "retry_after", 0.0))
        self._accepted = True
        self._tell_accepted()
        return None
