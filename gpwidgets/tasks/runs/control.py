"""How drivers change a run, from whatever thread they work in; users of a run only read it.

Nothing else calls these methods of `Run` and `Outputs`.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gpwidgets.tasks.runs.status import RunStatus

if TYPE_CHECKING:
    from gpwidgets.client.http.tracing import Trace
    from gpwidgets.protocol.responses.replies import GPMessage
    from gpwidgets.tasks.results.outputs import Outputs
    from gpwidgets.tasks.results.result_map import ResultMap
    from gpwidgets.tasks.runs.run import Driver, Run

__all__ = [
    "add_messages",
    "begin",
    "end_as_cancelled",
    "finish",
    "forget_outputs",
    "is_observed",
    "keep_trace",
    "keep_track",
    "update",
]


def begin(run: Run, driver: Driver) -> Run:
    """Start the work of a run, once.

    Parameters
    ----------
    run
        A new one.
    driver
        What does the work.

    Returns
    -------
    Run
        The same run.
    """
    return run._begin(driver)


def update(run: Run, **traits: Any) -> None:
    """Set traits while the run goes on; ignored after its end.

    Parameters
    ----------
    run
        The run.
    **traits
        New values by name.
    """
    run._update(traits)


def add_messages(run: Run, messages: tuple[GPMessage, ...]) -> None:
    """Take over the cumulative list of a job, if it has grown or changed."""
    if messages and messages != run.messages:
        run._update({"messages": messages})


def finish(
    run: Run,
    status: RunStatus,
    *,
    outputs: Outputs | None = None,
    error: Exception | None = None,
    note: str = "",
) -> None:
    """End a run, once; a second end is ignored.

    Parameters
    ----------
    run
        The run.
    status
        A final one.
    outputs, error
        What came of it: one of them.
    note
        What else to know.
    """
    run._finish(status, outputs, error, note)


def end_as_cancelled(run: Run, note: str = "") -> None:
    """End a run as cancelled, with what is to be said about it."""
    run._end_as_cancelled(note)


def forget_outputs(run: Run) -> None:
    """Let go of the outputs of a run that nobody looks at any more, without waiting for the collector."""
    run._forget_outputs()


def is_observed(run: Run, trait: str) -> bool:
    """Whether somebody, such as a widget, follows a trait of a run."""
    return run._is_observed(trait)


def keep_trace(run: Run, trace: Trace) -> None:
    """Tell a run where the requests that are made for it are kept."""
    run._requests = trace


def keep_track(
    outputs: Outputs,
    *,
    fetched: Container[str] = frozenset(),
    kept_until: datetime | None = None,
    find_map: Callable[[], ResultMap | None] | None = None,
    complete: Callable[[str, Any], Any] | None = None,
    fetchable: Iterable[str] = (),
) -> None:
    """Tell outputs what their server still holds of them.

    Parameters
    ----------
    outputs
        Of a run.
    fetched
        URLs of the files that have been fetched; it grows.
    kept_until
        When the server throws the others away.
    find_map
        Finds the map service of the results.
    complete
        Fetches the rows of an output that the server held back, given its name and value.
    fetchable
        The outputs for which it can.
    """
    outputs._keep_track(fetched, kept_until, find_map, complete, fetchable)
