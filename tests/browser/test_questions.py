"""What a form asks about features, answered with mouse and keyboard: their system, and which layer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lab_notebook import LabNotebook

pytestmark = pytest.mark.timeout(300)

MAKE = """
import geopandas, shapely
import gpwidgets as gp
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.widgets.editors.editor import EditorContext
from gpwidgets.widgets.form.form import TaskForm
from gpwidgets.widgets.map.task_map import TaskMap

square = shapely.box(500000, 5500000, 501000, 5501000)
unnamed = geopandas.GeoDataFrame({"n": [1]}, geometry=[square])
degrees = geopandas.GeoDataFrame({"n": [1]}, geometry=[square], crs=32632).to_crs(4326)
degrees.to_file("town.gpkg", driver="GPKG", layer="parks")
degrees.to_file("town.gpkg", driver="GPKG", layer="houses")
schema = {"geometryType": "esriGeometryPolygon", "features": [], "spatialReference": {"wkid": 32632}}
info = TaskInfo.from_json({"name": "T", "displayName": "T", "parameters": [
    {"name": "Areas", "displayName": "Areas", "dataType": "GPFeatureRecordSetLayer",
     "direction": "esriGPParameterDirectionInput", "defaultValue": schema}]})
form = TaskForm(info, EditorContext(map=TaskMap()))
def crs():
    value = form.values.get("Areas")
    return None if value is None else value.crs.to_string()
"""


def test_system_and_layer_are_asked_for(open_notebook: Callable[..., LabNotebook], screenshots: Path) -> None:
    notebook = open_notebook(MAKE, "form")
    notebook.run_all(120)
    cell, page = notebook.cell(1), notebook.page
    cell.get_by_label("Areas", exact=True).select_option(label="Type or paste coordinates")
    box = cell.get_by_label("Areas as text, path, URL or name", exact=True).locator("visible=true").first
    box.fill("unnamed")
    cell.get_by_role("button").filter(has_text="Use").first.click()
    system = cell.get_by_label("Coordinate system", exact=True).locator("visible=true").first
    system.wait_for()
    assert system.input_value() == "EPSG:32632"
    notebook.picture(screenshots / "question-system.png", cell)
    page.set_viewport_size({"width": 480, "height": 900})
    notebook.picture(screenshots / "question-system-narrow.png", cell)
    page.set_viewport_size({"width": 1280, "height": 900})
    cell.get_by_role("button").filter(has_text="Use this system").click()
    notebook.wait_for("crs()", "EPSG:32632")
    box.fill("town.gpkg")
    cell.get_by_role("button").filter(has_text="Use").first.click()
    layer = cell.get_by_label("Layer", exact=True).locator("visible=true").first
    layer.wait_for()
    notebook.picture(screenshots / "question-layer.png", cell)
    layer.select_option(label="parks")
    notebook.wait_for("crs()", "EPSG:4326")
