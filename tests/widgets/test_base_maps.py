"""Base maps: what the user may choose, what it says of whose it is, and no key in it."""

import json
from collections.abc import Iterator
from typing import Any

import ipyleaflet
import ipywidgets as w
import pytest
import xyzservices
from widget_tools import choose, chosen, deliver, find_all, press, see, seen, text_of, tick

import gpwidgets as gp
from gpwidgets.widgets.map.task_map import TaskMap

pytestmark = pytest.mark.usefixtures("no_other_widgets")

OWN = "https://tiles.example.com/a/{z}/{x}/{y}.png"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gp.options.basemap
    yield
    gp.options.basemap = before


def tiles(task_map: TaskMap) -> list[ipyleaflet.TileLayer]:
    return [layer for layer in task_map.map.layers if isinstance(layer, ipyleaflet.TileLayer)]


@pytest.mark.parametrize(
    ("choice", "part", "credit"),
    [
        ("Esri.WorldTopoMap", "World_Topo_Map", "Esri"),
        ("OpenStreetMap.Mapnik", "tile.openstreetmap.org/{z}/{x}/{y}.png", "OpenStreetMap"),
        ("openstreetmap mapnik", "tile.openstreetmap.org", "OpenStreetMap"),
        (OWN, "tiles.example.com/a/{z}/{x}/{y}", "tiles.example.com"),
        (f"  {OWN}?style=2  ", "style=2", "tiles.example.com"),
        (
            xyzservices.TileProvider(name="Mine", url=OWN, attribution="(C) The Survey"),
            "tiles.example.com",
            "(C) The Survey",
        ),
    ],
    ids=["default", "name", "name as typed", "address", "address with a query", "provider"],
)
def test_the_base_map_that_was_chosen_is_on_the_map_with_its_attribution(
    choice: Any, part: str, credit: str
) -> None:
    gp.options.basemap = choice
    (layer,) = tiles(TaskMap())
    assert part in layer.url
    assert credit in layer.attribution


@pytest.mark.parametrize("choice", ["offline", " Offline", None])
def test_a_map_without_network_asks_for_no_tile(choice: str | None) -> None:
    gp.options.basemap = choice
    task_map = TaskMap()
    press(task_map, "Layers")
    assert chosen(task_map, "Base map") == "Without network"
    assert not tiles(task_map)
    assert any("Natural Earth" in getattr(layer, "attribution", "") for layer in task_map.map.layers)


KEYED = [
    "https://tiles.example.com/{z}/{x}/{y}.png?token=s3cretvalue",
    "https://tiles.example.com/{z}/{x}/{y}.png?x=1&ApiKey=s3cretvalue",
    "https://tiles.example.com/{z}/{x}/{y}.png?key=s3cretvalue",
    "https://tiles.example.com/{z}/{x}/{y}.png?access_token=s3cretvalue",
    "https://someone:s3cretvalue@tiles.example.com/{z}/{x}/{y}.png",
    "https://s3cretvalue@tiles.example.com/{z}/{x}/{y}.png",
    xyzservices.TileProvider(
        name="T",
        url="https://t.example.com/{z}/{x}/{y}?a={accessToken}",
        attribution="T",
        accessToken="s3cretvalue",
    ),
    xyzservices.TileProvider(
        name="T", url="https://t.example.com/{apikey}/{z}/{x}/{y}", attribution="T", apikey="s3cretvalue"
    ),
    "Thunderforest.Outdoors",
]
WRONG = [
    "",
    "Nowhere.Map",
    "https://tiles.example.com/map.png",
    "ftp://tiles.example.com/{z}/{x}/{y}",
    3,
]


