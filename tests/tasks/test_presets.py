"""A preset is checked against its task, part by part, and its values are the values of a call."""

from __future__ import annotations

import importlib.resources
import json
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hard_values import HARD, dates, numbers, parsed, some_features, texts
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import gpwidgets as gp
from gpwidgets.tasks.inputs.environment import KEYWORD
from gpwidgets.tasks.sharing.arrangement import arrange
from gpwidgets.tasks.sharing.preset_making import preset_of_form

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def gallery(server) -> gp.GPTask:
    return gp.GPTask(server.url_of("ParameterGallery"))


@pytest.fixture(scope="module")
def buffers(server) -> gp.GPTask:
    return gp.GPTask(server.url_of("BufferPoints"))


def schema() -> Any:
    text = importlib.resources.files("gpwidgets.data").joinpath("preset.schema.json").read_text("utf-8")
    return json.loads(text)


def fields_of(task: gp.GPTask, values: Any) -> dict[str, Any]:
    return parsed({field.name: field.text for field in task.request(values).fields})


def assert_same_request(task: gp.GPTask, values: dict[str, Any], preset: gp.Preset) -> None:
    again = arrange(gp.load_preset(str(preset)), task.info)
    assert [str(fault) for fault in again.faults] == []
    given = {**again.first, KEYWORD: again.environment}
    assert fields_of(task, given) == fields_of(task, values)


@pytest.mark.parametrize("name", HARD)
def test_the_values_of_a_form_come_back_from_its_preset(gallery, name: str) -> None:
    preset = preset_of_form(gallery, gallery.settings(HARD[name]))
    jsonschema.Draft202012Validator(schema()).validate(preset.to_json())
    assert_same_request(gallery, HARD[name], preset)


