"""Moments, days and times of day in the spellings of servers and people; standard library only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from gpwidgets.texts import tr

__all__ = [
    "EPOCH",
    "from_milliseconds",
    "parse_day",
    "parse_moment",
    "parse_offset_moment",
    "parse_time",
    "parse_with_format",
    "to_milliseconds",
]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_DIGITS = re.compile(r"[-+]?\d{5,}")
_COMPACT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
#: Month, day and year with a time of day and an offset, each as far as it is there: the spelling of the
#: REST reference, such as ``8/2/2020 10:00:00.0000 AM -07:00``.
_AMERICAN = re.compile(
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?:,?\s+(?P<clock>\d{1,2}:.*?))?"
    r"(?:\s*(?P<offset>[-+]\d{2}:?\d{2}|Z))?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d+))?)?"
    r"(?:\s*(?P<half>[AP])\.?M\.?)?",
    re.IGNORECASE,
)


def from_milliseconds(number: float) -> datetime:
    """The moment so many milliseconds after 1970-01-01 UTC, or before it.

    Raises
    ------
    ValueError
        It is outside the years 1 to 9999.
    """
    try:
        return EPOCH + timedelta(milliseconds=number)
    except (OverflowError, ValueError):
        raise ValueError(tr("{number} milliseconds is outside the years 1 to 9999", number=number)) from None


def to_milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970-01-01 UTC; without a zone the moment is UTC."""
    span = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)) - EPOCH
    return (span.days * 86_400 + span.seconds) * 1000 + span.microseconds // 1000


def parse_moment(text: str) -> datetime:
    """A moment from ISO text, a compact date, milliseconds or the American form that servers write.

    Parameters
    ----------
    text
        Without a zone it is UTC. Eight digits are year, month and day, fourteen a time of day as well; other
        digits are milliseconds since 1970.

    Returns
    -------
    datetime.datetime
        In UTC.

    Raises
    ------
    ValueError
        The text is none of these, could be two of them, or is outside the years 1 to 9999.
    """
    text = text.strip()
    if _DIGITS.fullmatch(text):
        return _of_digits(text)
    try:
        return _utc(parse_offset_moment(text))
    except OverflowError:
        raise ValueError(tr("{text!r} is outside the years 1 to 9999", text=text)) from None
    except ValueError:
        raise ValueError(tr("{text!r} is no date", text=text)) from None


def _of_digits(text: str) -> datetime:
    compact = _compact(text)
    if compact is not None and len(text) == 12:
        # Both are plausible: 202401151430 is also a day of May 1976.
        raise ValueError(
            tr(
                "{text!r} can be milliseconds or {moment:%Y-%m-%dT%H:%M}; write the date with hyphens",
                text=text,
                moment=compact,
            )
        )
    if compact is not None:
        return compact
    if len(text) <= 8 and text[0] not in "+-":
        raise ValueError(tr("{text!r} is no date; write it as in 2025-01-31", text=text))
    return from_milliseconds(int(text))


def _compact(text: str) -> datetime | None:
    """Year, month, day and perhaps a time of day without any mark between them."""
    form = _COMPACT.get(len(text))
    if form is None or (len(text) > 8 and not "1800" <= text[:4] <= "2199"):
        return None
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def parse_day(text: str) -> date:
    """A day from ``2025-01-31``, ``20250131`` or ``1/31/2025``; a time of day after it is left out.

    Raises
    ------
    ValueError
        The text is none of these.
    """
    return parse_offset_moment(text).date()


def _text(value: object) -> str:
    """The text of what a server sends as one."""
    if not isinstance(value, str):
        raise ValueError(tr("{value!r} is no text", value=str(value)[:60]))
    return value.strip()


