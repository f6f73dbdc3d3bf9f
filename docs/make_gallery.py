"""Make the pictures of ``docs/gallery.md``: use the widgets in a real JupyterLab, as a user does.

``python docs/make_gallery.py [name ...]`` needs what the browser tests need, ``pip install -e ".[browser]"``,
and a Chromium. With names, only these pictures are kept. There are no tiles, as for a user without internet.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

from closed_network import ClosedNetwork  # noqa: E402
from lab_notebook import LabNotebook, write_notebook  # noqa: E402
from lab_server import LabServer, chromium_path  # noqa: E402
from map_hand import MapHand  # noqa: E402

FOLDER = ROOT / "docs" / "images" / "gallery"
#: Colours of a picture; more make files larger and not better to look at.
COLORS = 256
#: Pixels down to the second of the results, which adds nothing new.
TABLE_END = 1400
#: Pixels down to the end of the map, of its list of layers and of the legend.
MAP_END = 970
WIDE, NARROW = 1280, 912  # pixels of the window, of which JupyterLab itself takes 432

START = """
import gpwidgets as gp

server = gp.demo.serve()
viewshed = gp.TaskWidget(server.url_of("Viewshed"))
viewshed
"""
AREAS = """
import geopandas

def measure_areas(areas: gp.demo.Polygons, unit: str = "hectares") -> float:
    \"\"\"Measure areas that are drawn, on the ellipsoid.

    Parameters
    ----------
    areas
        Draw them, or give them in another way.
    unit
        Of the result.
    \"\"\"
    return 0.0

drawn = gp.TaskWidget(server.publish(measure_areas, display_name="Measure Areas"))
drawn
"""
BUFFER = 'buffer = gp.TaskWidget(server.url_of("BufferPoints"))\nbuffer'
COUNT = 'count = gp.TaskWidget(server.url_of("SlowCount"), values={"Seconds": 300, "Steps": 1000})\ncount'
HOT_SPOTS = 'spots = gp.TaskWidget(server.url_of("HotSpots"))\nspots'
HISTORY = "gp.HistoryWidget()"
GERMAN = """
import geopandas

gp.set_language("de")
points = geopandas.GeoSeries.from_wkt([f"POINT ({lon} 54)" for lon in (7.4, 8.2, 10.2, 12)], crs=4326)
german = gp.TaskWidget(server.url_of("BufferPoints"), values={"Input_Points": points, "Distance": "40 km"})
gp.set_language("en")
german
"""
BATCH = """
import tempfile

