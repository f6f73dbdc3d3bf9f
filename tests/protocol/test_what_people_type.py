"""What people type, paste and copy from other programs: taken where it is clear, else refused in words."""

from __future__ import annotations

from typing import Any

import pytest

from gpwidgets.datatypes.kinds.choice import labelled
from gpwidgets.datatypes.registry import datatype_named, datatype_of, known_names
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values.units import LinearUnit

ODD = [
    "1,5",
    "1e400",
    "\uff15",
    "\u2212 5",
    "",
    " ",
    "9" * 5000,
    "nan",
    "0x10",
    "5 km",
    "31.01.2025",
    "\x00",
    "\U0001f600",
]
OBJECTS: list[Any] = [
    10**5000,
    -(10**5000),
    1e308,
    float("nan"),
    float("inf"),
    b"x",
    object(),
    [],
    {},
    (),
    {1: 2},
    1j,
]


@pytest.mark.parametrize("kind", sorted(known_names()))
@pytest.mark.parametrize("value", [*ODD, *OBJECTS], ids=lambda value: type(value).__name__)
def test_nothing_but_a_value_or_a_parameter_error_comes_of_it(kind: str, value: Any) -> None:
    for parameter in (GPParameter("P", kind), GPParameter("P", kind, choice_list=("1", "2"))):
        try:
            checked = datatype_of(parameter).check(value, parameter)
        except ParameterError:
            continue
        assert checked is not None


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("GPLong", " 7 ", 7),
        ("GPLong", "\uff15", 5),
        ("GPLong", "\u22125", -5),
        ("GPDouble", "-2.5e-3", -0.0025),
        ("GPLinearUnit", "\u22125 km", LinearUnit(-5, "esriKilometers")),
        ("GPLinearUnit", "5km", LinearUnit(5, "esriKilometers")),
    ],
)
def test_what_is_clear_is_taken(kind: str, text: str, value: Any) -> None:
    parameter = GPParameter("P", kind)
    assert datatype_of(parameter).check(text, parameter) == value


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("GPLong", "1,5", "with a decimal point and no commas"),
        ("GPDouble", "1,500.5", "with a decimal point and no commas"),
        ("GPLinearUnit", "1,5 km", "written with a decimal point"),
        ("GPLinearUnit", "1e400 km", "'1e400' is not a finite number"),
        ("GPSpatialReference", "[]", "is no coordinate system"),
        ("GPSpatialReference", "9" * 30, "is no coordinate system"),
        ("GPBoolean", "maybe", "neither yes nor no"),
    ],
)
def test_what_is_not_is_refused_with_the_reason(kind: str, text: str, words: str) -> None:
    parameter = GPParameter("P", kind)
    with pytest.raises(ParameterError, match=words):
        datatype_of(parameter).check(text, parameter)


def coded(kind: str, *rows: tuple[str, Any]) -> GPParameter:
    listed = [{"dataType": kind, "name": name, "value": value} for name, value in rows]
    described = {"name": "P", "dataType": kind, "filter": {"type": "codedValue", "list": listed}}
    return GPParameter.from_json(described)


@pytest.mark.parametrize(
    ("kind", "first", "second", "other"),
    [
        ("GPBoolean", True, True, False),
        ("GPLong", 1, 2, 3),
        ("GPDouble", 1.5, 2, 3),
        ("GPDate", 1738332000000, 0, 1),
        (
            "GPLinearUnit",
            {"distance": 5, "units": "esriMiles"},
            {"distance": 6, "units": "esriMiles"},
            "7 km",
        ),
        (
            "GPTimeUnit",
            {"time": 5, "units": "esriTimeUnitsDays"},
            {"time": 6, "units": "esriTimeUnitsDays"},
            7,
        ),
        ("GPSpatialReference", {"wkid": 4326}, {"wkid": 3857}, 25832),
        (
            "GPExtent",
            {"xmin": 0, "ymin": 0, "xmax": 1, "ymax": 1},
            {"xmin": 0, "ymin": 0, "xmax": 2, "ymax": 1},
            (0, 0, 9, 9),
        ),
    ],
)
def test_listed_values_are_known_by_value_and_label_in_every_type(
    kind: str, first: Any, second: Any, other: Any
) -> None:
    parameter = coded(kind, ("The first", first), ("The second", second))
    codec, plain = datatype_of(parameter), datatype_of(GPParameter("P", kind))
    assert datatype_named(kind).is_chosen_by_value
    known = plain.check(plain.decode(first, parameter), GPParameter("P", kind))
    for given in ("the FIRST ", first, known):
        assert codec.check(given, parameter) == known
    assert labelled(parameter)[0] == ("The first", known)
    assert codec.encode(known, parameter) == plain.encode(known, GPParameter("P", kind))
    with pytest.raises(ParameterError, match="is not one of: The first, The second"):
        codec.check(other, parameter)


def test_labels_that_are_alike_are_told_apart() -> None:
    parameter = coded("GPString", ("Same", "1"), ("Same", "2"), ("Same", "2"), ("", ""))
    assert labelled(parameter) == [("Same (1)", "1"), ("Same (2)", "2"), ("(empty)", "")]
