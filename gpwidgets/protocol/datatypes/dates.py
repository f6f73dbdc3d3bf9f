"""Moments in time: GPDate."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from gpwidgets.protocol.datatypes.base import DataTypeCodec, data_type, plain, shown, wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.texts import tr

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = re.compile(r"^[-+]?\d{5,}$")
_US_FORMS = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y")
_JAVA_TO_STRPTIME = (("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"))


def from_milliseconds(number: float) -> datetime:
    """The moment so many milliseconds after 1970-01-01 UTC, or before it.

    Raises
    ------
    ValueError
        It is outside the years 1 to 9999.
    """
    try:
        return _EPOCH + timedelta(milliseconds=number)
    except (OverflowError, ValueError):
        raise ValueError(tr("{number} milliseconds is outside the years 1 to 9999", number=number)) from None


def parse_moment(text: str) -> datetime:
    """A moment from ISO text, milliseconds or the US form that servers write; UTC when no zone is given.

    Raises
    ------
    ValueError
        The text is none of these.
    """
    text = text.strip()
    if _MILLISECONDS.match(text):
        return from_milliseconds(int(text))
    try:
        return _utc(datetime.fromisoformat(text))
    except ValueError:
        pass
    for form in _US_FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise ValueError(tr("{text!r} is no date", text=text))


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@data_type("GPDate")
class DateType(DataTypeCodec):
    """A moment, kept as a datetime in UTC."""

    example = "2025-01-31T14:00 (UTC)"

    def check(self, value: Any, parameter: GPParameter) -> datetime:
        """A datetime in UTC, from datetime, date, Timestamp, ISO text or milliseconds."""
        try:
            moment = self._moment(plain(value))
        except (ValueError, OverflowError) as error:
            raise wrong(
                parameter, tr("{error}; enter one such as {example}.", error=error, example=tr(self.example))
            ) from None
        if moment is None:
            raise wrong(
                parameter,
                tr(
                    "{shown} is no date; enter one such as {example}.",
                    shown=shown(value),
                    example=tr(self.example),
                ),
            )
        return moment

    @staticmethod
    def _moment(value: Any) -> datetime | None:
        if hasattr(value, "to_pydatetime"):
            # Nanoseconds do not exist on the wire; a missing Timestamp is no date.
            value = value.floor("us").to_pydatetime() if value == value else None
        if isinstance(value, datetime):
            return _utc(value)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        if isinstance(value, str):
            return parse_moment(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return from_milliseconds(value)
        if isinstance(value, Mapping):
            return _from_object(value)
        return None

    def encode(self, value: Any, parameter: GPParameter) -> int:
        """Milliseconds since 1970-01-01 UTC, which every server understands."""
        span: timedelta = value - _EPOCH
        return (span.days * 86_400 + span.seconds) * 1000 + span.microseconds // 1000

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """A datetime in UTC; what is no date is returned as it is."""
        try:
            return self._moment(wire) or wire
        except (ValueError, OverflowError):
            return wire


def _from_object(value: Mapping[str, Any]) -> datetime:
    text, form = str(value.get("date") or ""), str(value.get("format") or "")
    for java, python in _JAVA_TO_STRPTIME:
        form = form.replace(java, python)
    return datetime.strptime(text, form).replace(tzinfo=UTC) if form else parse_moment(text)
