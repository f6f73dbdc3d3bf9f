"""A notebook after its kernel: what a reader sees in a page without scripts and network."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from lab_notebook import LabNotebook
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import expect

import gpwidgets

QUICKSTART = Path(gpwidgets.__file__).parents[1] / "notebooks" / "01-quickstart.ipynb"


@pytest.fixture
def read(lab_page: Any, tmp_path: Path) -> Iterator[Callable[[nbformat.NotebookNode], Any]]:
    """`read(notebook)`: the notebook as HTML, in a browser without scripts and network."""
    context = lab_page.context.browser.new_context(
        java_script_enabled=False, offline=True, viewport={"width": 1000, "height": 900}
    )

    def open_page(notebook: nbformat.NotebookNode) -> Any:
        html, _resources = HTMLExporter().from_notebook_node(notebook)
        (tmp_path / "page.html").write_text(html, "utf-8")
        page = context.new_page()
        page.goto((tmp_path / "page.html").as_uri())
        return page

    yield open_page
    context.close()


def picture_is_drawn(page: Any) -> bool:
    images = page.get_by_role("img", name="Map of inputs and results")
    boxes = [images.nth(number).bounding_box() for number in range(images.count())]
    return bool(boxes) and all(box and box["width"] > 300 and box["height"] > 150 for box in boxes)


def test_the_executed_quickstart_as_a_page_shows_values_rows_and_a_map(
    read: Callable[[nbformat.NotebookNode], Any], tmp_path: Path, screenshots: Path
) -> None:
    notebook = nbformat.read(QUICKSTART, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert "widgets" in notebook.metadata  # the hard case: the page prefers live widgets, which need scripts
    page = read(notebook)
    page.screenshot(path=screenshots / "without-kernel-executed.png", full_page=True)
    expect(page.get_by_text("3 kilometers").first).to_be_visible()
    expect(page.get_by_text("BUFF_DIST").first).to_be_visible()
    assert picture_is_drawn(page)


def test_a_saved_notebook_shows_the_run_that_was_made_with_the_mouse(
    open_notebook: Callable[..., LabNotebook],
    read: Callable[[nbformat.NotebookNode], Any],
    screenshots: Path,
) -> None:
    notebook = open_notebook(
        "import gpwidgets as gp\nimport shapely\nserver = gp.demo.serve()\n"
        "observer = shapely.Point(-84.25, 36.32)\n"
        "form = gp.TaskWidget(server.url_of('Viewshed'), values={'Input_Points': observer})\n"
        "form"
    )
    notebook.run_all()
    notebook.button("Run").click()
    notebook.wait_for("form.outputs is not None")
    notebook.wait_text_in_output(0, "Succeeded")
    # JupyterLab may hold the old and the new picture for a moment; a user sees neither.
    expect(notebook.page.get_by_alt_text("Map of inputs and results").first).to_be_attached()
    expect(notebook.page.get_by_alt_text("Map of inputs and results").filter(visible=True)).to_have_count(0)
    page = read(notebook.save())
    page.screenshot(path=screenshots / "without-kernel-saved.png", full_page=True)
    for text in ("5 kilometers", "Succeeded", "Observer 1 sees", "AREA_KM2"):
        expect(page.get_by_text(text).first).to_be_visible()
    assert picture_is_drawn(page)
