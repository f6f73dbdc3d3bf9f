"""Answers in protocol buffers: what is written and read is what JSON says, and hostile bytes are refused."""

from __future__ import annotations

import json
import struct
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from convert.strategies import frame_of, geometry_columns
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from gpwidgets.convert.featuresets import assembling
from gpwidgets.convert.featuresets._buffer_rows import Odd, Rows, fast_rows, plain_rows
from gpwidgets.convert.featuresets._messages import head_of, result_of
from gpwidgets.convert.featuresets._varints import Malformed, decode, encode, signed, unsigned
from gpwidgets.convert.featuresets.frames import read_features, write_features
from gpwidgets.convert.featuresets.pbf_reading import read_buffer, read_buffer_answer
from gpwidgets.convert.featuresets.pbf_writing import (
    Quantising,
    has_form,
    write_buffer,
    write_count,
    write_ids,
)
from gpwidgets.errors import ConversionError

GRID = Quantising(1e-6, -3e7, 3e7)
RECORDED = Path(__file__).parent / "recorded_pbf"


def read(body: bytes, **options: Any) -> geopandas.GeoDataFrame:
    source, part, _ = read_buffer(body, **options)
    return assembling.frame_of([source], [part])


def told(gdf: Any, grid: Quantising = GRID) -> tuple[Any, Any]:
    """A frame by way of protocol buffers, and by way of JSON."""
    return read(write_buffer(gdf, grid)), read_features(write_features(gdf))


def assert_alike(found: Any, expected: Any, tolerance: float) -> None:
    """The same columns, and geometries as near as the grid."""
    assert_frame_equal(found.drop(columns="geometry"), expected.drop(columns="geometry"))
    assert found.crs == expected.crs
    assert found.geom_type.tolist() == expected.geom_type.tolist()
    assert found.geometry.isna().tolist() == expected.geometry.isna().tolist()
    for one, other in zip(found.geometry.dropna(), expected.geometry.dropna(), strict=True):
        first, second = (shapely.get_coordinates(each, include_z=True) for each in (one, other))
        assert first.shape == second.shape
        allowed = tolerance / 2 + 1e-8  # and what is rounded to a double
        assert (np.abs(first - second)[:, :2] <= allowed).all()
        assert np.nan_to_num(np.abs(first - second)[:, 2:]).max(initial=0) <= 1e-4


@given(st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-300, 300)))
def test_whole_numbers_come_back(numbers: list[int]) -> None:
    made = np.array(numbers, dtype=np.int64)
    data, sizes = encode(unsigned(made))
    found, ends = decode(data)
    assert signed(found).tolist() == numbers
    assert ends.tolist() == np.cumsum(sizes).tolist()


def test_many_numbers_are_decoded_across_blocks() -> None:
    made = np.random.default_rng(3).integers(-(2**50), 2**50, 50_000)
    data, _ = encode(unsigned(made))
    assert (signed(decode(data)[0]) == made).all()
    with pytest.raises(Malformed):
        decode(data[:-1])


COLUMNS = {
    "whole": st.none() | st.integers(-(2**31), 2**31 - 1),
    "small": st.integers(-(2**15), 2**15 - 1),
    "real": st.none() | st.floats(allow_nan=False, allow_infinity=False),
    "text": st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    "moment": st.none() | st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1)),
    "flag": st.booleans(),
}


@st.composite
def frames(draw: st.DrawFn) -> geopandas.GeoDataFrame:
    shapes = draw(geometry_columns())
    columns: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(sorted(COLUMNS)), unique=True)):
        values = draw(st.lists(COLUMNS[name], min_size=len(shapes), max_size=len(shapes)))
        kind = {"whole": "Int32", "small": "int16", "real": "float64", "flag": "bool"}.get(name)
        made: Any = pd.Series(values, dtype=kind or "object")
        columns[name] = pd.to_datetime(made, utc=True).dt.as_unit("ms") if name == "moment" else made
    return frame_of(shapes, "EPSG:3857", **columns)


