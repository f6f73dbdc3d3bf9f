"""For every data type: what a form or a call sends comes back from the server as it was given, or is refused.

Values are generated; each goes through the controls of a form and, by itself, through a call, over the wire
to the gallery of the embedded server, which hands back what it got. ``GPWIDGETS_ROUND_TRIPS=500`` takes so
many values for each type, where the gate takes a few.
"""

import os
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpwidgets import ArealUnit, GPTask, LinearUnit, TimeUnit, demo
from gpwidgets.errors import GPError, GPWarning, ParameterError
from gpwidgets.protocol.missing import is_missing, plain
from gpwidgets.protocol.values import (
    UNSET,
    CompositeValue,
    DataFile,
    Extent,
    FieldRef,
    RasterData,
    SpatialReference,
)
from gpwidgets.protocol.values.unit_names import AREAL_UNITS, LINEAR_UNITS, TIME_UNITS
from gpwidgets.widgets.form.form import TaskForm

MANY = int(os.environ.get("GPWIDGETS_ROUND_TRIPS", "6"))

texts = st.text(st.characters(exclude_categories=["Cs"]))
numbers = st.floats(allow_nan=False, allow_infinity=False)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=offsets).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
words = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,12}", fullmatch=True)
missing = st.sampled_from([None, float("nan"), pd.NA, pd.NaT])
urls = st.builds("https://host/{}/{}.{}".format, words, words, st.sampled_from(["csv", "txt", "zip"]))


def lengths(kind: Any, table: Any) -> st.SearchStrategy[Any]:
    return st.builds(kind, numbers, st.sampled_from(sorted(table)))


