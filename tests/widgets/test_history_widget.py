"""The list of runs: found, followed live, reopened, attached to and deleted, without a browser."""

import threading
from collections.abc import Callable, Iterator

import ipywidgets as w
import pytest
from widget_tools import seen

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.demo.context import JobContext
from gpwidgets.demo.publish import Service, as_tool
from gpwidgets.tasks import recording
from gpwidgets.widgets.history import HistoryWidget
from gpwidgets.widgets.history_row import HistoryRow, kept_text
from gpwidgets.widgets.run import RunWidget
from gpwidgets.widgets.sign_in import SignInBox

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
    return row._text.value


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
    assert widget.newer.layout.display == "none"


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
    widget.older.click()
    assert "Task 2991" in text(rows(widget)[0])
    assert "9 to 16 of 3,000" in widget._where.value
    widget.search = "task 17"
    assert widget.page == 1
    assert {text(row).count("Task 17") for row in rows(widget)} == {1}
    widget.search = "no such thing"
    assert rows(widget) == []
    assert "No run is like that" in widget._where.value
    widget.search = ""
    widget.state.value = "Without results"
    assert rows(widget) == []


def test_names_and_values_are_escaped(listed) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    write_runs(1, title=nasty, inputs=[{"paramName": nasty, "dataType": "GPString", "value": nasty}])
    (row,) = rows(listed())
    assert "<img" not in text(row)
    write_runs(1, error=nasty, status="failed")
    (row,) = rows(listed())
    assert "<img" not in text(row)


def test_a_run_is_attached_to_and_shows_its_results(own_server, listed) -> None:
    run = gp.GPTask(own_server.url_of("SlowCount")).start(Seconds=0, Steps=5)
    run.wait(30)
    recording._store_in.cache_clear()
    widget = listed()
    rows(widget)[0].buttons["Attach"].click()
    widget._worker.join(30)
    view = widget.shown
    assert isinstance(view, RunWidget)
    assert view.run is not run
    assert view.run.wait(30).Steps_Done == 5
    assert seen(lambda: view.results is not None)
    rows(widget)[0].buttons["Code"].click()
    assert "gp.GPTask(" in widget.shown.value


def test_a_form_is_reopened_with_the_same_values(own_server, listed) -> None:
    gp.GPTask(own_server.url_of("ParameterGallery"))(Input_Long=5)
    recording._store_in.cache_clear()
    widget = listed()
    assert rows(widget)[0].buttons["Attach"].disabled
    rows(widget)[0].buttons["Reopen"].click()
    widget._worker.join(30)
    assert widget.shown.values["Input_Long"] == 5


def test_a_run_is_deleted_after_a_second_click(listed) -> None:
    write_runs(2)
    widget = listed()
    row = rows(widget)[0]
    row.buttons["Delete"].click()
    assert row.buttons["Delete"].description == "Really delete?"
    write_runs(1, run="9", title="newer", started=9)
    widget.refresh()
    assert row.buttons["Delete"].description == "Delete"  # another run is in this place now
    gp.history()[0].delete()
    widget.refresh()
    row.buttons["Delete"].click()
    widget.refresh()
    row.buttons["Delete"].click()
    assert [entry.title for entry in gp.history()] == ["Task 0"]
    assert len(rows(widget)) == 1


def test_a_server_that_is_gone_is_said_in_words(own_server, listed) -> None:
    gp.GPTask(own_server.url_of("SlowCount"))(Seconds=0)
    recording._store_in.cache_clear()
    own_server.stop()
    widget = listed()
    rows(widget)[0].buttons["Attach"].click()
    widget._worker.join(60)
    assert "No connection" in widget.shown.value


def test_a_secured_job_asks_for_a_sign_in(listed) -> None:
    def count(number: int = 1, *, job: JobContext) -> int:
        """Hand the number back."""
        return number

    tool = as_tool(count, name="Count", output="Number", asynchronous=True)
    with demo.serve(services=[Service("Closed", [tool], secured=True)]) as server:
        gp.GPTask(server.url_of("Count"), gp.Token(server.token_for())).start().wait(60)
        recording._store_in.cache_clear()
        widget = listed()
        rows(widget)[0].buttons["Attach"].click()
        widget._worker.join(30)
        box = next(child for child in widget.shown.children if isinstance(child, SignInBox))
        box._use(gp.Token(server.token_for()))
        widget._worker.join(30)
        assert isinstance(widget.shown, RunWidget)


def test_results_that_the_server_has_thrown_away_are_said_to_be_gone(listed) -> None:
    write_runs(1, job=f"{TASK}/jobs/j1", ended=1000.0)
    assert kept_text(gp.history()[0]) == "results probably gone from the server"


def test_each_button_says_what_it_does_to_which_run(listed) -> None:
    write_runs(1)
    (row,) = rows(listed())
    for button in row.buttons.values():
        assert "Task 0" in button.tooltip
        assert button.description
    assert isinstance(row.children[1], w.HBox)


def test_a_history_that_is_off_says_so(listed, monkeypatch) -> None:
    monkeypatch.setenv("GPWIDGETS_HISTORY", "off")
    widget = listed()
    assert "off" in widget._said.value
    assert rows(widget) == []


def test_closing_it_leaves_nothing_that_listens(own_server, listed) -> None:
    run = gp.GPTask(own_server.url_of("SlowCount")).start(Seconds=3600)
    widget = listed()
    assert seen(lambda: run.observed("progress"))
    widget.close()
    assert not run.observed("progress")
    run.cancel()
