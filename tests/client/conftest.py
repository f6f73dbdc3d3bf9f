"""A web server that answers whatever a test tells it to, and remembers what it was asked."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class Answer:
    """What to answer: status, body, headers; `cut` closes the connection before the body is whole."""

    body: bytes = b"{}"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    drop: bool = False


@dataclass
class Asked:
    """What was asked."""

    method: str
    path: str
    body: str
    headers: dict[str, str]


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are part of the play."""


class Scripted:
    """Answers by path, one after the other; the last one stays."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[str, list[Answer]] = {}
        # Bound and never listening: the port stays ours after `close`, or another test's server might get it.
        self._place = socket.socket()
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._place.bind(("127.0.0.1", 0))
        self._httpd = _Quiet(self._place.getsockname(), self._handler())
        self.root = f"http://127.0.0.1:{self._httpd.server_address[1]}/arcgis/rest/services"
        serve = self._httpd.serve_forever
        threading.Thread(target=serve, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def on(self, path: str, *answers: Answer) -> str:
        """Set the answers below the services root; returns the URL."""
        self._answers[f"/arcgis/rest/services{path}"] = list(answers)
        return self.root + path

    def at(self, path: str, *answers: Answer) -> str:
        """Set the answers of any path of the host."""
        self._answers[path] = list(answers)
        return self.root.removesuffix("/arcgis/rest/services") + path

    def close(self) -> None:
        """Refuse connections from now on.

        A process that is just being started may hold the socket for a moment longer.
        """
        self._httpd.shutdown()
        self._httpd.server_close()
        while self._takes_connections():
            pass

    def _takes_connections(self) -> bool:
        try:
            socket.create_connection(self._place.getsockname(), timeout=5).close()
        except ConnectionRefusedError:
            return False
        except OSError:
            pass  # it was taken, and let go
        return True

    def free(self) -> None:
        """End, and give the port back."""
        self.close()
        self._place.close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        script = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size).decode("utf-8", "replace")
                headers = {**self.headers, "peer": str(self.client_address)}
                script.asked.append(Asked(self.command, self.path, body, headers))
                answers = script._answers.get(self.path.partition("?")[0], [Answer(b"", 404)])
                self._send(answers.pop(0) if len(answers) > 1 else answers[0])

            do_GET = do_POST = _any  # noqa: N815 - the names http.server looks for

            def _send(self, answer: Answer) -> None:
                if answer.drop:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)
                self.close_connection = answer.cut

            def log_message(self, *_: object) -> None:
                pass

        return Handler


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    yield server
    server.free()


@pytest.fixture
def other_host() -> Iterator[Scripted]:
    """A second server, on another port: another host to the rules for secrets."""
    server = Scripted()
    yield server
    server.free()


@pytest.fixture
def answer() -> Callable[..., Answer]:
    return Answer


@pytest.fixture
def no_waiting() -> list[float]:
    """Collects the pauses a session would make; pass its `append` as `sleep`."""
    return []
