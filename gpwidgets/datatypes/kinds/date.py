"""Moments in time: GPDate."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext, RequestContext
from gpwidgets.datatypes.datatype import PLAIN_REPLY, PLAIN_REQUEST, DataType, LiteralWriter
from gpwidgets.datatypes.value_checks import shown, wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import plain
from gpwidgets.protocol.moments import (
    from_milliseconds,
    parse_moment,
    parse_with_format,
    to_milliseconds,
)
from gpwidgets.texts import later, tr

__all__ = ["DateType", "moment_words", "shortened"]


class DateType(DataType):
    """A moment, kept as a datetime in UTC."""

    title: str = later("Date")
    example = "2025-01-31T14:00 (UTC)"
    python_types: tuple[type, ...] = (date,)
    is_chosen_by_value = True
    empty_is_none = True

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

    def encode(self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST) -> int:
        """Milliseconds since 1970-01-01 UTC, which every server understands."""
        return to_milliseconds(value)

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """A datetime in UTC; what is no date is returned as it is."""
        try:
            return self._moment(wire) or wire
        except (ValueError, OverflowError):
            return wire

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """A call such as ``datetime.datetime(2025, 1, 31, 14, 0, tzinfo=datetime.UTC)``."""
        if value != value:  # pandas' missing time calls itself a datetime
            return ast.Constant(None)
        write.imports.add("datetime")
        if not isinstance(value, datetime):
            return write.call("datetime.date", *shortened((value.year, value.month, value.day), 3))
        if hasattr(value, "to_pydatetime"):  # pandas has a class of its own, with nanoseconds
            value = value.to_pydatetime(warn=False)
        aware = value.tzinfo is not None
        if aware:  # the names of time zones would need an import of their own
            try:
                value = value.astimezone(UTC)
            except OverflowError:
                value = value.replace(tzinfo=UTC)
        day = (value.year, value.month, value.day)
        parts = (*day, value.hour, value.minute, value.second, value.microsecond)
        zone = {"tzinfo": ast.Attribute(ast.Name("datetime"), "UTC")} if aware else {}
        return write.call("datetime.datetime", *shortened(parts, 5), **zone)

    def words(self, value: Any) -> str:
        """The day, and the time where there is one."""
        return moment_words(value) if isinstance(value, datetime) else value.isoformat()


def moment_words(value: datetime) -> str:
    """A moment as people write it: midnight as a day alone, UTC by its name, other zones by their offset."""
    zone = " UTC" if value.utcoffset() == timedelta(0) else ""
    if zone == "" and value.tzinfo is not None:
        return value.isoformat(" ", "seconds")
    if (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return f"{value:%Y-%m-%d}"
    return f"{value:%Y-%m-%d %H:%M:%S}{zone}"


def shortened(parts: tuple[int, ...], least: int) -> list[ast.expr]:
    """Parts of a time, without the zeros at its end."""
    kept = list(parts)
    while len(kept) > least and not kept[-1]:
        kept.pop()
    return [ast.Constant(part) for part in kept]


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
