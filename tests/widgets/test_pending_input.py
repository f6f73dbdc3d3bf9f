"""What is typed or chosen and not used yet: Run takes it, or says so at that very field."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from widget_tools import (
    alerts,
    can_find,
    choose,
    chosen,
    error_at,
    field,
    fill,
    find,
    options,
    press,
    said,
    see,
    seen,
    text_of,
    upload,
)

from gpwidgets import demo
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.protocol.values import LayerReference
from gpwidgets.widgets.editors import namespace
from gpwidgets.widgets.editors.editor import EditorContext
from gpwidgets.widgets.form.form import TaskForm
from gpwidgets.widgets.map.task_map import TaskMap
from gpwidgets.widgets.results.results import ResultsView
from gpwidgets.widgets.task_widget import TaskWidget

BOX = "Places as text, path, URL or name"
TYPE = "Type or paste coordinates"
FRAME = "A GeoDataFrame of this notebook"
LIST = "A GeoDataFrame of this notebook, for Places"
TENNESSEE = (-85.0, 36.0, -83.0, 37.0)


def features(name: str, kind: str = "Point", **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "displayName": name,
        "dataType": "GPFeatureRecordSetLayer",
        "direction": "esriGPParameterDirectionInput",
        "parameterType": "esriGPParameterTypeRequired",
        "defaultValue": {"geometryType": f"esriGeometry{kind}", "fields": [], "features": []},
        **more,
    }


def form_of(*parameters: dict[str, Any], task_map: TaskMap | None = None) -> TaskForm:
    info = TaskInfo.from_json({"name": "T", "parameters": list(parameters)})
    return TaskForm(info, EditorContext(map=task_map or TaskMap()))


def places(form: TaskForm, name: str = "Places") -> list[tuple[float, float]]:
    value = form.values.get(name)
    return [] if value is None else [(round(p.x, 6), round(p.y, 6)) for p in value.to_crs(4326).geometry]


def run_would_start(form: TaskForm) -> bool:
    """What a press of Run does before anything is sent."""
    form.take_pending()
    return form.check() == []


def points(*given: tuple[float, float], crs: Any = 4326) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"n": range(len(given))}, geometry=[*map(shapely.Point, given)], crs=crs)


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The notebook's variables; there is no notebook in these tests."""
    names: dict[str, Any] = {}
    shell = type("Shell", (), {"user_ns": names})()
    module = type("Module", (), {"get_ipython": staticmethod(lambda: shell)})
    monkeypatch.setitem(namespace.sys.modules, "IPython", module)
    return names


# Typed


def test_run_takes_the_point_that_stands_in_the_box(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("BufferPoints"))
    choose(widget, "Input Points", TYPE)
    box = "Input Points as text, path, URL or name"
    fill(widget, box, "-84.2, 36.3")
    press(widget, "Use")
    fill(widget, box, "-84.4, 36.4")
    press(widget, "Run")
    assert widget.run is not None
    assert [(p.x, p.y) for p in widget.run.inputs["Input_Points"].geometry] == [(-84.4, 36.4)]
    see(widget, "Succeeded")


def test_run_says_at_the_field_what_is_wrong_with_the_text_and_keeps_what_was_there() -> None:
    form = form_of(features("Places"))
    choose(form, "Places", TYPE)
    fill(form, BOX, "-84.2, 36.3")
    press(form, "Use")
    fill(form, BOX, "-84.2, 36.3 and so on")
    assert not run_would_start(form)
    assert "no point" in error_at(form, "Places")
    assert places(form) == [(-84.2, 36.3)]
    assert find(form, BOX).value == "-84.2, 36.3 and so on"
    press(form, "Keep 1 point")
    assert run_would_start(form)
    assert find(form, BOX).value == ""


def test_an_emptied_box_waits_for_nothing() -> None:
    form = form_of(features("Places"))
    choose(form, "Places", TYPE)
    fill(form, BOX, "nonsense 1")
    assert not run_would_start(form)
    fill(form, BOX, "")
    assert error_at(form, "Places") == ""
    fill(form, BOX, "8.9, 47.1")
    assert run_would_start(form)