@settings(max_examples=12, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(frame=some_features(), text=texts, number=numbers, moment=dates)
def test_any_values_come_back(gallery, frame, text, number, moment) -> None:
    values = {"Input_Points": frame, "Input_String": text, "Input_Double": number, "Input_Date": moment}
    values = {name: value for name, value in values.items() if value is not None}
    assert_same_request(gallery, values, preset_of_form(gallery, gallery.settings(values)))


#: What a preset says, and what is said of it.
FAULTS: list[tuple[Any, str]] = [
    ({"inputs": {"Distanze": {}}}, "inputs.Distanze: the task has no such input; did you mean 'Distance'?"),
    ({"order": ["Dissolv"]}, "order: Dissolv: the task has no such input; did you mean 'Dissolve'?"),
    ({"outputs": ["Bufers"]}, "outputs: Bufers: the task has no such output; did you mean 'Buffers'?"),
    (
        {"environment": {"outSr": 1}},
        "environment.outSr: there is no such setting of a run; did you mean 'outSR'?",
    ),
    ({"imputs": {}}, "imputs: a preset has no such part; did you mean 'inputs'?"),
    (
        {"inputs": {"Distance": {"lable": ""}}},
        "inputs.Distance.lable: an input of a preset has no such part; did you mean 'label'?",
    ),
    ({"inputs": {"Distance": {"fixed": "yes"}}}, "inputs.Distance.fixed: it is neither true nor false."),
    ({"inputs": {"Distance": {"label": 5}}}, "inputs.Distance.label: it is no text."),
    ({"inputs": {"Distance": ["hidden"]}}, 'inputs.Distance: it is no object such as {"hidden": true}.'),
    ({"inputs": {"Distance": {"value": "far"}}}, "inputs.Distance.value: "),
    (
        {"inputs": {"Distance": {"value": "far", "hidden": True}}},
        "inputs.Distance.hidden: the value of the preset cannot be used",
    ),
    (
        {"inputs": {"Input_Points": {"hidden": True}}},
        "inputs.Input_Points.hidden: the task needs a value and the preset gives none",
    ),
    ({"inputs": {"Input_Points": {"fixed": True}}}, "inputs.Input_Points.fixed: the task needs a value"),
    (
        {"inputs": {"Dissolve": {"choices": ["NONE", "SOME"]}}},
        "inputs.Dissolve.choices: the task has no choice 'SOME'; did you mean 'NONE'?",
    ),
    ({"inputs": {"Dissolve": {"choices": ["MANY"]}}}, "inputs.Dissolve.choices: none of them is left"),
    (
        {"inputs": {"Dissolve": {"choices": ["ALL"]}}},
        "inputs.Dissolve.choices: the task's default, NONE, is none of these",
    ),
    ({"inputs": {"Dissolve": {"choices": []}}}, "inputs.Dissolve.choices: it is no list of 1 to 5,000"),
    (
        {"inputs": {"Distance": {"choices": ["5 km"]}}},
        "inputs.Distance.choices: the task offers no choices for this input",
    ),
    ({"extent": [0, 0, 1]}, "extent: it is no list of west, south, east and north in degrees."),
    ({"extent": [0, 50, 1, 40]}, "extent: it is no list of west"),
    ({"messages": "loud"}, 'messages: it is none of "info", "warning" and "error".'),
    ({"fingerprint": "sha256:" + "0" * 32}, "fingerprint: the description of the task is not what it was"),
    ({"inputs": []}, "inputs: it is no object of at most 2,000 inputs by name."),
    (
        {"inputs": {"Distance": {"help": "x" * 10_001}}},
        "inputs.Distance.help: only the first 10,000 characters are shown.",
    ),
]


@pytest.mark.parametrize(("wanted", "words"), FAULTS, ids=[words[:60] for _, words in FAULTS])
def test_what_does_not_fit_is_said_and_the_rest_is_used(buffers, wanted: Any, words: str) -> None:
    found = gp.load_preset({**wanted, "title": "Wells"}).problems(buffers)
    assert any(line.startswith(words) for line in found), found
    arranged = arrange(gp.load_preset({**wanted, "title": "Wells"}), buffers.info)
    assert arranged.title == "Wells"
    assert not arranged.hidden


def test_a_preset_written_in_python_is_looked_at_too(buffers) -> None:
    assert gp.Preset(inputs={"Distance": {"lable": "x"}}).problems(buffers) != []
    assert gp.Preset(extent=(0, 50, 1, 40)).problems(buffers) != []


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{", "no JSON"),
        ('{"format": "gpwidgets-settings", "version": 1}', '"format" is not "gpwidgets-preset"'),
        ('{"format": "gpwidgets-preset", "version": 2}', "a newer gpwidgets writes"),
        ('{"version": true}', "version of its format"),
        ("{" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_preset_is_refused_in_words(source: str, words: str) -> None:
    with pytest.raises(gp.GPError, match=re.escape(words)):
        gp.load_preset(source)


@settings(max_examples=40, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(
    part=st.sampled_from(
        ["inputs", "order", "environment", "extent", "outputs", "messages", "title", "task"]
    ),
    anything=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["Distance", "Dissolve", "value", "choices", "hidden", "fixed", "label", "outSR", "x"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ),
)
def test_any_json_makes_a_form_or_is_refused_in_words(buffers, part: str, anything: Any) -> None:
    arranged = arrange(gp.load_preset({part: anything}), buffers.info)
    assert {one.name for one in arranged.info.inputs} == {one.name for one in buffers.inputs}
    given = {**arranged.first, **arranged.fixed}
    checked = {name: value for name, value in given.items() if value is not gp.UNSET}
    buffers.check({"Input_Points": "POINT (1 2)", **checked})  # raises for what is no checked value


def test_no_file_of_this_computer_and_no_secret_is_taken_from_a_preset(gallery, tmp_path) -> None:
    private = tmp_path / "private.geojson"
    private.write_text("{}")
    told = {
        "Input_File": str(private),
        "Input_Points": str(private),
        "Input_Raster": {"url": "https://gis.example.com/a.tif?token=canary-secret", "format": "tif"},
        "Input_Hidden": "canary-secret",
        "Input_Records": {"url": "https://gis.example.com/0", "serviceToken": "canary-secret"},
    }
    for extra in ({}, {"fixed": True}, {"hidden": True}):
        preset = gp.load_preset({"inputs": {name: {"value": one, **extra} for name, one in told.items()}})
        arranged = arrange(preset, gallery.info)
        assert set(arranged.first) | set(arranged.fixed) == set()
        assert "canary-secret" not in "".join(map(str, arranged.faults))
        assert {fault.input for fault in arranged.faults} == set(told)


def test_a_preset_of_a_form_holds_no_secret_and_no_local_file(gallery, tmp_path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    values = {
        "Input_Hidden": "canary-secret",
        "Input_File": gp.DataFile(path=str(tmp_path / "a.csv")),
        "Input_Raster": gp.RasterData(url="https://gis.example.com/a.tif?token=canary-secret", format="tif"),
        "Input_String": "token=canary-secret",
    }
    text = str(preset_of_form(gallery, gallery.settings(values)))
    assert "canary-secret" not in text
    assert str(tmp_path) not in text
    assert "***" not in text


def test_labels_order_groups_and_choices_are_the_authors(gallery) -> None:
    arranged = arrange(
        gp.load_preset(
            {
                "inputs": {
                    "Input_Long": {"label": "How\nmany", "help": "<b>Not</b> too many", "group": "First"},
                    "Input_Choice": {"choices": ["GEODESIC"], "value": "GEODESIC"},
                    "Input_Coded": {"choices": ["Join all"], "value": "ALL"},
                    "Input_Choices": {"choices": ["Blue, dark", "Red"]},
                    "Input_String": {"choices": ["north", "south"]},
                },
                "order": ["Input_String", "Input_Long", "Input_String"],
            }
        ),
        gallery.info,
    )
    assert [str(fault) for fault in arranged.faults] == []
    inputs = {one.name: one for one in arranged.info.inputs}
    assert list(inputs)[:3] == ["Input_String", "Input_Long", "Input_Boolean"]
    assert (inputs["Input_Long"].display_name, inputs["Input_Long"].category) == ("How many", "First")
    assert inputs["Input_Long"].description == "<b>Not</b> too many"
    assert [one.label for one in inputs["Input_Choice"].choices] == ["GEODESIC"]
    assert [(one.label, one.value) for one in inputs["Input_Coded"].choices] == [("Join all", "ALL")]
    assert [one.label for one in inputs["Input_Choices"].member.choices] == ["Blue, dark", "Red"]
    assert [one.label for one in inputs["Input_String"].choices] == ["north", "south"]
    assert arranged.info.outputs == gallery.info.outputs


def test_a_file_is_saved_once_and_read_again(tmp_path) -> None:
    preset = gp.Preset(inputs={"A": {"label": "Å"}}, extent=(0, 1, 2, 3), outputs=("B",), messages="error")
    path = preset.save(tmp_path / "new" / "a.json")
    assert gp.load_preset(path) == preset
    with pytest.raises(FileExistsError):
        preset.save(path)
    assert gp.load_preset(preset.save(str(path), overwrite=True)) == preset


def test_choices_that_a_server_changes_later_are_narrowed_as_well(gallery) -> None:
    arranged = arrange(gp.load_preset({"inputs": {"Input_Choice": {"choices": ["GEODESIC"]}}}), gallery.info)
    changed = replace(gallery.info.parameter("Input_Choice"), choice_list=("PLANAR", "GEODESIC", "NEW"))
    assert [one.label for one in arranged.narrowed(changed).choices] == ["GEODESIC"]
    gone = replace(changed, choice_list=("PLANAR", "NEW"))
    assert [one.label for one in arranged.narrowed(gone).choices] == ["PLANAR", "NEW"]
