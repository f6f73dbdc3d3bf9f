"""Rows are found and sorted as one by one, whatever is in their columns."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.convert.tables.row_finder import RowFinder
from gpwidgets.protocol.frame_info import keep_frame_info
from gpwidgets.protocol.missing import is_missing
from gpwidgets.widgets.words.cells import FrameTexts, cell_text

ZONES = [None, "UTC", "Europe/Oslo"]
_moments = st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(2050, 1, 1))
_whole = st.integers(-(2**63), 2**63 - 1)
_texts = st.text("aAbß1-. ", max_size=3)


def column(values: st.SearchStrategy[Any], dtype: Any = None) -> st.SearchStrategy[pd.Series[Any]]:
    return st.lists(values, min_size=6, max_size=6).map(lambda told: pd.Series(told, dtype=dtype))


COLUMNS = st.one_of(
    column(_whole, "int64"),
    column(_whole | st.none(), "Int64"),
    column(st.integers(0, 2**64 - 1), "uint64"),
    column(st.floats() | st.none(), "float64"),
    column(st.booleans()),
    column(st.booleans() | st.none(), "boolean"),
    column(_texts | st.none(), "object"),
    column(_texts | st.none(), "string"),
    column(_texts.map(str), "category"),
    column(_texts | _whole | st.none() | st.floats(), "object"),
    column(st.lists(st.integers(0, 3), max_size=2), "object"),
    column(st.dates().map(lambda day: day) | st.none(), "object"),
    column(st.decimals(allow_nan=False, allow_infinity=False, places=2) | st.none(), "object"),
    st.tuples(column(_moments | st.none(), "datetime64[us]"), st.sampled_from(ZONES)).map(
        lambda told: told[0] if told[1] is None else told[0].dt.tz_localize("UTC").dt.tz_convert(told[1])
    ),
)
WANTED = st.one_of(
    _texts, st.sampled_from(["1", "77", "2", "-", ".", "e", "nan", "inf", "yes", "UTC", "00", ":"])
)


@given(columns=st.lists(COLUMNS, min_size=1, max_size=3), wanted=WANTED, where=st.sets(st.integers(0, 5)))
def test_the_same_rows_are_found_as_one_by_one(columns: list[Any], wanted: str, where: set[int]) -> None:
    frame = pd.concat(columns, axis=1, keys=[f"c{number}" for number in range(len(columns))])
    texts = FrameTexts(frame)
    finder = RowFinder(frame, range(len(columns)), texts)
    word = wanted.strip().casefold()
    slowly = [
        row
        for row in range(len(frame))
        if not word or any(word in texts.text(name, frame[name].iloc[row]).casefold() for name in frame)
    ]
    assert finder.with_text(wanted).tolist() == slowly
    assert finder.with_text(wanted, sorted(where)).tolist() == [row for row in slowly if row in where]


#: Numbers around the places where they are written in another way, and where rounding is in doubt.
_delicate = st.builds(
    lambda digits, exponent, sign: sign * digits * 10.0**exponent,
    st.one_of(st.integers(0, 10**8), st.sampled_from([9999995, 9999994, 1000005, 999999, 1000000, 5, 1])),
    st.integers(-14, 10),
    st.sampled_from([1, -1]),
)
_DELICATE_NUMBERS = st.one_of(_delicate, st.floats(), st.floats(-1e7, 1e7), st.just(-0.0))
DELICATE = st.one_of(
    column(_DELICATE_NUMBERS, "float64"),
    column(st.none() | st.floats(width=32), "float32"),
    column(st.none() | _DELICATE_NUMBERS, "Float64"),
    column(_whole | st.sampled_from([0, 9, 10, -10, 99, -100, 999, 1000, -(2**63)]), "int64"),
    column(st.none() | st.integers(-128, 127), "Int8"),
    column(st.integers(0, 2**64 - 1), "uint64"),
    st.tuples(
        column(st.none() | _moments | _moments.map(lambda told: told.replace(hour=0, minute=0, second=0))),
        st.sampled_from(["datetime64[s]", "datetime64[us]", "datetime64[ns]"]),
        st.sampled_from([*ZONES, "Europe/London", "America/St_Johns"]),
    ).map(lambda told: _in_zone(told[0].astype(told[1]), told[2])),
)


def _in_zone(moments: pd.Series[Any], zone: str | None) -> pd.Series[Any]:
    return moments if zone is None else moments.dt.tz_localize("UTC").dt.tz_convert(zone)


@given(values=DELICATE, data=st.data())
def test_numbers_and_moments_are_found_by_each_part_of_what_is_read(values: Any, data: Any) -> None:
    frame = values.to_frame("c")
    texts = [FrameTexts(frame).text("c", value).casefold() for value in values]
    whole = data.draw(st.sampled_from(texts))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    finder = RowFinder(frame, [0], FrameTexts(frame))
    for wanted in (whole, whole[start:end].strip()):
        assert finder.with_text(wanted).tolist() == [row for row, text in enumerate(texts) if wanted in text]


@given(values=COLUMNS, descending=st.booleans(), where=st.sets(st.integers(0, 5)))
def test_rows_come_in_the_same_order_as_one_by_one(values: Any, descending: bool, where: set[int]) -> None:
    frame = values.to_frame("c")
    found = RowFinder(frame, [0], FrameTexts(frame)).in_order(
        np.array(sorted(where), dtype=np.int64), 0, descending=descending
    )
    listed = list(values)
    there = [row for row in sorted(where) if not is_missing(listed[row])]
    there.sort(key=key_of(listed), reverse=descending)
    assert found.tolist() == there + [row for row in sorted(where) if is_missing(listed[row])]


def key_of(values: list[Any]) -> Any:
    """What one value is sorted by: itself, texts whatever their case; by its words where kinds are mixed."""
    there = [value for value in values if not is_missing(value)]
    try:
        sorted(there)
    except TypeError:
        return lambda row: cell_text(values[row]).casefold()
    if there and isinstance(there[0], str):
        return lambda row: str(values[row]).casefold()
    return lambda row: values[row]


def test_coded_values_are_found_by_their_names() -> None:
    frame = pd.DataFrame({"KIND": [1, 2, 3]})
    names = [{"code": 1, "name": "Road"}, {"code": 2, "name": "Path"}]
    keep_frame_info(frame, {"domains": {"KIND": {"type": "codedValue", "codedValues": names}}})
    finder = RowFinder(frame, [0], FrameTexts(frame))
    assert finder.with_text("road").tolist() == [0]
    assert finder.with_text("3").tolist() == [2]


def test_a_missing_decimal_is_last() -> None:
    frame = pd.DataFrame({"c": [decimal.Decimal("NaN"), decimal.Decimal(2), decimal.Decimal(1)]})
    finder = RowFinder(frame, [0], FrameTexts(frame))
    assert finder.in_order(finder.with_text(""), 0, descending=False).tolist() == [2, 1, 0]


@pytest.mark.parametrize("text", ["", "x"])
def test_a_frame_without_rows_has_none(text: str) -> None:
    frame = pd.DataFrame({"a": pd.Series([], dtype="float64"), "b": pd.Series([], dtype="object")})
    finder = RowFinder(frame, [0, 1], FrameTexts(frame))
    for place in (0, 1):
        assert finder.in_order(finder.with_text(text), place, descending=True).tolist() == []
