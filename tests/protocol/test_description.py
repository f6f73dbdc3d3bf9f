"""Descriptions of services and tasks are read whatever a server left out."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpwidgets.protocol.description import Choice, Filter, GPParameter, ServiceInfo, TaskInfo
from gpwidgets.protocol.enums import Direction, ExecutionType, ParameterType


def test_a_whole_task() -> None:
    info = TaskInfo.from_json(
        {
            "name": "Viewshed",
            "displayName": "What can be seen",
            "executionType": "esriExecutionTypeAsynchronous",
            "parameters": [
                {
                    "name": "Observers",
                    "dataType": "GPFeatureRecordSetLayer",
                    "direction": "esriGPParameterDirectionInput",
                    "parameterType": "esriGPParameterTypeRequired",
                    "defaultValue": {"geometryType": "esriGeometryPoint", "features": []},
                },
                {
                    "name": "Out",
                    "dataType": "GPLong",
                    "direction": "esriGPParameterDirectionOutput",
                    "parameterType": "esriGPParameterTypeRequired",
                },
            ],
        }
    )
    assert info.execution_type is ExecutionType.ASYNCHRONOUS
    assert [p.name for p in info.inputs] == ["Observers"]
    assert info.inputs[0].required
    assert info.inputs[0].geometry_types == ("esriGeometryPoint",)
    assert not info.outputs[0].required


def test_a_parameter_with_only_a_name_is_an_optional_text_input() -> None:
    parameter = GPParameter.from_json({"name": "p"})
    assert (parameter.data_type, parameter.display_name) == ("GPString", "p")
    assert parameter.is_input
    assert not parameter.required
    assert not parameter.has_default


def test_a_null_parameter_type_is_optional() -> None:
    assert (
        GPParameter.from_json({"name": "p", "parameterType": None}).parameter_type is ParameterType.OPTIONAL
    )


def test_an_empty_choice_list_means_no_choices() -> None:
    assert GPParameter.from_json({"name": "p", "choiceList": []}).choices == ()


def test_coded_values_show_names_and_send_values() -> None:
    coded = {"type": "codedValue", "list": [{"dataType": "GPString", "name": "No Dissolve", "value": "NONE"}]}
    assert GPParameter.from_json({"name": "p", "filter": coded}).choices == (Choice("No Dissolve", "NONE"),)


def test_coded_layers_are_sent_by_name() -> None:
    coded = {
        "type": "codedValue",
        "list": [{"name": "roads", "value": {"geometryType": "esriGeometryPolyline"}}],
    }
    assert GPParameter.from_json({"name": "p", "filter": coded}).choices == (Choice("roads", "roads"),)


def test_composite_filters_keep_their_holes() -> None:
    composite = Filter.from_json(
        {"type": "composite", "list": [{"type": "range", "minimum": 0, "maximum": "9"}, None]}
    )
    assert composite is not None
    assert composite.members == (Filter("range", 0, 9), None)


def test_a_multi_value_has_a_member() -> None:
    parameter = GPParameter.from_json(
        {"name": "p", "dataType": "GPMultiValue:GPString", "defaultValue": ["a"], "choiceList": ["a", "b"]}
    )
    assert parameter.is_multi
    assert parameter.member.data_type == "GPString"
    assert parameter.member.default_value is None
    assert [choice.value for choice in parameter.member.choices] == ["a", "b"]


def test_a_multi_value_of_composites_knows_the_types() -> None:
    inner = {
        "dataType": "GPComposite",
        "name": "",
        "parameterInfos": [{"name": "", "dataType": "GPString"}, {"name": "", "dataType": "GPLong"}],
    }
    member = GPParameter.from_json(
        {"name": "p", "dataType": "GPMultiValue:GPComposite", "parameterInfos": [inner]}
    ).member
    assert [info.data_type for info in member.parameter_infos] == ["GPString", "GPLong"]


def test_the_capability_null_is_none() -> None:
    assert ServiceInfo.from_json({"capabilities": "null"}).capabilities == frozenset()
    assert ServiceInfo.from_json({"capabilities": "Uploads,Validate"}).can_upload
    assert not ServiceInfo.from_json({}).can_upload


def test_versions_are_one_decimal_number() -> None:
    older, newer = (ServiceInfo.from_json({"currentVersion": v}).current_version for v in (10.91, 11))
    assert older is not None
    assert newer is not None
    assert older < newer


@pytest.mark.parametrize(
    ("word", "expected"),
    [("esriGPParameterDirectionOutput", Direction.OUTPUT), (None, Direction.INPUT), ("in", Direction.INPUT)],
)
def test_directions(word: object, expected: Direction) -> None:
    assert Direction(word) is expected


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
_KEYS = [
    "name",
    "dataType",
    "direction",
    "parameterType",
    "defaultValue",
    "category",
    "choiceList",
    "filter",
    "dependency",
    "parameterInfos",
    "displayName",
    "description",
]


@given(st.dictionaries(st.sampled_from(_KEYS), _JSON))
def test_no_parameter_json_is_too_strange(data: dict) -> None:
    parameter = GPParameter.from_json(data)
    assert isinstance(parameter.choices, tuple)
    assert isinstance(parameter.geometry_types, tuple)
    assert isinstance(parameter.member, GPParameter)


def test_recorded_tasks_are_read(recorded_files) -> None:
    read = 0
    for path in recorded_files("task", "task-wab", "task-fragment"):
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        info = TaskInfo.from_json(data)
        assert len(info.parameters) == len(data.get("parameters") or []), path
        read += 1
    for path in recorded_files("service"):
        assert ServiceInfo.from_json(json.loads(Path(path).read_text(encoding="utf-8"))).tasks, path
        read += 1
    assert read == len(recorded_files("task", "task-wab", "task-fragment", "service"))
