"""The code of a form is copied by its button, and a browser that refuses is spoken of."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lab_notebook import LabNotebook

FORM = """import geopandas, gpwidgets as gp
from shapely.geometry import Point
server = gp.demo.serve()
shapes = [Point(10.75, 59.91), Point(5.3, 60.4)]
points = geopandas.GeoDataFrame({'NAME': ['Ås', "it's"]}, geometry=shapes, crs=4326)
form = gp.TaskWidget(server.url_of('BufferPoints'), values={'Input_Points': points, 'Distance': '5 km'})
form"""
REFUSING = """() => {
  Object.defineProperty(navigator, 'clipboard',
    {configurable: true, value: {writeText: () => Promise.reject(new Error('not allowed'))}});
  document.execCommand = () => false;
}"""
USUAL = "() => { delete navigator.clipboard; delete document.execCommand; }"


def test_the_code_is_copied_and_runs(open_notebook: Callable[..., LabNotebook], screenshots: Path) -> None:
    notebook = open_notebook(FORM, "pass")
    notebook.run_cell(0)
    cell, page = notebook.cell(0), notebook.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    cell.get_by_role("button", name="This form as Python").click()
    cell.get_by_role("button", name="Copy the code").click()
    cell.get_by_text("Copied.", exact=True).wait_for(state="visible")
    code = page.evaluate("() => navigator.clipboard.readText()")
    assert "..." not in code
    assert "Ås" in code
    notebook.whole_picture(screenshots / "code-copied.png", cell)
    notebook.ask(f"exec({code!r}, globals())")
    assert notebook.ask("len(out.Buffers)") == 2


@pytest.mark.parametrize("width", [1280, 480])
def test_a_browser_that_refuses_is_spoken_of(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, width: int
) -> None:
    notebook = open_notebook(FORM)
    notebook.run_cell(0)
    cell, page = notebook.cell(0), notebook.page
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(REFUSING)
    cell.get_by_role("button", name="This form as Python").click()
    cell.get_by_role("button", name="Copy the code").click()
    cell.get_by_text("press Ctrl+C").wait_for(state="visible")
    chosen = page.evaluate("() => getSelection().toString()")
    assert "gp.GPTask" in chosen
    assert "Copy the code" not in chosen
    notebook.whole_picture(screenshots / f"code-refused-{width}.png", cell)
    page.evaluate(USUAL)
    page.set_viewport_size({"width": 1280, "height": 900})
