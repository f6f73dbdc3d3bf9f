"""Descriptions and results with thousands of everything: a bounded part is shown, with a way to the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ipywidgets as w
import pytest
from bad_server import BadServer, GPAnswers, parameter
from widget_tools import can_find, fill, find, find_all, text_of

import gpwidgets as gp
from gpwidgets import bounds
from gpwidgets.widgets.results.results import ResultsView

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def _bounds_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "_raised", {})


@contextmanager
def form_of(parameters: list[dict[str, Any]]) -> Iterator[tuple[gp.TaskWidget, GPAnswers]]:
    answers = GPAnswers(parameters)
    with BadServer(answers) as server:
        yield gp.TaskWidget(gp.GPTask(f"{server.services}/S/GPServer/Task")), answers


def fields(widget: w.Widget) -> list[w.Widget]:
    return find_all(widget, role="textbox")


def test_of_thousands_of_inputs_the_required_ones_come_first_and_more_on_demand() -> None:
    many = [parameter(f"Input_{at}") for at in range(3000)]
    many[2500]["parameterType"] = "esriGPParameterTypeRequired"
    with form_of(many) as (form, _answers):
        assert form.form is not None
        assert len(form.form.editors) == bounds.limit("inputs")
        assert "Input_2500" in form.form.editors
        assert "60 of 3,000 inputs are shown" in text_of(form)
        assert "gpwidgets.bounds.raise_to('inputs', …)" in text_of(form)
        find(form, "More inputs").click()
        assert len(form.form.editors) == 2 * bounds.limit("inputs")
        assert "120 of 3,000" in text_of(form)


def test_an_input_that_is_not_shown_is_found_by_its_name() -> None:
    many = [parameter(f"Input_{at}", parameterType="esriGPParameterTypeRequired") for at in range(100)]
    many[80] |= {"displayName": "Depth <m>", "parameterType": "esriGPParameterTypeOptional"}
    for at in range(90):
        many[at]["defaultValue"] = "a"
    with form_of(many) as (form, _answers):
        assert can_find(form, "Input_95", "textbox")  # one of those that have to be given
        assert "the others keep their defaults" in text_of(form)
        assert "have to be given" not in text_of(form)
        assert "Depth <m>" in text_of(form)  # for who searches the page
        assert not can_find(form, "Depth <m>", "textbox")
        fill(form, "Find an input", "Depth")
        assert "60 of 100 inputs are shown" in text_of(form)
        fill(form, "Find an input", "Depth <m>")
        assert "61 of 100 inputs are shown" in text_of(form)
        fill(form, "Depth <m>", "5")
        assert form.values["Input_80"] == "5"


def test_inputs_that_have_to_be_given_and_are_not_shown_are_counted() -> None:
    many = [parameter(f"Input_{at}", parameterType="esriGPParameterTypeRequired") for at in range(100)]
    with form_of(many) as (form, _answers):
        assert "the others keep their defaults. 40 of them have none and have to be given." in text_of(form)


def test_a_value_for_an_input_that_is_not_shown_makes_its_field_and_is_sent() -> None:
    with form_of([parameter(f"Input_{at}") for at in range(300)]) as (form, answers):
        form.values = {"Input_290": "kept"}
        assert form.values == {"Input_290": "kept"}
        find(form, "Input_290", "textbox").value = "changed"
        run = form.start()
        run.wait(20)
        (sent,) = answers.jobs.values()
        assert sent["Input_290"] == "changed"


def test_a_required_input_beyond_the_bound_is_shown_when_it_is_missed(monkeypatch: Any) -> None:
    bounds.raise_to("inputs", 2)
    many = [
        parameter(f"Input_{at}", parameterType="esriGPParameterTypeRequired", defaultValue=value)
        for at, value in enumerate(["a", "b", "c", None])
    ]
    with form_of(many) as (form, answers):
        assert form.form is not None
        assert len(form.form.editors) == 2
        find(form, "Run").click()
        assert "Input_3" in form.form.editors
        find(form, "Go to Input_3").click()
        assert not answers.jobs


def test_raising_the_bound_shows_all() -> None:
    bounds.raise_to("inputs", 100)
    with form_of([parameter(f"Input_{at}") for at in range(100)]) as (form, _answers):
        assert form.form is not None
        assert len(form.form.editors) == 100
        assert not find_all(form, "More inputs")


def test_inputs_with_large_fields_have_a_bound_of_their_own() -> None:
    many = [parameter(f"Input_{at}", "GPFeatureRecordSetLayer") for at in range(40)]
    with form_of([*many, parameter("Last")]) as (form, _answers):
        assert form.form is not None
        assert len(form.form.editors) == bounds.limit("feature_inputs") + 1
        assert "gpwidgets.bounds.raise_to('feature_inputs', …)" in text_of(form)


def test_of_a_thousand_categories_those_of_shown_inputs_have_a_heading() -> None:
    many = [parameter(f"Input_{at}", category=f"Category {at}") for at in range(1000)]
    with form_of(many) as (form, _answers):
        headings = [one for one in find_all(form, role="button") if "Category" in str(one.description)]
        assert len(headings) <= bounds.limit("inputs")


@pytest.mark.parametrize("kind", ["GPString", "GPLong"])
def test_a_choice_of_very_many_lists_some_and_finds_all(kind: str) -> None:
    count = 20_000
    with form_of([parameter("Pick", kind, choiceList=[str(at) for at in range(count)])]) as (form, _answers):
        box = find(form, "Pick", "combobox")
        assert len(box.options) == bounds.limit("choices")
        box.value = "19999"
        assert box.options == ("19999",)
        assert str(form.values["Pick"]) == "19999"


def test_several_of_very_many_choices_are_all_kept_though_not_all_are_listed() -> None:
    names = [f"name {at}" for at in range(20_000)]
    with form_of([parameter("Pick", "GPMultiValue:GPString", choiceList=names)]) as (form, _answers):
        (box,) = [one for one in find_all(form) if isinstance(one, w.SelectMultiple)]
        assert len(box.options) == bounds.limit("choices")
        assert "gpwidgets.bounds.raise_to('choices', …)" in text_of(form)
        find(form, "Find in Pick", "textbox").value = "name 19999"
        box.index = (0,)
        assert form.values["Pick"] == ["name 19999"]
        find(form, "All of Pick").click()
        assert form.values["Pick"] == names
        assert len(box.options) <= bounds.limit("choices")
        find(form, "None of Pick").click()
        assert "Pick" not in form.values


def columns(count: int) -> list[dict[str, Any]]:
    return [parameter(f"C{at}") for at in range(count)]


def sent_by(form: gp.TaskWidget, answers: GPAnswers) -> dict[str, str]:
    form.start().wait(20)
    (sent,) = answers.jobs.values()
    return sent


@pytest.mark.parametrize(("wide", "bound", "shown"), [(3, "rows", 100), (50, "cells", 12)])
def test_of_a_table_of_very_many_rows_some_have_cells_and_all_are_sent(
    wide: int, bound: str, shown: int
) -> None:
    rows = [[f"{at} {column}" for column in range(wide)] for at in range(3000)]
    table = parameter("Table", "GPValueTable", parameterInfos=columns(wide), defaultValue=rows)
    with form_of([table]) as (form, answers):
        assert len(fields(form)) == shown * wide
        assert f"…and {3000 - shown:,} more rows, kept as they are." in text_of(form)
        assert f"raise_to('{bound}', …)" in text_of(form)
        assert json.loads(sent_by(form, answers)["Table"]) == rows


def test_a_table_of_very_many_columns_is_given_as_json() -> None:
    row = [f"cell {at}" for at in range(3000)]
    table = parameter("Table", "GPValueTable", parameterInfos=columns(3000), defaultValue=[row])
    with form_of([table]) as (form, answers):
        assert len(fields(form)) == 1
        assert "A table of 3,000 columns is given as JSON" in text_of(form)
        assert "raise_to('cells', …)" in text_of(form)
        fill(form, "Table", json.dumps([row, row]))
        assert json.loads(sent_by(form, answers)["Table"]) == [row, row]


def test_lists_in_the_cells_of_a_table_show_fewer_rows_each() -> None:
    inside = [f"value {at}" for at in range(500)]
    infos = [parameter("Names", "GPMultiValue:GPString"), parameter("Text")]
    table = parameter("Table", "GPValueTable", parameterInfos=infos, defaultValue=[[inside, "x"]] * 50)
    with form_of([table]) as (form, answers):
        assert len(fields(form)) == 50 * (5 + 1)
        assert json.loads(sent_by(form, answers)["Table"]) == [[inside, "x"]] * 50


def test_a_composite_of_very_many_types_lists_them_and_errors_name_a_few() -> None:
    kinds = [parameter(f"P{at}", "GPLong") for at in range(3000)]
    composite = parameter("Either", "GPComposite", parameterInfos=kinds)
    with form_of([composite]) as (form, answers):
        fill(form, "P0", "7")
        with pytest.raises(gp.ParameterError, match="fits none of its types") as caught:
            form.task(Either="seven")
        assert len(str(caught.value)) < 2000
        assert json.loads(sent_by(form, answers)["Either"])["value"] == 7


def test_results_beyond_the_bound_are_not_asked_for_and_say_so() -> None:
    names = [f"Out_{at}" for at in range(1000)]
    answers = GPAnswers([parameter(name, direction="Output") for name in names])
    answers.results = {name: {"dataType": "GPString", "value": name} for name in names}
    with BadServer(answers) as server:
        task = gp.GPTask(f"{server.services}/S/GPServer/Task")
        outputs = task()
        asked = [one for one in server.seen if "/results/" in one.path]
        assert len(asked) == bounds.limit("outputs")
        assert outputs["Out_0"] == "Out_0"
        with pytest.raises(gp.GPError, match=r"1,000 results, and 100 .*raise_to\('outputs'"):
            outputs["Out_999"]
        assert "and 800 more" in repr(outputs)
        view = ResultsView(outputs)
        assert len(view.sections) == bounds.limit("outputs")
        assert "900 more outputs are not shown" in text_of(view)


def test_raising_the_bound_fetches_the_other_results_of_the_same_job() -> None:
    bounds.raise_to("outputs", 2)
    names = ["A", "B", "C", "D"]
    answers = GPAnswers([parameter(name, direction="Output") for name in names])
    answers.results = {name: {"dataType": "GPString", "value": name} for name in names}
    with BadServer(answers) as server:
        run = gp.GPTask(f"{server.services}/S/GPServer/Task").start()
        assert set(run.wait(20).errors) == {"C", "D"}
        bounds.raise_to("outputs", 4)
        again = gp.attach(f"{server.services}/S/GPServer/Task/jobs/{run.job_id}")
        again.wait(20)
        assert dict(again.outputs) == {name: name for name in names}
        assert len(answers.jobs) == 1


def test_a_list_of_very_many_tasks_shows_some_and_search_finds_the_others() -> None:
    names = [f"Task {at}" for at in range(5000)]
    answers = GPAnswers([])
    answers.replaced["service"] = lambda _request, wire: wire.reply({"tasks": names, "currentVersion": 11.3})
    with BadServer(answers) as server:
        widget = gp.ServiceWidget(f"{server.services}/S/GPServer")
        assert len(widget.tasks.list.options) == bounds.limit("choices") + 1
        assert "raise_to('choices', …)" in widget.tasks.list.options[0][0]
        widget.tasks.search.value = "task 4999"
        assert [value for _, value in widget.tasks.list.options] == ["", "Task 4999"]


def test_the_table_of_bounds_in_the_docs_is_that_of_the_code() -> None:
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    section = text.partition("## Bounds")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{one.name}` | {one.amount:,} {one.unit} | {one.protects} |" for one in bounds.BOUNDS.values()
    ]