def test_a_box_does_not_show_what_is_not_the_value_any_more() -> None:
    form = form_of(features("Places"))
    choose(form, "Places", TYPE)
    fill(form, BOX, "8.9, 47.1")
    press(form, "Use")
    press(form, "Clear")
    assert find(form, BOX).value == ""


def test_a_text_that_was_left_for_another_way_waits_again_when_it_is_seen_again() -> None:
    task_map = TaskMap()
    form = form_of(features("Places"), task_map=task_map)
    choose(form, "Places", TYPE)
    fill(form, BOX, "8.9, 47.1")
    choose(form, "Places", "Draw on the map")
    task_map.targets["Places"].add({"type": "Point", "coordinates": [1, 2]})
    assert run_would_start(form)
    assert places(form) == [(1, 2)], "what was done last counts"
    choose(form, "Places", TYPE)
    assert find(form, BOX).value == "8.9, 47.1"
    assert run_would_start(form)
    assert places(form) == [(8.9, 47.1)]


def test_the_text_of_one_shape_is_taken_and_a_wrong_attribute_is_said() -> None:
    task_map = TaskMap()
    lanes = {"name": "LANES", "type": "esriFieldTypeInteger"}
    schema = {"geometryType": "esriGeometryPoint", "fields": [lanes], "features": []}
    form = form_of(features("Places", defaultValue=schema), task_map=task_map)
    task_map.targets["Places"].add({"type": "Point", "coordinates": [1, 2]})
    press(form, "Change shapes, set attributes (1)")
    choose(form, "Shape of Places to change", options(form, "Shape of Places to change")[1])
    fill(form, "The chosen shape of Places as WKT", "POINT (3 4)")
    assert run_would_start(form)
    assert places(form) == [(3, 4)]
    fill(form, "LANES", "four")
    assert not run_would_start(form)
    assert "LANES" in error_at(form, "Places")
    fill(form, "LANES", "4")
    fill(form, "The chosen shape of Places as WKT", "POLYGON ((0 0, 1 0, 1 1, 0 0))")
    assert not run_would_start(form)
    assert "Polygon geometry" in error_at(form, "Places")
    assert places(form) == [(3, 4)]


def test_pasted_rows_are_taken_although_nobody_pressed_the_button() -> None:
    form = form_of({**features("Names"), "dataType": "GPMultiValue:GPLong", "defaultValue": None})
    press(form, "Paste rows")
    fill(form, "Rows for Names", "1\n2")
    assert run_would_start(form)
    assert form.values["Names"] == [1, 2]
    fill(form, "Rows for Names", "three")
    assert not run_would_start(form)
    assert "Row 3: 'three' is not a number" in " ".join(alerts(form))
    fill(form, "Rows for Names", "")


def test_the_address_of_a_layer_that_nobody_has_used_is_said_at_the_field() -> None:
    form = form_of(features("Places"))
    choose(form, "Places", "A layer on a server (URL)")
    fill(form, "Address of the layer for Places", "https://host/arcgis/rest/services/S/FeatureServer/0")
    assert not run_would_start(form)
    assert '"Let the server read it" or "Read it here"' in error_at(form, "Places")
    press(form, "Let the server read it")
    assert run_would_start(form)
    assert isinstance(form.values["Places"], LayerReference)


# Picked


def test_a_frame_is_taken_when_it_is_picked_and_only_fitting_ones_are_listed(
    variables: dict[str, Any],
) -> None:
    form = form_of(features("Places"))
    square = shapely.box(0, 0, 1, 1)
    variables["areas"] = geopandas.GeoDataFrame(geometry=[square], crs=4326)
    variables["stations"] = points((8.9, 47.1))
    choose(form, "Places", FRAME)
    assert options(form, LIST) == ["choose one of 1…", "stations: 1 point"]
    assert "1 more is not listed" in text_of(form)
    choose(form, LIST, "stations: 1 point")
    assert places(form) == [(8.9, 47.1)]
    press(form, "Clear")
    assert chosen(form, LIST) == "choose one of 1…"


