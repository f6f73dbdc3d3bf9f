"""The table of data types in the docs says what the code does."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy
import pandas
import pyproj
import pytest
import shapely

import gpwidgets.widgets.editors  # noqa: F401 - fills the table of editors
from gpwidgets.datatypes.registry import check_value, datatype_of, known_names
from gpwidgets.protocol.description import GPParameter, TaskInfo
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
from gpwidgets.tasks.inputs.encoding import Encoder
from gpwidgets.tasks.results.decoding import Decoder
from gpwidgets.widgets.editors.editor_table import editor_for

TEXT = (Path(__file__).parent.parent / "docs" / "datatypes.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.split("|")[1:-1]] for line in TEXT.splitlines() if line.startswith("| ")
][1:]

NAMES: dict[str, Any] = {
    "ArealUnit": ArealUnit,
    "CompositeValue": CompositeValue,
    "DataFile": DataFile,
    "Extent": Extent,
    "FieldRef": FieldRef,
    "LayerReference": LayerReference,
    "LinearUnit": LinearUnit,
    "Path": Path,
    "RasterData": RasterData,
    "SpatialReference": SpatialReference,
    "TimeUnit": TimeUnit,
    "UTC": UTC,
    "date": date,
    "datetime": datetime,
    "frame": geopandas.GeoDataFrame(geometry=[shapely.Point(8, 50)], crs=4326),
    "numpy": numpy,
    "pandas": pandas,
    "pyproj": pyproj,
    "shapely": shapely,
}

#: What a server sends for a type whose wire form is not what a call's first example becomes.
SENT: dict[str, Any] = {
    "GPDataFile": {"url": "https://host/a.csv"},
    "GPRasterData": {"url": "https://host/a.tif"},
    "GPRasterDataLayer": {"url": "https://host/a.tif"},
    "GPFeatureRecordSetLayer": {"features": [{"geometry": {"x": 8, "y": 50}}]},
    "GPRecordSet": {"features": [{"attributes": {"A": 1}}]},
    "GPDate": 1738332000000,
}


def parameter_of(kind: str) -> GPParameter:
    infos: tuple[GPParameter, ...] = ()
    if kind == "GPValueTable":
        infos = (GPParameter("Field", "Field"), GPParameter("Weight", "GPDouble"))
    if kind == "GPComposite":
        infos = (GPParameter("", "GPLinearUnit"), GPParameter("", "Field"))
    names = {"GPMultiValue:T": "GPMultiValue:GPString", "any other": "GPHologram"}
    return GPParameter("P", names.get(kind, kind), parameter_infos=infos)


def examples_of(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_data_type_has_its_row() -> None:
    named = [kind.split(":")[0] for kind, *_rest in ROWS]
    assert sorted(named) == sorted([*known_names(), "any other"])


@pytest.mark.parametrize(("kind", "editor"), [(row[0], row[2]) for row in ROWS])
def test_the_editor_is_the_one_that_forms_use(kind: str, editor: str) -> None:
    assert type(editor_for(parameter_of(kind))).__name__ == editor


@pytest.mark.parametrize(("kind", "example"), [(row[0], one) for row in ROWS for one in examples_of(row[3])])
def test_accepted_values_are_accepted_and_can_be_sent(kind: str, example: str) -> None:
    parameter = parameter_of(kind)
    checked = check_value(parameter, eval(example, dict(NAMES)))
    if not getattr(checked, "path", None):  # a local file is uploaded first
        assert Encoder(TaskInfo("T", parameters=(parameter,))).form({"P": checked})["P"]


@pytest.mark.parametrize(
    ("kind", "example", "returned"), [(row[0], examples_of(row[3])[0], row[4]) for row in ROWS]
)
def test_results_come_back_as_the_table_says(kind: str, example: str, returned: str) -> None:
    parameter = parameter_of(kind)
    wire = SENT.get(kind)
    if wire is None:
        value = check_value(parameter, eval(example, dict(NAMES)))
        wire = datatype_of(parameter).encode(value, parameter)
    decoded = Decoder({"P": parameter}).value("P", parameter.data_type, wire)
    if returned == "as it is sent":
        assert decoded == wire
    else:
        own = returned == "what its type comes back as"
        assert ("LinearUnit" if own else returned) in [kind.__name__ for kind in type(decoded).__mro__[:2]]
