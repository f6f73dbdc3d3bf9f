"""Missing values never become text: they are null, or an error in words that names their row."""

import decimal
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.datatypes.registry import check_value, datatype_of
from gpwidgets.datatypes.value_checks import form_text
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import is_missing, without_missing

MISSING = [
    None,
    float("nan"),
    np.nan,
    np.float32("nan"),
    np.datetime64("NaT"),
    np.timedelta64("NaT"),
    pd.NaT,
    pd.NA,
    Decimal("NaN"),
    Decimal("sNaN"),
    np.ma.masked,
]
PRESENT = [0, 0.0, "", "nan", False, Decimal(0), np.int64(0), [], {}, pd.Timestamp("2025-01-01"), np.str_("")]
missing = st.sampled_from(MISSING)
FURTHER = ["GPSQLExpression", "GPStringHidden", "GPExtent", "GPComposite", "New"]
KINDS = ["GPString", "GPLong", "GPDouble", "GPBoolean", "GPDate", "GPLinearUnit", "Field", "GPDataFile"]
COLUMNS = [
    {"name": name, "dataType": kind} for name, kind in zip("abcd", (*KINDS[:3], "GPDate"), strict=True)
]


def parameter(kind: str, **more: Any) -> GPParameter:
    return GPParameter.from_json({"name": "In", "dataType": kind, **more})


@pytest.mark.parametrize("value", MISSING, ids=repr)
def test_every_way_to_write_nothing_is_known(value: object) -> None:
    assert is_missing(value)


@pytest.mark.parametrize("value", PRESENT, ids=repr)
def test_zero_false_and_empty_are_values(value: object) -> None:
    assert not is_missing(value)


def test_frames_and_arrays_are_not_compared() -> None:
    assert not is_missing(pd.DataFrame({"a": [np.nan]}))
    assert not is_missing(np.array([np.nan]))


@pytest.mark.parametrize(
    "kind", [*KINDS, "GPSQLExpression", "GPStringHidden", "GPExtent", "GPComposite", "New"]
)
@pytest.mark.parametrize("value", MISSING[1:], ids=repr)
def test_a_missing_value_alone_is_refused(kind: str, value: object) -> None:
    with pytest.raises(ParameterError, match="missing"):
        check_value(parameter(kind), value)


@pytest.mark.parametrize("kind", [*KINDS, "GPFeatureRecordSetLayer", "GPRecordSet"])
@pytest.mark.parametrize("value", MISSING, ids=repr)
def test_a_missing_value_of_a_list_is_named_by_its_place(kind: str, value: object) -> None:
    with pytest.raises(ParameterError, match="value 1"):
        check_value(parameter(f"GPMultiValue:{kind}"), [value])


@given(st.lists(st.tuples(*[missing] * 4), min_size=1), st.sampled_from(["lists", "objects", "frame"]))
def test_missing_cells_of_a_table_are_null(rows: list[tuple[Any, ...]], form: str) -> None:
    table = parameter("GPValueTable", parameterInfos=COLUMNS)
    given_rows: Any = {
        "lists": rows,
        "objects": [dict(zip("abcd", row, strict=True)) for row in rows],
        "frame": pd.DataFrame(rows, columns=list("abcd"), dtype=object),
    }[form]
    checked = check_value(table, given_rows)
    assert json.loads(form_text(datatype_of(table).encode(checked, table))) == [[None] * 4] * len(rows)


@pytest.mark.parametrize("dtype", ["Int64", "int64[pyarrow]", "float64", "object"])
def test_whole_numbers_stay_whole_beside_missing_ones(dtype: str) -> None:
    if "pyarrow" in dtype:
        pytest.importorskip("pyarrow")
    table = parameter("GPValueTable", parameterInfos=COLUMNS[1:2])
    assert check_value(table, pd.DataFrame({"b": pd.array([7, None], dtype=dtype)})) == [[7], [None]]


def test_rows_of_a_table_that_is_not_described_have_null_too() -> None:
    assert check_value(parameter("GPValueTable"), [[1, pd.NA], {"x": np.nan, "y": "z"}]) == [
        [1, None],
        {"x": None, "y": "z"},
    ]


@pytest.mark.parametrize("row", [{"A": 1, "B": 2}, {"a": 1, "b": 2}, {"First one": 1, "b": 2}, [1, 2]])
def test_cells_are_found_by_name_title_or_place(row: Any) -> None:
    columns = [
        {"name": "a", "dataType": "GPLong", "displayName": "First one"},
        {"name": "b", "dataType": "GPLong", "displayName": "Second"},
    ]
    assert check_value(parameter("GPValueTable", parameterInfos=columns), [row]) == [[1, 2]]


@pytest.mark.parametrize(
    "rows", [[{"a": "x", "c": 1.5}, {"a": "x", "zz": 1}], pd.DataFrame({"a": ["x"], "zz": [1]})]
)
def test_a_column_that_the_table_does_not_have_is_named(rows: Any) -> None:
    with pytest.raises(ParameterError, match=r"row \d: there is no column 'zz'; the columns are a, b, c, d"):
        check_value(parameter("GPValueTable", parameterInfos=COLUMNS), rows)


def test_rows_by_name_are_refused_where_columns_share_one() -> None:
    table = parameter("GPValueTable", parameterInfos=[COLUMNS[1], COLUMNS[1]])
    with pytest.raises(ParameterError, match="give the row as a list"):
        check_value(table, [{"b": 1}])
    assert check_value(table, pd.DataFrame([[1, 2]])) == [[1, 2]]


@given(
    st.recursive(
        missing | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_texts_have_null_for_what_is_missing(value: Any) -> None:
    if isinstance(value, list | dict):
        text = check_value(parameter("GPString"), value)
        assert json.loads(text, parse_constant=pytest.fail) == without_missing(value)


@pytest.mark.parametrize("value", [{"a": b"x"}, [float("inf")], [{1, 2}], b"text", Decimal("NaN")])
def test_what_json_cannot_hold_is_no_text(value: object) -> None:
    with pytest.raises(ParameterError, match="In: "):
        check_value(parameter("GPString"), value)


@pytest.mark.parametrize("value", [Decimal("2.5"), Fraction(5, 2), np.float32(2.5), "2.5"])
def test_numbers_of_every_sort_are_numbers(value: object) -> None:
    assert check_value(parameter("GPDouble"), value) == 2.5
    with decimal.localcontext():
        assert check_value(parameter("GPLong"), Decimal(7)) == 7


@pytest.mark.parametrize("value", [pd.Timedelta(days=3), np.timedelta64(3 * 86_400 * 10**9, "ns")])
def test_a_span_is_as_long_as_it_was(value: object) -> None:
    span = check_value(parameter("GPTimeUnit"), value)
    assert (span.time, span.units) == (3, "esriTimeUnitsDays")
    with pytest.raises(ParameterError, match="not a number with a unit"):
        check_value(parameter("GPLinearUnit"), value)
