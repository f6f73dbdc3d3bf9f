"""An embedded server in a process of its own, with jobs that take as long as they are told."""

from __future__ import annotations

import collections
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any, NamedTuple

from gpwidgets import demo
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.publish import as_tool
from gpwidgets.demo.rest.faults import FaultBoard

# The history is written as usual, but not into the user's own.
os.environ.setdefault("GPWIDGETS_HISTORY", tempfile.mkdtemp(prefix="gpwidgets-history-"))


class JobServer:
    """The server as its clients see it, and what it has counted itself."""

    def __init__(self, workers: int = 1000, seed: int = 0) -> None:
        command = [sys.executable, __file__, str(workers), str(seed)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self._line()["url"]

    def __enter__(self) -> JobServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate("stop\n", timeout=30)

    def rain(self, share: float) -> None:
        """Let a share of all requests fail from here on."""
        self._ask(f"rain {share}")

    def count(self) -> dict[str, Any]:
        """Requests and failed requests by operation, and the number of each job ever created."""
        return self._ask("count")

    def _ask(self, text: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


class _CountingBoard(FaultBoard):
    """Faults that count each request and each failure by operation."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.asked: collections.Counter[str] = collections.Counter()
        self.failed: collections.Counter[str] = collections.Counter()

    def hit(self, route: Any) -> dict[str, Any]:
        met = super().hit(route)
        self.asked[route.operation] += 1
        self.failed[route.operation] += bool(met.keys() - {"delay"})
        return met


class Done(NamedTuple):
    Number: int
    Ended: float


def timed(number: int = 0, seconds: float = 1.0, *, job: JobContext) -> Done:
    """Take some seconds, and say when they were over."""
    job.wait(seconds)
    return Done(number, time.monotonic())


def _serve(workers: int, seed: int) -> None:
    threading.stack_size(1 << 18)
    board = _CountingBoard(seed)
    tool = as_tool(timed, name="Timed", asynchronous=True)
    with demo.serve(services=[tool], faults=board, workers=workers) as server:
        print(json.dumps({"url": server.url_of("Timed")}), flush=True)
        for line in sys.stdin:
            command, _, detail = line.strip().partition(" ")
            if command == "stop":
                return
            if command == "rain":
                board.rain(float(detail))
            created = [job.inputs["Number"] for job in server.jobs]
            told = {"asked": board.asked, "failed": board.failed, "created": created}
            print(json.dumps(told), flush=True)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
