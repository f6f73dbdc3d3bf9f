"""The quickstart outside of JupyterLab: in Notebook 7, and as a Voila page."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from closed_network import ClosedNetwork
from lab_server import LabServer, VoilaServer
from playwright.sync_api import expect

import gpwidgets

QUICKSTART = Path(gpwidgets.__file__).parents[1] / "notebooks" / "01-quickstart.ipynb"
_RUN_ALL = "() => jupyterapp.commands.execute('notebook:run-all-cells').then(() => null)"
_READY = """() => {
  const panel = window.jupyterapp && jupyterapp.shell.currentWidget;
  const session = panel && panel.sessionContext && panel.sessionContext.session;
  return !!session && !!session.kernel && session.kernel.status === 'idle' && panel.context.isReady;
}"""


@pytest.fixture
def page(lab_page: Any) -> Iterator[Any]:
    """A page of its own that reaches this machine only."""
    context = lab_page.context.browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.network = ClosedNetwork(page)
    yield page
    context.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    (tmp_path / "root").mkdir()
    shutil.copyfile(QUICKSTART, tmp_path / "root" / "quickstart.ipynb")
    return tmp_path


def run_the_first_form(page: Any, picture: Callable[..., Any]) -> None:
    """Press Run in the first form, and see it end with a row and a polygon."""
    page.locator(".leaflet-container").first.wait_for(state="visible", timeout=120_000)
    button = page.get_by_role("button").filter(has_text=re.compile(r"^\s*Run\s*$")).first
    button.scroll_into_view_if_needed()
    button.click()
    page.get_by_text("Succeeded", exact=True).first.wait_for(state="visible", timeout=60_000)
    page.get_by_role("rowheader").first.wait_for(state="visible")
    expect(page.get_by_alt_text("Map of inputs and results").first).to_be_hidden()
    page.wait_for_timeout(500)  # the layer is drawn one frame after the table
    picture()


def test_notebook_7_runs_the_quickstart(page: Any, folder: Path, screenshots: Path) -> None:
    with LabServer(folder / "root", folder / "state", app="notebook") as server:
        page.goto(server.url("notebooks/quickstart.ipynb"))
        page.wait_for_function(_READY, timeout=60_000)
        page.evaluate(_RUN_ALL)
        run_the_first_form(page, lambda: page.screenshot(path=screenshots / "notebook-7.png"))
        page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")


def test_voila_runs_the_quickstart(page: Any, folder: Path, screenshots: Path) -> None:
    with VoilaServer(folder / "root", folder / "state") as server:
        page.goto(server.url("voila/render/quickstart.ipynb"), timeout=120_000)
        run_the_first_form(page, lambda: page.screenshot(path=screenshots / "voila.png"))
        page.reload()  # another kernel runs the notebook
        run_the_first_form(page, lambda: page.screenshot(path=screenshots / "voila-reloaded.png"))
