"""Runs in a notebook that is busy with something else: they show how they are, and can be cancelled."""

import time
from collections.abc import Callable
from pathlib import Path

from lab_notebook import LabNotebook

START = """import pathlib, time
import gpwidgets as gp

server = gp.demo.serve()
task = gp.GPTask(server.url_of("SlowCount"))
run = task.start(Seconds=300, Steps=1000)
run"""
CELLS = (
    START,
    "while not pathlib.Path('go').exists():\n    time.sleep(0.05)",
    "await run",
    "form = gp.TaskWidget(task.url.task)\nform.values = {'Seconds': 300, 'Steps': 1000}\nform",
    "task(Seconds=300, Steps=1000)",
)
SHOWN, BUSY, AWAITING, FORM, WAITING = range(len(CELLS))

#: Generous, since the machine of a test run may be busy with many other things.
STOPPED_WITHIN = 15.0


def test_runs_are_live_while_the_kernel_is_busy_and_can_always_be_cancelled(
    open_notebook: Callable[..., LabNotebook],
    screenshots: Path,
    tell: Callable[[str, str], None],
    lab_server,
) -> None:
    notebook = open_notebook(*CELLS)
    notebook.run_cell(SHOWN)
    shown = notebook.cell(SHOWN)

    # Messages and progress move while another cell runs.
    notebook.start_cell(BUSY)
    log, bar = shown.get_by_role("log"), shown.get_by_role("progressbar")
    log.get_by_text("Counted 3.", exact=True).wait_for(timeout=30_000)
    before = bar.get_attribute("value")
    last = log.get_by_role("listitem").last.text_content()
    notebook.page.wait_for_function(
        "([text, value]) => { const shown = [...document.querySelectorAll('.gpw-log li')].at(-1).textContent;"
        " const bar = document.querySelector('.gpw-progress progress').getAttribute('value');"
        " return shown !== text && bar !== value; }",
        arg=[last, before],
        timeout=30_000,
    )
    notebook.picture(screenshots / "live-while-busy.png")
    (lab_server.root / "go").touch()
    notebook.wait_done()

    # Cancel works while a cell awaits the run; the cell ends with the run.
    notebook.start_cell(AWAITING)
    notebook.button("Cancel", within=shown).click()
    shown.get_by_text("Cancelled", exact=True).wait_for(timeout=30_000)
    notebook.page.wait_for_function("() => window.__cells.then(() => true)", timeout=30_000)
    assert [(number, name) for number, name, _ in notebook.errors()] == [(AWAITING, "RunCancelled")]
    notebook.wait_for("str(server.jobs[run.job_id].status)", "esriJobCancelled")

    # Cancel works while the run of a callback goes on.
    notebook.start_cell(FORM)
    form = notebook.cell(FORM)
    notebook.button("Run", within=form).click()
    form.get_by_role("log").get_by_text("Counted 2.", exact=True).wait_for(timeout=30_000)
    notebook.button("Cancel", within=form).click()
    notebook.wait_for("str(form.run.status)", "cancelled")

    # The stop button ends the waiting and not the job, and what is shown then can cancel it.
    notebook.start_cell(WAITING)
    waiting = notebook.cell(WAITING)
    waiting.get_by_text("running").first.wait_for(timeout=30_000)
    started = time.monotonic()
    notebook.page.evaluate("() => { jupyterapp.commands.execute('notebook:interrupt-kernel'); }")
    notebook.page.wait_for_function("() => window.__cells.then(() => true)", timeout=30_000)
    seconds = time.monotonic() - started
    tell("from the stop button to the end of the cell", f"{seconds:.2f} s")
    assert seconds < STOPPED_WITHIN
    assert (WAITING, "KeyboardInterrupt") in [(number, name) for number, name, _ in notebook.errors()]
    assert notebook.ask("str(server.jobs.last.status)") == "esriJobExecuting"
    waiting.get_by_text("gpwidgets.attach(").wait_for(timeout=30_000)
    assert notebook.ask("server.jobs.last.id") in waiting.locator("code").last.text_content()
    waiting.get_by_text("Running", exact=True).wait_for(timeout=30_000)
    waiting.scroll_into_view_if_needed()
    notebook.picture(screenshots / "stopped-waiting.png")
    notebook.button("Cancel", within=waiting).click()
    notebook.wait_for("str(server.jobs.last.status)", "esriJobCancelled")
    waiting.get_by_text("Cancelled", exact=True).wait_for(timeout=30_000)
