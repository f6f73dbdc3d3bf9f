"""A learner's results are checked, and what is not right is explained."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from shapely.geometry import LineString, Point, Polygon

import gpwidgets as gp
from gpwidgets.protocol.frame_info import keep_frame_info
from gpwidgets.secrets import SecretText

pytestmark = pytest.mark.once

PLACE = "POINT (-84.2 36.4)"


@pytest.fixture(scope="module")
def task(server) -> gp.GPTask:
    return gp.GPTask(server.url_of("BufferPoints"))


@pytest.fixture(scope="module")
def solution(task) -> gp.Outputs:
    return task(Input_Points=PLACE, Distance="5 km")


def made(**values: Any) -> gp.Outputs:
    return gp.Outputs(values)


ROADS = geopandas.GeoDataFrame(
    {"NAME": ["A", "B", None], "LANES": [2, 4, None], "KM": [1.0, 2.0, 3.0]},
    geometry=[LineString([(0, 0), (0, 1)]), LineString([(1, 0), (1, 1)]), None],
    crs=4326,
)
SQUARE = geopandas.GeoDataFrame(
    geometry=[Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], [[(0.2, 0.2), (0.4, 0.2), (0.4, 0.4)]])], crs=4326
)


def test_the_same_run_is_right_in_other_units_too(task, solution) -> None:
    found = gp.check(task(Input_Points=PLACE, Distance="5000 meters"), solution)
    assert found
    assert found.passed
    assert "Well done" in repr(found)
    assert "1 polygon" in repr(found)


def test_a_run_is_waited_for_and_a_saved_solution_is_opened(task, solution, tmp_path) -> None:
    solution.save(tmp_path / "solution")
    assert gp.check(task.start(Input_Points=PLACE, Distance="5 km"), tmp_path / "solution")
    assert gp.check(solution, task.start(Input_Points=PLACE, Distance="5 km"))


def test_another_distance_is_said_of_input_and_result(task, solution) -> None:
    found = gp.check(task(Input_Points=PLACE, Distance="10 km"), solution)
    assert not found
    text = repr(found)
    assert "Not quite yet." in text
    assert "✗ Distance: it was 10 kilometers; 5 kilometers is expected." in text
    assert "✓ Buffers: 1 polygon" in text
    assert "✗ Buffers: the shapes agree with those expected over only 25 % of their area." in text


def test_swapped_coordinates_are_guessed(task, solution) -> None:
    found = gp.check(task(Input_Points="POINT (36.4 -84.2)", Distance="5 km"), solution)
    assert "are coordinates or their system swapped?" in repr(found)


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ({"count": 3}, ""),
        ({"count": 4}, "3 lines, where 4 are expected: 1 fewer."),
        ({"count": 1}, "2 more."),
        ({"length": "221 km"}, ""),
        ({"length": 221149}, ""),
        (
            {"length": "100 km"},
            "221.149 kilometers, where 100 kilometers is expected (2.21 times what is expected).",
        ),
        ({"length": "250 km"}, "(11.5 % off)"),
        ({"length": "250 km", "tolerance": 0.2}, ""),
        ({"length": "1000 km"}, "(0.221 times what is expected)"),
        ({"columns": ["NAME", "KM"]}, ""),
        ({"columns": ["NAME", "WIDTH"]}, "no column WIDTH."),
        ({"sum": {"KM": 6}}, ""),
        ({"sum": {"KM": 7}}, "sum of KM: 6, where 7 is expected"),
        ({"mean": {"LANES": 3}, "min": {"LANES": 2}, "max": {"LANES": 4}}, ""),
        ({"mean": {"WIDTH": 3}}, "no column WIDTH."),
        ({"values": {"NAME": ["B", None], "LANES": [4.0]}}, ""),
        ({"values": {"NAME": ["B", "C", "D"]}}, "not among its values are C, D."),
        ({"values": {"LANES": [4, 4]}}, "not among its values are 4."),
        ({"values": {"WIDTH": [4]}}, "no column WIDTH."),
        ({"geometry": ROADS}, ""),
        ({"geometry": ROADS.to_crs(3857)}, ""),
        ({"geometry": "LINESTRING (0 0, 0 1)"}, "over only 50 % of their area"),
        ({"geometry": "POINT (50 50)"}, "somewhere else"),
    ],
)
def test_each_word_checks_what_it_says(expected: dict[str, Any], words: str) -> None:
    found = gp.check(made(Roads=ROADS), {"Roads": expected})
    assert found.passed == (not words)
    assert words in repr(found)


def test_areas_are_those_on_the_ellipsoid_without_their_holes() -> None:
    assert gp.check(made(A=SQUARE), {"A": {"area": "12062 km2", "tolerance": 1e-4}})
    assert gp.check(made(A=SQUARE.to_crs("ESRI:54009")), {"A": {"area": "1206200 ha", "tolerance": 1e-4}})


@pytest.mark.parametrize(
    ("value", "expected", "words"),
    [
        (5, 5, ""),
        (5.0, 5.01, ""),
        (5, 6, "value: 5, where 6 is expected"),
        (0, 1, "value: 0, where 1 is expected."),
        (True, False, "Yes, where No"),
        ("a", "a", ""),
        ("a", "b", "'a', where 'b' is expected."),
        (gp.LinearUnit(5, "km"), "5000 m", ""),
        (
            gp.LinearUnit(5, "km"),
            "3 km",
            "5 kilometers, where 3 kilometers is expected (1.67 times what is expected)",
        ),
        (None, 5, "where 5 is expected"),
        (5, {"count": 1}, "where features or rows are expected"),
    ],
)
def test_values_of_all_kinds_are_checked(value: Any, expected: Any, words: str) -> None:
    found = gp.check(made(A=value), {"A": expected})
    assert found.passed == (not words), found
    assert words in repr(found)


def test_a_table_is_checked_by_its_rows() -> None:
    rows = ROADS.drop(columns="geometry")
    assert gp.check(made(A=rows), {"A": rows})
    text = repr(gp.check(made(A=rows.iloc[:2]), {"A": rows}))
    assert "2 rows, where 3 are expected: 1 fewer." in text
    assert "sum of KM: 3, where 6 is expected" in text
    for word in ("area", "length", "geometry"):
        assert not gp.check(made(A=rows), {"A": {word: "POINT (1 2)" if word == "geometry" else 1}})


def test_inputs_that_should_have_been_given_are_named(solution) -> None:
    found = gp.check(solution, {"inputs": {"Distance": "6 km", "Dissolve": True}})
    assert "Distance: it was 5 kilometers; 6 km is expected." in repr(found)
    assert "Dissolve: it was not given; yes is expected." in repr(found) or "Dissolve" in repr(found)


def test_an_output_that_is_not_there_is_said() -> None:
    found = gp.check(made(A=1), {"B": 1})
    assert "there is no such output; there are: A." in repr(found)
    broken = gp.Outputs({}, errors={"A": gp.ConversionError("it is broken")})
    assert "could not be read: it is broken" in repr(gp.check(broken, {"A": 1}))


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ({"sum": {"NAME": 1}}, "NAME holds no numbers."),
        ({"mean": {"WHEN": 1}}, "WHEN holds no numbers."),
        ({"max": {"LANES": np.int64(4)}, "count": np.int64(3), "sum": {"ODD": 3}}, ""),
        ({"columns": "NAME"}, ""),
        ({"columns": "WIDTH"}, "no column WIDTH."),
        ({"values": {"NAME": "B"}}, ""),
        ({"values": {"NAME": [None, "A"]}}, ""),
        ({"values": {"NAME": [float("nan"), None]}}, "not among its values are"),
        ({"values": {"KM": [1.005, 1.99, 2.98]}}, ""),
        ({"values": {"CLOSE": [100.5, 100]}}, ""),
        ({"values": {"CLOSE": [-5]}}, "not among its values are -5."),
        ({"values": {"LIST": [[1]]}}, "not among its values are [1]."),
        ("POINT (1 2)", "3 features (EPSG:4326), where"),
        (3, "3 features (EPSG:4326), where 3 is expected."),
        ({"geometry": []}, "it has shapes, where none are expected."),
    ],
)
def test_odd_columns_and_odd_expectations_are_said_in_words(expected: Any, words: str) -> None:
    odd = ROADS.assign(WHEN=pd.Timestamp("2026-01-02"), ODD=[True, 2, "x"], CLOSE=[100, 101.4, -7])
    odd["LIST"] = [[1], [2], None]
    found = gp.check(made(A=odd), {"A": expected})
    assert found.passed == (not words), found
    assert words in repr(found)


def test_many_values_are_looked_for_in_little_time() -> None:
    many = pd.DataFrame({"N": np.arange(50_000.0), "T": [f"x{n}" for n in range(50_000)]})
    expected = {"values": {"N": many["N"].tolist()[::-1], "T": [*many["T"], "y"][::-1]}}
    assert "not among its values are y." in repr(gp.check(made(A=many), {"A": expected}))


def test_what_a_frame_is_compared_by_leaves_out_what_differs_from_run_to_run() -> None:
    first = pd.DataFrame({"OBJECTID": [1, 2], "A": [1.0, None], "B": pd.array([1, None], dtype="Int64")})
    keep_frame_info(first, {"object_id_field": "OBJECTID"})
    again = first.assign(OBJECTID=[3, 4])
    assert gp.check(made(A=again), {"A": first})
    twice = pd.concat([first, first[["A"]]], axis=1)
    assert gp.check(made(A=twice), {"A": twice})


@pytest.mark.parametrize("word", ["area", "length", "geometry"])
def test_coordinates_beyond_the_poles_are_guessed_to_be_swapped(word: str) -> None:
    here = LineString([(36, 120), (36, 121)])
    swapped = geopandas.GeoDataFrame(geometry=[here, here.buffer(1)], crs=4326)
    wanted = "POLYGON ((119 35, 121 35, 121 37, 119 35))" if word == "geometry" else 5
    text = repr(gp.check(made(A=swapped), {"A": {word: wanted}}))
    assert "are coordinates or their system swapped?" in text
    assert "nan" not in text


@pytest.mark.parametrize(
    ("there", "wanted", "words"),
    [
        (SQUARE.iloc[:0], SQUARE, "it has no shapes."),
        (SQUARE, SQUARE.iloc[:0], "it has shapes, where none are expected."),
        (SQUARE.iloc[:0], SQUARE.iloc[:0], ""),
    ],
)
def test_no_shapes_are_no_wrong_place(there: Any, wanted: Any, words: str) -> None:
    found = gp.check(made(A=there), {"A": {"geometry": wanted}})
    assert found.passed == (not words)
    assert words in repr(found)


@pytest.mark.parametrize(
    ("value", "expected", "is_right"),
    [
        ("x" * 90 + "a", "x" * 90 + "b", False),
        (2.5, np.float32(2.5), True),
        (3, np.int64(3), True),
        ([0.1 + 0.2, 1], [0.3, 1], True),
        ([1, 2], [1, 2, 3], False),
        (["a", [1.0]], ["a", [1.001]], True),
        (float("nan"), 3, False),
        ([1], np.array([1, 2]), False),
        (SecretText("abcd"), SecretText("abce"), False),
    ],
)
def test_values_are_the_same_or_not(value: Any, expected: Any, is_right: bool) -> None:
    found = gp.check(made(A=value), {"A": expected})
    assert found.passed == is_right
    assert "nan" not in repr(found)
    assert "abc" not in repr(found)


def test_files_are_compared_by_what_is_in_them(server) -> None:
    task = gp.GPTask(server.url_of("Viewshed"))
    right, again, other = (task(Input_Points=PLACE, Distance=far) for far in ("2 km", "2 km", "3 km"))
    raster = {"Viewshed_Raster": right.Viewshed_Raster}
    assert gp.check(again, raster)
    assert "viewshed.tif is not the file that is expected" in repr(gp.check(other, raster))


@pytest.mark.parametrize(("spoken", "heard"), [("de", "en"), ("en", "es"), ("es", "de")])
def test_a_solution_of_another_language_is_the_same(server, spoken: str, heard: str) -> None:
    task = gp.GPTask(server.url_of("ParameterGallery"))
    more = {"Input_Boolean": True, "Input_Areal_Unit": "5 ha", "Input_Time_Unit": "3 hours"}
    try:
        gp.set_language(spoken)
        solution = task(Input_Points="POINT (1 2)", **more)
        gp.set_language(heard)
        assert gp.check(task(Input_Points="POINT (1 2)", **more), solution)
        named = geopandas.GeoDataFrame({"Name": ["here"]}, geometry=[Point(1, 2)], crs=4326)
        found = gp.check(task(Input_Points=named, **more), solution)
        assert not [one for one in found.findings if one.about == "Input_Points"]
    finally:
        gp.set_language("en")


@pytest.mark.parametrize(
    "expected",
    [
        {"sum": 5},
        {"values": [1]},
        {"values": {"A": 5}, "count": "x"},
        {"count": -1},
        {"count": 1.5},
        {"area": "far"},
        {"area": None},
        {"length": "5 ha"},
        {"tolerance": "x"},
        {"tolerance": -1},
        {"columns": 5},
        {"mean": {"A": "x"}},
    ],
)
def test_what_an_author_cannot_mean_is_an_error_before_the_run_is_waited_for(expected: Any) -> None:
    with pytest.raises(TypeError, match=r"^A: \w+: "):
        gp.check(made(), {"A": expected})


@pytest.mark.parametrize("tolerance", [-1, float("nan"), float("inf"), "x", None, True])
def test_a_tolerance_that_is_none_is_an_error(tolerance: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"number"):
        gp.check(made(A=1), {"A": 1}, tolerance=tolerance)
    with pytest.raises(TypeError, match="mapping"):
        gp.check(made(A=1), 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="mapping"):
        gp.check(made(A=1), {"inputs": 5})


def test_the_authors_mistakes_are_errors() -> None:
    with pytest.raises(TypeError, match="there are: count"):
        gp.check(made(A=ROADS), {"A": {"rows": 3}})
    with pytest.raises(TypeError, match="A: "):
        gp.check(made(A=gp.LinearUnit(5, "km")), {"A": "far"})


def test_the_card_is_plain_text_in_one_of_two_colours() -> None:
    names = geopandas.GeoDataFrame({"<b>": [1]}, geometry=[Point(0, 0)], crs=4326)
    right = gp.check(made(A="<b>"), {"A": "<b>"})._repr_html_()
    wrong = gp.check(made(A=names), {"A": {"columns": ["<i>"], "values": {"<b>": ["<u>"]}}})._repr_html_()
    for page in (right, wrong):
        assert not BeautifulSoup(page, "html.parser").find_all(["b", "i", "u"])
        assert 'role="status"' in page
    assert right.count("✓") == 1
    assert wrong.count("✗") == 2
    assert "not among its values are <u>." in BeautifulSoup(wrong, "html.parser").get_text()