@pytest.mark.parametrize("choice", [*KEYED, *WRONG], ids=str)
def test_a_base_map_that_cannot_be_or_needs_a_key_is_refused(choice: Any) -> None:
    before = gp.options.basemap
    with pytest.raises(ValueError, match=r".") as refused:
        gp.options.basemap = choice
    assert "s3cretvalue" not in str(refused.value)
    assert gp.options.basemap == before
    TaskMap()
    state = json.dumps(w.Widget.get_manager_state(), default=str)
    assert "s3cretvalue" not in state


def test_another_base_map_is_chosen_in_the_list_of_layers() -> None:
    task_map = TaskMap()
    press(task_map, "Layers")
    (before,) = tiles(task_map)
    choose(task_map, "Base map", "Satellite imagery")
    (imagery,) = tiles(task_map)
    assert "World_Imagery" in imagery.url
    assert before.comm is None
    shown = [one for one in task_map.map.controls if isinstance(one, ipyleaflet.AttributionControl)]
    assert len(shown) == 1
    choose(task_map, "Base map", "Without network")
    assert not tiles(task_map)
    choose(task_map, "Base map", "Street map")
    (street,) = tiles(task_map)
    layers = task_map.map.layers
    assert layers.index(street) == len(layers) - 1  # above the offline base map, below results


def test_a_base_map_that_is_hidden_is_replaced_too() -> None:
    task_map = TaskMap()
    press(task_map, "Layers")
    tick(task_map, "Base map", False)
    assert not tiles(task_map)
    choose(task_map, "Base map", "Satellite imagery")
    (imagery,) = tiles(task_map)
    assert "World_Imagery" in imagery.url
    assert len(find_all(task_map, "Base map", role="checkbox")) == 1


def test_a_base_map_of_the_users_own_stands_first_in_the_list() -> None:
    gp.options.basemap = OWN
    task_map = TaskMap()
    press(task_map, "Layers")
    assert chosen(task_map, "Base map") == OWN
    choose(task_map, "Base map", "Without network")
    choose(task_map, "Base map", OWN)
    assert tiles(task_map)[0].url == OWN


def point_at(task_map: TaskMap, lat: float, lon: float, kind: str = "mousemove") -> None:
    """Move the pointer."""
    deliver(task_map.map, {"event": "interaction", "type": kind, "coordinates": [lat, lon]})


@pytest.mark.parametrize(
    ("place", "zoom", "words"),
    [
        ((36.271934, -84.243712), 11, "lon -84.2437, lat 36.2719"),
        ((36.271934, -444.243712), 11, "lon -84.2437, lat 36.2719"),
        ((-0.4, 179.9), 0, "lon 180, lat 0"),
        ((36.271934567, -84.243712345), 19, "lon -84.243712, lat 36.271935"),
    ],
    ids=["here", "a turn away", "the world", "a metre"],
)
def test_the_place_under_the_pointer_is_told_as_fine_as_a_pixel(
    place: tuple[float, float], zoom: int, words: str
) -> None:
    task_map = TaskMap()
    task_map.map.zoom = zoom
    point_at(task_map, *place)
    assert words in text_of(task_map)
    point_at(task_map, *place, "mouseout")
    assert seen(lambda: "lon" not in text_of(task_map))


def test_the_last_place_is_told_even_when_many_come_at_once() -> None:
    task_map = TaskMap()
    told: set[str] = set()
    for step in range(100):
        point_at(task_map, 1.0, float(step))
        told.add(text_of(task_map))
    assert len(told) < 50
    see(task_map, "lon 99")


def test_the_zoom_of_now_is_not_drawn_with_the_bounds_of_before() -> None:
    task_map = TaskMap()
    ground = [layer for layer in task_map.map.layers if isinstance(layer, ipyleaflet.ImageOverlay)]
    task_map.map.set_trait("bounds", ((-60.0, -180.0), (75.0, 180.0)))
    drawn = [layer.url for layer in ground]
    assert any("svg" in url for url in drawn)
    task_map.map.zoom = 17  # the page tells the bounds later: the world would be 33 million pixels wide
    assert [layer.url for layer in ground] == drawn
    task_map.close()
