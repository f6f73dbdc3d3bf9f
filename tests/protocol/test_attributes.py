"""What the attributes of an input's features may hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.protocol.attributes import attribute_text, check_attribute, input_fields
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.features import Field

ROADS = {"type": "codedValue", "codedValues": [{"code": 1, "name": "road"}, {"code": 2, "name": "path"}]}


def field(kind: str, **more: Any) -> Field:
    return Field.from_json({"name": "F", "type": f"esriFieldType{kind}", **more})


def parameter(schema: Any) -> GPParameter:
    return GPParameter.from_json({"name": "P", "dataType": "GPFeatureRecordSetLayer", "defaultValue": schema})


def test_fields_that_the_server_sets_itself_are_not_asked_for() -> None:
    names = ["OBJECTID", "NAME", "Shape_Length", "SHAPE_Area", "Shape.STArea()", "Shape__Area", "Lengthy"]
    rows = [{"name": name, "type": "esriFieldTypeDouble"} for name in names]
    rows += [
        {"name": "ID", "type": "esriFieldTypeOID"},
        {"name": "U", "type": "esriFieldTypeGlobalID"},
        {"name": "locked", "type": "esriFieldTypeString", "editable": False},
    ]
    assert [one.name for one in input_fields(parameter({"fields": rows}))] == ["NAME", "Lengthy"]
    assert [one.name for one in input_fields(parameter({"layerDefinition": {"fields": rows}}))] == [
        "NAME",
        "Lengthy",
    ]


@pytest.mark.parametrize(
    "schema", [None, "", {}, {"fields": None}, {"fields": ["x", {}]}, {"layerDefinition": 3}]
)
def test_a_schema_without_fields_asks_for_nothing(schema: Any) -> None:
    assert input_fields(parameter(schema)) == ()


@pytest.mark.parametrize(
    ("kind", "more", "given", "sent"),
    [
        ("String", {}, "  a ", "a"),
        ("SmallInteger", {}, "-32768", -32768),
        ("Integer", {}, "7.0", 7),
        ("BigInteger", {}, "9007199254740993", 9007199254740993),
        ("Double", {}, "1e3", 1000.0),
        ("Date", {}, "2025-01-31", 1738281600000),
        ("Date", {}, "2025-01-31T14:05+01:00", 1738328700000),
        ("DateOnly", {}, "2025-01-31", "2025-01-31"),
        ("TimeOnly", {}, "14:05", "14:05:00"),
        ("Integer", {"domain": ROADS}, "Road", 1),
        ("Integer", {"domain": ROADS}, 2, 2),
        ("String", {}, "", None),
        ("Integer", {}, None, None),
        ("Integer", {"nullable": False, "defaultValue": 3}, "", None),
    ],
)
def test_what_is_typed_is_sent_in_the_fields_type(
    kind: str, more: dict[str, Any], given: Any, sent: Any
) -> None:
    assert check_attribute(field(kind, **more), given) == sent


@pytest.mark.parametrize(
    ("kind", "more", "given", "said"),
    [
        ("String", {"length": 3}, "abcd", "4 letters are too many; 3 fit"),
        ("SmallInteger", {}, "40000", "out of range; -32768 to 32767 fit"),
        ("Integer", {}, "1.5", "no whole number"),
        ("Double", {}, "x", "is not a number"),
        ("Double", {}, "inf", "not a finite number"),
        ("Date", {}, "31.1.2025", "cannot be read; write it as 2025-01-31 14:05"),
        ("GUID", {}, "7", "no id"),
        ("Integer", {"domain": ROADS}, "river", "not one of: road, path"),
        ("Integer", {"domain": {"type": "range", "range": [1, 5]}}, "6", "out of range; 1 to 5 fit"),
        ("String", {"nullable": False}, " ", "a value is needed"),
    ],
)
def test_what_a_field_does_not_take_is_said_in_words(
    kind: str, more: dict[str, Any], given: Any, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        check_attribute(field(kind, **more), given)


@given(
    st.one_of(
        st.tuples(st.just("Integer"), st.integers(-(2**31), 2**31 - 1)),
        st.tuples(st.just("Double"), st.floats(allow_nan=False, allow_infinity=False)),
        st.tuples(
            st.just("Date"), st.integers(-62135596800, 253402300799).map(lambda seconds: seconds * 1000)
        ),
    )
)
def test_what_is_shown_is_read_as_what_it_was(case: tuple[str, Any]) -> None:
    kind, value = case
    assert check_attribute(field(kind), attribute_text(field(kind), value)) == value


@pytest.mark.parametrize("moment", [253402325999000, 2**53, -(2**53), 1735689600250, -1])
def test_a_date_is_shown_so_that_it_is_read_back_whatever_its_year(moment: int) -> None:
    when = Field("TO_DATE", "esriFieldTypeDate")
    assert check_attribute(when, attribute_text(when, moment)) == moment


@pytest.mark.parametrize("kind", ["String", "Double", "Date", "GUID"])
@pytest.mark.parametrize("value", [None, float("nan"), ""])
def test_a_missing_attribute_is_none(kind: str, value: object) -> None:
    assert check_attribute(Field("A", f"esriFieldType{kind}"), value) is None


def test_bytes_are_no_text() -> None:
    with pytest.raises(ValueError, match="not a text"):
        check_attribute(Field("A"), b"abc")
