"""Make the pictures of ``docs/tutorials.md``: run each notebook in a real JupyterLab and look at its cells.

``python docs/make_notebook_pictures.py [notebook ...]`` needs what the browser tests need,
``pip install -e ".[browser]"``, and a Chromium. Notebooks are named by their first digits, such as ``05``.
``--folder``, ``--dark`` and ``--width`` make pictures to look at, kept elsewhere. There are no tiles, as
without internet.
"""

import argparse
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "browser"))

from closed_lab import closed_lab, offline_page  # noqa: E402
from lab_notebook import LabNotebook  # noqa: E402
from lab_server import LabServer  # noqa: E402

FOLDER = ROOT / "docs" / "images" / "notebooks"
COLORS = 128
WIDE = 1232  # pixels of the window, of which JupyterLab itself takes 432
CHANGE_THEME = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme}).then(() => null)"

#: By notebook: name of the picture, text of the cell whose output it shows, and pixels from the top.
PICTURES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "01": (("quickstart", "viewshed_form = ", 900),),
    "02": (("own-tool", "form = gp.TaskWidget(url, values=", 1100),),
    "03": (("history", "gp.HistoryWidget()", 620),),
    "04": (("data-types", "form = gp.TaskWidget(task, values=", 1000),),
    "05": (("results", "form = gp.TaskWidget(server.url_of", 1150), ("compare", "gp.CompareWidget(", 1000)),
    "06": (("sign-in", "form = gp.TaskWidget(url)", 420),),
    "07": (("grid", "grid = gp.BatchWidget(", 900),),
    "08": (("preset", "gp.TaskWidget(task, preset=preset)", 800), ("check", "gp.check(answer, out)", 400)),
}


def take(notebook: LabNotebook, cell: Any, path: Path, height: int) -> None:
    """Keep a picture of the output of a cell, or of as many pixels of it from the top."""
    notebook.page.evaluate("document.activeElement.blur()")
    notebook.whole_picture(path, cell)
    picture = Image.open(path).convert("RGB")
    picture = picture.crop((0, 0, picture.width, min(height, picture.height)))
    picture.quantize(COLORS, kmeans=2, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def show(server: LabServer, page: Any, source: Path, folder: Path, theme: str) -> None:
    """Run a notebook from top to bottom, and keep its pictures."""
    shutil.copy(source, server.root / source.name)
    notebook = LabNotebook(server, page, source.name)
    if theme:
        page.evaluate(CHANGE_THEME, theme)
    notebook.run_all()
    if source.name.startswith("02"):  # as a press of Run does
        notebook.ask("[form.start().wait(60), 1][1]")
    if source.name.startswith("04"):
        notebook.cell(notebook.cell_with("form = ")).get_by_title("Inputs of Units and dates").click()
    for name, text, height in PICTURES[source.name[:2]]:
        number = notebook.cell_with(text)
        page.wait_for_timeout(500)  # maps come after the form
        take(notebook, notebook.cell(number), folder / f"{source.name[:2]}-{name}.png", height)
    assert not notebook.problems(), notebook.problems()
    notebook.close()


def show_lesson(server: LabServer, page: Any, folder: Path) -> None:
    """Answer the first exercise of the lesson with an area in Web Mercator, and keep what its check says."""
    lesson = nbformat.read(ROOT / "notebooks" / "lesson" / "lesson-en.ipynb", as_version=4)
    lesson.cells = lesson.cells[: [cell.id for cell in lesson.cells].index("check-1") + 1]
    for gap, answer in (("distance", "5 km"), ("area_crs", "EPSG:3857")):
        cell = lesson.cells[-2]
        cell.source = cell.source.replace(f"{gap} = ...", f'{gap} = "{answer}"')
    nbformat.write(lesson, server.root / "lesson.ipynb")
    notebook = LabNotebook(server, page, "lesson.ipynb")
    notebook.run_all()
    take(notebook, notebook.cell(notebook.cell_with("check_exercise(1")), folder / "lesson-check.png", 400)
    notebook.close()


def main() -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "numbers", nargs="*", help="notebooks by their first digits, or lesson; all when left out"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures are kept")
    parser.add_argument("--dark", action="store_true", help="in JupyterLab's dark theme")
    parser.add_argument("--width", type=int, default=WIDE, help="of the window, in pixels")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with closed_lab() as (server, browser):
        page = offline_page(browser, options.width, 900)
        for source in sorted((ROOT / "notebooks").glob("*.ipynb")):
            if options.numbers and source.name[:2] not in options.numbers:
                continue
            show(server, page, source, options.folder, "JupyterLab Dark" if options.dark else "")
        if not options.numbers or "lesson" in options.numbers:
            show_lesson(server, page, options.folder)


if __name__ == "__main__":
    main()