@settings(max_examples=40)
@given(frames())
def test_any_frame_reads_as_in_json(gdf: geopandas.GeoDataFrame) -> None:
    flat = shapely.has_z(gdf.geometry.array)
    assume(not flat.any() or np.isfinite(shapely.get_coordinates(gdf.geometry.array, include_z=True)).all())
    assert_alike(*told(gdf), GRID.tolerance)


@settings(max_examples=40)
@given(frames(), st.data())
def test_rows_read_one_by_one_are_the_same(gdf: geopandas.GeoDataFrame, data: st.DataObject) -> None:
    body = bytearray(write_buffer(gdf, GRID))
    for place in data.draw(st.lists(st.integers(0, len(body) - 1), max_size=3)):
        body[place] = data.draw(st.integers(0, 255))
    try:
        result = result_of(bytes(body))
        head = head_of(bytes(body), result)
    except Malformed:
        return
    places = (np.array(head.starts, dtype=np.int64), np.array(head.stops, dtype=np.int64))
    try:
        fast = fast_rows(bytes(body), *places, len(head.json["fields"]))
    except (Malformed, Odd):
        return
    assert_same_rows(fast, plain_rows(bytes(body), *places, len(head.json["fields"])))


def assert_same_rows(fast: Rows, plain: Rows) -> None:
    for one, other in zip(fast[1:], plain[1:], strict=True):
        assert one.tolist() == other.tolist()
    for one, other in zip(fast.columns, plain.columns, strict=True):
        if isinstance(one, tuple):
            missing = one[1] | np.isnan(one[0])
            one = [None if no else value for value, no in zip(one[0].tolist(), missing, strict=True)]
        assert one == other


@settings(max_examples=40)
@given(frames(), st.data())
def test_damaged_bytes_are_rows_or_an_error(gdf: geopandas.GeoDataFrame, data: st.DataObject) -> None:
    body = bytearray(write_buffer(gdf, GRID))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body)))
        match data.draw(st.sampled_from(["cut", "change", "insert"])):
            case "cut":
                del body[place:]
            case "change":
                body[place : place + 1] = data.draw(st.binary(min_size=1, max_size=1))
            case _:
                body[place:place] = data.draw(st.binary(max_size=12))
    try:
        source, part, _ = read_buffer(bytes(body))
    except ConversionError:
        return
    assert source.count == len(part.shapes.made)


POINTS = frame_of([shapely.Point(1, 2), None], "EPSG:3857", a=[1, 2])


def field(number: int, body: bytes) -> bytes:
    size, bytes_of_size = len(body), b""
    while size >= 0x80:
        bytes_of_size += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + bytes_of_size + bytes([size]) + body


def features(*rows: bytes, before: bytes = b"") -> bytes:
    scale = b"".join(struct.pack("<Bd", number << 3 | 1, 1.0) for number in (1, 2, 3, 4))
    head = field(12, field(2, scale) + field(3, b"")) + before
    return field(2, field(1, head + b"".join(field(15, row) for row in rows)))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"<html></html>",
        b'{"error": {"code": 400}}',
        b"\xff" * 1000,
        b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x12\x80",
        field(2, b"\x0a\xff\xff\xff\xff\x7f"),
        features(field(2, field(3, b"\x02\x04\x06"))),  # half a vertex
        features(field(2, field(3, b"\x02\x04" * 3))),  # a point of three vertices
        features(field(2, field(3, b"\x02\x80"))),
        features(field(2, field(3, b"\x80" * 11 + b"\x01"))),
        features(field(2, field(2, b"\xff\xff\xff\xff\x0f") + field(3, b"\x02\x04")), before=b"\x38\x03"),
        features(field(2, field(2, b"\x02\x02") + field(3, b"\x02\x04" * 3)), before=b"\x38\x03"),
        features(field(3, b"curve")),
        features(field(2, field(3, b"\x02\x04")), before=b"\x38\x04"),  # a multipatch
        features(field(2, field(3, b"\x02\x04")), before=field(16, b"\x08\x01")),
        features(field(2, field(3, b"\x02\x04")), before=field(13, field(1, b"a"))),  # no attribute for it
        features(b"", before=field(13, field(1, b"a"))),
        features(field(1, b""), before=field(13, field(1, b"a")) * 2),
        features(*[field(1, b"")] * 50, before=b"".join(field(13, field(1, b"%d" % n)) for n in range(50))),
        write_buffer(POINTS, GRID)[:-3],
        write_buffer(POINTS, GRID).replace(b"\x62", b"\x7a", 1),
        write_count(5),
        write_ids("OID", [1, 2]),
    ],
)
def test_what_is_no_answer_with_features_is_refused(body: bytes) -> None:
    with pytest.raises(ConversionError):
        read_buffer(body)


