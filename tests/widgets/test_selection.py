"""Table and map are one selection."""

from __future__ import annotations

import re
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from widget_tools import can_find, deliver, html_of, open_tab, press, shown, text_of

from gpwidgets.protocol.description import TaskInfo
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.widgets.form.form import TaskForm
from gpwidgets.widgets.map.drawing.draw_control import Pen
from gpwidgets.widgets.map.task_map import TaskMap
from gpwidgets.widgets.results._frame_view import FrameView
from gpwidgets.widgets.results._table import FrameTable
from gpwidgets.widgets.results.results import ResultsView


def squares(count: int = 30) -> gpd.GeoDataFrame:
    boxes = [shapely.box(i, 0, i + 0.5, 0.5) for i in range(count)]
    frame = gpd.GeoDataFrame({"n": [f"no {i}" for i in range(count)]}, geometry=boxes, crs=4326)
    frame.attrs["gpwidgets"] = {"aliases": {"n": "Number"}}
    return frame


@pytest.fixture
def view() -> FrameView:
    task_map = TaskMap()
    results = ResultsView(Outputs({"Squares": squares()}), task_map)
    (found,) = [one for one in shown(results) if isinstance(one, FrameView)]
    return found


def map_of(view: FrameView) -> TaskMap:
    assert view.map is not None
    return view.map


def click(view: FrameView, row: int, event: str = "click") -> None:
    """Do what the browser does at a feature."""
    layer = map_of(view).results["Squares"]
    deliver(layer, {"event": event, "id": row, "coordinates": [0.1, 0.1]})


def press_row(table: FrameTable, number: int) -> None:
    """Press a row of the page that is shown, from 0."""
    press(table, re.compile(rf"^Row {table.visible_rows[number] + 1}\b"))


def highlighted(view: FrameView) -> list[Any]:
    layer = next((one for one in map_of(view).map.layers if one.name == "Selected"), None)
    if layer is None:
        return []
    shapes = [shapely.geometry.shape(one["geometry"]) for one in layer.data["features"]]
    return [round(shape.bounds[0]) for shape in shapes]


def test_a_click_on_a_row_highlights_its_feature_and_another_click_lets_it_go(view: FrameView) -> None:
    press_row(view.table, 2)
    assert map_of(view).selection == ("Squares", (2,))
    assert highlighted(view) == [2]
    assert 'data-row="2" class="gpw-selected"' in html_of(view.table)
    assert can_find(view, "Row 3, selected")
    press_row(view.table, 2)
    assert map_of(view).selection == ("", ())
    assert highlighted(view) == []


def test_a_click_on_a_feature_selects_its_row_and_turns_to_its_page(view: FrameView) -> None:
    view.table.filter_text = "no 1"
    click(view, 25)
    assert view.table.selected == (25,)
    assert 25 in view.table.visible_rows
    assert view.table.page == 3
    assert view.table.filter_text == ""


def test_a_feature_out_of_view_is_gone_to_and_one_in_view_is_not(view: FrameView) -> None:
    ipymap = map_of(view).map
    ipymap.set_state({"south": -1.0, "north": 2.0, "west": -1.0, "east": 5.0})
    ipymap.zoom, ipymap.center = 7, (0.5, 2.0)
    press_row(view.table, 1)
    assert (ipymap.zoom, tuple(ipymap.center)) == (7, (0.5, 2.0))
    view.table.page = 1
    press_row(view.table, 4)  # where the attributes cover the map
    assert ipymap.zoom == 7
    assert tuple(ipymap.center) == pytest.approx((0.25 + 0.75, 4.25 + 1.0))
    view.table.page = 3
    press_row(view.table, 5)
    assert ipymap.center[1] == pytest.approx(25.25)


def test_attributes_are_shown_under_their_alias_and_closing_them_clears_the_selection(
    view: FrameView,
) -> None:
    click(view, 4)
    assert '<th scope="row">Number</th><td>no 4</td>' in html_of(map_of(view))
    press(map_of(view), "Close")
    assert view.table.selected == ()
    assert "no 4" not in text_of(map_of(view))


