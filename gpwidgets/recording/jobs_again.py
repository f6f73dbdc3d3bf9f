"""Jobs of a recording, run again: each submission is a job of its own, with the recorded states."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gpwidgets.protocol.enums import JobStatus, MessageType
from gpwidgets.recording.exchange import Exchange
from gpwidgets.texts import tr

__all__ = ["JobAgain", "JobsAgain", "RecordedJob", "warning"]

#: Jobs that are remembered; the oldest are forgotten first, as on a server.
_MOST_JOBS = 10_000


@dataclass
class RecordedJob:
    """What a lesson tells of a job.

    Attributes
    ----------
    id
        On the recorded server.
    submitted
        The exchange that started it; None where it was started before the recording.
    states
        Answers to status requests, in their order.
    """

    id: str
    submitted: Exchange | None = None
    states: list[Exchange] = field(default_factory=list)

    @property
    def last_status(self) -> str:
        """The last that was heard of it."""
        heard = self.states or ([self.submitted] if self.submitted else [])
        return _status(heard[-1].body) if heard else ""

    def steps(self) -> list[Mapping[str, Any]]:
        """One state for each status, in their order, the last of each; for going through them at once."""
        steps: list[Mapping[str, Any]] = []
        for state in self.states:
            if steps and _status(steps[-1]) == _status(state.body):
                steps.pop()
            steps.append(state.body)
        return steps

    def at(self, seconds: float) -> Mapping[str, Any] | None:
        """The state that had been heard so many seconds after the job was submitted."""
        begin = (self.submitted or self.states[0]).time if self.submitted or self.states else 0.0
        heard = [state.body for state in self.states if state.time - begin <= seconds]
        return heard[-1] if heard else None


def _status(body: Any) -> str:
    return str(body.get("jobStatus", "")) if isinstance(body, Mapping) else ""


def _has_ended(body: Any) -> bool:
    return JobStatus(_status(body)).is_final


def warning(text: str) -> dict[str, str]:
    """A message of the wire."""
    return {"type": MessageType.WARNING.value, "description": text}


class JobAgain:
    """One job of the replay.

    Parameters
    ----------
    recorded
        What it goes through.
    said
        What its messages begin with; ``""`` for nothing.
    pace
        Recorded seconds take so many seconds; 0 goes on with each look.
    ident
        Its id; a new one by default.
    """

    def __init__(self, recorded: RecordedJob, said: str, pace: float, ident: str = "") -> None:
        self.id: str = ident or f"j{secrets.token_hex(16)}"
        self.recorded = recorded
        self._said, self._pace = said, pace
        self._started = time.monotonic()
        self._steps = recorded.steps()
        self._looks = 0
        self._cancelled = False

    def look(self) -> dict[str, Any]:
        """The job's state as it is told now."""
        state, is_over = self._state(self._looks)
        self._looks += 1
        told = {"jobStatus": JobStatus.SUBMITTED.value, **state, "jobId": self.id}
        messages = told.get("messages")
        heard = list(messages) if isinstance(messages, list) else []
        if self._cancelled:
            told["jobStatus"] = JobStatus.CANCELLED.value
            told.pop("results", None)
        elif is_over and not _has_ended(told):
            told["jobStatus"] = JobStatus.FAILED.value
            text = tr("The recording ends here, before the job had ended.")
            heard.append({"type": MessageType.ERROR.value, "description": text})
        if self._said:
            heard.insert(0, warning(self._said))
        return {**told, "messages": heard}

    def _state(self, looks: int) -> tuple[Mapping[str, Any], bool]:
        """The recorded state of now, and whether nothing more was heard of the job."""
        if self._pace:
            last = self.recorded.states[-1].body if self.recorded.states else None
            state = self.recorded.at((time.monotonic() - self._started) / self._pace)
            return state or {}, last is None or state is last
        if not self._steps:
            return {}, True
        return self._steps[min(looks, len(self._steps) - 1)], looks >= len(self._steps)

    def cancel(self) -> dict[str, Any]:
        """End the job, unless it has ended; what is answered to that."""
        state, is_over = self._state(max(self._looks - 1, 0))
        # Whoever has not looked yet has heard of a job that was submitted, and of nothing more.
        is_unseen = self._looks == 0 and not self._pace
        self._cancelled = self._cancelled or is_unseen or not (is_over or _has_ended(state))
        status = JobStatus.CANCELLED.value if self._cancelled else _status(state)
        return {"jobId": self.id, "jobStatus": status, "messages": []}


class JobsAgain:
    """All jobs of a replay by id."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, JobAgain] = OrderedDict()

    def add(self, job: JobAgain) -> JobAgain:
        """Remember a job."""
        self._jobs[job.id] = job
        while len(self._jobs) > _MOST_JOBS:
            self._jobs.popitem(last=False)
        return job

    def get(self, ident: str) -> JobAgain | None:
        """The job of this id."""
        return self._jobs.get(ident)
