"""Runs: followed to their end, waited for, cancelled, and found again."""

import asyncio
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
from traitlets import TraitError

import gpwidgets as gp
from gpwidgets.errors import RunCancelled, RunFailed, WaitTimeout
from gpwidgets.tasks.runs import control

ORDER = ["preparing", "submitted", "waiting", "running", "cancelling"]


@pytest.fixture
def slow(server) -> gp.GPTask:
    return gp.GPTask(server.url_of("SlowCount"))


def test_a_job_tells_its_progress_and_messages_while_it_runs(gate, until) -> None:
    closed = gate()
    run = closed.task.start(Number=7)
    until(run, lambda: run.progress == 25)
    assert run.status == gp.RunStatus.RUNNING
    assert run.progress_text == "a quarter"
    until(run, lambda: any(said.description == "The gate is closed." for said in run.messages))
    assert not run.done
    assert run.outputs is None
    closed.opened.set()
    assert run.wait(30).Number == 7
    assert (run.status, run.progress, run.error) == (gp.RunStatus.SUCCEEDED, 100, None)
    assert run.outputs.messages == run.messages


def test_states_come_in_order_and_end_once(slow) -> None:
    run = slow.start(Seconds=0, Steps=1)
    seen: list[str] = []
    run.observe(lambda change: seen.append(str(change.new)), names="status")
    run.wait(30)
    assert seen.count("succeeded") == 1
    assert seen[-1] == "succeeded"
    ranks = [ORDER.index(status) for status in seen[:-1]]
    assert ranks == sorted(ranks)


def test_nobody_but_the_run_sets_what_it_tells(slow) -> None:
    run = slow.start(Seconds=0, Steps=1)
    run.wait(30)
    told = {name: getattr(run, name) for name in run.trait_names()}
    assert {"status", "progress", "messages", "error", "outputs", "note", "elapsed"} <= told.keys()
    for name, value in told.items():
        with pytest.raises(TraitError, match="read-only"):
            setattr(run, name, value)
    assert {name: getattr(run, name) for name in told} == told


def test_who_sees_the_end_sees_all_of_it(slow) -> None:
    run = slow.start(Seconds=0, Steps=2)
    found: list[object] = []
    ended = threading.Event()

    def look(change) -> None:
        if change.new.is_final:
            found.extend([run.done, run.result().Steps_Done, run.error, run.progress])
            ended.set()

    run.observe(look, names="status")
    run.wait(30)
    assert ended.wait(30)
    assert found == [True, 2, None, 100]


def test_an_observer_that_raises_harms_no_run(slow, caplog) -> None:
    run = slow.start(Seconds=0, Steps=2)

    def clumsy(_change: object = None) -> None:
        raise ZeroDivisionError("token=abc")

    run.observe(clumsy)
    run.call_when_done(clumsy)
    assert run.wait(30).Steps_Done == 2
    assert "ZeroDivisionError" in caplog.text
    assert "abc" not in caplog.text


def test_a_failed_job_raises_with_the_tools_words(slow) -> None:
    run = slow.start(Seconds=0, Steps=2, Fail=True)
    with pytest.raises(RunFailed, match="The count failed at step 1") as caught:
        run.wait(30)
    assert caught.value.run is run
    assert [said.level for said in caught.value.messages].count("warning") == 1
    assert "Counted 1." in [said.description for said in run.messages]
    assert run.error is caught.value
    assert run.status == gp.RunStatus.FAILED


def test_a_failing_call_raises_too(slow) -> None:
    with pytest.raises(RunFailed, match="as it was asked to"):
        slow(Seconds=0, Steps=1, Fail=True)


def test_cancelling_ends_the_job_on_the_server(server, slow, until) -> None:
    run = slow.start(Seconds=3600)
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    run.cancel()
    with pytest.raises(RunCancelled):
        run.wait(30)
    assert run.status == gp.RunStatus.CANCELLED
    assert str(server.jobs[run.job_id].status) == "esriJobCancelled"


def test_a_refused_cancel_is_asked_again(own_server, until) -> None:
    run = gp.GPTask(own_server.url_of("SlowCount")).start(Seconds=3600)
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    refusal = own_server.faults.add("error", on="cancel", times=2, code=400, message="Invalid input")
    run.cancel()
    with pytest.raises(RunCancelled):
        run.wait(30)
    assert refusal.hits == 2


def test_a_cancel_is_asked_for_once_however_often_it_is_pressed(own_server, gate, until) -> None:
    closed = gate()
    run = closed.task.start()
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    asked = own_server.faults.add("delay", on="cancel", seconds=0.2)
    for _ in range(5):
        run.cancel()
    assert "Asking the server" in run.note
    until(run, lambda: run.status == gp.RunStatus.CANCELLING)
    run.cancel()
    closed.opened.set()
    with pytest.raises(RunCancelled):
        run.wait(30)
    assert asked.hits == 1


def test_results_are_fetched_once_though_a_cancel_came_last(own_server, until) -> None:
    opened = threading.Event()

    def stubborn(number: int = 3) -> int:
        """Run to the end, whatever is asked."""
        opened.wait(30)
        return number

    task = gp.GPTask(own_server.publish(stubborn, name="Stubborn", output="Number", asynchronous=True))
    run = task.start()
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    fetched = own_server.faults.add("delay", on="result", seconds=1)
    job = own_server.jobs[run.job_id]
    run.cancel()
    until(run, lambda: run.status == gp.RunStatus.CANCELLING)
    job.cancel_asked.clear()
    opened.set()
    assert run.wait(30).Number == 3
    assert "before the cancel" in run.note
    assert fetched.hits == 1


