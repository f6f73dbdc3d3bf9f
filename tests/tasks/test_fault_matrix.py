"""Every fault on every request of a run: each cell says how the run has to end, and it ends so.

The table is printed by this test and kept in ``docs/faults.md``; both come from `MATRIX`.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import requests
from detour import BadPlaces, Detour

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.client.http.session import GPSession
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.publish import Service, as_tool
from gpwidgets.demo.rest.faults import KINDS
from gpwidgets.demo.rest.security import PASSWORD, USERNAME
from gpwidgets.errors import WaitTimeout
from gpwidgets.tasks.scheduling.watcher import Pace, shared_watcher

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
PLACES = ("submit", "poll", "result", "upload", "cancel", "execute")

#: How a fault is switched on: its kind and details. Those marked with times hit the first requests only.
FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "delay": ("delay", {"seconds": 0.3, "times": 1}),
    "lost request": ("lost_request", {"times": 2}),
    "lost answer": ("lost_answer", {"times": 2}),
    "429, Retry-After": ("status", {"code": 429, "retry_after": "1", "times": 2}),
    "500": ("status", {"code": 500, "times": 2}),
    "502": ("status", {"code": 502, "times": 2}),
    "503": ("status", {"code": 503, "times": 2}),
    "504": ("status", {"code": 504, "times": 2}),
    "HTML": ("html", {"times": 2}),
    "498": ("error", {"code": 498, "message": "Invalid token.", "times": 1}),
    "499": ("error", {"code": 499, "message": "Token Required", "times": 1}),
    "token expires": ("expire_tokens", {"times": 1}),
    "failed job": ("fail_job", {"message": "no data"}),
    "vanished job": ("vanish_job", {}),
    "missing status": ("missing_status", {"times": 2}),
    "missing results": ("missing_results", {"times": 2}),
    "held job": ("hold_job", {}),
    "truncated result": ("truncate", {}),
    "slow body": ("slow_body", {"seconds": 0.3, "times": 1}),
    "cut body": ("cut_body", {"times": 2}),
    "503 for good": ("status", {"code": 503}),
    "HTML for good": ("html", {}),
}

#: The same for networks: where requests are led to instead, really.
NETWORK = {
    "connection refused": "refused",
    "connection reset": "reset",
    "time-out": "time-out",
    "unknown host": "unknown host",
}

#: Expected ends by fault, in the order of `PLACES`; "-": the fault does nothing to such a request.
MATRIX: dict[str, tuple[str, str, str, str, str, str]] = {
    "delay": ("ok", "ok", "ok", "ok", "cancelled", "ok"),
    "lost request": ("lost", "ok", "ok", "failed", "cancelled", "lost"),
    "lost answer": ("lost", "ok", "ok", "failed", "cancelled", "lost"),
    "429, Retry-After": ("failed", "ok", "ok", "failed", "cancelled", "failed"),
    "500": ("lost", "ok", "ok", "failed", "cancelled", "failed"),
    "502": ("lost", "ok", "ok", "failed", "cancelled", "lost"),
    "503": ("failed", "ok", "ok", "failed", "cancelled", "failed"),
    "504": ("lost", "ok", "ok", "failed", "cancelled", "lost"),
    "HTML": ("lost", "ok", "ok", "failed", "cancelled", "failed"),
    "498": ("ok", "ok", "ok", "ok", "cancelled", "ok"),
    "499": ("ok", "ok", "ok", "ok", "cancelled", "ok"),
    "token expires": ("ok", "ok", "ok", "ok", "cancelled", "ok"),
    "failed job": ("failed", "-", "-", "-", "-", "failed"),
    "vanished job": ("-", "expired", "no result", "-", "expired", "-"),
    "missing status": ("ok", "ok", "-", "-", "-", "-"),
    "missing results": ("-", "ok", "-", "-", "-", "-"),
    "held job": ("goes on", "-", "-", "-", "-", "-"),
    "truncated result": ("-", "-", "truncated", "-", "-", "truncated"),
    "slow body": ("ok", "ok", "ok", "ok", "cancelled", "ok"),
    "cut body": ("lost", "ok", "ok", "failed", "cancelled", "lost"),
    "503 for good": ("failed", "goes on", "no result", "failed", "goes on", "failed"),
    "HTML for good": ("lost", "goes on", "no result", "failed", "goes on", "failed"),
    "connection refused": ("failed", "ok", "ok", "failed", "cancelled", "failed"),
    "connection reset": ("lost", "ok", "ok", "failed", "cancelled", "lost"),
    "time-out": ("lost", "ok", "ok", "failed", "cancelled", "lost"),
    "unknown host": ("failed", "ok", "ok", "failed", "cancelled", "failed"),
}


def as_table() -> str:
    """The matrix as Markdown."""
    rows = [["fault", *PLACES], ["---"] * 7, *([name, *ends] for name, ends in MATRIX.items())]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


class Bench:
    """A secured server with a task of each mode; what the job task does is up to the test."""

    def __init__(self, server: demo.DemoServer, bad_places: BadPlaces) -> None:
        self.server = server
        self.bad_places = bad_places
        self.detour = Detour()
        self.opened = threading.Event()
        self.executed = 0

        def job_rows(file: Path | None = None, *, job: JobContext) -> pd.DataFrame:
            """Give rows once the test lets it."""
            while not self.opened.wait(0.01):
                job.check_cancelled()
            return pd.DataFrame({"N": [1, 2, 3]})

        def rows_now() -> pd.DataFrame:
            """Give rows at once."""
            self.executed += 1
            return pd.DataFrame({"N": [1, 2, 3]})

        job = as_tool(job_rows, name="Job", output="Rows", asynchronous=True)
        now = as_tool(rows_now, name="Now", output="Rows", asynchronous=False)
        server.publish(Service("Jobs", [job], secured=True))
        server.publish(Service("AtOnce", [now], secured=True))

    def task(self, name: str) -> gp.GPTask:
        """A task, with pauses cut short."""
        http = requests.Session()
        http.mount("http://", self.detour)
        session = GPSession(gp.Login(USERNAME, PASSWORD), http=http, sleep=lambda _seconds: None)
        return gp.GPTask(self.server.url_of(name), session=session)

    def switch(self, fault: str, place: str) -> Any:
        """Switch a fault on; tells what counts its hits."""
        if fault in FAULTS:
            kind, details = FAULTS[fault]
            return self.server.faults.add(kind, on=place, **details)
        self.detour.lead(place, self.bad_places.urls[NETWORK[fault]], times=2)
        return self.detour


def how_it_ended(run: gp.Run) -> str:
    """The end of a run in a word of the matrix."""
    try:
        outputs = run.wait(20)
    except WaitTimeout:
        return "hangs"
    except gp.GPError:
        return str(run.status)
    if outputs.truncated:
        return "truncated"
    if outputs.errors:
        return "no result"
    return "ok" if list(outputs.Rows["N"]) == [1, 2, 3] else "wrong"


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """A server for all cells, watched fast."""
    watcher = shared_watcher()
    before, watcher.pace = watcher.pace, Pace(shortest=0.02, longest=0.1, longest_trouble=0.1)
    with demo.serve() as server, BadPlaces() as bad_places:
        yield Bench(server, bad_places)
    watcher.pace = before


@pytest.fixture
def unhandled(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[list[Any]]:
    """Exceptions that no thread caught, and faults of our own that only the log told."""
    found: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: found.append(args.exc_value))
    yield found
    told = [record for record in caplog.records if record.name.startswith("gpwidgets")]
    assert not [record.getMessage() for record in told if record.levelname == "ERROR"]


@pytest.fixture(autouse=True)
def _a_host_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = socket.getaddrinfo

    def answer(host: Any, *rest: Any, **options: Any) -> Any:
        if str(host).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ask(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


CELLS = [
    (fault, place)
    for fault, ends in MATRIX.items()
    for place, end in zip(PLACES, ends, strict=True)
    if end != "-"
]


@pytest.mark.filterwarnings("ignore::gpwidgets.errors.TruncatedResult")
@pytest.mark.parametrize(("fault", "place"), CELLS)
def test_a_run_ends_as_the_matrix_says(
    bench: Bench, fault: str, place: str, unhandled: list[Any], until: Any, tmp_path: Path
) -> None:
    expected = MATRIX[fault][PLACES.index(place)]
    task = bench.task("Now" if place == "execute" else "Job")
    jobs, executed = bench.server.jobs.created, bench.executed
    bench.opened.clear()
    if place != "cancel":
        bench.opened.set()
    inputs = {}
    if place == "upload":
        inputs["File"] = tmp_path / "data.txt"
        inputs["File"].write_text("some text")
    switched = bench.switch(fault, place)
    run = task.start(**inputs)
    if place == "cancel":
        until(run, lambda: run.status == gp.RunStatus.RUNNING)
        run.cancel()
    if expected == "goes on":
        until(run, lambda: run.job_id is not None and switched.hits > 0)
        with pytest.raises(WaitTimeout):
            run.wait(0.3)
        bench.server.faults.clear()
        bench.server.jobs.remove(run.job_id)
        ended = "goes on" if how_it_ended(run) == "expired" else "ended"
    else:
        ended = how_it_ended(run)
    bench.server.faults.clear()
    assert switched.hits >= 1
    assert ended == expected, (run.note, run.error, run.outputs and run.outputs.errors)
    assert bench.server.jobs.created - jobs <= 1
    assert bench.executed - executed <= 1
    assert not unhandled


def test_the_matrix_is_whole_and_the_docs_show_it(tell: Callable[[str, str], None]) -> None:
    assert {kind for kind, _ in FAULTS.values()} == set(KINDS)
    assert {*FAULTS, *NETWORK} == MATRIX.keys()
    tell("how runs end at each fault", as_table())
    assert as_table() in (ROOT / "docs" / "faults.md").read_text("utf-8")
