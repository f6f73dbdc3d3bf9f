"""What the tests of tasks and runs share: a server of one's own, and ways to wait without sleeping."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from batch_tools import Held

from gpwidgets import GPTask, demo
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.tasks.scheduling.watcher import Pace, shared_watcher

PATIENCE = 30.0


@pytest.fixture
def own_server() -> Iterator[demo.DemoServer]:
    """A server for one test, for what would disturb others."""
    with demo.serve() as running:
        yield running


@pytest.fixture
def held() -> Iterator[Held]:
    """A tool whose jobs wait until the test opens it, on a server of its own."""
    tool = Held()
    with demo.serve(services=[tool.tool()], workers=16) as server:
        tool.task = GPTask(server.url_of("Held"))
        tool.server = server
        yield tool
        tool.opened.set()


@pytest.fixture
def set_pace() -> Iterator[Callable[..., None]]:
    """`set_pace(longest=…)`: look often, and change what else a test does not want to wait for."""
    watcher = shared_watcher()
    before = watcher.pace

    def change(**values: float) -> None:
        watcher.pace = Pace(**{"shortest": 0.02, "longest": 0.05, "longest_trouble": 0.1, **values})

    yield change
    watcher.pace = before


@dataclass
class Gate:
    """A task that says it is a quarter through, and goes on when the test lets it."""

    task: GPTask
    entered: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def gate(own_server: demo.DemoServer) -> Iterator[Callable[..., Gate]]:
    """`gate(asynchronous=…)`: a task on `own_server` that waits for the test."""
    made: list[Gate] = []

    def publish(*, asynchronous: bool = True) -> Gate:
        def gated(number: int = 1, *, job: JobContext) -> int:
            """Wait for the test, then hand the number back."""
            job.message("The gate is closed.")
            job.progress(25, "a quarter")
            new.entered.set()
            assert new.opened.wait(PATIENCE)
            job.check_cancelled()
            return number

        task = GPTask(own_server.publish(gated, name="Gated", output="Number", asynchronous=asynchronous))
        new = Gate(task)
        made.append(new)
        return new

    yield publish
    for each in made:
        each.opened.set()


Answer = Callable[[str, dict[str, str]], Any]


@pytest.fixture
def answering() -> Iterator[Callable[[Answer], str]]:
    """`answering(answer)`: the services root of a server whose JSON a function of path and fields makes."""
    with contextlib.ExitStack() as open_servers:
        yield lambda answer: open_servers.enter_context(served(answer))


@contextlib.contextmanager
def served(answer: Answer) -> Iterator[str]:
    """A server on loopback while the context lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            parts = urlsplit(self.path)
            fields = {**dict(parse_qsl(parts.query, True)), **dict(parse_qsl(body, True))}
            text = json.dumps(answer(parts.path, fields)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}/arcgis/rest/services"
        httpd.shutdown()