rows = {"Distance": [f"{km} km" for km in (20, 40, 60, 6000, 80, 100, 120)]}
places = geopandas.GeoSeries.from_wkt(["POINT (13.4 52.5)", "POINT (16.4 51.1)"], crs=4326)
grid = gp.BatchWidget(
    server.url_of("BufferPoints"), rows, folder=tempfile.mkdtemp() + "/buffers", Input_Points=places
)
grid
"""
CELLS = (START, BUFFER, COUNT, HOT_SPOTS, HISTORY, AREAS, GERMAN, BATCH)
OBSERVERS = ((-84.2, 36.3), (-84.28, 36.24))
SICILY = ((13.0, 38.0), (15.4, 38.1), (15.0, 36.8), (13.0, 37.6))
SARDINIA = ((8.4, 40.8), (9.6, 41.0), (9.6, 39.3))


class Photographer:
    """A notebook, and the folder for its pictures."""

    def __init__(self, notebook: LabNotebook, wanted: list[str]) -> None:
        self.notebook, self.wanted = notebook, wanted

    def take(self, name: str, number: int, height: int = 0) -> None:
        """Keep a picture of the output of a cell, or of as many pixels of it from the top."""
        if self.wanted and name not in self.wanted:
            return
        self.notebook.page.evaluate("document.activeElement.blur()")
        path = FOLDER / f"{name}.png"
        self.notebook.whole_picture(path, self.notebook.cell(number))
        picture = Image.open(path).convert("RGB")
        picture = picture.crop((0, 0, picture.width, height or picture.height))
        few = picture.quantize(COLORS, kmeans=2, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")

    def show(self, number: int) -> Any:
        """Run a cell, and return it."""
        self.notebook.run_cell(number)
        cell = self.notebook.cell(number)
        cell.locator(".gpw-title").first.wait_for()
        return cell


def form_and_results(photographer: Photographer) -> None:
    """A form as it comes, and what comes back."""
    notebook, cell = photographer.notebook, photographer.show(0)
    photographer.take("form", 0)
    notebook.button("Draw point", within=cell).click()
    hand = MapHand(notebook, notebook.map_in(cell), "viewshed.map.map")
    hand.look_at(-84.24, 36.27, 11)
    hand.click(*OBSERVERS)
    notebook.wait_for("len(viewshed.values['Input_Points'])", len(OBSERVERS))
    notebook.button("Run", within=cell).click()
    notebook.wait_for("viewshed.outputs is not None", seconds=90)
    cell.get_by_role("button", name="Row 1").first.wait_for()
    photographer.take("results", 0)


def drawing(photographer: Photographer) -> None:
    """Two polygons, one of them not yet closed."""
    notebook, cell = photographer.notebook, photographer.show(5)
    notebook.button("Polygon", within=cell).click()
    hand = MapHand(notebook, notebook.map_in(cell), "drawn.map.map")
    hand.look_at(12, 39.5, 6)
    hand.click(*SICILY, SICILY[0])
    notebook.wait_for("len(drawn.values['Areas'])", 1)
    notebook.button("Polygon", within=cell).click()
    hand.click(*SARDINIA)
    notebook.page.mouse.move(*hand.pixel((10.4, 39.3)), steps=4)
    photographer.take("drawing", 5)


def error(photographer: Photographer) -> None:
    """Inputs that are missing or wrong."""
    notebook, cell = photographer.notebook, photographer.show(1)
    notebook.field("Distance", within=cell).fill("far")
    notebook.button("Run", within=cell).click()
    cell.get_by_text("Go to Input Points").wait_for()
    photographer.take("error", 1)


def running(photographer: Photographer) -> None:
    """A run that goes on."""
    notebook, cell = photographer.notebook, photographer.show(2)
    notebook.button("Run", within=cell).click()
    cell.get_by_role("log").get_by_text("Counted 12.", exact=True).wait_for()
    photographer.take("running", 2)
    notebook.button("Cancel", within=cell).click()
    cell.get_by_text("Cancelled", exact=True).wait_for()


def selection(photographer: Photographer) -> None:
    """A row of the table, and its feature on the map."""
    notebook, cell = photographer.notebook, photographer.show(3)
    notebook.button("Run", within=cell).click()
    notebook.wait_for("spots.outputs is not None", seconds=90)
    notebook.button("Descending", within=cell).click()
    cell.get_by_label("Sort by").first.select_option(label="GI_Z")
    cell.get_by_text("▼").wait_for(state="attached")
    cell.locator(".gpw-row-key").nth(2).click()
    cell.locator("tr.gpw-selected").wait_for()
    photographer.take("selection", 3, TABLE_END)


def layers(photographer: Photographer) -> None:
    """The list of layers, with colours by an attribute and their legend."""
    notebook, cell = photographer.notebook, photographer.notebook.cell(3)
    notebook.button("Clear selection", within=cell).click()
    notebook.button("Layers", within=cell).click()
    style = cell.get_by_role("button", name="Style, name and more of Hot Spots")
    style.click()
    cell.get_by_label("Colour by").select_option(label="GI_Z")
    cell.locator(".gpw-legend").wait_for()
    photographer.take("layers", 3, MAP_END)
    style.click()
    notebook.button("Layers", within=cell).click()


def german(photographer: Photographer) -> None:
    """A form and its results in German."""
    notebook, cell = photographer.notebook, photographer.show(6)
    notebook.ask("gp.set_language('de')")
    cell.locator(".mod-primary").first.click()
    notebook.wait_for("german.outputs is not None", seconds=90)
    cell.locator(".gpw-row-key").first.click()
    photographer.take("german", 6)
    notebook.ask("gp.set_language('en')")


def history(photographer: Photographer) -> None:
    """All runs."""
    photographer.notebook.run_cell(4)
    photographer.notebook.cell(4).get_by_label("Search").wait_for()
    photographer.take("history", 4)


def batch(photographer: Photographer) -> None:
    """A grid of runs, one of which has failed, and the others on maps."""
    notebook, cell = photographer.notebook, photographer.show(7)
    cell.get_by_text("7 rows.", exact=True).wait_for()
    notebook.button("Run all rows", within=cell).click()
    cell.get_by_text("Finished;").wait_for()
    notebook.button("Maps side by side", within=cell).click()
    cell.locator(".gpw-legend").wait_for()
    photographer.take("batch", 7)


def narrow(photographer: Photographer) -> None:
    """Half a window."""
    page = photographer.notebook.page
    page.set_viewport_size({"width": NARROW, "height": 900})
    photographer.take("narrow", 0)
    page.set_viewport_size({"width": WIDE, "height": 900})


def dark(photographer: Photographer) -> None:
    """A dark theme, and the row that was chosen before chosen again."""
    page = photographer.notebook.page
    change = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme}).then(() => null)"
    page.evaluate(change, "JupyterLab Dark")
    page.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    photographer.notebook.cell(3).locator(".gpw-row-key").nth(2).click()
    photographer.take("dark", 3, TABLE_END)


STEPS: tuple[Callable[[Photographer], None], ...] = (
    form_and_results,
    drawing,
    error,
    running,
    selection,
    layers,
    german,
    history,
    batch,
    narrow,
    dark,
)


def main() -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="pictures to keep; all when left out")
    wanted = parser.parse_args().names
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as root,
        tempfile.TemporaryDirectory() as state,
        LabServer(Path(root), Path(state)) as server,
        sync_playwright() as playwright,
    ):
        write_notebook(server.root / "gallery.ipynb", CELLS)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDE, "height": 900})
        ClosedNetwork(page).tiles = "refuse"
        photographer = Photographer(LabNotebook(server, page, "gallery.ipynb"), wanted)
        for step in STEPS:
            step(photographer)
        photographer.notebook.close()
        browser.close()
    total = sum(path.stat().st_size for path in FOLDER.glob("*.png"))
    print(f"together: {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
