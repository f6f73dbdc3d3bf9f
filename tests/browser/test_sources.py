"""Every way to give features, with mouse and keyboard: what the kernel gets is what was given."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_notebook import LabNotebook
from map_hand import MapHand

pytestmark = pytest.mark.timeout(300)

MAKE = """
import geopandas, ipywidgets, pathlib, shapely
import gpwidgets as gp
from gpwidgets.convert.storage.shapefiles import write_shapefile
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.widgets.editors.editor import EditorContext
from gpwidgets.widgets.form.form import TaskForm
from gpwidgets.widgets.map.task_map import TaskMap

def parameter(name, kind):
    return {"name": name, "displayName": name, "dataType": "GPFeatureRecordSetLayer",
            "direction": "esriGPParameterDirectionInput",
            "defaultValue": {"geometryType": "esriGeometry" + kind, "features": []}}

def frame_of(*places, crs=4326):
    return geopandas.GeoDataFrame({"n": range(len(places))}, geometry=[*map(shapely.Point, places)], crs=crs)

stations = frame_of((8.9, 47.1), (9.0, 47.2), (9.2, 46.9))
write_shapefile(stations.to_crs(32632), pathlib.Path("stations.zip"))
stations.iloc[:1].to_file("two.gpkg", driver="GPKG", layer="one")
stations.iloc[1:].to_file("two.gpkg", driver="GPKG", layer="others")
stations.iloc[:2].to_file("stations.kml", driver="KML", engine="pyogrio")
metres = stations.to_crs(32632).geometry
pathlib.Path("metres.csv").write_text("x,y\\n" + "\\n".join(f"{p.x},{p.y}" for p in metres))
server = gp.demo.serve()
layer_url = server.url + "/Hosted/Earthquakes/FeatureServer/0"
info = TaskInfo.from_json({"name": "T", "displayName": "T",
                           "parameters": [parameter("Places", "Point"), parameter("Areas", "Polygon")]})
task_map = TaskMap()
task_map.map.center, task_map.map.zoom = (47.0, 9.0), 9
form = TaskForm(info, EditorContext(map=task_map))
task_map.add_result("Hills", frame_of((8.7, 47.0), (8.8, 46.8)))
halves = [ipywidgets.VBox([part], layout={"flex": flex, "min_width": "0", "width": "auto"})
          for part, flex in ((form, "1 1 340px"), (task_map, "1.4 1 380px"))]
row = {"flex_flow": "row wrap", "grid_gap": "4px 16px", "width": "100%"}
box = ipywidgets.HBox(halves, layout=row).add_class("gpw")
target = form.editors["Places"].target
def places():
    value = form.values.get("Places")
    return [] if value is None else [[round(p.x, 5), round(p.y, 5)] for p in value.to_crs(4326).geometry]
