"""A page that is loaded anew brings its forms back, and they go on working, whatever was done before."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lab_notebook import LabNotebook
from playwright.sync_api import expect

from gpwidgets import demo

#: Milliseconds within which a form is back after a reload.
BACK = 10_000

#: Of a kernel at work: all models at once would be looked at one after the other, while others come and go.
_MODELS = "len(__import__('ipywidgets').widgets.widget._instances)"
_TASKS = {
    "Proximity": "Buffer Points",
    "Waiting": "Slow Count",
    "Elevation": "Viewshed",
    "Events": "Hot Spots",
}


@pytest.fixture
def server() -> Iterator[demo.DemoServer]:
    """A server that outlives kernels."""
    with demo.serve() as running:
        yield running


def form_of(server: demo.DemoServer, name: str, values: str = "{}") -> str:
    """A cell that shows a form."""
    return f"import gpwidgets as gp\nform = gp.TaskWidget({server.url_of(name)!r}, values={values})\nform"


def run(notebook: LabNotebook, cell: Any, times: int = 1, *, before: int = 0) -> None:
    """Press Run and see it end, so many times, after so many runs before."""
    for number in range(before, before + times):
        notebook.button("Run", within=cell).click()
        if number:
            expect(cell.get_by_text(f"Earlier runs of this form ({min(number, 10)})")).to_be_visible()
        expect(notebook.button("Run", within=cell)).to_be_visible(timeout=60_000)
        expect(cell.get_by_text("Succeeded", exact=True).first).to_be_visible(timeout=60_000)


def is_back(notebook: LabNotebook, cell: Any) -> None:
    """The form in a cell is there again and nothing in the page still waits for its widget."""
    expect(notebook.button("Run", within=cell)).to_be_visible(timeout=BACK)
    expect(cell.get_by_text("Loading widget")).to_have_count(0, timeout=BACK)
    expect(cell.get_by_text("Error displaying widget")).to_have_count(0)


def test_two_forms_are_back_after_twelve_runs(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, server: demo.DemoServer
) -> None:
    buffers = form_of(
        server, "BufferPoints", "{'Input_Points': {'type': 'Point', 'coordinates': [7.4, 46.9]}}"
    )
    notebook = open_notebook(buffers, form_of(server, "SlowCount", "{'Seconds': 0, 'Steps': 1}"))
    notebook.run_all()
    one, two = notebook.cell(0), notebook.cell(1)
    run(notebook, one, 12)
    before = notebook.ask(_MODELS)
    run(notebook, two)
    notebook.reload_page()
    is_back(notebook, one)
    is_back(notebook, two)
    expect(one.get_by_text("Earlier runs of this form (10)")).to_be_visible()
    notebook.whole_picture(screenshots / "reload-twelve-runs.png", one)
    assert notebook.ask(_MODELS) < before + 260  # the first run of the second form, with its results
    run(notebook, one, before=12)
    one.get_by_title("Show run 12", exact=True).click()
    expect(one.get_by_text("1 feature, coordinate system")).to_have_count(2)
    notebook.reconnect_kernel()
    is_back(notebook, one)
    run(notebook, two, 2, before=1)
    notebook.reload_page()
    is_back(notebook, one)
    is_back(notebook, two)


def test_the_form_is_back_after_twelve_tasks_were_picked(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, server: demo.DemoServer
) -> None:
    notebook = open_notebook(f"import gpwidgets as gp\ngp.ServiceWidget({server.url!r})")
    notebook.run_all()
    cell = notebook.cell(0)
    counts = []
    for _ in range(3):
        for service, title in _TASKS.items():
            cell.get_by_label("Service", exact=True).select_option(service)
            expect(cell.get_by_role("heading", name=title)).to_be_visible(timeout=30_000)
            is_back(notebook, cell)
        counts.append(notebook.ask(_MODELS))
    assert counts[0] == counts[1] == counts[2]
    notebook.reload_page()
    is_back(notebook, cell)
    notebook.whole_picture(screenshots / "reload-twelve-tasks.png", cell)


def test_the_form_is_back_after_a_restart_and_a_reload(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, server: demo.DemoServer
) -> None:
    notebook = open_notebook(form_of(server, "SlowCount", "{'Seconds': 0, 'Steps': 1}"))
    notebook.run_all()
    cell = notebook.cell(0)
    run(notebook, cell, 2)
    notebook.restart_kernel()
    notebook.run_cell(0)
    is_back(notebook, cell)
    run(notebook, cell, 2)
    notebook.reload_page()
    is_back(notebook, cell)
    run(notebook, cell, before=2)
    notebook.whole_picture(screenshots / "reload-after-restart.png", cell)


def test_what_was_typed_and_drawn_is_back_after_the_kernel_was_killed(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, server: demo.DemoServer
) -> None:
    preset = "{'inputs': {'Dissolve': {'value': 'ALL', 'hidden': True}, 'Input_Points': {'label': 'Wells'}}}"
    given = f"gp.TaskWidget({server.url_of('BufferPoints')!r}, preset={preset})"
    notebook = open_notebook(f"import gpwidgets as gp\nform = {given}\nform")
    notebook.run_all()
    cell = notebook.cell(0)
    notebook.button("Draw point", within=cell).click()
    notebook.click_map(notebook.map_in(cell), (0.5, 0.5))
    notebook.wait_for("len(form.values.get('Input_Points', ()))", 1)
    cell.get_by_label("Distance", exact=False).first.fill("7")
    drafts = f"__import__('pathlib').Path({str(notebook.server.state)!r}, 'history', 'drafts')"
    notebook.wait_for(f"any('\"distance\":7' in one.read_text() for one in {drafts}.glob('*.json'))")
    notebook.kill_kernel()
    notebook.reload_page()
    notebook.run_cell(0)
    expect(cell.get_by_text("What was entered here at")).to_be_visible()
    expect(cell.get_by_text("1 point:")).to_be_visible()
    assert cell.get_by_label("Distance", exact=False).first.input_value() == "7"
    cell.get_by_role("button", name="Set by the preset (1)").click()
    expect(cell.get_by_text("(set by the preset)")).to_be_visible()
    notebook.whole_picture(screenshots / "reload-after-kill.png", cell)
    notebook.button("Start afresh", within=cell).click()
    expect(cell.get_by_text("Nothing yet.")).to_be_visible()
    assert cell.get_by_label("Distance", exact=False).first.input_value() == "10"
