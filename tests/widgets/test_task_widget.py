"""The widget of a task, against the embedded server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas
import ipyleaflet
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from widget_tools import (
    alerts,
    can_find,
    can_press,
    choose,
    error_at,
    fill,
    find,
    finish,
    html_of,
    press,
    press_resting,
    see,
    seen,
    text_of,
)

from gpwidgets import demo
from gpwidgets.client.sign_in.auth import Token
from gpwidgets.errors import AuthenticationError, ConnectionFailed, InputErrors
from gpwidgets.protocol.values.units import LinearUnit
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.tasks.task import GPTask
from gpwidgets.widgets.map.drawing.draw_control import Pen
from gpwidgets.widgets.runs.run_widget import RunWidget
from gpwidgets.widgets.task_widget import TaskWidget

POINT = {
    "type": "Feature",
    "properties": {"type": "marker"},
    "geometry": {"type": "Point", "coordinates": [-84.2, 36.3]},
}


@pytest.fixture(scope="module")
def server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_faults(server: demo.DemoServer) -> Iterator[None]:
    yield
    server.faults.clear()


def draw_point(widget: TaskWidget) -> None:
    assert widget.map is not None
    name = next(iter(widget.map.targets))
    widget.map.targets[name].arm("point")
    Pen.of(widget.map.map).control.set_state({"data": [POINT]})


def test_a_drawn_point_becomes_a_buffer_on_the_map_and_in_the_table(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("BufferPoints"))
    assert widget.error is None, widget.error
    draw_point(widget)
    press(widget, "Run")
    assert widget.error is None, widget.error
    finish(widget.run)
    assert widget.run is not None
    assert widget.run.status is RunStatus.SUCCEEDED, widget.run.error
    assert len(widget.outputs["Buffers"]) == 1
    assert widget.map is not None
    assert list(widget.map.results) == ["Buffers"]
    assert "1 feature" in text_of(widget)
    assert can_press(widget, "Run")
    assert not can_press(widget, "Cancel")


@pytest.mark.parametrize(
    ("name", "drawn", "given"),
    [
        ("BufferPoints", True, {"Distance": LinearUnit(3, "esriKilometers")}),
        ("Viewshed", True, {"Distance": LinearUnit(4, "esriMiles")}),
        ("HotSpots", False, {"Cell_Size": LinearUnit(80, "esriKilometers")}),
    ],
)
def test_the_widget_and_the_call_give_the_same_frames(
    server: demo.DemoServer, name: str, drawn: bool, given: dict[str, Any]
) -> None:
    widget = TaskWidget(server.url_of(name), values=given)
    if drawn:
        draw_point(widget)
    press(widget, "Run")
    finish(widget.run)
    place = geopandas.GeoSeries.from_wkt(["POINT (-84.2 36.3)"], crs=4326)
    called = GPTask(server.url_of(name))(**given, **({"Input_Points": place} if drawn else {}))
    frames = {key: value for key, value in called.items() if isinstance(value, pd.DataFrame)}
    assert frames
    assert list(widget.outputs) == list(called)
    for key, frame in frames.items():
        same = assert_geodataframe_equal if hasattr(frame, "crs") else pd.testing.assert_frame_equal
        same(widget.outputs[key], frame)


def test_run_is_refused_with_a_list_of_what_is_missing(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("BufferPoints"))
    press(widget, "Run")
    assert widget.run is None
    assert isinstance(widget.error, InputErrors)
    assert can_press(widget, "Go to Input Points")
    assert "Input Points: a value is needed here." in text_of(widget)
    assert error_at(widget, "Input Points") == "A value is needed here."
    assert str(widget.error) == "Input_Points: a value is needed here."
    draw_point(widget)
    press(widget, "Run")
    assert not can_find(widget, "Go to Input Points")
    finish(widget.run)


def test_values_can_be_read_set_and_watched(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SlowCount"), values={"Steps": 3})
    name = "Steps"
    assert widget.values[name] == 3
    assert widget.values["Seconds"] == 5  # its default stays
    told: list[Any] = []
    widget.observe(lambda change: told.append(change["new"][name]), names="values")
    widget.form.editors[name].value = 4
    widget.values = {**widget.values, name: 5}
    assert widget.form.editors[name].value == 5
    assert told[0] == 4
    assert told[-1] == 5
    press(widget, "Reset")
    assert widget.values[name] == 10


def test_a_run_can_be_cancelled_and_started_again(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SlowCount"))
    widget.values = dict(widget.values.items())
    names = {name.lower(): name for name in widget.form.editors}
    widget.values = {**widget.values, names["seconds"]: 60.0}
    press(widget, "Run")
    run = widget.run
    assert not can_press(widget, "Run")
    assert not find(widget, "Run").disabled  # it would lose the focus
    press_resting(widget, "Run")
    assert widget.run is run
    assert "It runs already" in text_of(widget)
    assert can_press(widget, "Cancel")
    press(widget, "Cancel")
    finish(widget.run)
    assert widget.run.status is RunStatus.CANCELLED
    assert "It runs already" not in text_of(widget)
    assert can_press(widget, "Run")
    assert not can_press(widget, "Cancel")
    press_resting(widget, "Cancel")
    assert "Nothing runs now" in text_of(widget)
    widget.values = {**widget.values, names["seconds"]: 0.0 + 0.1}
    press(widget, "Run")
    finish(widget.run)
    assert widget.run.status is RunStatus.SUCCEEDED
    press(widget, "Messages (14)")
    see(widget, "Counted 10.")


def test_a_failed_run_shows_its_messages_and_keeps_the_values(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SlowCount"))
    names = {name.lower(): name for name in widget.form.editors}
    widget.values = {**widget.values, names["seconds"]: 0.1, names["fail"]: True}
    press(widget, "Run")
    finish(widget.run)
    assert widget.run.status is RunStatus.FAILED
    see(widget, "The count failed at step")
    assert widget.values[names["fail"]] is True
    assert can_press(widget, "Run")


def test_a_task_without_geometry_has_no_map(server: demo.DemoServer) -> None:
    assert TaskWidget(server.url_of("SlowCount")).map is None


def test_the_map_of_the_user_is_used_and_left_as_it_was(server: demo.DemoServer) -> None:
    theirs = ipyleaflet.Map()
    layers, controls = theirs.layers, theirs.controls
    widget = TaskWidget(server.url_of("BufferPoints"), map=theirs)
    draw_point(widget)
    press(widget, "Run")
    finish(widget.run)
    assert len(theirs.layers) > len(layers)
    widget.close()
    assert theirs.layers == layers
    assert set(controls) <= set(theirs.controls)


def test_an_unreachable_server_is_said_and_can_be_tried_again(server: demo.DemoServer) -> None:
    fault = server.faults.add("lost_request")
    widget = TaskWidget(server.url_of("BufferPoints"), values={"Dissolve": "ALL"})
    see(widget, "No connection")
    assert isinstance(widget.error, ConnectionFailed)
    assert not can_find(widget, "Run")
    server.faults.remove(fault)
    press(widget, "Try again")
    assert seen(lambda: can_find(widget, "Run"))
    assert widget.error is None
    assert widget.form is not None
    assert "ALL" in widget.values.values()


@pytest.mark.parametrize("url", ["nonsense", "", "http://127.0.0.1:9/arcgis/rest/services/X/GPServer/Y"])
def test_a_bad_address_is_said_in_the_widget(url: str) -> None:
    widget = TaskWidget(url)
    assert seen(lambda: bool(alerts(widget)))
    assert widget.error is not None


def test_a_secured_task_asks_for_a_token_in_place(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SecuredCount"))
    see(widget, "Token")
    assert isinstance(widget.error, AuthenticationError)
    box = find(widget, "Token")
    fill(widget, "Token", server.token_for())
    press(widget, "Sign in")
    assert box.value == ""
    assert seen(lambda: can_find(widget, "Run"))
    assert seen(lambda: widget.error is None), widget.error
    assert widget.form is not None


def test_a_user_name_and_a_password_do_as_well(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SecuredCount"))
    see(widget, "Token")
    choose(widget, "Sign in", "With a user name")
    fill(widget, "User name", demo.USERNAME)
    box = find(widget, "Password")
    fill(widget, "Password", demo.PASSWORD)
    press(widget, "Sign in")
    assert box.value == ""
    assert seen(lambda: can_find(widget, "Run"))
    assert seen(lambda: widget.error is None), widget.error


def test_a_wrong_token_is_refused_in_words(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SecuredCount"), auth=Token("wrong-token-text"))
    assert isinstance(widget.error, AuthenticationError)
    assert "wrong-token-text" not in html_of(widget)
    assert can_press(widget, "Sign in")


def test_the_form_as_python_follows_the_values(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SlowCount"))
    press(widget, "This form as Python")
    assert "gp.GPTask(" in text_of(widget)
    names = {name.lower(): name for name in widget.form.editors}
    widget.values = {**widget.values, names["steps"]: 77}
    assert "Steps=77" in text_of(widget)


def test_the_text_form_holds_no_values(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("SlowCount"), auth=Token("top-secret"))
    assert repr(widget) == "<TaskWidget SlowCount>"


def test_a_run_has_a_widget_of_its_own(server: demo.DemoServer) -> None:
    run = GPTask(server.url_of("SlowCount")).start(Seconds=0.1)
    widget = RunWidget(run)
    run.wait(60, show_progress=False)
    assert "Succeeded" in text_of(widget)
    assert widget.outputs is run.outputs
    assert RunWidget(run).results is not None