def parse_time(text: str) -> time:
    """A time of day from ``14:05``, ``14:05:00.5`` or ``2:05 PM``.

    Raises
    ------
    ValueError
        The text is none of these.
    """
    text = _text(text)
    found = _CLOCK.fullmatch(text)
    if found is None:
        return time.fromisoformat(text)
    hour, half = int(found["hour"]), (found["half"] or "").upper()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(tr("{text!r} is no time of day", text=text))
        hour = hour % 12 + (12 if half == "P" else 0)
    micro = int((found["fraction"] or "0")[:6].ljust(6, "0"))
    return time(hour, int(found["minute"]), int(found["second"] or 0), micro)


def parse_offset_moment(text: str) -> datetime:
    """A moment with the offset that the text gives, none where it gives none.

    Parameters
    ----------
    text
        ISO 8601, or ``8/2/2020 10:00:00.0000 AM -07:00``.

    Raises
    ------
    ValueError
        The text is neither.
    """
    text = _text(text)
    found = _AMERICAN.fullmatch(text)
    if found is None:
        return datetime.fromisoformat(text)
    day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    clock = parse_time(found["clock"]) if found["clock"] else time()
    offset = found["offset"]
    zone = datetime.fromisoformat(f"2000-01-01T00:00{offset.upper()}").tzinfo if offset else None
    return datetime.combine(day, clock, zone)


#: Letters of date formats, as .NET, Java and ArcGIS have them, and what strptime has for them.
_LETTERS: Mapping[str, str] = {
    **dict.fromkeys(("yyyy", "yyy", "y", "uuuu"), "%Y"),
    "yy": "%y",
    **dict.fromkeys(("M", "MM"), "%m"),
    "MMM": "%b",
    "MMMM": "%B",
    **dict.fromkeys(("d", "dd"), "%d"),
    **dict.fromkeys(("ddd", "E", "EE", "EEE"), "%a"),
    **dict.fromkeys(("dddd", "EEEE"), "%A"),
    **dict.fromkeys(("H", "HH"), "%H"),
    **dict.fromkeys(("h", "hh"), "%I"),
    **dict.fromkeys(("m", "mm"), "%M"),
    **dict.fromkeys(("s", "ss"), "%S"),
    **dict.fromkeys(("S", "SS", "SSS", "SSSSSS", "f", "ff", "fff", "ffffff"), "%f"),
    **dict.fromkeys(("t", "tt", "a", "aa"), "%p"),
    **dict.fromkeys(("z", "zz", "zzz", "Z", "ZZ", "K", "X", "XX", "XXX", "xxx"), "%z"),
}
_PART = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|.", re.DOTALL)


def parse_with_format(text: str, form: str) -> datetime:
    """A moment in a format of letters, such as ``M/d/yyyy h:mm:ss tt``; UTC where it has no offset.

    Raises
    ------
    ValueError
        The format has letters that are not known, or the text is not written like this.
    """
    python = "".join(_directive(found, form) for found in _PART.finditer(form.strip()))
    if "%I" in python and "%p" not in python:
        raise ValueError(
            tr("the format {form!r} has hours to 12 without AM and PM; write H for hours to 24", form=form)
        )
    if not ("%Y" in python or "%y" in python):
        raise ValueError(tr("the format {form!r} names no year", form=form))
    try:
        return _utc(datetime.strptime(text.strip(), python))
    except OverflowError:
        raise ValueError(tr("{text!r} is outside the years 1 to 9999", text=text)) from None
    except ValueError:
        raise ValueError(tr("{text!r} is no date in the format {form!r}", text=text, form=form)) from None


def _directive(found: re.Match[str], form: str) -> str:
    part = found[0]
    if found[1] is not None:  # in quotes; two of them stand for one
        return (found[1].replace("''", "'") or "'").replace("%", "%%")
    if not part[0].isalpha() or not part[0].isascii() or part == "T":
        return part.replace("%", "%%")
    if part not in _LETTERS:
        raise ValueError(tr("the format {form!r} has {part!r}, which is not known", form=form, part=part))
    return _LETTERS[part]


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
