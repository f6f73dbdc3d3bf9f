"""Every notebook runs from top to bottom, and the command that checks the quickstart says so."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

LABELS_APART = """
figure.canvas.draw()
for side in (axes.xaxis, axes.yaxis):
    boxes = [label.get_window_extent() for label in side.get_ticklabels() if label.get_text()]
    assert len(boxes) > 2
    assert not any(one.overlaps(other) for one, other in zip(boxes, boxes[1:])), "labels overlap"
"""
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
QUICKSTART = "01-quickstart"


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "path", [path for path in NOTEBOOKS if path.stem != QUICKSTART], ids=lambda path: path.stem
)
def test_the_notebook_runs(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert outputs
    told = [output.text for output in outputs if output.output_type == "stream" and output.name == "stderr"]
    assert not told, "warnings, or what a thread could not handle"


@pytest.mark.timeout(300)
def test_the_quickstart_says_what_is_so_after_run_all_and_its_plots_can_be_read(tmp_path: Path) -> None:
    (path,) = (one for one in NOTEBOOKS if one.stem == QUICKSTART)
    notebook = nbformat.read(path, as_version=4)
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if "plt.show()" in cell.source:
            cells.append(nbformat.v4.new_code_cell(LABELS_APART))
    assert len(cells) == len(notebook.cells) + 2
    notebook.cells = cells
    NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    printed = "".join(output.text for output in outputs if output.output_type == "stream")
    assert "GeoDataFrame 1 rows, EPSG:4326" in printed
    assert "succeeded http://127.0.0.1" in printed
    assert "None" not in printed
    assert "Press Run" not in printed


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_is_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)
    assert "widgets" not in notebook.metadata


@pytest.mark.timeout(300)
def test_the_check_prints_what_each_tool_returned() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gpwidgets", "demo", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    counts = dict(line.split(": ") for line in done.stdout.splitlines())
    assert set(counts) == {"BufferPoints", "Viewshed", "HotSpots"}
    assert all(int(text.split()[0]) > 0 for text in counts.values())
