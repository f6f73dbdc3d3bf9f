"""How much a form sends to the page: what nobody has opened or needed is not made."""

from __future__ import annotations

from typing import Any

import comm
import ipywidgets as w
import pytest
from comm.base_comm import BaseComm
from widget_tools import fill, find, press

from gpwidgets.protocol.description import TaskInfo
from gpwidgets.widgets.form.form import TaskForm

KINDS = (
    "GPString",
    "GPLong",
    "GPDouble",
    "GPLinearUnit",
    "GPDate",
    "GPDataFile",
    "GPMultiValue:GPString",
    "GPSQLExpression",
)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of the messages that go to the page."""
    kinds: list[str] = []

    class CountingComm(BaseComm):  # type: ignore[misc]
        def publish_msg(self, msg_type: str, *args: Any, **keys: Any) -> None:
            kinds.append(msg_type)

    monkeypatch.setattr(comm, "create_comm", CountingComm)
    return kinds


def form_of(count: int, **more: Any) -> TaskForm:
    parameters = [
        {
            "name": f"Input_{number}",
            "displayName": f"Input {number}",
            "dataType": KINDS[number % len(KINDS)],
            "direction": "esriGPParameterDirectionInput",
            "parameterType": "esriGPParameterTypeRequired",
            "description": "What it is for.",
            **more,
        }
        for number in range(count)
    ]
    return TaskForm(TaskInfo.from_json({"name": "T", "parameters": parameters}))


def models() -> int:
    return len(w.Widget.get_manager_state()["state"])


def test_a_form_of_forty_inputs_sends_few_messages(sent: list[str]) -> None:
    form_of(len(KINDS)).close()  # what all forms share is sent with the first
    sent.clear()
    form = form_of(40)
    assert len(form.editors) == 40
    assert len(sent) <= 190
    assert sent.count("comm_open") >= 0.95 * len(sent), "what is sent again could have been right at first"


def test_a_field_is_sent_as_a_box_a_control_and_its_help(sent: list[str]) -> None:
    form_of(1).close()
    one, two = 0, 0
    for count in (1, 2):
        sent.clear()
        form_of(count, dataType="GPString").close()
        one, two = two, sent.count("comm_open")
    assert two - one == 3


def test_what_is_opened_is_made_once() -> None:
    form = form_of(7)
    before = models()
    press(form, "Paste rows")
    there = models()
    assert there >= before + 2
    press(form, "Paste rows")
    press(form, "Paste rows")
    assert models() <= there + 1  # hiding it took a layout
    fill(form, "Rows for Input 6", "a\nb")
    assert find(form, "Rows for Input 6").value == "a\nb"


def test_settings_are_made_when_they_are_opened() -> None:
    form = form_of(1, dataType="GPFeatureRecordSetLayer")
    names = list(form.environment.settings)
    assert names
    before = models()
    press(form, "Environment")
    assert models() >= before + 2 * len(names)
    there = models()
    press(form, "Environment")
    press(form, "Environment")
    assert models() <= there + 1


def test_a_layout_comes_into_the_page_with_the_first_look_at_it(sent: list[str]) -> None:
    field = form_of(1).editors["Input_0"]
    sent.clear()
    assert field.layout.width is None
    assert sent == ["comm_open", "comm_msg"]
    sent.clear()
    field.layout.display = "none"
    assert sent == ["comm_msg"]
