"""A frame that was saved comes back as it was, in both formats."""

import datetime
import json
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from convert.strategies import frame_of, geometry_columns
from hypothesis import given, settings
from hypothesis import strategies as st

from gpwidgets.convert.storage import saved
from gpwidgets.convert.storage.saved import read_saved_frame, write_saved_frame
from gpwidgets.errors import ConversionError

FORMATS = ["gpkg"] if saved.find_spec("pyarrow") is None else ["parquet", "gpkg"]
texts = st.none() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
moments = st.none() | st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1)).map(
    lambda one: one.replace(microsecond=one.microsecond // 1000 * 1000, tzinfo=datetime.UTC)
)
offsets = st.timezones().map(lambda _zone: datetime.timezone(datetime.timedelta(hours=5, minutes=30)))


@pytest.fixture(params=FORMATS)
def format_(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "gpkg":
        monkeypatch.setattr(saved, "find_spec", lambda _name: None)
    return str(request.param)


def again(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    note = json.loads(json.dumps(write_saved_frame(frame, folder, "x")))
    assert list(folder.iterdir()) == [folder / note["file"]]
    back = read_saved_frame(folder, note)
    (folder / note["file"]).unlink()
    return back


def assert_same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    assert type(found) is type(expected)
    assert list(found.columns) == list(expected.columns)
    assert list(map(str, found.dtypes)) == list(map(str, expected.dtypes))
    assert found.attrs == expected.attrs
    if isinstance(expected, geopandas.GeoDataFrame):
        assert found.geometry.name == expected.geometry.name
        assert found.crs == expected.crs
        one, other = (np.asarray(frame.geometry.array, dtype=object) for frame in (found, expected))
        assert shapely.equals_identical(one, other).tolist() == [shape is not None for shape in other]
        assert [shape is None for shape in one] == [shape is None for shape in other]
        found, expected = (frame.drop(columns=frame.geometry.name) for frame in (found, expected))
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(expected), check_index_type=False)


@st.composite
def tables(draw: st.DrawFn, rows: int) -> dict[str, object]:
    def some(values: st.SearchStrategy) -> list:
        return draw(st.lists(values, min_size=rows, max_size=rows))

    def objects(values: st.SearchStrategy) -> np.ndarray:
        column = np.empty(rows, dtype=object)
        column[:] = some(values)
        return column

    whole = st.integers(-(2**63) + 1, 2**63 - 1)
    return {
        "OBJECTID": pd.array(some(whole), dtype="Int64"),
        "fid": pd.array(some(st.none() | st.integers(-(2**31), 2**31 - 1)), dtype="Int32"),
        "FID": pd.array(some(st.none() | st.integers(-(2**15), 2**15 - 1)), dtype="Int16"),
        "Naïve name": pd.Series(some(texts), dtype=saved_text_dtype()),
        "ratio": np.array(some(st.floats(allow_infinity=False)), dtype=float),
        "when": pd.Series(pd.to_datetime(some(moments), utc=True)).astype("datetime64[ms, UTC]"),
        "day": objects(st.none() | st.dates()),
        "hour": objects(st.none() | st.times()),
        "offset": objects(st.none() | st.datetimes(timezones=offsets)),
        "geom": objects(
            st.none() | st.lists(st.integers(0, 3)) | st.dictionaries(st.text("ab"), st.booleans())
        ),
    }


def saved_text_dtype() -> str:
    return "str" if int(pd.__version__.split(".")[0]) >= 3 else "object"


@settings(max_examples=12)
@given(data=st.data())
def test_features_come_back_as_they_were(tmp_path_factory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("saved")
    shapes = data.draw(geometry_columns())
    frame = frame_of(shapes, data.draw(st.sampled_from(["EPSG:4326", "ESRI:102003", None, "EPSG:3857"])))
    for at, (name, column) in enumerate(data.draw(tables(len(shapes))).items()):
        frame.insert(at, name, column)
    frame.attrs["gpwidgets"] = {"aliases": {"fid": "Ä"}, "truncated": None, "provenance": {"job_id": "j1"}}
    with pytest.MonkeyPatch.context() as patch:
        for format_ in FORMATS:
            patch.setattr(saved, "find_spec", lambda _name, known=format_: known == "parquet" or None)
            assert_same(again(frame, folder), frame)


@settings(max_examples=8)
@given(data=st.data(), rows=st.integers(0, 4))
def test_tables_come_back_as_they_were(tmp_path_factory, data: st.DataObject, rows: int) -> None:
    folder = tmp_path_factory.mktemp("saved")
    table = pd.DataFrame(data.draw(tables(rows)))
    with pytest.MonkeyPatch.context() as patch:
        for format_ in FORMATS:
            patch.setattr(saved, "find_spec", lambda _name, known=format_: known == "parquet" or None)
            assert_same(again(table, folder), table)


def test_moments_before_what_nanoseconds_hold_come_back(tmp_path: Path, format_: str) -> None:
    when = pd.DatetimeIndex(np.array(["0800-12-25", "9999-01-01", "NaT"], dtype="datetime64[ms]"), tz="UTC")
    table = pd.DataFrame({"when": when})
    assert_same(again(table, tmp_path), table)


def test_another_geometry_column_and_name_are_kept(tmp_path: Path, format_: str) -> None:
    frame = frame_of([shapely.Point(1, 2)], name=["x"]).rename_geometry("shape")
    assert_same(again(frame, tmp_path), frame)


def test_a_frame_that_cannot_be_saved_says_why(tmp_path: Path, format_: str) -> None:
    frame = pd.DataFrame({"a": pd.Series([1 + 2j])})
    with pytest.raises(ConversionError, match="cannot be saved"):
        write_saved_frame(frame, tmp_path, "x")


def test_a_file_that_is_gone_says_so(tmp_path: Path, format_: str) -> None:
    note = write_saved_frame(frame_of([shapely.Point(1, 2)]), tmp_path, "x")
    (tmp_path / note["file"]).unlink()
    with pytest.raises(ConversionError, match="cannot be read"):
        read_saved_frame(tmp_path, note)
