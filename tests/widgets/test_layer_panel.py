"""The layer list: show, hide, order, opacity, rename, style, measure, remove."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import ipyleaflet
import pytest
import shapely

from gpwidgets.widgets.layer_panel import LayerPanel
from gpwidgets.widgets.layer_row import LayerRow, title_of
from gpwidgets.widgets.map import TaskMap
from gpwidgets.widgets.map_draw import Pen
from gpwidgets.widgets.map_picture import painted_of
from gpwidgets.widgets.style_by import QUALITATIVE, SEQUENTIAL, ramp, renderer_style, style_by


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
    found.layers.opener.value = True
    return found


def titles(task_map: TaskMap) -> list[str]:
    return [title_of(layer) for layer in task_map.layers.listed]


def row(task_map: TaskMap, name: str) -> LayerRow:
    found = task_map.layers.row(task_map.results[name])
    found.more.value = True
    return found


def press(row: LayerRow, tip: str) -> None:
    head = row.children[0]
    next(child for child in head.children if getattr(child, "tooltip", "") == tip).click()


def looks(layer: Any) -> list[str]:
    return [feature["properties"]["style"]["color"] for feature in layer.data["features"]]


def test_the_list_has_inputs_and_results_topmost_first_and_not_what_only_serves(task_map: TaskMap) -> None:
    task_map.target("T", label="Input <i>").add({"type": "Point", "coordinates": [1, 1]})
    task_map.select("A", [0])
    assert titles(task_map) == ["Input <i>", "B", "A", "Base map"]
    assert len(task_map.layers._list.children) == 4


def test_rows_are_made_only_when_the_list_is_opened() -> None:
    task_map = TaskMap()
    task_map.add_result("A", squares())
    assert task_map.layers._list.children == ()


def test_a_hidden_layer_comes_back_in_its_place(task_map: TaskMap) -> None:
    a, b = task_map.results["A"], task_map.results["B"]
    row(task_map, "A").shown.value = False
    assert a not in task_map.map.layers
    assert titles(task_map) == ["B", "A", "Base map"]
    row(task_map, "A").shown.value = True
    assert list(task_map.map.layers)[-2:] == [a, b]


def test_layers_are_put_in_order_and_a_hidden_one_stays_hidden(task_map: TaskMap) -> None:
    a, b = task_map.results["A"], task_map.results["B"]
    row(task_map, "B").shown.value = False
    press(row(task_map, "A"), "Move A up")
    assert titles(task_map) == ["A", "B", "Base map"]
    assert b not in task_map.map.layers
    press(row(task_map, "A"), "Move A up")
    press(row(task_map, "A"), "Move A down")
    row(task_map, "B").shown.value = True
    assert list(task_map.map.layers)[-2:] == [a, b]


def test_a_hidden_result_that_is_run_again_is_shown_anew(task_map: TaskMap) -> None:
    row(task_map, "A").shown.value = False
    task_map.add_result("A", squares(2))
    assert titles(task_map) == ["A", "B", "Base map"]
    assert task_map.results["A"] in task_map.map.layers
    row(task_map, "A").shown.value = False
    task_map.remove_result("A")
    assert titles(task_map) == ["B", "Base map"]


def test_the_map_goes_to_one_layer_or_to_all(task_map: TaskMap) -> None:
    press(row(task_map, "B"), "Zoom to B")
    assert task_map.map.center[1] == pytest.approx(22.75)
    task_map.layers.zoom_to_all()
    assert task_map.map.center[1] == pytest.approx(12.75)


def test_opacity_name_and_removal(task_map: TaskMap) -> None:
    controls, layer = row(task_map, "A"), task_map.results["A"]
    controls.opacity.value = 0.5
    assert layer.style["opacity"] == pytest.approx(0.45)
    controls.name.value = "<b>New</b>"
    assert "&lt;b&gt;New" in layer.name
    assert controls.shown.description == "<b>New</b>"
    controls.remove_button.click()
    assert "A" not in task_map.results
    assert titles(task_map) == ["B", "Base map"]


def test_a_layer_is_coloured_by_a_column_and_says_so_in_a_legend(task_map: TaskMap) -> None:
    controls, layer = row(task_map, "A"), task_map.results["A"]
    controls.method.value, controls.count.value = "equal interval", 5
    controls.column.value = "n"
    assert looks(layer) == [SEQUENTIAL["Viridis"][at] for at in (0, 0, 1, 2, 3, 4)]
    assert "color" not in layer.style
    legend = task_map.layers._legends.value
    assert "How many" in legend
    assert "0 to 1 <small>(2)" in legend
    controls.column.value = ""
    assert layer.style["color"] == layer.color
    assert all(feature["properties"] == {} for feature in layer.data["features"])
    assert task_map.layers._legends.value == ""


def test_text_becomes_categories_escaped_in_the_legend(task_map: TaskMap) -> None:
    controls, layer = row(task_map, "A"), task_map.results["A"]
    controls.column.value = "kind"
    assert controls.method.value == "categories"
    assert (
        looks(layer) == [QUALITATIVE[1], QUALITATIVE[0]] * 3
        or looks(layer)
        == [
            QUALITATIVE[0],
            QUALITATIVE[1],
        ]
        * 3
    )
    assert "&lt;b&gt;" in task_map.layers._legends.value
    controls.method.value = "quantiles"
    assert "holds no numbers" in controls._said.value
    controls.method.value = "categories"
    assert controls._said.value == ""


def test_what_has_no_value_has_a_class_of_its_own() -> None:
    frame = squares().astype({"n": "Int64"})
    frame.loc[0, "n"] = None
    style = style_by(frame, "n", "quantiles", 2, "Blues")
    assert style.labels[-1] == "no value"
    assert style.codes.tolist()[0] == len(style.labels) - 1


def test_a_ramp_runs_from_the_first_to_the_last_colour() -> None:
    assert ramp(("#000000", "#ff0000"), 3) == ["#000000", "#800000", "#ff0000"]
    assert len(ramp(SEQUENTIAL["Blues"], 1)) == 1


GREEN, RED = {"color": [0, 128, 0, 255]}, {"color": [255, 0, 0, 255]}


@pytest.mark.parametrize(
    ("renderer", "colors"),
    [
        ({"type": "simple", "symbol": GREEN}, ["#008000"] * 3),
        (
            {"type": "uniqueValue", "field1": "n", "uniqueValueInfos": [{"value": "1", "symbol": RED}]},
            ["#9e9e9e", "#ff0000", "#9e9e9e"],
        ),
        (
            {
                "type": "classBreaks",
                "field": "n",
                "minValue": 0,
                "classBreakInfos": [
                    {"classMaxValue": 1, "symbol": GREEN},
                    {"classMaxValue": 9, "symbol": RED},
                ],
            },
            ["#008000", "#008000", "#ff0000"],
        ),
    ],
)
def test_the_servers_own_symbology_is_used(renderer: dict[str, Any], colors: list[str]) -> None:
    frame = squares(6).iloc[:3].copy()
    frame.attrs["gpwidgets"] = {"renderer": renderer}
    task_map = TaskMap()
    layer = task_map.add_result("A", frame)
    assert looks(layer) == colors
    assert "color" not in layer.style


@pytest.mark.parametrize(
    "renderer", [None, "x", {"type": "heatmap"}, {"type": "simple"}, {"type": "uniqueValue"}]
)
def test_a_symbology_that_cannot_be_read_costs_nothing(renderer: object) -> None:
    frame = squares()
    frame.attrs["gpwidgets"] = {"renderer": renderer}
    assert renderer_style(frame) is None


def test_lengths_and_areas_are_measured_by_drawing(task_map: TaskMap) -> None:
    panel = task_map.layers
    panel.length_button.value = True
    control = Pen.of(task_map.map).control
    line = {"type": "LineString", "coordinates": [[0, 0], [1, 0]]}
    control.set_state({"data": [{"type": "Feature", "properties": {"type": "polyline"}, "geometry": line}]})
    assert "Length 111.32 km" in panel._said.value
    assert not panel.length_button.value
    assert titles(task_map) == ["B", "A", "Base map"]
    panel.area_button.value = True
    ring = [[0, 0], [0.01, 0], [0.01, 0.01], [0, 0]]
    square = {"type": "Polygon", "coordinates": [ring]}
    control.set_state({"data": [{"type": "Feature", "properties": {"type": "polygon"}, "geometry": square}]})
    assert "Area 61.55 ha" in panel._said.value
    panel.clear_button.click()
    assert panel._said.value == ""
    assert panel._drawn not in task_map.map.layers


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
    panel.opener.value = True
    panel.row(marker).shown.value = False
    assert marker not in theirs.layers
    one.detach()
    assert panel in theirs.controls
    two.detach()
    assert panel not in theirs.controls
    assert marker in theirs.layers


def test_a_picture_of_what_is_visible_is_saved_and_none_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    task_map = TaskMap()
    shown = squares(2)
    layer = task_map.add_result("R", shown)
    task_map.target("T").add({"type": "Point", "coordinates": [2, 2]})
    picture = task_map.layers.picture
    assert [color for one in picture._layers() for _, color in painted_of(one)] == [
        layer.color,
        task_map.target("T").color,
    ]
    for name in ("map.png", "map-2.png"):
        picture.button.click()
        picture._worker.join(30)
        assert picture.path == Path("results", name)
        assert picture.path.read_bytes().startswith(b"\x89PNG")
    assert 'download="map-2.png"' in picture.said.value
    task_map.layers.set_shown(layer, False)
    assert layer not in picture._layers()
