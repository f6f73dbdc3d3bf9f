"""An extent that is drawn, dragged and moved on the map, as the browser reports it."""

from __future__ import annotations

from typing import Any

import geopandas
import ipyleaflet
import pytest
from widget_tools import can_find, choose, fill, press, text_of

from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import UNSET, Extent, SpatialReference
from gpwidgets.widgets.editors.editor import EditorContext, ParameterEditor
from gpwidgets.widgets.editors.editor_table import editor_for
from gpwidgets.widgets.map.drawing.draw_control import Pen
from gpwidgets.widgets.map.task_map import TaskMap

WGS = SpatialReference(wkid=4326)


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


class Bench:
    """A field on a map of its own."""

    def __init__(self) -> None:
        self.map = TaskMap()
        parameter = GPParameter.from_json({"name": "Area", "dataType": "GPExtent", "displayName": "Area"})
        self.editor: ParameterEditor = editor_for(parameter, EditorContext(map=self.map))
        self.before = list(self.map.map.layers)

    @property
    def control(self) -> Any:
        return Pen.of(self.map.map).control

    @property
    def outlines(self) -> list[Any]:
        """Layers of this field on the map."""
        return [one for one in self.map.map.layers if one not in self.before]

    def draw(self, geometry: dict[str, Any]) -> None:
        drawn = {"type": "Feature", "geometry": geometry, "properties": {"type": "rectangle", "style": {}}}
        self.control.set_state({"data": [*self.control.data, drawn]})

    def drag(self, *ring: tuple[float, float]) -> None:
        (lent,) = self.control.data
        geometry = {"type": "Polygon", "coordinates": [[list(corner) for corner in (*ring, ring[0])]]}
        self.control.set_state({"data": [{**lent, "geometry": geometry}]})


@pytest.fixture
def bench() -> Any:
    made = Bench()
    yield made
    made.editor.close()
    made.map.close()


def test_a_rectangle_drawn_on_the_map_is_the_extent_and_a_dashed_outline(bench: Bench) -> None:
    press(bench.editor, "Draw")
    assert bench.control.current_mode == "draw:Rectangle"
    bench.draw(square(8, 47, 9, 48))
    assert bench.editor.value == Extent(8, 47, 9, 48, WGS)
    (outline,) = bench.outlines
    assert outline.style["dashArray"]
    assert isinstance(outline, ipyleaflet.GeoJSON)
    assert not bench.control.data
    assert can_find(bench.editor, "Draw")


def test_drawing_can_be_ended_without_a_rectangle(bench: Bench) -> None:
    press(bench.editor, "Draw")
    press(bench.editor, "Stop drawing")
    assert bench.control.current_mode is None
    assert (bench.editor.value, bench.outlines) == (UNSET, [])


def test_what_is_typed_or_taken_from_a_layer_is_outlined_in_degrees(bench: Bench) -> None:
    fill(bench.editor, "Area: xmin", "2600000, 1200000, 2610000, 1250000")
    assert not bench.outlines  # nobody knows yet where that is
    fill(bench.editor, "Coordinate system of Area", "2056")
    (outline,) = bench.outlines
    ring = outline.data["features"][0]["geometry"]["coordinates"][0]
    assert all(7.4 < x < 7.6 and 46.9 < y < 47.5 for x, y in ring)
    assert len(ring) > 5  # its edges are bent in degrees
    corners = geopandas.points_from_xy([10.0, 11.0], [50.0, 51.0], crs=4326)
    bench.map.add_result("Wells", geopandas.GeoDataFrame({"n": [1, 2]}, geometry=corners))
    bench.map.map.set_state({"bounds": [[0, 0], [1, 1]], "south": 0, "west": 0, "north": 1, "east": 1})
    press(bench.editor, "From a layer")
    choose(bench.editor, "Layers and frames for Area", "Wells")
    ring = outline.data["features"][0]["geometry"]["coordinates"][0]
    assert {x for x, _ in ring} == {10.0, 11.0}
    assert bench.map.map.center == pytest.approx([50.5, 10.5], abs=0.1)  # it was out of sight


def test_a_corner_an_edge_and_the_whole_can_be_dragged_and_it_stays_a_rectangle(bench: Bench) -> None:
    bench.editor.set_value((8, 47, 9, 48))
    fill(bench.editor, "Coordinate system of Area", "4326")
    press(bench.editor, "Reshape")
    bench.drag((8, 47), (9, 47), (8.5, 47.5), (8, 48))  # inwards
    assert bench.editor.value == Extent(8, 47, 8.5, 47.5, WGS)
    assert bench.control.data[0]["geometry"] == square(8, 47, 8.5, 47.5)
    bench.drag((8, 47), (8.25, 46), (8.5, 47), (8.5, 47.5), (8, 47.5))  # the middle of the southern edge
    assert bench.editor.value == Extent(8, 46, 8.5, 47.5, WGS)
    bench.drag((8, 46), (8.5, 46), (9.5, 46.7), (8.5, 47.5), (8, 47.5))  # that of the eastern one
    assert bench.editor.value == Extent(8, 46, 9.5, 47.5, WGS)
    press(bench.editor, "Done")
    assert not bench.control.data
    press(bench.editor, "Move")
    bench.drag((18, 46), (19.5, 46), (19.5, 47.5), (18, 47.5))
    assert bench.editor.value == Extent(18, 46, 19.5, 47.5, WGS)


def test_clear_takes_it_off_the_map_and_closing_too(bench: Bench) -> None:
    bench.editor.set_value((8, 47, 9, 48))
    assert not bench.outlines
    press(bench.editor, "Clear")
    assert bench.editor.value is UNSET
    press(bench.editor, "From the map")
    assert len(bench.outlines) == 1
    press(bench.editor, "Reshape")
    press(bench.editor, "Clear")
    assert (bench.editor.value, bench.outlines, bench.control.data) == (UNSET, [], [])
    assert not can_find(bench.editor, "Clear")
    press(bench.editor, "From the map")
    bench.editor.close()
    assert not bench.outlines


def test_a_rectangle_across_180_degrees_is_refused_and_what_was_there_stays(bench: Bench) -> None:
    press(bench.editor, "From the map")
    before = bench.editor.value
    press(bench.editor, "Draw")
    bench.draw(square(170, 10, 190, 20))
    assert "180 degree" in text_of(bench.editor)
    assert bench.editor.value == before


def test_run_ends_drawing(bench: Bench) -> None:
    press(bench.editor, "Draw")
    bench.editor.pause()
    assert bench.control.current_mode is None
