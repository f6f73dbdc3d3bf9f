"""A form whose kernel is gone says so once, and shows no broken images."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lab_notebook import LabNotebook

FORM = """import gpwidgets as gp
server = gp.demo.serve()
gp.TaskWidget(server.url_of('BufferPoints'))"""
MARKS = """cell => [...cell.querySelectorAll('.jupyter-widgets-disconnected')]
  .map(part => getComputedStyle(part, '::before').content)
  .filter(content => content !== 'none' && content !== 'normal')"""


@pytest.mark.parametrize("look", ["light", "dark", "narrow"])
def test_a_lost_kernel_is_said_once(
    open_notebook: Callable[..., LabNotebook], screenshots: Path, look: str
) -> None:
    notebook = open_notebook(FORM)
    notebook.run_cell(0)
    cell, page = notebook.cell(0), notebook.page
    notebook.button("Run", within=cell).wait_for(state="visible")
    if look == "dark":
        page.evaluate(
            "() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
        )
    if look == "narrow":
        page.set_viewport_size({"width": 480, "height": 900})
    assert cell.evaluate(MARKS) == []
    notebook.restart_kernel()
    page.wait_for_function(
        "() => document.querySelectorAll('.jp-Cell .jupyter-widgets-disconnected').length > 10"
    )
    (words,) = cell.evaluate(MARKS)
    assert "The kernel is not connected" in words
    notebook.whole_picture(screenshots / f"lost-kernel-{look}.png", cell)
    page.set_viewport_size({"width": 1280, "height": 900})
    if look == "dark":
        page.evaluate(
            "() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})"
        )
