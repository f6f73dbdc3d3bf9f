"""The settings of a run beside its button: after how long it is given up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from widget_tools import can_find, error_at, fill, find, html_of, press, see, text_of

from gpwidgets import TaskWidget, demo
from gpwidgets.errors import RunTimedOut


@pytest.fixture(scope="module")
def server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


def test_a_run_over_its_deadline_is_cancelled_and_the_form_says_so(server: demo.DemoServer) -> None:
    form = TaskWidget(server.url_of("SlowCount"), values={"Seconds": 30})
    assert not can_find(form, "Give up after (minutes)")
    press(form, "Time limit")
    fill(form, "Give up after (minutes)", "0.01")
    press(form, "This form as Python")
    assert "run.give_up_after(0.6)" in text_of(form)
    press(form, "Run")
    with pytest.raises(RunTimedOut):
        form.run.wait(30, show_progress=False)
    see(form, "Over the time limit")
    see(form, "took longer than the 0.6 s that it was given, and was cancelled on the server")


def test_the_button_tells_the_deadline_and_reset_takes_it_away(server: demo.DemoServer) -> None:
    form = TaskWidget(server.url_of("SlowCount"))
    press(form, "Time limit")
    fill(form, "Give up after (minutes)", "10")
    press(form, "Time limit")
    assert find(form, "Time limit").description == "Time limit: 10 min 00 s"
    press(form, "Reset")
    assert find(form, "Time limit").description == "Time limit"
    assert form.form.deadline is None


@pytest.mark.parametrize("wrong", ["soon", "0", "-5", "1e99"])
def test_a_time_that_is_none_is_said_at_its_field_and_nothing_runs(
    server: demo.DemoServer, wrong: str
) -> None:
    form = TaskWidget(server.url_of("SlowCount"))
    press(form, "Time limit")
    fill(form, "Give up after (minutes)", wrong)
    press(form, "Time limit")
    press(form, "Run")
    assert form.run is None
    assert error_at(form, "Give up after (minutes)")
    assert can_find(form, "Go to Give up after (minutes)")
    fill(form, "Give up after (minutes)", "")
    assert not can_find(form, "Go to Give up after (minutes)")


def test_a_preset_brings_its_deadline_and_a_form_saves_its_own(server: demo.DemoServer) -> None:
    form = TaskWidget(server.url_of("SlowCount"), preset={"deadline": 90})
    assert find(form, "Time limit").description == "Time limit: 1 min 30 s"
    press(form, "Time limit")
    assert find(form, "Give up after (minutes)").value == "1.5"
    fill(form, "Give up after (minutes)", "2")
    press(form, "Save, share, look inside")
    find(form, "Show", role="combobox").value = 4
    see(form, '"deadline": 120')
    press(form, "Reset")
    assert form.form.deadline == 90


def test_an_upload_is_shown_with_its_size_and_can_be_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "hills.csv"
    path.write_bytes(b"0" * 2_500_000)
    with demo.serve() as server:
        server.faults.add("delay", on="upload", seconds=30)
        form = TaskWidget(server.url_of("ParameterGalleryJob"), values={"Input_File": path})
        press(form, "Run")
        see(form, "Uploading hills.csv: 2.5 of 2.5 MB")
        assert 'value="100.0"' in html_of(form)
        press(form, "Cancel")
        see(form, "Cancelled")
        assert "Uploading" not in text_of(form)
