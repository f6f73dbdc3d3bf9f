"""Results in the browser: many polygons on the map, and one selection of table and map."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab_notebook import LabNotebook
from playwright.sync_api import expect

MAKE = """
import geopandas, numpy, shapely, ipywidgets
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.widgets.map.task_map import TaskMap
from gpwidgets.widgets.results.results import ResultsView

def discs(side, corners=100):
    places = numpy.arange(side * side)
    centres = shapely.points(9 + places % side / 100, 47 + places // side / 100)
    frame = geopandas.GeoDataFrame(
        {"name": [f"disc {n}" for n in places], "size": places % 7},
        geometry=shapely.buffer(centres, 0.004, quad_segs=corners // 4), crs=4326)
    frame.attrs["gpwidgets"] = {"aliases": {"name": "Name of the disc"}}
    return frame
"""
SHOW = """
frame = discs(SIDE)
task_map = TaskMap()
results = ResultsView(Outputs({"Discs": frame, "Report": "All discs are round.", "Area": 2.5}), task_map)
box = ipywidgets.VBox([task_map, results])
box.add_class("gpw")
box
"""
#: Pixels of the layers' canvas that are not empty.
PAINTED = """map => [...map.querySelectorAll('.leaflet-overlay-pane canvas')].reduce((sum, canvas) => {
  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let i = 3; i < pixels.length; i += 4) count += pixels[i] > 0;
  return sum + count;
}, 0)"""

#: Counts the page's animation frames from now on, and keeps the longest wait for one in milliseconds.
HEARTBEAT = """() => {
  const heart = window.heart = {beats: 0, longest: 0};
  let last = performance.now();
  const beat = () => {
    const now = performance.now();
    heart.longest = Math.max(heart.longest, now - last);
    heart.beats += 1;
    last = now;
    requestAnimationFrame(beat);
  };
  requestAnimationFrame(beat);
}"""
#: A page that draws no frame for so many milliseconds hangs: thirty times what is usual.
HANGS = 30_000


def wait_until_painted(notebook: LabNotebook, map_: Any, least: int = 1000) -> None:
    for _ in range(100):
        if map_.evaluate(PAINTED) > least:
            return
        notebook.page.wait_for_timeout(100)
    raise AssertionError(f"{map_.evaluate(PAINTED)} pixels are painted")


def drag(notebook: LabNotebook, map_: Any, across: float, down: float) -> None:
    box = map_.bounding_box()
    x, y = box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.4
    mouse = notebook.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + across, y + down, steps=8)
    mouse.up()
    notebook.page.wait_for_timeout(600)


def click_at(notebook: LabNotebook, map_: Any, lon: float, lat: float) -> None:
    """Click the place on the map, by where the kernel says that its edges are."""
    west, north, east, south = notebook.ask(
        "[task_map.map.west, task_map.map.north, task_map.map.east, task_map.map.south]"
    )
    notebook.click_map(map_, ((lon - west) / (east - west), (north - lat) / (north - south)))


def test_ten_thousand_polygons_and_their_table_are_one_selection(
    open_notebook: Callable[..., LabNotebook], screenshots: Path
) -> None:
    notebook = open_notebook(MAKE, SHOW.replace("SIDE", "100"))
    notebook.run_all(120)
    cell = notebook.cell(1)
    map_ = notebook.map_in(cell)
    wait_until_painted(notebook, map_)

    center = notebook.ask("list(task_map.map.center)")
    drag(notebook, map_, 60, 30)
    notebook.wait_for(f"list(task_map.map.center) == {center!r}", False)
    wait_until_painted(notebook, map_)

    click_at(notebook, map_, 9 + 50 / 100, 47 + 50 / 100)  # the disc 50 across and 50 up
    notebook.wait_for("len(task_map.selection[1])", 1)
    selected = notebook.ask("task_map.selection[1][0]")
    assert abs(selected % 100 - 50) <= 1
    assert abs(selected // 100 - 50) <= 1
    chosen = cell.get_by_role("row").filter(has_text="▶")
    expect(chosen).to_contain_text(f"disc {selected}")
    expect(cell.get_by_role("button", name=f"Row {selected + 1}, selected")).to_be_visible()
    expect(cell.get_by_text(f"Page {selected // 10 + 1} of 1000")).to_be_visible()
    expect(map_.get_by_role("row", name="Name of the disc")).to_be_visible()
    notebook.picture(screenshots / "results-feature-to-row.png")

    notebook.button("Last", within=cell).click()
    cell.get_by_role("button", name="Row 9996").click()
    notebook.wait_for("task_map.selection[1]", [9995])
    notebook.wait_for(
        "abs(task_map.map.center[1] - 9.95) < 0.02 and abs(task_map.map.center[0] - 47.99) < 0.02"
    )
    expect(chosen).to_contain_text("disc 9995")
    notebook.page.wait_for_timeout(500)
    wait_until_painted(notebook, map_, 100)
    notebook.picture(screenshots / "results-row-to-feature.png")

    heading = cell.get_by_role("columnheader", name="Name of the disc")
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(heading.get_by_role("button")).to_be_focused()
    notebook.page.keyboard.press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(cell.get_by_role("row").filter(has_text="disc 9999")).to_be_visible()
    notebook.page.keyboard.press("Enter")
    expect(cell.get_by_role("row").filter(has_text="disc 0")).to_be_visible()

    tab = cell.get_by_role("tablist").get_by_role("tab", name="Discs (10,000)")
    expect(tab).to_have_attribute("aria-selected", "true")
    tab.focus()
    notebook.page.keyboard.press("ArrowRight")
    notebook.page.keyboard.press("Enter")
    expect(cell.get_by_role("tab", name="Report (text)")).to_have_attribute("aria-selected", "true")
    expect(cell.get_by_text("All discs are round.", exact=True)).to_be_visible()
    notebook.picture(screenshots / "results-tabs.png")


def test_a_box_on_the_map_lists_its_rows_and_two_hundred_thousand_features_stay_usable(
    open_notebook: Callable[..., LabNotebook], screenshots: Path
) -> None:
    notebook = open_notebook(MAKE, SHOW.replace("SIDE", "448"))
    notebook.page.evaluate(HEARTBEAT)
    notebook.run_all(120)
    cell = notebook.cell(1)
    map_ = notebook.map_in(cell)
    wait_until_painted(notebook, map_)
    assert notebook.ask("len(frame)") == 200_704
    expect(cell.get_by_text("of 200,704 features are drawn; zoom in to see more").first).to_be_visible()
    assert notebook.ask("len(task_map.results['Discs'].data['features'])") <= 10_000
    drag(notebook, map_, -50, 20)
    wait_until_painted(notebook, map_)
    heart = notebook.page.evaluate("window.heart")
    assert heart["beats"] > 50
    assert heart["longest"] < HANGS

    notebook.button("Select by box", within=cell).click()
    notebook.click_map(notebook.map_in(cell), (0.5, 0.5), (0.52, 0.53))
    said = cell.get_by_text(re.compile(r"[\d,]+ of 200,704 rows; [\d,]+ selected"))
    said.wait_for(state="visible")
    count = notebook.ask("len(task_map.selection[1])")
    assert f"{count:,} of 200,704 rows; {count:,} selected" in said.text_content()
    notebook.picture(screenshots / "results-box.png")