def test_a_file_is_taken_when_it_is_read(tmp_path: Path) -> None:
    form = form_of(features("Places"))
    choose(form, "Places", "A file")
    points((8.9, 47.1), (9.0, 47.2)).to_file(tmp_path / "a.geojson", driver="GeoJSON")
    fill(form, "Path of a file for Places", str(tmp_path / "a.geojson"))
    assert seen(lambda: len(places(form)) == 2)
    geopandas.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4326).to_file(tmp_path / "b.geojson")
    fill(form, "Path of a file for Places", str(tmp_path / "b.geojson"))
    see(form, "Keep 2 points")
    assert "Polygon geometry" in error_at(form, "Places")
    assert len(places(form)) == 2
    assert not run_would_start(form)
    press(form, "Keep 2 points")
    assert run_would_start(form)


def test_a_file_that_asks_for_something_says_so_when_run_is_pressed(tmp_path: Path) -> None:
    form = form_of(features("Places"))
    choose(form, "Places", "A file")
    for name in ("one", "two"):
        points((8.9, 47.1)).to_file(tmp_path / "a.gpkg", driver="GPKG", layer=name)
    fill(form, "Path of a file for Places", str(tmp_path / "a.gpkg"))
    see(form, "choose one of them")
    assert not run_would_start(form)
    assert "2 layers; choose one" in error_at(form, "Places")
    choose(form, "Layer of the file for Places", "two")
    assert seen(lambda: places(form) == [(8.9, 47.1)])
    assert run_would_start(form)


@pytest.mark.parametrize("kind", ["GPFeatureRecordSetLayer", "GPDataFile"])
def test_the_button_of_an_upload_says_that_a_file_was_taken(kind: str) -> None:
    form = form_of({**features("Places"), "dataType": kind})
    if kind == "GPFeatureRecordSetLayer":
        choose(form, "Places", "A file")
    button = find(form, "From this computer")
    content = io.BytesIO(points((8.9, 47.1)).to_json().encode()).getvalue()
    upload(form, "From this computer", "a.geojson", content)
    assert seen(lambda: "Places" in form.values)
    assert len(button.value) == 1  # the number that the button shows
    assert bytes(button.value[0]["content"]) == b""


# Where it landed, and in which order


def test_where_typed_coordinates_landed_is_said() -> None:
    form = form_of(features("Places"))
    choose(form, "Places", TYPE)
    fill(form, BOX, "8.9, 47.1")
    press(form, "Use")
    assert "1 point: 47.1° N, 8.9° E." in said(form)
    fill(form, BOX, "8.9, 47.1\n-70.25, -33.5")
    press(form, "Use")
    assert "2 points: 33.5° S, 70.25° W to 47.1° N, 8.9° E." in said(form)
    assert not can_find(form, "Swap")


@pytest.mark.parametrize(
    "text",
    ["36.3, -84.2", "POINT (36.3 -84.2)", '{"type": "Point", "coordinates": [36.3, -84.2]}', "36.3 -84.2"],
)
def test_an_order_that_is_probably_swapped_is_asked_about_and_nothing_runs_before(text: str) -> None:
    form = form_of(features("Places"))
    choose(form, "Places", TYPE)
    fill(form, BOX, text)
    assert not run_would_start(form)
    assert places(form) == [(36.3, -84.2)], "nothing is changed without a word"
    assert "84.2° S, 36.3° E: is that meant" in " ".join(alerts(form))
    press(form, "Swap: 36.3° N, 84.2° W")
    assert places(form) == [(-84.2, 36.3)]
    assert not can_find(form, "Swap")
    assert run_would_start(form)


def test_an_order_that_is_meant_is_kept() -> None:
    form = form_of(features("Places"))
    choose(form, "Places", TYPE)
    fill(form, BOX, "36.3, -84.2")
    press(form, "Use")
    press(form, "Keep: 84.2° S, 36.3° E")
    assert run_would_start(form)
    assert places(form) == [(36.3, -84.2)]


def test_what_the_map_shows_tells_which_order_is_likely() -> None:
    task_map = TaskMap()
    west, south, east, north = 8.0, 46.0, 10.0, 48.0
    task_map.map.set_state({"west": west, "south": south, "east": east, "north": north})
    form = form_of(features("Places"), task_map=task_map)
    choose(form, "Places", TYPE)
    fill(form, BOX, "47.1, 8.9")  # that is in Ethiopia
    press(form, "Use")
    assert can_find(form, "Swap: 47.1° N, 8.9° E")


