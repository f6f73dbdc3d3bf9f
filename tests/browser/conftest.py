"""One JupyterLab and one Chromium for all browser tests; each test has its own notebook and kernel.

A missing browser fails the run: these tests are never skipped. Screenshots go to ``build/screenshots``, or to
the folder that ``SCREENSHOTS`` names.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from closed_network import ClosedNetwork
from lab_notebook import LabNotebook, write_notebook
from lab_server import LabServer, chromium_path
from playwright.sync_api import expect, sync_playwright

expect.set_options(timeout=30_000)

ROOT = Path(__file__).parents[2]
_OPTIONS = [
    "--no-sandbox",  # root in a container has no other way
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """Keep each report with its test, so that a failure can be photographed."""
    report = yield
    setattr(item, f"report_{report.when}", report)
    return report


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures are kept."""
    folder = Path(os.environ.get("SCREENSHOTS", ROOT / "build" / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """The JupyterLab."""
    with LabServer(tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("state")) as server:
        yield server


@pytest.fixture(scope="session")
def lab_page() -> Iterator[Any]:
    """A page of a real browser, kept from calling out."""
    path = chromium_path()
    assert path, "browser tests need a Chromium on the path, or its path in CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_OPTIONS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.network = ClosedNetwork(page)
        yield page
        browser.close()


@pytest.fixture
def open_notebook(
    lab_server: LabServer, lab_page: Any, request: pytest.FixtureRequest, screenshots: Path
) -> Iterator[Callable[..., LabNotebook]]:
    """`open_notebook(*cells)` or `open_notebook(path=...)`: a notebook that is open in Lab.

    Afterwards: no JavaScript error, and no call to any other machine.
    """
    opened: list[LabNotebook] = []

    def make(*cells: str, path: Path | None = None) -> LabNotebook:
        name = re.sub(r"\W+", "-", request.node.name)[:60] + f"-{len(opened)}.ipynb"
        if path is not None:
            (lab_server.root / name).write_bytes(path.read_bytes())
        else:
            write_notebook(lab_server.root / name, cells)
        opened.append(LabNotebook(lab_server, lab_page, name))
        return opened[-1]

    lab_page.network.refused.clear()
    lab_page.network.tiles = "draw"
    lab_page.set_viewport_size({"width": 1280, "height": 900})
    yield make
    report = getattr(request.node, "report_call", None)
    failed = report is not None and report.failed
    problems: list[str] = []
    for notebook in reversed(opened):
        if failed:
            notebook.picture(screenshots / f"failed-{notebook.name[:-6]}.png")
        problems += notebook.problems()
        notebook.close()
    if not failed:
        assert not problems, problems
        assert not lab_page.network.refused, lab_page.network.refused
