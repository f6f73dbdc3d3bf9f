"""The lists of a server's folders, services and tasks: all of each can be seen, in any window."""

from collections.abc import Callable
from pathlib import Path

from lab_notebook import LabNotebook

MAKE = "import gpwidgets as gp\nserver = gp.demo.serve()\nbrowse = gp.ServiceWidget(server.url)\nbrowse"
#: Right edges of the lists, and of what they are in.
EDGES = """box => [...box.querySelectorAll('.widget-dropdown select')].map(one =>
  [one.getBoundingClientRect().right, box.getBoundingClientRect().right])"""


def test_no_list_is_cut_at_its_edge(open_notebook: Callable[..., LabNotebook], screenshots: Path) -> None:
    notebook = open_notebook(MAKE)
    notebook.run_all()
    cell = notebook.cell(0)
    services = notebook.field("Service", within=cell)
    services.select_option(label="Waiting")
    cell.get_by_text("Slow Count").first.wait_for()
    box = cell.locator(".jp-OutputArea-output").first
    for width in (800, 1280, 1366):
        notebook.page.set_viewport_size({"width": width, "height": 800})
        notebook.page.wait_for_timeout(300)
        edges = box.evaluate(EDGES)
        assert len(edges) >= 3
        assert all(right <= end for right, end in edges), (width, edges)
    notebook.picture(screenshots / "service-lists.png", box)
