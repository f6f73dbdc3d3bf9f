"""How often jobs are looked at, what is asked for, and what is said when nothing seems to happen."""

import contextlib
import threading

import pytest

import gpwidgets as gp
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.errors import GPError, RunLost
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.scheduling.watcher import Pace
from gpwidgets.tasks.scheduling.workers import WorkerPool


@pytest.fixture
def fast(set_pace):
    """Look often, and give hints at once."""
    set_pace(waiting_hint=0.0, cancelling_hint=0.0)


@pytest.mark.parametrize(("age", "expected"), [(0, 0.2), (1, 0.2), (10, 1.6), (100, 10), (1e5, 10)])
def test_looks_start_fast_and_grow_to_ten_seconds(age: float, expected: float) -> None:
    delays = [Pace().delay(age) for _ in range(50)]
    assert 0.89 * expected <= min(delays) <= max(delays) <= 1.11 * expected
    assert len(set(delays)) > 1


def test_trouble_doubles_the_wait_up_to_half_a_minute() -> None:
    assert Pace().delay(1, failures=1) < Pace().delay(1, failures=3) < Pace().delay(1, failures=20) < 33.1


def test_a_server_that_asks_for_time_gets_it_within_reason() -> None:
    assert 40 <= Pace().delay(1, failures=1, asked=40) <= 44
    assert Pace().delay(1, failures=1, asked=1e6) < 331
    assert Pace().delay(100, asked=0.5) > 8.9


def test_a_busy_server_is_left_alone_as_long_as_it_asks_unless_somebody_waits(
    server, own_server, gate, until, fast
) -> None:
    closed = gate()
    run = closed.task.start(Number=4)
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    busy = own_server.faults.add("status", on="poll", task="Gated", code=503, retry_after="3000", times=1)
    until(run, lambda: "reconnecting" in run.note)
    later = own_server.faults.add("delay", on="poll", seconds=0)
    other = gp.GPTask(own_server.url_of("SlowCount")).start(Seconds=0)
    until(other, lambda: other.job_id is not None)
    assert gp.GPTask(server.url_of("SlowCount"))(Seconds=0.3, Steps=1).Steps_Done == 1
    assert (busy.hits, later.hits) == (1, 0)
    closed.opened.set()
    assert (run.wait(30).Number, other.wait(30).Steps_Done) == (4, 10)


def test_the_time_is_right_whenever_it_is_read(gate, until) -> None:
    closed = gate()
    run = closed.task.start()
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    first = run.elapsed
    assert 0 < first < run.elapsed <= run.age
    closed.opened.set()
    run.wait(30)
    assert run.elapsed == run.elapsed > first


def test_a_job_that_waits_long_says_that_the_server_is_busy(own_server, until, fast) -> None:
    own_server.faults.add("hold_job", on="submit")
    run = gp.GPTask(own_server.url_of("SlowCount")).start(Seconds=0)
    until(run, lambda: "server is busy" in run.note)


def test_a_tool_that_ignores_a_cancel_is_told_of(own_server, until, fast) -> None:
    opened = threading.Event()

    def stubborn(number: int = 1, *, job: JobContext) -> int:
        """Run to the end, whatever is asked."""
        job.progress(10, "on it")
        opened.wait(30)
        return number

    task = gp.GPTask(own_server.publish(stubborn, name="Stubborn", output="Number", asynchronous=True))
    run = task.start()
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    run.cancel()
    until(run, lambda: "has not stopped yet" in run.note)
    assert not run.done
    opened.set()
    with contextlib.suppress(GPError):
        run.wait(30)
    assert run.done


def test_a_gateway_that_cuts_a_synchronous_run_is_explained(own_server) -> None:
    own_server.faults.add("status", on="execute", code=504)
    with pytest.raises(RunLost, match="Gateways often cut requests after 60 s"):
        gp.GPTask(own_server.url_of("BufferPoints"))(Input_Points=[(7, 51)])


def test_many_messages_are_read_only_while_somebody_looks(own_server, until, fast) -> None:
    opened, written = threading.Event(), threading.Event()

    def talks(number: int = 1, *, job: JobContext) -> int:
        """Say much."""
        for count in range(80):
            job.message(f"Message {count}.")
        written.set()
        assert opened.wait(30)
        job.message("The last word.")
        return number

    run = gp.GPTask(own_server.publish(talks, name="Talks", output="Number", asynchronous=True)).start()
    until(run, lambda: len(run.messages) > 50)
    assert not control.is_observed(run, "messages")
    asked = own_server.faults.add("delay", on="poll", seconds=0)
    opened.set()
    run.wait(30)
    assert asked.hits >= 1
    assert run.messages[-1].description.startswith(("The last word", "Succeeded"))
    assert len({message.description for message in run.messages}) >= 81


def test_work_that_fails_leaves_its_thread_to_others(caplog: pytest.LogCaptureFixture) -> None:
    pool = WorkerPool(usual=1, rest=5.0)
    done = threading.Event()

    def fails() -> None:
        raise ZeroDivisionError("token=abcdefgh12345678")

    pool.submit(fails)
    pool.submit(done.set)
    assert done.wait(30)
    assert "the work of a run failed" in caplog.text
    assert "abcdefgh12345678" not in caplog.text


def test_what_is_nearly_done_comes_before_what_has_not_begun() -> None:
    pool = WorkerPool(usual=1, most=1)
    opened, done = threading.Event(), threading.Event()
    order: list[str] = []
    pool.submit(lambda: opened.wait(30))
    pool.submit(lambda: (order.append("submission"), done.set()))
    pool.submit(lambda: order.append("results"), first=True)
    opened.set()
    assert done.wait(30)
    assert order == ["results", "submission"]


def test_work_waits_for_a_thread_but_not_behind_a_stalled_one() -> None:
    pool = WorkerPool(usual=1, most=2)
    stalled, done = threading.Event(), threading.Event()
    pool.submit(lambda: stalled.wait(30))
    pool.submit(done.set)
    assert done.wait(30)
    stalled.set()
