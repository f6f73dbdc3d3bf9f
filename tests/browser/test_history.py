"""A kernel is restarted while a job runs: the list of runs finds the job, and its results appear."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from lab_notebook import LabNotebook

from gpwidgets import demo
from gpwidgets.demo.jobs.tool_context import JobContext


@dataclass
class Gate:
    """A task on a server that outlives the kernel; its job goes on when the test lets it."""

    url: str = ""
    entered: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate()

    def gated(number: int = 1, place: str = "here", *, job: JobContext) -> int:
        """Wait for the test, then hand the number back."""
        job.message("The gate is closed.")
        job.progress(25, "a quarter")
        made.entered.set()
        assert made.opened.wait(120)
        return number

    with demo.serve() as server:
        made.url = server.publish(gated, name="Gated", output="Number", asynchronous=True)
        yield made
        made.opened.set()


def test_after_a_restart_the_list_of_runs_attaches_to_the_job_and_reopens_its_form(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, gate: Gate
) -> None:
    form = f"import gpwidgets as gp\nform = gp.TaskWidget({gate.url!r})\nform"
    listing = "import gpwidgets as gp\nruns = gp.HistoryWidget()\nruns"
    notebook = open_notebook(form, listing)
    notebook.run_cell(0)
    cell = notebook.cell(0)
    number = cell.get_by_label("Number", exact=False).first
    number.fill("42")
    number.press("Enter")
    notebook.wait_for("form.values.get('Number')", 42)
    notebook.button("Run", within=cell).click()
    notebook.wait_for("form.run is not None and form.run.job_id is not None")
    assert gate.entered.wait(60)

    notebook.restart_kernel()
    notebook.run_cell(1)
    cell = notebook.cell(1)
    cell.get_by_text("Submitted, its end was not seen").first.wait_for(state="visible")
    notebook.button("Attach", within=cell).click()
    cell.get_by_text("Running", exact=True).first.wait_for(state="visible", timeout=30_000)
    cell.get_by_text("The gate is closed.").first.wait_for(state="visible")
    cell.get_by_text("Running, 25 %").first.wait_for(state="visible")
    notebook.whole_picture(screenshots / "history-running.png", cell)
    gate.opened.set()
    notebook.wait_for("runs.shown.run.outputs.Number if runs.shown.run.outputs else None", 42, seconds=60)
    cell.get_by_text("42", exact=True).first.wait_for(state="visible")
    notebook.whole_picture(screenshots / "history-attached.png", cell)

    notebook.button("Reopen", within=cell).click()
    notebook.wait_for("type(runs.shown).__name__", "TaskWidget")
    notebook.wait_for("runs.shown.values.get('Number')", 42)
    assert cell.get_by_label("Number", exact=False).first.input_value() == "42"
    notebook.whole_picture(screenshots / "history-reopened.png", cell)

    search = cell.get_by_label("Search")
    search.fill("nothing like it")
    cell.get_by_text("No run is like that.").wait_for(state="visible")
    search.fill("number: 42")
    others = notebook.ask("len(gp.history())") - 1  # of the tests before
    notebook.button("Delete", within=cell).press("Enter")
    notebook.button("Really delete\\?", within=cell).press("Enter")
    notebook.wait_for("len(gp.history())", others)
    assert not notebook.problems()
