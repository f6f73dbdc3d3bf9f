"""A server that keeps sending, but never ends, is not waited for, and holds up nobody else."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from bad_server import BadServer, GPAnswers, Request, Wire, parameter

import gpwidgets as gp
from gpwidgets.client.http._deadlines import Deadline
from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services import downloads
from gpwidgets.errors import ConnectionFailed
from gpwidgets.protocol.urls import GPURL

#: Far longer than any of the time limits here.
NEVER = 60.0


def headers_without_end(_request: Request, wire: Wire) -> None:
    wire.send(b"HTTP/1.1 200 OK\r\n")
    wire.drip(b"X-A: b\r\n", 0.02)


def half_a_header(_request: Request, wire: Wire) -> None:
    wire.drip(b"H", 0.02)


def chunks_without_end(_request: Request, wire: Wire) -> None:
    wire.head(200, {"Transfer-Encoding": "chunked", "Content-Type": "application/json"})
    wire.drip(b"1\r\n \r\n", 0.02)


def a_body_without_end(_request: Request, wire: Wire) -> None:
    wire.head(200, {"Content-Type": "application/json"})
    wire.drip(b" ", 0.02)


def a_body_that_never_ends(_request: Request, wire: Wire) -> None:
    wire.head(200, {"Content-Type": "application/json", "Content-Length": "1000000"})
    wire.drip(b" ", 0.02)


DRIPS = [
    headers_without_end,
    half_a_header,
    chunks_without_end,
    a_body_without_end,
    a_body_that_never_ends,
]


def session(**more: object) -> GPSession:
    return GPSession(timeout=(1.0, 1.0), sleep=lambda _seconds: None, **more)


@pytest.mark.parametrize("answer", DRIPS)
def test_an_answer_that_drips_is_given_up_as_a_whole(answer: Callable[[Request, Wire], None]) -> None:
    with BadServer(answer) as server:
        began = time.monotonic()
        with pytest.raises(ConnectionFailed, match=r"did not come as a whole within 2 s") as caught:
            session().get_json(f"{server.services}/S/GPServer/Task")
        assert time.monotonic() - began < NEVER
        assert caught.value.overdue
        assert len(server.seen) == 1  # it is not asked again at once


@pytest.mark.parametrize("answer", [chunks_without_end, a_body_without_end, a_body_that_never_ends])
def test_sessions_that_were_set_up_by_others_have_deadlines_too(
    answer: Callable[[Request, Wire], None],
) -> None:
    with BadServer(answer) as server, pytest.raises(ConnectionFailed, match="as a whole"):
        session(http=requests.Session()).get_json(f"{server.services}/S/GPServer/Task")


def test_redirects_share_one_deadline() -> None:
    def answer(request: Request, wire: Wire) -> None:
        if wire.pause(0.5):
            wire.reply({}, 307, {"Location": request.target})

    with BadServer(answer) as server, pytest.raises(ConnectionFailed, match="as a whole"):
        session().get_json(f"{server.services}/S/GPServer/Task")


def test_a_large_file_on_a_slow_line_is_not_cut(tmp_path: Path) -> None:
    """It takes several times the limit, but keeps coming."""
    content = bytes(4 << 16)

    def answer(_request: Request, wire: Wire) -> None:
        wire.head(200, {"Content-Length": str(len(content))})
        for start in range(0, len(content), 1 << 14):
            wire.pause(0.2)
            wire.send(content[start : start + (1 << 14)])

    with BadServer(answer) as server:
        url = f"{server.origin}/arcgis/rest/directories/a.bin"
        service = GPURL.parse(f"{server.services}/S/GPServer/Task")
        path = downloads.download(session(), url, tmp_path, service=service)
        assert path.stat().st_size == len(content)


def test_a_job_whose_looks_drip_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = GPAnswers([parameter("Text")])

    def job(request: Request, wire: Wire) -> None:
        name = request.path.rpartition("/")[2]
        if answers.jobs[name]["Text"] == "bad":
            chunks_without_end(request, wire)
        else:
            wire.reply(answers.usual("job", request))

    answers.replaced["job"] = job
    # None of the dripping answers ends before the test does.
    monkeypatch.setattr("gpwidgets.client.services.resources.POLL_TIMEOUT", NEVER)
    with BadServer(answers) as server:
        task = gp.GPTask(f"{server.services}/S/GPServer/Task")
        bad = [task.start(Text="bad") for _ in range(6)]
        good = [task.start(Text="good") for _ in range(2)]
        for run in good:
            run.wait(30)
        assert not any(run.done for run in bad)


def test_a_result_that_never_comes_is_an_error_of_its_output(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = GPAnswers(
        [parameter("Text"), parameter("Bad", direction="Output"), parameter("Good", direction="Output")]
    )
    answers.results = {name: {"dataType": "GPString", "value": "x"} for name in ("Bad", "Good")}

    def results(request: Request, wire: Wire) -> None:
        if request.path.endswith("Bad"):
            chunks_without_end(request, wire)
        else:
            wire.reply(answers.usual("results", request))

    answers.replaced["results"] = results
    monkeypatch.setattr("gpwidgets.tasks.runs._fetching.ResultFetcher._LONGEST_WITHOUT_ANSWER", 0.5)
    with BadServer(answers) as server:
        out = gp.GPTask(f"{server.services}/S/GPServer/Task", session=session())()
        assert out.Good == "x"
        with pytest.raises(ConnectionFailed, match=r"as a whole|in time"):
            _ = out.Bad


def test_an_answer_whose_socket_is_gone_is_overdue_like_any_other() -> None:
    with Deadline(60, 1000) as deadline:
        deadline.shut()
        deadline.watch(None)
    assert deadline.passed


def test_deadlines_that_were_kept_are_let_go_of_long_before_their_time() -> None:
    with Deadline(NEVER, 1e6) as still_waits:
        known = []
        for _ in range(3000):
            with Deadline(NEVER, 1e6) as deadline:
                known.append(weakref.ref(deadline))
        assert sum(one() is not None for one in known) < 600
        assert still_waits.left()
