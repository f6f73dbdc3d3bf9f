"""Make the pictures of ``docs/gallery.md``: use the widgets in a real JupyterLab, as a user does.

``python docs/make_gallery.py [name ...]`` needs what the browser tests need, ``pip install -e ".[browser]"``,
and a Chromium. With names, only these pictures are kept. There are no tiles, as for a user without internet.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

from closed_lab import closed_lab, offline_page  # noqa: E402
from lab_notebook import LabNotebook, write_notebook  # noqa: E402
from map_hand import MapHand  # noqa: E402

FOLDER = ROOT / "docs" / "images" / "gallery"
PAGE = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
#: Colours of a picture; more make files larger and not better to look at.
COLORS = 256
#: Pixels down to the second of the results, which adds nothing new.
TABLE_END = 1372
#: Pixels down to the end of the map, of its list of layers and of the legend.
MAP_END = 1010
WIDE, NARROW = 1280, 912  # pixels of the window, of which JupyterLab itself takes 432

#: Sections of the page that have code: the cells of the notebook.
SECTIONS = [section for section in PAGE.split("\n## ")[1:] if "```python" in section]
CODE = {section.partition("\n")[0]: section.split("```python\n")[1].split("\n```")[0] for section in SECTIONS}
CELLS = list(CODE.values())
#: The cell of each section.
CELL = {title: number for number, title in enumerate(CODE)}
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
    notebook, cell = photographer.notebook, photographer.show(CELL["A form"])
    photographer.take("form", CELL["A form"])
    notebook.button("Draw point", within=cell).click()
    hand = MapHand(notebook, notebook.map_in(cell), "viewshed.map.map")
    hand.look_at(-84.24, 36.27, 11)
    hand.click(*OBSERVERS)
    notebook.wait_for("len(viewshed.values['Input_Points'])", len(OBSERVERS))
    notebook.button("Run", within=cell).click()
    notebook.wait_for("viewshed.outputs is not None", seconds=90)
    cell.get_by_role("button", name="Row 1").first.wait_for()
    photographer.take("results", CELL["A form"])


def drawing(photographer: Photographer) -> None:
    """Two polygons, one of them not yet closed."""
    notebook, cell = photographer.notebook, photographer.show(CELL["Drawing"])
    notebook.button("Polygon", within=cell).click()
    hand = MapHand(notebook, notebook.map_in(cell), "drawn.map.map")
    hand.look_at(12, 39.5, 6)
    hand.click(*SICILY, SICILY[0])
    notebook.wait_for("len(drawn.values['Areas'])", 1)
    notebook.button("Polygon", within=cell).click()
    hand.click(*SARDINIA)
    notebook.page.mouse.move(*hand.pixel((10.4, 39.3)), steps=4)
    photographer.take("drawing", CELL["Drawing"])


def error(photographer: Photographer) -> None:
    """Inputs that are missing or wrong."""
    notebook, cell = photographer.notebook, photographer.show(CELL["Something is wrong"])
    notebook.field("Distance", within=cell).fill("far")
    notebook.button("Run", within=cell).click()
    cell.get_by_text("Go to Input Points").wait_for()
    photographer.take("error", CELL["Something is wrong"])


def running(photographer: Photographer) -> None:
    """A run that goes on."""
    notebook, cell = photographer.notebook, photographer.show(CELL["A run"])
    notebook.button("Run", within=cell).click()
    cell.get_by_role("log").get_by_text("Counted 12.", exact=True).wait_for()
    photographer.take("running", CELL["A run"])
    notebook.button("Cancel", within=cell).click()
    cell.get_by_text("Cancelled", exact=True).wait_for()


def selection(photographer: Photographer) -> None:
    """A row of the table, and its feature on the map."""
    notebook, cell = photographer.notebook, photographer.show(CELL["Table and map"])
    notebook.button("Run", within=cell).click()
    notebook.wait_for("spots.outputs is not None", seconds=90)
    notebook.button("Descending", within=cell).click()
    cell.get_by_label("Sort by").first.select_option(label="GI_Z")
    cell.get_by_text("▼").wait_for(state="attached")
    cell.locator(".gpw-row-key").nth(2).click()
    cell.locator("tr.gpw-selected").wait_for()
    photographer.take("selection", CELL["Table and map"], TABLE_END)


def layers(photographer: Photographer) -> None:
    """The list of layers, with colours by an attribute and their legend."""
    notebook, cell = photographer.notebook, photographer.notebook.cell(CELL["Table and map"])
    notebook.button("Clear selection", within=cell).click()
    notebook.button("Layers", within=cell).click()
    style = cell.get_by_role("button", name="Style, name and more of Hot Spots")
    style.click()
    cell.get_by_label("Colour by").select_option(label="GI_Z")
    cell.locator(".gpw-legend").wait_for()
    photographer.take("layers", CELL["Table and map"], MAP_END)
    style.click()
    notebook.button("Layers", within=cell).click()


def german(photographer: Photographer) -> None:
    """A form and its results in German."""
    notebook, cell = photographer.notebook, photographer.show(CELL["In German"])
    notebook.ask("gp.set_language('de')")
    cell.locator(".mod-primary").first.click()
    notebook.wait_for("german.outputs is not None", seconds=90)
    cell.locator(".gpw-row-key").first.click()
    photographer.take("german", CELL["In German"])
    notebook.ask("gp.set_language('en')")


def history(photographer: Photographer) -> None:
    """All runs."""
    photographer.notebook.run_cell(CELL["Runs of before"])
    photographer.notebook.cell(CELL["Runs of before"]).get_by_label("Search").wait_for()
    photographer.take("history", CELL["Runs of before"])


def batch(photographer: Photographer) -> None:
    """A grid of runs, one of which has failed, and the others on maps."""
    notebook, cell = photographer.notebook, photographer.show(CELL["Many runs"])
    cell.get_by_text("7 rows.", exact=True).wait_for()
    notebook.button("Run all rows", within=cell).click()
    cell.get_by_text("Finished;").wait_for()
    notebook.button("Maps side by side", within=cell).click()
    cell.locator(".gpw-legend").wait_for()
    photographer.take("batch", CELL["Many runs"])


def narrow(photographer: Photographer) -> None:
    """Half a window."""
    page = photographer.notebook.page
    page.set_viewport_size({"width": NARROW, "height": 900})
    photographer.take("narrow", CELL["A form"])
    page.set_viewport_size({"width": WIDE, "height": 900})


def dark(photographer: Photographer) -> None:
    """A dark theme, and the row that was chosen before chosen again."""
    page = photographer.notebook.page
    change = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme}).then(() => null)"
    page.evaluate(change, "JupyterLab Dark")
    page.wait_for_selector("body[data-jp-theme-light='false']", state="attached")
    photographer.notebook.cell(CELL["Table and map"]).locator(".gpw-row-key").nth(2).click()
    photographer.take("dark", CELL["Table and map"], TABLE_END)


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
    with closed_lab() as (server, browser):
        write_notebook(server.root / "gallery.ipynb", CELLS)
        page = offline_page(browser, WIDE, 900)
        photographer = Photographer(LabNotebook(server, page, "gallery.ipynb"), wanted)
        for step in STEPS:
            step(photographer)
        photographer.notebook.close()
    total = sum(path.stat().st_size for path in FOLDER.glob("*.png"))
    print(f"together: {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
