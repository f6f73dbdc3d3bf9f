"""How runs end without results: what happened, and what can be done, in words."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gpwidgets.client.http.bodies import GATEWAY_GAVE_UP
from gpwidgets.errors import (
    BadReply,
    ConnectionFailed,
    GPError,
    RunCancelled,
    RunExpired,
    RunFailed,
    RunLost,
    RunTimedOut,
    ServerError,
)
from gpwidgets.protocol.responses.advice import advise
from gpwidgets.protocol.responses.replies import GPMessage
from gpwidgets.secrets import mask
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.texts import later, tr

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run

_LOG = logging.getLogger("gpwidgets.tasks")

_GATEWAY_ADVICE = later(
    "Gateways often cut requests after 60 s, although the server allows a synchronous task more. Try a "
    "smaller input, or ask the publisher for an asynchronous task."
)

_JOB_ADVICE = later(
    "If you find its URL in the server's job list, gpwidgets.attach follows it; otherwise start a new run."
)

_ENDINGS: Mapping[RunStatus, tuple[type[RunFailed | RunCancelled | RunTimedOut | RunExpired], str]] = {
    RunStatus.FAILED: (RunFailed, later("{task} failed")),
    RunStatus.CANCELLED: (RunCancelled, later("{task} was cancelled")),
    RunStatus.TIMED_OUT: (RunTimedOut, later("{task} took longer than the server allows")),
    RunStatus.EXPIRED: (RunExpired, later("{task} was deleted on the server")),
}


def fail(run: Run, error: Exception) -> None:
    """End a run that could not be started or read."""
    if not isinstance(error, GPError):
        _LOG.error("a run ended by a fault: %s", mask(repr(error)))
        error = RunFailed(f"{run.task.name}: {type(error).__name__}: {error}", run=run)
    advise(error)
    seconds = getattr(error, "retry_after", 0.0)
    note = tr("The server asks to try again in {seconds:.0f} s.", seconds=seconds) if seconds else ""
    control.finish(run, RunStatus.FAILED, error=error, note=note)


def lose_job(run: Run, error: Exception) -> None:
    """End a run whose job may exist, although the answer to its submission never came."""
    _lose(run, error, tr("the job"), tr(_JOB_ADVICE))


def lose_execution(run: Run, error: Exception, seconds: float) -> None:
    """End a synchronous run whose answer never came.

    Parameters
    ----------
    seconds
        How long the answer was waited for.
    """
    code = error.code if isinstance(error, ServerError) else None
    cut = code in GATEWAY_GAVE_UP or "HTTP 502" in str(error) or "HTTP 504" in str(error) or seconds > 25
    advice = _GATEWAY_ADVICE if cut else later("Run it again if a second run does no harm.")
    _lose(run, error, tr("the task"), tr(advice))


def _lose(run: Run, error: Exception, what: str, advice: str) -> None:
    text = tr(
        "No usable answer came back, so {what} may be under way on the server without our knowing its "
        "result. Nothing was sent a second time. {advice} ({error})",
        what=what,
        advice=advice,
        error=error,
    )
    control.finish(run, RunStatus.LOST, error=RunLost(text, run=run))


def may_have_arrived(error: Exception) -> bool:
    """Whether the server may be working although it answered an error.

    A gateway's 502 and 504 come after it has passed the request on, be they a page or JSON; its 429 and 503
    say that it has not.
    """
    if isinstance(error, ConnectionFailed):
        return error.maybe_sent
    if isinstance(error, BadReply):
        return error.incomplete
    return isinstance(error, ServerError) and error.code in GATEWAY_GAVE_UP


def end_without_results(run: Run, status: RunStatus, word: str = "") -> None:
    """End a run whose job ended without success.

    Parameters
    ----------
    run, status
    word
        The server's own word where it is no documented one.
    """
    kind, text = _ENDINGS[status]
    told = [_error_text(run.messages) if status is RunStatus.FAILED else ""]
    told += [tr("The server calls it {word!r}.", word=word)] if word else []
    said = " ".join(filter(None, told))
    message = f"{tr(text, task=run.task.name)}{': ' + said if said else '.'}"
    error = kind(message, run=run, messages=run.messages)
    advise(error)
    control.finish(run, status, error=error)


def _error_text(messages: tuple[GPMessage, ...]) -> str:
    errors = [message.description for message in messages if message.level == "error"]
    told = [text for text in errors if text.strip() not in ("Failed.", "")] or errors
    return " ".join(told)[:2000]
