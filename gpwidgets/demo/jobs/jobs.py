"""Jobs of the embedded server: their states, messages and progress."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.publish import Service, Tool
from gpwidgets.demo.publishing.refusals import Refusal, ToolCancelled, ToolError, invalid_input
from gpwidgets.loopback.worker_pool import WorkerPool
from gpwidgets.protocol.enums import JobStatus, MessageType

log: logging.Logger = logging.getLogger(__name__)


class Job:
    """One pass of a task, synchronous or not.

    Attributes
    ----------
    id
        ``j`` and 32 hexadecimal digits.
    inputs, options
        Wire values by parameter name, and the request's environment (outSR and the like).
    values
        What the tool returned, by output name; Python values or wire JSON.
    folder
        Where output files go.
    sender
        Address of the machine that sent it.
    changed
        Condition notified at every change of state, message and progress.
    """

    def __init__(
        self,
        service: Service,
        tool: Tool,
        inputs: Mapping[str, Any],
        options: Mapping[str, str],
        root: Path,
        sender: str = "",
    ) -> None:
        self.id: str = "j" + secrets.token_hex(16)
        self.service = service
        self.tool = tool
        self.inputs: dict[str, Any] = dict(inputs)
        self.options: dict[str, str] = dict(options)
        self.folder: Path = root / self.id / "scratch"
        self.sender = sender
        self.status: JobStatus = JobStatus.NEW
        self.messages: list[dict[str, str]] = []
        self.progress: dict[str, Any] | None = None
        self.values: dict[str, Any] = {}
        self.cancel_asked: threading.Event = threading.Event()
        self.changed: threading.Condition = threading.Condition()

    def move_to(self, status: JobStatus) -> None:
        """Change the state and wake whoever waits for it."""
        with self.changed:
            self.status = status
            self.changed.notify_all()

    def add_message(self, kind: MessageType, text: str) -> None:
        """Append a message."""
        with self.changed:
            self.messages.append({"type": kind.value, "description": text})
            self.changed.notify_all()

    def show_progress(self, percent: float | None, text: str) -> None:
        """Replace the progress; without a percentage it is a text alone."""
        told: dict[str, Any] = {"type": "default", "message": text}
        if percent is not None:
            told = {"type": "step", "message": text, "percent": round(min(max(percent, 0.0), 100.0))}
        with self.changed:
            self.progress = told
            self.changed.notify_all()

    def wait(self, *, until: Callable[[Job], bool] | None = None, timeout: float = 30.0) -> bool:
        """Block until the job is final, or until `until(job)` holds; False when the time was up."""
        with self.changed:
            return self.changed.wait_for(lambda: until(self) if until else self.status.is_final, timeout)

    def cancel(self) -> None:
        """Ask the job to stop.

        Raises
        ------
        Refusal
            Unless the job is waiting or executing.
        """
        with self.changed:
            if self.status not in (JobStatus.WAITING, JobStatus.EXECUTING):
                raise invalid_input()
            self.cancel_asked.set()
            if self.status is JobStatus.WAITING:
                self.messages.append(_message("Cancel complete."))
                self.status = JobStatus.CANCELLED
            else:
                self.status = JobStatus.CANCELLING
            self.changed.notify_all()

    def to_json(self, *, messages: bool = True) -> dict[str, Any]:
        """The job resource."""
        with self.changed:
            told: dict[str, Any] = {"jobId": self.id, "jobStatus": self.status.value}
            if self.status is JobStatus.EXECUTING and self.progress is not None:
                told["progress"] = dict(self.progress)
            if self.status is JobStatus.SUCCEEDED:
                if self.tool.outputs:
                    told["results"] = _links("results", self.tool.outputs)
                told["inputs"] = _links("inputs", self.tool.inputs)
            told["messages"] = list(self.messages) if messages else []
            return told

    def run(self, decode: Callable[[Job], dict[str, Any]]) -> None:
        """Run the tool to its end, whatever that is; never raises.

        Parameters
        ----------
        decode
            Gives the function's arguments from the job's inputs.
        """
        with self.changed:
            if self.cancel_asked.is_set():
                return
            self.status = JobStatus.EXECUTING
            self.changed.notify_all()
        started = datetime.now(UTC)
        name = self.tool.name
        info = MessageType.INFORMATIVE
        self.add_message(info, f"Start Time: {started:%A, %B %d, %Y %H:%M:%S} UTC")
        self.add_message(info, f"Executing ({name})...")
        try:
            self._call(decode)
        except ToolCancelled:
            self._end(JobStatus.CANCELLED, info, "Cancel complete.")
        except Refusal as refused:
            self._fail("\n".join(refused.details or [refused.message]))
        except ToolError as error:
            self._fail(str(error))
        except Exception as error:
            log.debug("tool %s failed", name, exc_info=True)
            self._fail(f"{type(error).__name__}: {error}")
        else:
            seconds = (datetime.now(UTC) - started).total_seconds()
            self._end(JobStatus.SUCCEEDED, info, f"Succeeded (Elapsed Time: {seconds:.2f} seconds)")

    def _call(self, decode: Callable[[Job], dict[str, Any]]) -> None:
        arguments = decode(self)
        context = JobContext(self)
        if self.tool.raw:
            returned = self.tool.function(arguments, context)
        elif self.tool.takes_job:
            returned = self.tool.function(**arguments, job=context)
        else:
            returned = self.tool.function(**arguments)
        context.check_cancelled()
        names = [output.name for output in self.tool.outputs]
        if isinstance(returned, Mapping) and self.tool.raw:
            self.values.update(returned)
        elif hasattr(returned, "_asdict"):
            self.values.update(zip(names, returned, strict=True))
        elif names and returned is not None:
            self.values[names[0]] = returned

    def _fail(self, text: str) -> None:
        self.add_message(MessageType.ERROR, text)
        self._end(JobStatus.FAILED, MessageType.ERROR, f"Failed to execute ({self.tool.name}).")

    def _end(self, status: JobStatus, kind: MessageType, text: str) -> None:
        with self.changed:
            self.progress = None
            self.messages.append(_message(text, kind))
            self.status = status
            self.changed.notify_all()


class JobStore:
    """All jobs of a server.

    Attributes
    ----------
    created
        Number of jobs that were ever created: never above one per run of a well-behaved client.
    """

    def __init__(self, root: Path, workers: int, jobs_each: int | None = None) -> None:
        self.root = root
        self._jobs_each = jobs_each
        self.created: int = 0
        self._jobs: dict[str, Job] = {}
        self._pool = WorkerPool(workers, "gp-tool")

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        return iter(list(self._jobs.values()))

    def __getitem__(self, job_id: str) -> Job:
        try:
            return self._jobs[job_id]
        except KeyError:
            raise Refusal(400, f"Job with id: {job_id} does not exist or is inaccessible.") from None

    @property
    def last(self) -> Job:
        """The job created last."""
        return next(reversed(self._jobs.values()))

    def create(self, job: Job) -> None:
        """Keep a job and put it into the queue store, where it stays until :meth:`start`.

        Raises
        ------
        Refusal
            The machine that sent it has as many jobs under way as one may have.
        """
        if self._jobs_each is not None:
            under_way = sum(one.sender == job.sender and not one.status.is_final for one in self)
            if under_way >= self._jobs_each:
                raise Refusal(
                    503, f"Of your machine {under_way} jobs wait or run, as many as may be; try again later."
                )
        self._jobs[job.id] = job
        self.created += 1
        job.add_message(MessageType.INFORMATIVE, "Submitted.")
        job.move_to(JobStatus.SUBMITTED)

    def start(self, job: Job, decode: Callable[[Job], dict[str, Any]]) -> None:
        """Let a submitted job wait for a worker."""
        if job.status is JobStatus.SUBMITTED:
            job.move_to(JobStatus.WAITING)
            self._pool.submit(job.run, decode, turn=job.sender)

    def remove(self, job_id: str) -> None:
        """Forget a job, as a server's clean-up does."""
        self._jobs.pop(job_id, None)

    def clear(self) -> None:
        """Forget all jobs, as a server does that has lost its directories."""
        self._jobs.clear()

    def stop(self) -> None:
        """Cancel what runs and let the workers end."""
        for job in self:
            job.cancel_asked.set()
        self._pool.stop()


def _message(text: str, kind: MessageType = MessageType.INFORMATIVE) -> dict[str, str]:
    return {"type": kind.value, "description": text}


def _links(kind: str, parameters: Any) -> dict[str, dict[str, str]]:
    return {p.name: {"paramUrl": f"{kind}/{quote(p.name, safe='')}"} for p in parameters}
