"""Earlier runs of a form are opened, hidden and run again by clicking."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lab_notebook import LabNotebook
from playwright.sync_api import expect

from gpwidgets import demo


@pytest.fixture
def server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


def test_an_earlier_run_is_opened_hidden_and_run_again(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, server: demo.DemoServer
) -> None:
    url = server.url_of("SlowCount")
    notebook = open_notebook(
        f"import gpwidgets as gp\nform = gp.TaskWidget({url!r}, values={{'Seconds': 0, 'Steps': 3}})\nform"
    )
    notebook.run_cell(0)
    cell = notebook.cell(0)

    def messages(count: int) -> Any:
        """Their folds, of the last run and of those that are open: four more than steps."""
        return cell.get_by_role("button").filter(has_text=f"Messages ({count + 4})")

    steps = cell.get_by_label("Steps", exact=True)
    for number, count in enumerate(("3", "4", "5")):
        steps.fill(count)
        steps.press("Tab")
        notebook.button("Run", within=cell).click()
        if number:
            expect(cell.get_by_text(f"Earlier runs of this form ({number})")).to_be_visible()
        expect(messages(int(count))).to_be_visible(timeout=60_000)
        expect(notebook.button("Run", within=cell)).to_be_visible()

    show = cell.get_by_title("Show run 1", exact=True)
    show.click()
    expect(messages(3)).to_have_count(1)
    notebook.whole_picture(screenshots / "earlier-run-open.png", cell)
    expect(cell.get_by_title("Show run 2", exact=True)).to_be_visible()
    cell.get_by_title("Put the values of run 1 back into the form", exact=True).click()
    expect(steps).to_have_value("3")
    expect(cell.get_by_text("The form has the values of that run again.")).to_be_visible()
    show.press("Enter")
    expect(messages(3)).to_have_count(0)
    notebook.button("Run", within=cell).click()
    expect(cell.get_by_text("Earlier runs of this form (3)")).to_be_visible()
    expect(messages(5)).to_be_hidden()
    expect(messages(3)).to_be_visible(timeout=60_000)
    notebook.page.set_viewport_size({"width": 480, "height": 900})
    show.scroll_into_view_if_needed()
    show.click()
    notebook.whole_picture(screenshots / "earlier-run-narrow.png", cell)
    show.click()
    expect(messages(3)).to_have_count(1)


def test_an_earlier_run_that_goes_on_is_stopped_in_its_line(
    open_notebook: Callable[..., LabNotebook], server: demo.DemoServer
) -> None:
    url = server.url_of("SlowCount")
    notebook = open_notebook(
        f"import gpwidgets as gp\ngp.TaskWidget({url!r}, values={{'Seconds': 300, 'Steps': 900}})"
    )
    notebook.run_cell(0)
    cell = notebook.cell(0)
    log = cell.get_by_role("log")  # of the last run, and of those that are open
    notebook.button("Run", within=cell).click()
    expect(log.get_by_text("Counted 2.", exact=True)).to_be_visible(timeout=60_000)
    steps = cell.get_by_label("Steps", exact=True)
    steps.fill("800")
    steps.press("Tab")
    notebook.button("Run these values too", within=cell).click()
    stop = cell.get_by_title("Ask the server to stop run 1", exact=True)
    expect(stop).to_be_visible()
    later = log.first  # of the run that was started last
    expect(later.get_by_text("Counted 1.", exact=True)).to_be_visible(timeout=60_000)
    place = stop.bounding_box()
    expect(later.get_by_text("Counted 6.", exact=True)).to_be_visible(timeout=60_000)
    assert stop.bounding_box() == place, "messages that come must not move what is below them"
    stop.click()
    expect(cell.get_by_text("Cancelled", exact=True)).to_be_visible(timeout=60_000)
    expect(stop).to_have_count(0)
    expect(cell.get_by_title("Show run 1", exact=True)).to_be_focused()
    notebook.button("Cancel", within=cell).click()
    expect(cell.get_by_text("Cancelled", exact=True)).to_have_count(2, timeout=60_000)
