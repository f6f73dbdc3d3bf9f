"""Cells that are missing, of 64 bits, of bytes or at the ends of time, in frames, tables and texts."""

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.convert.featuresets.frames import frame_to_records, read_features, write_features
from gpwidgets.convert.tables.plain import check_columns
from gpwidgets.convert.user_input.readers import to_frame, to_table
from gpwidgets.errors import ConversionError, DateOutOfRange

pa = pytest.importorskip("pyarrow")

ALL_SORTS = [pa.timestamp("us"), pa.date32(), pa.int32(), pa.bool_(), pa.null()]
MISSING = [None, np.nan, pd.NaT, pd.NA, Decimal("NaN"), np.datetime64("NaT")]
UNWRITABLE = [b"abc", bytearray(b"x"), memoryview(b"x"), {"a": [b"x"]}, 1 + 2j]
DAY = datetime.date(2020, 1, 1)
NOON = datetime.datetime(2020, 1, 1, 12)


def sent(values: Any) -> tuple[str, list[Any]]:
    told = frame_to_records(pd.DataFrame({"v": values}))
    return told["fields"][0]["type"].removeprefix("esriFieldType"), [
        row["attributes"]["v"] for row in told["features"]
    ]


@pytest.mark.parametrize(
    ("arrow", "value", "kind", "wire"),
    [
        (pa.timestamp("s"), NOON, "Date", 1577880000000),
        (pa.timestamp("us"), NOON, "Date", 1577880000000),
        (pa.timestamp("ns", "Europe/Berlin"), NOON, "Date", 1577880000000),
        (pa.timestamp("ms"), datetime.datetime(9999, 12, 31), "Date", 253402214400000),
        (pa.date32(), DAY, "Date", 1577836800000),
        (pa.date64(), DAY, "Date", 1577836800000),
        (pa.time64("us"), datetime.time(1, 2), "String", "01:02:00"),
        (pa.decimal128(5, 2), Decimal("1.50"), "Double", 1.5),
        (pa.bool_(), True, "SmallInteger", 1),
        (pa.int64(), 2**53 + 1, "BigInteger", 2**53 + 1),
        (pa.int16(), 7, "SmallInteger", 7),
        (pa.uint32(), 7, "Integer", 7),
        (pa.float32(), 0.5, "Double", 0.5),
        (pa.string(), "nan", "String", "nan"),
        (pa.large_string(), "a", "String", "a"),
        (pa.dictionary(pa.int32(), pa.string()), "a", "String", "a"),
        (pa.list_(pa.int64()), [1, 2], "String", "[1,2]"),
        (pa.struct([("a", pa.int64())]), {"a": 1}, "String", '{"a":1}'),
    ],
    ids=str,
)
def test_columns_of_arrow_keep_values_beside_missing_ones(
    arrow: pa.DataType, value: Any, kind: str, wire: Any
) -> None:
    column = pd.array(pa.array([value, None], arrow).to_pylist(), dtype=pd.ArrowDtype(arrow))
    assert sent(column) == (kind, [wire, None])


@pytest.mark.parametrize(
    "arrow", [pa.timestamp("us"), pa.date32(), pa.int32(), pa.string(), pa.null()], ids=str
)
def test_a_column_of_arrow_may_be_all_missing(arrow: pa.DataType) -> None:
    assert sent(pd.array([None, None], dtype=pd.ArrowDtype(arrow)))[1] == [None, None]


@pytest.mark.parametrize(
    "missing", [None, np.nan, pd.NaT, pd.NA, Decimal("NaN"), np.datetime64("NaT")], ids=repr
)
@pytest.mark.parametrize("value", ["a", 7, 0.5, True, NOON, DAY, Decimal("0.5"), [1]], ids=repr)
def test_objects_keep_values_beside_missing_ones(value: Any, missing: Any) -> None:
    kind, (first, second) = sent(pd.Series([value, missing], dtype=object))
    assert second is None
    assert (kind, [first]) == sent(pd.Series([value], dtype=object))


@pytest.mark.parametrize(
    "value",
    [b"abc", bytearray(b"x"), memoryview(b"x"), {"a": [b"x"]}, 1 + 2j],
    ids=lambda value: type(value).__name__,
)
def test_bytes_are_refused_with_their_column_and_row(value: Any) -> None:
    frame = geopandas.GeoDataFrame(
        {"wkb": pd.Series([None, value], dtype=object)}, geometry=[shapely.Point(1, 2)] * 2, crs=4326
    )
    for refuse in (write_features, check_columns):
        with pytest.raises(ConversionError, match=r"'wkb' holds .* in row 2"):
            refuse(frame)


@pytest.mark.parametrize("dtype", ["float64", "Float64", "double[pyarrow]", "object"])
def test_infinite_numbers_are_refused_before_anything_is_sent(dtype: str) -> None:
    with pytest.raises(ConversionError, match="'v' holds an infinite number in row 2"):
        check_columns(pd.DataFrame({"v": pd.array([1.0, float("inf")], dtype=dtype)}))
    check_columns(pd.DataFrame({"v": pd.array([1.0, None], dtype=dtype)}))


