"""Settings of the environment in the form."""

from __future__ import annotations

import re
from collections.abc import Iterator

import geopandas
import pytest
import shapely
from widget_tools import can_find, error_at, fill, find_all, press

from gpwidgets import TaskWidget, demo
from gpwidgets.protocol.values import SpatialReference

POINT = geopandas.GeoSeries([shapely.Point(-84.25, 36.32)], crs=4326)


@pytest.fixture(scope="module")
def server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


def test_a_setting_is_part_of_the_values_the_code_and_the_run(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("BufferPoints"), values={"Input_Points": POINT})
    widget.form.environment.editors["outSR"].set_value("EPSG:3857")
    assert widget.values["env"] == {"outSR": SpatialReference(wkid=3857)}
    assert "outSR=" in widget.task.code(widget.values)
    press(widget, "Run")
    widget.run.wait(60, show_progress=False)
    assert widget.outputs.Buffers.crs == "EPSG:3857"
    assert "Output coordinates" in widget.snapshot()


def test_settings_can_be_given_from_the_start_and_set_later(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("BufferPoints"), values={"outSR": 3857, "Dissolve": "ALL"})
    assert widget.values["env"] == {"outSR": SpatialReference(wkid=3857)}
    assert widget.values["Dissolve"] == "ALL"
    widget.values = {**widget.values, "env": {"returnZ": True}}
    assert widget.values["env"] == {"returnZ": True}
    press(widget, "Reset")
    assert "env" not in widget.values


def test_a_wrong_setting_is_told_at_its_field_in_an_open_section(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("BufferPoints"), values={"Input_Points": POINT})
    press(widget, "Environment")
    fill(widget, "Output coordinates", "nowhere")
    press(widget, "Environment")
    press(widget, "Run")
    assert widget.run is None
    assert "no coordinate system" in error_at(widget, "Output coordinates")  # its section is open
    assert [button.description for button in find_all(widget, re.compile("^Go to"))] == [
        "Go to Output coordinates"
    ]


def test_a_task_without_places_has_no_section(server: demo.DemoServer) -> None:
    assert not can_find(TaskWidget(server.url_of("SlowCount")), "Environment")
