"""Columns of another input are offered, whatever that input is at the moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import geopandas
import pandas as pd
import pytest

from gpwidgets import GPTask, LayerReference, TaskWidget, Token, demo
from gpwidgets.demo.publishing.parameters import FEATURES, Param
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.protocol.features import FeatureSet
from gpwidgets.protocol.responses.validation import Validation
from gpwidgets.protocol.values import UNSET, FieldRef
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.form.form import TaskForm

FRAME = geopandas.GeoDataFrame(
    {"POP": [1], "NAME": ["a"], "W": [0.5]}, geometry=geopandas.points_from_xy([8], [50]), crs=4326
)
SCHEMA = {"geometryType": "esriGeometryPoint", "fields": [{"name": "SEEN", "type": "esriFieldTypeDate"}]}
INPUT = {"direction": "esriGPParameterDirectionInput"}
ROWS: list[dict[str, Any]] = [
    {"name": "Column", "dataType": "Field", "dependency": "Layer", **INPUT},
    {
        "name": "Number",
        "dataType": "Field",
        "dependency": "Layer",
        "filter": {"type": "field", "list": ["esriFieldTypeDouble", "Integer"]},
        **INPUT,
    },
    {"name": "Layer", "dataType": "GPFeatureRecordSetLayer", "defaultValue": SCHEMA, **INPUT},
    {
        "name": "Either",
        "dataType": "GPComposite",
        "dependency": "Layer",
        "parameterInfos": [{"name": "", "dataType": "Field"}, {"name": "", "dataType": "GPLinearUnit"}],
        **INPUT,
    },
    {"name": "Several", "dataType": "GPMultiValue:Field", "dependency": "Layer", **INPUT},
    {"name": "Where", "dataType": "GPSQLExpression", "dependency": "Layer", **INPUT},
]


@pytest.fixture
def form() -> TaskForm:
    return TaskForm(TaskInfo.from_json({"name": "T", "parameters": ROWS}))


def offered(editor: Any) -> tuple[str, ...]:
    return tuple(editor.control.options)


def test_columns_follow_the_layer_and_fall_back_to_its_schema(form: TaskForm) -> None:
    column, number = form.editors["Column"], form.editors["Number"]
    assert offered(column) == ("SEEN",)
    form.editors["Layer"].set_value(FRAME)
    assert offered(column) == ("POP", "NAME", "W")
    assert offered(number) == ("POP", "W")
    assert offered(form.editors["Either"].member) == ("POP", "NAME", "W")
    assert offered(form.editors["Several"].add().editors[0]) == ("POP", "NAME", "W")
    column.control.value = "POP"
    assert column.value == FieldRef("POP", "esriFieldTypeInteger")
    form.editors["Layer"].set_value(FeatureSet({"fields": SCHEMA["fields"], "features": []}))
    assert offered(column) == ("SEEN",)
    assert column.value.name == "POP"
    assert "no column POP; it has: SEEN" in column.hint.value
    form.editors["Layer"].set_value(UNSET)
    assert offered(column) == ("SEEN",)
    assert offered(number) == ()


def test_columns_follow_a_layer_whose_field_the_server_has_changed(form: TaskForm) -> None:
    said = {
        "name": "Layer",
        "filter": {"type": "featureClass", "list": ["esriGeometryPoint"]},
        "isEnabled": True,
    }
    old = form.editors["Layer"]
    form.show_validation(Validation.from_json({"validationResults": [said]}))
    assert form.editors["Layer"] is not old
    form.editors["Layer"].set_value(FRAME)
    assert offered(form.editors["Column"]) == ("POP", "NAME", "W")
    form.close()


def test_a_column_goes_into_an_expression(form: TaskForm) -> None:
    form.editors["Layer"].set_value(FRAME)
    where: Any = form.editors["Where"]
    assert [label for label, _name in where.columns.options][1:] == [
        "POP (integer)",
        "NAME (string)",
        "W (double)",
    ]
    where.columns.value = "POP"
    assert where.control.value == "POP "
    assert where.columns.label == "insert a column…"
    where.control.value += "> 1000"
    where.columns.value = "W"
    assert where.value == "POP > 1000 W "


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("NAME = 'a", "a quote is opened"),
        ('"NAME = 1', "a quote is opened"),
        ("(POP > 1", "a parenthesis is missing"),
        ("NAME = 'it''s (here'", ""),
        ("\"NAME\" = 'a)' AND (POP > 1)", ""),
    ],
)
def test_an_expression_that_is_not_finished_is_told(form: TaskForm, text: str, problem: str) -> None:
    form.editors["Where"].control.value = text
    assert problem in form.editors["Where"].error
    assert bool(form.editors["Where"].error) == bool(problem)


def pick(
    layer: Annotated[Any, Param(FEATURES)], column: Annotated[str, Param("Field", dependency="Layer")]
) -> str:
    """Echo a column."""
    return column


@pytest.fixture
def widget(server: demo.DemoServer) -> Iterator[TaskWidget]:
    made = TaskWidget(server.publish(pick, name="PickColumn", output="Column"))
    yield made
    made.close()


def wait_until(editor: Any, condition: Callable[[], bool]) -> None:
    holds = threading.Event()

    def look(_change: object = None) -> None:
        if condition():
            holds.set()

    editor.control.observe(look, names="options")
    editor.hint.observe(look, names="value")
    look()
    assert holds.wait(30), (offered(editor), editor.hint.value)


def test_the_columns_of_a_layer_on_a_server_are_asked_for(
    widget: TaskWidget, server: demo.DemoServer
) -> None:
    layer, column = widget.form.editors["Layer"], widget.form.editors["Column"]
    layer.set_value(LayerReference(f"{server.url}/Hosted/Earthquakes/FeatureServer/0"))
    wait_until(column, lambda: "magnitude" in offered(column))
    layer.set_value(LayerReference(f"{server.url}/Secured/Earthquakes/FeatureServer/0"))
    wait_until(column, lambda: "cannot be read" in column.hint.value)
    assert offered(column) == ()
    secret = Token(server.token_for())
    layer.set_value(LayerReference(f"{server.url}/Secured/Earthquakes/FeatureServer/0", auth=secret))
    wait_until(column, lambda: "magnitude" in offered(column))


def test_columns_can_be_asked_for_in_a_call(server: demo.DemoServer) -> None:
    layer = LayerReference(f"{server.url}/Hosted/Earthquakes/FeatureServer/0", filter="magnitude > 6")
    found = GPTask(server.url_of("BufferPoints")).columns_of(layer)
    assert ("OBJECTID", "esriFieldTypeOID") in [(one.name, one.type) for one in found]
    assert pd.Series([one.name for one in found]).is_unique


def test_rows_that_are_gone_follow_no_more(form: TaskForm) -> None:
    several: Any = form.editors["Several"]
    row = several.add()
    editor: ParameterEditor = row.editors[0]
    several.remove(row)
    form.editors["Layer"].set_value(FRAME)
    assert offered(editor) != ("POP", "NAME", "W")
