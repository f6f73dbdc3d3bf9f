"""What a browser makes of our layers: JupyterLab in Chromium, a map, the mouse.

    python benchmarks/layer_browser.py                     # a million points
    python benchmarks/layer_browser.py polygons 10000      # some of them

Times are of the page: from the call in the kernel to the first painted pixel, and the longest frame while
the map is dragged, also two levels closer, where the layer draws anew what is in view.
"""

from __future__ import annotations

import argparse
from typing import Any

from lab_page import HERE, lab_page
from layer_samples import SAMPLES
from measuring import Limits, sizes

#: Milliseconds of the longest frame while the map is dragged.
MOST_MS = {"polygons": 250, "points": 120}

_MAKE = """
import sys; sys.path.insert(0, {here!r})
import layer_samples
from ipywidgets import VBox
from gpwidgets.widgets.map.task_map import TaskMap
from gpwidgets.widgets.results.results import ResultsView
frame = layer_samples.SAMPLES[{kind!r}]({count})
task_map = TaskMap()
task_map.zoom_to_frame(frame)
below = VBox([ResultsView({{"Few": frame.iloc[:2]}})])
VBox([task_map, below])
"""
#: What is timed: the layer, the map moved to it, and the table below the map.
_CALL = "below.children = [ResultsView({'Result': frame}, task_map)]"

#: Resolves with the milliseconds from the call to the first painted pixel of the layer's canvas.
_FIRST_PAINT = """code => new Promise((yes, no) => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const start = performance.now();
  kernel.requestExecute({code, silent: true});
  const look = () => {
    for (const canvas of document.querySelectorAll('.leaflet-overlay-pane canvas')) {
      const {width, height} = canvas;
      const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
      if (pixels.some(value => value)) return yes(performance.now() - start);
    }
    if (performance.now() - start > 60000) return no(new Error('nothing painted'));
    requestAnimationFrame(look);
  };
  look();
})"""

#: Notes the time of each frame until it is asked for the longest.
_WATCH = """() => {
  window.__frames = []; window.__watching = true; let last = performance.now();
  const tick = now => { window.__frames.push(now - last); last = now;
    if (window.__watching) requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
}"""
_WORST = "() => { window.__watching = false; return Math.max(...window.__frames); }"


def pan(page: Any, map_: Any, steps: int = 25) -> float:
    """Drag the map to and fro as a hand does; the longest frame in milliseconds."""
    box = map_.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(_WATCH)
    for across in (160, -160, 90):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + across, y + across / 4, steps=steps)
        page.mouse.up()
        page.wait_for_timeout(700)
    worst: float = page.evaluate(_WORST)
    return worst


def measured(notebook: Any) -> dict[str, Any]:
    """First paint, worst frame of panning, and the same two zoom levels closer."""
    notebook.run_all(300)
    page = notebook.page
    map_ = notebook.map_in(page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)"))
    page.wait_for_timeout(2000)
    shown = page.evaluate(_FIRST_PAINT, _CALL)
    page.wait_for_timeout(1000)
    found = {"paint": shown, "pan": pan(page, map_)}
    found["note"] = notebook.ask("task_map.note")
    for _ in range(2):
        page.mouse.wheel(0, -60)
        page.wait_for_timeout(1500)
    found["near"] = pan(page, map_)
    found["near_note"] = notebook.ask("task_map.note")
    return found


def table(kind: str, counts: list[int], limits: Limits) -> None:
    """Print what was measured for each number of features, and hold it against the limits."""
    print(f"\n| {kind} | on screen, ms | longest frame of panning, ms | closer, ms | said |\n|{' --- |' * 5}")
    shown: dict[int, dict[str, Any]] = {}
    with lab_page() as open_notebook:
        for count in counts:
            cell = _MAKE.format(here=str(HERE), kind=kind, count=count)
            notebook = open_notebook(f"layers-{kind}-{count}.ipynb", cell)
            found = shown[count] = measured(notebook)
            text = f"{found['paint']:.0f} | {found['pan']:.0f} | {found['near']:.0f}"
            print(f"| {count:,} | {text} | {found['note']}; closer: {found['near_note']} |", flush=True)
            notebook.close()
    print()
    for count, found in shown.items():
        most = MOST_MS[kind]
        limits.at_most(f"{count:,} {kind}, seconds until on screen", found["paint"] / 1000, 1.5)
        limits.at_most(
            f"{count:,} {kind}, longest frame of panning, ms", max(found["pan"], found["near"]), most
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("kind", nargs="?", choices=SAMPLES, default="points")
    parser.add_argument("sizes", nargs="?", default="1M", help="numbers of features: 10k,1M")
    chosen = parser.parse_args()
    limits = Limits()
    table(chosen.kind, sizes(chosen.sizes), limits)
    limits.end()


if __name__ == "__main__":
    main()
