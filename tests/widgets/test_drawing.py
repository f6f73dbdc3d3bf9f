"""Shapes drawn, chosen and changed on the map, as the browser reports it."""

from __future__ import annotations

import json
from typing import Any

import geopandas
import ipyleaflet
import pytest
import shapely
from widget_tools import deliver

from gpwidgets.protocol.features import Field
from gpwidgets.widgets.map.drawing.draw_control import Pen
from gpwidgets.widgets.map.drawing.draw_target import DrawTarget
from gpwidgets.widgets.map.drawing.shapes import ID_KEY
from gpwidgets.widgets.map.task_map import TaskMap

SQUARE = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
OTHER = {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [1, 1], [0, 1], [0, 0]]]}
TRIANGLE = {"type": "Polygon", "coordinates": [[[5, 5], [6, 5], [6, 6], [5, 5]]]}


def point(x: float, y: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [x, y]}


def control_of(task_map: TaskMap) -> ipyleaflet.GeomanDrawControl:
    return Pen.of(task_map.map).control


def layer_of(task_map: TaskMap) -> Any:
    """The layer that shows the shapes of the one input."""
    return task_map.map.layers[-1]


def drag_to(task_map: TaskMap, geometry: dict[str, Any]) -> None:
    """Do what the browser does after a corner has been dragged: report all features, styles and all."""
    control = control_of(task_map)
    lent = [one for one in control.data if ID_KEY in one["properties"]]
    others = [one for one in control.data if ID_KEY not in one["properties"]]
    changed = {**lent[0], "geometry": geometry, "properties": {**lent[0]["properties"], "type": "polygon"}}
    control.set_state({"data": [*others, changed]})


@pytest.fixture
def target() -> tuple[TaskMap, DrawTarget]:
    task_map = TaskMap()
    made = task_map.target("A", ["esriGeometryPolygon"])
    made.add(SQUARE, "polygon", {"name": "first"})
    made.add(TRIANGLE)
    return task_map, made


def test_a_click_on_a_shape_selects_it_unless_something_is_being_drawn(target: Any) -> None:
    task_map, shapes = target
    layer = layer_of(task_map)
    deliver(layer, {"event": "click", "id": "s2", "coordinates": [5, 5]})
    assert shapes.selected_shape.geometry == TRIANGLE
    drawn = {one["id"]: one["properties"] for one in layer.data["features"]}
    assert drawn["s1"] == {"style": {"color": shapes.color, "fillColor": shapes.color}}
    assert drawn["s2"] != drawn["s1"]
    assert "color" not in layer.style  # the layer's own colour would win
    shapes.arm("polygon")
    deliver(layer, {"event": "click", "id": "s1", "coordinates": [0, 0]})
    assert shapes.selected == ""


def test_a_dragged_corner_changes_the_shape_and_nothing_else_about_it(target: Any) -> None:
    task_map, shapes = target
    shapes.selected = "s1"
    shapes.edit("reshape")
    assert control_of(task_map).current_mode == "edit"
    assert [one["id"] for one in layer_of(task_map).data["features"]] == ["s2"]  # not drawn twice
    drag_to(task_map, OTHER)
    assert [shape.geometry for shape in shapes.shapes] == [OTHER, TRIANGLE]
    assert [shape.id for shape in shapes.shapes] == ["s1", "s2"]
    assert shapes.shapes[0].properties == {"name": "first"}
    shapes.end_edit()
    assert control_of(task_map).data == []
    assert control_of(task_map).current_mode is None
    assert Pen.of(task_map.map).is_free
    assert len(layer_of(task_map).data["features"]) == 2


def test_undo_while_a_shape_is_changed_reaches_the_map(target: Any) -> None:
    task_map, shapes = target
    shapes.selected = "s1"
    shapes.edit("reshape")
    drag_to(task_map, OTHER)
    shapes.undo()
    assert control_of(task_map).data[0]["geometry"] == SQUARE
    shapes.redo()
    assert control_of(task_map).data[0]["geometry"] == OTHER
    assert shapes.shapes[0].geometry == OTHER


