"""What a run is doing, in one vocabulary for synchronous tasks and jobs."""

from __future__ import annotations

from enum import StrEnum

from gpwidgets.protocol.enums import JobStatus


class RunStatus(StrEnum):
    """State of a run, as `Run.status` tells it.

    Examples
    --------
    >>> RunStatus.RUNNING.is_final, RunStatus.FAILED.is_final
    (False, True)
    >>> RunStatus.SUCCEEDED == "succeeded"
    True
    """

    PREPARING = "preparing"
    UPLOADING = "uploading"
    SUBMITTED = "submitted"
    WAITING = "waiting"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    EXPIRED = "expired"
    LOST = "lost"

    @property
    def is_final(self) -> bool:
        """Whether the run will not change any more."""
        return self in _FINAL

    @classmethod
    def from_job(cls, status: JobStatus) -> RunStatus | None:
        """The run's state for a job's status; None for a word that says nothing to us."""
        return _FROM_JOB.get(status)


_FINAL = frozenset(
    {
        RunStatus.SUCCEEDED,
        RunStatus.FAILED,
        RunStatus.CANCELLED,
        RunStatus.TIMED_OUT,
        RunStatus.EXPIRED,
        RunStatus.LOST,
    }
)

_FROM_JOB = {
    JobStatus.NEW: RunStatus.SUBMITTED,
    JobStatus.SUBMITTED: RunStatus.SUBMITTED,
    JobStatus.WAITING: RunStatus.WAITING,
    JobStatus.EXECUTING: RunStatus.RUNNING,
    JobStatus.SUCCEEDED: RunStatus.SUCCEEDED,
    JobStatus.FAILED: RunStatus.FAILED,
    JobStatus.TIMED_OUT: RunStatus.TIMED_OUT,
    JobStatus.CANCELLING: RunStatus.CANCELLING,
    JobStatus.CANCELLED: RunStatus.CANCELLED,
    JobStatus.DELETING: RunStatus.EXPIRED,
    JobStatus.DELETED: RunStatus.EXPIRED,
}
