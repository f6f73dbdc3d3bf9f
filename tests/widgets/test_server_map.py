"""The server's own map of a run's results: fetched by the kernel, and anew when the map moves."""

import base64
from collections.abc import Iterator
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import matplotlib.image
import numpy as np
import pytest
from bad_server import BadServer
from ipywidgets.widgets.widget import _instances
from widget_tools import join_workers, seen, text_of

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.client.http.session import GPSession
from gpwidgets.demo.publishing.publish import Points, Service, as_tool
from gpwidgets.errors import BadReply, ServerError
from gpwidgets.protocol.values import MapImage
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.tasks.results.result_map import ResultMap
from gpwidgets.tasks.runs import control
from gpwidgets.widgets.map.layers.viewport import pixels_of
from gpwidgets.widgets.map.task_map import TaskMap
from gpwidgets.widgets.results._server_map import ServerMapView
from gpwidgets.widgets.results.results import ResultsView

PLACE = (10.0, 50.0)
AROUND = (8.0, 48.0, 12.0, 52.0)


def one_point(shift: float = 0.0) -> Points:
    """Put a point at 10 degrees east, 50 degrees north."""
    import geopandas

    return geopandas.GeoDataFrame({"n": [1]}, geometry=geopandas.points_from_xy([10 + shift], [50]), crs=4326)


@pytest.fixture
def secured() -> Iterator[demo.DemoServer]:
    tool = as_tool(one_point, asynchronous=True, output="Place")
    service = Service("Secured/Places", [tool], secured=True, result_map=True)
    with demo.serve(services=[service, as_tool(one_point, asynchronous=True, name="NoMap")]) as running:
        yield running


@pytest.fixture
def token(secured: demo.DemoServer) -> str:
    return secured.token_for()


@pytest.fixture
def outputs(secured: demo.DemoServer, token: str) -> Outputs:
    return gp.GPTask(secured.url_of("OnePoint"), auth=gp.Token(token))()


def colored(png: bytes) -> np.ndarray:
    """Rows and columns of the pixels that are not transparent, as shares of the height and the width."""
    alpha = matplotlib.image.imread(BytesIO(png))[..., 3]
    return np.argwhere(alpha > 0.2) / alpha.shape


def png_of(layer: object) -> bytes:
    return base64.b64decode(layer.url.removeprefix("data:image/png;base64,"))


def look_at(task_map: TaskMap, bounds: tuple[float, float, float, float], zoom: int) -> None:
    """Do what a browser does when the map was moved."""
    west, south, east, north = bounds
    with task_map.map.hold_trait_notifications():
        task_map.map.set_trait("zoom", zoom)
        for name, value in zip(("west", "south", "east", "north"), bounds, strict=True):
            task_map.map.set_trait(name, value)
    task_map.map.set_trait("bounds", ((south, west), (north, east)))


def test_the_picture_shows_the_results_in_their_place(outputs: Outputs) -> None:
    shown = outputs.result_map
    assert shown is not None
    middle = colored(shown.picture(AROUND, pixels_of(AROUND, 7, 2048))).mean(axis=0)
    # By Mercator's formula the latitude in the middle of 48 and 52 degrees lies above the half.
    assert middle == pytest.approx([0.5118, 0.5], abs=0.01)
    assert shown.bounds() == pytest.approx((10, 50, 10, 50), abs=1e-6)


def test_a_size_fits_its_box_and_a_limit() -> None:
    assert pixels_of((-180, -85.0511287798, 180, 85.0511287798), 1, 4000) == (512, 512)
    assert pixels_of((0, 0, 90, 0.0001), 10, 1000)[0] == 1000
    assert pixels_of((5, 5, 5, 5), 3, 100) == (1, 1)


def test_a_picture_follows_the_map_and_leaves_it(outputs: Outputs, secured: demo.DemoServer) -> None:
    task_map = TaskMap()
    view = ResultsView(outputs, task_map).server_map
    assert view is not None
    assert seen(lambda: view.layout.display == "")
    assert task_map.pictures == {}, "nobody has asked for it"
    look_at(task_map, AROUND, 6)
    view.button.value = True
    assert seen(lambda: "Map of the server" in task_map.pictures)
    layer = task_map.pictures["Map of the server"]
    assert seen(lambda: tuple(layer.bounds) == ((48.0, 8.0), (52.0, 12.0)))
    assert len(colored(png_of(layer)))
    assert seen(lambda: layer.bounds_4326[:2] == pytest.approx(PLACE))

    look_at(task_map, (20.0, 40.0, 24.0, 44.0), 6)
    assert seen(lambda: tuple(layer.bounds) == ((40.0, 20.0), (44.0, 24.0)))
    assert not len(colored(png_of(layer)))

    task_map.layers.set_shown(layer, False)
    look_at(task_map, AROUND, 6)
    task_map.layers.set_shown(layer, True)
    assert seen(lambda: tuple(layer.bounds) == ((48.0, 8.0), (52.0, 12.0))), "what was missed while hidden"

    view.button.value = False
    assert task_map.pictures == {}
    assert layer not in task_map.map.layers


