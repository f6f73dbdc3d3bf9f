"""Finding a task on a server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bad_server import BadServer, GPAnswers, Wire
from widget_tools import (
    can_find,
    can_press,
    choose,
    chosen,
    fill,
    join_workers,
    options,
    press,
    see,
    seen,
    text_of,
)

from gpwidgets import Token, demo
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


def test_a_sign_in_keeps_what_was_chosen_and_opens_it(server: demo.DemoServer) -> None:
    widget = ServiceWidget(server.url)
    choose(widget, "Folder", "Secured")
    assert seen(lambda: "Secured/Waiting" in options(widget, "Service"))
    choose(widget, "Service", "Secured/Waiting")
    see(widget, "Token")
    fill(widget, "Token", "wrong-token")
    press(widget, "Sign in")
    assert seen(lambda: "Reading" not in text_of(widget))
    choose(widget, "Sign in", "With a user name")
    fill(widget, "User name", demo.USERNAME)
    fill(widget, "Password", demo.PASSWORD)
    press(widget, "Sign in")
    assert seen(lambda: can_find(widget, "Task") and len(options(widget, "Task")) > 1)
    assert chosen(widget, "Folder") == "Secured"
    assert chosen(widget, "Service") == "Secured/Waiting"
    choose(widget, "Task", "SecuredCount")
    assert seen(lambda: can_find(widget, "Run"))
    assert not can_find(widget, "Token")


def test_the_top_level_shows_its_services_again(server: demo.DemoServer) -> None:
    widget = ServiceWidget(server.url)
    choose(widget, "Folder", "Secured")
    assert seen(lambda: "Secured/Waiting" in options(widget, "Service"))
    choose(widget, "Folder", "(top level)")
    assert seen(lambda: "Proximity" in options(widget, "Service"))
    choose(widget, "Service", "Proximity")
    assert seen(lambda: can_find(widget, "Run"))
    choose(widget, "Service", options(widget, "Service")[0])
    assert seen(lambda: not can_find(widget, "Run"))


def test_a_sign_in_stays_with_its_server_when_another_is_opened(server: demo.DemoServer) -> None:
    def refuse(_request: object, wire: Wire) -> None:
        wire.reply({"error": {"code": 499, "message": "Token Required"}})

    with BadServer(refuse) as first, BadServer(GPAnswers([])) as other:
        widget = ServiceWidget(first.services, Token("m4rk-token"))
        see(widget, "Token")
        fill(widget, "Address", f"{other.services}/S/GPServer")
        assert seen(lambda: bool(other.seen))
        assert seen(lambda: not can_find(widget, "Token"))
        assert "m4rk-token" in first.seen[-1].text
        assert not any("m4rk-token" in request.text for request in other.seen)
