"""Every drawing tool with a real mouse: what the kernel gets is what was drawn, and can be changed."""

from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
from lab_notebook import LabNotebook
from map_hand import MapHand, Place
from playwright.sync_api import expect
from pyproj import Geod

pytestmark = pytest.mark.timeout(300)

MAKE = """
import ipyleaflet, ipywidgets
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.widgets.editors.editor import EditorContext
from gpwidgets.widgets.form.form import TaskForm
from gpwidgets.widgets.map.task_map import TaskMap
from gpwidgets.widgets.kit.theme import style_sheet

FIELDS = [{"name": "OBJECTID", "type": "esriFieldTypeOID"},
          {"name": "NAME", "type": "esriFieldTypeString", "alias": "Name", "length": 8},
          {"name": "LANES", "type": "esriFieldTypeSmallInteger", "alias": "Lanes", "defaultValue": 2},
          {"name": "KIND", "type": "esriFieldTypeInteger", "alias": "Kind", "domain": {"type": "codedValue",
           "codedValues": [{"code": 1, "name": "road"}, {"code": 2, "name": "path"}]}}]

def parameter(name, kind, fields=()):
    return {"name": name, "displayName": name, "dataType": "GPFeatureRecordSetLayer",
            "direction": "esriGPParameterDirectionInput", "parameterType": "esriGPParameterTypeRequired",
            "defaultValue": {"geometryType": "esriGeometry" + kind, "fields": fields, "features": []}}

def form_of(name, *parameters):
    info = TaskInfo.from_json({"name": name, "displayName": name, "parameters": parameters})
    return TaskForm(info, EditorContext(map=TaskMap(theirs)))

theirs = ipyleaflet.Map(center=(47.0, 9.0), zoom=9, layout={"height": "440px"})
control = ipyleaflet.GeomanDrawControl(position="bottomright")
control.data = [{"type": "Feature", "properties": {"type": "polygon", "style": {}}, "geometry":
    {"type": "Polygon", "coordinates": [[[8.5, 46.7], [8.6, 46.7], [8.6, 46.8], [8.5, 46.7]]]}}]
theirs.add(control)
form = form_of("One", parameter("Points", "Point"), parameter("Stops", "Multipoint"),
               parameter("Roads", "Polyline", FIELDS), parameter("Areas", "Polygon"))
other = form_of("Two", parameter("Points", "Point"))
halves = [ipywidgets.VBox(parts, layout={"flex": flex, "min_width": "0", "width": "auto"})
          for parts, flex in (((form, other), "1 1 340px"), ((ipywidgets.VBox([theirs]),), "1.4 1 380px"))]
row = {"flex_flow": "row wrap", "grid_gap": "4px 16px", "width": "100%"}
box = ipywidgets.VBox([style_sheet(), ipywidgets.HBox(halves, layout=row)]).add_class("gpw")
areas, roads = form.editors["Areas"].target, form.editors["Roads"].target
def wkts(name, of=form):
    return [one.wkt for one in of.values[name].geometry] if name in of.values else []
"""


class Drawer:
    """The form in the page: its buttons by input, and what the kernel has of it."""

    def __init__(self, notebook: LabNotebook) -> None:
        self.notebook = notebook
        self.cell = notebook.cell(1)
        self.hand = MapHand(notebook, notebook.map_in(self.cell), "theirs")

    def press(self, title: str) -> None:
        """Press the visible button with this tooltip."""
        self.notebook.titled(title, within=self.cell).first.click()

    def has(self, name: str, count: int, of: str = "form") -> list[shapely.Geometry]:
        """Wait until an input has so many features, and return them."""
        self.notebook.wait_for(f"len(wkts({name!r}, {of}))", count)
        return [shapely.from_wkt(text) for text in self.notebook.ask(f"wkts({name!r}, {of})")]

    def is_at(self, geometry: shapely.Geometry, places: list[Place]) -> None:
        """Make sure that the corners are where the mouse was, to a pixel and a half."""
        found = shapely.get_coordinates(geometry).tolist()
        assert len(found) == len(places), (found, places)
        assert found == [pytest.approx(place, abs=1.5 * self.hand.degree_of_pixel) for place in places]


