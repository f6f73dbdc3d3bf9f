"""Servers that mean harm, or are broken in size: each request against each of their deeds, and how it ends.

The table is kept in ``docs/faults.md``; the server shares no code with the embedded one.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bad_server import BadServer, GPAnswers, Request, Wire, parameter

import gpwidgets as gp
from gpwidgets import bounds
from gpwidgets.client.http.session import GPSession
from gpwidgets.errors import WaitTimeout
from gpwidgets.tasks.scheduling.watcher import shared_watcher

PLACES = ("task", "submitJob", "job", "results")
BOUND = 200_000

MATRIX: dict[str, tuple[str, str, str, str]] = {
    "drip": ("refused", "lost", "goes on", "no result"),
    "dripping headers": ("refused", "lost", "goes on", "no result"),
    "endless": ("refused", "lost", "goes on", "no result"),
    "compressed": ("refused", "lost", "goes on", "no result"),
    "deep": ("refused", "lost", "goes on", "no result"),
    "redirect 302 home": ("ok", "ok", "ok", "ok"),
    "redirect 307 home": ("ok", "ok", "ok", "ok"),
    "redirect 308 home": ("ok", "ok", "ok", "ok"),
    "redirect 302 port": ("refused", "lost", "goes on", "no result"),
    "redirect 307 port": ("refused", "lost", "goes on", "no result"),
    "redirect 308 port": ("refused", "lost", "goes on", "no result"),
    "redirect 302 foreign": ("refused", "lost", "goes on", "no result"),
    "redirect 307 foreign": ("refused", "lost", "goes on", "no result"),
    "redirect 308 foreign": ("refused", "lost", "goes on", "no result"),
    "redirect in a circle": ("refused", "lost", "goes on", "no result"),
}


def drip(_request: Request, wire: Wire) -> None:
    wire.head(200, {"Transfer-Encoding": "chunked", "Content-Type": "application/json"})
    wire.drip(b"1\r\n \r\n", 0.02)


def dripping_headers(_request: Request, wire: Wire) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\n")
    wire.drip(b"X-A: b\r\n", 0.02)


def endless(_request: Request, wire: Wire) -> None:
    wire.head(200, {"Content-Type": "application/json"})
    wire.drip(b" " * 100_000, 0.0)


def compressed(_request: Request, wire: Wire) -> None:
    body = gzip.compress(b'{"a": "' + b" " * 4_000_000 + b'"}')
    assert len(body) < BOUND
    wire.reply(body, headers={"Content-Encoding": "gzip"})


def deep(_request: Request, wire: Wire) -> None:
    wire.reply(b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}")


DEEDS = {
    "drip": drip,
    "dripping headers": dripping_headers,
    "endless": endless,
    "compressed": compressed,
    "deep": deep,
}


def redirects(answers: GPAnswers, kind: str, code: int, origin: str) -> Callable[[Request, Wire], None]:
    def answer(request: Request, wire: Wire) -> None:
        if "moved" in request.target:
            wire.reply(answers.usual(kind, request))
        else:
            wire.reply({}, code, {"Location": f"{origin}{request.path}?moved=1"})

    return answer


@pytest.fixture
def other() -> Iterator[BadServer]:
    lost = {"error": {"code": 400, "message": "Job j1 does not exist or is inaccessible."}}
    with BadServer(lambda _request, wire: wire.reply(lost)) as server:
        yield server


@pytest.fixture(autouse=True)
def _low_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "_raised", {"answer": BOUND, "result": BOUND})
    monkeypatch.setattr("gpwidgets.client.services.resources.POLL_TIMEOUT", 0.2)
    monkeypatch.setattr("gpwidgets.client.services.resources.SUBMIT_TIMEOUT", 0.2)
    monkeypatch.setattr("gpwidgets.tasks.runs._fetching.ResultFetcher._LONGEST_WITHOUT_ANSWER", 0.2)
    monkeypatch.setattr("gpwidgets.tasks.runs._fetching.ResultFetcher._ROUNDS_OF_BAD_ANSWERS", 1)


def how_it_ends(deed: str, place: str, other: BadServer) -> tuple[str, int]:
    """The end in a word of the table, and how many jobs were created."""
    answers = GPAnswers([parameter("Text"), parameter("Out", direction="Output")])
    answers.results = {"Out": {"dataType": "GPString", "value": "x"}}
    with BadServer(answers) as server:
        _, code, where = (*deed.split(), "", "")[:3]
        if deed in DEEDS:
            answers.replaced[place] = DEEDS[deed]
        elif deed == "redirect in a circle":
            answers.replaced[place] = lambda request, wire: wire.reply({}, 307, {"Location": request.target})
        else:
            origins = {"home": server.origin, "port": other.origin}
            origin = origins.get(where, other.origin.replace("127.0.0.1", "localhost"))
            answers.replaced[place] = redirects(answers, place, int(code), origin)
        session = GPSession(gp.Token("t0ken"), timeout=(0.2, 0.2), sleep=lambda _seconds: None)
        try:
            task = gp.GPTask(f"{server.services}/S/GPServer/Task", session=session)
        except gp.GPError:
            return "refused", 0
        run = task.start(Text="x")
        told = shared_watcher().pace.longest_trouble
        assert told > 0
        try:
            out = run.wait(20 if place != "job" or "home" in deed else 1.5)
        except WaitTimeout:
            end = "goes on" if "the job goes on" in run.note else "hangs"
            answers.replaced.clear()
            run.wait(60)  # a good answer ends it
        except gp.GPError:
            end = str(run.status)
        else:
            end = "no result" if out.errors else "ok"
        return end, len(answers.jobs)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("deed", MATRIX)
def test_each_cell_ends_as_the_table_says(deed: str, place: str, other: BadServer) -> None:
    end, jobs = how_it_ends(deed, place, other)
    assert end == MATRIX[deed][PLACES.index(place)]
    assert jobs <= 1
    assert all("t0ken" not in request.text for request in other.seen)


def as_table() -> str:
    """The matrix as Markdown."""
    names = {"submitJob": "submit", "job": "poll", "results": "result"}
    rows = [["deed", *(names.get(place, place) for place in PLACES)], ["---"] * 5]
    rows += [[deed, *ends] for deed, ends in MATRIX.items()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def test_the_table_is_the_one_in_the_documents() -> None:
    document = Path(__file__).parents[2] / "docs" / "faults.md"
    assert as_table() in document.read_text(encoding="utf-8")
