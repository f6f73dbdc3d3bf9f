"""Units are understood as people write them, and go out as the wire spells them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.protocol.values.unit_names import AREAL_UNITS, LINEAR_UNITS, TIME_UNITS
from gpwidgets.protocol.values.units import ArealUnit, LinearUnit, TimeUnit
from gpwidgets.texts import set_language


@pytest.mark.parametrize(
    "text", ["5 mi", "5 miles", "5mi", "5 Miles", "5.0 esriMiles", "5 Esrimiles", " 5  MI "]
)
def test_miles_in_any_spelling(text: str) -> None:
    assert LinearUnit.parse(text) == LinearUnit(5, "esriMiles")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 ha", ArealUnit(3, "esriHectares")),
        ("3 SquareKilometers", ArealUnit(3, "esriSquareKilometers")),
        ("1 SquareFoot", ArealUnit(1, "esriSquareFeet")),
    ],
)
def test_areas(text: str, expected: ArealUnit) -> None:
    assert ArealUnit.parse(text) == expected


def test_time_spans() -> None:
    assert TimeUnit.parse("1 Week") == TimeUnit(1, "esriTimeUnitsWeeks")
    assert TimeUnit(3, "months").to_json() == {"time": 3, "units": "esriTimeUnitsMonths"}


def test_a_number_alone_takes_the_default_unit() -> None:
    assert LinearUnit.parse("7", "esriKilometers") == LinearUnit(7, "km")
    with pytest.raises(ValueError, match="has no unit"):
        LinearUnit.parse("7")


@pytest.mark.parametrize("bad", ["far", "", "5 parsecs", "nan m"])
def test_bad_text_says_what_would_be_right(bad: str) -> None:
    with pytest.raises(ValueError, match=r"number|unit"):
        LinearUnit.parse(bad, "esriMeters")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "x", None, True])
def test_a_distance_has_to_be_a_finite_number(bad: object) -> None:
    with pytest.raises(ValueError, match="number"):
        LinearUnit(bad, "esriMeters")  # type: ignore[arg-type]


def test_wire_forms_that_servers_vary() -> None:
    assert LinearUnit.from_json({"distance": "10", "units": ""}) == LinearUnit(10, "esriMeters")
    assert LinearUnit.from_json({"distance": 10}, "esriFeet") == LinearUnit(10, "esriFeet")
    assert ArealUnit.from_json("3 SquareKilometers") == ArealUnit(3, "km2")


def test_miles_and_feet_are_us_survey_units() -> None:
    assert LinearUnit(1, "miles").meters == pytest.approx(1609.347218694)
    assert LinearUnit(1, "esriIntMiles").meters == pytest.approx(1609.344)
    assert ArealUnit(1, "ha").square_meters == 10_000


@pytest.mark.parametrize("table", [LINEAR_UNITS, AREAL_UNITS, TIME_UNITS], ids=["length", "area", "time"])
def test_each_unit_is_found_by_its_wire_name_and_its_words(table: dict) -> None:
    for wire, name in table.items():
        assert table.find(wire) == wire
        assert table.find(wire.upper()) == wire
        assert table.find(name.plural) == wire
        assert table.find(name.singular) == wire


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(sorted(LINEAR_UNITS)))
def test_the_wire_form_comes_back_equal(distance: float, units: str) -> None:
    value = LinearUnit(distance, units)
    assert LinearUnit.from_json(value.to_json()) == value


def test_text_for_people() -> None:
    assert str(LinearUnit(5, "km")) == "5 kilometers"
    assert str(LinearUnit(1, "ft")) == "1 foot"


def test_words_have_their_thousands_apart_and_texts_are_read_again() -> None:
    for number, words in (
        (12500, "12,500 meters"),
        (999999.5, "999,999.5 meters"),
        (2_500_000, "2,500,000 meters"),
    ):
        made = LinearUnit(number, "m")
        assert made.words == words
        assert "," not in str(made)
    set_language("de")
    assert LinearUnit(12500, "m").words.startswith("12\N{NARROW NO-BREAK SPACE}500 ")
    set_language("en")
    assert LinearUnit.parse(str(LinearUnit(12500, "m"))) == LinearUnit(12500, "m")
