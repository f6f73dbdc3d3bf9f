"""Dates in the spellings of servers and people: each is one moment, or refused in words."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.moments import (
    from_milliseconds,
    parse_day,
    parse_moment,
    parse_offset_moment,
    parse_time,
    parse_with_format,
    to_milliseconds,
)

WHEN = GPParameter.from_json(
    {"name": "When", "dataType": "GPDate", "direction": "esriGPParameterDirectionInput"}
)
PLUS_TWO = timezone(timedelta(hours=2))
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def checked(value: object) -> datetime:
    moment = datatype_of(WHEN).check(value, WHEN)
    assert isinstance(moment, datetime)
    return moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20240115", datetime(2024, 1, 15, tzinfo=UTC)),
        ("20240229143000", datetime(2024, 2, 29, 14, 30, tzinfo=UTC)),
        ("20240115T1430", datetime(2024, 1, 15, 14, 30, tzinfo=UTC)),
        ("1704067200000", datetime(2024, 1, 1, tzinfo=UTC)),
        ("-86400000", datetime(1969, 12, 31, tzinfo=UTC)),
        ("12/31/1999 11:59:59 PM", datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("8/2/2020 10:00:00.0000 AM -07:00", datetime(2020, 8, 2, 17, tzinfo=UTC)),
        ("2024-01-15T14:00:00.250+02:00", datetime(2024, 1, 15, 12, 0, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_a_text_is_the_moment_that_it_reads_as(text: str, moment: datetime) -> None:
    assert checked(text) == moment


@pytest.mark.parametrize(
    "value",
    [
        "202401",
        "2024015",
        "20241301",
        "15012024",
        "202401151430",
        "86400000",
        "253402325999000",
        "9999-12-31T23:59:59-05:00",
        "13/31/2024",
        "nan",
        "NaT",
        "",
        20240115,
        np.int64(19991231),
        True,
        float("nan"),
        pd.NaT,
        pd.NA,
        np.datetime64("NaT"),
        {"date": "1/2/2025 3:00", "format": "M/d/yyyy h:mm"},
        {"date": "1/2/2025", "format": "M/d/QQ"},
        {"date": "1/2", "format": "M/d"},
        {"date": "31/1/2025", "format": "M/d/yyyy"},
        {"format": "M/d/yyyy"},
    ],
)
def test_what_could_be_another_day_is_refused_in_words(value: object) -> None:
    with pytest.raises(ParameterError, match=r"When: .*; enter one such as 2025"):
        checked(value)


@given(moments, offsets)
@example(datetime(2025, 10, 26, 0, 30, tzinfo=UTC), PLUS_TWO)
def test_every_spelling_of_a_moment_is_that_moment(moment: datetime, zone: timezone) -> None:
    there = moment.astimezone(zone)
    assert checked(there) == checked(there.isoformat()) == checked(pd.Timestamp(there)) == moment
    assert checked(np.datetime64(moment.replace(tzinfo=None), "ms")) == moment
    assert from_milliseconds(to_milliseconds(moment)) == moment
    assert datatype_of(WHEN).decode(datatype_of(WHEN).encode(moment, WHEN), WHEN) == moment


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2068, 12, 31)).map(
        lambda moment: moment.replace(microsecond=0)
    )
)
def test_every_letter_of_a_format_is_understood(moment: datetime) -> None:
    clock = f"{moment.hour % 12 or 12}:{moment:%M:%S %p}"
    spellings = {
        "M/d/yyyy H:mm:ss": f"{moment.month}/{moment.day}/{moment.year} {moment.hour}:{moment:%M:%S}",
        "MM/dd/yy HH:mm:ss": f"{moment:%m/%d/%y %H:%M:%S}",
        "d MMM yyyy h:mm:ss tt": f"{moment.day} {moment:%b} {moment.year} {clock}",
        "dddd, MMMM d, yyyy hh:mm:ss a": f"{moment:%A, %B} {moment.day}, {moment.year} {moment:%I:%M:%S %p}",
        "yyyyMMddHHmmss": f"{moment:%Y%m%d%H%M%S}",
        "yyyy-MM-dd'T'HH:mm:ss.SSSXXX": f"{moment:%Y-%m-%dT%H:%M:%S}.000+00:00",
    }
    for form, text in spellings.items():
        assert checked({"date": text, "format": form}) == moment.replace(tzinfo=UTC), form


def test_a_percent_sign_in_a_format_is_a_percent_sign() -> None:
    assert parse_with_format("100% 2025", "100% yyyy").year == 2025


@given(st.dates(date(1000, 1, 1)), st.times().map(lambda clock: clock.replace(microsecond=0)))
def test_american_days_and_times_are_those_of_the_iso_form(day: date, clock: time) -> None:
    american = f"{clock.hour % 12 or 12}:{clock:%M:%S} {clock:%p}"
    assert parse_day(f"{day.month}/{day.day}/{day.year}") == parse_day(day.isoformat()) == day
    assert parse_time(american) == parse_time(clock.isoformat()) == clock
    whole = parse_offset_moment(f"{day.month}/{day.day}/{day.year} {american} -07:00")
    assert whole == parse_offset_moment(f"{day}T{clock}-07:00")
    assert whole.utcoffset() == timedelta(hours=-7)


@pytest.mark.parametrize("text", ["13:00 PM", "0:30 AM", "25:00", "10:00:00 XM", "noon"])
def test_a_time_that_no_clock_shows_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(text)


def test_fractions_below_a_millisecond_are_gone_before_anything_is_sent() -> None:
    assert checked(datetime(2025, 1, 31, 0, 0, 0, 123_999, tzinfo=UTC)).microsecond == 123_000
    assert parse_moment("2025-01-31T00:00:00.123999").microsecond == 123_999
