"""When a job began and ended, as its messages tell: the job resource itself has no times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from gpwidgets.protocol.responses.replies import GPMessage

__all__ = ["JobTimes"]

#: Longer messages are a tool's own words.
_LONGEST = 300

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG = re.compile(
    r"([A-Za-z]{3})[a-z]{0,6} (\d{1,2}), (\d{4}) (\d{1,2}):(\d\d):(\d\d)(?: ([AP])M)?(?: (UTC|GMT))?"
)
_SHORT = re.compile(r"([A-Za-z]{3}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})(?: (UTC|GMT))?")
_START = re.compile(r"Start Time: (.+)")
_END = re.compile(r"(?:Succeeded|Failed|Cancelled|Canceled) at (.+?) ?(?:\(|$)|End Time: (.+?) ?(?:\(|$)")
#: At the end of a message, in the server's language: ``(Elapsed Time: 1 minutes 2.5 seconds)``.
_SPAN = re.compile(r"\([^():]{3,40}: ?((?:\d{1,9}(?:[.,]\d{1,9})? [^\W\d]{1,12}\.? ?){1,4})\)$")
_PART = re.compile(r"(\d{1,9}(?:[.,]\d{1,9})?) ([^\W\d]{1,12})")
_UNITS = (
    (1.0, ("sec", "seg", "sek")),
    (60.0, ("min",)),
    (3600.0, ("hour", "heure", "hora", "stund", "ore", "uur", "uren", "tim")),
)
#: The end of the tool itself is told by one of the last messages; those before may be of tools it ran.
_LAST = 5


@dataclass(frozen=True)
class JobTimes:
    """Start, end and duration of a job, as far as its server tells them.

    Attributes
    ----------
    start_text, end_text : str
        In the server's words, by its own clock, which seldom names its time zone; empty when not told.
    started, ended : datetime.datetime or None
        In UTC; None where the time zone is not told.
    seconds : float or None
        From start to end; None when not told.
    """

    start_text: str = ""
    end_text: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    seconds: float | None = None

    @classmethod
    def from_messages(cls, messages: Iterable[GPMessage]) -> JobTimes:
        """Read the first start and the last end that the messages tell; a tool may run others."""
        start = end = ""
        seconds = None
        texts = [message.description.strip() for message in messages]
        for number, text in enumerate(texts, 1):
            if len(text) > _LONGEST:
                continue
            began, over = _START.match(text), _END.match(text)
            if began and not start:
                start = began[1]
            if over:
                end = over[1] or over[2] or ""
            span = _seconds(text) if number > len(texts) - _LAST else None
            seconds = span if span is not None else seconds
        first, last = _moment(start), _moment(end)
        if seconds is None and first and last and (first.tzinfo is None) == (last.tzinfo is None):
            seconds = max(0.0, (last - first).total_seconds())
        return cls(start, end, _known(first), _known(last), seconds)


def _seconds(text: str) -> float | None:
    span = _SPAN.search(text)
    if span is None:
        return None
    total = 0.0
    for number, unit in _PART.findall(span[1]):
        factor = next((factor for factor, starts in _UNITS if unit.lower().startswith(starts)), None)
        if factor is None:
            return None
        total += float(number.replace(",", ".")) * factor
    return total


def _moment(text: str) -> datetime | None:
    """A time in English words; naive where no zone is named."""
    if found := _LONG.search(text):
        month, day, year, hour, minute, second, half, zone = found.groups()
    elif found := _SHORT.search(text):
        month, day, hour, minute, second, year, zone = found.groups()
        half = None
    else:
        return None
    hours = int(hour) % 12 + 12 * (half == "P") if half else int(hour)
    try:
        return datetime(
            int(year), _MONTHS.index(month.lower()) + 1, int(day), hours, int(minute), int(second),
            tzinfo=UTC if zone else None,
        )  # fmt: skip
    except ValueError:
        return None


def _known(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and moment.tzinfo is not None else None
