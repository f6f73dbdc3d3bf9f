"""The shape model and what becomes of drawn features."""

from __future__ import annotations

import pytest
import shapely
from pyproj import Geod
from shapely.geometry import shape as shapely_shape

from gpwidgets.convert.geometry.circles import circle_polygon
from gpwidgets.convert.geometry.dateline import wrap_geometry
from gpwidgets.widgets.map.drawing.shapes import ID_KEY, Shape, ShapeModel, control_feature, drawn_shape

POINT = {"type": "Point", "coordinates": [10.0, 50.0]}
LINE = {"type": "LineString", "coordinates": [[0.0, 0.0], [1.0, 1.0]]}


def test_a_shape_keeps_its_id_while_it_changes() -> None:
    model = ShapeModel()
    shape = model.add(POINT)
    moved = model.update(shape.id, geometry={"type": "Point", "coordinates": [11.0, 50.0]})
    assert moved.id == shape.id
    assert model.shapes == (moved,)
    assert shape.geometry == POINT


def test_ids_are_never_used_twice() -> None:
    model = ShapeModel()
    first = model.add(POINT)
    model.remove(first.id)
    assert model.add(POINT).id != first.id
    model.undo()
    assert model.add(LINE).id not in {first.id, "s2"}


def test_undo_and_redo_walk_through_every_change() -> None:
    model = ShapeModel()
    model.add(POINT)
    model.add(LINE)
    model.clear()
    assert model.undo()
    assert len(model) == 2
    assert model.undo()
    assert len(model) == 1
    assert model.redo()
    assert len(model) == 2
    assert model.redo()
    assert len(model) == 0
    assert not model.redo()


def test_a_change_after_undo_ends_the_taken_back_branch() -> None:
    model = ShapeModel()
    model.add(POINT)
    model.undo()
    model.add(LINE)
    assert not model.can_redo
    assert [shape.kind for shape in model.shapes] == ["line"]


def test_replacing_everything_is_one_change() -> None:
    model = ShapeModel()
    model.add(POINT)
    model.replace_all([(LINE, {"name": "a"}), (POINT, {})])
    assert [shape.properties for shape in model.shapes] == [{"name": "a"}, {}]
    model.undo()
    assert [shape.geometry for shape in model.shapes] == [POINT]


def test_an_unknown_id_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        ShapeModel().remove("s1")


def test_the_style_of_the_drawing_control_is_dropped() -> None:
    icon = {"options": {"iconUrl": "http://127.0.0.1:8888/secret.png"}}
    feature = {
        "type": "Feature",
        "properties": {"type": "marker", "style": {"icon": icon}},
        "geometry": POINT,
    }
    assert drawn_shape(feature) == (POINT, "point")


def test_a_feature_without_geometry_is_no_shape() -> None:
    assert drawn_shape({"type": "Feature", "properties": None, "geometry": None}) is None


def test_a_circle_becomes_a_polygon_of_the_drawn_radius() -> None:
    feature = {"properties": {"type": "circle", "style": {"radius": 5000.0}}, "geometry": POINT}
    shape = drawn_shape(feature)
    assert shape is not None
    geometry, kind = shape
    assert kind == "circle"
    geod = Geod(ellps="WGS84")
    ring = geometry["coordinates"][0]
    assert ring[0] == ring[-1]
    distances = [geod.inv(10.0, 50.0, x, y)[2] for x, y in ring]
    assert distances == pytest.approx([5000.0] * len(ring), rel=1e-9)
    area, _ = geod.polygon_area_perimeter(*zip(*ring, strict=True))
    assert area == pytest.approx(3.14159265 * 5000.0**2, rel=0.002)  # positive: counter-clockwise


def test_a_circle_across_180_degrees_is_split_there() -> None:
    geometry = wrap_geometry(circle_polygon(179.99, 10.0, 20_000.0))
    assert geometry["type"] == "MultiPolygon"
    lons = [x for polygon in geometry["coordinates"] for ring in polygon for x, _ in ring]
    assert min(lons) == -180.0
    assert max(lons) == 180.0


def test_longitudes_of_a_repeated_world_come_back() -> None:
    far = {"type": "LineString", "coordinates": [[209.5, 10.0], [210.5, 11.0]]}
    assert wrap_geometry(far)["coordinates"] == [[-150.5, 10.0], [-149.5, 11.0]]
    west = {"type": "Point", "coordinates": [-542.0, 3.0]}
    assert wrap_geometry(west)["coordinates"] == [178.0, 3.0]


def test_a_line_across_180_degrees_becomes_two() -> None:
    line = {"type": "LineString", "coordinates": [[170.0, 0.0], [190.0, 0.0]]}
    split = wrap_geometry(line)
    assert split["type"] == "MultiLineString"
    assert sorted(x for part in split["coordinates"] for x, _ in part) == [-180.0, -170.0, 170.0, 180.0]


def test_what_lies_within_180_degrees_is_untouched() -> None:
    assert wrap_geometry(LINE) == LINE


def test_a_shape_that_is_changed_tells_its_kind_anew() -> None:
    model = ShapeModel()
    shape = model.add(wrap_geometry(circle_polygon(10.0, 50.0, 500.0)), "circle", {"name": "a"})
    model.update(shape.id, properties={"name": "b"})
    assert model.get(shape.id).kind == "circle"
    model.update(shape.id, geometry=LINE)
    assert model.get(shape.id).kind == "line"
    assert model.get(shape.id).properties == {"name": "b"}


def test_several_shapes_are_changed_as_one() -> None:
    model = ShapeModel()
    first, second = model.add(POINT), model.add(LINE)
    model.update_all({first.id: {"properties": {"n": 1}}, second.id: {"properties": {"n": 2}}})
    assert [shape.properties for shape in model.shapes] == [{"n": 1}, {"n": 2}]
    model.undo()
    assert [shape.properties for shape in model.shapes] == [{}, {}]


def test_a_circle_is_lent_to_the_control_as_a_centre_and_a_radius() -> None:
    geometry = wrap_geometry(circle_polygon(179.99, 10.0, 20_000.0))
    lent = control_feature(Shape("s7", geometry, "circle"), "#123456")
    assert lent is not None
    assert lent["properties"][ID_KEY] == "s7"
    assert lent["geometry"]["coordinates"] == pytest.approx([179.99, 10.0])
    assert lent["properties"]["style"]["radius"] == pytest.approx(20_000.0)
    again = drawn_shape(lent)
    assert again is not None
    assert again[1] == "circle"
    assert shapely.equals_exact(shapely_shape(again[0]), shapely_shape(geometry), 1e-7)


def test_several_points_in_one_shape_are_not_lent() -> None:
    many = {"type": "MultiPoint", "coordinates": [[0.0, 0.0], [1.0, 1.0]]}
    assert control_feature(Shape("s1", many, "multipoint"), "#123456") is None