def test_a_shape_whose_making_is_undone_while_it_is_changed_is_let_go(target: Any) -> None:
    task_map, shapes = target
    shapes.selected = "s2"
    shapes.edit("move")
    assert control_of(task_map).current_mode == "drag"
    shapes.undo()
    assert (shapes.selected, shapes.editing) == ("", "")
    assert control_of(task_map).data == []
    assert Pen.of(task_map.map).is_free


def test_whoever_draws_next_takes_the_pen_and_a_changed_shape_is_kept(target: Any) -> None:
    task_map, shapes = target
    shapes.selected = "s1"
    shapes.edit("reshape")
    drag_to(task_map, OTHER)
    other = task_map.target("B", ["esriGeometryPoint"])
    other.arm("point")
    assert shapes.editing == ""
    control = control_of(task_map)
    assert control.current_mode == "draw:Marker"
    marker = {"type": "Feature", "properties": {"type": "marker"}, "geometry": point(3, 3)}
    control.set_state({"data": [*control.data, marker]})
    assert [shape.geometry for shape in other.shapes] == [point(3, 3)]
    assert [shape.geometry for shape in shapes.shapes] == [OTHER, TRIANGLE]


def test_drawings_in_the_users_own_control_are_neither_taken_nor_changed() -> None:
    theirs = ipyleaflet.Map()
    control = ipyleaflet.GeomanDrawControl()
    theirs.add(control)
    mine = {"type": "Feature", "properties": {"type": "polygon"}, "geometry": TRIANGLE}
    control.data = [mine]
    task_map = TaskMap(theirs)
    shapes = task_map.target("A", ["esriGeometryPolygon"])
    shapes.add(SQUARE)
    shapes.selected = "s1"
    shapes.edit("reshape")
    drag_to(task_map, OTHER)
    shapes.end_edit()
    assert control.data == [mine]
    assert [shape.geometry for shape in shapes.shapes] == [OTHER]
    tools = {name: getattr(control, name) for name in ("marker", "polygon", "circle")}
    for kind in ("circle", "polygon"):
        shapes.arm(kind)
        assert getattr(control, kind) != tools[kind]
    shapes.disarm()
    assert {name: getattr(control, name) for name in tools} == tools


FINE = 0.000000123
THEIRS = {
    "point": ({"type": "marker", "style": {}}, point(8.5 + FINE, 46.7 + FINE)),
    "line": (
        {"type": "polyline", "style": {}},
        {"type": "LineString", "coordinates": [[8 + FINE, 46], [9, 47 - FINE]]},
    ),
    "rectangle": (
        {"type": "rectangle", "name": "mine"},
        shapely.geometry.mapping(shapely.box(8 + FINE, 46 + FINE, 9 + FINE, 47 + FINE)),
    ),
    "circle": ({"type": "circle", "style": {"radius": 1234.56789}}, point(8 + FINE, 46 - FINE)),
    "without properties": (None, TRIANGLE),
}


def as_the_page_sends_it(feature: dict[str, Any]) -> dict[str, Any]:
    """With six decimals, a style, and rectangles as polygons."""
    properties = dict(feature["properties"] or {})
    kind = {"rectangle": "polygon"}.get(properties.get("type", "polygon"), properties.get("type", "polygon"))
    style = {"color": "#3388ff", **properties.get("style", {})}
    text = json.dumps(feature["geometry"], default=list)
    rounded = json.loads(text, parse_float=lambda number: round(float(number), 6))
    return {
        "type": "Feature",
        "properties": {**properties, "type": kind, "style": style},
        "geometry": rounded,
    }


@pytest.mark.parametrize("kind", THEIRS)
@pytest.mark.parametrize("knows", [True, False])
def test_an_owners_drawing_stays_as_it_is_while_two_forms_draw(kind: str, knows: bool) -> None:
    theirs, control = ipyleaflet.Map(), ipyleaflet.GeomanDrawControl()
    theirs.add(control)
    properties, geometry = THEIRS[kind]
    mine = {"type": "Feature", "properties": properties, "geometry": dict(geometry)}
    control.data = [mine]
    one, two = (TaskMap(theirs).target(name, ["esriGeometryPoint"]) for name in "AB")
    drawn = {"type": "Feature", "properties": {"type": "marker", "style": {}}}
    for number, target in enumerate((one, two, one)):
        before = control.data
        target.arm("point")
        page = control.data if knows else before  # the page may answer before it has seen what is new
        new = {**drawn, "geometry": point(number, number)}
        control.set_state({"data": [*map(as_the_page_sends_it, page), new]})
        target.disarm()
        assert control.data == [mine]
    assert [[shape.geometry["coordinates"][0] for shape in target.shapes] for target in (one, two)] == [
        [0, 2],
        [1],
    ]


