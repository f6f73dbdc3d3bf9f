"""Where something did not work, a button saves a report for the administrator."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from widget_tools import can_find, finish, press, see

import gpwidgets as gp
from gpwidgets import demo

BUTTON = "Save a report for the administrator"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names_in(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


@pytest.mark.usefixtures("own_history")
def test_a_run_that_failed_has_one(server: demo.DemoServer, folder: Path) -> None:
    run = gp.GPTask(server.url_of("SlowCount")).start(Seconds=0, Steps=1, Fail=True)
    widget = gp.RunWidget(run)
    finish(run)
    see(widget, "Failed")
    press(widget, BUTTON)
    see(widget, "Saved as")
    see(widget, "Look through it before you send it.")
    names = names_in(folder / "SlowCount_diagnosis.zip")
    assert names[0] == "summary.md"
    assert {"run.json", "run-requests.har", "messages.txt"} <= set(names)
    widget.close()


def test_a_run_that_went_well_has_none(server: demo.DemoServer) -> None:
    run = gp.GPTask(server.url_of("SlowCount")).start(Seconds=0, Steps=1)
    widget = gp.RunWidget(run)
    finish(run)
    see(widget, "Succeeded")
    assert not can_find(widget, BUTTON)
    widget.close()


def test_an_address_that_does_not_answer_has_one(folder: Path) -> None:
    session = gp.GPSession(sleep=lambda _seconds: None)
    form = gp.TaskWidget("http://127.0.0.1:9/arcgis/rest/services/S/GPServer/T", session=session)
    see(form, "No connection")
    press(form, BUTTON)
    see(form, "Saved as")
    assert "requests.har" in names_in(folder / "T_diagnosis.zip")
    form.close()
