"""A run is saved as a report and as a crate, and a learner's results get a green or an amber card."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from lab_notebook import LabNotebook
from playwright.sync_api import Page, expect

FORM = """import gpwidgets as gp
server = gp.demo.serve()
values = {'Input_Points': 'POINT (-84.2 36.4)', 'Distance': '5 km'}
form = gp.TaskWidget(server.url_of('BufferPoints'), values=values)
form"""
CHECK = "gp.check(form.outputs, {'Buffers': {'count': 1, 'area': '78.5 km2'}})"
WRONG = """wrong = {'Buffers': {'count': 2, 'area': '100 km2'}, 'inputs': {'Distance': '6 km'}}
gp.check(form.outputs, wrong)"""


def test_a_run_is_saved_and_checked(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, tmp_path: Path
) -> None:
    notebook = open_notebook(FORM, CHECK, WRONG)
    notebook.run_cell(0)
    cell, page = notebook.cell(0), notebook.page
    notebook.button("Run", within=cell).click()
    crate, report = tmp_path / "crate.zip", tmp_path / "report.html"
    for button, name, path in (
        ("Save a crate", "BufferPoints_crate.zip", crate),
        ("Save a report", "BufferPoints_report.html", report),
    ):
        cell.get_by_role("button", name=button).press("Enter")
        said = cell.get_by_role("status").filter(has_text=name)
        expect(said.first).to_be_visible()
        with page.expect_download() as download:
            cell.get_by_role("link", name="Save to this computer").first.click()
        download.value.save_as(path)
    with zipfile.ZipFile(crate) as packed:
        assert len(json.loads(packed.read("ro-crate-metadata.json"))["@graph"]) > 8
    read_the_page(page.context.browser.new_page(), report, screenshots)
    for number, words in ((1, "Well done"), (2, "Not quite yet.")):
        notebook.run_cell(number)
        card = notebook.cell(number).get_by_role("status").filter(has_text=words)
        expect(card).to_be_visible()
    for look in ("light", "dark", "narrow"):
        if look != "light":
            theme = f"JupyterLab {'Dark' if look == 'dark' else 'Light'}"
            page.evaluate(
                "name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})", theme
            )
        if look == "narrow":
            page.evaluate("() => jupyterapp.shell.collapseLeft()")
            page.set_viewport_size({"width": 480, "height": 900})
        cell.get_by_role("button", name="Save a crate").scroll_into_view_if_needed()
        notebook.picture(screenshots / f"saved-{look}.png", cell)
        for number in (1, 2):
            notebook.picture(screenshots / f"check-{number}-{look}.png", notebook.cell(number))


def read_the_page(page: Page, report: Path, screenshots: Path) -> None:
    """Open a report as whoever got it does: no kernel, no network, and at any width."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: said.append(request.url))
    page.goto(report.as_uri())
    for width in (1000, 480):
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.get_by_role("heading", name="Run it again")).to_be_visible()
        expect(page.get_by_role("img").first).to_be_visible()
        page.screenshot(path=screenshots / f"report-{width}.png", full_page=True)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= width
    assert [one for one in said if not one.startswith(("file:", "data:"))] == []
    page.close()
