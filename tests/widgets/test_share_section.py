"""A form is saved, shown as a request, and filled from what somebody has sent."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from widget_tools import (
    alerts,
    choose,
    error_at,
    fill,
    find,
    html_of,
    join_workers,
    press,
    said,
    text_of,
    upload,
)

import gpwidgets as gp

FOLD = "Save, share, look inside"


@pytest.fixture
def form(server) -> Iterator[gp.TaskWidget]:
    widget = gp.TaskWidget(
        server.url_of("ParameterGallery"), values={"Input_Long": 7, "Input_String": "a <b>"}
    )
    press(widget, FOLD)
    join_workers("gpwidgets-share")
    yield widget
    widget.close()


def shown(widget: gp.TaskWidget) -> str:
    """The text that can be copied."""
    join_workers("gpwidgets-share")
    boxes = BeautifulSoup(html_of(widget), "html.parser").select(".gpw-code-box pre")
    return boxes[-1].get_text()


def test_settings_are_shown_and_follow_the_form(form) -> None:
    document = json.loads(shown(form))
    assert document["inputs"]["Input_Long"]["value"] == 7
    assert document["inputs"]["Input_String"]["value"] == "a <b>"
    form.values = {**form.values, "Input_Long": 8}
    assert json.loads(shown(form))["inputs"]["Input_Long"]["value"] == 8


@pytest.mark.parametrize(
    ("view", "words"),
    [("Command (curl)", "curl http"), ("Address (REST)", "/execute?f=json")],
)
def test_it_is_a_command_and_an_address_too(form, view: str, words: str) -> None:
    choose(form, "Show", view)
    assert words in shown(form)


def test_the_request_is_a_table_and_nothing_is_run(form) -> None:
    choose(form, "Show", "The request, field by field")
    join_workers("gpwidgets-share")
    assert "Nothing of this was sent." in text_of(form)
    assert form.run is None


def test_what_cannot_be_shown_is_said(server) -> None:
    widget = gp.TaskWidget(server.url_of("BufferPoints"))
    press(widget, FOLD)
    choose(widget, "Show", "Command (curl)")
    join_workers("gpwidgets-share")
    assert any("Input Points" in text or "Input_Points" in text for text in alerts(widget))
    choose(widget, "Show", "Settings (JSON)")
    join_workers("gpwidgets-share")
    assert alerts(widget) == []


def test_settings_are_saved_and_not_written_over(form, tmp_path) -> None:
    fill(form, "Folder", str(tmp_path / "deep"))
    press(form, "Save settings")
    press(form, "Save settings")
    assert (
        sorted(path.name for path in (tmp_path / "deep").iterdir())
        == [
            "ParameterGallery.settings.json",
            "ParameterGallery_1.settings.json",
        ]
        or len(list((tmp_path / "deep").iterdir())) == 2
    )
    assert any("Saved as" in text for text in said(form))
    path = sorted((tmp_path / "deep").iterdir())[0]
    assert gp.load_settings(path).values(form.task)["Input_Long"] == 7


def test_a_folder_that_is_a_file_is_said(form, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    fill(form, "Folder", str(tmp_path / "file"))
    press(form, "Save settings")
    assert alerts(form)


def test_a_form_is_filled_from_a_file(form) -> None:
    text = str(form.task.settings(Input_Long=9, Input_Choice="PLANAR", outSR=25832))
    upload(form, "Load settings", "sent.json", text.encode(), "application/json")
    assert form.values["Input_Long"] == 9
    assert form.values["env"]["outSR"] == gp.SpatialReference(25832)
    assert "Input_String" not in form.values
    assert any("The form has 2 values of the settings." in text for text in said(form))
    assert bytes(find(form, "Load settings").value[0]["content"]) == b""


def test_a_form_is_filled_from_pasted_text_and_says_what_does_not_fit(form) -> None:
    document = form.task.settings(Input_Long=9, Input_Double=1.5).to_json()
    document["inputs"]["Input_Long"]["value"] = "nine"
    document["inputs"]["Gone"] = {"dataType": "GPString", "value": "a"}
    document["task"] = "https://gis.example.com/arcgis/rest/services/A/GPServer/Other"
    fill(form, "or paste the text of settings here", json.dumps(document))
    press(form, "Use them")
    assert form.values["Input_Double"] == 1.5
    assert error_at(form, "Input Long")
    words = " ".join(said(form))
    assert "Gone: the task has no such input." in words
    assert "They were made for https://gis.example.com/" in words


@pytest.mark.parametrize("text", ["", "no settings", "/etc/hostname", "{}", '{"format": "other"}'])
def test_what_are_no_settings_leaves_the_form_as_it_is(form, text: str) -> None:
    before = dict(form.values)
    fill(form, "or paste the text of settings here", text)
    press(form, "Use them")
    assert any("no settings of a run" in one for one in alerts(form))
    assert form.values == before


def test_no_secret_is_shown(server) -> None:
    widget = gp.TaskWidget(
        server.url_of("ParameterGallery"),
        auth=gp.Token("SECRETMARK"),
        values={"Input_Hidden": "SECRETMARK", "Input_String": "https://h/?token=SECRETMARK"},
    )
    press(widget, FOLD)
    for view in ("Settings (JSON)", "Command (curl)", "Address (REST)", "The request, field by field"):
        choose(widget, "Show", view)
        join_workers("gpwidgets-share")
        assert "SECRETMARK" not in html_of(widget)
    widget.close()
