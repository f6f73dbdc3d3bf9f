"""The list of runs: found, followed live, reopened, attached to and deleted, without a browser."""

import threading
from collections.abc import Callable, Iterator

import pytest
from ipywidgets.widgets.widget import _instances
from widget_tools import (
    around,
    can_find,
    can_press,
    choose,
    fill,
    find_all,
    html_of,
    join_workers,
    press,
    restart_kernel,
    see,
    seen,
    text_of,
)

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.publish import Service, as_tool
from gpwidgets.tasks.journal import recording
from gpwidgets.tasks.runs import control
from gpwidgets.widgets._history_row import HistoryRow, kept_text
from gpwidgets.widgets.history_widget import HistoryWidget
from gpwidgets.widgets.kit.controls import Unchangeable
from gpwidgets.widgets.runs.run_widget import RunWidget

TASK = "http://h/arcgis/rest/services/S/GPServer/T"

pytestmark = pytest.mark.usefixtures("own_history")


@pytest.fixture
def own_server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


@pytest.fixture
def listed() -> Iterator[Callable[..., HistoryWidget]]:
    made: list[HistoryWidget] = []

    def make(**more: object) -> HistoryWidget:
        made.append(HistoryWidget(**more))
        return made[-1]

    yield make
    for widget in made:
        widget.close()


def rows(widget: HistoryWidget) -> list[HistoryRow]:
    return [row for row in widget.rows if row.layout.display != "none"]


def text(row: HistoryRow) -> str:
    return text_of(row)


def test_runs_are_listed_with_state_time_and_values(server, listed) -> None:
    task = gp.GPTask(server.url_of("SlowCount"))
    task(Seconds=0, Steps=3)
    with pytest.raises(gp.RunError):
        task(Seconds=0, Steps=2, Fail=True)
    widget = listed()
    failed, succeeded = rows(widget)
    assert "Failed" in text(failed)
    assert "as it was asked to" in text(failed)
    assert "Succeeded" in text(succeeded)
    assert "Slow Count" in text(succeeded)
    assert "Steps: 3" in text(succeeded)
    assert "took" in text(succeeded)
    assert "results on the server until about" in text(succeeded)
    assert not can_find(widget, "Newer")


def test_a_run_of_this_kernel_is_live_in_the_list(own_server, listed) -> None:
    entered, opened = threading.Event(), threading.Event()

    def gated(number: int = 1, *, job: JobContext) -> int:
        """Wait for the test."""
        job.progress(25, "a quarter")
        entered.set()
        assert opened.wait(30)
        return number

    task = gp.GPTask(own_server.publish(gated, name="Gated", output="Number", asynchronous=True))
    widget = listed()
    assert rows(widget) == []
    run = task.start(Number=4)
    assert entered.wait(30)
    assert seen(lambda: len(rows(widget)) == 1 and "Running, 25 %" in text(rows(widget)[0]))
    opened.set()
    run.wait(30)
    assert seen(lambda: "Succeeded" in text(rows(widget)[0]))


def write_runs(count: int, **more: object) -> None:
    store = recording.current_store()
    for number in range(count):
        run = {"run": str(number), "task": TASK, "title": f"Task {number}", "started": number, **more}
        store.write({"status": "succeeded", **run})


def test_thousands_of_runs_are_paged_and_searched(listed) -> None:
    write_runs(3000)
    widget = listed(page_size=8)
    assert widget.pages == 375
    assert "Task 2999" in text(rows(widget)[0])
    press(widget, "Older")
    assert "Task 2991" in text(rows(widget)[0])
    assert "9 to 16 of 3,000" in text_of(widget)
    fill(widget, "Search", "task 17")
    assert widget.page == 1
    assert {text(row).count("Task 17") for row in rows(widget)} == {1}
    fill(widget, "Search", "no such thing")
    assert rows(widget) == []
    assert "No run is like that" in text_of(widget)
    fill(widget, "Search", "")
    choose(widget, "Show", "Without results")
    assert rows(widget) == []


def test_names_and_values_are_escaped(listed) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    write_runs(1, title=nasty, inputs=[{"paramName": nasty, "dataType": "GPString", "value": nasty}])
    (row,) = rows(listed())
    assert "<img" not in html_of(row)
    assert f"{nasty}: {nasty}" in text(row)
    write_runs(1, error=nasty, status="failed")
    (row,) = rows(listed())
    assert "<img" not in html_of(row)


