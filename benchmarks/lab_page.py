"""JupyterLab in Chromium, as the browser tests drive it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "browser"))


@contextmanager
def lab_page() -> Iterator[Any]:
    """Yield what opens a notebook of the given cells: ``open_notebook(name, *cells)``."""
    from closed_network import ClosedNetwork
    from lab_notebook import LabNotebook, write_notebook
    from lab_server import LabServer, chromium_path
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root, state = Path(folder, "root"), Path(folder, "state")
        root.mkdir()
        state.mkdir()
        with LabServer(root, state) as server:
            browser = playwright.chromium.launch(
                executable_path=chromium_path(), args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.network = ClosedNetwork(page)

            def open_notebook(name: str, *cells: str) -> Any:
                write_notebook(root / name, cells)
                return LabNotebook(server, page, name)

            yield open_notebook
            browser.close()
