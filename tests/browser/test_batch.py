"""A batch of 200 rows: pasted, run, a failure, run again, and the sweep on maps."""

from collections.abc import Callable
from pathlib import Path

from lab_notebook import LabNotebook
from playwright.sync_api import expect

TOOL = """import tempfile
import geopandas, shapely
import gpwidgets as gp

server = gp.demo.serve()
dry = {13, 170}

def rings(distance: float = 1.0, site: str = "") -> gp.demo.Polygons:
    \"\"\"Draw a ring.

    Parameters
    ----------
    distance
        Radius in degrees, or so.
    site
        Name.
    \"\"\"
    if distance in dry:
        raise gp.demo.ToolError(f"The well of {site} is dry.")
    shape = shapely.Point(-84.2, 36.4).buffer(distance / 1000)
    return geopandas.GeoDataFrame({"radius": [distance]}, geometry=[shape], crs=4326)

url = server.publish(rings, output="Rings", display_name="Rings")"""
GRID = "grid = gp.BatchWidget(url, folder=tempfile.mkdtemp() + '/rings', at_once=40)\ngrid"
ROWS = "Distance\tSite\tOwner\n" + "".join(f"{at}\tsite {at}\tme\n" for at in range(1, 201))


def test_two_hundred_rows_are_pasted_run_retried_and_seen_on_maps(
    open_notebook: Callable[..., LabNotebook], screenshots: Path
) -> None:
    notebook = open_notebook(TOOL, GRID)
    notebook.run_cell(0)
    notebook.run_cell(1)
    cell, page = notebook.cell(1), notebook.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    cell.get_by_role("textbox", name="Distance, row 1").click()
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(cell.get_by_role("textbox", name="Distance, row 2")).to_be_focused()
    page.keyboard.type("6")
    page.evaluate("() => navigator.clipboard.writeText('70\\n80\\n90\\n')")
    cell.get_by_role("textbox", name="Distance, row 3").click()
    page.keyboard.press("Control+V")
    expect(cell.get_by_role("textbox", name="Distance, row 5")).to_have_value("90")
    values = [cell.get_by_role("textbox", name=f"Distance, row {row}").input_value() for row in range(1, 6)]
    assert values == ["5", "6", "70", "80", "90"]
    cell.get_by_role("button", name="Remove all rows").click()
    cell.get_by_role("button", name="Paste rows").click()
    cell.get_by_role("textbox", name="Rows for the grid").fill(ROWS.replace("\n7\t", "\nseven\t"))
    cell.get_by_role("button", name="Add these rows").click()
    expect(cell.get_by_text("kept beside the results: Owner")).to_be_visible()
    expect(cell.get_by_text("200 rows. 1 cell needs a look.")).to_be_visible()
    wrong = cell.get_by_role("textbox", name="Distance, row 7 (error:")
    expect(wrong).to_have_value("seven")
    cell.get_by_role("button", name="Run all rows").click()
    expect(cell.get_by_text("1 row is wrong; nothing was sent.")).to_be_visible()
    wrong.fill("7")
    expect(cell.get_by_text("cell needs a look")).to_have_count(0)
    cell.get_by_role("button", name="Run all rows").click()
    expect(cell.get_by_text("200 of 200 rows finished · Succeeded: 198, Failed: 2")).to_be_visible(
        timeout=120_000
    )
    expect(cell.get_by_text("The well of site 13 is dry.").first).to_be_visible()
    first = cell.locator(".gpw-grid-row:visible").nth(1)
    expect(first).to_contain_text("13")
    cell.get_by_role("button", name="Show the run of row 13").click()
    expect(cell.get_by_role("heading", name="Row 13")).to_be_visible()
    notebook.ask(
        "dry.clear() or server.faults.add('error', on='execute', code=498, message='Invalid token.').hits"
    )
    cell.get_by_role("button", name="Retry failed").click()
    expect(cell.get_by_text("Sign in below, and the batch goes on")).to_be_visible()
    cell.get_by_label("Sign in", exact=True).select_option("With a user name")
    cell.get_by_label("User name").fill("learner")
    cell.get_by_label("Password", exact=True).fill("geodesy")
    notebook.picture(screenshots / "batch-sign-in.png")
    notebook.ask("server.faults.clear() or 1")
    cell.get_by_role("button", name="Sign in").click()
    expect(cell.get_by_text("200 of 200 rows finished · Succeeded: 200")).to_be_visible(timeout=60_000)
    cell.get_by_role("button", name="Maps side by side").click()
    expect(cell.get_by_role("img", name="Map of 12, Distance: 12")).to_be_visible()
    expect(cell.locator(".gpw-legend").get_by_text("radius")).to_be_visible()
    cell.get_by_role("button", name="Chart").click()
    expect(cell.get_by_role("img", name="Rings: radius, mean / Distance")).to_be_visible()
    notebook.whole_picture(screenshots / "batch-maps.png", cell)
    page.set_viewport_size({"width": 912, "height": 900})
    page.evaluate("jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    notebook.whole_picture(screenshots / "batch-narrow-dark.png", cell)
    page.evaluate("jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
    page.wait_for_function("document.body.dataset.jpThemeLight === 'true'")
