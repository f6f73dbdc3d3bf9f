"""The map as its users press it: nothing covered, the server's colours, earlier runs, full screen, shared."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_notebook import LabNotebook
from map_hand import MapHand
from playwright.sync_api import expect
from test_access import use_theme

pytestmark = pytest.mark.timeout(400)

HOT_SPOTS = """
import gpwidgets as gp
server = gp.demo.serve()
form = gp.TaskWidget(server.url_of("HotSpots"))
form
"""
BUFFERS = """
import gpwidgets as gp, shapely
server = gp.demo.serve()
form = gp.TaskWidget(server.url_of("BufferPoints"),
                     values={"Input_Points": shapely.Point(-84.2, 36.3), "Distance": "5 km"})
form
"""
SHARED = """
import ipyleaflet
theirs = ipyleaflet.Map(center=(46.75, 8.6), zoom=9, layout={"height": "440px"})
control = ipyleaflet.GeomanDrawControl(position="bottomright")
e = 0.000000123
ring = [[8.5 + e, 46.7 + e], [8.6, 46.7], [8.6, 46.8 - e], [8.5 + e, 46.7 + e]]
box = [[8.2 + e, 46.6], [8.3, 46.6], [8.3, 46.65], [8.2, 46.65], [8.2 + e, 46.6]]
kinds = [("polygon", {}, "Polygon", [ring]), ("rectangle", {}, "Polygon", [box]),
         ("circle", {"radius": 3000.123456789}, "Point", [8.9 + e, 46.6 - e]),
         ("marker", {}, "Point", [8.3 + e, 46.85])]
control.data = mine = [
    {"type": "Feature", "properties": {"name": kind, "type": kind, "style": style},
     "geometry": {"type": shape, "coordinates": places}} for kind, style, shape, places in kinds]
