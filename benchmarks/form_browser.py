"""How soon a form is on screen: JupyterLab in Chromium, from running the cell to the last field in sight."""

from __future__ import annotations

import statistics
from typing import Any

from form_task import INPUTS, SHOWN_OF_MANY, modules_of_form
from lab_page import lab_page

#: Loads what is loaded once, in the kernel and in the page, and shows no form.
_WARM = """
from contextlib import suppress
from importlib import import_module
for name in {modules!r}:
    with suppress(ImportError):
        import_module(name)
from ipyleaflet import Map
Map()
"""

#: Resolves with milliseconds from the start of a cell to the frame in which all fields have been painted.
_SHOWN = """([number, fields, wants_map]) => new Promise((yes, no) => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = number;
  notebook.deselectAll();
  const start = performance.now();
  jupyterapp.commands.execute('notebook:run-cell');
  const cell = notebook.widgets[number].node;
  const stands = node => node.getBoundingClientRect().height > 0;
  const look = () => {
    const shown = [...cell.querySelectorAll('.gpw-field')].filter(stands).length;
    const map = cell.querySelector('.leaflet-container');
    const button = [...cell.querySelectorAll('.gpw-buttons button')].some(stands);
    if (shown >= fields && button && (!wants_map || (map && stands(map))))
      return requestAnimationFrame(() => setTimeout(() => yes(performance.now() - start)));
    if (performance.now() - start > 60000) return no(new Error(shown + ' fields are shown'));
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


def times(addresses: dict[str, str], runs: int) -> dict[str, float]:
    """Median milliseconds by kind of task, each form being the first of its kernel.

    ``fresh`` is the plain form in a kernel that has loaded nothing before.
    """
    with lab_page() as open_notebook:
        shown = {kind: _median(open_notebook, kind, url, runs) for kind, url in addresses.items()}
        return {**shown, "fresh": _median(open_notebook, "fresh", addresses["plain"], runs)}


def _median(open_notebook: Any, kind: str, url: str, runs: int) -> float:
    taken = []
    first = "pass" if kind == "fresh" else _WARM.format(modules=modules_of_form(url))
    fields = SHOWN_OF_MANY if kind == "many" else INPUTS
    for number in range(runs + 1):  # the first fills the caches of the browser and of Python
        notebook = open_notebook(
            f"form-{kind}-{number}.ipynb", first, f"import gpwidgets; gpwidgets.TaskWidget({url!r})"
        )
        notebook.run_cell(0)
        notebook.page.wait_for_timeout(1500)
        taken.append(notebook.page.evaluate(_SHOWN, [1, fields, kind == "map"]))
        assert not notebook.errors(), notebook.errors()
        notebook.close()
    return statistics.median(taken[1:])
