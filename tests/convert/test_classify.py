"""Columns into classes."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.convert.geometry.geodesic_measures import measured
from gpwidgets.convert.rendering.classify import METHODS, classify, is_numeric

NUMBERS = st.lists(st.one_of(st.integers(-1000, 1000), st.none()), min_size=1, max_size=60)


@given(NUMBERS, st.sampled_from(METHODS[:3]), st.integers(2, 9))
def test_every_number_lies_within_the_limits_of_its_class(
    numbers: list[int | None], method: str, count: int
) -> None:
    found = classify(pd.Series(pd.array(numbers, dtype="Int64")), method, count)
    assert len(found.bounds) <= count
    for number, code in zip(numbers, found.codes.tolist(), strict=True):
        if number is None:
            assert code == -1
            continue
        low, high = found.bounds[code]
        assert number <= high
        assert number > low or (code == 0 and number == low)


@given(st.lists(st.integers(0, 60), min_size=4, max_size=14, unique=True), st.integers(2, 4))
def test_natural_breaks_leave_the_least_variance_of_all_ways_to_cut(numbers: list[int], count: int) -> None:
    ordered = sorted(numbers)

    def spread(cuts: tuple[int, ...]) -> float:
        edges = [0, *cuts, len(ordered)]
        parts = [np.array(ordered[a:b]) for a, b in itertools.pairwise(edges)]
        return sum(float(((part - part.mean()) ** 2).sum()) for part in parts)

    least = min(spread(cuts) for cuts in itertools.combinations(range(1, len(ordered)), count - 1))
    codes = classify(pd.Series(ordered), "natural breaks", count).codes.tolist()
    cuts = tuple(place for place in range(1, len(codes)) if codes[place] != codes[place - 1])
    assert spread(cuts) == pytest.approx(least, abs=1e-6)


def test_natural_breaks_of_very_many_values_still_find_the_gaps() -> None:
    random = np.random.default_rng(1)
    numbers = np.concatenate([random.normal(middle, 1, 4000) for middle in (0, 50, 200)])
    found = classify(pd.Series(numbers), "natural breaks", 3)
    assert np.bincount(found.codes).tolist() == [4000, 4000, 4000]


def test_equal_intervals_are_equal_and_quantiles_hold_as_many_each() -> None:
    numbers = pd.Series([0, 1, 2, 3, 4, 5, 6, 100])
    assert classify(numbers, "equal interval", 4).bounds[0] == (0, 25)
    assert np.bincount(classify(numbers, "quantiles", 4).codes).tolist() == [2, 2, 2, 2]


def test_categories_are_in_order_and_the_rarer_ones_share_the_last() -> None:
    few = classify(pd.Series(["b", "a", None, "b"]), "categories", 5)
    assert few.values == ("a", "b")
    assert few.codes.tolist() == [1, 0, -1, 1]
    many = classify(pd.Series(["a", "b", "b", "c", "d", "b", "a"]), "categories", 3)
    assert many.values == ("b", "a", None)
    assert many.codes.tolist() == [1, 0, 0, 2, 2, 0, 1]
    assert classify(pd.Series([[1], [2], [1]]), "categories", 5).codes.tolist() == [0, 1, 0]


def test_text_is_not_put_into_classes_by_size() -> None:
    assert not is_numeric(pd.Series([True, False]))
    with pytest.raises(ValueError, match="NAME holds no numbers"):
        classify(pd.Series(["a"], name="NAME"), "quantiles", 3)
    with pytest.raises(ValueError, match="none of natural breaks"):
        classify(pd.Series([1]), "jenks", 3)


def test_a_column_without_any_number_has_no_classes() -> None:
    assert classify(pd.Series([np.nan, np.inf]), "quantiles", 3).codes.tolist() == [-1, -1]


def test_lengths_and_areas_are_those_on_the_ellipsoid() -> None:
    length, area = measured({"type": "LineString", "coordinates": [[0, 0], [1, 0]]})
    assert length == pytest.approx(111_319.49, abs=0.01)
    assert area == 0
    ring = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    _, area = measured({"type": "Polygon", "coordinates": [ring[::-1]]})
    assert area == pytest.approx(12_308_778_361, rel=1e-6)
