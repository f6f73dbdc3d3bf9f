"""The first command of the README, short of the browser that it opens."""

import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path


def _page(address: str, process: subprocess.Popen[str]) -> str:
    """The page, as soon as the server listens: it names its address a moment before."""
    pause = threading.Event()
    while True:
        try:
            with urllib.request.urlopen(address, timeout=30) as page:
                return page.read().decode()
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError) or process.poll() is not None:
                raise
            pause.wait(0.1)


def test_the_demo_command_serves_the_quickstart_in_jupyterlab(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gpwidgets", "demo", "--no-browser", "--folder", str(tmp_path / "demo")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = ""
        for line in process.stderr:
            found = re.search(r"^ +http://127\.0\.0\.1:\d+/lab/tree/01-quickstart\.ipynb\?token=\w+", line)
            if found:
                address = found[0].strip()
                break
        try:
            assert address, "it ended without saying where the notebook is"
            assert "JupyterLab" in _page(address, process)
        finally:
            process.terminate()
            process.stderr.read()
    ours = {path.name for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb")}
    assert {path.name for path in (tmp_path / "demo").glob("*.ipynb")} == ours
