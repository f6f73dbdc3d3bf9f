"""Layers of several runs on one map: the latest is shown, earlier ones rest in the list, looks carry over."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import ipyleaflet
import ipywidgets
import pytest
import shapely
from widget_tools import (
    around,
    can_find,
    choose,
    chosen,
    fill,
    find,
    find_all,
    html_of,
    names_of,
    press,
    text_of,
    tick,
)

from gpwidgets.convert.rendering.map_shapes import MapShapes
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.widgets.map.task_map import TaskMap
from gpwidgets.widgets.results.results import ResultsView

pytestmark = pytest.mark.usefixtures("no_other_widgets")

TASK = "https://example.com/arcgis/rest/services/S/GPServer/Buffer%20Points"


TILES = ("Base map", "OpenStreetMap.Mapnik")


def result(second: int, *, count: int = 4, west: float = 0, task: str = TASK) -> gpd.GeoDataFrame:
    boxes = [shapely.box(west + i, 0, west + i + 0.5, 0.5) for i in range(count)]
    frame = gpd.GeoDataFrame({"n": range(count)}, geometry=boxes, crs=4326)
    time = f"2026-03-01T10:00:{second:02}+00:00"
    frame.attrs["gpwidgets"] = {"provenance": {"task": task, "time": time}}
    return frame


def listed(task_map: TaskMap) -> list[str]:
    """The check boxes of the list, ticked ones with a star."""
    boxes = find_all(task_map, role="checkbox")
    return [names_of(box)[0] + "*" * box.value for box in boxes if names_of(box)[0] not in TILES]


def drawn(task_map: TaskMap) -> list[Any]:
    """The layers of results that are on the map."""
    return [layer for layer in task_map.map.layers if hasattr(layer, "frame")]


def settings(task_map: TaskMap, title: str) -> Any:
    """The row of a layer, with its settings open."""
    tick(task_map, f"Style, name and more of {title}")
    return around(task_map, title, "Remove")


@pytest.fixture
def task_map() -> TaskMap:
    found = TaskMap()
    press(found, "Layers")
    return found


def test_the_result_of_an_earlier_run_rests_in_the_list_named_by_its_run(task_map: TaskMap) -> None:
    first, second = result(1), result(2)
    task_map.add_result("Buffers", first)
    task_map.add_result("Buffers", second)
    assert [layer.frame for layer in drawn(task_map)] == [second]
    latest, earlier = listed(task_map)
    assert latest == "Buffers*"
    assert earlier.startswith("Buffers (Buffer Points, ")
    assert earlier.endswith(":00:01)")
    tick(task_map, earlier)
    assert [layer.frame for layer in drawn(task_map)] == [first, second]
    assert listed(task_map) == ["Buffers*", earlier + "*"]
    tick(task_map, earlier, False)
    assert [layer.frame for layer in drawn(task_map)] == [second]


def test_an_earlier_layer_with_classes_has_no_colour_of_one(task_map: TaskMap) -> None:
    task_map.add_result("Buffers", result(1))
    row = settings(task_map, "Buffers")
    assert "gpw-patch" in html_of(row)
    choose(row, "Colour by", "n")
    task_map.add_result("Buffers", result(2))
    earlier = listed(task_map)[1]
    assert "gpw-patch" not in html_of(around(task_map, earlier, f"Zoom to {earlier}"))
    task_map.add_result("Wells", result(1))
    task_map.add_result("Wells", result(2))
    plain = listed(task_map)[1]
    assert "gpw-patch" in html_of(around(task_map, plain, f"Zoom to {plain}"))


def test_runs_of_the_same_second_have_names_that_differ(task_map: TaskMap) -> None:
    for _ in range(3):
        task_map.add_result("Buffers", result(1))
    assert len(set(listed(task_map))) == 3


def test_earlier_layers_cost_no_widgets_and_the_oldest_go(task_map: TaskMap) -> None:
    press(task_map, "Layers")  # rows are widgets, too
    task_map.add_result("Buffers", result(0))
    counts = []
    for second in range(1, 15):
        task_map.add_result("Buffers", result(second))
        counts.append(len(ipywidgets.Widget.get_manager_state()["state"]))
    assert len(set(counts)) == 1
    press(task_map, "Layers")
    assert len(listed(task_map)) == 11


def test_colours_opacity_and_name_hold_for_the_same_output_of_the_next_run(task_map: TaskMap) -> None:
    task_map.add_result("Buffers", result(1))
    row = settings(task_map, "Buffers")
    choose(row, "Colour by", "n")
    choose(row, "Classes", "equal interval")
    fill(row, "How many", 2)
    fill(row, "Opacity", 0.5)
    fill(row, "Name", "Round the wells", enter=True)
    task_map.add_result("Buffers", result(2, count=5))
    assert listed(task_map)[0] == "Round the wells*"
    assert listed(task_map)[1].startswith("Round the wells (Buffer Points, ")
    legend = html_of(task_map)
    assert "Round the wells" in legend
    assert "2 to 4 <small>(2)" in legend
    row = settings(task_map, "Round the wells")
    assert (chosen(row, "Colour by"), chosen(row, "Classes")) == ("n", "equal interval")
    assert find(row, "Opacity").value == 0.5
    assert drawn(task_map)[0].style["opacity"] == pytest.approx(0.45)


def test_one_colour_holds_for_the_next_run_and_for_one_after_removal(task_map: TaskMap) -> None:
    task_map.add_result("Buffers", result(1))
    choose(settings(task_map, "Buffers"), "Colour", "purple")
    task_map.add_result("Buffers", result(2))
    assert drawn(task_map)[0].style["color"] == "#7a5195"
    press(settings(task_map, "Buffers"), "Remove")
    assert not drawn(task_map)
    task_map.add_result("Buffers", result(3))
    assert drawn(task_map)[0].style["color"] == "#7a5195"


def scored(second: int, **columns: Any) -> gpd.GeoDataFrame:
    made = result(second)
    made["score"] = [2.5, 1.0, 2.5, 7.0]
    for name, values in columns.items():
        made[name] = values
    made.attrs["gpwidgets"]["aliases"] = {"score": "Score in points"}
    return made


def test_a_result_is_coloured_at_once_and_one_click_gives_one_colour_back(task_map: TaskMap) -> None:
    task_map.add_result("Buffers", scored(1))
    (layer,) = drawn(task_map)
    sent = layer.data
    assert "color" not in layer.style
    assert "Score in points" in html_of(task_map)
    assert "2.5 (2)" in text_of(task_map)  # a class that holds one value is called by it
    assert chosen(settings(task_map, "Buffers"), "Colour by") == "score"
    assert layer.data is sent
    press(task_map, "One colour")
    assert layer.style["color"] == layer.color
    assert "Score in points" not in html_of(task_map)
    assert not can_find(task_map, "One colour", "button")
    assert chosen(around(task_map, "Buffers", "Remove"), "Colour by") == "one colour"
    task_map.add_result("Buffers", scored(2))
    assert "color" in drawn(task_map)[0].style


def test_a_coloured_result_is_drawn_once(task_map: TaskMap, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[object] = []
    before = MapShapes.draw
    monkeypatch.setattr(MapShapes, "draw", lambda *a, **b: counted.append(0) or before(*a, **b))
    task_map.add_result("Buffers", scored(1))
    assert len(counted) == 1
    choose(settings(task_map, "Buffers"), "Colours", "Blues")
    counted.clear()
    task_map.add_result("Buffers", scored(2))
    assert len(counted) == 1
    assert chosen(settings(task_map, "Buffers"), "Colours") == "Blues"


def test_a_colour_that_is_asked_for_wins(task_map: TaskMap) -> None:
    layer = task_map.add_result("Buffers", scored(1), color="#123456")
    assert layer.style["color"] == "#123456"
    assert not can_find(task_map, "One colour", "button")


def test_each_of_several_coloured_results_has_its_button(task_map: TaskMap) -> None:
    task_map.add_result("A", scored(1))
    task_map.add_result("B", scored(1, kind=list("abab")).drop(columns=["score"]))
    assert "kind" in text_of(task_map)
    press(task_map, "One colour for A")
    assert can_find(task_map, "One colour", "button")
    assert "Score in points" not in html_of(task_map)


def test_a_style_by_a_column_that_is_gone_gives_way(task_map: TaskMap) -> None:
    task_map.add_result("Buffers", result(1))
    choose(settings(task_map, "Buffers"), "Colour by", "n")
    task_map.add_result("Buffers", result(2).drop(columns="n"))
    assert chosen(settings(task_map, "Buffers"), "Colour by") == "one colour"
    assert "color" in drawn(task_map)[0].style


def test_a_code_that_is_no_colour_changes_nothing_and_says_so(task_map: TaskMap) -> None:
    task_map.add_result("Buffers", result(1))
    row = settings(task_map, "Buffers")
    fill(row, "Code", "#12345")
    assert "is no code of a colour" in html_of(row)
    fill(row, "Code", "#123456")
    assert "is no code of a colour" not in html_of(row)
    assert chosen(row, "Colour") == "another one"
    assert drawn(task_map)[0].style["color"] == "#123456"


def test_the_results_of_an_earlier_run_that_are_opened_show_its_layer_while_they_are_open(
    task_map: TaskMap,
) -> None:
    first, second = result(1), result(2)
    for frame in (first, second):
        ResultsView(Outputs({"Buffers": frame}), task_map).close()
    opened = ResultsView(Outputs({"Buffers": first}), task_map)
    assert [layer.frame for layer in drawn(task_map)] == [first, second]
    press(opened, "Row 2")
    assert task_map.selection[0].startswith("Buffers (Buffer Points")
    opened.close()
    assert [layer.frame for layer in drawn(task_map)] == [second]
    assert len(listed(task_map)) == 2


def test_two_tools_on_one_map_have_colours_and_names_of_their_own() -> None:
    theirs = ipyleaflet.Map()
    one, two = TaskMap(theirs), TaskMap(theirs)
    one.add_result("Result", result(1))
    two.add_result("Result", result(2, task=TASK.replace("Buffer%20Points", "Viewshed")))
    assert len({layer.color for layer in drawn(one)}) == 2
    assert one.target("A").color != two.target("A").color
    press(one, "Layers")
    assert listed(one) == ["Result (Viewshed)*", "Result*"]


def test_all_layers_of_a_form_that_is_closed_leave_the_map() -> None:
    theirs = ipyleaflet.Map()
    one, two = TaskMap(theirs), TaskMap(theirs)
    two.add_result("Mine", result(0))
    for second in (1, 2, 3):
        one.add_result("Buffers", result(second))
    press(two, "Layers")
    tick(two, listed(two)[1])
    one.close()
    assert listed(two) == ["Mine*"]
    two.close()
    assert not [layer for layer in theirs.layers if hasattr(layer, "frame")]


def test_an_earlier_layer_can_be_removed_and_zoomed_to(task_map: TaskMap) -> None:
    task_map.add_result("Buffers", result(1, west=50))
    task_map.add_result("Buffers", result(2))
    earlier = listed(task_map)[1]
    press(task_map, f"Zoom to {earlier}")
    assert task_map.map.center[1] == pytest.approx(51.75)
    press(task_map, "Zoom to all")
    assert task_map.map.center[1] == pytest.approx(1.75)
    row = settings(task_map, earlier)
    assert not can_find(row, "Opacity")
    press(row, "Remove")
    assert listed(task_map) == ["Buffers*"]