"""
STATIONS = [[8.9, 47.1], [9.0, 47.2], [9.2, 46.9]]


class Giver:
    """The input Places in the page."""

    def __init__(self, notebook: LabNotebook) -> None:
        self.notebook = notebook
        self.cell = notebook.cell(1)
        self.hand = MapHand(notebook, notebook.map_in(self.cell), "task_map.map")

    def way(self, label: str, of: str = "Places") -> None:
        """Choose a way to give features."""
        self.cell.get_by_label(of, exact=True).select_option(label=label)

    def box(self, title: str) -> Any:
        """The visible control with this label, which need not be seen."""
        return self.cell.get_by_label(title, exact=True).locator("visible=true").first

    def press(self, text: str) -> None:
        """Press the visible button with this text."""
        self.cell.get_by_role("button").filter(has_text=text).first.click()

    def gets(self, wanted: list[list[float]]) -> None:
        """Wait until the kernel has these places; then take them away again."""
        self.notebook.wait_for("places()", wanted)
        self.press("Clear")
        self.notebook.wait_for("places()", [])

    def load(self, path: str) -> None:
        """Type the path of a file."""
        box = self.box("Path of a file for Places")
        box.fill(path)
        box.press("Enter")


@pytest.fixture
def giver(open_notebook: Callable[..., LabNotebook]) -> Giver:
    notebook = open_notebook(MAKE, "box")
    notebook.run_all(120)
    return Giver(notebook)


def give_text(giver: Giver) -> None:
    """Rows of coordinates, degrees and minutes, WKT; and shapes changed as text."""
    giver.way("Type or paste coordinates")
    text = giver.box("Places as text, path, URL or name")
    for typed in ("8.9, 47.1\n9.0, 47.2\n9.2, 46.9", "47°6'N 8°54'E\n47°12'N 9°E\n46°54'N 9°12'E"):
        text.fill(typed)
        giver.press("Use")
        giver.gets(STATIONS)
    text.fill("8.9, 47.1")
    giver.press("Use")
    giver.notebook.wait_for("places()", STATIONS[:1])
    giver.press("Edit as text")
    giver.notebook.wait_for("form.editors['Places'].picker.current.text.value", "POINT (8.9 47.1)")
    text.fill("POINT (9.0 47.2)")
    giver.press("Use")
    giver.gets(STATIONS[1:2])


def give_files(giver: Giver, screenshots: Path) -> None:
    """A zipped shapefile in metres, a layer of a GeoPackage, KML, a table of metres, an uploaded file."""
    giver.way("A file")
    giver.load("stations.zip")
    giver.cell.get_by_text("3 points, WGS 84 / UTM zone 32N").wait_for(state="visible")
    giver.notebook.picture(screenshots / "sources-file.png")
    giver.notebook.wait_for("places()", STATIONS)
    giver.notebook.wait_for("abs(task_map.map.center[0] - 47.05) < 0.02 and task_map.map.west > 8")
    giver.notebook.page.wait_for_timeout(600)
    giver.hand.click((9.2, 46.9))  # it is drawn where it lies
    giver.notebook.wait_for("target.selected == target.shapes[2].id")
    giver.gets(STATIONS)
    giver.load("two.gpkg")
    giver.box("Layer of the file for Places").select_option("others")
    giver.gets(STATIONS[1:])
    giver.load("stations.kml")
    giver.gets(STATIONS[:2])
    giver.load("metres.csv")
    giver.cell.locator(".gpw-problem").get_by_text("longitude comes first").wait_for(state="visible")
    system = giver.box("Coordinate system of the file for Places")
    system.fill("EPSG:32632")
    system.press("Enter")
    giver.gets(STATIONS)
    feature = '{"type": "Point", "coordinates": [9.0, 47.2]}'
    sent = {"name": "a.geojson", "mimeType": "application/json", "buffer": feature.encode()}
    with giver.notebook.page.expect_file_chooser() as chooser:
        giver.press("From this computer")
    chooser.value.set_files(sent)
    giver.cell.get_by_text("From this computer (1)").wait_for(state="visible")
    giver.gets(STATIONS[1:2])


def give_what_the_notebook_has(giver: Giver, screenshots: Path) -> None:
    """A variable, a result and the features picked in it, the map's extent, a layer on a server."""
    giver.way("A GeoDataFrame of this notebook")
    name = giver.box("A GeoDataFrame of this notebook, for Places")
    name.select_option(label="stations: 3 points")
    giver.gets(STATIONS)
    giver.hand.look_at(9.0, 47.0, 9)
    giver.hand.click((8.8, 46.8))
    giver.notebook.wait_for("task_map.selection[1]", [1])
    giver.way("A result, or features picked in it")
    giver.box("A result, or features picked in it, for Places").select_option(label="Hills: 2 points")
    giver.cell.get_by_text("picked features only (1)").wait_for(state="visible")
    giver.notebook.picture(screenshots / "sources-picked.png")
    giver.gets([[8.8, 46.8]])
    giver.way("A layer on a server (URL)")
    giver.box("Address of the layer for Places").fill(giver.notebook.ask("layer_url"))
    giver.box("Where clause for the layer of Places").fill("magnitude >= 6")
    giver.press("Read it here")
    wanted = giver.notebook.ask("int((gp.demo.data.read_earthquakes()['magnitude'] >= 6).sum())")
    giver.notebook.wait_for("len(places())", wanted)
    giver.press("Let the server read it")
    giver.notebook.wait_for("form.values['Places'].to_json()['filter']", "magnitude >= 6")
    giver.hand.look_at(9.0, 47.0, 9)
    shown = giver.notebook.ask("list(task_map.extent)")
    giver.way("What the map shows", of="Areas")
    giver.press("Use what the map shows")
    giver.notebook.wait_for("'Areas' in form.values")
    bounds = giver.notebook.ask("form.values['Areas'].total_bounds.tolist()")
    assert bounds == pytest.approx(shown, abs=1e-5)
    assert giver.notebook.ask("list(task_map.extent)") == pytest.approx(shown, abs=1e-5)


def test_each_way_gives_what_it_says(giver: Giver, screenshots: Path) -> None:
    give_text(giver)
    give_files(giver, screenshots)
    give_what_the_notebook_has(giver, screenshots)
