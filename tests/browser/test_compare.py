"""Two runs whose values differ are compared from the list of runs, and the rows are seen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lab_notebook import LabNotebook

RUNS = """import geopandas, gpwidgets as gp
from shapely.geometry import box
def score(factor: float = 1.0) -> geopandas.GeoDataFrame:
    "Score cells."
    cells = [box(n % 8, n // 8, n % 8 + 0.9, n // 8 + 0.9) for n in range(40)]
    scores = [n * (factor if n % 3 == 0 else 1.0) / 10 for n in range(40)]
    columns = {'NAME': [f'cell {n}' for n in range(40)], 'SCORE': scores}
    return geopandas.GeoDataFrame(columns, geometry=cells, crs=4326)
server = gp.demo.serve()
task = gp.GPTask(server.publish(score, name='Score', output='Cells'))
gp.history().clear()
for factor in (1.0, 1.5):
    task(Factor=factor)
runs = gp.HistoryWidget()
runs"""


@pytest.mark.parametrize("look", ["light", "dark", "narrow"])
def test_values_that_differ_are_seen(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, look: str
) -> None:
    notebook = open_notebook(RUNS)
    notebook.run_cell(0)
    cell, page = notebook.cell(0), notebook.page
    if look == "dark":
        page.evaluate(
            "() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
        )
    if look == "narrow":
        page.evaluate("() => jupyterapp.shell.collapseLeft()")
        page.set_viewport_size({"width": 480, "height": 900})
    compare = cell.get_by_role("button", name="Compare")
    compare.nth(0).click()
    cell.get_by_text("Press Compare at another run").wait_for(state="visible")
    compare.nth(1).click()
    cell.get_by_text("13 of 40 rows differ (matched by geometry)").first.wait_for(state="visible")
    cell.get_by_text("cell 27").first.wait_for(state="visible")
    cell.get_by_label("Match rows by").select_option("NAME")
    cell.get_by_text("13 of 40 rows differ (matched by NAME)").first.wait_for(state="visible")
    assert cell.locator(".leaflet-container").first.is_visible()
    notebook.whole_picture(screenshots / f"compare-{look}.png", cell)
    page.set_viewport_size({"width": 1280, "height": 900})
    if look == "dark":
        page.evaluate(
            "() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})"
        )
