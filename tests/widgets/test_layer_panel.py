"""The layer list: show, hide, order, opacity, rename, style, measure, remove."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import ipyleaflet
import numpy as np
import pytest
import shapely
from matplotlib.colors import to_hex
from matplotlib.image import imread
from widget_tools import (
    can_find,
    can_press,
    choose,
    chosen,
    fill,
    find,
    find_all,
    html_of,
    names_of,
    press,
    see,
    seen,
    text_of,
    tick,
)

from gpwidgets.widgets.map._layer_panel import LayerPanel
from gpwidgets.widgets.map._layer_row import title_of
from gpwidgets.widgets.map.drawing.draw_control import Pen
from gpwidgets.widgets.map.layers import frame_layer
from gpwidgets.widgets.map.layers.style_by import QUALITATIVE, SEQUENTIAL, ramp, style_by
from gpwidgets.widgets.map.task_map import TaskMap


def squares(count: int = 6, west: float = 0) -> gpd.GeoDataFrame:
    boxes = [shapely.box(west + i, 0, west + i + 0.5, 0.5) for i in range(count)]
    frame = gpd.GeoDataFrame(
        {"n": range(count), "kind": ["a", "<b>"] * (count // 2)}, geometry=boxes, crs=4326
    )
    frame.attrs["gpwidgets"] = {"aliases": {"n": "How many"}}
    return frame


@pytest.fixture
def task_map() -> TaskMap:
    found = TaskMap()
    found.add_result("A", squares())
    found.add_result("B", squares(west=20))
    press(found, "Layers")
    return found


def titles(task_map: TaskMap) -> list[str]:
    return [title_of(layer) for layer in task_map.layers.listed]


def opened(task_map: TaskMap, name: str) -> None:
    """Open the style and name of one layer."""
    press(task_map, f"Style, name and more of {name}")


def listed(task_map: TaskMap) -> list[str]:
    """What the list on the map shows."""
    return [names_of(box)[0] for box in find_all(task_map, role="checkbox")]


def colors_of(png: Path) -> set[str]:
    """The colours of a picture."""
    pixels = np.unique(imread(png)[..., :3].reshape(-1, 3), axis=0)
    return {to_hex(pixel) for pixel in pixels}


def looks(layer: Any) -> list[str]:
    return [feature["properties"]["style"]["color"] for feature in layer.data["features"]]


def test_the_list_has_inputs_and_results_topmost_first_and_not_what_only_serves(task_map: TaskMap) -> None:
    task_map.target("T", label="Input <i>").add({"type": "Point", "coordinates": [1, 1]})
    task_map.select("A", [0])
    assert titles(task_map) == ["Input <i>", "B", "A", "Base map"]
    assert listed(task_map) == titles(task_map)


def test_rows_are_made_only_when_the_list_is_opened() -> None:
    task_map = TaskMap()
    task_map.add_result("A", squares())
    assert listed(task_map) == []
    press(task_map, "Layers")
    assert listed(task_map) == ["A", "Base map"]


def test_a_hidden_layer_comes_back_in_its_place(task_map: TaskMap) -> None:
    a, b = task_map.results["A"], task_map.results["B"]
    tick(task_map, "Show A", False)
    assert a not in task_map.map.layers
    assert titles(task_map) == ["B", "A", "Base map"]
    tick(task_map, "Show A")
    assert list(task_map.map.layers)[-2:] == [a, b]


def test_layers_are_put_in_order_and_a_hidden_one_stays_hidden(task_map: TaskMap) -> None:
    a, b = task_map.results["A"], task_map.results["B"]
    tick(task_map, "Show B", False)
    press(task_map, "Move A up")
    assert titles(task_map) == ["A", "B", "Base map"]
    assert b not in task_map.map.layers
    press(task_map, "Move A up")
    press(task_map, "Move A down")
    tick(task_map, "Show B")
    assert list(task_map.map.layers)[-2:] == [a, b]


def test_a_hidden_result_that_is_run_again_is_shown_anew(task_map: TaskMap) -> None:
    tick(task_map, "Show A", False)
    task_map.add_result("A", squares(2))
    assert titles(task_map) == ["A", "B", "Base map"]
    assert task_map.results["A"] in task_map.map.layers
    tick(task_map, "Show A", False)
    task_map.remove_result("A")
    assert titles(task_map) == ["B", "Base map"]


def test_the_map_goes_to_one_layer_or_to_all(task_map: TaskMap) -> None:
    press(task_map, "Zoom to B")
    assert task_map.map.center[1] == pytest.approx(22.75)
    press(task_map, "Zoom to all")
    assert task_map.map.center[1] == pytest.approx(12.75)


def test_opacity_name_and_removal(task_map: TaskMap) -> None:
    layer = task_map.results["A"]
    opened(task_map, "A")
    fill(task_map, "Opacity", 0.5)
    assert layer.style["opacity"] == pytest.approx(0.45)
    fill(task_map, "Name", "<b>New</b>")
    assert "&lt;b&gt;New" in layer.name
    assert listed(task_map) == ["B", "<b>New</b>", "Base map"]
    for words in ("Show {}", "Zoom to {}", "Move {} up", "Move {} down", "Style, name and more of {}"):
        assert can_press(task_map, words.format("<b>New</b>"))
        assert not can_find(task_map, words.format("A"))
    press(task_map, "Remove")
    assert "A" not in task_map.results
    assert titles(task_map) == ["B", "Base map"]


def test_a_layer_is_coloured_by_a_column_and_says_so_in_a_legend(task_map: TaskMap) -> None:
    layer = task_map.results["A"]
    opened(task_map, "A")
    choose(task_map, "Colour by", "n")
    choose(task_map, "Classes", "equal interval")
    fill(task_map, "How many", 5)
    assert looks(layer) == [SEQUENTIAL["Viridis"][at] for at in (0, 0, 1, 2, 3, 4)]
    assert "color" not in layer.style
    assert "How many" in text_of(task_map)
    assert "0 to 1 (2)" in text_of(task_map)
    choose(task_map, "Colour by", "one colour")
    assert layer.style["color"] == layer.color
    assert all(feature["properties"] == {} for feature in layer.data["features"])
    assert "0 to 1" not in text_of(task_map)


def test_a_thinned_layer_says_so_in_its_row_and_in_its_legend(
    task_map: TaskMap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame_layer, "MAX_FEATURES", 4)
    places = gpd.points_from_xy(np.linspace(0, 1, 12), np.linspace(0, 1, 12))
    task_map.add_result("C", gpd.GeoDataFrame({"n": range(12)}, geometry=places, crs=4326))
    words = "4 of 12 features are drawn; zoom in to see more"
    assert text_of(task_map).count(words) == 2  # below the map, and in the row
    opened(task_map, "C")
    choose(task_map, "Colour by", "n")
    assert text_of(task_map).count(words) == 3
    task_map.results["C"].look((0.4, 0.4, 0.6, 0.6), 15)
    assert "are drawn" not in text_of(task_map)


def test_text_becomes_categories_escaped_in_the_legend(task_map: TaskMap) -> None:
    layer = task_map.results["A"]
    opened(task_map, "A")
    choose(task_map, "Colour by", "kind")
    assert chosen(task_map, "Classes") == "categories"
    assert (
        looks(layer) == [QUALITATIVE[1], QUALITATIVE[0]] * 3
        or looks(layer)
        == [
            QUALITATIVE[0],
            QUALITATIVE[1],
        ]
        * 3
    )
    assert "&lt;b&gt;" in html_of(task_map)
    choose(task_map, "Classes", "quantiles")
    assert "holds no numbers" in text_of(task_map)
    choose(task_map, "Classes", "categories")
    assert "holds no numbers" not in text_of(task_map)


def test_what_has_no_value_has_a_class_of_its_own() -> None:
    frame = squares().astype({"n": "Int64"})
    frame.loc[0, "n"] = None
    style = style_by(frame, "n", "quantiles", 2, "Blues")
    assert style.labels[-1] == "no value"
    assert style.codes.tolist()[0] == len(style.labels) - 1


def test_a_ramp_runs_from_the_first_to_the_last_colour() -> None:
    assert ramp(("#000000", "#ff0000"), 3) == ["#000000", "#800000", "#ff0000"]
    assert len(ramp(SEQUENTIAL["Blues"], 1)) == 1


def test_lengths_and_areas_are_measured_by_drawing(task_map: TaskMap) -> None:
    press(task_map, "Length")
    control = Pen.of(task_map.map).control
    line = {"type": "LineString", "coordinates": [[0, 0], [1, 0]]}
    control.set_state({"data": [{"type": "Feature", "properties": {"type": "polyline"}, "geometry": line}]})
    assert "Length 111.32 km" in text_of(task_map)
    assert not find(task_map, "Length").value
    assert titles(task_map) == ["B", "A", "Base map"]
    press(task_map, "Area")
    ring = [[0, 0], [0.01, 0], [0.01, 0.01], [0, 0]]
    square = {"type": "Polygon", "coordinates": [ring]}
    control.set_state({"data": [{"type": "Feature", "properties": {"type": "polygon"}, "geometry": square}]})
    assert "Area 61.55 ha" in text_of(task_map)
    assert "Measured" in [layer.name for layer in task_map.map.layers]
    press(task_map, "Clear what was measured")
    assert "Area 61" not in text_of(task_map)
    assert "Measured" not in [layer.name for layer in task_map.map.layers]


def test_two_task_maps_on_one_map_share_one_list_which_goes_with_the_last() -> None:
    theirs = ipyleaflet.Map()
    marker = ipyleaflet.Marker(location=(1, 2), name="Theirs")
    theirs.add(marker)
    one, two = TaskMap(theirs), TaskMap(theirs)
    one.add_result("A", squares())
    two.add_result("B", squares())
    panel = LayerPanel.of(theirs)
    assert one.layers is two.layers is panel
    assert [title_of(layer) for layer in panel.listed][:3] == ["B", "A", "Theirs"]
    press(one, "Layers")
    tick(two, "Show Theirs", False)
    assert marker not in theirs.layers
    one.close()
    assert panel in theirs.controls
    two.close()
    assert panel not in theirs.controls
    assert marker in theirs.layers


def test_a_picture_of_what_is_visible_is_saved_and_none_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    task_map = TaskMap()
    shown = squares(2)
    layer = task_map.add_result("R", shown, color="#009e73")
    task_map.target("T").add({"type": "Point", "coordinates": [2, 2]})
    press(task_map, "Layers")
    for name, colors in (("map.png", True), ("map_1.png", True), ("map_2.png", False)):
        tick(task_map, "Show R", colors)
        press(task_map, "Picture")
        see(task_map, name)
        assert seen(lambda: can_press(task_map, "Picture"))
        painted = colors_of(Path("results", name))
        assert (layer.color in painted, task_map.target("T").color in painted) == (colors, True)
    assert 'download="map_2.png"' in html_of(task_map)
