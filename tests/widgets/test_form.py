"""The form of a task: an editor for each input, values in and out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import ipywidgets as w
import pytest
from recorded import recorded
from widget_tools import text_of

from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.datatypes.value_checks import form_text
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.protocol.values import UNSET, LinearUnit
from gpwidgets.widgets.editors.editor import ParameterEditor
from gpwidgets.widgets.editors.editor_table import editor_for, register_editor
from gpwidgets.widgets.editors.text import JsonEditor, TextEditor
from gpwidgets.widgets.form.form import TaskForm
from gpwidgets.widgets.kit.fold import Fold


def parameter(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "dataType": kind, "direction": "esriGPParameterDirectionInput", **more}


REQUIRED = {"parameterType": "esriGPParameterTypeRequired"}
OPTIONAL = {"parameterType": "esriGPParameterTypeOptional"}


def form_of(*parameters: dict[str, Any]) -> TaskForm:
    return TaskForm(TaskInfo.from_json({"name": "Task", "parameters": list(parameters)}))


def shown(widget: w.Widget) -> str:
    if isinstance(widget, w.HTML):
        return "" if widget.layout.display == "none" else widget.value
    return " ".join(shown(child) for child in getattr(widget, "children", ()))


def test_a_form_starts_with_the_defaults_and_leaves_out_what_has_none() -> None:
    form = form_of(
        parameter(
            "Distance", "GPLinearUnit", defaultValue={"distance": 500, "units": "esriMeters"}, **REQUIRED
        ),
        parameter("Name", "GPString", defaultValue="", **OPTIONAL),
    )
    assert form.values == {"Distance": LinearUnit(500, "esriMeters")}


def test_values_are_set_and_read_back_and_watched() -> None:
    form = form_of(parameter("Count", "GPLong", **REQUIRED), parameter("Name", "GPString", **OPTIONAL))
    seen: list[dict[str, Any]] = []
    form.observe(lambda change: seen.append(change["new"]), names="values")
    form.values = {"Count": "7", "Name": "a"}
    assert form.values == {"Count": 7, "Name": "a"}
    form.values = {"Count": 8}
    assert form.values == {"Count": 8}
    assert form.editors["Name"].value is UNSET
    assert seen[-1] == {"Count": 8}


def test_names_may_be_written_as_identifiers_and_unknown_ones_are_refused() -> None:
    form = form_of(parameter("Input Points", "GPString"))
    form.values = {"Input_Points": "a"}
    assert form.values == {"Input Points": "a"}
    with pytest.raises(TypeError, match="Input Points"):
        form.values = {"Input_Point": "a"}
    assert form.values == {"Input Points": "a"}


def test_a_wrong_value_is_shown_with_what_is_wrong_and_the_others_stay() -> None:
    form = form_of(parameter("Count", "GPLong", **REQUIRED), parameter("Name", "GPString"))
    form.values = {"Count": "many", "Name": "a"}
    assert form.values == {"Name": "a"}
    assert "not a number" in form.editors["Count"].error
    assert form.editors["Count"].control.value == "many"


def test_check_marks_each_field_that_is_missing_or_wrong() -> None:
    form = form_of(
        parameter("Count", "GPLong", **REQUIRED),
        parameter("Share", "GPDouble", filter={"type": "range", "minimum": 0, "maximum": 1}),
        parameter("Name", "GPString", **REQUIRED),
    )
    form.values = {"Share": 2, "Name": "a"}
    wrong = form.check()
    assert [error.parameter for error in wrong] == ["Count", "Share"]
    assert "A value is needed here" in shown(form)
    assert "from 0 to 1" in shown(form)
    form.editors["Count"].control.value = "3"
    form.editors["Share"].control.value = "0.5"
    assert form.check() == []
    assert "✖" not in shown(form)


def test_an_error_of_the_server_is_shown_at_its_field_in_an_opened_section() -> None:
    form = form_of(parameter("Cell Size", "GPDouble", category="Raster"), parameter("Name", "GPString"))
    section = next(child for child in form.children if isinstance(child, Fold))
    assert not section.opened
    form.show_errors([ParameterError("Cell Size", "it is too small."), ParameterError("Unknown", "x")])
    assert form.editors["Cell Size"].error == "it is too small."
    assert section.opened


def test_reset_puts_the_defaults_back() -> None:
    form = form_of(parameter("Count", "GPLong", defaultValue=3), parameter("Name", "GPString"))
    form.values = {"Count": 9, "Name": "a"}
    form.editors["Count"].control.value = "nine"
    form.reset()
    assert form.values == {"Count": 3}
    assert form.editors["Count"].error == ""


def test_server_text_in_labels_and_help_cannot_run() -> None:
    evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
    form = form_of(
        parameter("Name", "GPString", displayName=evil, description=f"Help {evil} words", **REQUIRED)
    )
    html = shown(form)
    assert "<script" not in html
    assert "<img" not in html
    assert "Help" in html


def test_an_editor_of_the_users_own_is_used_and_one_that_fails_gives_way_to_json(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from gpwidgets.widgets.editors import editor_table

    monkeypatch.setattr(editor_table, "_REGISTERED", {})

    class Own(TextEditor):
        pass

    class Broken(TextEditor):
        def build(self) -> list[w.Widget]:
            raise RuntimeError("no")

    register_editor("GPString", Own)
    register_editor("GPLong", Broken)
    form = form_of(parameter("Name", "GPString"), parameter("Count", "GPLong"))
    assert isinstance(form.editors["Name"], Own)
    assert isinstance(form.editors["Count"], JsonEditor)
    assert "RuntimeError" in form.editors["Count"].error
    form.values = {"Count": 4}
    assert form.values == {"Count": 4}


def test_many_optional_inputs_are_folded_below_the_needed_ones() -> None:
    form = form_of(
        *(parameter(f"Option {number}", "GPString", **OPTIONAL) for number in range(6)),
        parameter("Name", "GPString", **REQUIRED),
    )
    kinds = [type(child).__name__ for child in form.children if text_of(child)]
    assert kinds == ["TextEditor", "Fold"]
    assert next(iter(form.editors)) == "Option 0"


def test_a_task_without_inputs_says_so() -> None:
    assert "no inputs" in shown(form_of())


@pytest.mark.parametrize("path", recorded("task"), ids=lambda path: path.name)
def test_every_recorded_task_becomes_a_form_with_an_editor_for_each_input(path: Path) -> None:
    info = TaskInfo.from_json(json.loads(path.read_text("utf-8-sig")))
    form = TaskForm(info)
    assert list(form.editors) == [one.name for one in info.inputs]
    for one in info.inputs:
        editor = form.editors[one.name]
        assert isinstance(editor, ParameterEditor)
        assert editor.error == ""
        if one.choices and not one.is_multi and one.data_type in ("GPString", "GPLong", "GPDouble"):
            assert type(editor).__name__ == "ChoiceEditor"
        if editor.value is not UNSET and not isinstance(editor.value, str):
            form_text(datatype_of(one).encode(editor.value, one))
    form.close()


def test_values_of_every_recorded_default_survive_being_shown_and_read() -> None:
    for path in recorded("task"):
        for one in TaskInfo.from_json(json.loads(path.read_text("utf-8-sig"))).inputs:
            editor = editor_for(one)
            before = editor.value
            if before is UNSET or one.data_type in ("GPFeatureRecordSetLayer", "GPRecordSet"):
                continue
            editor.take()
            assert editor.value == before, (path.name, one.name)


def test_inputs_of_the_same_display_name_are_told_apart() -> None:
    rows = [{"name": name, "displayName": "Distance", "dataType": "GPLong"} for name in ("from", "to")]
    inputs = [{**row, "direction": "esriGPParameterDirectionInput"} for row in rows]
    form = TaskForm(TaskInfo.from_json({"name": "T", "parameters": inputs}))
    assert [editor.label for editor in form.editors.values()] == ["Distance (from)", "Distance (to)"]
