"""A form is saved, sent and loaded again, and shows the request that it stands for."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from lab_notebook import LabNotebook
from playwright.sync_api import Locator, expect

FORM = """import gpwidgets as gp
server = gp.demo.serve()
values = {'Input_Points': 'POINT (-84.2 36.4)', 'Distance': '5 km'}
form = gp.TaskWidget(server.url_of('BufferPoints'), values=values)
form"""
EMPTY = """empty = gp.TaskWidget(server.url_of('BufferPoints'))
empty"""


def test_settings_go_from_one_form_to_another(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, tmp_path: Path
) -> None:
    notebook = open_notebook(FORM, EMPTY)
    notebook.run_cell(0)
    notebook.run_cell(1)
    first, second, page = notebook.cell(0), notebook.cell(1), notebook.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    first.get_by_role("button", name="Save, share, look inside").click()
    first.get_by_role("button", name="Copy the code").click()
    first.get_by_text("Copied.", exact=True).wait_for(state="visible")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert json.loads(copied)["inputs"]["Distance"]["value"]["distance"] == 5
    first.get_by_role("button", name="Save settings").click()
    with page.expect_download() as download:
        first.get_by_role("link", name="Save to this computer").click()
    path = tmp_path / "sent.json"
    download.value.save_as(path)
    second.get_by_role("button", name="Save, share, look inside").click()
    with page.expect_file_chooser() as chooser:
        second.get_by_role("button", name="Load settings").click()
    chooser.value.set_files(path)
    second.get_by_text("The form has 3 values of the settings.").wait_for(state="visible")
    assert notebook.ask("empty.values['Distance'] == form.values['Distance']")
    notebook.whole_picture(screenshots / "settings-loaded.png", second)
    second.get_by_role("textbox", name="Settings").fill("no settings")
    second.get_by_role("button", name="Use them").click()
    second.get_by_text("no settings of a run").wait_for(state="visible")
    notebook.whole_picture(screenshots / "settings-refused.png", second)
    assert notebook.ask("empty.values['Distance'] == form.values['Distance']")


@pytest.mark.parametrize(("width", "theme"), [(1280, "JupyterLab Light"), (480, "JupyterLab Dark")])
def test_the_request_is_looked_at_and_nothing_runs(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, width: int, theme: str
) -> None:
    notebook = open_notebook(FORM)
    notebook.run_cell(0)
    cell, page = notebook.cell(0), notebook.page
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})", theme)
    cell.get_by_role("button", name="Save, share, look inside").click()
    for number, (view, words) in enumerate(
        {
            "The request, field by field": "Nothing of this was sent.",
            "Command (curl)": "curl http",
            "Address (REST)": "/execute?f=json",
        }.items()
    ):
        cell.get_by_label("Show", exact=True).select_option(view)
        expect(cell.get_by_text(words).locator("visible=true").first).to_be_visible()
        notebook.whole_picture(screenshots / f"share-{number}-{width}.png", cell)
    assert notebook.ask("form.run is None")
    notebook.button("Run", within=cell).click()
    notebook.wait_for("form.outputs is not None")
    look_at_its_requests(notebook, cell, screenshots / f"x-ray-{width}.png")
    page.evaluate("() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")


def look_at_its_requests(notebook: LabNotebook, cell: Locator, picture: Path) -> None:
    """Open the requests of the run and the last of them, with the keyboard."""
    cell.get_by_role("button", name="Save, share, look inside").click()
    cell.get_by_role("button", name="Requests of this run").press("Enter")
    line = cell.locator("summary").filter(has_text="Sends the inputs of BufferPoints and waits for results")
    expect(line).to_be_visible()
    line.press("Enter")
    expect(cell.get_by_text("Distance (Distance)").locator("visible=true").last).to_be_visible()
    expect(line).to_be_focused()
    notebook.whole_picture(picture, cell)
