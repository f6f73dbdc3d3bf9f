"""Moments in time: GPDate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from gpwidgets.datatypes.datatype import DataTypeCodec, data_type, shown, wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import plain
from gpwidgets.protocol.moments import (
    from_milliseconds,
    parse_moment,
    parse_with_format,
    to_milliseconds,
)
from gpwidgets.texts import later, tr


@data_type("GPDate")
class DateType(DataTypeCodec):
    """A moment, kept as a datetime in UTC."""

    title: str = later("Date")
    example = "2025-01-31T14:00 (UTC)"

    def check(self, value: Any, parameter: GPParameter) -> datetime:
        """A datetime in UTC of whole milliseconds.

        It is made from datetime, date, Timestamp, datetime64, text, milliseconds or the wire's object.
        """
        try:
            _refuse_compact(plain(value))
            moment = self._moment(value)
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
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    @staticmethod
    def _moment(value: Any) -> datetime | None:
        value = plain(value)
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
        return to_milliseconds(value)

    def decode(self, wire: Any, parameter: GPParameter) -> Any:
        """A datetime in UTC; what is no date is returned as it is."""
        try:
            return self._moment(wire) or wire
        except (ValueError, OverflowError):
            return wire


def _refuse_compact(value: Any) -> None:
    """Refuse a number such as 20240115, which in milliseconds is in the first hours of 1970."""
    digits = str(value) if isinstance(value, int) and 19_000_000 < value < 22_000_000 else ""
    try:
        day = date.fromisoformat(digits)
    except ValueError:
        return
    raise ValueError(
        tr(
            "{number} in milliseconds is in the first hours of 1970; a day is given as text, {day!r}",
            number=value,
            day=day.isoformat(),
        )
    )


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _from_object(value: Mapping[str, Any]) -> datetime:
    """The wire's object with a date and the format it is written in."""
    text, form = str(value.get("date") or ""), str(value.get("format") or "")
    return parse_with_format(text, form) if form else parse_moment(text)
