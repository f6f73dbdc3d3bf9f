"""The server's word on a form, before a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from widget_tools import can_find, html_of, join_workers, press, said, see, seen, text_of

from gpwidgets import TaskWidget, demo
from gpwidgets.protocol.responses.validation import Validation
from gpwidgets.widgets.form.form import TaskForm
from gpwidgets.widgets.form.server_check import ServerCheck


@pytest.fixture(scope="module")
def server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


@pytest.fixture
def widget(server: demo.DemoServer) -> Iterator[TaskWidget]:
    widget = TaskWidget(server.url_of("HotSpots"))
    yield widget
    widget.close()


def asked(widget: TaskWidget) -> TaskForm:
    press(widget, "Check with the server")
    assert seen(lambda: "Asking the server" not in text_of(widget))
    assert widget.form is not None
    return widget.form


def remark(form: TaskForm, name: str) -> str:
    """What the server says of an input."""
    return " ".join(line for line in said(form.editors[name]) if "The server says" in line)


def test_remarks_stand_at_their_fields_and_go_again(widget: TaskWidget) -> None:
    widget.values = {**widget.values, "Cell_Size": "500 km"}
    form = asked(widget)
    assert "The server says: Cells as large as this" in remark(form, "Cell_Size")
    assert remark(form, "Area") == ""
    assert "nothing against" not in text_of(widget), "it has a remark"
    widget.values = {**widget.values, "Cell_Size": "50 km"}
    assert remark(asked(widget), "Cell_Size") == ""
    assert "nothing against" in text_of(widget)


def test_a_remark_keeps_nobody_from_running(widget: TaskWidget) -> None:
    widget.values = {**widget.values, "From_Date": "2018-02-05", "To_Date": "2018-02-01"}
    assert "before From Date" in remark(asked(widget), "To_Date")
    assert widget.form.check() == []


def test_choices_follow_the_server_and_keep_what_was_chosen(widget: TaskWidget) -> None:
    widget.values = {**widget.values, "Area": "Alaska", "Minimum_Magnitude": 4, "Event_Type": "all"}
    form = asked(widget)
    editor = form.editors["Event_Type"]
    assert [choice.value for choice in editor.parameter.choices] == ["earthquake", "all"]
    assert editor.value == "all"
    editor.set_value("earthquake")
    assert widget.values["Event_Type"] == "earthquake"


def test_an_input_that_does_not_count_is_disabled_and_keeps_its_value(widget: TaskWidget) -> None:
    row = {"name": "Minimum_Magnitude", "isEnabled": False}
    widget.values = {**widget.values, "Minimum_Magnitude": 4}
    widget.form.show_validation(Validation.from_json({"validationResults": [row]}))
    assert widget.form.editors["Minimum_Magnitude"].focus_target.disabled
    assert widget.values["Minimum_Magnitude"] == 4
    widget.form.show_validation(Validation.from_json({"validationResults": [{**row, "isEnabled": True}]}))
    assert not widget.form.editors["Minimum_Magnitude"].focus_target.disabled


def test_an_offered_value_fills_what_is_empty_and_nothing_else(widget: TaskWidget) -> None:
    def offer(altered: bool) -> Validation:
        rows = [
            {"name": "Minimum_Magnitude", "isAltered": altered, "value": 2.5},
            {"name": "Area", "isAltered": False, "value": "World"},
        ]
        return Validation.from_json({"validationResults": rows})

    widget.form.show_validation(offer(altered=True))
    assert "Minimum_Magnitude" not in widget.values
    widget.form.show_validation(offer(altered=False))
    assert widget.values["Minimum_Magnitude"] == 2.5
    assert widget.values["Area"] == "California and Nevada"


def test_text_of_the_server_is_never_markup(widget: TaskWidget) -> None:
    message = {"description": "<img src=x onerror=alert(1)>", "type": "error"}
    rows = [{"name": "Area", "message": message}]
    widget.form.show_validation(Validation.from_json({"validationResults": rows}))
    assert "<img src=x" in remark(widget.form, "Area")
    assert "<img" not in html_of(widget.form)


def test_a_change_is_followed_by_a_question_after_a_pause(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("HotSpots"))
    check = ServerCheck(widget.task, widget.form, pause=0.01)
    widget.values = {**widget.values, "Cell_Size": "500 km"}
    assert seen(lambda: remark(widget.form, "Cell_Size") != "")
    check.close()
    widget.close()


def test_a_server_that_is_gone_is_said_only_when_asked(server: demo.DemoServer, widget: TaskWidget) -> None:
    with server.faults.add("lost_request", on="validate"):
        asked(widget)
        assert "No connection" in text_of(widget)
    asked(widget)
    assert "No connection" not in text_of(widget)
    with server.faults.add("lost_request", on="validate") as fault:
        unasked = ServerCheck(widget.task, widget.form, pause=0.01)
        widget.values = {**widget.values, "Cell_Size": "50 km"}
        assert seen(lambda: fault.hits > 0)
        assert text_of(unasked) == "Check with the server"
        unasked.close()


def test_services_that_cannot_have_no_button(server: demo.DemoServer) -> None:
    assert not can_find(TaskWidget(server.url_of("Viewshed")), "Check with the server")


def test_an_answer_that_comes_late_is_not_shown(server: demo.DemoServer, widget: TaskWidget) -> None:
    widget.values = {**widget.values, "Cell_Size": "500 km"}
    with server.faults.add("delay", on="validate", times=1, seconds=0.7) as fault:
        press(widget, "Check with the server")
        assert seen(lambda: fault.hits == 1)
        widget.values = {**widget.values, "Cell_Size": "50 km"}
        press(widget, "Check with the server")
        see(widget, "nothing against")
    join_workers("gpwidgets-validate")
    assert remark(widget.form, "Cell_Size") == ""
    assert "nothing against" in text_of(widget)


def test_what_was_said_stays_when_a_pause_asks_of_the_same_values(widget: TaskWidget) -> None:
    check = ServerCheck(widget.task, widget.form, pause=0.01)
    check.ask(loud=True)
    see(check, "nothing against")
    check.ask()
    join_workers("gpwidgets-validate")
    assert "nothing against" in text_of(check)
    check.close()
