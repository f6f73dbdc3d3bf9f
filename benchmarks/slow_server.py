"""A server in a process of its own that sends one file at a given rate, as a long line does."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

_STEP = 1 << 16


class SlowServer:
    """Serves a file on a loopback port while the context lasts.

    Parameters
    ----------
    path
        The file.
    megabits
        Bits a second, in millions.
    """

    def __init__(self, path: Path, megabits: float) -> None:
        self._command = [sys.executable, __file__, str(path), str(megabits)]

    def __enter__(self) -> str:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        return f"http://127.0.0.1:{int(self._process.stdout.readline())}/rest/services/T/GPServer/T"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()


def serve(body: bytes, rate: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            connection, _ = server.accept()
            with connection:
                answer(connection, body, rate)


def answer(connection: socket.socket, body: bytes, rate: float) -> None:
    connection.recv(_STEP)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    connection.sendall(head.encode() + b"Connection: close\r\n\r\n")
    began = time.monotonic()
    for start in range(0, len(body), _STEP):
        connection.sendall(body[start : start + _STEP])
        ahead = (start + _STEP) / rate - (time.monotonic() - began)
        if ahead > 0:
            time.sleep(ahead)


if __name__ == "__main__":
    serve(Path(sys.argv[1]).read_bytes(), float(sys.argv[2]) * 1e6 / 8)