def test_a_late_change_does_not_undo_the_end() -> None:
    run = gp.Run(SimpleNamespace(name="Count"), {})
    entered, opened = threading.Event(), threading.Event()

    def hold(_change: object) -> None:
        entered.set()
        opened.wait(30)

    run.observe(hold, names="note")
    late = threading.Thread(target=lambda: control.update(run, note="late", status=gp.RunStatus.RUNNING))
    late.start()
    assert entered.wait(30)
    end = threading.Thread(target=lambda: control.finish(run, gp.RunStatus.CANCELLED))
    end.start()
    opened.set()
    for thread in (late, end):
        thread.join(30)
    control.update(run, status=gp.RunStatus.RUNNING)
    assert run.status == gp.RunStatus.CANCELLED


def test_a_job_that_finishes_before_the_cancel_has_succeeded(own_server, gate, until) -> None:
    closed = gate()
    run = closed.task.start(Number=3)
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    own_server.faults.add("error", on="cancel", code=400, message="Invalid input")
    run.cancel()
    until(run, lambda: "asking again" in run.note)
    closed.opened.set()
    assert run.wait(30).Number == 3
    assert "before the cancel" in run.note


def test_a_synchronous_run_can_only_be_given_up(gate) -> None:
    closed = gate(asynchronous=False)
    run = closed.task.start()
    assert closed.entered.wait(30)
    run.cancel()
    with pytest.raises(RunCancelled):
        run.wait(30)
    assert "may still be working" in run.note
    closed.opened.set()


def test_a_wait_that_is_over_ends_nothing(gate) -> None:
    closed = gate()
    run = closed.task.start(Number=5)
    assert closed.entered.wait(30)
    with pytest.raises(WaitTimeout, match="goes on") as caught:
        run.wait(0)
    assert caught.value.run is run
    with pytest.raises(TimeoutError):
        run.result()
    assert not run.done
    closed.opened.set()
    assert run.wait(30).Number == 5


def test_a_run_can_be_awaited(slow) -> None:
    async def count() -> list[int]:
        runs = [slow.start(Seconds=0, Steps=steps) for steps in (1, 2, 3)]
        return [(await run).Steps_Done for run in runs]

    assert asyncio.run(count()) == [1, 2, 3]


def test_an_await_that_is_ended_ends_nothing_else(gate) -> None:
    closed = gate()
    run = closed.task.start(Number=7)
    before = list(run._when_done)

    async def give_up() -> None:
        waiting = asyncio.ensure_future(run._awaited())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    asyncio.run(give_up())
    assert run._when_done == before
    assert not run.cancel_requested
    closed.opened.set()
    assert run.wait(30).Number == 7


def test_awaiting_a_failed_run_raises(slow) -> None:
    async def fail() -> None:
        await slow.start(Seconds=0, Steps=1, Fail=True)

    with pytest.raises(RunFailed):
        asyncio.run(fail())


def test_callbacks_come_once_even_after_the_end(slow) -> None:
    run = slow.start(Seconds=0, Steps=1)
    called = threading.Event()
    run.call_when_done(called.set)
    run.wait(30)
    assert called.wait(30)
    late: list[int] = []
    run.call_when_done(lambda: late.append(1))
    assert late == [1]


def test_a_job_is_followed_again_by_its_url(gate, until) -> None:
    closed = gate()
    run = closed.task.start(Number=11)
    until(run, lambda: run.job_url is not None)
    again = gp.attach(run.job_url + "/results/Number?f=json")
    closed.opened.set()
    assert (again.wait(30).Number, run.wait(30).Number) == (11, 11)
    assert again.job_id == run.job_id


def test_a_finished_job_gives_its_results_again(slow) -> None:
    run = slow.start(Seconds=0, Steps=4)
    run.wait(30)
    assert gp.attach(run.job_url).wait(30).Steps_Done == 4


def test_an_attached_job_can_be_cancelled(slow, until) -> None:
    run = slow.start(Seconds=3600)
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    again = gp.attach(run.job_url)
    again.cancel()
    for each in (again, run):
        with pytest.raises(RunCancelled):
            each.wait(30)


def test_a_job_that_does_not_exist_cannot_be_attached_to(slow) -> None:
    with pytest.raises(gp.ServerError, match="does not exist"):
        gp.attach(f"{slow.url.task}/jobs/j00000000000000000000000000000000")


def test_one_watcher_and_few_threads_follow_many_jobs(own_server) -> None:
    task = gp.GPTask(own_server.url_of("SlowCount"))
    before = set(threading.enumerate())
    runs = [task.start(Seconds=0, Steps=steps) for steps in range(1, 21)]
    assert [run.wait(60).Steps_Done for run in runs] == list(range(1, 21))
    names = [thread.name for thread in threading.enumerate() if thread not in before]
    assert names.count("gpwidgets-watcher") <= 1
    assert sum(name.startswith("gpwidgets-poll") for name in names) <= 8
    assert own_server.jobs.created == 20


def test_a_run_tells_what_it_is_in_a_line(slow, until) -> None:
    run = slow.start(Seconds=3600)
    until(run, lambda: run.status == gp.RunStatus.RUNNING)
    assert run.job_id in repr(run)
    assert "running" in repr(run)
    run.cancel()
    until(run, lambda: run.done)


IN_A_FORK = """
import os, sys, warnings
import gpwidgets as gp
task = gp.GPTask(sys.argv[1])
task(Seconds=0, Steps=1)
warnings.simplefilter("ignore")
child = os.fork()
if child == 0:
    os._exit(task(Seconds=0, Steps=3).Steps_Done)
task(Seconds=0, Steps=2)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_forked_process_watches_runs_of_its_own(server) -> None:
    command = [sys.executable, "-c", IN_A_FORK, server.url_of("SlowCount")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "3", done.stderr