def test_a_grid_that_is_too_coarse_is_refused() -> None:
    body = write_buffer(POINTS, Quantising(0.5, 0, 0))
    assert read(body).geometry[0] == shapely.Point(1, 2)
    assert read(body, resolution=0.5).geometry[0] == shapely.Point(1, 2)
    with pytest.raises(ConversionError, match=r"0\.5, and 0\.001 was asked for"):
        read_buffer(body, resolution=0.001)


def test_decimals_are_those_of_json() -> None:
    places = [shapely.Point(118.7906, -7.8628), shapely.Point(-122.197, 46.2035), shapely.Point(8.1, 0.3)]
    found = read(write_buffer(frame_of(places), Quantising(1e-11, -180, 90)))
    assert found.geometry.tolist() == places


def test_measures_and_lower_left_origins_are_read() -> None:
    if not hasattr(shapely, "has_m"):
        return
    line = shapely.from_wkt("LINESTRING ZM (1 2 3 4, 5 6 7 8, 1 1 1 0.5)")
    measured = shapely.from_wkt("LINESTRING M (1 2 4, 5 6 8)")
    for shape in (line, measured):
        for grid in (GRID, Quantising(1e-3, -5, -5, upper_left=False)):
            found, expected = told(frame_of([shape, None], "EPSG:3857"), grid)
            assert found.geometry[0].wkt == expected.geometry[0].wkt


def test_counts_and_ids_are_read() -> None:
    assert read_buffer_answer(write_count(0)) == {"count": 0}
    assert read_buffer_answer(write_count(1 << 40)) == {"count": 1 << 40}
    ids = [1, 300, 1 << 40]
    assert read_buffer_answer(write_ids("OID", ids)) == {"objectIdFieldName": "OID", "objectIds": ids}
    for body in (b"", b"\xff", write_buffer(POINTS, GRID)):
        with pytest.raises(ConversionError):
            read_buffer_answer(body)


def test_what_has_no_form_is_not_written() -> None:
    half = shapely.from_wkt(["LINESTRING Z (0 0 1, 1 1 1)", "LINESTRING (0 0, 1 1)"]).tolist()
    for gdf in (frame_of(half), frame_of([None], big=[1 << 40])):
        assert not has_form(gdf)
        with pytest.raises(ConversionError):
            write_buffer(gdf, GRID)
    assert has_form(POINTS)


@pytest.mark.parametrize("name", sorted(path.stem for path in RECORDED.glob("*.pbf")))
def test_what_another_encoder_has_written_is_read(name: str) -> None:
    found = read((RECORDED / f"{name}.pbf").read_bytes())
    expected = json.loads((RECORDED / f"{name}.json").read_text("utf-8"))
    rows = json.loads(
        found.drop(columns="geometry").to_json(orient="records", date_format="iso", date_unit="ms")
    )
    assert rows == expected["rows"]
    assert [None if one is None else one.wkt for one in found.geometry] == expected["wkt"]
    assert found.attrs["gpwidgets"]["truncated"] == expected["truncated"]
    assert found.crs.to_epsg() == expected["epsg"]
