"""A form for an earlier run: its values, and the run itself while the server has its job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gpwidgets.errors import (
    AuthenticationError,
    ParameterError,
    ResourceNotFound,
    RunExpired,
    ServerError,
    URLError,
)
from gpwidgets.protocol.urls import GPURL
from gpwidgets.tasks.history_entry import HistoryEntry
from gpwidgets.tasks.inputs.environment import KEYWORD
from gpwidgets.tasks.journal.kept_inputs import KeptInputs, Unplaced, inputs_of_job
from gpwidgets.tasks.runs.kept_results import past_run
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.texts import tr
from gpwidgets.widgets.runs.run_status import STATES

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.run import Run
    from gpwidgets.tasks.task import GPTask
    from gpwidgets.widgets.form.form import TaskForm

__all__ = ["EarlierRun", "earlier_run"]


def earlier_run(source: Any) -> EarlierRun | None:
    """Return the run that a widget is made for; None when it is made for a task or service."""
    if isinstance(source, HistoryEntry):
        return EarlierRun(GPURL.parse(source.job_url or source.task_url), source)
    try:
        url = (
            source if isinstance(source, GPURL) else GPURL.parse(source) if isinstance(source, str) else None
        )
    except URLError:
        return None  # the widget says so itself
    return EarlierRun(url) if url is not None and url.job_id else None


class EarlierRun:
    """A run to come back to.

    Parameters
    ----------
    url
        Its job, or its task when there is no job.
    entry
        What the history knows of it.
    """

    def __init__(self, url: GPURL, entry: HistoryEntry | None = None) -> None:
        self.url = url
        self._entry = entry

    def fill(self, form: TaskForm, task: GPTask) -> dict[str, Unplaced]:
        """Give the form the run's values, and say at its field why one is missing.

        Returns
        -------
        dict
            Values that have no place in the task as it is today, by the name they had.
        """
        kept = self._inputs(task)
        settings = self._entry.settings if self._entry is not None else {}
        names = {one.name for one in form.info.inputs}
        known = {name: value for name, value in kept.values.items() if name in names}
        form.values = {**known, **({KEYWORD: settings} if settings else {})}
        form.show_errors(
            ParameterError(name, error.problem if isinstance(error, ParameterError) else str(error))
            for name, error in kept.problems.items()
        )
        return self._entry.unplaced_for(task.inputs) if self._entry is not None else {}

    def _inputs(self, task: GPTask) -> KeptInputs:
        """The values of the history; what it does not have comes from the job."""
        kept = self._entry.values_for(task.inputs) if self._entry is not None else KeptInputs()
        nothing = not kept.values and not kept.problems
        if self.url.job_id and (nothing or any(not task.info.parameter(n).is_hidden for n in kept.problems)):
            of_job = inputs_of_job(task, self.url.job_id)
            if nothing:
                return of_job
            for name in [name for name in kept.problems if name in of_job.values]:
                kept.values[name] = of_job.values[name]
                del kept.problems[name]
        return kept

    def attach(self, task: GPTask) -> Run | None:
        """Follow the run; None when there is no job.

        Raises
        ------
        RunExpired
            The server does not have the job any more.
        GPError
            It cannot be asked.
        """
        if self._entry is not None and self._entry.run is not None:
            return self._entry.run
        if not self.url.job_id:
            return self._without_job(task)
        try:
            return task.attach(self.url.job_id)
        except AuthenticationError:
            raise
        except ServerError as error:
            if isinstance(error, ResourceNotFound) or error.code == 400:
                raise RunExpired(
                    tr("The job and its results are gone; the values are here again.")
                ) from error
            raise

    def _without_job(self, task: GPTask) -> Run | None:
        """A synchronous run, as far as the history has its results, or a word on why there are none."""
        entry = self._entry
        if entry is None:
            return None
        if entry.status is RunStatus.SUCCEEDED:
            return past_run(task, entry)
        words = tr("This run has no results: {state}.", state=tr(STATES[entry.status][1]))
        raise RunExpired(f"{words} {entry.error}".strip())
