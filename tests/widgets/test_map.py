"""Drawing targets, result layers and where the map looks."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import ipyleaflet
import pytest
import shapely
from widget_tools import can_find, deliver, html_of, press, text_of

from gpwidgets.widgets.map.drawing.draw_control import Pen
from gpwidgets.widgets.map.drawing.draw_target import MAX_SHAPES, kinds_for
from gpwidgets.widgets.map.layers.viewport import view_of
from gpwidgets.widgets.map.task_map import TaskMap

POLYGON = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


def feature(geometry: dict[str, Any], tool: str = "marker", **style: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"type": tool, "style": style}, "geometry": geometry}


def point(x: float, y: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [x, y]}


def draw(task_map: TaskMap, *features: dict[str, Any]) -> None:
    """Do what the browser does when something has been drawn: report all shapes of the control."""
    control = Pen.of(task_map.map).control
    control.set_state({"data": [*control.data, *features]})


def squares(count: int) -> gpd.GeoDataFrame:
    boxes = [shapely.box(i, 0, i + 0.5, 0.5) for i in range(count)]
    return gpd.GeoDataFrame({"n": range(count)}, geometry=boxes, crs=4326)


def test_what_is_drawn_goes_to_the_armed_target_and_leaves_the_control() -> None:
    task_map = TaskMap()
    first = task_map.target("A", ["esriGeometryPoint"])
    second = task_map.target("B", ["esriGeometryPolygon"])
    first.arm("point")
    draw(task_map, feature(point(5, 6)))
    second.arm("polygon")
    draw(task_map, feature(POLYGON, "polygon"))
    assert [shape.geometry for shape in first.shapes] == [point(5, 6)]
    assert [shape.kind for shape in second.shapes] == ["polygon"]
    assert Pen.of(task_map.map).control.data == []
    assert first.color != second.color


def test_points_go_on_and_polygons_end_the_drawing() -> None:
    task_map = TaskMap()
    target = task_map.target("A")
    target.arm("point")
    draw(task_map, feature(point(1, 1)))
    assert target.armed == "point"
    draw(task_map, feature(point(2, 2)))
    target.arm("polygon")
    draw(task_map, feature(POLYGON, "polygon"))
    assert target.armed == ""
    assert Pen.of(task_map.map).control.current_mode is None
    assert len(target.shapes) == 3


def test_a_shape_reported_twice_is_taken_once() -> None:
    task_map = TaskMap()
    target = task_map.target("A")
    target.arm("point")
    control = Pen.of(task_map.map).control
    control.set_state({"data": [feature(point(1, 1))]})
    control.set_state({"data": [feature(point(1, 1)), feature(point(2, 2))]})
    assert [shape.geometry["coordinates"] for shape in target.shapes] == [[1, 1], [2, 2]]


def test_arming_another_target_disarms_the_first() -> None:
    task_map = TaskMap()
    first, second = task_map.target("A"), task_map.target("B")
    first.arm("point")
    second.arm("polygon")
    assert (first.armed, second.armed) == ("", "polygon")
    first.disarm()
    assert second.armed == "polygon"


def test_only_the_wanted_kinds_can_be_drawn() -> None:
    target = TaskMap().target("A", ["esriGeometryPolygon"])
    assert target.kinds == ("polygon", "rectangle", "circle")
    with pytest.raises(ValueError, match="A takes polygon, rectangle, circle, not point"):
        target.arm("point")
    assert kinds_for(()) == ("point", "line", "polygon", "rectangle", "circle")


def test_a_drawing_is_a_frame_in_longitude_and_latitude() -> None:
    task_map = TaskMap()
    target = task_map.target("A")
    assert len(target.frame()) == 0
    target.arm("point")
    draw(task_map, feature(point(190, 10)))
    gdf = target.frame()
    assert gdf.crs.to_epsg() == 4326
    assert gdf.geometry.iloc[0].equals(shapely.Point(-170, 10))


def test_points_of_a_multipoint_parameter_become_one_row() -> None:
    task_map = TaskMap()
    target = task_map.target("A", ["esriGeometryMultipoint"])
    target.arm()
    draw(task_map, feature(point(1, 1)))
    draw(task_map, feature(point(2, 2)))
    gdf = target.frame()
    assert len(target.shapes) == 2
    assert list(gdf.geometry.geom_type) == ["MultiPoint"]


def test_shapes_can_be_watched_undone_and_cleared() -> None:
    task_map = TaskMap()
    target = task_map.target("A")
    seen: list[int] = []
    target.observe(lambda change: seen.append(len(change["new"])), names="shapes")
    target.add(point(1, 1))
    target.add(POLYGON)
    target.undo()
    target.redo()
    target.clear()
    target.undo()
    assert seen == [1, 2, 1, 2, 0, 2]


def test_a_frame_becomes_shapes_with_its_attributes() -> None:
    target = TaskMap().target("A")
    target.set_frame(squares(3).to_crs(3857))
    assert [shape.properties["n"] for shape in target.shapes] == [0, 1, 2]
    gdf = target.frame()
    assert list(gdf["n"]) == [0, 1, 2]
    assert gdf.total_bounds == pytest.approx([0, 0, 2.5, 0.5])


def test_a_large_frame_stays_whole() -> None:
    task_map = TaskMap()
    target = task_map.target("A")
    target.set_frame(squares(MAX_SHAPES + 1))
    assert target.shapes == ()
    assert not target.is_empty
    target.add(point(1, 1))
    gdf = target.frame()
    assert len(gdf) == MAX_SHAPES + 2
    assert gdf["n"].iloc[MAX_SHAPES] == MAX_SHAPES
    target.clear()
    assert target.is_empty
    assert len(target.frame()) == 0


def test_the_map_of_the_user_keeps_all_that_is_on_it() -> None:
    theirs = ipyleaflet.Map(center=(1, 2), zoom=3)
    control = ipyleaflet.GeomanDrawControl()
    marker = ipyleaflet.Marker(location=(1, 2))
    theirs.add(control)
    theirs.add(marker)
    drawn_before = feature(point(7, 7))
    control.data = [drawn_before]
    before = theirs.layers
    task_map = TaskMap(theirs)
    target = task_map.target("A")
    target.arm("point")
    control.set_state({"data": [drawn_before, feature(point(1, 1))]})
    task_map.add_result("R", squares(1))
    assert [one["geometry"] for one in control.data] == [point(7, 7)]
    assert len(target.shapes) == 1
    target.disarm()
    assert control.data == [drawn_before]
    task_map.close()
    assert theirs.layers == before
    assert control in theirs.controls
    assert not control.hide_controls


def test_two_task_maps_on_one_map_share_one_drawing_control() -> None:
    theirs = ipyleaflet.Map()
    one, two = TaskMap(theirs), TaskMap(theirs)
    a, b = one.target("A"), two.target("A")
    a.arm("point")
    b.arm("point")
    draw(one, feature(point(1, 1)))
    assert (len(a.shapes), len(b.shapes)) == (0, 1)
    a.add(point(2, 2))
    one.target("C", label="A").add(point(2, 2))
    assert sum(isinstance(c, ipyleaflet.GeomanDrawControl) for c in theirs.controls) == 1
    assert len({layer.name for layer in theirs.layers}) == len(theirs.layers)


def test_the_map_is_not_blank_without_tiles() -> None:
    layers = TaskMap().map.layers
    land = [layer for layer in layers if layer.name == "Land outlines"]
    assert land
    assert land[0].style["pane"] in TaskMap().map.panes
    assert "key" not in next(layer for layer in layers if isinstance(layer, ipyleaflet.TileLayer)).url


def look(task_map: TaskMap, west: float, south: float, zoom: int) -> None:
    """Let the page say what it shows."""
    task_map.map.set_state(
        {"west": west, "south": south, "east": west + 10.0, "north": south + 5.0, "zoom": zoom}
    )


def pictures(task_map: TaskMap) -> list[ipyleaflet.ImageOverlay]:
    """The pictures on the map that can be seen."""
    found = [layer for layer in task_map.map.layers if isinstance(layer, ipyleaflet.ImageOverlay)]
    return [layer for layer in found if layer.opacity and layer.url.startswith("data:image/svg")]


def test_the_offline_base_map_follows_the_map_below_the_tiles() -> None:
    task_map = TaskMap()
    assert not pictures(task_map)
    seen = []
    for west in (5.0, 30.0, -90.0):
        look(task_map, west, 45.0, 6)
        (picture,) = pictures(task_map)
        (south, left), (north, right) = picture.bounds
        assert left < west < west + 10 < right
        assert south < 45 < 50 < north
        seen.append(picture)
    assert seen[0] is seen[2] is not seen[1]  # the one before is seen until the next is there
    assert task_map.map.panes[seen[0].pane]["zIndex"] < 200  # the pane of tiles
    assert "Natural Earth" in {part.strip() for one in seen for part in one.attribution.split(",")}


def test_a_zoom_level_ahead_of_its_bounds_draws_nothing() -> None:
    task_map = TaskMap()
    task_map.map.set_state({"west": -180.0, "south": -70.0, "east": 180.0, "north": 80.0, "zoom": 2})
    before = pictures(task_map)[0].url
    task_map.zoom_to((-84.3, 36.2, -84.1, 36.4))
    assert pictures(task_map)[0].url == before
    task_map.map.set_state({"west": -180.0, "south": -70.0, "east": 180.0, "north": 80.5})
    assert pictures(task_map)[0].url == before


def test_a_map_of_the_users_own_gets_no_base_map() -> None:
    theirs = ipyleaflet.Map()
    before = tuple(theirs.layers)
    look(TaskMap(theirs), 5.0, 45.0, 6)
    assert theirs.layers == before


def test_a_result_of_the_same_name_takes_the_place_and_the_color_of_the_old() -> None:
    task_map = TaskMap()
    first = task_map.add_result("R", squares(1))
    other = task_map.add_result("S", squares(1))
    second = task_map.add_result("R", squares(2))
    assert first not in task_map.map.layers
    assert second in task_map.map.layers
    assert second.color == first.color != other.color
    task_map.remove_result("R")
    task_map.remove_result("R")
    assert second not in task_map.map.layers


def test_names_from_a_server_cannot_carry_markup() -> None:
    task_map = TaskMap()
    layer = task_map.add_result("<img src=x onerror=alert(1)>", squares(1))
    target = task_map.target("T", label="<script>")
    target.add(point(1, 1))
    assert "<img" not in layer.name
    assert "&lt;img" in layer.name
    assert not any("<script>" in one.name for one in task_map.map.layers)


def click(layer: Any, row: int) -> None:
    deliver(layer, {"event": "click", "id": row, "coordinates": [0.1, 0.1]})


def test_a_click_on_a_feature_shows_its_attributes_escaped() -> None:
    task_map = TaskMap()
    gdf = squares(2)
    gdf["text"] = ["<b>bold</b>", "other"]
    layer = task_map.add_result("R", gdf)
    click(layer, 0)
    assert "&lt;b&gt;bold" in html_of(task_map)
    assert "<td>0</td>" in html_of(task_map)
    click(layer, 1)
    assert "other" in text_of(task_map)
    press(task_map, "Close")
    assert "other" not in text_of(task_map)


def test_a_click_while_drawing_shows_nothing() -> None:
    task_map = TaskMap()
    layer = task_map.add_result("R", squares(2))
    task_map.target("A").arm("point")
    click(layer, 0)
    assert not can_find(task_map, "Close")
    assert "text" not in text_of(task_map)


def test_the_map_goes_to_the_results() -> None:
    task_map = TaskMap()
    task_map.add_result("R", squares(3))
    task_map.zoom_to_results()
    lat, lon = task_map.map.center
    assert lon == pytest.approx(1.25)
    assert lat == pytest.approx(0.25, abs=0.01)
    assert task_map.map.zoom == 8


@pytest.mark.parametrize(
    ("bounds", "center", "zoom"),
    [
        ((-180, -85.05, 180, 85.05), (0, 0), 0),
        ((10, 50, 10, 50), (50, 10), 15),
        ((170, -10, -170, 10), (0, 180), 4),
    ],
    ids=["world", "one point", "across 180 degrees"],
)
def test_centre_and_zoom_show_the_whole_box(
    bounds: tuple[float, float, float, float], center: tuple[float, float], zoom: int
) -> None:
    found, level = view_of(bounds, (600, 400), largest=15)
    assert found == pytest.approx(center, abs=0.01)
    assert level == zoom


def test_the_extent_is_the_world_until_a_browser_has_shown_the_map() -> None:
    task_map = TaskMap()
    assert task_map.extent == (-180.0, -85.0, 180.0, 85.0)
    task_map.map.set_state({"south": 1.0, "north": 2.0, "west": 190.0, "east": 191.0})
    assert task_map.extent == (-170.0, 1.0, -169.0, 2.0)
