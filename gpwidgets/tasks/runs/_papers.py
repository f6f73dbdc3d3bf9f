"""What a run leaves to look at: the requests that were made for it, and its report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gpwidgets.client.http.tracing import NO_TRACE, Trace
from gpwidgets.tasks.tracing.request_log import RequestLog
from gpwidgets.views import report_page

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
