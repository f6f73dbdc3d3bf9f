"""Runs that are given up after a while: cancelled on the server, or said to go on there."""

import ast
import math

import pytest

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.cli import main
from gpwidgets.errors import RunTimedOut


def test_a_job_over_its_deadline_is_cancelled_on_the_server(gate, set_pace, until) -> None:
    set_pace()
    closed = gate()
    run = closed.task.start()
    run.give_up_after(0.05)
    until(run, lambda: run.status is gp.RunStatus.CANCELLING)
    closed.opened.set()  # the tool looks whether it was cancelled
    with pytest.raises(
        RunTimedOut, match=r"took longer than the [\d.]+ s that it was given, and was cancelled"
    ):
        run.wait(30)
    assert (run.status, run.deadline, run.left_running) == (gp.RunStatus.TIMED_OUT, 0.05, False)
    with pytest.raises(gp.RunCancelled):
        gp.attach(run.job_url).wait(30)


def test_a_job_that_its_server_does_not_stop_is_left_and_found_again(gate, set_pace, own_history) -> None:
    set_pace(given_up=0.1)
    closed = gate()
    run = closed.task.start()
    assert closed.entered.wait(30)
    run.give_up_after(0.01)
    with pytest.raises(RunTimedOut, match="it still runs there: the history finds it again") as caught:
        run.wait(30)
    assert f"gpwidgets.attach({run.job_url!r})" in str(caught.value)
    assert run.left_running
    entry = gp.history()[0]
    assert (entry.status, entry.ended, entry.elapsed) == (gp.RunStatus.TIMED_OUT, None, None)
    again = entry.attach()
    closed.opened.set()
    with pytest.raises(gp.RunCancelled):
        again.wait(30)
    assert gp.history()[0].status is gp.RunStatus.CANCELLED


def test_a_run_that_ends_in_time_and_one_that_wins_the_race_are_successes(gate, set_pace) -> None:
    set_pace()
    closed = gate()
    run = closed.task.start(Number=3)
    run.give_up_after(300)
    closed.opened.set()
    assert run.wait(30).Number == 3
    run.give_up_after(0.001)  # it is over
    assert run.status is gp.RunStatus.SUCCEEDED


def test_a_limit_can_be_changed_and_taken_away(gate, set_pace) -> None:
    set_pace(given_up=0.0)
    closed = gate()
    run = closed.task.start(Number=3)
    run.give_up_after(0.2)
    run.give_up_after(None)
    assert run.deadline is None
    closed.entered.wait(30)
    closed.opened.set()
    assert run.wait(30).Number == 3


def test_a_synchronous_run_is_not_waited_for_any_longer(gate, set_pace) -> None:
    set_pace()
    closed = gate(asynchronous=False)
    run = closed.task.start()
    assert closed.entered.wait(30)
    run.give_up_after(0.01)
    with pytest.raises(RunTimedOut, match="The server may still be working on it"):
        run.wait(30)
    assert not run.left_running


@pytest.mark.parametrize("seconds", [0, -1, math.nan, math.inf])
def test_what_is_no_time_is_refused(gate, seconds: float) -> None:
    closed = gate()
    run = closed.task.start()
    with pytest.raises(ValueError, match="above zero"):
        run.give_up_after(seconds)
    closed.opened.set()
    run.wait(30)


def test_code_with_a_deadline_gives_the_run_up(server: demo.DemoServer) -> None:
    task = gp.GPTask(server.url_of("SlowCount"))
    code = task.code(Seconds=0, Steps=2, deadline=600)
    assert code.splitlines()[-2:] == ["run.give_up_after(600)", "out = run.wait()"]
    names: dict[str, object] = {}
    exec(compile(ast.parse(code), "code", "exec"), names)
    assert names["out"].Steps_Done == 2


def test_an_input_called_deadline_is_the_tasks_own(own_server: demo.DemoServer) -> None:
    def plan(deadline: int = 3) -> int:
        """Plan."""
        return deadline

    task = gp.GPTask(own_server.publish(plan, name="Plan", output="Days"))
    (name,) = (one.name for one in task.inputs)
    assert "give_up_after" not in task.code(**{name: 5})
    assert "give_up_after(60)" in task.code({name: 5}, deadline=60)


def test_a_preset_says_when_a_run_is_given_up() -> None:
    preset = gp.load_preset({"deadline": 90})
    assert preset.deadline == 90
    assert gp.load_preset(str(preset)).deadline == 90
    for wrong in (0, -5, True, "soon", math.nan, 1e12):
        assert gp.load_preset({"deadline": wrong}).deadline is None
        assert "number of seconds" in str(gp.load_preset({"deadline": wrong}).faults[0])


def test_the_command_line_gives_a_run_up_and_says_so(server, capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    run = ["run", server.url_of("SlowCount")]
    assert main([*run, "Seconds=30", "--deadline", "0.2"]) == 5
    assert "took longer than the 0.2 s that it was given, and was cancelled" in capsys.readouterr().err
    assert main([*run, "Seconds=0", "--deadline", "60"]) == 0
    with pytest.raises(SystemExit):
        main([*run, "--deadline", "never"])
    assert "--deadline" in capsys.readouterr().err
