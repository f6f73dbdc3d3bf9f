"""A lesson of the embedded server, and a network that ends at the replay."""

import errno
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gpwidgets as gp


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """`only(port)`: from now on nothing but this port of this machine can be reached.

    All else is refused as by a network, since runs that earlier tests have left may still ask for their jobs.
    """

    def shut(port: int) -> None:
        connect = socket.socket.connect

        def checked(self: socket.socket, address: Any) -> None:
            if not isinstance(address, tuple) or address[:2] != ("127.0.0.1", port):
                raise ConnectionRefusedError(errno.ECONNREFUSED, f"{address} is not the replay")
            connect(self, address)

        monkeypatch.setattr(socket.socket, "connect", checked)

    return shut


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some runs of the embedded server, which is gone."""
    path = tmp_path_factory.mktemp("lesson") / "lesson.zip"
    with gp.demo.serve() as server, gp.record(server.url, path) as recorder:

        def task(name: str) -> gp.GPTask:
            return gp.GPTask(recorder.address_of(server.url_of(name)))

        for distance in ("3 km", "5 km"):
            task("BufferPoints")(Input_Points="POINT (-84.2 36.4)", Distance=distance)
        for steps in (2, 30):
            task("SlowCount")(Seconds=0, Steps=steps)
    return path