cells = st.none() | st.integers(-(2**62), 2**62)


@given(st.lists(cells, min_size=1), st.sampled_from(["dicts", "columns", "json", "points"]))
def test_long_numbers_keep_their_digits_beside_missing_ones(values: list[int | None], form: str) -> None:
    rows = [{"n": value, "x": 1.5, "y": 2} for value in values]
    table: Any = {
        "dicts": lambda: to_table(rows),
        "columns": lambda: to_table({"n": values}),
        "json": lambda: to_table(json.dumps(rows)),
        "points": lambda: to_frame(rows),
    }[form]()
    assert sent(table["n"])[1] == values


def test_properties_of_geojson_keep_their_digits() -> None:
    point = {"type": "Point", "coordinates": [1, 2]}
    rows = [{"type": "Feature", "geometry": point, "properties": {"n": n}} for n in (2**60 + 1, None)]
    frame = to_frame({"type": "FeatureCollection", "features": rows})
    assert sent(frame["n"]) == ("BigInteger", [2**60 + 1, None])


def test_a_text_table_keeps_codes_and_the_country_na(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("country,zip,count,share,open\nNA,01001,9007199254740993,1.5,true\nDE,,,,\n")
    table = to_table(path)
    assert [sent(table[name])[1] for name in table] == [
        ["NA", "DE"],
        ["01001", None],
        [9007199254740993, None],
        [1.5, None],
        [1, None],
    ]


def test_numbers_with_na_of_r_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("a;b\n1,5;NA\nNA;3\n")
    table = to_table(path)
    assert sent(table["a"]) == ("Double", [1.5, None])
    assert sent(table["b"]) == ("Integer", [None, 3])


def points(fields: list[dict[str, Any]], *rows: dict[str, Any]) -> bytes:
    features = [{"attributes": row, "geometry": {"x": 1, "y": 2}} for row in rows]
    return orjson.dumps({"geometryType": "esriGeometryPoint", "fields": fields, "features": features})


@pytest.mark.parametrize(("ident", "length"), [(4503599627370490, None), (5, 8), (2**31, None)])
def test_object_ids_of_64_bits_say_so(ident: int, length: int | None) -> None:
    field = {"name": "ID", "type": "esriFieldTypeOID", **({"length": length} if length else {})}
    written = orjson.loads(write_features(read_features(points([field], {"ID": ident}))))
    assert written["fields"][0]["length"] == 8
    assert written["features"][0]["attributes"]["ID"] == ident


def test_short_object_ids_say_nothing_of_their_length() -> None:
    field = {"name": "ID", "type": "esriFieldTypeOID"}
    assert (
        "length" not in orjson.loads(write_features(read_features(points([field], {"ID": 5}))))["fields"][0]
    )


def test_american_days_times_and_moments_of_a_result_are_typed() -> None:
    kinds = ("DateOnly", "TimeOnly", "TimestampOffset", "Date")
    fields = [{"name": kind, "type": f"esriFieldType{kind}"} for kind in kinds]
    row = {
        "DateOnly": "12/31/1999",
        "TimeOnly": "12:30:15 AM",
        "TimestampOffset": "1/2/2003 4:05:06.5000 PM +05:30",
        "Date": "1/2/2003 4:05:06 PM",
    }
    frame = read_features(points(fields, row, dict.fromkeys(kinds)))
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    assert frame.DateOnly.tolist() == [datetime.date(1999, 12, 31), None]
    assert frame.TimeOnly.tolist() == [datetime.time(0, 30, 15), None]
    assert frame.TimestampOffset.tolist() == [datetime.datetime(2003, 1, 2, 16, 5, 6, 500_000, zone), None]
    assert frame.Date[0] == pd.Timestamp("2003-01-02T16:05:06Z")


@pytest.mark.parametrize("moment", [253402325999000, -62135596800001, 2**53])
def test_a_date_that_no_column_can_hold_is_said(moment: int) -> None:
    body = points([{"name": "TO", "type": "esriFieldTypeDate"}], {"TO": moment}, {"TO": 0})
    with pytest.warns(DateOutOfRange, match="TO: 1 dates"):
        frame = read_features(body)
    assert frame.TO.isna().tolist() == [True, False]


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 2**64 - 1, 10**30])
@pytest.mark.parametrize("dtype", ["uint64", "UInt64", "uint64[pyarrow]", "object"])
def test_numbers_of_more_than_64_bits_are_refused(value: int, dtype: str) -> None:
    if dtype != "object" and not 0 <= value < 2**64:
        pytest.skip("the column cannot hold it")
    # Not by pandas.array, which may make 0 of the largest.
    table = pd.DataFrame({"n": pd.Series([1, value], dtype=dtype)})
    for refuse in (check_columns, frame_to_records):
        with pytest.raises(ConversionError, match="'n' holds a whole number of more than 64 bits in row 2"):
            refuse(table)
    assert sent(pd.Series([1, 2**63 - 1], dtype=dtype)) == ("BigInteger", [1, 2**63 - 1])