def test_an_owner_may_change_and_delete_drawings_while_a_form_draws() -> None:
    theirs, control = ipyleaflet.Map(), ipyleaflet.GeomanDrawControl()
    theirs.add(control)
    kept, moved, gone = (
        {"type": "Feature", "properties": {"type": "marker", "name": name}, "geometry": point(at + FINE, at)}
        for at, name in ((1, "kept"), (2, "moved"), (3, "gone"))
    )
    control.data = [kept, moved, gone]
    target = TaskMap(theirs).target("A", ["esriGeometryPoint"])
    target.arm("point")
    page = [as_the_page_sends_it(one) for one in control.data][:2]
    page[1]["geometry"] = point(2.5, 2)
    control.set_state({"data": page})
    assert target.shapes == ()
    target.disarm()
    assert control.data[0] == kept
    assert [one["geometry"] for one in control.data[1:]] == [point(2.5, 2)]
    assert control.data[1]["properties"]["name"] == "moved"
    assert not [one for one in control.data if "gpw_owner" in one["properties"]]


def test_a_shape_drawn_just_where_the_owner_has_one_is_the_forms() -> None:
    theirs, control = ipyleaflet.Map(), ipyleaflet.GeomanDrawControl()
    theirs.add(control)
    mine = {"type": "Feature", "properties": {"type": "marker"}, "geometry": point(1, 1)}
    control.data = [mine]
    target = TaskMap(theirs).target("A", ["esriGeometryPoint"])
    target.arm("point")
    control.set_state({"data": [*control.data, {**mine, "properties": {"type": "marker", "style": {}}}]})
    target.disarm()
    assert control.data == [mine]
    assert len(target.shapes) == 1


def test_a_shape_across_180_degrees_is_lent_whole_and_comes_back_split() -> None:
    task_map = TaskMap()
    shapes = task_map.target("A", ["esriGeometryPolygon"])
    shapes.set_frame(geopandas.GeoDataFrame(geometry=[_split(175, 185)], crs=4326))
    shapes.selected = shapes.shapes[0].id
    shapes.edit("reshape")
    lent = control_of(task_map).data[0]["geometry"]
    assert shapely.geometry.shape(lent).bounds == (175.0, 0.0, 185.0, 1.0)
    drag_to(
        task_map, {"type": "Polygon", "coordinates": [[[174, 0], [185, 0], [185, 1], [174, 1], [174, 0]]]}
    )
    assert shapes.frame().geometry.iloc[0].equals(_split(174, 185))


def _split(west: float, east: float) -> shapely.Geometry:
    return shapely.MultiPolygon([shapely.box(west, 0, 180, 1), shapely.box(-180, 0, east - 360, 1)])


def test_new_shapes_get_the_defaults_of_the_schema_and_the_frame_its_types() -> None:
    task_map = TaskMap()
    shapes = task_map.target("A", ["esriGeometryPolygon"])
    rows = [
        {"name": "N", "type": "esriFieldTypeSmallInteger", "alias": "Number", "defaultValue": 2},
        {"name": "D", "type": "esriFieldTypeDate"},
    ]
    shapes.fields = tuple(Field.from_json(row) for row in rows)
    first = shapes.add(SQUARE)
    shapes.add(TRIANGLE)
    assert dict(first.properties) == {"N": 2}
    shapes.update_all({first.id: {"properties": {"N": None, "D": 1738281600000}}})
    frame = shapes.frame()
    assert str(frame.dtypes["N"]) == "Int16"
    assert frame["D"].iloc[0].isoformat() == "2025-01-31T00:00:00+00:00"
    assert frame["N"].isna().tolist() == [True, False]
    assert frame.attrs["gpwidgets"]["aliases"]["N"] == "Number"


def test_a_way_to_change_shapes_that_is_not_known_is_refused(target: Any) -> None:
    with pytest.raises(ValueError, match="reshape or move, not 'bend'"):
        target[1].edit("bend")
