"""A JupyterLab and a Chromium for a script that makes pictures."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from closed_network import ClosedNetwork
from lab_server import LabServer, chromium_path
from playwright.sync_api import Browser, Page, sync_playwright

__all__ = ["closed_lab", "offline_page"]


@contextmanager
def closed_lab() -> Iterator[tuple[LabServer, Browser]]:
    """Yield a JupyterLab of its own and a browser."""
    with (
        tempfile.TemporaryDirectory() as root,
        tempfile.TemporaryDirectory() as state,
        LabServer(Path(root), Path(state)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield server, browser
        browser.close()


def offline_page(browser: Browser, width: int, height: int) -> Page:
    """A page of so many pixels that reaches this machine alone; maps get no tiles."""
    page = browser.new_page(viewport={"width": width, "height": height})
    ClosedNetwork(page).tiles = "refuse"
    return page
