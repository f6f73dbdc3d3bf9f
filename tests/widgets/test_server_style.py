"""Results in the server's own symbology: on the map, in its legend, and in words where it is not drawn."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
import shapely
from widget_tools import html_of

from gpwidgets.widgets.map.layers.server_style import server_style
from gpwidgets.widgets.map.map_picture import picture_text
from gpwidgets.widgets.map.task_map import TaskMap

GREEN = {"type": "esriSFS", "color": [0, 128, 0, 255]}
RED = {"type": "esriSFS", "color": [255, 0, 0, 51], "outline": {"color": [0, 0, 0, 255], "width": 1.5}}


def frame_with(renderer: object, shapes: Any = None) -> gpd.GeoDataFrame:
    shapes = [shapely.box(i, 0, i + 0.5, 0.5) for i in range(3)] if shapes is None else shapes
    frame = gpd.GeoDataFrame({"n": range(3), "kind": ["a", "<b>", None]}, geometry=shapes, crs=4326)
    frame.attrs["gpwidgets"] = {"renderer": renderer, "aliases": {"n": "How <many>"}}
    return frame


def looks(layer: Any, key: str = "fillColor") -> list[Any]:
    return [feature["properties"].get("style", {}).get(key) for feature in layer.data["features"]]


UNIQUE = {
    "type": "uniqueValue",
    "field1": "KIND",
    "uniqueValueInfos": [{"value": "<b>", "label": "<i>B</i>", "symbol": RED}],
}
BREAKS = {
    "type": "classBreaks",
    "field": "n",
    "minValue": 0,
    "classBreakInfos": [{"classMaxValue": 1, "symbol": GREEN}, {"classMaxValue": 9, "symbol": RED}],
}


@pytest.mark.parametrize(
    ("renderer", "colors"),
    [
        ({"type": "simple", "symbol": GREEN}, ["#008000"] * 3),
        (UNIQUE, ["#9e9e9e", "#ff0000", "#9e9e9e"]),
        ({**UNIQUE, "defaultSymbol": GREEN}, ["#008000", "#ff0000", "#008000"]),
        (BREAKS, ["#008000", "#008000", "#ff0000"]),
    ],
)
def test_features_have_the_colours_of_the_server(renderer: dict[str, Any], colors: list[str]) -> None:
    layer = TaskMap().add_result("A", frame_with(renderer))
    assert looks(layer) == colors
    assert not {"color", "fillColor"} & layer.style.keys()  # what the layer says would win
    assert layer.note == ""


def test_outlines_widths_and_opacities_are_those_of_the_server() -> None:
    layer = TaskMap().add_result("A", frame_with(BREAKS))
    assert looks(layer, "color")[2] == "#000000"
    assert looks(layer, "weight")[2] == 2.0
    assert looks(layer, "fillOpacity") == [1.0, 1.0, pytest.approx(0.2)]
    layer.opacity = 0.5
    assert looks(layer, "fillOpacity") == [0.5, 0.5, pytest.approx(0.1)]
    assert "fillOpacity" not in layer.style


def test_markers_have_their_size_and_lines_their_colour() -> None:
    marker = {"type": "esriSMS", "color": [0, 0, 255, 255], "size": 15}
    points = TaskMap().add_result(
        "P", frame_with({"type": "simple", "symbol": marker}, shapely.points([[0, 0]] * 3))
    )
    assert looks(points, "radius") == [10.0] * 3
    line = {"type": "esriSLS", "color": [0, 0, 255, 255], "width": 6, "style": "esriSLSDot"}
    ways = shapely.linestrings([[[0, 0], [1, 1]]] * 3)
    lines = TaskMap().add_result("L", frame_with({"type": "simple", "symbol": line}, ways))
    assert (looks(lines, "color"), looks(lines, "dashArray")) == (["#0000ff"] * 3, ["2 4"] * 3)


def test_pictures_are_drawn_as_their_colour_and_it_is_said() -> None:
    picture = {"type": "esriPMS", "url": "pin.png", "color": [0, 0, 255, 255], "width": 20}
    layer = TaskMap().add_result(
        "P", frame_with({"type": "simple", "symbol": picture}, shapely.points([[0, 0]] * 3))
    )
    assert looks(layer) == ["#0000ff"] * 3
    assert "pictures" in layer.note


def test_the_legend_has_the_classes_that_occur_escaped_and_counted() -> None:
    task_map = TaskMap()
    task_map.add_result("A", frame_with(UNIQUE))
    legend = html_of(task_map)
    assert "&lt;i&gt;B&lt;/i&gt; <small>(1)" in legend
    assert "other <small>(2)" in legend
    task_map.add_result("A", frame_with(BREAKS))
    legend = html_of(task_map)
    assert "How &lt;many&gt;" in legend
    assert "0 to 1 <small>(2)" in legend


@pytest.mark.parametrize(
    ("renderer", "words"),
    [
        ({"type": "heatmap"}, "style (heatmap) is not drawn"),
        ({"type": "simple"}, "cannot be read"),
        ({**BREAKS, "field": "absent"}, "uses absent, which did not come"),
        ({"type": "uniqueValue", "valueExpression": "1"}, "computes"),
    ],
)
def test_what_is_not_drawn_leaves_the_layer_in_its_own_colour_and_says_so(
    renderer: dict[str, Any], words: str
) -> None:
    task_map = TaskMap()
    layer = task_map.add_result("A", frame_with(renderer))
    assert layer.style["color"] == layer.color
    assert words in task_map.note


@pytest.mark.parametrize("renderer", [None, "x", {}, [], 7])
def test_no_symbology_is_no_trouble(renderer: object) -> None:
    assert server_style(frame_with(renderer)) == (None, "")


def test_a_picture_of_the_map_has_title_legend_and_attribution() -> None:
    task_map = TaskMap()
    frame = frame_with(BREAKS)
    task = "https://me:secret@example.com/arcgis/rest/services/S/GPServer/Hot%20Spots"
    frame.attrs["gpwidgets"]["provenance"] = {"task": task, "time": "2026-03-01T10:00:00+00:00"}
    task_map.add_result("Cells", frame)
    task_map.target("A", label="Wells").add({"type": "Point", "coordinates": [1, 1]})
    text = picture_text(task_map.map.layers, "")
    assert text.title == "Cells"
    assert [block.title for block in text.legends] == ["Wells", "Cells"]
    assert text.legends[1].rows == [("#008000", "0 to 1"), ("#ff0000", "1 to 9")]
    assert text.attribution.startswith("Result of Hot Spots at example.com, 2026-03-01")
    assert "Natural Earth" in text.attribution
    assert picture_text(task_map.map.layers, "Mine").title == "Mine"


def test_the_legend_tells_sizes_and_weights_apart() -> None:
    marks = [{"type": "esriSMS", "color": [9, 9, 9, 255], "size": size} for size in (6, 12)]
    infos = [{"classMaxValue": top, "symbol": mark} for top, mark in zip((1, 9), marks, strict=True)]
    task_map = TaskMap()
    task_map.add_result(
        "P", frame_with({**BREAKS, "field": "N", "classBreakInfos": infos}, shapely.points([[0, 0]] * 3))
    )
    legend = html_of(task_map)
    assert "width:8px;height:8px" in legend
    assert "width:16px;height:16px" in legend
    assert "How &lt;many&gt;" in legend  # the alias of the column, whatever the case of the renderer
