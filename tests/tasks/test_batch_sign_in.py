"""A token ends in the middle of a batch: somebody signs in, all goes on, no row is lost or sent twice."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.publish import Service, as_tool

pytestmark = [pytest.mark.timeout(120), pytest.mark.once]

ROWS = 6


def write_number(number: int = 0, *, job: JobContext) -> Path:
    """Write a number into a file."""
    path = job.output_file("number.txt")
    path.write_text(str(number))
    return path


def double(number: int = 0) -> int:
    """Double a number."""
    return 2 * number


@pytest.fixture
def place() -> Iterator[demo.DemoServer]:
    jobs = Service("Secured/Jobs", [as_tool(write_number, asynchronous=True, output="Report")], secured=True)
    at_once = Service("Secured/AtOnce", [as_tool(double, output="Doubled")], secured=True)
    with demo.serve(services=[jobs, at_once]) as running:
        yield running


def new_token(place: demo.DemoServer) -> str:
    account = {"username": demo.USERNAME, "password": demo.PASSWORD, "f": "json"}
    return str(requests.post(place.token_url, account, timeout=10).json()["token"])


def refused(runs: gp.Batch) -> None:
    with pytest.raises(gp.AuthenticationError):
        runs.wait(60)
    assert runs.wants_sign_in


def told(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return "".join(path.read_bytes().decode(errors="replace") for path in files)


@pytest.mark.parametrize("on", ["submit", "poll", "result", "file"])
def test_a_batch_goes_on_after_a_sign_in(place, on, tmp_path: Path, set_pace, caplog) -> None:
    set_pace()
    caplog.set_level(logging.DEBUG)
    first = new_token(place)
    task = gp.GPTask(place.url_of("WriteNumber"), auth=gp.Token(first))
    with place.faults.add("expire_tokens", on=on, after=2, times=1) as fault:
        runs = gp.sweep(task, Number=range(ROWS), folder=tmp_path)
        refused(runs)
        assert fault.hits == 1
    assert not set(runs.counts) & {"failed", "incomplete", "unwritten", "lost", "cancelled"}
    second = new_token(place)
    assert runs.sign_in(gp.Token(second)) is runs
    assert runs.wait(60).counts == {"succeeded": ROWS}
    assert not runs.wants_sign_in
    assert [runs.outputs(row).Report.read_text() for row in range(ROWS)] == [str(row) for row in range(ROWS)]
    assert place.jobs.created == ROWS
    said = told(tmp_path) + repr(runs) + caplog.text
    assert first not in said
    assert second not in said


def test_a_synchronous_task_goes_on_with_the_rows_that_were_refused(place, tmp_path: Path) -> None:
    task = gp.GPTask(place.url_of("Double"), auth=gp.Token(new_token(place)))
    with place.faults.add("expire_tokens", on="execute", after=2, times=1):
        runs = gp.sweep(task, Number=range(ROWS), folder=tmp_path)
        refused(runs)
    assert 0 < runs.counts["pending"] < ROWS
    runs.sign_in(gp.Token(new_token(place)))
    assert runs.wait(60).table()["Doubled"].tolist() == [2 * row for row in range(ROWS)]


def test_sign_ins_that_are_refused_use_up_no_tries(place, tmp_path: Path) -> None:
    task = gp.GPTask(place.url_of("WriteNumber"), auth=gp.Token(new_token(place)))
    with place.faults.add("expire_tokens", on="submit", times=1):
        runs = gp.sweep(task, Number=range(2), folder=tmp_path)
        refused(runs)
    for attempt in range(12):
        refused(runs.sign_in(gp.Token(f"guessed-{attempt}")))
    busy = place.faults.add("status", on="submit", code=503, times=1, retry_after="0")
    runs.sign_in(gp.Token(new_token(place)))
    assert runs.wait(60).counts == {"succeeded": 2}
    assert busy.hits == 1
    assert place.jobs.created == 2


def test_signing_in_is_refused_while_rows_are_under_way_here_or_elsewhere(held, tmp_path: Path) -> None:
    runs = gp.sweep(held.task, Number=range(4), folder=tmp_path)
    held.until(2)
    with pytest.raises(gp.GPError, match="still under way"):
        runs.sign_in(gp.Token("new"))
    with held.server.faults.add("error", on="poll", code=498, message="Invalid token"):
        refused(runs)
    other = gp.resume(tmp_path)
    with pytest.raises(gp.GPError, match="another batch of this kernel"):
        runs.sign_in(gp.Token("new"))
    assert runs.wants_sign_in
    assert held.task.session.auth is None
    held.opened.set()
    assert other.wait(60).counts == {"succeeded": 4}
