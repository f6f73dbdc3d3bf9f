"""What a run leaves to look at and to keep: the requests that were made for it, its report, and its crate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gpwidgets.client.http.tracing import NO_TRACE, Trace
from gpwidgets.tasks.tracing.request_log import RequestLog
from gpwidgets.views import crate_of, report_page

if TYPE_CHECKING:
    from gpwidgets.tasks.runs.task_handle import TaskHandle

__all__ = ["RunPapers"]


class RunPapers:
    """The part of `gpwidgets.Run` that looks back."""

    task: TaskHandle
    _requests: Trace = NO_TRACE

    @property
    def trace(self) -> RequestLog:
        """The requests that have been made for the run so far, with their answers; no secrets.

        Empty for a row of a batch. A frame or HAR file is made of it by `RequestLog.to_frame` and
        `RequestLog.save`.
        """
        return RequestLog(self._requests, self.task.inputs, of_run=True)

    def report(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the report of the run: one page of HTML, without scripts and outside resources.

        Parameters
        ----------
        path
            Of the page; its folder has to be there.
        overwrite
            Whether to replace a file of this name.

        Returns
        -------
        pathlib.Path
            Of the page, with task, inputs, times, messages, a map with legends and scale, the first rows of
            each result, and the settings to run it again; no secrets.

        Raises
        ------
        FileExistsError
            There is a file of this name.
        OSError
            It cannot be written.
        """
        path = Path(path).expanduser()
        with path.open("w" if overwrite else "x", encoding="utf-8") as file:
            file.write(report_page(self))
        return path

    def to_crate(
        self,
        path: str | Path,
        *,
        agent: str | Mapping[str, str] | None = None,
        license: str = "",  # noqa: A002 - the word of schema.org
        frames: str = "gpkg",
        overwrite: bool = False,
    ) -> Path:
        """Write the run as an RO-Crate, which archives and workflow tools read: a folder or a zip.

        Parameters
        ----------
        path
            A folder, or a file that ends in ``.zip``; made anew.
        agent
            Who has run the task: a name, or the texts of a Person or Organization of schema.org, such as
            ``{"name": "Ada Lovelace", "@id": "https://orcid.org/…"}``. Nobody is named by default.
        license
            The URL or the words of the licence for what is in the crate.
        frames
            Format of features and tables, ``"gpkg"`` or ``"parquet"``.
        overwrite
            Whether a crate of gpwidgets with nothing else beside it may be replaced; nothing else ever is.

        Returns
        -------
        pathlib.Path
            Of the crate. It has ``ro-crate-metadata.json``, as the Process Run Crate profile has it; the
            inputs as ``settings.json`` with features and files beside it; ``outputs``, which `Outputs.open`
            reads; ``messages.json`` and ``report.html``; no secrets. What could not be fetched is named in
            it, with the reason.

        Raises
        ------
        WaitTimeout
            The run has not ended.
        FileExistsError
            There is something else at `path`.
        ValueError
            `agent` or `frames` is not as above.
        ConversionError, OSError
            It could not be written; nothing is left behind.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import gpwidgets as gp
        >>> server = gp.demo.serve()
        >>> run = gp.GPTask(server.url_of("SlowCount")).start(Seconds=0, Steps=3)
        >>> out = run.wait(timeout=30)
        >>> crate = run.to_crate(pathlib.Path(tempfile.mkdtemp(), "count.zip"))
        >>> gp.Outputs.open(crate).Steps_Done
        3
        """
        return crate_of(self, path, agent=agent, license=license, frames=frames, overwrite=overwrite)