def test_a_run_is_attached_to_and_shows_its_results(own_server, listed) -> None:
    run = gp.GPTask(own_server.url_of("SlowCount")).start(Seconds=0, Steps=5)
    run.wait(30)
    restart_kernel()
    widget = listed()
    press(widget, "Attach")
    see(widget, "Steps Done\n5")
    assert widget.shown.run is not run
    press(widget, "Code")
    see(widget, "gp.GPTask(")


def test_a_form_is_reopened_with_the_same_values(own_server, listed) -> None:
    gp.GPTask(own_server.url_of("ParameterGallery"))(Input_Long=5)
    restart_kernel()
    widget = listed()
    press(widget, "Attach")
    see(widget, "Kept in the history since")
    press(widget, "Reopen")
    assert seen(lambda: can_find(widget, "Run"))
    assert widget.shown.values["Input_Long"] == 5


def test_a_run_is_deleted_after_a_second_click(listed) -> None:
    write_runs(2)
    widget = listed()
    press(around(widget, "Task 1", "Delete"), "Delete")
    assert can_press(around(widget, "Task 1", "Really delete?"), "Really delete?")
    write_runs(1, run="9", title="newer", started=9)
    press(widget, "Refresh")
    assert not can_find(widget, "Really delete?")  # another run is in this place now
    gp.history()[0].delete()
    press(widget, "Refresh")
    press(around(widget, "Task 1", "Delete"), "Delete")
    press(widget, "Refresh")
    press(around(widget, "Task 1", "Really delete?"), "Really delete?")
    assert [entry.title for entry in gp.history()] == ["Task 0"]
    assert len(rows(widget)) == 1


def test_a_server_that_is_gone_is_said_in_words(own_server, listed) -> None:
    gp.GPTask(own_server.url_of("SlowCount"))(Seconds=0)
    restart_kernel()
    own_server.stop()
    widget = listed()
    press(widget, "Attach")
    see(widget, "No connection")
    press(widget, "Try again")
    see(widget, "Reading from the server")
    see(widget, "No connection")
    assert can_find(widget, "Try again")


def test_a_form_that_comes_after_closing_is_closed(own_server, listed) -> None:
    gp.GPTask(own_server.url_of("SlowCount"))(Seconds=0)
    restart_kernel()
    widget = listed()
    before = set(_instances)
    with own_server.faults.add("delay", on="task", seconds=0.4) as fault:
        press(widget, "Reopen")
        assert seen(lambda: fault.hits > 0)
        widget.close()
        join_workers("gpwidgets-history")
        join_workers("gpwidgets-connect")
    left = [one for key, one in _instances.items() if key not in before]
    assert [one for one in left if not isinstance(one, Unchangeable)] == []


def test_a_secured_job_asks_for_a_sign_in(listed) -> None:
    def count(number: int = 1, *, job: JobContext) -> int:
        """Hand the number back."""
        return number

    tool = as_tool(count, name="Count", output="Number", asynchronous=True)
    with demo.serve(services=[Service("Closed", [tool], secured=True)]) as server:
        gp.GPTask(server.url_of("Count"), gp.Token(server.token_for())).start().wait(60)
        restart_kernel()
        widget = listed()
        press(widget, "Attach")
        assert seen(lambda: can_find(widget, "Token"))
        fill(widget, "Token", server.token_for())
        press(widget, "Sign in")
        see(widget, "Succeeded")
        assert seen(lambda: isinstance(widget.shown, RunWidget))


def test_results_that_the_server_has_thrown_away_are_said_to_be_gone(listed) -> None:
    write_runs(1, job=f"{TASK}/jobs/j1", ended=1000.0)
    assert kept_text(gp.history()[0]) == "results probably gone from the server"


def test_each_button_says_what_it_does_to_which_run(listed) -> None:
    write_runs(1)
    (row,) = rows(listed())
    buttons = find_all(row, role="button")
    assert len(buttons) >= 5
    for button in buttons:
        assert "Task 0" in button.tooltip
        assert button.description


def test_a_history_that_is_off_says_so(listed, monkeypatch) -> None:
    monkeypatch.setenv("GPWIDGETS_HISTORY", "off")
    widget = listed()
    assert "off" in text_of(widget)
    assert rows(widget) == []


def test_closing_it_leaves_nothing_that_listens(own_server, listed) -> None:
    run = gp.GPTask(own_server.url_of("SlowCount")).start(Seconds=3600)
    widget = listed()
    assert seen(lambda: control.is_observed(run, "progress"))
    widget.close()
    assert not control.is_observed(run, "progress")
    run.cancel()
