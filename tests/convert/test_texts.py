"""Typed and pasted text to geometries."""

from __future__ import annotations

import contextlib

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gpwidgets.convert.coordinates.wkt_and_degrees import is_wkt, shapes_of_rows, shapes_of_wkt
from gpwidgets.convert.user_input.readers import to_frame
from gpwidgets.errors import ConversionError

PLACE = shapely.Point(-84.2, 36.3)


def only(text: str, **options: object) -> shapely.Geometry:
    (shape,) = to_frame(text, **options).geometry
    return shape


@pytest.mark.parametrize(
    "text",
    [
        "-84.2, 36.3",
        "-84.2 36.3",
        "-84.2\t36.3",
        "-84.2; 36.3",
        "-84,2; 36,3",
        "(-84.2, 36.3)",
        "[-84.2, 36.3]",
        "[[-84.2, 36.3]]",
        "\N{MINUS SIGN}84.2, 36.3",
        "\ufeff-84.2, 36.3\r\n",
        "-8.42e1, 3.63E1",
        "36.3N 84.2W",
        "36.3 N, 84.2 W",
        "84.2°W 36.3°N",
        "N36.3 W84.2",
        "36°18'N 84°12'W",
        "36°18'00\"N 84°12'00\"W",
        "36° 18\u2032 0\u2033 N, 84° 12\u2032 0\u2033 W",
        "36 18 0 n 84 12 0 w",
        "N 36° 18' 0.0\", W 84° 12' 0.0\"",
        "W84 12, N36 18",
        "-84°12', 36°18'",
        "-84°12'0\", 36°18'0\"",
        "lon,lat\n-84.2,36.3",
        "Longitude, Latitude\n-84.2, 36.3",
        "lat,lon\n36.3,-84.2",
        "lon;lat\n-84,2;36,3",
        "x y\n-84.2 36.3",
        "POINT (-84.2 36.3)",
        "point(-84.2 36.3)",
        "SRID=4326;POINT(-84.2 36.3)",
    ],
)
def test_a_place_is_read_in_every_way_that_people_write_it(text: str) -> None:
    assert shapely.equals_exact(only(text), PLACE, tolerance=1e-9)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("33°51'54\"S 151°12'36\"E", (151.21, -33.865)),
        ("0°30'S 0°15'W", (-0.25, -0.5)),
        ("-0°30', 0°15'", (-0.5, 0.25)),
        ("180, -90", (180, -90)),
    ],
)
def test_signs_and_letters_give_the_hemisphere(text: str, point: tuple[float, float]) -> None:
    assert shapely.equals_exact(only(text), shapely.Point(point), tolerance=1e-9)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_plain_numbers_keep_every_digit(lon: float, lat: float) -> None:
    assert only(f"{lon!r}, {lat!r}") == shapely.Point(lon, lat)


@given(st.integers(0, 179), st.integers(0, 89), st.integers(0, 59), st.integers(0, 59))
def test_minutes_and_seconds_are_sixtieths(lon: int, lat: int, minute: int, second: int) -> None:
    part = minute / 60 + second / 3600
    found = only(f"{lat}°{minute}'{second}\"S {lon}°{minute}'{second}\"W")
    assert shapely.equals_exact(found, shapely.Point(-lon - part, -lat - part), tolerance=1e-9)


def test_each_line_is_a_feature_and_empty_lines_are_none() -> None:
    frame = to_frame("1, 2\n\n  3, 4, 5\n")
    assert [shape.wkt for shape in frame.geometry] == ["POINT (1 2)", "POINT Z (3 4 5)"]
    assert frame.crs == "EPSG:4326"


def test_further_columns_of_a_text_with_a_header_are_attributes() -> None:
    frame = to_frame("name,lon,lat\nA,1,2\nB,3,4")
    assert list(frame.columns) == ["name", "geometry"]
    assert frame["name"].tolist() == ["A", "B"]


@pytest.mark.parametrize("text", ["36.3, -184.2", "36.3, 100", "435000 5400000", "181, 0", "POINT (10 91)"])
def test_degrees_that_cannot_be_say_that_longitude_comes_first(text: str) -> None:
    with pytest.raises(ConversionError, match="longitude comes first"):
        to_frame(text)


def test_a_named_system_allows_other_numbers() -> None:
    assert only("435000 5400000", crs=32632) == shapely.Point(435000, 5400000)
    assert to_frame("SRID=32632;POINT (435000 5400000)").crs == "EPSG:32632"
    assert to_frame("SRID=102008;POINT (0 0)").crs == "ESRI:102008"
    with pytest.raises(ConversionError, match="longitude comes first"):
        to_frame("435000 5400000", crs=4269)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("  \n ", "empty"),
        ("hello", "neither coordinates nor WKT"),
        ("missing.shp", "no file of that name"),
        ("folder/data_2024.gpkg", "no file of that name"),
        ("1, 2\nfive, six", "Line 2"),
        ("1", "Line 1 is no point"),
        ("1 2 3 4", "Line 1 is no point"),
        ("nan, 1", "Line 1 is no point"),
        ("36.3N 84.2N", "one of N and S, and one of E and W"),
        ("36.3N -84.2", "one of N and S, and one of E and W"),
        ("36.3N -84.2W", "either a sign or a letter"),
        ("36 75 N 84 12 W", "between 0 and 60"),
        ("36 1 1 1 N 84 12 W", "degrees, perhaps minutes"),
        ("N W 36 84", "degrees, perhaps minutes"),
        ("POINT (1", "no WKT"),
        ("POLYGON ((0 0, 1 1))", "no WKT"),
        ("SRID=4326;", "no WKT"),
        ("SRID=999999;POINT (1 2)", "999999"),
        ("SRID=4326;POINT (1 2)\nSRID=3857;POINT (1 2)", "several coordinate systems"),
        ("lon,lat\na,b", "must hold numbers"),
        ('{"type": "Point"', "damaged"),
    ],
)
def test_text_that_cannot_be_read_says_why(text: str, words: str) -> None:
    with pytest.raises(ConversionError, match=words):
        to_frame(text)


def test_wkt_is_told_from_other_text() -> None:
    assert is_wkt("  MultiPolygon Z (((0 0 0)))")
    assert is_wkt("POINT EMPTY")
    assert not is_wkt("points of interest")
    assert not is_wkt("1, 2")


def test_wkt_of_many_vertices_may_be_broken_into_lines() -> None:
    shapes, crs = shapes_of_wkt("POINT (1 2)\n\nPOLYGON ((0 0,\n 1 0,\n 1 1, 0 0),\n (0 0, 0 1, 1 1, 0 0))\n")
    assert [shape.geom_type for shape in shapes] == ["Point", "Polygon"]
    assert crs is None


@settings(max_examples=400)
@given(st.text(max_size=30) | st.text("0123456789.,;:-+eNSEW\u00b0'\"()[]{} \n\tPOINT=", max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    for read in (shapes_of_rows, shapes_of_wkt, to_frame):
        with contextlib.suppress(ConversionError):
            read(text)
