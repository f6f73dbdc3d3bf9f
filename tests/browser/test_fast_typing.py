"""Run pressed right after typing, while the kernel is slow, sends what the box shows."""

from collections.abc import Callable

from lab_notebook import LabNotebook

FORM = """
import time
import gpwidgets as gp

server = gp.demo.serve()
form = gp.TaskWidget(server.url_of("SlowCount"), values={"Seconds": 0, "Steps": 10})
form.observe(lambda change: time.sleep(0.7), names="values")  # a kernel far away, or a busy one
form
"""


def test_a_run_does_not_overtake_what_was_typed(open_notebook: Callable[..., LabNotebook]) -> None:
    notebook = open_notebook(FORM)
    notebook.run_cell(0)
    cell = notebook.cell(0)
    box = cell.get_by_label("Steps", exact=False).first
    box.click()
    box.press("Control+a")
    notebook.page.keyboard.type("1234")
    notebook.button("Run", within=cell).click()
    notebook.wait_for("form.run is not None")
    assert notebook.ask("form.run.inputs['Steps']") == 1234
