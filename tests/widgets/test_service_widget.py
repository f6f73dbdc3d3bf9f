"""Finding a task on a server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from widget_tools import can_press, join_workers, text_of

from gpwidgets import demo
from gpwidgets.errors import ConnectionFailed
from gpwidgets.widgets._task_finder import MANY, PickList
from gpwidgets.widgets.service_widget import ServiceWidget


@pytest.fixture(scope="module")
def server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


def settle(widget: ServiceWidget) -> None:
    """Wait for the worker, and for those that it may have started."""
    join_workers("gpwidgets-browse")


def test_from_the_root_to_a_form(server: demo.DemoServer) -> None:
    widget = ServiceWidget(server.url)
    settle(widget)
    assert widget.error is None
    assert any("Proximity" in str(option) for option in widget.services.list.options)
    widget.services.list.value = "Waiting"
    settle(widget)
    assert widget.tasks.value == "SlowCount"
    settle(widget)
    assert widget.task_widget is not None
    assert widget.task_widget.form is not None


def test_a_folder_shows_its_services(server: demo.DemoServer) -> None:
    widget = ServiceWidget(server.url)
    settle(widget)
    widget.folders.list.value = "Secured"
    settle(widget)
    assert ("Secured/Waiting", "Secured/Waiting") in widget.services.list.options


def test_the_address_of_a_task_opens_its_form(server: demo.DemoServer) -> None:
    widget = ServiceWidget(server.url_of("SlowCount"))
    settle(widget)
    assert widget.task_widget is not None
    assert widget.task_widget.task is not None
    assert widget.task_widget.task.name == "SlowCount"


def test_an_unreachable_server_is_said() -> None:
    widget = ServiceWidget("http://127.0.0.1:9/arcgis/rest/services")
    settle(widget)
    assert isinstance(widget.error, ConnectionFailed)
    assert "No connection" in text_of(widget)
    assert can_press(widget, "Try again")


def test_long_lists_can_be_searched() -> None:
    picker = PickList("Task")
    picker.show([f"Task{i}" for i in range(MANY + 1)])
    assert picker.search.layout.display == ""
    picker.search.value = "task1"
    assert [value for _, value in picker.list.options] == ["", "Task1", "Task10", "Task11", "Task12"]
    picker.show(["one"])
    assert picker.search.layout.display == "none"
    assert picker.list.layout.display != "none"
    assert picker.value == "one"