def test_the_feature_under_the_pointer_shows_its_attributes_until_one_is_selected(view: FrameView) -> None:
    click(view, 3, "mouseover")
    assert "no 3" in text_of(map_of(view))
    assert map_of(view).selection == ("", ())
    click(view, 4)
    click(view, 5, "mouseover")
    assert "no 4" in text_of(map_of(view))
    assert "no 5" not in text_of(map_of(view))


def draw_box(view: FrameView, west: float, south: float, east: float, north: float) -> None:
    control = Pen.of(map_of(view).map).control
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"type": "rectangle", "style": {}}, "geometry": shape}
    control.set_state({"data": [*control.data, feature]})


def test_a_box_drawn_on_the_map_lists_the_rows_it_touches(view: FrameView) -> None:
    view.box_button.value = True
    draw_box(view, 10.2, 0.1, 13.1, 0.2)
    assert view.table.selected == (10, 11, 12, 13)
    assert view.table.visible_rows == [10, 11, 12, 13]
    assert highlighted(view) == [10, 11, 12, 13]
    assert not view.box_button.value
    assert list(view.chosen()["n"]) == ["no 10", "no 11", "no 12", "no 13"]
    press(view, "Clear selection")
    assert "; 30 rows" in text_of(view)
    assert len(view.chosen()) == 30


def test_a_box_without_features_says_so(view: FrameView) -> None:
    view.box_button.value = True
    draw_box(view, 50, 50, 51, 51)
    assert "no feature in the box" in text_of(view)
    assert view.table.selected == ()


def test_what_the_map_shows_can_be_selected(view: FrameView) -> None:
    map_of(view).map.set_state({"south": -1.0, "north": 2.0, "west": 27.6, "east": 40.0})
    view.view_button.click()
    assert view.table.selected == (28, 29)


def test_a_new_result_of_the_same_name_begins_with_nothing_selected(view: FrameView) -> None:
    click(view, 4)
    map_of(view).add_result("Squares", squares(2))
    assert map_of(view).selection == ("", ())
    assert highlighted(view) == []


def test_two_results_do_not_mix_their_selections() -> None:
    task_map = TaskMap()
    results = ResultsView(Outputs({"A": squares(), "B": squares()}), task_map)
    (first,) = [one for one in shown(results) if isinstance(one, FrameView)]
    press_row(first.table, 1)
    open_tab(results, "B (30)")
    (second,) = [one for one in shown(results) if isinstance(one, FrameView)]
    press_row(second.table, 2)
    assert (first.table.selected, second.table.selected) == ((), (2,))
    results.close()
    task_map.select("A", [3])
    assert first.table.selected == ()


def test_a_feature_selected_before_its_tab_is_opened_is_selected_in_its_table() -> None:
    task_map = TaskMap()
    results = ResultsView(Outputs({"A": squares(), "B": squares()}), task_map)
    deliver(task_map.results["B"], {"event": "click", "id": 25, "coordinates": [25.1, 0.1]})
    open_tab(results, "B (30)")
    assert can_find(results, "Row 26, selected")
    press(results, "Clear selection")
    assert task_map.selection == ("", ())


FORM = TaskInfo.from_json(
    {
        "name": "Buffer",
        "displayName": "Buffer",
        "parameters": [
            {
                "name": "Features",
                "displayName": "Features to buffer",
                "dataType": "GPFeatureRecordSetLayer",
                "direction": "esriGPParameterDirectionInput",
                "parameterType": "esriGPParameterTypeRequired",
            }
        ],
    }
)


def test_a_result_or_its_selected_rows_become_the_input_of_an_open_task(view: FrameView) -> None:
    form = TaskForm(FORM)
    use = view.use
    use.refresh()
    title = next(title for title in use.choice.options if title == "Buffer: Features to buffer")
    use.choice.value = title
    assert len(form.values["Features"]) == 30
    press_row(view.table, 2)
    use.choice.value = title
    assert list(form.values["Features"]["n"]) == ["no 2"]
    assert "1 row given to Buffer" in text_of(use)


def test_a_table_without_a_map_has_no_keys_over_its_rows() -> None:
    view = FrameView(pd.DataFrame({"a": range(20)}), "T", "T")
    assert not view.table.selectable
    assert not can_find(view, re.compile("^Row [0-9]"))
