"""The report of a run stands alone: everything is in it, and nothing that runs or fetches."""

from __future__ import annotations

import base64
import re

import pytest
from bs4 import BeautifulSoup
from widget_tools import can_find, join_workers, press, said

import gpwidgets as gp

PLACE = "POINT (-84.2 36.4)"


@pytest.fixture(scope="module")
def run(server) -> gp.Run:
    started = gp.GPTask(server.url_of("Viewshed")).start(Input_Points=PLACE, Distance="2 km", outSR=32616)
    started.wait(60, show_progress=False)
    return started


def page_of(run: gp.Run, path) -> BeautifulSoup:
    return BeautifulSoup(run.report(path).read_text(encoding="utf-8"), "html.parser")


def test_all_of_a_run_is_on_the_page(run, tmp_path) -> None:
    page = page_of(run, tmp_path / "a.html")
    text = page.get_text(" ")
    for words in (
        "Viewshed",
        "2 kilometers",
        "Executing (Viewshed)",
        run.job_url,
        "Run it again",
        "Started on 20",
        "Ended on 20",
        "Output coordinates",
    ):
        assert words in text
    (picture,) = page.find_all("img")
    assert base64.b64decode(picture["src"].partition(",")[2]).startswith(b"<svg")
    assert page.find("table")


def test_the_settings_on_it_run_again(run, tmp_path) -> None:
    page = page_of(run, tmp_path / "a.html")
    link = page.find("a", download="settings.json")["href"]
    settings = gp.load_settings(base64.b64decode(link.partition(",")[2]).decode())
    assert settings.values(run.task)["Distance"] == gp.LinearUnit(2, "km")
    assert settings.task == run.task.url.task


def test_nothing_on_it_runs_or_is_fetched(run, tmp_path) -> None:
    page = page_of(run, tmp_path / "a.html")
    assert not page.find_all(["script", "iframe", "object", "embed", "link"])
    assert not [one for one in page.find_all(True) if any(name.startswith("on") for name in one.attrs)]
    assert all(one["src"].startswith("data:") for one in page.find_all(src=True))
    assert "default-src 'none'" in page.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert not re.search(r"url\(|@import", page.find("style").get_text())


def test_secrets_are_not_on_it(server, tmp_path) -> None:
    task = gp.GPTask(server.url_of("ParameterGallery"), gp.Token("SECRETMARK"))
    run = task.start(Input_Hidden="SECRETMARK", Input_String="https://h/?token=SECRETMARK")
    run.wait(60, show_progress=False)
    assert "SECRETMARK" not in run.report(tmp_path / "a.html").read_text(encoding="utf-8")


def test_folders_of_this_computer_are_not_on_it(server, tmp_path) -> None:
    file = tmp_path / "data.csv"
    file.write_text("a")
    run = gp.GPTask(server.url_of("ParameterGallery")).start(Input_File=str(file))
    run.wait(60, show_progress=False)
    page = page_of(run, tmp_path / "a.html")
    link = page.find("a", download="settings.json")["href"]
    settings = base64.b64decode(link.partition(",")[2]).decode()
    assert str(tmp_path) not in str(page) + settings
    (tmp_path / "settings.json").write_text(settings)
    again = gp.load_settings(tmp_path / "settings.json").values(run.task)
    assert again["Input_File"].path == str(file)


def test_what_went_wrong_is_on_it(server, tmp_path) -> None:
    run = gp.GPTask(server.url_of("SlowCount")).start(Steps=3, Seconds=0, Fail=True)
    with pytest.raises(gp.RunFailed):
        run.wait(60, show_progress=False)
    assert "alert" in str(page_of(run, tmp_path / "a.html"))


def test_a_page_is_not_written_over(run, tmp_path) -> None:
    run.report(tmp_path / "a.html")
    with pytest.raises(FileExistsError):
        run.report(tmp_path / "a.html")
    run.report(tmp_path / "a.html", overwrite=True)


def test_buttons_save_it_and_the_crate(run, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    view = gp.RunWidget(run)
    press(view, "Save a report")
    join_workers("gpwidgets-report")
    assert [path.name for path in tmp_path.iterdir()] == ["Viewshed_report.html"]
    assert any("Saved as" in text for text in said(view))
    press(view, "Save a crate")
    join_workers("gpwidgets-crate")
    assert any("Viewshed_crate.zip" in text for text in said(view))
    assert gp.provenance(tmp_path / "Viewshed_crate.zip")["job_id"] == run.job_id
    view.close()


def test_a_run_that_failed_can_be_saved_too(server, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = gp.GPTask(server.url_of("SlowCount")).start(Steps=3, Seconds=0, Fail=True)
    with pytest.raises(gp.RunFailed):
        run.wait(60, show_progress=False)
    view = gp.RunWidget(run)
    press(view, "Save a crate")
    join_workers("gpwidgets-crate")
    assert gp.provenance(tmp_path / "SlowCount_crate.zip")["status"] == "failed"
    view.close()


def test_a_run_that_goes_on_has_no_buttons(server) -> None:
    run = gp.GPTask(server.url_of("SlowCount")).start(Steps=1, Seconds=30)
    view = gp.RunWidget(run)
    assert not can_find(view, "Save a report")
    assert not can_find(view, "Save a crate")
    run.cancel()
    view.close()
