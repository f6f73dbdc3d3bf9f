"""What a running tool can say and ask."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Lock
from typing import Any, Protocol

from gpwidgets.demo.publishing.refusals import ToolCancelled
from gpwidgets.file_names import last_part, numbered_names, safe_name
from gpwidgets.protocol.enums import MessageType


class JobControl(Protocol):
    """The job of a tool, as its context uses it."""

    values: dict[str, Any]
    cancel_asked: Event
    folder: Path

    def add_message(self, kind: MessageType, text: str) -> None:
        """Keep a message."""

    def show_progress(self, percent: float | None, text: str) -> None:
        """Keep how far the tool is."""


class JobContext:
    """What a running tool may say: handed to arguments named ``job``.

    Attributes
    ----------
    outputs
        Outputs by name, for a tool that wants to set one before it ends.
    """

    def __init__(self, job: JobControl) -> None:
        self._job = job
        self.outputs: dict[str, Any] = job.values
        self._handed_out: set[str] = set()
        self._naming = Lock()

    def message(self, text: str) -> None:
        """Write an informative message."""
        self._job.add_message(MessageType.INFORMATIVE, text)

    def warning(self, text: str) -> None:
        """Write a warning."""
        self._job.add_message(MessageType.WARNING, text)

    def progress(self, percent: float | None, text: str = "") -> None:
        """Show how far the tool is, in percent; None where that is not known.

        Raises
        ------
        ToolCancelled
            If the job was cancelled: every progress report is a point where a tool can be stopped.
        """
        self._job.show_progress(percent, text)
        self.check_cancelled()

    def check_cancelled(self) -> None:
        """Raise ToolCancelled if the job was cancelled."""
        if self._job.cancel_asked.is_set():
            raise ToolCancelled

    def wait(self, seconds: float) -> None:
        """Sleep, but end at once when the job is cancelled."""
        self._job.cancel_asked.wait(seconds)
        self.check_cancelled()

    def output_file(self, name: str) -> Path:
        """A path in the job's folder; return it from the tool to hand the file out.

        No two calls of a job get the same one, whether or not the file has been written in between.
        """
        self._job.folder.mkdir(parents=True, exist_ok=True)
        free = (one for one in numbered_names(safe_name(last_part(name))) if one not in self._handed_out)
        with self._naming:
            path = self._job.folder / next(one for one in free if not (self._job.folder / one).exists())
            self._handed_out.add(path.name)
        return path
