"""A form with a preset: what is hidden, fixed, named and narrowed, and that nothing is sent unseen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from widget_tools import (
    alerts,
    can_find,
    choose,
    field,
    fill,
    finish,
    html_of,
    join_workers,
    open_tab,
    options,
    press,
    said,
    text_of,
)

import gpwidgets as gp
from gpwidgets.widgets.page.open_forms import inputs_for

FOLD = "Save, share, look inside"
PRESET: dict[str, Any] = {
    "title": "Wells & their surroundings",
    "inputs": {
        "Distance": {"value": "5 km", "hidden": True},
        "Dissolve": {"value": "ALL", "fixed": True, "label": "Join them"},
        "Input_Points": {"label": "Wells", "help": "Click on the <b>map</b>."},
    },
    "order": ["Dissolve", "Input_Points"],
    "extent": [10, 59, 11, 60],
}
POINT = {"Input_Points": "POINT (10 59)"}


@pytest.fixture
def form(server) -> Iterator[gp.TaskWidget]:
    widget = gp.TaskWidget(server.url_of("BufferPoints"), preset=PRESET, values=POINT)
    yield widget
    widget.close()


def point_of(widget: gp.TaskWidget) -> Any:
    """Where the first feature is, as it would be sent."""
    assert widget.task is not None
    sent = json.loads(widget.task.request(widget.values)["Input_Points"].text)
    return sent["features"][0]["geometry"]


def test_the_form_is_as_its_author_wants_it(form) -> None:
    text = text_of(form)
    assert text.startswith("Wells & their surroundings")
    assert text.index("Join them") < text.index("Wells *") < text.index("Click on the map.")
    assert not can_find(form, "Distance")
    assert alerts(form) == []
    assert form.map.map.center == pytest.approx([59.5, 10.5], abs=0.1)


def test_what_is_hidden_is_listed_in_a_fold_sent_and_written_as_code(form) -> None:
    press(form, "Set by the preset (1)")
    assert "Distance 5 kilometers (set by the preset)" in text_of(form)
    press(form, FOLD)
    choose(form, "Show", "The request, field by field")
    join_workers("gpwidgets-share")
    assert '{"distance":5,"units":"esriKilometers"}' in text_of(form)
    press(form, "This form as Python")
    assert "Distance=gp.LinearUnit(5.0, 'esriKilometers')" in text_of(form)
    press(form, "Run")
    finish(form.run)
    assert form.run.inputs["Distance"] == gp.LinearUnit(5, "esriKilometers")
    assert form.run.inputs["Dissolve"] == "ALL"


def test_fixed_values_stay_whatever_is_given_and_that_is_said(form) -> None:
    form.values = {**form.values, "Distance": "9 km", "Dissolve": "NONE"}
    assert form.values["Distance"] == gp.LinearUnit(5, "esriKilometers")
    assert form.values["Dissolve"] == "ALL"
    assert "⚠ The preset fixes this value; NONE was not taken." in text_of(form)
    form.form.editors["Dissolve"].value = "NONE"
    assert form.values["Dissolve"] == "ALL"
    press(form, "Reset")
    assert form.values["Dissolve"] == "ALL"
    assert "not taken" not in text_of(form)


def test_settings_of_somebody_else_are_loaded_around_what_is_fixed(form, server) -> None:
    task = gp.GPTask(server.url_of("BufferPoints"))
    press(form, FOLD)
    fill(form, "Settings", str(task.settings(Distance="1 km", Input_Points="POINT (1 2)")))
    press(form, "Use them")
    assert form.values["Distance"] == gp.LinearUnit(5, "esriKilometers")
    assert point_of(form) == {"x": 1, "y": 2}
    assert "Distance is fixed by the preset and was not taken." in " ".join(said(form))


def test_the_values_of_an_earlier_run_come_back_around_what_is_fixed(server, own_history) -> None:
    task = gp.GPTask(server.url_of("BufferPoints"))
    task(Distance="1 km", **POINT)
    widget = gp.TaskWidget(gp.history()[0], preset=PRESET)
    assert widget.values["Distance"] == gp.LinearUnit(5, "esriKilometers")
    assert len(widget.values["Input_Points"]) == 1
    widget.close()


def test_a_first_value_can_be_changed_and_comes_back_with_reset(server) -> None:
    preset = {"inputs": {"Distance": {"value": "3 km"}}, "environment": {"outSR": 32632}}
    widget = gp.TaskWidget(server.url_of("BufferPoints"), preset=preset)
    assert widget.values["Distance"] == gp.LinearUnit(3, "esriKilometers")
    assert widget.values["env"]["outSR"] == gp.SpatialReference(32632)
    fill(widget, "Distance", "4")
    assert widget.values["Distance"] == gp.LinearUnit(4, "esriKilometers")
    press(widget, "Reset")
    assert widget.values["Distance"] == gp.LinearUnit(3, "esriKilometers")
    assert widget.values["env"]["outSR"] == gp.SpatialReference(32632)
    widget.close()
    widget = gp.TaskWidget(server.url_of("BufferPoints"), preset=preset, values={"Distance": "8 km"})
    assert widget.values["Distance"] == gp.LinearUnit(8, "esriKilometers")
    widget.close()


def test_faults_are_said_above_the_form_and_at_the_field(server) -> None:
    preset = {"inputs": {"Dissolve": {"choices": ["ALL", "<b>SOME</b>"], "value": "ALL"}, "Distanze": {}}}
    widget = gp.TaskWidget(server.url_of("BufferPoints"), preset=preset)
    (alert,) = alerts(widget)
    assert "inputs.Distanze: the task has no such input; did you mean 'Distance'?" in alert
    assert "The task has no choice '<b>SOME</b>'" in said(field(widget, "Dissolve"))[0]
    assert "ALL" in options(widget, "Dissolve")
    assert "NONE" not in options(widget, "Dissolve")
    assert "<b>SOME</b>" not in html_of(widget)
    widget.close()


def test_a_required_input_that_is_hidden_without_a_value_is_shown(server) -> None:
    widget = gp.TaskWidget(
        server.url_of("BufferPoints"), preset={"inputs": {"Input_Points": {"hidden": True}}}
    )
    assert "the task needs a value and the preset gives none, so the input is shown." in alerts(widget)[0]
    assert can_find(widget, "Draw point")
    widget.close()


@pytest.mark.parametrize("given", ["no/such/file.json", "{", 5, {"format": "else"}, Path("/"), {"inputs": 5}])
def test_a_preset_that_cannot_be_used_leaves_the_form_as_it_is(server, given: Any) -> None:
    widget = gp.TaskWidget(server.url_of("BufferPoints"), preset=given)
    assert len(alerts(widget)) == 1
    assert can_find(widget, "Distance")
    assert can_find(widget, "Run")
    widget.close()


@pytest.mark.parametrize(
    "value",
    ["POINT (10 59)", {"spatialReference": {"wkid": 4326}, "features": [{"geometry": {"x": 10, "y": 59}}]}],
)
def test_fixed_features_are_on_the_map_and_nothing_else_is_put_there(server, value: Any) -> None:
    preset = {"inputs": {"Input_Points": {"value": value, "fixed": True, "label": "Wells"}}}
    of_others = inputs_for()
    widget = gp.TaskWidget(server.url_of("BufferPoints"), preset=preset)
    assert "Wells 1 " in text_of(widget)
    assert len(widget.map.targets["Input_Points"].frame()) == 1
    assert [one for one in inputs_for() if one not in of_others] == []
    widget.close()


def test_what_is_hidden_without_a_value_is_listed_too(server) -> None:
    rows = {
        "Input_Hidden": {},
        "Input_Long": {},
        "Input_Coded": {"value": "ALL"},
    }
    preset = {"inputs": {name: {"hidden": True, **row} for name, row in rows.items()}}
    widget = gp.TaskWidget(server.url_of("ParameterGallery"), preset=preset)
    press(widget, "Set by the preset (3)")
    text = text_of(widget)
    for line in ("Input Hidden hidden", "Input Long nothing", "Input Coded Join all"):
        assert f"{line} (set by the preset)" in text
    widget.values = {**widget.values, "Input_Hidden": "canary-secret"}
    assert "canary-secret" not in html_of(widget)
    assert "another value was not taken" in text_of(widget)
    widget.close()


HOSTILE = '<img src=x onerror="alert(1)"><script>alert(1)</script>$x$ \u202e'


def test_texts_of_a_stranger_are_no_html(server) -> None:
    row = {"label": HOSTILE * 50, "help": HOSTILE, "group": HOSTILE}
    preset = {
        "title": HOSTILE,
        "inputs": {
            "Distance": {**row, "value": HOSTILE},
            "Dissolve": {**row, "hidden": True, "group": ""},
            HOSTILE: {HOSTILE: HOSTILE},
        },
        "order": [HOSTILE],
        "outputs": [HOSTILE],
        HOSTILE: 1,
    }
    widget = gp.TaskWidget(server.url_of("BufferPoints"), preset=preset)
    for part in ("Set by the preset (1)", FOLD):
        press(widget, part)
    join_workers("gpwidgets-share")
    page = BeautifulSoup(html_of(widget), "html.parser")
    assert page.find_all(["img", "script"]) == []
    assert not any(name in tag.attrs for tag in page.find_all(True) for name in ("onerror", "onload"))
    widget.close()


def test_outputs_and_messages_that_are_shown(server) -> None:
    preset = {"outputs": ["Output_Long"], "messages": "warning"}
    widget = gp.TaskWidget(server.url_of("ParameterGallery"), preset=preset, values={"Input_Long": 7})
    press(widget, "Run")
    finish(widget.run)
    assert "Output_String" not in html_of(widget)
    text = text_of(widget)
    press(widget, "Other outputs (31)")
    assert len(text_of(widget)) > len(text)
    open_tab(widget, "Output String (text)")
    assert "Output String" in text_of(widget)
    widget.close()


def test_a_form_is_saved_as_a_preset_that_makes_it_again(form, server, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    press(form, FOLD)
    choose(form, "Show", "Preset (JSON)")
    join_workers("gpwidgets-share")
    page = BeautifulSoup(html_of(form), "html.parser")
    shown = json.loads(page.select(".gpw-code-box pre")[-1].get_text())
    press(form, "Save as preset")
    (path,) = tmp_path.glob("*.preset.json")
    assert json.loads(path.read_text("utf-8")) == shown
    again = gp.TaskWidget(server.url_of("BufferPoints"), preset=path)
    assert alerts(again) == []
    assert text_of(again).startswith("Wells & their surroundings")
    assert not can_find(again, "Distance")
    assert {k: v for k, v in again.values.items() if k != "Input_Points"} == {
        k: v for k, v in form.values.items() if k != "Input_Points"
    }
    assert point_of(again) == point_of(form)
    again.close()


def test_it_works_on_a_replay(server, tmp_path) -> None:
    with gp.record(server.url_of("BufferPoints"), tmp_path / "lesson.zip") as recorder:
        address = recorder.address_of(server.url_of("BufferPoints"))
        gp.TaskWidget(address, preset=PRESET, values=POINT).start().wait()
    with gp.replay(tmp_path / "lesson.zip") as replay:
        widget = gp.TaskWidget(replay.url_of("BufferPoints"), preset=PRESET, values=POINT)
        assert len(widget.start().wait().Buffers) == 1
        widget.close()