def cells(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return values | missing


rows = st.lists(
    st.tuples(
        cells(st.integers(0, 100)),
        cells(st.sampled_from(["small", "large"])),
        cells(lengths(LinearUnit, LINEAR_UNITS)),
        cells(st.booleans()),
    ).filter(lambda row: not all(map(is_missing, row))),
    min_size=1,
    max_size=4,
)
tables = rows | rows.map(lambda found: pd.DataFrame(found, columns=["Count", "Kind", "Width", "Keep"]))
degrees = st.floats(-180, 180, width=32), st.floats(-85, 85, width=32)
vertices = st.tuples(*degrees)
systems = st.sampled_from([4326, 3857, 25832, "ESRI:54030"])
plain_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
columns = st.tuples(
    cells(plain_texts),
    cells(numbers),
    cells(moments),
    cells(st.integers(-(2**53), 2**53)),
    cells(st.booleans()),
)
COLOURS = ["Red", "Green", "Blue, dark"]
NAMES = ["NAME", "VALUE", "SEEN", "COUNT", "OPEN"]


def boxes(one: tuple[float, float], other: tuple[float, float]) -> Any:
    outer = shapely.box(*np.minimum(one, other), *np.maximum(one, other))
    hole = shapely.affinity.scale(outer, 0.25, 0.25)
    return outer.difference(hole) if outer.area > 1 else shapely.box(1, 2, 3, 4)


def frames(shapes: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def frame(pairs: list[tuple[Any, tuple[Any, ...]]], crs: Any) -> geopandas.GeoDataFrame:
        told = pd.DataFrame([row for _, row in pairs], columns=NAMES, dtype=object)
        return geopandas.GeoDataFrame(told, geometry=[shape for shape, _ in pairs], crs=crs)

    return st.builds(frame, st.lists(st.tuples(shapes | st.none(), columns), min_size=1, max_size=3), systems)


lines = st.lists(vertices, min_size=2, max_size=4, unique=True).map(shapely.LineString)
records = st.lists(columns, min_size=1, max_size=4).map(
    lambda found: pd.DataFrame(found, columns=NAMES, dtype=object)
)
corners = st.tuples(numbers, numbers, numbers, numbers).map(
    lambda four: (*np.minimum(four[:2], four[2:]).tolist(), *np.maximum(four[:2], four[2:]).tolist())
)
references = st.builds(SpatialReference, wkid=st.sampled_from([4326, 25832, 102100]))

KINDS: dict[str, st.SearchStrategy[Any]] = {
    "Boolean": st.booleans() | st.booleans().map(np.bool_),
    "Long": st.integers(-1000, 10**12) | st.integers(0, 10**6).map(np.int32) | st.integers(0, 9).map(Decimal),
    "Double": numbers | st.integers(-(2**53), 2**53) | st.floats(width=32, allow_nan=False).map(np.float32),
    "String": texts,
    "Choice": st.sampled_from(["PLANAR", "GEODESIC"]),
    "Coded": st.sampled_from(["NONE", "ALL"]),
    # What was hidden once is hidden wherever else it is found, so these must not be like other texts.
    "Hidden": texts.map("hush-hush-{}".format),
    "SQL": texts,
    "Date": moments | moments.map(pd.Timestamp) | moments.map(datetime.isoformat),
    "Linear_Unit": lengths(LinearUnit, LINEAR_UNITS),
    "Areal_Unit": lengths(ArealUnit, AREAL_UNITS),
    "Time_Unit": lengths(TimeUnit, TIME_UNITS),
    "Points": frames(vertices.map(shapely.Point)),
    "Multipoints": frames(st.lists(vertices, min_size=2, max_size=4, unique=True).map(shapely.MultiPoint)),
    "Lines": frames(lines | st.lists(lines, min_size=2, max_size=2).map(shapely.MultiLineString)),
    "Polygons": frames(st.builds(boxes, vertices, vertices)),
    "Records": records,
    "Field": words.map(FieldRef),
    "File": urls.map(lambda url: DataFile(url=url)),
    "Raster_Layer": urls.map(lambda url: RasterData(url=url)),
    "Raster": urls.map(lambda url: RasterData(url=url)),
    "Strings": st.lists(texts, min_size=1, max_size=4),
    "Choices": st.sets(st.sampled_from(COLOURS), min_size=1).map(
        lambda found: sorted(found, key=COLOURS.index)
    ),
    "Doubles": st.lists(numbers, min_size=1, max_size=4),
    "Linear_Units": st.lists(lengths(LinearUnit, LINEAR_UNITS), min_size=1, max_size=3),
    "Value_Table": tables,
    "Composite": lengths(LinearUnit, LINEAR_UNITS).map(lambda unit: CompositeValue("GPLinearUnit", unit))
    | words.map(lambda name: CompositeValue("Field", FieldRef(name))),
    "Extent": st.builds(lambda four, system: Extent(*four, system), corners, references),
    "Envelope": st.builds(lambda four, system: Extent(*four, system), corners, references),
    "Spatial_Reference": references,
    "Coordinate_System": references,
}


def plainly(value: Any) -> Any:
    """What a value is, however it is held: cells without their types, shapes without their order."""
    if isinstance(value, geopandas.GeoDataFrame):
        shapes = [None if shape is None else shapely.normalize(shape).wkb for shape in value.geometry]
        return value.crs, shapes, plainly(pd.DataFrame(value.drop(columns="geometry")))
    if isinstance(value, pd.DataFrame):
        kept = [name for name in value.columns if name != "OBJECTID"]
        return kept, [[plainly(cell) for cell in value[name].astype(object)] for name in kept]
    if isinstance(value, CompositeValue):
        return plainly(value.value)
    if isinstance(value, list | tuple):
        return [plainly(one) for one in value]
    if is_missing(value):
        return None
    value = plain(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return float(value) if isinstance(value, bool | int | Decimal) else value


def given_as(name: str, value: Any) -> Any:
    """What a value stands for, which is what has to come back."""
    if name == "Date":
        return plainly(datetime.fromisoformat(value) if isinstance(value, str) else value)
    if name == "Value_Table" and isinstance(value, pd.DataFrame):
        return [plainly(row) for row in value.itertuples(index=False, name=None)]
    return plainly(value)


@cache
def gallery() -> GPTask:
    return GPTask(demo.serve().url_of("ParameterGallery"))


@cache
def only(name: str) -> GPTask:
    """The gallery with one input; a form of all would take seconds."""
    task = GPTask(gallery().url, session=gallery().session)
    kept = {f"Input_{name}", f"Output_{name}"}
    task.info = replace(task.info, parameters=[one for one in task.info.parameters if one.name in kept])
    return task


def by_call(name: str, value: Any) -> Any:
    return only(name)(**{f"Input_{name}": value})[f"Output_{name}"]


def by_form(name: str, value: Any) -> Any:
    """Put a value into a form, have the form read its controls as after a change, and run it.

    An empty box of text, a blank expression and an empty row of a list stand for nothing in a form.
    """
    if isinstance(value, list) and "" in value:
        value[:] = [one for one in value if one != ""] or ["text"]
    form = TaskForm(only(name).info)
    try:
        editor = form.editors[f"Input_{name}"]
        if not editor.set_value(value):
            raise ParameterError(name, editor.error)
        before = editor.value
        if not (isinstance(before, str) and not before.strip()):
            editor.take()
        if editor.error:
            raise ParameterError(name, editor.error)
        assert plainly(editor.value) == plainly(before), "the controls do not hold the value"
        sent = {key: one for key, one in form.values.items() if one is not UNSET}
        return only(name)(**sent)[f"Output_{name}"]
    finally:
        form.close()


@pytest.mark.parametrize("send", [by_call, by_form])
@pytest.mark.parametrize("name", KINDS)
def test_what_is_given_comes_back_or_is_refused(name: str, send: Callable[[str, Any], Any]) -> None:
    refused = 0

    @settings(max_examples=MANY, suppress_health_check=list(HealthCheck), derandomize=MANY < 100)
    @given(KINDS[name])
    def run(value: Any) -> None:
        nonlocal refused
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", GPWarning)
                came = send(name, value)
        except (GPError, GPWarning):
            refused += 1
            return
        assert plainly(came) == given_as(name, value)

    run()
    assert refused <= MANY / 5, "too much is refused to say that the rest is right"
