"""What all tests share: recorded answers, one embedded server, and a network that ends at this machine."""

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from recorded import recorded, recorded_root

from gpwidgets import Run

PATIENCE = 30.0

settings.register_profile(
    "gpwidgets",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(os.environ.get("GPWIDGETS_EXAMPLES", "50")),
)
settings.register_profile("brief", settings.get_profile("gpwidgets"), max_examples=25)
settings.load_profile("gpwidgets")

_LOOPBACK = {"127.0.0.1", "::1", "localhost", "0.0.0.0", ""}


def pytest_configure(config: pytest.Config) -> None:
    """In CI the recorded answers have to be there."""
    named = os.environ.get("GPWIDGETS_RECORDED")
    if recorded_root() is None and (named or os.environ.get("CI")):
        pytest.exit(f"GPWIDGETS_RECORDED is {named!r}, which is no folder", returncode=1)
    # Neither a test nor a process that it starts writes into the history of whoever runs the tests.
    folder = tempfile.mkdtemp(prefix="gpwidgets-history-")
    os.environ["GPWIDGETS_HISTORY"] = folder
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.fixture
def own_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a history for one test, which does not exist yet."""
    monkeypatch.setenv("GPWIDGETS_HISTORY", str(tmp_path / "history"))
    return tmp_path / "history"


@pytest.fixture(scope="session")
def recorded_files() -> Callable[..., list[Path]]:
    """`recorded_files("task", "service")`: all recorded files of these kinds; none without the folder."""
    return recorded


@pytest.fixture(scope="session")
def server() -> Iterator[object]:
    """The embedded server, over a real socket."""
    from gpwidgets import demo

    with demo.serve() as running:
        yield running


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str, str], None]:
    """`tell(title, text)`: show a text at the end of the test run."""

    def keep(title: str, text: str) -> None:
        record_property("told", f"{title}\n{text}")

    return keep


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show what tests told; they may have run in other processes."""
    for report in terminalreporter.getreports(""):
        for name, text in report.user_properties if report.when == "teardown" else ():
            if name == "told":
                title, _, lines = text.partition("\n")
                terminalreporter.section(title)
                terminalreporter.line(lines)


@pytest.fixture
def until() -> Callable[[Run, Callable[[], bool]], None]:
    """`until(run, condition)`: return as soon as the condition holds, looking at every change of the run."""

    def wait(run: Run, condition: Callable[[], bool]) -> None:
        holds = threading.Event()

        def look(_change: object = None) -> None:
            if condition():
                holds.set()

        run.observe(look)
        look()
        assert holds.wait(PATIENCE), f"it never came to that: {run!r}, {run.note!r}, {run.error!r}"
        run.unobserve(look)

    return wait


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def checked(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in _LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", checked)


@pytest.fixture
def no_other_widgets() -> None:
    """Close what earlier tests have left: the state of a page is that of all widgets that are there."""
    import ipywidgets

    ipywidgets.Widget.close_all()
