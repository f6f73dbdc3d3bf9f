"""One JupyterLab, one Chromium and one Lab page for all browser tests; each test has its own notebook and kernel.

A missing browser fails the run: these tests are never skipped. Screenshots go to ``build/screenshots`` or to the
folder named by ``SCREENSHOTS``.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import labkit
import pytest

import gpwidgets

LAND = Path(gpwidgets.__file__).parent / "data" / "land.geojson"
ROOT = Path(__file__).parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if any("browser" in str(item.path) for item in items) and labkit.chromium_path() is None:
        pytest.exit("browser tests need a Chromium on the path, or its path in CHROMIUM", returncode=1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    setattr(item, "report_" + report.when, report)
    return report


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures are kept."""
    folder = Path(os.environ.get("SCREENSHOTS", ROOT / "build" / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[labkit.Server]:
    with labkit.Server(tmp_path_factory.mktemp("lab"), state=tmp_path_factory.mktemp("state")) as server:
        yield server


@pytest.fixture(scope="session")
def lab_page(lab_server: labkit.Server) -> Iterator[object]:
    with labkit.browser() as browser:
        yield labkit.open_lab(lab_server, browser, land=LAND)


@pytest.fixture
def open_notebook(lab_server, lab_page, request, screenshots) -> Iterator[Callable[..., labkit.Notebook]]:
    """`open_notebook(*cells)` or `open_notebook(path=...)`: a notebook that is open in Lab.

    After the test: no JavaScript error, and no call to any other machine.
    """
    opened: list[labkit.Notebook] = []

    def make(*cells: str, path: Path | None = None) -> labkit.Notebook:
        name = re.sub(r"\W+", "-", request.node.name)[:60] + f"-{len(opened)}.ipynb"
        if path is not None:
            (lab_server.root / name).write_bytes(path.read_bytes())
        else:
            labkit.write_notebook(lab_server.root / name, cells)
        notebook = labkit.Notebook(lab_server, lab_page, name)
        opened.append(notebook)
        return notebook

    lab_page.network.refused.clear()
    lab_page.network.tiles = "draw"
    yield make
    failed = getattr(request.node, "report_call", None) is not None and request.node.report_call.failed
    problems = []
    for notebook in reversed(opened):
        if failed:
            notebook.shot(screenshots / f"failed-{notebook.name[:-6]}.png")
        problems += notebook.js_errors()
        notebook.close()
    if not failed:
        assert not problems, problems
        assert not lab_page.network.refused, lab_page.network.refused
