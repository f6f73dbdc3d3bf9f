"""What is encoded for a server and decoded from it again is the same value, for every data type."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.datatypes.registry import datatype_of, known_names
from gpwidgets.datatypes.value_checks import form_text
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.features import FeatureSet, RecordSet
from gpwidgets.protocol.values import (
    CompositeValue,
    DataFile,
    Extent,
    FieldRef,
    LayerReference,
    RasterData,
    SpatialReference,
)
from gpwidgets.protocol.values.units import ArealUnit, LinearUnit, TimeUnit

numbers = st.floats(allow_nan=False, allow_infinity=False)
positive = st.floats(1e-6, 1e9)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
#: Text of a form field that starts with a bracket is JSON to the value classes, so names do not.
names = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12)
references = st.one_of(
    st.builds(SpatialReference, st.integers(1, 200_000)),
    st.builds(SpatialReference, wkt=names.map(lambda name: f'GEOGCS["{name}"]')),
    st.builds(SpatialReference, wkt2=names.map(lambda name: f'GEOGCRS["{name}"]')),
)
urls = names.map(lambda name: f"https://example.org/{name.encode().hex()}")
milliseconds = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
)


def extents() -> st.SearchStrategy[Extent]:
    def build(x: float, y: float, wide: float, high: float, reference: SpatialReference) -> Extent:
        return Extent(x, y, x + wide, y + high, reference)

    small = st.floats(-1e7, 1e7)
    return st.builds(build, small, small, positive, positive, references)


def units_of(kind: Any) -> st.SearchStrategy[Any]:
    return st.builds(kind, numbers, st.sampled_from(sorted(kind._units_table)))


rows = st.fixed_dictionaries({"attributes": st.dictionaries(names, st.none() | numbers | texts, max_size=3)})
sets = st.fixed_dictionaries({"features": st.lists(rows, max_size=3)})

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "GPBoolean": st.booleans(),
    "GPLong": st.integers(-(2**52) + 1, 2**52 - 1),
    "GPDouble": numbers,
    "GPString": texts,
    "GPStringHidden": texts,
    "GPSQLExpression": texts,
    "GPDate": milliseconds,
    "GPLinearUnit": units_of(LinearUnit),
    "GPArealUnit": units_of(ArealUnit),
    "GPTimeUnit": units_of(TimeUnit),
    "GPSpatialReference": references,
    "GPCoordinateSystem": references,
    "GPExtent": extents(),
    "GPEnvelope": extents(),
    "Field": st.builds(
        FieldRef, names, st.sampled_from(["esriFieldTypeString", "esriFieldTypeDouble"]), names
    ),
    "GPDataFile": st.one_of(st.builds(DataFile, url=urls), st.builds(DataFile, item_id=names)),
    "GPRasterData": st.builds(RasterData, url=urls, format=st.sampled_from(["", "tif"])),
    "GPRasterDataLayer": st.builds(RasterData, url=urls),
    "GPFeatureRecordSetLayer": sets.map(FeatureSet) | st.builds(LayerReference, urls, filter=texts),
    "GPRecordSet": sets.map(RecordSet) | st.builds(LayerReference, urls),
}
MEMBERS = sorted(VALUES)
COLUMNS = ["GPLong", "GPString", "GPDate", "GPLinearUnit", "Field"]


def through_the_wire(value: Any, parameter: GPParameter) -> Any:
    """What a server would read from the form field, decoded as if it had sent it back."""
    codec = datatype_of(parameter)
    text = form_text(codec.encode(codec.check(value, parameter), parameter))
    return codec.view(text if isinstance(value, str) else json.loads(text), parameter)


def test_no_type_is_forgotten() -> None:
    assert set(VALUES) | {"GPMultiValue", "GPComposite", "GPValueTable"} == set(known_names())


@pytest.mark.parametrize("kind", MEMBERS)
@given(data=st.data())
def test_a_value(kind: str, data: st.DataObject) -> None:
    value = data.draw(VALUES[kind])
    found = through_the_wire(value, GPParameter("P", kind))
    assert found == value
    assert isinstance(found, type(value))


@pytest.mark.parametrize("kind", MEMBERS)
@given(data=st.data())
def test_a_list_of_values(kind: str, data: st.DataObject) -> None:
    values = data.draw(st.lists(VALUES[kind], max_size=4))
    assert through_the_wire(values, GPParameter("P", f"GPMultiValue:{kind}")) == values


@pytest.mark.parametrize("kind", MEMBERS)
@given(data=st.data())
def test_one_of_several_types(kind: str, data: st.DataObject) -> None:
    infos = tuple(GPParameter("", each) for each in MEMBERS)
    value = CompositeValue(kind, data.draw(VALUES[kind]))
    assert through_the_wire(value, GPParameter("P", "GPComposite", parameter_infos=infos)) == value


@given(st.lists(st.tuples(*(st.none() | VALUES[kind] for kind in COLUMNS)).map(list), max_size=4))
def test_a_table_of_values(table: list[list[Any]]) -> None:
    infos = tuple(GPParameter(f"C{at}", kind) for at, kind in enumerate(COLUMNS))
    assert through_the_wire(table, GPParameter("P", "GPValueTable", parameter_infos=infos)) == table


@given(st.lists(st.lists(st.none() | numbers | texts, max_size=3), max_size=3))
def test_a_table_without_a_description(table: list[list[Any]]) -> None:
    assert through_the_wire(table, GPParameter("P", "GPValueTable")) == table


plain_json = st.recursive(
    st.booleans() | numbers | st.integers(-(10**15), 10**15),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
)


@given(plain_json)
def test_a_type_that_is_not_known(value: Any) -> None:
    assert through_the_wire(value, GPParameter("P", "GPHologram")) == value


@given(milliseconds, st.integers(-12, 14))
def test_a_moment_in_any_zone_is_the_same_moment(moment: datetime, hours: int) -> None:
    zone = timezone(timedelta(hours=hours))
    assert through_the_wire(moment.astimezone(zone), GPParameter("P", "GPDate")) == moment
