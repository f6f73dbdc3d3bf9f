"""What a newcomer does wrong in a form: a wrong address, the latitude first, values changed after a run."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lab_notebook import LabNotebook

pytestmark = pytest.mark.timeout(200)

FORM = "import gpwidgets as gp\nserver = gp.demo.serve()\naddress = server.url_of('BufferPoints')\n"


def test_a_form_says_what_is_so(open_notebook: Callable[..., LabNotebook], screenshots: Path) -> None:
    notebook = open_notebook(FORM + "gp.TaskWidget(address + 'x')")
    notebook.run_cell(0)
    cell = notebook.cell(0)
    cell.get_by_text("has no task 'BufferPointsx'").first.wait_for(state="visible")
    box = notebook.field("Address")
    box.fill(notebook.ask("address"))
    box.press("Enter")
    notebook.button("Run").wait_for(state="visible")
    notebook.field("Input Points *").select_option(label="Type or paste coordinates")
    notebook.field("Input Points as text, path, URL or name").fill("36.3, -84.2")
    notebook.button("Run").click()
    notebook.button("Swap: 36.3° N, 84.2° W").wait_for(state="visible")
    cell.get_by_text("Not started").first.wait_for(state="visible")
    notebook.whole_picture(screenshots / "form-order.png", cell)
    notebook.button("Swap: 36.3° N, 84.2° W").click()
    cell.get_by_text("1 point: 36.3° N, 84.2° W.").first.wait_for(state="visible")
    cell.get_by_text("Not started").first.wait_for(state="hidden")
    notebook.button("Run").click()
    cell.get_by_text("Succeeded").first.wait_for(state="visible")
    notebook.field("Distance").fill("7")
    cell.get_by_text("belongs to other values").first.wait_for(state="visible")
    notebook.whole_picture(screenshots / "form-other-values.png", cell)
