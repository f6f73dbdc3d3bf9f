"""Inputs checked by the server, without a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from recorded import recorded

from gpwidgets import GPTask, demo
from gpwidgets.errors import GPError, InputErrors, ServerError
from gpwidgets.protocol.responses.validation import Validation

pytestmark = pytest.mark.once

SIZE = {"distance": 50, "units": "esriKilometers"}


@pytest.fixture(scope="module")
def hot_spots(server: demo.DemoServer) -> GPTask:
    return GPTask(server.url_of("HotSpots"))


def message(checked: Validation, name: str) -> str:
    found = checked.inputs[name].message
    return found.description if found else ""


def test_what_suits_is_valid(hot_spots: GPTask) -> None:
    checked = hot_spots.validate()
    assert checked.is_valid
    assert set(checked.inputs) == {one.name for one in hot_spots.inputs}
    assert checked.messages == ()


def test_inputs_are_checked_against_each_other(hot_spots: GPTask) -> None:
    checked = hot_spots.validate(From_Date="2018-02-05", To_Date="2018-02-01")
    assert not checked.is_valid
    assert "before From Date" in message(checked, "To_Date")
    assert checked.inputs["To_Date"].message.level == "error"


def test_a_warning_leaves_the_inputs_valid(hot_spots: GPTask) -> None:
    checked = hot_spots.validate(Cell_Size="500 km")
    assert checked.is_valid
    assert checked.inputs["Cell_Size"].message.level == "warning"
    assert checked.inputs["Cell_Size"].is_altered


def test_what_is_left_to_choose_comes_back(hot_spots: GPTask) -> None:
    checked = hot_spots.validate(Area="Alaska", Minimum_Magnitude=4)
    assert [one.value for one in checked.inputs["Event_Type"].filter.coded] == ["earthquake", "all"]


def test_nothing_runs_and_nothing_wrong_is_sent(hot_spots: GPTask, server: demo.DemoServer) -> None:
    with pytest.raises(InputErrors):
        hot_spots.validate(Cell_Size="5 parsecs")
    with pytest.raises(TypeError, match="did you mean 'Area'"):
        hot_spots.validate(Aria="Alaska")


def test_a_service_that_cannot_says_so(server: demo.DemoServer) -> None:
    with pytest.raises(GPError, match="does not check inputs"):
        GPTask(server.url_of("Viewshed")).validate()


def test_a_task_that_cannot_is_refused_by_the_server(server: demo.DemoServer) -> None:
    task = GPTask(server.url_of("BufferPoints"))
    with pytest.raises(ServerError, match="not supported"):
        task.session.post_json(task.url.validate, {})


@pytest.mark.parametrize("path", recorded("validate"), ids=lambda path: path.name)
def test_recorded_answers_are_read(path: Any) -> None:
    checked = Validation.from_json(json.loads(path.read_bytes()))
    assert list(checked.inputs) == ["in_features", "target_features", "status"]
    assert not checked.is_valid
    assert checked.inputs["in_features"].message.level == "warning"
    assert checked.inputs["in_features"].value["url"].endswith("FeatureServer/1")
    assert checked.messages == ()  # it only repeats those of the inputs


def test_messages_of_their_own_are_kept() -> None:
    checked = Validation.from_json(
        {
            "validationResults": [],
            "additionalMessages": [{"description": "Closed at night.", "type": "warning"}],
        }
    )
    assert [one.description for one in checked.messages] == ["Closed at night."]


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "validationResults": json_values
            | st.lists(
                st.fixed_dictionaries(
                    {},
                    optional=dict.fromkeys(("name", "message", "filter", "isEnabled", "value"), json_values),
                )
            ),
            "additionalMessages": json_values,
        },
    )
)
def test_any_json_is_tolerated(data: dict[str, Any]) -> None:
    assert isinstance(Validation.from_json(data).is_valid, bool)


class Asked:
    """A server that checks inputs, and refuses fields of one form."""

    def __init__(self, takes: str) -> None:
        self.takes, self.fields = takes, []

    def answer(self, path: str, fields: dict[str, str]) -> Any:
        if path.endswith("/validate"):
            self.fields.append({name: text for name, text in fields.items() if name != "f"})
            wrapped = any('"value"' in text for text in fields.values())
            if self.takes == "nothing" or wrapped is not (self.takes == "objects"):
                return {"error": {"code": 400, "message": f"wrong form {len(self.fields)}"}}
            return {"validationResults": [], "additionalMessages": []}
        if path.endswith("/T"):
            kinds = {"Count": "GPLong", "Name": "GPString", "Far": "GPLinearUnit", "Yes": "GPBoolean"}
            inward = {"direction": "esriGPParameterDirectionInput"}
            rows = [{"name": name, "dataType": kind, **inward} for name, kind in kinds.items()]
            return {"name": "T", "executionType": "esriExecutionTypeSynchronous", "parameters": rows}
        return {"currentVersion": 12.0, "tasks": ["T"], "capabilities": "Validate"}


@pytest.mark.parametrize(("takes", "questions"), [("objects", 1), ("texts", 2)])
def test_each_value_goes_in_an_object_of_its_own(
    takes: str, questions: int, answering: Callable[[Any], str]
) -> None:
    asked = Asked(takes)
    task = GPTask(f"{answering(asked.answer)}/S/GPServer/T")
    assert task.validate(Count=5, Name='say "x"', Far="5 km", Yes=True).is_valid
    assert len(asked.fields) == questions
    assert {name: json.loads(text) for name, text in asked.fields[0].items()} == {
        "Count": {"value": 5},
        "Name": {"value": 'say "x"'},
        "Far": {"value": {"distance": 5, "units": "esriKilometers"}},
        "Yes": {"value": True},
    }


def test_a_refusal_of_both_forms_is_that_of_the_first(answering: Callable[[Any], str]) -> None:
    asked = Asked("nothing")
    with pytest.raises(ServerError, match="wrong form 1"):
        GPTask(f"{answering(asked.answer)}/S/GPServer/T").validate(Count=5)
    assert len(asked.fields) == 2


@pytest.mark.parametrize(
    ("sent", "is_error"),
    [
        ({"Cell_Size": "far"}, True),
        ({"Cell_Size": {"value": "far"}}, True),
        ({"Cell_Size": {"distance": "far"}}, True),
        ({"Cell_Size": SIZE}, False),
        ({"Cell_Size": {"value": SIZE}}, False),
        ({"Cell_Size": {"value": json.dumps(SIZE)}}, False),
        ({"Cell_Size": SIZE, "From_Date": "yesterday"}, True),
    ],
)
def test_the_server_checks_each_field_by_itself_in_every_form_of_it(
    server: demo.DemoServer, sent: dict[str, Any], is_error: bool
) -> None:
    fields = {name: one if isinstance(one, str) else json.dumps(one) for name, one in sent.items()}
    reply = requests.post(f"{server.url_of('HotSpots')}/validate", {"f": "json", **fields}, timeout=30)
    rows = {row["name"]: row for row in reply.json()["validationResults"]}
    assert {name for name, row in rows.items() if row["isAltered"]} == set(sent)
    told = [row["message"] for row in rows.values() if "message" in row]
    assert [one["type"] for one in told] == (["error"] if is_error else [])
