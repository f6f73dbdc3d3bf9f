"""The server's symbology comes with results: as layer objects, from map services and hosted layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import pytest
import shapely

from gpwidgets import GPTask, demo
from gpwidgets.client.services.layers import read_layer
from gpwidgets.demo.publishing.drawing_info import fill_symbol
from gpwidgets.demo.publishing.parameters import Param
from gpwidgets.demo.publishing.publish import Points, Service, as_tool
from gpwidgets.errors import GPError

RENDERER = {"type": "simple", "symbol": fill_symbol((1, 2, 3, 255))}


class Out(NamedTuple):
    """Outputs of the tool."""

    Places: Annotated[Points, Param(renderer=RENDERER)]


def same_places(points: Points) -> Out:
    """Give the points back."""
    return Out(points)


@pytest.fixture(params=["job", "execute", "map service"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    tool = as_tool(same_places, name="Same", asynchronous=request.param != "execute")
    with demo.serve() as server:
        server.publish(Service("Same", [tool], result_map=request.param == "map service"))
        yield server.url_of("Same")


def renderer_of(frame: Any) -> Any:
    return frame.attrs["gpwidgets"].get("renderer")


def test_a_result_brings_its_renderer(url: str) -> None:
    frame = GPTask(url)(Points=shapely.Point(7, 47)).Places
    assert renderer_of(frame) == RENDERER
    assert len(frame) == 1


@pytest.mark.parametrize(("version", "asked"), [(10.6, True), (10.51, False), (None, False)])
def test_layer_objects_are_asked_for_where_the_server_knows_them(version: float | None, asked: bool) -> None:
    from gpwidgets.tasks.inputs.environment import Environment

    environment = Environment({}, version, collections=True)
    assert ("returnFeatureCollection" in environment.for_result()) is asked
    assert ("returnFeatureCollection" in environment.for_execute({})) is asked
    assert "returnFeatureCollection" not in environment.for_submit({})


def test_a_hosted_result_is_drawn_as_its_layer_says() -> None:
    with demo.serve() as server:
        task = GPTask(server.url_of("Viewshed"))
        outputs = task(
            Input_Points=shapely.Point(-84.2, 36.3), Distance="2 km", esri_out_feature_service_name="Seen"
        )
        layer = outputs.Viewshed_Result
        assert renderer_of(layer.read())["field"] == "OBSERVERS"
        assert read_layer(task.session, layer.url)["drawingInfo"]["renderer"]["type"] == "classBreaks"


def test_symbols_that_cannot_be_had_cost_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_more: object) -> None:
        raise GPError("no")

    monkeypatch.setattr("gpwidgets.tasks.runs.transport.read_layer", refuse)
    with demo.serve() as server:
        outputs = GPTask(server.url_of("HotSpots"))()
    assert len(outputs.Hot_Spots) > 10
    assert renderer_of(outputs.Hot_Spots) is None


def test_a_server_that_stumbles_over_the_flag_is_asked_again_without(monkeypatch: pytest.MonkeyPatch) -> None:
    from gpwidgets.demo.publishing.refusals import Refusal
    from gpwidgets.demo.publishing.tool_outputs import OutputOptions

    def read(options: Any, limit: int, **more: Any) -> Any:
        if "returnFeatureCollection" in options:
            raise Refusal(500, "Error performing results operation")
        return original(options, limit, **more)

    original = OutputOptions.read
    monkeypatch.setattr(OutputOptions, "read", read)
    with demo.serve() as server:
        outputs = GPTask(server.url_of("Viewshed"))(Input_Points=shapely.Point(-84.2, 36.3), Distance="2 km")
    assert len(outputs.Viewshed_Result) > 0
    assert not outputs.errors


def test_hot_spots_run_from_blue_to_red() -> None:
    from gpwidgets.widgets.map.layers.server_style import server_style

    with demo.serve() as server:
        style, note = server_style(GPTask(server.url_of("HotSpots"))().Hot_Spots)
    assert style is not None
    assert note == ""
    shown = {color for color, _, count in style.legend if count}
    assert {"#d73027", "#92c5de"} <= shown