@pytest.fixture
def drawer(open_notebook: Callable[..., LabNotebook]) -> Drawer:
    notebook = open_notebook(MAKE, "box")
    notebook.run_all(120)
    return Drawer(notebook)


def draw_one_of_each(drawer: Drawer) -> None:
    """Points, a multipoint, a line, a polygon, a rectangle and a circle."""
    click = drawer.hand.click
    drawer.press("Draw a point for Points on the map")
    click((8.9, 47.1), (9.0, 47.2))
    for point, place in zip(drawer.has("Points", 2), [(8.9, 47.1), (9.0, 47.2)], strict=True):
        drawer.is_at(point, [place])
    drawer.press("Draw a multipoint for Stops on the map")
    click((9.1, 47.2), (9.2, 47.2))
    drawer.notebook.wait_for("len(form.editors['Stops'].target.shapes)", 2)
    (stops,) = drawer.has("Stops", 1)
    assert stops.geom_type == "MultiPoint"
    drawer.is_at(stops, [(9.1, 47.2), (9.2, 47.2)])
    drawer.press("Draw a line for Roads on the map")
    line = [(8.8, 47.25), (9.0, 47.3), (9.2, 47.25)]
    click(*line, line[-1])
    drawer.is_at(drawer.has("Roads", 1)[0], line)
    drawer.press("Draw a polygon for Areas on the map")
    triangle = [(8.8, 47.0), (9.1, 47.0), (9.1, 46.8)]
    click(*triangle, triangle[0])
    drawer.is_at(drawer.has("Areas", 1)[0], [*triangle, triangle[0]])
    drawer.press("Draw a rectangle for Areas on the map")
    click((9.2, 46.75), (9.35, 46.85))
    west, south, east, north = drawer.has("Areas", 2)[1].bounds
    drawer.is_at(shapely.LineString([(west, south), (east, north)]), [(9.2, 46.75), (9.35, 46.85)])


def draw_a_circle(drawer: Drawer) -> None:
    """Its corners lie at the drawn distance from the centre, on the ellipsoid."""
    center, edge = (9.3, 47.05), (9.4, 47.05)
    drawer.press("Draw a circle for Areas on the map")
    drawer.hand.click(center, edge)
    circle = drawer.has("Areas", 3)[2]
    geod = Geod(ellps="WGS84")
    radius = geod.inv(*center, *edge)[2]
    pixel = geod.inv(*center, center[0] + drawer.hand.degree_of_pixel, center[1])[2]
    away = [geod.inv(*center, x, y)[2] for x, y in shapely.get_coordinates(circle)]
    assert away == pytest.approx([radius] * len(away), abs=3 * pixel)
    assert abs(geod.geometry_area_perimeter(circle)[0]) == pytest.approx(3.1416 * radius**2, rel=0.05)


def test_what_is_drawn_arrives_and_forms_that_share_a_map_do_not_mix(
    drawer: Drawer, screenshots: Path
) -> None:
    ask, wait_for = drawer.notebook.ask, drawer.notebook.wait_for
    theirs = ask("control.data")
    draw_one_of_each(drawer)
    draw_a_circle(drawer)
    drawer.notebook.picture(screenshots / "drawing-all-tools.png")

    # Another form on the same map, and the user's own drawing.
    drawer.notebook.titled("Draw a point for Points on the map", within=drawer.cell).nth(1).click()
    drawer.hand.click((8.7, 47.2))
    drawer.is_at(drawer.has("Points", 1, "other")[0], [(8.7, 47.2)])
    assert len(ask("wkts('Points')")) == 2
    assert [one["geometry"] for one in ask("control.data")] == [one["geometry"] for one in theirs]
    ask("[other.pause(), form.pause()]")

    # Attributes of the line, typed by the schema.
    drawer.hand.click((9.0, 47.3))
    wait_for("roads.selected", "s1")
    drawer.cell.get_by_label("Name", exact=True).fill("way too long")
    drawer.cell.get_by_label("Lanes", exact=True).fill("4")
    drawer.cell.get_by_text("12 letters are too many; 8 fit").wait_for(state="visible")
    drawer.cell.get_by_label("Name", exact=True).fill("A 13")
    drawer.notebook.page.keyboard.press("Tab")
    drawer.cell.get_by_label("Kind", exact=True).select_option("path")
    wait_for("form.values['Roads'][['NAME', 'LANES', 'KIND']].values.tolist()", [["A 13", 4, 2]])
    assert ask("[str(kind) for kind in form.values['Roads'].dtypes[['LANES', 'KIND']]]") == ["Int16", "Int32"]
    drawer.notebook.picture(screenshots / "drawing-attributes.png")


