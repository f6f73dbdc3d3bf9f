"""When a run began and how long it took, in words; what is not known is said to be so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gpwidgets.secrets import mask
from gpwidgets.tasks.runs.run_clock import span_text
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run

__all__ = ["began_text", "duration_text", "time_text"]


def duration_text(run: Run) -> str:
    """Return how long a run took or has been going on."""
    if run.elapsed is not None:
        return span_text(run.elapsed)
    if run.done:
        return tr("duration not known")
    return tr("followed for {span}, its start is not known", span=span_text(run.age))


def began_text(run: Run) -> str:
    """Return when a job that was found began, by our clock or in its server's words; empty for other runs."""
    if not run.clock.was_found:
        return ""
    if run.started is not None:
        return tr("began {time}", time=time_text(run.started))
    if run.clock.told.start_text:
        return tr("began {time} by the server's clock", time=mask(run.clock.told.start_text)[:60])
    return ""


def time_text(moment: datetime, *, seconds: bool = False) -> str:
    """Return a time as people say it, to the minute or the second: the hour alone for today."""
    local, now = moment.astimezone(), datetime.now().astimezone()
    clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    if local.date() == now.date():
        return tr("today {clock}", clock=clock)
    if local.date() == (now - timedelta(days=1)).date():
        return tr("yesterday {clock}", clock=clock)
    return f"{local:%Y-%m-%d} {clock}"
