"""What is entered in a form is back after its kernel has ended, and never in the way of what code says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from widget_tools import can_find, error_at, fill, press, said, seen, text_of

import gpwidgets as gp

pytestmark = pytest.mark.once


class Kernel(SimpleNamespace):
    """What a form sees of its kernel: variables, and the request that runs the cell."""

    def in_cell(self, cell: str, **content: Any) -> None:
        """Have a cell run."""
        self.asked = {"metadata": {"cellId": cell} if cell else {}, "content": content}

    def get_parent(self) -> Any:
        return self.asked


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, own_history: Path) -> Kernel:
    made = Kernel(kernel=object(), user_ns={}, display_pub=SimpleNamespace(publish=lambda *_a, **_k: None))
    made.in_cell("cell-1", allow_stdin=True)
    monkeypatch.setattr("IPython.get_ipython", lambda: made)
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/ann/wells.ipynb")
    return made


@pytest.fixture
def open_form(server) -> Iterator[Callable[..., gp.TaskWidget]]:
    made: list[gp.TaskWidget] = []

    def open_form(task: str = "BufferPoints", **given: Any) -> gp.TaskWidget:
        made.append(gp.TaskWidget(server.url_of(task), **given))
        return made[-1]

    yield open_form
    for widget in made:
        widget.close()


def drafts(folder: Path) -> list[Any]:
    return [json.loads(path.read_bytes()) for path in (folder / "drafts").glob("*.json")]


def entered(form: gp.TaskWidget, folder: Path, distance: str = "7") -> None:
    """Type and draw, and wait until that is on the disk."""
    fill(form, "Distance", distance)
    form.values = {**form.values, "Input_Points": "POINT (10 59)"}

    def is_there() -> bool:
        found = [{row["paramName"]: row["value"] for row in draft["inputs"]} for draft in drafts(folder)]
        wanted = {"distance": float(distance), "units": "esriKilometers"}
        return any("Input_Points" in values and values["Distance"] == wanted for values in found)

    assert seen(is_there)


def km(number: float) -> gp.LinearUnit:
    return gp.LinearUnit(number, "esriKilometers")


def test_what_was_typed_and_drawn_is_back_and_can_be_left(kernel, own_history, open_form) -> None:
    entered(open_form(), own_history)
    form = open_form()
    assert form.values["Distance"] == km(7)
    assert form.values["Input_Points"].geometry.iloc[0].x == 10
    assert "1 point: 59° N, 10° E." in text_of(form)
    assert any(line.startswith("What was entered here at ") for line in said(form))
    press(form, "Start afresh")
    assert form.values["Distance"] == km(10)
    assert "Input_Points" not in form.values
    press(form, "Bring them back")
    assert form.values["Distance"] == km(7)
    assert len(form.values["Input_Points"]) == 1
    press(form, "Start afresh")
    assert seen(lambda: not any(draft["inputs"] for draft in drafts(own_history)))
    assert not can_find(open_form(), "Start afresh")


def test_code_presets_and_settings_count_more(kernel, own_history, open_form, server) -> None:
    entered(open_form(), own_history)
    form = open_form(values={"Distance": "2 km"})
    assert form.values["Distance"] == km(2)
    assert len(form.values["Input_Points"]) == 1
    for row in ({"value": "3 km"}, {"value": "3 km", "fixed": True}, {"value": "3 km", "hidden": True}):
        form = open_form(preset={"inputs": {"Distance": row}})
        assert form.values["Distance"] == km(3)
        assert len(form.values["Input_Points"]) == 1
        assert "not taken" not in text_of(form)
    task = gp.GPTask(server.url_of("BufferPoints"))
    loaded = gp.load_settings(str(task.settings(Input_Points="POINT (1 2)"))).values(task)
    form = open_form(values=loaded)
    assert json.loads(task.request(form.values)["Input_Points"].text)["features"][0]["geometry"]["x"] == 1


def test_a_value_that_was_cleared_stays_so(kernel, own_history, open_form) -> None:
    form = open_form()
    fill(form, "Distance", "")
    assert form.values["Distance"] == ""
    assert seen(lambda: drafts(own_history) != [])
    assert open_form().values["Distance"] == ""


def test_settings_of_the_run_come_back(kernel, own_history, open_form) -> None:
    form = open_form()
    form.values = {**form.values, "outSR": 32632}
    assert seen(lambda: any(draft["environment"] for draft in drafts(own_history)))
    assert open_form().values["env"]["outSR"] == gp.SpatialReference(32632)
    assert open_form(values={"outSR": 3857}).values["env"]["outSR"] == gp.SpatialReference(3857)


def test_passwords_are_not_kept_and_that_is_said(kernel, own_history, open_form) -> None:
    form = open_form("ParameterGallery")
    form.values = {**form.values, "Input_Hidden": "canary-secret", "Input_Long": 7}
    assert seen(lambda: drafts(own_history) != [])
    assert "canary-secret" not in json.dumps(drafts(own_history))
    again = open_form("ParameterGallery")
    assert again.values["Input_Long"] == 7
    assert "Input_Hidden" not in again.values
    assert any("Not kept: " in line for line in said(again))


def test_other_cells_and_other_notebooks_have_their_own(kernel, own_history, open_form, monkeypatch) -> None:
    first = open_form()
    entered(first, own_history)
    kernel.in_cell("cell-2")
    second = open_form()
    assert second.values["Distance"] == km(10)
    entered(second, own_history, "8")
    kernel.in_cell("cell-1")
    assert open_form().values["Distance"] == km(7)
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/ann/other.ipynb")
    assert open_form().values["Distance"] == km(10)


def test_a_cell_that_has_got_another_name_is_found(kernel, own_history, open_form) -> None:
    form = open_form()
    entered(form, own_history)
    form.close()
    kernel.in_cell("made-anew")
    again = open_form()
    assert again.values["Distance"] == km(7)
    kernel.in_cell("a-second-one")
    assert open_form().values["Distance"] == km(10)
    press(again, "Start afresh")
    again.close()
    kernel.in_cell("made-once-more")
    assert open_form().values["Distance"] == km(10)


@pytest.mark.parametrize(
    ("variables", "session", "cell"),
    [
        ({"__vsc_ipynb_file__": "/home/ann/a.ipynb"}, "", ""),
        ({"__session__": "/home/ann/a.ipynb"}, "", ""),
        ({}, "/home/ann/a.ipynb", ""),
        ({}, "", "cell-1"),
    ],
)
def test_a_notebook_is_known_by_what_its_front_end_tells(
    kernel, own_history, open_form, monkeypatch, variables, session: str, cell: str
) -> None:
    kernel.user_ns = variables
    kernel.in_cell(cell)
    monkeypatch.setenv("JPY_SESSION_NAME", session)
    entered(open_form(), own_history)
    assert open_form().values["Distance"] == km(7)


def not_kept(form: gp.TaskWidget) -> str:
    press(form, "Save, share, look inside")
    return next(line for line in said(form) if line.startswith("What you enter"))


def test_where_nothing_is_known_nothing_is_kept_and_that_is_said(
    kernel, own_history, open_form, monkeypatch
) -> None:
    kernel.in_cell("")
    monkeypatch.delenv("JPY_SESSION_NAME")
    form = open_form()
    fill(form, "Distance", "7")
    assert not_kept(form) == "What you enter is not kept: nothing tells which notebook this form is in."
    form.close()
    assert not (own_history / "drafts").exists()


def test_a_notebook_that_runs_by_itself_is_not_changed_by_yesterday(kernel, own_history, open_form) -> None:
    entered(open_form(), own_history)
    kernel.in_cell("cell-1", allow_stdin=False)  # as nbclient, papermill and Voilà run it
    assert open_form().values["Distance"] == km(10)


@pytest.mark.parametrize("how", ["option", "variable"])
def test_it_can_be_switched_off(kernel, own_history, open_form, monkeypatch, how: str) -> None:
    if how == "option":
        monkeypatch.setattr(gp.options, "autosave", False)
    else:
        monkeypatch.setenv("GPWIDGETS_AUTOSAVE", "off")
    form = open_form()
    fill(form, "Distance", "7")
    assert not_kept(form) == "What you enter is not kept: that is switched off."
    form.close()
    assert not (own_history / "drafts").exists()


def test_a_form_says_that_it_keeps_what_is_entered(kernel, open_form) -> None:
    assert not_kept(open_form()).startswith("What you enter is kept on this computer, without passwords")


def test_earlier_runs_have_their_own_values(kernel, own_history, open_form, server) -> None:
    gp.GPTask(server.url_of("BufferPoints"))(Input_Points="POINT (1 2)", Distance="1 km")
    entered(open_form(), own_history)
    form = gp.TaskWidget(gp.history()[0])
    assert form.values["Distance"] == km(1)
    form.close()


def test_a_file_that_is_gone_is_said_at_its_field(kernel, own_history, open_form, tmp_path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    form = open_form("ParameterGallery")
    form.values = {**form.values, "Input_File": gp.DataFile(path=str(tmp_path / "a.csv"))}
    assert seen(lambda: drafts(own_history) != [])
    (tmp_path / "a.csv").unlink()
    again = open_form("ParameterGallery")
    assert "a.csv" in error_at(again, "Input File")


def test_a_disk_that_takes_nothing_is_said_once_and_the_form_goes_on(kernel, own_history, open_form) -> None:
    own_history.mkdir()
    (own_history / "drafts").write_text("no folder")
    form = open_form()
    fill(form, "Distance", "7")
    assert seen(lambda: any("cannot be kept on this computer" in line for line in said(form)))
    assert form.values["Distance"] == km(7)


def test_closing_a_form_writes_what_was_entered_just_before(kernel, own_history, open_form) -> None:
    form = open_form()
    fill(form, "Distance", "7")
    form.close()
    assert open_form().values["Distance"] == km(7)


def test_the_embedded_server_of_a_new_kernel_is_the_same_one(kernel, own_history, open_form) -> None:
    entered(open_form(), own_history)
    with gp.demo.serve() as other:
        form = gp.TaskWidget(other.url_of("BufferPoints"))
        assert form.values["Distance"] == km(7)
        form.close()


def test_a_folder_that_cannot_be_read_leaves_the_form_as_it_is(
    kernel, own_history, open_form, monkeypatch
) -> None:
    monkeypatch.setenv("GPWIDGETS_HISTORY", str(own_history / ("x" * 300)))
    form = open_form()
    fill(form, "Distance", "7")
    assert seen(lambda: any("cannot be kept on this computer" in line for line in said(form)))
    assert can_find(form, "Run")
