"""Charts of a value against an input."""

import math

import pytest
from bs4 import BeautifulSoup

from gpwidgets.convert.rendering.value_chart import ChartPoint, shared_unit, value_chart


def drawn(points: list[ChartPoint]) -> tuple[list[tuple[float, float]], list[str]]:
    svg = BeautifulSoup(value_chart(points, "x & y", "<z>"), "html.parser")
    places = [(float(str(one["cx"])), float(str(one["cy"]))) for one in svg.find_all("circle")]
    return places, [one.get_text() for one in svg.find_all("text")]


def test_points_are_where_their_numbers_are_on_the_axes() -> None:
    places, texts = drawn([ChartPoint(0.0, 0.0), ChartPoint(5.0, 50.0), ChartPoint(10.0, 100.0)])
    (x0, y0), (x1, y1), (x2, y2) = places
    assert x1 - x0 == pytest.approx(x2 - x1, abs=0.2)
    assert y0 - y1 == pytest.approx(y1 - y2, abs=0.2)
    assert {"0", "2", "10", "20", "100", "x & y", "<z>"} <= set(texts)


def test_texts_stand_beside_each_other_in_their_order() -> None:
    places, texts = drawn([ChartPoint("dry", 1.0), ChartPoint("wet", 2.0), ChartPoint("dry", 3.0)])
    assert places[0][0] == places[2][0] < places[1][0]
    assert texts.index("dry") < texts.index("wet")


@pytest.mark.parametrize(
    "values", [[5.0], [0.0, 0.0], [-1e-12, 1e-12], [1e300, -1e300], [0.1, 0.30000000000000004]]
)
def test_all_numbers_are_inside_the_picture(values: list[float]) -> None:
    places, _texts = drawn([ChartPoint(one, one) for one in values])
    assert len(places) == len(values)
    assert all(0 <= x <= 560 and 0 <= y <= 300 for x, y in places)


def test_without_a_finite_number_there_is_no_chart() -> None:
    assert value_chart([], "x", "y") == ""
    assert value_chart([ChartPoint(1.0, math.nan), ChartPoint(2.0, math.inf)], "x", "y") == ""


def test_values_with_one_unit_are_numbers() -> None:
    assert shared_unit(["1 kilometer", "5 kilometers"]) == ([1.0, 5.0], "kilometers")
    assert shared_unit([1, 2.5]) == ([1.0, 2.5], "")
    assert shared_unit(["1 km", "1 mile"]) is None
    assert shared_unit([True, False]) is None
    assert shared_unit(["wet", "dry"]) is None
