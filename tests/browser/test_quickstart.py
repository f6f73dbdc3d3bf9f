"""The main job, with the mouse: a task's address becomes a form, and the form gives features."""

from collections.abc import Callable
from pathlib import Path

from lab_notebook import LabNotebook
from playwright.sync_api import expect

import gpwidgets

QUICKSTART = Path(gpwidgets.__file__).parents[1] / "notebooks" / "01-quickstart.ipynb"

#: Area of a row against that of a geodesic circle of its distance on the ellipsoid.
AREA_RATIO = """(lambda frame, metres: (lambda area: area / (
    abs(__import__('pyproj').Geod(ellps='WGS84').geometry_area_perimeter(
        __import__('shapely').Polygon([__import__('pyproj').Geod(ellps='WGS84').fwd(
            *frame.to_crs(4326).geometry.iloc[0].centroid.coords[0], azimuth, metres)[:2]
            for azimuth in range(360)]))[0])))(
    abs(__import__('pyproj').Geod(ellps='WGS84').geometry_area_perimeter(
        frame.to_crs(4326).geometry.iloc[0])[0])))(form.outputs.Buffers, 2000)"""


def test_a_drawn_point_becomes_a_buffer_on_the_map_in_the_table_and_in_the_next_cell(
    open_notebook: Callable[..., LabNotebook], screenshots: Path
) -> None:
    notebook = open_notebook(path=QUICKSTART)
    notebook.run_all(180)
    number = notebook.cell_with("form = gp.TaskWidget")
    cell = notebook.cell(number)
    notebook.button("Clear", within=cell).click()
    notebook.wait_for("'Input_Points' in form.values", False)
    notebook.button("Draw point", within=cell).click()
    map_ = notebook.map_in(cell)
    notebook.click_map(map_, (0.5, 0.5))
    notebook.wait_for("len(form.values['Input_Points']) if 'Input_Points' in form.values else 0", 1)
    distance = cell.get_by_label("Distance", exact=False).first
    distance.fill("2")
    notebook.wait_for("str(form.values['Distance'])", "2 kilometers")
    notebook.button("Run", within=cell).click()
    notebook.wait_for("form.outputs is not None", seconds=60)

    expect(cell.get_by_text("Succeeded").first).to_be_visible()
    expect(cell.get_by_role("rowheader")).to_have_count(1)
    notebook.wait_for("list(form.map.results)", ["Buffers"])
    expect(cell.locator(".leaflet-container canvas, .leaflet-container svg path").first).to_be_visible()
    printed = notebook.run_cell(notebook.cell_with("buffers_of_the_form ="))
    assert "GeoDataFrame 1 rows, EPSG:4326" in "".join(printed[0]["text"])
    assert abs(notebook.ask(AREA_RATIO) - 1) < 0.01
    notebook.whole_picture(screenshots / "buffer.png", cell)


def test_a_job_shows_its_progress_and_gives_polygons_and_another_is_cancelled(
    open_notebook: Callable[..., LabNotebook], screenshots: Path
) -> None:
    notebook = open_notebook(path=QUICKSTART)
    notebook.run_all(180)
    cell = notebook.cell(notebook.cell_with("viewshed_form = gp.TaskWidget"))
    cell.scroll_into_view_if_needed()
    cell.get_by_label("Distance", exact=False).first.fill("20")  # long enough to be seen
    notebook.button("Run", within=cell).click()
    cell.get_by_role("progressbar").first.wait_for(state="visible", timeout=20_000)
    notebook.picture(screenshots / "viewshed-running.png")
    notebook.wait_for("viewshed_form.outputs is not None", seconds=90)
    assert notebook.ask("viewshed_form.outputs.Viewshed_Result.crs.to_epsg()") is not None
    assert "Viewshed Result" in notebook.ask("list(viewshed_form.map.results)")
    cell.get_by_text("Succeeded").first.wait_for(state="visible")
    notebook.whole_picture(screenshots / "viewshed.png", cell)

    notebook.button("Run", within=cell).click()
    notebook.wait_for("viewshed_form.run.status.is_final", False)
    notebook.button("Cancel", within=cell).click()
    notebook.wait_for("viewshed_form.run.status.value", "cancelled", seconds=60)
    cell.get_by_text("Cancelled").first.wait_for(state="visible")
    notebook.whole_picture(screenshots / "viewshed-cancelled.png", cell)
    expect(notebook.button("Run", within=cell)).to_be_enabled()