def test_shapes_are_reshaped_moved_deleted_and_all_of_it_undone(drawer: Drawer, screenshots: Path) -> None:
    ask, wait_for, hand = drawer.notebook.ask, drawer.notebook.wait_for, drawer.hand
    triangle = [(8.8, 47.0), (9.1, 47.0), (9.1, 46.8)]
    drawer.press("Draw a polygon for Areas on the map")
    hand.click(*triangle, triangle[0])
    drawer.has("Areas", 1)
    hand.click((9.05, 46.95))
    wait_for("areas.selected", "s1")
    drawer.press("Drag corners of the chosen shape of Areas")
    drawer.cell.locator(".marker-icon").first.wait_for(state="visible")
    hand.drag((9.1, 46.8), (9.3, 46.75))
    reshaped = [*triangle[:2], (9.3, 46.75), triangle[0]]
    wait_for("areas.shapes[0].geometry['coordinates'][0][2][0] > 9.2")
    drawer.is_at(drawer.has("Areas", 1)[0], reshaped)
    drawer.notebook.picture(screenshots / "drawing-reshape.png")
    drawer.press("Take the last change of Areas back")
    wait_for("areas.shapes[0].geometry['coordinates'][0][2][0] < 9.2")
    drawer.is_at(drawer.has("Areas", 1)[0], [*triangle, triangle[0]])
    drawer.press("Repeat the change of Areas")
    wait_for("areas.shapes[0].geometry['coordinates'][0][2][0] > 9.2")
    drawer.press("Drag corners of the chosen shape of Areas")  # Done
    wait_for("areas.editing", "")
    expect(drawer.cell.locator(".marker-icon")).to_have_count(0)

    drawer.press("Drag the chosen shape of Areas on the map")
    hand.drag((9.05, 46.95), (9.05, 47.15))
    wait_for("areas.shapes[0].geometry['coordinates'][0][0][1] > 47.1")
    moved = drawer.has("Areas", 1)[0]
    assert moved.centroid.x == pytest.approx(
        shapely.Polygon(reshaped).centroid.x, abs=2 * hand.degree_of_pixel
    )
    drawer.press("Take the chosen shape out of Areas")
    drawer.has("Areas", 0)
    for wanted in (moved, shapely.Polygon(reshaped)):
        drawer.press("Take the last change of Areas back")
        wait_for(
            f"abs(areas.shapes[0].geometry['coordinates'][0][0][1] - {wanted.exterior.coords[0][1]}) < 0.01"
        )
    assert ask("len(areas.shapes)") == 1

    # Across 180 degrees: split for the server, whole on the map.
    drawer.press("Take all of Areas away")
    hand.look_at(180.0, 0.0, 5)
    drawer.press("Draw a rectangle for Areas on the map")
    hand.click((175.0, -3.0), (184.0, 3.0))
    (split,) = drawer.has("Areas", 1)
    close = 2 * hand.degree_of_pixel
    boxes = sorted(part.bounds for part in split.geoms)
    assert boxes[0] == pytest.approx((-180.0, -3.0, -176.0, 3.0), abs=close)
    assert boxes[1] == pytest.approx((175.0, -3.0, 180.0, 3.0), abs=close)
    for lon in (178.0, 182.0):
        ask("areas.set_trait('selected', '')")
        hand.click((lon, 1.0))
        wait_for("areas.selected != ''")
    drawer.notebook.picture(screenshots / "drawing-dateline.png")
    ask("areas.set_trait('selected', '')")
