"""How long a newcomer takes to the first result on a map, by the commands of the README.

``python benchmarks/newcomer.py [--python PATH] [--pictures FOLDER]`` runs the first command in a copy of the
project, with the network open, and the second one in a network that ends at this machine. A Chromium opens
what that one opens, presses the keys that it says, and presses Run. It takes Linux with ``unshare``, and what
the browser tests need.

``--python`` names the Python that the newcomer has, such as a Debian's own, which refuses ``pip install``
outside of an environment; whether it does is told, too.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "browser"))
#: More than this, and the promise is broken.
SECONDS_AT_MOST = 300
#: A map has at least so many colours: an empty one has a handful.
COLOURS_AT_LEAST = 200
_NOT_COPIED = shutil.ignore_patterns(".*", "build", "dist", "_built", "__pycache__", "screenshots")


def commands() -> list[str]:
    """The commands under "Try it" in the README."""
    part = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Try it")[2].partition("\n## ")[0]
    block = re.search(r"```console\n(.*?)```", part, re.DOTALL)
    assert block, "the README has no commands"
    return block[1].splitlines()


class Clock:
    """Prints each step with the seconds since the beginning."""

    def __init__(self, start: float) -> None:
        self.start = start

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.time() - self.start

    def tell(self, step: str) -> None:
        """Print a step that is done."""
        print(f"{self.seconds:7.1f} s  {step}", flush=True)


def bare_environment(python: Path, home: Path) -> dict[str, str]:
    """What a newcomer's shell has: this Python before all others, and a home with nothing in it."""
    kept = {name: os.environ[name] for name in ("LANG", "TERM") if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.upper().endswith("_PROXY")}
    kept |= {name: value for name, value in os.environ.items() if name.startswith("PIP_") or "CA_B" in name}
    path = f"{python.parent}:/usr/local/bin:/usr/bin:/bin"
    return kept | {"PATH": path, "HOME": str(home), "PIP_NO_CACHE_DIR": "1"}


def tell_whether_managed(python: Path, environment: dict[str, str], folder: Path) -> None:
    """What pip says outside of an environment."""
    asked = [str(python), "-m", "pip", "install", "--dry-run", "--no-deps", "--no-index", "gpwidgets"]
    done = subprocess.run(asked, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    refused = "externally-managed-environment" in done.stderr
    print(f"{python}: pip {'refuses to install outside of an environment' if refused else 'refuses nothing'}")


def main(arguments: list[str] | None = None) -> int:
    """Run the commands; 0 if the first result was there in time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", type=Path, default=Path(sys.base_prefix) / "bin" / "python3")
    parser.add_argument("--pictures", type=Path, default=ROOT / "build" / "newcomer")
    parser.add_argument("--offline", nargs=3, metavar=("START", "COMMAND", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    options.pictures.mkdir(parents=True, exist_ok=True)
    if options.offline:
        start, command, folder = options.offline
        return offline(Clock(float(start)), command, Path(folder), options.pictures)
    with tempfile.TemporaryDirectory(prefix="newcomer-") as temporary:
        return install(options.python, Path(temporary), options.pictures)


def install(python: Path, temporary: Path, pictures: Path) -> int:
    """The first command; the others go on without a network."""
    home, folder = temporary / "home", temporary / "gpwidgets"
    home.mkdir()
    shutil.copytree(ROOT, folder, ignore=_NOT_COPIED)
    environment = bare_environment(python, home)
    tell_whether_managed(python, environment, folder)
    first, second = commands()
    clock = Clock(time.time())
    print(f"$ {first}", flush=True)
    done = subprocess.run(first, shell=True, cwd=folder, env=environment, capture_output=True, text=True)
    print("\n".join([*done.stdout.splitlines()[-1:], *done.stderr.splitlines()[-5:]])[-1000:])
    if done.returncode:
        return 1
    clock.tell("installed")
    # The second command is typed into the same shell, where the environment is active.
    activate = first.split(" && ")[1]
    inside = [sys.executable, __file__, "--pictures", str(pictures.resolve()), "--offline"]
    inside += [str(clock.start), f"{activate} && exec {second}", str(folder)]
    up = 'ip link set lo up && exec "$@"'
    closed = ["unshare", "--map-root-user", "--net", "sh", "-c", up, "sh", *inside]
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    return subprocess.run(closed, env=kept | {"NEWCOMER_HOME": str(home)}, check=False).returncode


@contextmanager
def typed(command: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Run the second command; a browser of its own notes what it is asked to open."""
    home = Path(os.environ["NEWCOMER_HOME"])
    opened, browser = home / "opened", home / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}.new && mv {opened}.new {opened}\n')
    browser.chmod(0o755)
    environment = bare_environment(Path("/usr/bin/python3"), home) | {"BROWSER": f"{browser} %s"}
    print(f"$ {command}", flush=True)
    with (home / "said").open("w") as said:
        process = subprocess.Popen(
            command, shell=True, cwd=folder, env=environment, stdout=said, stderr=said, start_new_session=True
        )
        try:
            yield process, opened
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)
    print("\n".join(f"    {line}" for line in (home / "said").read_text().splitlines()))


def offline(clock: Clock, command: str, folder: Path, pictures: Path) -> int:
    """The second command and all that follows, in a network that ends at this machine."""
    from lab_server import chromium_path
    from playwright.sync_api import sync_playwright

    with typed(command, folder) as (process, opened), sync_playwright() as playwright:
        while not opened.exists() and process.poll() is None:
            time.sleep(0.1)
        if not opened.exists():
            return 1
        clock.tell("a browser opens")
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.set_default_timeout(120_000)
        page.goto(opened.read_text().strip())
        colours = use(page, clock, pictures)
        browser.close()
    print(f"{colours} colours on the map")
    return 0 if clock.seconds < SECONDS_AT_MOST and colours >= COLOURS_AT_LEAST else 1


def use(page: Any, clock: Clock, pictures: Path) -> int:
    """Run the first cells with the keyboard, then the form with the mouse; the colours of its map."""

    def tell(number: int, step: str) -> None:
        clock.tell(step)
        page.screenshot(path=str(pictures / f"{number}-{step.replace(' ', '-')}.png"))

    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.get_by_text("| Idle").first.wait_for()
    tell(1, "the notebook is open")
    for _ in range(4):  # words and code in turn
        page.keyboard.press("Shift+Enter")
    form = page.locator(".jp-OutputArea-output:has(.gpw-title)").first
    form.locator(".leaflet-container").first.wait_for()
    page.wait_for_timeout(1500)
    form.scroll_into_view_if_needed()
    tell(2, "the form is there")
    form.get_by_role("button", name=re.compile("Run$")).first.click()
    form.get_by_text("Succeeded", exact=True).first.wait_for()
    form.locator(".leaflet-overlay-pane").locator("path, canvas").first.wait_for()
    page.wait_for_timeout(500)
    tell(3, "the result is on the map")
    return colours_of(form.locator(".leaflet-container").first)


def colours_of(map_: Any) -> int:
    """How many colours a map shows."""
    from PIL import Image

    picture = Image.open(io.BytesIO(map_.screenshot())).convert("RGB")
    return len(picture.getcolors(picture.width * picture.height) or ())


if __name__ == "__main__":
    sys.exit(main())
