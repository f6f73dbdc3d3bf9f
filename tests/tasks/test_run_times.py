"""Start, end and duration of jobs: as the server tells them, or said to be unknown; never 0.0 s."""

from datetime import UTC, datetime, timedelta

import pytest

import gpwidgets as gp
from gpwidgets.demo import DemoServer

LOCAL = [
    "Submitted.",
    "Start Time: Friday, December 16, 2022 6:05:31 PM",
    "Executing (Gated)...",
    "Succeeded at Friday, December 16, 2022 6:09:53 PM (Elapsed Time: 4 minutes 22.04 seconds)",
]
ZONED = [
    "Start Time: Friday, December 16, 2022 18:05:31 UTC",
    "Succeeded at Friday, December 16, 2022 18:09:53 UTC (Elapsed Time: 262.04 seconds)",
]
SILENT = ["Submitted.", "Succeeded."]


def job_that_says(server: DemoServer, texts: list[str]) -> str:
    """The address of a job that has ended, whose messages are these; this history does not know it."""

    def tool(number: int = 1) -> int:
        """Hand a number back."""
        return number

    task = gp.GPTask(server.publish(tool, name="Told", output="Number", asynchronous=True))
    run = task.start(Number=1)
    run.wait(30)
    server.jobs.last.messages[:] = [
        {"type": "esriJobMessageTypeInformative", "description": text} for text in texts
    ]
    gp.history().clear()
    assert run.job_url is not None
    return run.job_url


def test_a_run_that_was_started_here_is_measured(server) -> None:
    before = datetime.now(UTC)
    run = gp.GPTask(server.url_of("SlowCount")).start(Seconds=0)
    assert run.ended is None
    run.wait(30)
    assert before <= run.started <= run.ended <= datetime.now(UTC)
    assert run.elapsed == pytest.approx((run.ended - run.started).total_seconds(), abs=0.1)


def test_the_duration_of_a_job_that_was_found_is_the_servers(own_server, own_history) -> None:
    run = gp.attach(job_that_says(own_server, LOCAL))
    run.wait(30)
    assert run.elapsed == 262.04
    assert (run.started, run.ended) == (None, None)
    assert "4 min 22 s" in repr(run)
    (entry,) = gp.history()
    assert (entry.elapsed, entry.began, entry.ended, entry.attached) == (262.04, None, None, True)
    assert entry.began_text == "Friday, December 16, 2022 6:05:31 PM"
    assert "4 min 22 s" in repr(gp.history())
    assert "4 min 22 s" in gp.history()._repr_html_()


def test_a_clock_with_a_zone_tells_start_and_end_too(own_server, own_history) -> None:
    run = gp.attach(job_that_says(own_server, ZONED))
    run.wait(30)
    start = datetime(2022, 12, 16, 18, 5, 31, tzinfo=UTC)
    assert (run.started, run.ended, run.elapsed) == (start, start + timedelta(seconds=262), 262.04)
    (entry,) = gp.history()
    assert (entry.started, entry.began, entry.ended) == (start, start, start + timedelta(seconds=262))


def test_what_nobody_tells_is_unknown(own_server, own_history) -> None:
    run = gp.attach(job_that_says(own_server, SILENT))
    run.wait(30)
    assert (run.elapsed, run.started, run.ended) == (None, None, None)
    assert "duration not known" in repr(run)
    assert "0.0 s" not in repr(run)
    (entry,) = gp.history()
    assert entry.elapsed is None
    assert "not known" in repr(gp.history())


def test_a_job_whose_end_was_not_seen_gets_its_duration_when_it_is_found(own_server, own_history) -> None:
    url = job_that_says(own_server, LOCAL)
    gp.attach(url).wait(30)
    store_entry = gp.history()[0]
    assert store_entry.elapsed == 262.04
    again = gp.attach(url)
    again.wait(30)
    assert again.elapsed == 262.04
    assert len(gp.history()) == 1


def test_a_job_that_is_found_while_it_runs_counts_from_the_start_that_is_told(gate, until) -> None:
    closed = gate()
    run = closed.task.start(Number=1)
    until(run, lambda: run.job_url is not None)
    assert closed.entered.wait(30)
    gp.history().clear()
    again = gp.attach(run.job_url)
    assert again.started is not None  # the embedded server's clock names its zone
    assert again.elapsed is not None
    closed.opened.set()
    again.wait(30)
    assert again.ended is not None
    assert again.elapsed == pytest.approx((again.ended - again.started).total_seconds(), abs=1)


def test_a_running_job_of_unknown_start_has_no_time_and_gets_it_at_its_end(gate, own_server, until) -> None:
    closed = gate()
    run = closed.task.start(Number=1)
    until(run, lambda: run.job_url is not None)
    assert closed.entered.wait(30)
    for message in own_server.jobs.last.messages:
        message["description"] = message["description"].replace(" UTC", "")
    gp.history().clear()
    again = gp.attach(run.job_url)
    assert (again.elapsed, again.started) == (None, None)
    closed.opened.set()
    again.wait(30)
    assert again.elapsed is not None  # told by the last message
    assert again.ended - again.started == timedelta(seconds=again.elapsed)
