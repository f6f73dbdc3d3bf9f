"""A result of which rows were held back: said first, never as nothing found, with a way to the rows."""

import warnings
from collections.abc import Iterator

import pytest
from widget_tools import alerts, can_find, html_of, plain, press, see, text_of

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.errors import TruncatedResult
from gpwidgets.widgets.runs.snapshot import snapshot


@pytest.fixture
def server(own_history: object) -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


@pytest.fixture
def held_back(server) -> gp.Run:
    """A run of which no row of the hot spots came, although there is a way to them."""
    task = gp.GPTask(server.url_of("HotSpots"))
    with (
        server.faults.add("truncate", on="result"),
        server.faults.add("error", on="map_layer", code=404, times=1),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", TruncatedResult)
        run = task.start()
        run.wait(60)
    return run


def test_the_first_line_says_how_many_rows_are_missing(held_back) -> None:
    view = gp.RunWidget(held_back)
    first = text_of(view).splitlines()[1]
    assert first.startswith("⚠ Succeeded, but not complete: 290 rows of Hot Spots are missing")
    assert "gpw-state-succeeded" not in html_of(view)
    assert "Nothing was found" not in text_of(view)
    assert "⚠ Not complete. 290 rows are missing. None of them are here." in alerts(view)
    saved = plain(snapshot(view.run.task, view.run.inputs, view.run))
    assert "Succeeded, but not complete: 290 rows of Hot Spots are missing" in saved
    assert "Not complete. 290 rows are missing." in saved


def test_the_missing_rows_are_fetched_by_a_button(held_back) -> None:
    view = gp.RunWidget(held_back)
    press(view, "Fetch the missing rows")
    see(view, "290 features, coordinate system EPSG:4326")
    assert "290 rows of Hot Spots" not in text_of(view)
    assert not can_find(view, "Fetch the missing rows")
    assert can_find(view, "Select by box")
    assert "290 rows are missing" not in plain(snapshot(view.run.task, view.run.inputs, view.run))


def test_what_cannot_be_fetched_now_is_said_and_can_be_tried_again(held_back, server) -> None:
    view = gp.RunWidget(held_back)
    with server.faults.add("error", on="map_layer", code=404):
        press(view, "Fetch the missing rows")
        see(view, "Not found on the server")
    assert "290 rows of Hot Spots are missing" in text_of(view)
    press(view, "Fetch the missing rows")
    see(view, "290 features, coordinate system EPSG:4326")


def test_lists_of_runs_say_it_too(held_back) -> None:
    runs = gp.HistoryWidget()
    see(runs, "Succeeded, but not complete")


def test_a_result_without_a_way_gives_advice(server) -> None:
    with server.faults.add("truncate", on="execute"):
        run = gp.GPTask(server.url_of("BufferPoints")).start(Input_Points="POINT (8 50)")
        with pytest.warns(TruncatedResult):
            run.wait(30)
    view = gp.RunWidget(run)
    assert "rows of Buffers are missing, the server does not say how many" in text_of(view)
    assert "Try a smaller area, or ask the server's owner." in text_of(view)
    assert not can_find(view, "Fetch the missing rows")
    assert "Nothing was found" not in text_of(view)
