"""The results of one job are fetched a few at a time, and stand in the task's order."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from bad_server import BadServer, GPAnswers, Request, Wire, parameter

import gpwidgets as gp

NAMES = [f"Out_{at}" for at in range(9)]
AT_ONCE = 4


class Counting(GPAnswers):
    """Answers results only when as many as are expected are asked for; the first one at once."""

    def __init__(self) -> None:
        super().__init__([parameter(name, direction="Output") for name in [*NAMES, "Not_there"]])
        self.results = {name: {"dataType": "GPString", "value": name} for name in NAMES}
        self.together = threading.Barrier(AT_ONCE)
        self.now = self.most = 0
        self._lock = threading.Lock()
        self.replaced["results"] = self._result

    def _result(self, request: Request, wire: Wire) -> None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        if not request.path.endswith(NAMES[0]):
            self.together.wait(20)
        with self._lock:
            self.now -= 1
        wire.reply(self.usual("results", request))


@pytest.fixture
def counting() -> Iterator[tuple[BadServer, Counting]]:
    answers = Counting()
    with BadServer(answers) as server:
        yield server, answers


def test_four_results_are_asked_for_at_once_and_never_more(counting: tuple[BadServer, Counting]) -> None:
    server, answers = counting
    out = gp.GPTask(f"{server.services}/S/GPServer/Task")()
    assert dict(out) == {**{name: name for name in NAMES}, "Not_there": None}
    assert list(out) == [*NAMES, "Not_there"]
    assert answers.most == AT_ONCE
    asked = [request.path.rpartition("/")[2] for request in server.seen if "/results/" in request.path]
    assert sorted(asked) == NAMES


def test_a_result_that_cannot_be_read_hides_no_other(counting: tuple[BadServer, Counting]) -> None:
    server, answers = counting
    answers.replaced["results"] = lambda request, wire: wire.reply(
        {"error": {"code": 403, "message": "no"}}
        if request.path.endswith(NAMES[3])
        else answers.usual("results", request)
    )
    out = gp.GPTask(f"{server.services}/S/GPServer/Task")()
    assert list(out.errors) == [NAMES[3]]
    assert [name for name in out if name not in out.errors and out[name] == name] == [*NAMES[:3], *NAMES[4:]]
