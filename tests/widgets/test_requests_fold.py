"""The requests of a run, as they come in below its status."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from widget_tools import can_find, finish, html_of, press, restart_kernel, see, seen, text_of

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.tasks.scheduling.watcher import Pace, shared_watcher

TITLE = "Requests of this run"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are looked at a hundred times a second."""
    monkeypatch.setattr(shared_watcher(), "pace", Pace(shortest=0.005, longest=0.01))


def lines(widget: gp.RunWidget) -> list[str]:
    """What stands in each line of a request."""
    found = BeautifulSoup(html_of(widget), "html.parser").select("details.gpw-request > summary")
    return [" ".join(one.get_text(" ").split()) for one in found]


def rows(widget: gp.RunWidget) -> list[object]:
    """The widgets of the lines, to see whether they are the same."""
    (box,) = [one for one in find_parts(widget) if "gpw-requests" in getattr(one, "_dom_classes", ())]
    return list(box.children)


def find_parts(widget: object) -> list[object]:
    return [widget, *(part for child in getattr(widget, "children", ()) for part in find_parts(child))]


def test_lines_come_in_while_a_run_goes_on_and_none_is_made_anew(server, quick_looks) -> None:
    run = gp.GPTask(server.url_of("SlowCount")).start(Seconds=30, Steps=2)
    widget = gp.RunWidget(run)
    assert lines(widget) == []
    press(widget, TITLE)
    see(widget, "Asks for the state of the job; the server says that it is executing")
    before = rows(widget)
    told = [one.value for one in before]
    run.cancel()
    finish(run)
    see(widget, "Asks the server to cancel the job")
    assert rows(widget)[: len(before)] == before
    assert [one.value for one in before] == told
    first = next(one for one in lines(widget) if "creates a job" in one)
    assert re.match(r"[0-9.]+ s Sends the inputs of SlowCount, which creates a job; the server", first)
    assert "POST 200" in first
    widget.close()


def test_of_a_run_that_is_over_all_are_shown_with_fields_and_answers(server, folder: Path) -> None:
    run = gp.GPTask(server.url_of("BufferPoints")).start(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
    finish(run)
    widget = gp.RunWidget(run)
    press(widget, TITLE)
    assert len(lines(widget)) == len(run.trace)
    shown = BeautifulSoup(html_of(widget), "html.parser").get_text(" ")
    for words in ("Distance (Distance)", '{"distance":5,"units":"esriKilometers"}', "/BufferPoints/execute"):
        assert words in shown
    assert f"{len(run.trace)} request" in text_of(widget)
    press(widget, "Save for a browser")
    see(widget, "Saved as")
    assert (folder / "BufferPoints_requests.har").stat().st_size > 500
    widget.close()


def test_lines_of_many_looks_at_a_job_are_counted(server: demo.DemoServer, quick_looks) -> None:
    run = gp.GPTask(server.url_of("SlowCount")).start(Seconds=30, Steps=2)
    widget = gp.RunWidget(run)
    press(widget, TITLE)
    assert seen(lambda: len(run.trace) >= 80)
    run.cancel()
    finish(run)
    assert len(lines(widget)) < 70
    assert re.search(r"[0-9]+ more requests, the last after [0-9.]+ s", text_of(widget))
    assert "Asks the server to cancel the job" in text_of(widget)
    widget.close()


@pytest.mark.usefixtures("own_history")
def test_a_run_that_the_history_has_kept_has_none_to_show(server: demo.DemoServer) -> None:
    run = gp.GPTask(server.url_of("BufferPoints")).start(Input_Points="POINT (-84.2 36.4)", Distance="5 km")
    finish(run)
    with_requests = gp.RunWidget(run)
    assert can_find(with_requests, TITLE)
    restart_kernel()
    kept = gp.RunWidget(gp.history()[0].attach())
    assert not can_find(kept, TITLE)
    kept.close()
    with_requests.close()