theirs.add(control)
one = gp.TaskWidget(server.url_of("BufferPoints"), map=theirs)
one
"""
SECOND = 'two = gp.TaskWidget(server.url_of("Viewshed"), map=theirs)\ntwo'

#: What can be used or read in a map and below it, and is not what its own middle shows.
COVERED = """cell => {
  const wrong = [];
  const parts = "button, input, select, .leaflet-control a, .leaflet-control-scale-line, .gpw-legend li," +
    ".gpw-attributes b, .leaflet-control-attribution";
  for (const one of cell.querySelector(".gpw-map").querySelectorAll(parts)) {
    if (!one.checkVisibility({visibilityProperty: true})) continue;
    one.scrollIntoView({block: "center", inline: "nearest"});
    const box = one.getBoundingClientRect();
    if (box.width < 1 || box.height < 1) continue;
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!top || !(one === top || one.contains(top)))
      wrong.push((one.textContent || one.title || one.outerHTML.slice(0, 80)).trim() + " under " +
        (top ? top.outerHTML.slice(0, 80) : "nothing"));
  }
  return wrong;
}"""

#: How many pixels of the layers are of about these colours.
PIXELS = """([map, colors]) => {
  const found = colors.map(() => 0);
  for (const canvas of map.querySelectorAll('.leaflet-overlay-pane canvas')) {
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; i < data.length; i += 4)
      colors.forEach((color, at) => {
        if (data[i + 3] > 100 && color.every((part, n) => Math.abs(part - data[i + n]) < 12)) found[at] += 1;
      });
  }
  return found;
}"""
RED, BLUE = [215, 48, 39], [146, 197, 222]


def run(notebook: LabNotebook, cell: Any) -> None:
    """Press Run and wait for the end."""
    notebook.button("Run", within=cell).click()
    cell.get_by_text("Succeeded").first.wait_for(timeout=60_000)
    notebook.button("Run", within=cell).wait_for(timeout=30_000)


def painted(notebook: LabNotebook, map_: Any, least: int, *colors: list[int]) -> list[int]:
    """Wait until the first colour has so many pixels, and count all."""
    for _ in range(100):
        found: list[int] = notebook.page.evaluate(PIXELS, [map_.element_handle(), list(colors)])
        if found[0] >= least:
            return found
        notebook.page.wait_for_timeout(100)
    raise AssertionError(f"{found} pixels of {colors}")


def without_side_bar(notebook: LabNotebook) -> None:
    """Let the notebook have the whole window."""
    notebook.page.evaluate("() => jupyterapp.shell.collapseLeft()")


def test_results_have_the_servers_colours_and_nothing_is_covered_at_any_width(
    open_notebook: Callable[..., LabNotebook], screenshots: Path
) -> None:
    notebook = open_notebook(HOT_SPOTS)
    notebook.run_all(90)
    without_side_bar(notebook)
    cell = notebook.cell(0)
    run(notebook, cell)
    red, blue = painted(notebook, notebook.map_in(cell), 300, RED, BLUE)
    assert red > 300
    assert blue > 300
    expect(cell.get_by_text("Hot spot, 99 % confidence")).to_be_visible()

    cell.get_by_role("button", name="Row 2").first.click()
    cell.get_by_role("button", name="Layers").click()
    cell.get_by_role("button", name="Style, name and more of Hot Spots").click()
    notebook.field("Colour by", within=cell).select_option("GI_Z")
    notebook.field("Classes", within=cell).wait_for()
    for theme in ("Light", "Dark"):
        use_theme(notebook, theme)
        for width in (480, 800, 1400):
            notebook.page.set_viewport_size({"width": width, "height": 900})
            notebook.page.wait_for_timeout(700)  # the map follows its new size
            picture = screenshots / f"map-{width}-{theme.lower()}.png"
            cell.locator(".gpw-map").first.screenshot(path=str(picture))
            assert cell.evaluate(COVERED) == [], (theme, width)
    expect(cell.locator('.leaflet-gpw-ground-pane img[src^="data:image/svg"]')).not_to_have_count(0)
    map_, form = cell.locator(".leaflet-container").first, cell.locator(".gpw-form").first
    assert map_.bounding_box()["x"] > form.bounding_box()["x"]  # beside it, and so it stays
    form.evaluate("form => { form.style.minHeight = '4000px'; form.scrollIntoView({block: 'end'}); }")
    expect(map_).to_be_in_viewport(ratio=0.5)
    form.evaluate("form => { form.style.minHeight = ''; }")
    use_theme(notebook, "Light")

    # By hand, each control answers to a click where it is.
    notebook.page.set_viewport_size({"width": 480, "height": 900})
    notebook.page.wait_for_timeout(700)
    assert map_.bounding_box()["y"] < form.bounding_box()["y"]
    cell.get_by_role("button", name="Close").click()
    expect(cell.locator(".gpw-attributes")).to_have_count(0)
    cell.get_by_role("button", name="Zoom in").click()
    notebook.button("Length", within=cell).click()
    notebook.field("Colour by", within=cell).select_option("one colour")
    notebook.field("Colour", within=cell).select_option("purple")
    painted(notebook, notebook.map_in(cell), 300, [122, 81, 149])


def test_earlier_runs_rest_in_the_list_and_the_look_carries_over(
    open_notebook: Callable[..., LabNotebook], screenshots: Path
) -> None:
    notebook = open_notebook(BUFFERS)
    notebook.run_all(90)
    cell = notebook.cell(0)
    run(notebook, cell)
    cell.get_by_role("button", name="Layers").click()
    cell.get_by_role("button", name="Style, name and more of Buffers").click()
    notebook.field("Colour", within=cell).select_option("purple")
    notebook.field("Name", within=cell).fill("Around the well")
    notebook.page.keyboard.press("Tab")
    notebook.field("Distance", within=cell).fill("2")
    notebook.page.keyboard.press("Tab")
    run(notebook, cell)
    rows = cell.locator(".gpw-layer")
    expect(rows.filter(has_text="Around the well")).to_have_count(2)
    earlier = cell.get_by_role("checkbox", name="Around the well (BufferPoints,")
    expect(earlier).not_to_be_checked()
    small = painted(notebook, notebook.map_in(cell), 50, [122, 81, 149])[0]
    earlier.check()
    painted(notebook, notebook.map_in(cell), small + 50, [122, 81, 149])
    expect(cell.get_by_role("checkbox", name="Around the well (BufferPoints,")).to_be_checked()
    cell.locator(".gpw-map").first.screenshot(path=str(screenshots / "map-earlier-run.png"))


def test_the_list_is_on_the_map_in_full_screen(
    open_notebook: Callable[..., LabNotebook], screenshots: Path
) -> None:
    notebook = open_notebook(HOT_SPOTS)
    notebook.run_all(90)
    cell = notebook.cell(0)
    run(notebook, cell)
    notebook.map_in(cell)
    cell.get_by_role("button", name="Layers").click()
    cell.locator(".leaflet-control-fullscreen a").click()
    map_ = notebook.page.locator(".leaflet-container:fullscreen")
    expect(map_.get_by_role("checkbox", name="Hot Spots")).to_be_visible()
    notebook.picture(screenshots / "map-full-screen.png")
    map_.get_by_role("button", name="Style, name and more of Hot Spots").click()
    map_.get_by_role("checkbox", name="Hot Spots").uncheck()
    map_.locator(".leaflet-control-fullscreen a").click()
    expect(cell.locator(".leaflet-container").get_by_role("checkbox", name="Hot Spots")).to_have_count(0)
    expect(cell.get_by_role("checkbox", name="Hot Spots")).not_to_be_checked()


def test_the_owners_drawings_stay_theirs_while_two_forms_draw(
    open_notebook: Callable[..., LabNotebook], screenshots: Path
) -> None:
    notebook = open_notebook("import gpwidgets as gp\nserver = gp.demo.serve()", SHARED, SECOND)
    notebook.run_all(90)
    cells = notebook.cell(1), notebook.cell(2)
    for number, cell in enumerate(cells):
        hand = MapHand(notebook, notebook.map_in(cell), "theirs")
        notebook.titled("Draw a point for Input Points on the map", within=cell).first.click()
        hand.click((8.75 + number / 20, 46.85))
        form = ("one", "two")[number]
        notebook.wait_for(f"len({form}.values['Input_Points'])", 1)
        notebook.button("Stop drawing", within=cell).click()
        notebook.wait_for("control.data == mine")
    cells[1].locator(".gpw-map").first.screenshot(path=str(screenshots / "map-shared.png"))
    assert notebook.ask("[len(one.values['Input_Points']), len(two.values['Input_Points'])]") == [1, 1]
