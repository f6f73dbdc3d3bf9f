"""A learner's results are checked, and what is not right is explained."""

from __future__ import annotations

from typing import Any

import geopandas
import pytest
from bs4 import BeautifulSoup
from shapely.geometry import LineString, Point, Polygon

import gpwidgets as gp

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
