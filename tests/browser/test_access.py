"""What axe-core finds in the widgets, on a light and a dark page: nothing serious, nothing critical.

axe-core comes with its Python package, so nothing is fetched.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from lab_notebook import LabNotebook
from playwright.sync_api import expect

pytestmark = pytest.mark.timeout(300)

EMPTY = """
import geopandas
import gpwidgets as gp

server = gp.demo.serve()
form = gp.TaskWidget(server.url_of("ParameterGallery"))
form
"""
WRONG = """
wrong = gp.TaskWidget(server.url_of("BufferPoints"))
wrong
"""
RUNNING = """
slow = gp.TaskWidget(server.url_of("SlowCount"), values={"Seconds": 300, "Steps": 1000})
slow
"""
DONE = """
points = geopandas.GeoSeries.from_wkt([f"POINT (-84.{n} 36.{n})" for n in range(10, 25)], crs=4326)
done = gp.TaskWidget(server.url_of("BufferPoints"), values={"Input_Points": points, "Distance": "5 km"})
done
"""
RECORDS = """
lists = gp.GPTask(server.url_of("ParameterGallery")).start(
    Input_Records=[{"NAME": "a", "VALUE": 1.5}], Input_Strings=["one"])
gp.RunWidget(lists)
"""
MORE = """
import ipywidgets, pandas, pathlib
from gpwidgets.widgets.results._file_preview import preview_of
from gpwidgets.widgets.results._table import FrameTable

wide = pandas.DataFrame({f"a column {n}": range(40) for n in range(30)})
pathlib.Path("dot.gif").write_bytes(bytes.fromhex(
    "47494638396101000100800000ff0000ffffff21f90400000000002c00000000010001000002024401003b"))
pathlib.Path("long.txt").write_text("a line\\n" * 200)
more = ipywidgets.VBox([
    FrameTable(wide, "A wide table", page_size=25),
    *preview_of(pathlib.Path("dot.gif")),
    *preview_of(pathlib.Path("long.txt")),
    gp.ServiceWidget(server.url),
    gp.TaskWidget(server.url_of("Secured/Analysis/SecuredBuffer")),
]).add_class("gpw")
more
"""
HISTORY = "runs = gp.HistoryWidget()\nruns"
BATCH = """
rows = geopandas.GeoDataFrame({"Distance": ["1 km", "2 km", "far"]}, geometry=points.head(3))
batch = gp.BatchWidget(server.url_of("BufferPoints"), rows)
batch
"""
COMPARED = """
buffer = gp.GPTask(server.url_of("BufferPoints"))
near, far = (buffer(Input_Points=points, Distance=f"{n} km") for n in (1, 2))
gp.CompareWidget(near, far)
"""
CELLS = (EMPTY, WRONG, RUNNING, DONE, RECORDS, MORE, HISTORY, BATCH, COMPARED)

#: What is looked at: all that our widgets put on the page.
OURS = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output"
#: Whether what has the focus has this label or text.
HAS_FOCUS = """name => {
  const one = document.activeElement;
  return (one.labels && one.labels.length ? one.labels[0] : one).textContent === name;
}"""


def use_theme(notebook: LabNotebook, name: str) -> None:
    """Change the theme of JupyterLab."""
    light = "true" if name == "Light" else "false"
    notebook.page.evaluate(
        "theme => jupyterapp.commands.execute('apputils:change-theme', {theme}).then(() => null)",
        f"JupyterLab {name}",
    )
    notebook.page.wait_for_selector(f"body[data-jp-theme-light='{light}']", state="attached")
    notebook.page.wait_for_timeout(500)  # colours fade


def violations(notebook: LabNotebook) -> list[str]:
    """What is wrong, and where."""
    rules: list[dict[str, Any]] = Axe().run(notebook.page, OURS).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:300]} at {node['target']}"
        for rule in rules
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def use_newer_controls(notebook: LabNotebook) -> None:
    """Open what stands on the page only after a press: searches, folds, tabs, lists."""
    empty, running, done, lists, batch = (notebook.cell(number) for number in (0, 2, 3, 4, 7))
    empty.get_by_label("Input Spatial Reference", exact=True).first.fill("UTM 32N")
    empty.get_by_text("EPSG:32632").first.wait_for()
    notebook.button("Time limit", within=running).click()
    running.get_by_label("Give up after").wait_for()
    done.get_by_label("Statistics of").select_option(index=1)
    notebook.button("Rows to copy", within=done).click()
    lists.get_by_role("tab").nth(1).click()
    notebook.button("Run all rows", within=batch).click()
    batch.get_by_text("1 row is wrong").wait_for()


def test_axe_core_finds_nothing_serious_in_any_state_of_the_widgets(
    open_notebook: Callable[..., LabNotebook], screenshots: Path
) -> None:
    notebook = open_notebook(*CELLS)
    notebook.run_all(120)
    empty, wrong, running, done = (notebook.cell(number) for number in range(4))
    notebook.open_sections(empty)
    for name in ("Strings", "Linear Units", "Value Table"):
        notebook.titled(f"Add a row to Input {name}", within=empty).click()
    notebook.field("Input Linear Unit", within=empty).fill("3")
    notebook.field("Distance", within=wrong).fill("far")
    notebook.button("Run", within=wrong).click()
    notebook.button("This form as Python", within=done).click()
    notebook.button(r"Change shapes \(15\)", within=done).click()
    notebook.button("Run", within=done).click()

    # A press of Run leaves the focus where it is, and a second one is answered.
    run = notebook.button("Run", within=running)
    run.focus()
    notebook.page.keyboard.press("Enter")
    running.get_by_role("log").get_by_text("Counted 2.", exact=True).wait_for(timeout=30_000)
    notebook.page.wait_for_function("document.activeElement.textContent === 'Running…'")
    notebook.page.keyboard.press("Enter")
    running.get_by_text("It runs already").wait_for()

    # A button that takes itself away hands the focus on.
    for name, then in (
        ("Remove in Input Strings", "Add a row"),
        ("Put the default of Input Linear Unit back", "Input Linear Unit"),
    ):
        empty.get_by_role("button", name=name).first.focus()
        notebook.page.keyboard.press("Enter")
        notebook.page.wait_for_function(HAS_FOCUS, arg=then)

    # A wrong value is part of its field's name.
    expect(wrong.get_by_role("textbox", name="Distance (error: 'far' does not")).to_have_count(1)

    notebook.wait_for("done.run.done and lists.done")
    done.get_by_role("button", name="Row 2").click()
    done.get_by_role("button", name="Layers").click()
    done.get_by_role("button", name="Style, name and more of Buffers").click()
    done.get_by_text("Opacity").wait_for()
    use_newer_controls(notebook)
    for theme in ("Light", "Dark"):
        use_theme(notebook, theme)
        notebook.picture(screenshots / f"access-{theme.lower()}.png")
        assert violations(notebook) == []
    use_theme(notebook, "Light")
