"""Several runs from one form: none is lost from sight, and the simple case stays simple."""

import threading
from collections.abc import Iterator

import pytest
from widget_tools import can_find, press, press_resting, see, text_of

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.tasks.runs import control


class Gates:
    """A task whose jobs wait until the test lets each of them go."""

    def __init__(self, server: demo.DemoServer) -> None:
        self.opened = {number: threading.Event() for number in range(1, 20)}

        def gated(number: int = 1, *, job: JobContext) -> int:
            """Wait for the test, then hand the number back."""
            job.progress(25, "a quarter")
            while not self.opened[number].wait(0.02):
                job.check_cancelled()
            return number

        self.url = server.publish(gated, name="Gated", output="Number", asynchronous=True)


@pytest.fixture
def gates(own_history) -> Iterator[Gates]:
    with demo.serve() as server:
        made = Gates(server)
        yield made
        for event in made.opened.values():
            event.set()


def press_run(form: gp.TaskWidget) -> gp.Run:
    press(form, "Run")
    return form.run


def test_one_run_shows_no_list(gates) -> None:
    form = gp.TaskWidget(gates.url)
    run = press_run(form)
    assert form.runs.earlier == ()
    assert "Earlier runs" not in text_of(form)
    assert not can_find(form, "Run these values too")
    gates.opened[1].set()
    run.wait(30)
    form.close()


def test_a_second_run_starts_beside_the_first_and_both_end(gates, until) -> None:
    form = gp.TaskWidget(gates.url)
    first = press_run(form)
    until(first, lambda: first.status == "running")
    press_resting(form, "Run")
    assert form.run is first
    assert "It runs already" in text_of(form)
    assert not can_find(form, "Run these values too")
    form.values = {"Number": 2}
    assert can_find(form, "Run these values too")
    press(form, "Run these values too")
    second = form.run
    assert second is not first
    assert not can_find(form, "Run these values too")
    (earlier,) = form.runs.earlier
    assert earlier.run is first
    assert "Running, 25 %" in text_of(earlier)
    assert "Number: 1" in text_of(earlier)

    gates.opened[2].set()
    assert second.wait(30).Number == 2
    assert form.outputs.Number == 2
    assert not first.done
    gates.opened[1].set()
    assert first.wait(30).Number == 1
    see(earlier, "Succeeded")
    press(form, "Show run 1")
    see(earlier, "Number\n1")
    press(earlier, "Hide")
    assert "Number\n1" not in text_of(earlier)
    form.close()


def test_an_earlier_run_is_run_again_with_its_values(gates) -> None:
    for event in gates.opened.values():
        event.set()
    form = gp.TaskWidget(gates.url)
    for number in (4, 5):
        form.values = {"Number": number}
        press_run(form).wait(30)
    see(form, "1. ✔ Succeeded")
    press(form, "Show run 1")
    press(form, "Use these values")
    assert form.values == {"Number": 4}
    see(form, "The form has the values of that run again.")
    see(form, "Succeeded")
    assert press_run(form).wait(30).Number == 4
    form.close()


def test_an_earlier_run_is_cancelled_in_its_line(gates, until) -> None:
    form = gp.TaskWidget(gates.url)
    first = press_run(form)
    until(first, lambda: first.status == "running")
    form.values = {"Number": 2}
    press(form, "Run these values too")
    press(form, "Ask the server to stop run 1")
    with pytest.raises(gp.RunError):
        first.wait(30)
    assert first.status == "cancelled"
    assert not form.run.done
    form.close()


def test_finished_runs_move_down_and_the_oldest_go(gates) -> None:
    for event in gates.opened.values():
        event.set()
    form = gp.TaskWidget(gates.url)
    for number in range(1, 14):
        form.values = {"Number": number}
        press_run(form).wait(30)
    assert [one.run.inputs["Number"] for one in form.runs.earlier] == list(range(12, 2, -1))
    press(form, "Show run 12")
    form.close()
    assert len(gp.history()) == 13


def test_closing_the_form_leaves_its_runs_alone(gates, until) -> None:
    form = gp.TaskWidget(gates.url)
    first = press_run(form)
    until(first, lambda: first.status == "running")
    form.values = {"Number": 2}
    press(form, "Run these values too")
    second = form.run
    form.close()
    for event in gates.opened.values():
        event.set()
    assert (first.wait(30).Number, second.wait(30).Number) == (1, 2)
    assert not control.is_observed(first, "progress")
