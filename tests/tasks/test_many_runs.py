"""Many runs at once: few threads, none waits for another's server, and the caller stays free."""

import gc
import json
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import Any

import pytest

import gpwidgets as gp
from gpwidgets.client.http.session import GPSession
from gpwidgets.tasks.scheduling import watcher as watcher_module
from gpwidgets.tasks.scheduling.scheduler import Agenda
from gpwidgets.tasks.scheduling.watcher import Watcher

pytestmark = pytest.mark.once

SCRIPT = Path(__file__).with_name("thousand_jobs.py")


def test_a_thousand_jobs_are_watched_by_ten_threads() -> None:
    # In a process of its own: what other tests have left may begin threads at any time.
    done = subprocess.run(
        [sys.executable, "-W", "error", SCRIPT], capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["over too soon"] == 0
    assert said["statuses"] == ["succeeded"]
    assert said["jobs"] == said["created"] == 1000
    assert 0 < len(said["threads"]) <= 10, said["threads"]


@pytest.fixture
def turned(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`turned(seconds)`: let the watcher's clock jump, so that all that waits is due."""
    passed = [0.0]
    watcher = Watcher(clock=lambda: time.monotonic() + passed[0])
    monkeypatch.setattr(watcher_module, "_shared", watcher)

    def turn(seconds: float) -> None:
        passed[0] += seconds
        called = threading.Event()
        watcher.add(called.set)
        assert called.wait(30)

    return turn


def test_a_run_that_is_over_and_out_of_use_takes_no_memory(server, turned: Any) -> None:
    task = gp.GPTask(server.url_of("SlowCount"))
    run = task.start(Seconds=0, Steps=1)
    run.wait(30)
    gone = weakref.ref(run)
    del run
    for _ in range(50):  # the worker that ended it may still hold it for a moment
        turned(1000)
        gc.collect()
        if gone() is None:
            break
    assert gone() is None


def test_a_synchronous_run_given_up_in_the_queue_is_never_sent(own_server, until: Any) -> None:
    opened, began = threading.Event(), []

    def gated(number: int = 1) -> int:
        """Wait for the test."""
        began.append(number)
        opened.wait(30)
        return number

    task = gp.GPTask(own_server.publish(gated, name="Gated", output="Number"))
    runs = [task.start(Number=number) for number in range(12)]
    for run in runs[8:]:
        run.cancel()
        assert run.done
    opened.set()
    assert [run.wait(30).Number for run in runs[:8]] == list(range(8))
    assert sorted(began) == list(range(8))


def test_nobody_waits_for_a_server_but_who_calls_wait(own_server, until: Any) -> None:
    task = gp.GPTask(own_server.url_of("SlowCount"))
    watched = task.start(Seconds=3600)
    until(watched, lambda: watched.job_id is not None)
    own_server.faults.add("delay", seconds=3600)  # from here on no request is answered
    runs = [watched, *(task.start(Seconds=3600) for _ in range(20))]
    for run in runs:
        run.cancel()
        assert repr(run)
        assert run.elapsed >= 0
    with pytest.raises(gp.WaitTimeout):
        watched.wait(0.1)


def test_a_server_that_hangs_holds_up_no_run_on_another(server, own_server, until: Any) -> None:
    hung = gp.GPTask(own_server.url_of("SlowCount"))
    stuck = [hung.start(Seconds=3600) for _ in range(12)]
    for run in stuck:
        until(run, lambda run=run: run.job_id is not None)
    delay = own_server.faults.add("delay", on="poll", seconds=3600)
    well = gp.GPTask(server.url_of("SlowCount")).start(Seconds=1.5, Steps=3)
    assert well.wait(20).Steps_Done == 3
    assert 1 <= delay.hits <= 4


def test_no_connection_is_made_anew_for_a_look(own_server) -> None:
    session = GPSession()
    task = gp.GPTask(own_server.url_of("SlowCount"), session=session)
    runs = [task.start(Seconds=0.5, Steps=2) for _ in range(10)]
    for run in runs:
        run.wait(30)
    pools = session._http.get_adapter("http://").poolmanager.pools
    (pool,) = (one for one in pools._container.values() if one.port == own_server.port)
    assert pool.num_requests > 40
    assert pool.num_connections <= 9


def test_workers_without_work_end_and_come_back() -> None:
    watcher = Watcher(rest=0.01)
    for _ in range(3):
        done: list[threading.Thread] = []
        called = threading.Event()

        def step(done: list = done, called: threading.Event = called) -> None:
            done.append(threading.current_thread())
            called.set()

        watcher.add(step)
        assert called.wait(30)
        done[0].join(30)
        assert not done[0].is_alive()


def test_a_step_that_hangs_leaves_the_other_lanes_free() -> None:
    watcher, opened, called = Watcher(Agenda(per_lane=2)), threading.Event(), threading.Event()
    begun: list[int] = []

    def hang() -> None:
        begun.append(1)
        opened.wait(30)

    for _ in range(6):
        watcher.add(hang, lane="hung")
    watcher.add(called.set, 0.1, lane="well")
    assert called.wait(30)
    assert len(begun) == 2
    opened.set()


def test_a_hurried_step_does_not_wait_for_its_time() -> None:
    watcher, called = Watcher(), threading.Event()
    watcher.hurry(watcher.add(called.set, 3600.0, lane="server"))
    assert called.wait(30)
