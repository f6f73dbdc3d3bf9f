"""When a run began and how long it took: measured if it was started here, else as its server tells."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from gpwidgets.protocol.responses.job_times import JobTimes
from gpwidgets.protocol.responses.replies import GPMessage
from gpwidgets.texts import tr

__all__ = ["RunClock", "span_text"]


def span_text(seconds: float) -> str:
    """Return a time span as people read it: ``8 s``, ``2 min 05 s``, ``1 h 02 min``."""
    whole = int(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 3600:
        return tr("{minutes} min {seconds:02} s", minutes=whole // 60, seconds=whole % 60)
    return tr("{hours} h {minutes:02} min", hours=whole // 3600, minutes=whole % 3600 // 60)


class RunClock:
    """The times of one run.

    Attributes
    ----------
    started, ended : datetime.datetime or None
        In UTC; None when not known.
    told : JobTimes
        What the server tells of a job that was found again.
    was_found, had_ended : bool
        Whether the run is a job that was there already, and had ended by then.
    """

    def __init__(self) -> None:
        self._made = time.monotonic()
        self._began: float | None = self._made
        self._seconds: float | None = None
        self.started: datetime | None = datetime.now(UTC)
        self.ended: datetime | None = None
        self.told: JobTimes = JobTimes()
        self.was_found: bool = False
        self.had_ended: bool = False

    def found(self, messages: Iterable[GPMessage], *, ended: bool) -> None:
        """Take what the server tells of a job that was there already.

        Parameters
        ----------
        messages
            The job's.
        ended
            Whether it had ended.
        """
        self.was_found, self.had_ended = True, ended
        self._began = self.started = None
        self.told = JobTimes.from_messages(messages)
        self.ended = self.told.ended if ended else None
        if self.told.started is not None:
            self.began_at(self.told.started)

    def began_at(self, moment: datetime) -> None:
        """Count from a start that is known."""
        self.started = moment
        self._began = time.monotonic() - max(0.0, (datetime.now(UTC) - moment).total_seconds())

    def recall(self, started: datetime, ended: datetime | None, seconds: float | None) -> None:
        """Take the times of a run that ended before; what is not known stays unknown."""
        self.was_found = self.had_ended = True
        self._began, self.started = None, started
        self.lasted(seconds, ended)

    def lasted(self, seconds: float | None, ended: datetime | None) -> None:
        """Take over a duration and an end that are known already."""
        self._seconds = seconds if seconds is not None else self._seconds
        self.ended = ended or self.ended

    @property
    def age(self) -> float:
        """Seconds since the start, or since it was found where the start is not known."""
        return time.monotonic() - (self._made if self._began is None else self._began)

    @property
    def seconds_so_far(self) -> float | None:
        """Seconds since the start; None where that is not known."""
        return None if self._began is None else self.age

    def stop(self, messages: Iterable[GPMessage]) -> float | None:
        """Note the end, and return how long the run took, in seconds; None when nobody knows.

        Parameters
        ----------
        messages
            The job's at its end.
        """
        now = datetime.now(UTC)
        if not self.was_found:
            self.ended = now
            return self.age
        self.told = JobTimes.from_messages(messages)
        seen = None if self.had_ended else self.seconds_so_far
        if seen is None:
            seen = self.told.seconds
        seconds = self._seconds if self._seconds is not None else seen
        self.ended = self.ended if self.had_ended else now
        if self.started is None and self.ended is not None and seconds is not None:
            self.started = self.ended - timedelta(seconds=seconds)
        return seconds