@pytest.mark.parametrize(
    "text", ["8.9, 47.1", "36°18'N 84°12'W", "lat,lon\n36.3,-84.2", "-30, 40", "47.1, 8.9", "179.5, -16.5"]
)
def test_an_order_that_is_likely_or_said_is_not_asked_about(text: str) -> None:
    form = form_of(features("Places"))
    choose(form, "Places", TYPE)
    fill(form, BOX, text)
    assert run_would_start(form)
    assert not can_find(form, "Swap")


def test_a_latitude_beyond_the_pole_is_refused_with_an_offer_to_swap() -> None:
    form = form_of(features("Places"))
    choose(form, "Places", TYPE)
    fill(form, BOX, "47.1, 108.9\n48, 109")
    press(form, "Use")
    assert "longitude comes first" in error_at(form, "Places")
    assert places(form) == []
    press(form, "Swap: 47.1° N, 108.9° E to 48° N, 109° E")
    assert places(form) == [(108.9, 47.1), (109, 48)]
    assert run_would_start(form)


# One truth


def test_nothing_yet_never_stands_beside_shapes() -> None:
    task_map = TaskMap()
    form = form_of(features("Places"), task_map=task_map)
    task_map.targets["Places"].add({"type": "Point", "coordinates": [1, 2]})
    for wrong in (shapely.box(0, 0, 1, 1), "no place at all", {"type": "Nothing"}, 7):
        form.values = {"Places": wrong}
        assert error_at(form, "Places")
        assert "Nothing yet." not in text_of(field(form, "Places"))
        assert places(form) == [(1, 2)]
        assert len(task_map.targets["Places"].shapes) == 1


def test_a_table_that_is_refused_leaves_the_one_that_was_there() -> None:
    form = form_of({**features("Rows"), "dataType": "GPRecordSet", "defaultValue": None})
    fill(form, "Rows", "a\tb\n1\t2")
    assert "1 row." in said(form)
    fill(form, "Rows", "a\ta\n1\t2")
    assert "Two columns" in error_at(form, "Rows")
    assert "1 row." in said(form)
    assert not run_would_start(form)
    press(form, "Keep 1 row")
    assert run_would_start(form)


@pytest.mark.parametrize(
    ("kind", "before", "wrong", "more"),
    [
        ("GPString", "a", "zzz", {"choiceList": ["a", "b"]}),
        ("GPDate", "2025-01-31", "soon", {}),
        ("GPBoolean", True, "perhaps", {"parameterType": "esriGPParameterTypeOptional"}),
        ("GPMultiValue:GPString", ["a"], ["zzz"], {"choiceList": ["a", "b"]}),
        ("GPMultiValue:GPLong", [1, 2], ["x"], {}),
        ("GPRecordSet", [{"a": 1}], 7, {}),
    ],
)
def test_a_value_that_is_refused_changes_nothing(kind: str, before: Any, wrong: Any, more: Any) -> None:
    form = form_of({**features("In"), "dataType": kind, "defaultValue": None, **more})
    form.values = {"In": before}
    kept, shown = form.values["In"], text_of(form)
    form.values = {"In": wrong}
    assert alerts(form)
    assert form.values["In"] is kept
    assert shown in text_of(form) or all(line in text_of(form) for line in shown.splitlines())
    assert not run_would_start(form)
    press(form, "Keep")
    assert run_would_start(form)
    assert form.values["In"] is kept


def test_a_result_is_offered_to_inputs_that_take_its_geometry_only(server: demo.DemoServer) -> None:
    owner = TaskMap()
    form = form_of(features("Spots"), features("Regions", "Polygon"), task_map=owner)
    results = ResultsView({"Places": points((8.9, 47.1))}, TaskMap())
    press(results, "Look again which tasks are open")
    offered = options(results, "Give this result to a task that is open in this notebook")
    assert "T: Spots" in offered
    assert "T: Regions" not in offered
    choose(results, "Give this result to a task that is open in this notebook", "T: Spots")
    assert places(form, "Spots") == [(8.9, 47.1)]
    form.close()