def test_one_that_is_removed_in_the_layer_list_is_off(outputs: Outputs) -> None:
    task_map = TaskMap()
    view = ResultsView(outputs, task_map).server_map
    assert seen(lambda: view.layout.display == "")
    view.button.value = True
    assert seen(lambda: view.layer is not None)
    view.layer.remove_me()
    assert view.button.value is False
    view.button.value = True
    assert seen(lambda: view.layer is not None)
    view.close()
    assert task_map.pictures == {}


def test_no_token_and_no_address_is_in_the_page(outputs: Outputs, token: str) -> None:
    task_map = TaskMap()
    view = ResultsView(outputs, task_map)
    assert seen(lambda: view.server_map.layout.display == "")
    view.server_map.button.value = True
    assert seen(lambda: view.server_map.layer is not None)
    shown = [one for one in list(_instances.values()) if one.comm is not None]
    state = " ".join(str(getattr(one, key)) for one in shown for key in one.keys)
    assert "data:image/png" in state
    assert token not in state
    assert "/export" not in state


def test_a_picture_that_cannot_be_fetched_is_said_and_the_next_one_comes(
    outputs: Outputs, secured: demo.DemoServer
) -> None:
    task_map = TaskMap()
    view = ResultsView(outputs, task_map).server_map
    assert seen(lambda: view.layout.display == "")
    with secured.faults.add("error", on="map_export", code=500, message="Out of ink."):
        view.button.value = True
        assert seen(lambda: "Out of ink." in text_of(view))
        assert view.layer is None
    look_at(task_map, AROUND, 6)
    assert seen(lambda: view.layer is not None)
    assert seen(lambda: "Out of ink." not in text_of(view))


def test_what_is_no_picture_is_told(outputs: Outputs, secured: demo.DemoServer, token: str) -> None:
    shown = outputs.result_map
    with secured.faults.add("html", on="map_export"), pytest.raises(BadReply):
        shown.picture(AROUND, (100, 100))
    with pytest.raises(ServerError, match="Invalid or missing input"):
        shown.picture(AROUND, (0, 0))


def test_results_without_a_map_show_no_button(secured: demo.DemoServer) -> None:
    outputs = gp.GPTask(secured.url_of("NoMap"))()
    assert outputs.result_map is None
    view = ResultsView(outputs, TaskMap()).server_map
    join_workers("gpwidgets-map")
    assert text_of(view) == ""
    assert ResultsView(Outputs({}), TaskMap()).server_map is None
    assert ResultsView(outputs).server_map is None


def test_a_result_that_is_only_a_picture_is_shown_at_once(outputs: Outputs) -> None:
    task_map = TaskMap()
    drawn = Outputs({"Raster": MapImage("https://h/x.png", 4, 3)}, provenance=outputs.provenance)
    control.keep_track(drawn, find_map=lambda: outputs.result_map)
    view = ServerMapView(drawn, task_map, shown=True)
    assert seen(lambda: view.layer is not None)
    view.close()
    other = ResultsView(drawn, task_map)
    assert seen(lambda: other.server_map.button.value)
    assert seen(lambda: other.server_map.layer is not None)


def test_a_token_travels_in_the_body(outputs: Outputs, token: str) -> None:
    session = GPSession(gp.Token(token))
    sent: list[object] = []
    session._http.hooks["response"].append(lambda reply, **_: sent.append(reply.request))
    ResultMap(session, outputs.result_map.url).picture(AROUND, (50, 50))
    assert sent
    assert all(token not in one.url for one in sent)
    assert not parse_qs(urlsplit(sent[-1].url).query)


@pytest.mark.parametrize("document", [{}, {"fullExtent": {}}, {"fullExtent": {"xmin": "NaN"}}])
def test_a_map_service_that_does_not_tell_where_its_results_are(document: dict[str, object]) -> None:
    with BadServer(lambda _request, wire: wire.reply(document)) as server:
        shown = ResultMap(GPSession(), f"{server.services}/S/MapServer/jobs/j1")
        assert shown.bounds() is None
        assert repr(shown) == f"<ResultMap {server.services}/S/MapServer/jobs/j1>"
