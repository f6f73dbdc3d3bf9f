"""Addresses that lead to no task: each can be mended where it stands, and none holds up the cell."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import comm
import pytest
from bad_server import BadServer, Request, Wire
from comm.base_comm import BaseComm
from widget_tools import (
    alerts,
    can_find,
    choose,
    fill,
    find,
    find_all,
    join_workers,
    names_of,
    options,
    press,
    said,
    see,
    seen,
    text_of,
)

from gpwidgets import demo
from gpwidgets.client.http.session import GPSession
from gpwidgets.client.sign_in.auth import Token
from gpwidgets.errors import ConnectionFailed, InputErrors
from gpwidgets.widgets import patience
from gpwidgets.widgets.kit.background import Job
from gpwidgets.widgets.service_widget import ServiceWidget
from gpwidgets.widgets.task_widget import TaskWidget

pytestmark = pytest.mark.once


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Host and port where each connection gets this answer."""
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                held.append(listener.accept()[0])
            except OSError:
                return
            answer(held[-1])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()
    for one in held:
        one.close()


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes connections and never says a word."""
    with listening(lambda _connection: None) as place:
        yield f"http://{place}/arcgis/rest/services/S/GPServer/T"


def test_a_wrong_address_is_mended_where_it_stands(server: demo.DemoServer) -> None:
    widget = TaskWidget("not an address", values={"Steps": 3})
    assert "Not the address of a service" in alerts(widget)[0]
    fill(widget, "Address", server.url_of("SlowCount"))
    see(widget, "Count slowly")
    assert seen(lambda: can_find(widget, "Run"))
    assert not can_find(widget, "Address")
    assert alerts(widget) == []
    assert widget.values["Steps"] == 3


def test_a_misspelt_task_lists_those_of_the_service(server: demo.DemoServer) -> None:
    address = server.url_of("SlowCount")
    widget = TaskWidget(address + "er")
    see(widget, "has no task 'SlowCounter'")
    assert "Task not found" in alerts(widget)[0]
    assert "may have been moved" not in alerts(widget)[0]
    assert "SlowCount" in options(widget, "Task")
    choose(widget, "Task", "SlowCount")
    assert seen(lambda: can_find(widget, "Run"))
    assert widget.task is not None
    assert widget.task.url.task == address


def test_a_service_with_several_tasks_offers_them(server: demo.DemoServer) -> None:
    widget = TaskWidget(f"{server.url}/Awkward names/GPServer")
    assert "Which task?" in alerts(widget)[0]
    assert "Count words - quickly" in options(widget, "Task")
    choose(widget, "Task", "Größe in Ångström")
    assert seen(lambda: can_find(widget, "Run"))


def test_a_server_opens_its_list_of_services(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url, values={"Steps": 3})
    assert alerts(widget) == []
    assert "choose a service and a task" in " ".join(said(widget))
    choose(widget, "Service", "Waiting")  # its only task is chosen with it
    assert seen(lambda: can_find(widget, "Run"))
    assert widget.task is not None
    assert widget.task.name == "SlowCount"
    assert widget.values["Steps"] == 3
    assert not can_find(widget, "Service"), "the list gives way to the form"


def test_a_sign_in_goes_to_no_other_server_with_an_address_that_is_mended(
    server: demo.DemoServer,
) -> None:
    asked: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        asked.append(connection.recv(4096))
        connection.sendall(b"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_RDWR)

    with listening(answer) as place:
        widget = TaskWidget(server.url_of("SecuredCount") + "er", auth=Token("a-token-of-the-first"))
        assert seen(lambda: bool(alerts(widget)))
        fill(widget, "Address", f"http://{place}/arcgis/rest/services/S/GPServer/T")
        assert seen(lambda: bool(asked))
        assert seen(lambda: bool(alerts(widget)))
    assert not any(b"a-token-of-the-first" in one for one in asked)


def test_https_on_an_http_port_is_said_within_the_time_limit(server: demo.DemoServer) -> None:
    address = server.url_of("SlowCount")
    with pytest.raises(ConnectionFailed, match="speaks http, not https") as caught:
        GPSession(timeout=(0.5, 20.0)).get_json(address.replace("http:", "https:"))
    assert not caught.value.maybe_sent


def test_http_in_the_place_of_tls_is_told_in_the_form() -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

    with listening(answer) as place:
        widget = TaskWidget(f"https://{place}/arcgis/rest/services/S/GPServer/T")
        see(widget, "speaks http, not https")
        assert can_find(widget, f"Use http://{place}/arcgis/rest/services/S/GPServer/T")


class _Clock:
    """Time that passes only where somebody waits."""

    def __init__(self) -> None:
        self.now = time.monotonic() + patience.RECOVERY + 1

    def monotonic(self) -> float:
        return self.now


def test_several_addresses_that_do_not_answer_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _Clock()

    class Unanswered(Job):
        def wait_for_answer(self, seconds: float) -> bool:
            clock.now += seconds
            return False

    monkeypatch.setattr(patience, "time", clock)
    # What other tests wait for later must not depend on the made-up time of this one.
    monkeypatch.setattr(patience, "_last", patience._last)
    monkeypatch.setattr(patience, "_spent", patience._spent)
    asked = Unanswered(print, None, "", 0.0)
    waits = []
    for _ in range(6):
        before = clock.now
        assert not patience.wait_a_moment(asked)
        waits.append(clock.now - before)
    assert waits[0] == patience.MOST
    assert waits[1:] == pytest.approx([patience.LEAST] * 5)
    clock.now += patience.RECOVERY + 1
    before = clock.now
    patience.wait_a_moment(asked)
    assert clock.now - before == patience.MOST


def test_several_forms_whose_address_does_not_answer_are_there_at_once(
    silent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "MOST", 0.0)
    monkeypatch.setattr(patience, "LEAST", 0.0)
    widgets = [TaskWidget(silent) for _ in range(5)]
    assert all("Connecting" in text_of(one) and can_find(one, "Address") for one in widgets)


@pytest.mark.parametrize("code", [499, 500])
def test_an_answer_that_comes_as_the_waiting_ends_is_shown(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "MOST", 0.0)
    monkeypatch.setattr(patience, "LEAST", 0.0)
    asked_in_vain = threading.Event()

    class Page(BaseComm):
        """Is told of each control; as it hears of the address to mend, the server answers."""

        def publish_msg(self, msg_type: str, data: Any = None, metadata: Any = None, **_: Any) -> None:
            is_address = msg_type == "comm_open" and data["state"].get("description") == "Address"
            if is_address and threading.current_thread() is threading.main_thread():
                asked_in_vain.set()
                join_workers("gpwidgets-connect")

    def answer(_request: Request, wire: Wire) -> None:
        assert asked_in_vain.wait(30)
        wire.reply({"error": {"code": code, "message": "Not now", "details": []}})

    monkeypatch.setattr(comm, "create_comm", Page)
    with BadServer(answer) as bad:
        widget = TaskWidget(f"{bad.services}/S/GPServer/T")
        assert asked_in_vain.is_set()
        assert alerts(widget)
        assert len(find_all(widget, "Address")) == 1
        assert can_find(widget, "Token") == (code == 499)
        widget.close()


def test_an_address_can_be_mended_while_the_old_one_is_still_tried(
    silent: str, server: demo.DemoServer
) -> None:
    widget = TaskWidget(silent)
    fill(widget, "Address", server.url_of("SlowCount"))
    assert seen(lambda: can_find(widget, "Run"))
    assert not can_find(widget, "Address")


def test_an_address_shows_no_token_and_no_password(server: demo.DemoServer) -> None:
    host = urlsplit(server.url).netloc
    widget = TaskWidget(f"http://me:hush@{host}/arcgis/rest/services/No/GPServer/T?token=hush")
    assert seen(lambda: bool(alerts(widget)))
    assert "hush" not in text_of(widget)
    assert "hush" not in find(widget, "Address").value


def test_the_list_of_a_server_says_a_misspelt_task_and_takes_another_address(server: demo.DemoServer) -> None:
    widget = ServiceWidget(server.url_of("SlowCount") + "er")
    see(widget, "has no task 'SlowCounter'")
    assert not can_find(widget, "Run"), "no other task is opened"
    assert "SlowCount" in options(widget, "Task")
    fill(widget, "Address", server.url)
    assert seen(lambda: can_find(widget, "Folder"))


# From code


def test_a_form_is_run_from_code(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SlowCount"), values={"Steps": 2, "Seconds": 0.1})
    run = widget.start()
    assert run is widget.run
    run.wait(60, show_progress=False)
    see(widget, "Succeeded")


def test_what_is_wrong_is_raised_and_shown(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("BufferPoints"))
    with pytest.raises(InputErrors, match="Input_Points"):
        widget.start()
    assert can_find(widget, "Go to Input Points")
    nowhere = TaskWidget("http://127.0.0.1:9/arcgis/rest/services/S/GPServer/T")
    with pytest.raises(ConnectionFailed):
        nowhere.start()


def test_names_that_a_form_does_not_have_are_refused_and_nothing_changes(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SlowCount"))
    before = dict(widget.values)
    for holder in (widget, widget.form):
        with pytest.raises(TypeError, match="did you mean 'Steps'"):
            holder.values = {"Step": 3}
        assert dict(holder.values) == before


def test_first_values_that_the_form_does_not_have_are_said_and_the_others_are_there(
    server: demo.DemoServer,
) -> None:
    widget = TaskWidget(server.url_of("SlowCount"), values={"Step": 3, "Seconds": "soon", "Fail": True})
    assert "no input 'Step'" in " ".join(alerts(widget))
    assert can_find(widget, "Run")
    assert widget.values["Fail"] is True
    press(widget, "Run")
    assert "'soon' is not a number" in text_of(widget)


# One truth


def test_not_started_goes_when_its_cause_is_mended(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SlowCount"))
    fill(widget, "Steps", "many")
    fill(widget, "Seconds", "soon")
    press(widget, "Run")
    assert "Not started" in text_of(widget)
    fill(widget, "Steps", "2")
    assert "Not started" in text_of(widget)
    assert not can_find(widget, "Go to Steps")
    assert can_find(widget, "Go to Seconds")
    fill(widget, "Seconds", "0.1")
    assert "Not started" not in text_of(widget)
    assert not can_find(widget, "Go to Seconds")
    assert widget.error is None


def test_old_results_say_that_they_belong_to_other_values(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SlowCount"), values={"Steps": 2, "Seconds": 0.1})
    press(widget, "Run")
    see(widget, "Steps Done")
    assert "other values" not in text_of(widget)
    fill(widget, "Steps", "3")
    see(widget, "What is below belongs to other values than the form has now:")
    assert "Steps: 2 then, 3 now" in text_of(widget)
    fill(widget, "Steps", "2")
    assert "other values" not in text_of(widget)
    fill(widget, "Steps", "three")
    assert "Steps: 2 then, not set now" in text_of(widget)
    press(widget, "Reset")
    assert "Steps: 2 then, 10 now" in text_of(widget)
    fill(widget, "Seconds", "0.1")
    press(widget, "Run")
    assert "other values" not in text_of(widget)


def test_shapes_that_are_drawn_anew_are_other_values_and_the_same_ones_are_not(
    server: demo.DemoServer,
) -> None:
    widget = TaskWidget(server.url_of("BufferPoints"))
    assert widget.map is not None
    target = widget.map.target("Input_Points")
    target.add({"type": "Point", "coordinates": [-84.2, 36.3]})
    press(widget, "Run")
    see(widget, "Succeeded")
    target.add({"type": "Point", "coordinates": [-84.4, 36.3]})
    assert "Input Points: 1 point then, 2 points now" in text_of(widget)
    press(widget, "Undo")
    assert "other values" not in text_of(widget)


def test_a_run_that_fails_leaves_the_layer_of_the_earlier_one_marked_as_such(
    server: demo.DemoServer,
) -> None:
    widget = TaskWidget(server.url_of("BufferPoints"))
    assert widget.map is not None
    widget.map.target("Input_Points").add({"type": "Point", "coordinates": [-84.2, 36.3]})
    press(widget, "Run")
    see(widget, "Succeeded")
    press(widget.map, "Layers")
    assert seen(lambda: can_find(widget.map, "Buffers", role="checkbox"))
    fault = server.faults.add("fail_job")
    press(widget, "Run")
    see(widget, "Failed")
    server.faults.remove(fault)
    assert seen(lambda: can_find(widget.map, re.compile(r"^Buffers \(BufferPoints, \d\d:\d\d:\d\d\)$")))
    assert not any("Buffers" in names_of(one) for one in find_all(widget.map, role="checkbox"))
    press(widget, "Run")
    assert seen(lambda: can_find(widget.map, re.compile(r"^Buffers$"), role="checkbox"))
