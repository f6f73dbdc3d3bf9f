"""Make the moving picture of the README: a form is filled in on the map, run, and its results looked at.

``python docs/make_moving_picture.py`` needs what ``make_gallery.py`` needs. All is done with the mouse in a
real JupyterLab without a network, once in its light theme and once in the dark one; only the pointer is
painted in.
"""

import io
from pathlib import Path
from typing import Any

from make_gallery import ROOT, LabNotebook, MapHand, closed_lab, offline_page
from make_gallery import write_notebook as write
from PIL import Image

FOLDER = ROOT / "docs" / "images"
#: As narrow as a page on the web shows it without making it smaller, with the map beside the form.
WINDOW = (1024, 1000)
HEIGHT = 780  # down to the state of the run
CELL = """
import gpwidgets as gp

server = gp.demo.serve()  # or the address of your own service
form = gp.TaskWidget(server.url_of("Viewshed"))
form
"""
OBSERVERS = ((-84.2, 36.3), (-84.28, 36.24))
VIEW = (-84.24, 36.27, 11)
#: Milliseconds: of a step of the pointer, of a moment to read, and of the end before it begins anew.
STEP, MOMENT, END = 60, 900, 4000
POINTER = """() => {
  const arrow = document.createElement('div');
  arrow.innerHTML = '<svg width="22" height="22" viewBox="0 0 22 22"><path fill="#111" stroke="#fff"'
    + ' stroke-width="1.5" d="M3 1 L3 17 L7.2 13.4 L10 20 L12.8 18.8 L10 12.4 L15.6 12 Z"/></svg>';
  arrow.style.cssText = 'position:fixed;left:0;top:0;z-index:99999;pointer-events:none';
  document.body.append(arrow);
  document.addEventListener('mousemove', event => {
    arrow.style.transform = `translate(${event.clientX - 3}px, ${event.clientY - 1}px)`;
  }, true);
}"""
THEME = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme}).then(() => null)"
#: What stands around the notebook is of no use here.
ALONE = """async () => {
  if (!jupyterapp.shell.leftCollapsed) await jupyterapp.commands.execute('application:toggle-left-area');
}"""


class Camera:
    """Takes a picture of a part of the page whenever something has changed.

    Parameters
    ----------
    page
        The page.
    part
        What is filmed, as ``x``, ``y``, ``width`` and ``height`` in the window.
    """

    def __init__(self, page: Any, part: dict[str, float]) -> None:
        self._page, self._part = page, part
        self._frames: list[Image.Image] = []
        self._times: list[int] = []
        self._mouse = (part["x"] + part["width"] * 0.6, part["y"] + part["height"] * 0.7)
        page.mouse.move(*self._mouse)

    def take(self, milliseconds: int) -> None:
        """Keep what is seen now, for so long; what looks as before is shown for longer."""
        taken = Image.open(io.BytesIO(self._page.screenshot(clip=self._part))).convert("RGB")
        if self._frames and taken.tobytes() == self._frames[-1].tobytes():
            self._times[-1] += milliseconds
        else:
            self._frames.append(taken)
            self._times.append(milliseconds)

    def glide(self, x: float, y: float) -> None:
        """Move the pointer, slower near both ends."""
        (x0, y0), steps = self._mouse, 10
        for step in range(1, steps + 1):
            way = (step / steps) ** 2 * (3 - 2 * step / steps)
            self._page.mouse.move(x0 + (x - x0) * way, y0 + (y - y0) * way)
            self.take(STEP)
        self._mouse = (x, y)

    def press(self, what: Any) -> None:
        """Move the pointer to the middle of something, and click."""
        box = what.bounding_box()
        self.glide(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.click()

    def click(self) -> None:
        """Click where the pointer is."""
        self._page.mouse.down()
        self.take(2 * STEP)
        self._page.mouse.up()
        self.take(4 * STEP)

    def watch(self, moments: int) -> None:
        """Keep what happens by itself."""
        for _ in range(moments):
            self.take(100)
            self._page.wait_for_timeout(100)

    def save(self, path: Path) -> None:
        """Write the file."""
        first, *others = self._frames
        options: dict[str, Any] = {"lossless": False, "quality": 90, "method": 6, "minimize_size": True}
        first.save(path, save_all=True, append_images=others, duration=self._times, loop=0, **options)
        seconds, size = sum(self._times) / 1000, path.stat().st_size / 1e6
        print(f"{path.relative_to(ROOT)}: {len(self._frames)} pictures, {seconds:.1f} s, {size:.2f} MB")


def film(notebook: LabNotebook, path: Path) -> None:
    """Use the form, and keep it as a moving picture."""
    page, cell = notebook.page, notebook.cell(0)
    page.evaluate(ALONE)
    page.evaluate(POINTER)
    notebook.run_cell(0)
    cell.locator(".gpw-title").first.wait_for()
    map_ = notebook.map_in(cell)
    hand = MapHand(notebook, map_, "form.map.map")
    hand.look_at(*VIEW)
    cell.evaluate("cell => cell.scrollIntoView({block: 'start'})")
    box = cell.bounding_box()
    part = {"x": box["x"], "y": box["y"], "width": box["width"], "height": HEIGHT}
    camera = Camera(page, part)
    camera.take(MOMENT)
    camera.press(notebook.button("Draw point", within=cell))
    for place in OBSERVERS:
        camera.glide(*hand.pixel(place))
        camera.click()
    notebook.wait_for("len(form.values['Input_Points'])", len(OBSERVERS))
    camera.take(MOMENT)
    camera.press(notebook.button("Run", within=cell))
    camera.watch(12)
    notebook.wait_for("form.outputs is not None", seconds=90)
    cell.locator(".gpw-legend").wait_for()
    page.wait_for_timeout(500)
    camera.take(END)
    camera.save(path)


def main() -> None:
    """Make both."""
    with closed_lab() as (server, browser):
        for name, theme in (("tour", "JupyterLab Light"), ("tour-dark", "JupyterLab Dark")):
            write(server.root / f"{name}.ipynb", [CELL.strip()])
            page = offline_page(browser, *WINDOW)
            notebook = LabNotebook(server, page, f"{name}.ipynb")
            page.evaluate(THEME, theme)
            film(notebook, FOLDER / f"{name}.webp")
            notebook.close()
            page.close()


if __name__ == "__main__":
    main()
