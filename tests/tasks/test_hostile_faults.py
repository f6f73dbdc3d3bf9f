"""Servers that mean harm, or are broken in size: each request against each of their deeds, and how it ends.

The table is kept in ``docs/faults.md``; the server shares no code with the embedded one.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bad_server import BadServer, GPAnswers, Request, Wire, parameter

import gpwidgets as gp
from gpwidgets import bounds
from gpwidgets.client.http.session import GPSession

PLACES = ("task", "submitJob", "job", "results")
BOUND = 200_000
#: Seconds without an answer, and to connect, which takes this machine none.
SHORT = 0.2

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
#: Only these are waited for; the others are known by what comes.
NEVER_END = ("drip", "dripping headers")


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
    monkeypatch.setattr("gpwidgets.tasks.runs._fetching.ResultFetcher._LONGEST_WITHOUT_ANSWER", 0.2)
    monkeypatch.setattr("gpwidgets.tasks.runs._fetching.ResultFetcher._ROUNDS_OF_BAD_ANSWERS", 1)


def little_patience(session: GPSession, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up soon on what never ends, and on nothing else: a busy machine is slow with good answers, too."""
    names = {"job": "POLL_TIMEOUT", "submitJob": "SUBMIT_TIMEOUT"}
    if place in names:
        monkeypatch.setattr(f"gpwidgets.client.services.resources.{names[place]}", SHORT)
    else:
        session.timeout = (SHORT, SHORT)


def ends_or_tells_of_trouble(run: gp.Run) -> bool:
    """Whether the run ended; False when it says that its job goes on."""
    told = threading.Event()

    def look(_change: object = None) -> None:
        if run.done or "the job goes on" in run.note:
            told.set()

    run.observe(look)
    look()
    assert told.wait(60), f"it hangs: {run!r} {run.note!r}"
    return run.done


def how_it_ends(deed: str, place: str, other: BadServer, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
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
        session = GPSession(gp.Token("t0ken"), timeout=(SHORT, 30), sleep=lambda _seconds: None)
        if deed in NEVER_END and place == "task":
            little_patience(session, place, monkeypatch)
        try:
            task = gp.GPTask(f"{server.services}/S/GPServer/Task", session=session)
        except gp.GPError:
            return "refused", 0
        if deed in NEVER_END:
            little_patience(session, place, monkeypatch)
        run = task.start(Text="x")
        if not ends_or_tells_of_trouble(run):
            answers.replaced.clear()
            run.wait(60)  # a good answer ends it
            return "goes on", len(answers.jobs)
        try:
            out = run.wait(60)
        except gp.GPError:
            return str(run.status), len(answers.jobs)
        return "no result" if out.errors else "ok", len(answers.jobs)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("deed", MATRIX)
def test_each_cell_ends_as_the_table_says(
    deed: str, place: str, other: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    end, jobs = how_it_ends(deed, place, other, monkeypatch)
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
