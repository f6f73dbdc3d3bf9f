"""A batch: many runs of one task, sent few at a time, written down as they go, resumable at any moment."""

from __future__ import annotations

import time
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from gpwidgets.errors import GPError, WaitTimeout
from gpwidgets.notebook import show_batch
from gpwidgets.tasks.batch._progress_bar import BatchBar
from gpwidgets.tasks.batch._sign_in import SignedInBatch
from gpwidgets.tasks.batch.ledger import RowState
from gpwidgets.tasks.batch.row_results import PLACE, value_told
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.texts import tr

if TYPE_CHECKING:
    import pandas

__all__ = ["Batch"]

_FAILED = frozenset({"failed", "timed_out", "expired", "incomplete", "unwritten"})


class Batch(SignedInBatch):
    """Many runs of one task; `gpwidgets.batch`, `gpwidgets.sweep` and `gpwidgets.resume` make them.

    It goes on in the background. What has been sent and what has come back is in its folder, so that any
    kernel can go on with it after this one has ended.

    Attributes
    ----------
    task : gpwidgets.GPTask
    folder : pathlib.Path
        Where its ledger and results are.
    trouble : str
        Why no more rows are sent; empty while all is well.

    Examples
    --------
    >>> import tempfile
    >>> import gpwidgets as gp
    >>> server = gp.demo.serve()
    >>> task = gp.GPTask(server.url_of("SlowCount"))
    >>> batch = gp.sweep(task, Steps=[2, 3], Seconds=0, folder=tempfile.mkdtemp())
    >>> batch.wait(timeout=60).table()[["status", "Steps_Done"]].values.tolist()
    [['succeeded', 2], ['succeeded', 3]]
    """

    @property
    def done(self) -> bool:
        """Whether nothing is under way any more: all rows are over, or `trouble` says why not."""
        return self._finished

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know: torn lines of the ledger, results that have been reconciled, what rows wait for."""
        waits = []
        if self._queue and not self._live and not self._finished and self._gate.is_held_by_others:
            waits = [tr("No rows are being sent: other runs of this kernel use all places at this server.")]
        return (*self._ledger.notes, *self._results.notes, *waits)

    def wait(self, timeout: float | None = None, *, show_progress: bool | None = None) -> Batch:
        """Wait until nothing is under way any more.

        An interrupt ends the waiting only.

        Parameters
        ----------
        timeout
            Seconds; None waits as long as it takes.
        show_progress
            Whether to show a bar, for which tqdm has to be installed; by default in a terminal or notebook.

        Returns
        -------
        Batch
            This one. Rows that failed do not raise: see `failures`.

        Raises
        ------
        WaitTimeout
            The time is over and the batch goes on.
        GPError
            No more rows could be sent; the batch can be resumed. After an `AuthenticationError` it goes on
            with `sign_in`.
        """
        end = None if timeout is None else time.monotonic() + timeout
        with BatchBar(self, show_progress) as bar, self._changed:
            while not self._finished:
                self._changed.wait(0.2 if end is None else max(0.0, min(0.2, end - time.monotonic())))
                bar.show()
                if end is not None and time.monotonic() >= end and not self._finished:
                    raise WaitTimeout(
                        tr("{batch} is not over after {n:g} s. It goes on.", batch=repr(self), n=timeout)
                    )
        if self._error is not None:
            raise self._error
        return self

    def cancel(self, row: Hashable | None = None) -> None:
        """Cancel one row, or all that are not over; returns at once.

        Parameters
        ----------
        row
            Its label; None for all rows.
        """
        if row is None:
            self.cancel_rest()
        with self._changed:
            chosen = list(self._live) if row is None else [self._place(row)]
            live = [self._live[place] for place in chosen if place in self._live]
        for one in live:
            one.cancel()
        if row is not None:
            self._give_up(chosen)

    def cancel_rest(self) -> None:
        """Send no more rows; those that are on the server go on."""
        with self._changed:
            self._no_more = True  # also of those that the server refuses meanwhile
            waiting = [place for place in self._queue if not self._ledger.rows[place].job]
        self._give_up(waiting)

    def close(self, timeout: float = 60.0) -> None:
        """Leave the batch to another kernel, or to later: jobs go on on the server, no more rows are sent.

        Parameters
        ----------
        timeout
            Seconds to wait for rows that are just being sent, and for results that are just being written.

        Raises
        ------
        WaitTimeout
            The server has not answered whether it takes them.
        """
        end = time.monotonic() + timeout
        with self._changed:
            self._closing = True
            while any(live.is_being_sent or live.is_over for live in self._live.values()):
                if time.monotonic() >= end:
                    raise WaitTimeout(tr("The server has not said yet whether it takes all rows."))
                self._changed.wait(0.1)
            left = list(self._live.values())
            for live in left:
                live.is_over = True
        self._leave(left)
        self._look_for_the_end()
        with self._changed:
            while not self._finished:
                if time.monotonic() >= end:
                    raise WaitTimeout(tr("Results are still being written."))
                self._changed.wait(0.1)

    def retry_failed(self, *, lost: bool = False, cancelled: bool = False) -> Batch:
        """Run the rows again that failed; results that could not be fetched are fetched again.

        Parameters
        ----------
        lost
            Also rows of which nobody knows whether the server has run them.
        cancelled
            Also rows that were cancelled.

        Returns
        -------
        Batch
            This one.

        Raises
        ------
        GPError
            Rows are still under way, or another kernel works on the batch by now.
        """
        self._take_again()
        wanted = _FAILED | ({"lost"} if lost else set()) | ({"cancelled"} if cancelled else set())
        self._set_open(place for place, row in enumerate(self._ledger.rows) if row.status in wanted)
        self.begin()
        return self

    def table(self) -> pandas.DataFrame:
        """How each row is, now.

        Returns
        -------
        pandas.DataFrame
            By the labels of the rows: ``status``, ``error``, ``job`` (its address), ``sent`` and ``ended``
            (in UTC), ``seconds``, and a column for each output that is a number, a text or a file.
        """
        from gpwidgets.convert.storage.parts import table_of

        rows = list(self._ledger.rows)
        columns: dict[str, list[Any]] = {
            "status": [row.status for row in rows],
            "error": [row.error for row in rows],
            "job": [self.task.url.for_job(row.job).job if row.job else None for row in rows],
            "sent": [row.sent for row in rows],
            "ended": [row.ended for row in rows],
            "seconds": [row.ended - row.sent if row.ended and row.sent else None for row in rows],
        }
        for name in dict.fromkeys(name for row in rows for name in (*row.values, *row.files)):
            title = name if name not in columns else f"{name}_"
            columns[title] = [
                row.values.get(name, "; ".join(row.files.get(name, [])) or None) for row in rows
            ]
        return table_of(columns, self._inputs.labels, ["sent", "ended"])

    @property
    def failures(self) -> pandas.DataFrame:
        """The rows of `table` that are over and have not succeeded."""
        table = self.table()
        over = table["ended"].notna() | (table["status"] == "unwritten")
        return table[over & (table["status"] != RunStatus.SUCCEEDED.value)]

    def frame(self, output: str | None = None) -> Any:
        """All rows of an output, of all runs that have given any so far.

        Parameters
        ----------
        output
            Its name; may be left out where only one output has rows.

        Returns
        -------
        geopandas.GeoDataFrame or pandas.DataFrame
            With columns that say where a row is from: ``gp_row`` (label), ``gp_run`` (id of the job),
            ``gp_place`` (number in the batch, from 0), ``input_<name>`` and the columns that were kept as
            ``row_<name>``. All geometries are in the coordinate system of the first results.

        Raises
        ------
        GPError
            No run has given any rows for it.
        """
        name = self._with_rows(output)
        frame = self._results.read(name, range(len(self)))
        if frame is None:
            raise self._no_rows(output)
        return frame

    def dask(self, output: str | None = None) -> Any:
        """All rows of an output as a frame of Dask, for results that are larger than memory.

        Parameters
        ----------
        output
            As `frame`.

        Returns
        -------
        dask_geopandas.GeoDataFrame or dask.dataframe.DataFrame
            A partition for each part that is written by now, read when it is needed: workers of a cluster
            have to see the folder. Columns as of `frame`; whole numbers that some runs do not have are
            ``Int64``, and columns that hold numbers in some parts and texts in others are texts.

        Raises
        ------
        GPError
            No run has given any rows for it, or Dask is not installed: ``pip install "gpwidgets[dask]"``.
        """
        from gpwidgets.convert.storage.dask_parts import dask_frame

        name = self._with_rows(output)
        frame = dask_frame(
            self._results.parts_of(name).folder, self._results.wanted(name, range(len(self))), PLACE
        )
        if frame is None:
            raise self._no_rows(output)
        return frame

    def _with_rows(self, output: str | None) -> str:
        """The output that is meant, after all that waits has been written."""
        self._results.flush()
        known = self._names_with_rows()
        if output is None and len(known) == 1:
            output = known[0]
        if output is None or output not in known:
            raise self._no_rows(output)
        return output

    def _names_with_rows(self) -> list[str]:
        return sorted({name for row in self._ledger.rows for name in row.parts})

    def _no_rows(self, output: str | None) -> GPError:
        told = ", ".join(self._names_with_rows()) or tr("none")
        return GPError(
            tr("No run has given rows of {name}; outputs with rows: {names}.", name=output, names=told)
        )

    def outputs(self, row: Hashable) -> Outputs:
        """What one row has given, read from the folder.

        Parameters
        ----------
        row
            Its label.

        Returns
        -------
        Outputs
            Result files are paths in the folder.

        Raises
        ------
        GPError
            The row has not succeeded; the text says what became of it.
        """
        self._results.flush()
        place = self._place(row)
        state = self._ledger.rows[place]
        if state.status not in ("succeeded", "incomplete") or not state.is_over:
            raise GPError(
                tr(
                    "Row {row} has no results: {status}. {error}",
                    row=row,
                    status=state.status,
                    error=state.error,
                )
            )
        described = {one.name: one for one in self.task.outputs}
        values = {name: value_told(described.get(name), told) for name, told in state.values.items()}
        values |= {
            name: _one_or_all([self.folder / one for one in files]) for name, files in state.files.items()
        }
        values |= {name: self._results.read(name, [place]) for name in state.parts}
        return Outputs(
            values, parameters=described, provenance={"task": self.task.url.task, "job_id": state.job}
        )

    @property
    def labels(self) -> tuple[Hashable, ...]:
        """The labels of the rows, in their order."""
        return tuple(self._inputs.labels)

    def states(self) -> tuple[RowState, ...]:
        """What is known of each row, in their order; they change while the batch goes on."""
        return tuple(self._ledger.rows)

    def inputs(self, row: Hashable) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a row gives of its own, and what is kept beside its results, as they fit into a table.

        Parameters
        ----------
        row
            Its label.

        Returns
        -------
        tuple of dict
            By name. Features are told as ``"…"``, what is secret as ``"•••"``.
        """
        line = self._inputs.line(self._place(row))
        names = [*line["fields"], *(one["paramName"] for one in line.get("again", []))]
        secret = dict.fromkeys(line.get("secret", []), "•••")
        return {**dict.fromkeys(names, "…"), **secret, **line["shown"]}, line.get("kept", {})

    def live_run(self, row: Hashable) -> Run | None:
        """The run of a row that is under way; None before and after.

        Parameters
        ----------
        row
            Its label.
        """
        live = self._live.get(self._place(row))
        return None if live is None else live.run

    def run(self, row: Hashable) -> Run:
        """The run of a row: the one that is under way, or its job once more, with its messages and results.

        Parameters
        ----------
        row
            Its label.

        Raises
        ------
        GPError
            It has no job: it was not sent, or the task answers at once. Or the server does not know the job
            any more; what it gave is in `outputs`.
        """
        live, job = self.live_run(row), self._ledger.rows[self._place(row)].job
        if live is not None:
            return live
        if job is None:
            raise GPError(tr("Row {row} has no job on the server.", row=row))
        return self.task.attach(job)

    def _place(self, row: Hashable) -> int:
        for label in (row, str(row)):  # labels that JSON does not know are kept as texts
            if label in self._inputs.labels:
                return self._inputs.labels.index(label)
        raise KeyError(tr("There is no row {row!r} in this batch.", row=row))

    def _ipython_display_(self) -> None:
        if not show_batch(self):
            print(repr(self))  # noqa: T201 - what a terminal shows of any object

    def __repr__(self) -> str:
        told = ", ".join(f"{count:,} {status}" for status, count in sorted(self.counts.items()))
        trouble = f"; {self.trouble}" if self.trouble else ""
        return f"<Batch of {self.task.name}: {told}, in {self.folder}{trouble}>"


def _one_or_all(paths: list[Any]) -> Any:
    return paths[0] if len(paths) == 1 else paths
