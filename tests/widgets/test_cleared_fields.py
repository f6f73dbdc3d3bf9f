"""An input that is cleared although the server has a default: the user says what is sent."""

from __future__ import annotations

from typing import Any

import pytest
from widget_tools import can_find, choose, chosen, error_at, field, fill, find, options, press, text_of, tick

from gpwidgets.protocol.description import TaskInfo
from gpwidgets.tasks.code import call_code
from gpwidgets.tasks.inputs.checking import check_inputs
from gpwidgets.tasks.inputs.encoding import Encoder
from gpwidgets.widgets.form.form import TaskForm

CHOICE = "Suffix is empty"
KM5 = {"distance": 5, "units": "esriKilometers"}
POINT = {
    "geometryType": "esriGeometryPoint",
    "spatialReference": {"wkid": 4326},
    "features": [{"geometry": {"x": 8.9, "y": 47.1}}],
}


def parameter(name: str, kind: str, **more: Any) -> dict[str, Any]:
    optional = {"parameterType": "esriGPParameterTypeOptional"}
    return {"name": name, "dataType": kind, "direction": "esriGPParameterDirectionInput", **optional, **more}


def form_of(*parameters: dict[str, Any]) -> TaskForm:
    return TaskForm(TaskInfo.from_json({"name": "Task", "parameters": list(parameters)}))


def sent(form: TaskForm) -> dict[str, str]:
    return Encoder(form.info).form(check_inputs(form.info, form.values))


REQUIRED = {"parameterType": "esriGPParameterTypeRequired"}
SUFFIX = parameter("Suffix", "GPString", defaultValue="_old")


def test_an_emptied_text_is_sent_empty_unless_the_default_is_chosen() -> None:
    form = form_of(SUFFIX)
    assert not can_find(form, CHOICE)
    fill(form, "Suffix", "")
    assert sent(form) == {"Suffix": ""}
    assert options(form, CHOICE) == ["It is sent empty", "The server's default is used: _old"]
    assert chosen(form, CHOICE) == "It is sent empty"
    choose(form, CHOICE, "The server's default is used: _old")
    assert sent(form) == {}
    choose(form, CHOICE, "It is sent empty")
    assert sent(form) == {"Suffix": ""}
    fill(form, "Suffix", "_new")
    assert not can_find(form, CHOICE)
    assert sent(form) == {"Suffix": "_new"}


@pytest.mark.parametrize(
    ("kind", "default", "words", "empty"),
    [
        ("GPLong", 5, "5", ""),
        ("GPDouble", 0, "0", ""),
        ("GPDate", 1735689600000, "2025-01-01", ""),
        ("GPLinearUnit", KM5, "5 kilometers", ""),
        ("GPSQLExpression", "POP > 5", "POP > 5", ""),
        ("GPMultiValue:GPString", ["a", "b"], "a, b", "[]"),
        ("GPFeatureRecordSetLayer", POINT, "1 point", ""),
        ("GPRecordSet", {"features": [{"attributes": {"a": 1}}]}, "1 row", ""),
        ("GPExtent", {"xmin": 0, "ymin": 1, "xmax": 2, "ymax": 3}, "x 0 to 2, y 1 to 3", ""),
        ("GPUnheardOf", {"a": 1}, "a: 1", ""),
    ],
)
def test_it_is_so_for_every_type(kind: str, default: Any, words: str, empty: str) -> None:
    form = form_of(parameter("Suffix", kind, defaultValue=default))
    form.values = {}
    assert chosen(form, CHOICE) == f"The server's default is used: {words}"
    assert sent(form) == {}
    choose(form, CHOICE, "It is sent empty")
    assert sent(form) == {"Suffix": empty}
    assert form.check() == []


@pytest.mark.parametrize("button", ["None", "Remove all"])
def test_a_list_without_rows_is_sent_as_a_list_without_rows(button: str) -> None:
    choices = {"choiceList": ["a", "b"]} if button == "None" else {}
    form = form_of(parameter("Suffix", "GPMultiValue:GPString", defaultValue=["a"], **choices))
    press(form, button)
    assert sent(form) == {"Suffix": "[]"}


def test_a_choice_that_is_taken_back_is_sent_empty() -> None:
    form = form_of(parameter("Suffix", "GPString", defaultValue="a", choiceList=["a", "b"]))
    choose(form, "Suffix", "not set")
    assert sent(form) == {"Suffix": ""}


def test_a_needed_input_is_left_to_the_default_and_says_so() -> None:
    form = form_of({**SUFFIX, **REQUIRED})
    fill(form, "Suffix", "")
    assert options(form, CHOICE) == ["The server's default is used: _old"]
    assert sent(form) == {}
    assert form.check() == []


def test_nothing_is_asked_where_the_server_has_no_default() -> None:
    form = form_of(parameter("Suffix", "GPString", defaultValue=""), parameter("N", "GPLong"))
    fill(form, "Suffix", "a")
    fill(form, "Suffix", "")
    assert not can_find(form, CHOICE)
    assert sent(form) == {}


def test_what_is_wrong_is_said_and_not_what_is_empty() -> None:
    form = form_of(parameter("Suffix", "GPLong", defaultValue=5))
    fill(form, "Suffix", "five")
    assert "not a number" in error_at(form, "Suffix")
    assert not can_find(form, CHOICE)


def test_a_hidden_default_stays_hidden() -> None:
    form = form_of(parameter("Suffix", "GPStringHidden", defaultValue="letmein"))
    assert "letmein" not in text_of(field(form, "Suffix"))
    assert "letmein" not in " ".join(options(form, CHOICE))


def test_a_box_that_nobody_has_ticked_shows_what_the_server_will_take() -> None:
    form = form_of(parameter("Keep", "GPBoolean", defaultValue=True))
    tick(form, "Keep", False)
    assert sent(form) == {"Keep": "false"}
    form.values = {}
    assert sent(form) == {}
    assert find(form, "Keep").value is True


@pytest.mark.parametrize(
    ("given", "wire", "code"),
    [("", {"S": ""}, "S=''"), ([], {"L": "[]"}, "L=[]"), (None, {}, "task()"), ("N", {"N": ""}, "N=''")],
)
def test_a_call_sends_the_same_and_its_code_says_it(given: Any, wire: dict[str, str], code: str) -> None:
    info = TaskInfo.from_json(
        {
            "name": "T",
            "parameters": [
                parameter("S", "GPString", defaultValue="_old"),
                parameter("L", "GPMultiValue:GPString", defaultValue=["a"]),
                parameter("N", "GPLong", defaultValue=5),
            ],
        }
    )
    name = "L" if given == [] else "N" if given == "N" else "S"
    inputs = check_inputs(info, {name: "" if given == "N" else given})
    assert Encoder(info).form(inputs) == wire
    assert code in call_code("http://host/arcgis/rest/services/S/GPServer/T", inputs, info.inputs)


def test_values_of_a_form_can_be_empty_and_are_shown_so() -> None:
    form = form_of(SUFFIX, parameter("N", "GPLong", defaultValue=5))
    form.values = {"Suffix": "", "N": ""}
    assert form.values == {"Suffix": "", "N": ""}
    assert chosen(form, CHOICE) == "It is sent empty"
    form.reset()
    assert form.values == {"Suffix": "_old", "N": 5}
    assert not can_find(form, CHOICE)
