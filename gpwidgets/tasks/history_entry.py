"""An earlier run, as the history keeps it: what it was started with, how it ended, what it gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gpwidgets import views
from gpwidgets.errors import GPError, ParameterError, RunError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.enums import DataTypeName
from gpwidgets.tasks._history_words import moment_of, row_in_words, when_text
from gpwidgets.tasks.attaching import attach
from gpwidgets.tasks.code import call_code
from gpwidgets.tasks.inputs.environment import ENVIRONMENT, KEYWORD
from gpwidgets.tasks.journal.kept_inputs import (
    KeptInputs,
    NotKept,
    Unplaced,
    unplaced_rows,
    values_for_code,
    values_of_rows,
)
from gpwidgets.tasks.journal.recording import HistoryStore, rows_of
from gpwidgets.tasks.results.outputs import Outputs, summary
from gpwidgets.tasks.runs.kept_results import past_run
from gpwidgets.tasks.runs.retention import JOB_RETENTION
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.sharing.settings import Settings, settings_of_rows
from gpwidgets.tasks.task import GPTask

if TYPE_CHECKING:
    from gpwidgets.client.sign_in.auth import Auth
    from gpwidgets.tasks.runs.run import Run

__all__ = ["HistoryEntry"]


class HistoryEntry:
    """An earlier run, or one that goes on.

    Attributes
    ----------
    key : str
        Names the run in the history.
    task_url, title : str
        The task.
    job_url : str or None
        The job; None for a synchronous run, and for one whose submission was not answered.
    attached : bool
        Whether it is a job that was not started with this history, but found by its address.
    started : datetime.datetime
        In UTC; for a job that was found, when that was, unless its server tells its start.
    began, ended : datetime.datetime or None
        In UTC; None when not known.
    began_text : str
        When a job that was found began, in its server's words and by its clock; empty when not told.
    elapsed : float or None
        Seconds, as far as known.
    error : str
        Why there were no results.
    incomplete : dict of str to int or None
        Outputs of which the server held rows back, and how many, where it told.
    """

    def __init__(self, record: Mapping[str, Any], store: HistoryStore) -> None:
        self._record = record
        self._store = store
        self.key: str = str(record["run"])
        self.task_url: str = str(record["task"])
        self.title: str = str(record.get("title") or self.task_url.rpartition("/")[2])
        self.job_url: str | None = str(record["job"]) if record.get("job") else None
        self.attached: bool = bool(record.get("attached"))
        written = moment_of(record["started"]) or datetime.fromtimestamp(0, UTC)
        self.began: datetime | None = moment_of(record.get("began")) if self.attached else written
        self.began_text: str = str(record.get("began_text") or "")
        self.started: datetime = self.began or written
        self.ended: datetime | None = moment_of(record.get("ended"))
        elapsed = record.get("elapsed")
        self.elapsed: float | None = float(elapsed) if isinstance(elapsed, int | float) else None
        self.error: str = str(record.get("error") or "")
        incomplete = record.get("incomplete")
        self.incomplete: dict[Any, Any] = dict(incomplete) if isinstance(incomplete, dict) else {}

    @property
    def run(self) -> Run | None:
        """The run itself, while this kernel holds it."""
        return self._store.live.get(self.key)

    @property
    def status(self) -> RunStatus:
        """What the run is doing; of another kernel's run, the last that was written."""
        run = self.run
        if run is not None:
            return RunStatus(run.status)
        try:
            return RunStatus(str(self._record.get("status")))
        except ValueError:
            return RunStatus.SUBMITTED if self.job_url else RunStatus.LOST

    @property
    def versions(self) -> dict[str, str]:
        """Versions of gpwidgets and, where it is known, of the server."""
        known = {name: self._record.get(name) for name in ("gpwidgets", "server")}
        return {name: str(value) for name, value in known.items() if value is not None}

    @cached_property
    def _kept(self) -> KeptInputs:
        return self.values_for(())

    @property
    def inputs(self) -> dict[str, Any]:
        """The values it was started with, without those in `problems`."""
        return self._kept.values

    @property
    def problems(self) -> dict[str, GPError]:
        """Inputs whose values are not kept, and why: hidden texts, or values that were too large."""
        return self._kept.problems

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of its environment."""
        rows = self._record.get("environment")
        known = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return values_of_rows(known, ENVIRONMENT.values(), self._store.values.load).values

    def values_for(self, parameters: Iterable[GPParameter]) -> KeptInputs:
        """Read the inputs as values for the parameters of a task as it is today."""
        return values_of_rows(rows_of(self._record), parameters, self._store.values.load)

    def unplaced_for(self, parameters: Iterable[GPParameter]) -> dict[str, Unplaced]:
        """Find the values that have no place in a task as it is today, those of runs before it too."""
        rows = [*rows_of(self._record, "unplaced"), *rows_of(self._record)]
        return unplaced_rows(rows, parameters, self._store.values.load)

    @property
    def has_results(self) -> bool:
        """Whether results of a synchronous run are kept in the history."""
        return bool(self._record.get("results"))

    def results_text(self) -> str:
        """Read the results of a synchronous run that are kept, as JSON; see `kept_results`.

        Raises
        ------
        GPError
            There are none.
        """
        return self._store.values.load(str(self._record.get("results")))

    @property
    def kept_until(self) -> datetime | None:
        """When servers usually throw a job's results away; None while that is not known."""
        return self.ended + JOB_RETENTION if self.ended is not None and self.job_url is not None else None

    @cached_property
    def summary(self) -> str:
        """The inputs in a line."""
        return ", ".join(f"{row.get('paramName')}: {row_in_words(row)}" for row in rows_of(self._record))

    def task(self, auth: Auth | None = None) -> GPTask:
        """Read the task's description and return it.

        Raises
        ------
        GPError
            As `GPTask`.
        """
        return GPTask(self.task_url, auth)

    def attach(self, auth: Auth | None = None) -> Run:
        """Follow the run again.

        Returns
        -------
        Run
            The same object, while this kernel holds it. Of a synchronous run, one that has ended, with the
            results that are kept in the history.

        Raises
        ------
        RunError
            There is no job to follow.
        ServerError
            The server does not know the job any more.
        """
        if self.run is not None:
            return self.run
        if self.job_url is None and self.has_results:
            return past_run(self.task(auth), self)
        if self.job_url is None:
            raise RunError(f"No job of this run of {self.title} is known, so it cannot be found again.")
        return attach(self.job_url, auth)

    def outputs(self, auth: Auth | None = None) -> Outputs:
        """The results of the run, from this kernel or fetched from the server; waits for them.

        Raises
        ------
        RunError
            There are none, or no job to fetch them from.
        ServerError
            The server does not know the job any more.
        """
        found = self.attach(auth).wait(show_progress=False)
        if not found.provenance.get("inputs"):
            found.provenance["inputs"] = {name: summary(value) for name, value in self.inputs.items()}
        return found

    def code(self, *, folder: str | Path | None = None) -> str:
        """The Python that runs the task with the same values: that of `GPTask.code`; asks no server.

        Parameters
        ----------
        folder
            As of `GPTask.code`.
        """
        rows = rows_of(self._record)
        hidden = [row for row in rows if row.get("leftOut") == "hidden"]
        parameters = [
            GPParameter.from_json({"name": str(row.get("paramName")), "dataType": DataTypeName.HIDDEN_STRING})
            for row in hidden
        ] + [GPParameter.from_json({**row, "name": str(row.get("paramName"))}) for row in rows]
        values: dict[str, Any] = {}
        for row in rows:
            name = str(row.get("paramName"))
            if name in self.inputs:
                values[name] = values_for_code(row, self.inputs[name], self._store.values.load)
            else:
                values[name] = NotKept(_why(self.problems.get(name)))
        settings = self.settings
        if settings and self._record.get("settings_clash"):
            settings = {KEYWORD: settings}
        signed_in = bool(self._record.get("signed_in"))
        return call_code(
            self.task_url, {**values, **settings}, parameters, signed_in=signed_in, folder=folder
        )

    def to_settings(self) -> Settings:
        """What the run was started with, as an object that is saved, sent to others and loaded again.

        Returns
        -------
        Settings
            Of what is kept; `Settings.inputs` says what is not.

        Raises
        ------
        GPError
            A large value is gone from the history.
        """
        environment = self._record.get("environment")
        known = environment if isinstance(environment, list) else []
        return settings_of_rows(self.task_url, rows_of(self._record), known, self._store.values.load)

    def reopen(self, auth: Auth | None = None) -> views.Form:
        """Open the task's form with the same values, and with the run while its job is known.

        Returns
        -------
        TaskWidget
        """
        return views.open_form(self, auth=auth)

    def delete(self) -> None:
        """Remove the run from the history; its job is not touched.

        Raises
        ------
        OSError
            The history cannot be written.
        """
        self._store.forget([self.key])

    def __repr__(self) -> str:
        return f"<HistoryEntry {when_text(self.started)} {self.title}: {self.status}>"


def _why(problem: GPError | None) -> str:
    return problem.problem if isinstance(problem, ParameterError) else ""
