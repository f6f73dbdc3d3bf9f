"""How long servers keep results, and a word in time before they throw result files away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol
from weakref import ref

from gpwidgets.tasks.scheduling.watcher import shared_watcher
from gpwidgets.texts import tr

if TYPE_CHECKING:
    from gpwidgets.tasks.results.outputs import Outputs

__all__ = ["JOB_RETENTION", "REPLY_RETENTION", "warn_in_time"]

#: How long servers keep a job after its end, and the files of a synchronous run, unless their owner says
#: otherwise.
JOB_RETENTION = timedelta(hours=6)
REPLY_RETENTION = timedelta(minutes=10)

#: Share of that time after which files that nobody has saved are spoken of.
_PATIENCE = 0.8


class Succeeded(Protocol):
    """A run with its outputs, and a note that it can be given."""

    @property
    def outputs(self) -> Outputs | None: ...

    def set_trait(self, name: str, value: Any) -> None: ...


def warn_in_time(run: Succeeded) -> None:
    """Have a run that has succeeded say when result files are about to go that nobody has fetched.

    Neither the run nor the kernel is held by this.
    """
    outputs = run.outputs
    if outputs is None or not outputs.unsaved or outputs.kept_until is None:
        return
    left = outputs.kept_until - datetime.now(UTC)
    kept = ref(run)

    def warn() -> None:
        run = kept()
        if run is not None and run.outputs is not None and run.outputs.unsaved:
            run.set_trait("note", tr("Soon gone from the server. {note}", note=run.outputs.note))

    shared_watcher().add(warn, max(0.0, left.total_seconds() * _PATIENCE))
