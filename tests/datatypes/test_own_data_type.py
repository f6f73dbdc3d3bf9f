"""A data type of one class and one editor is taken wherever the package's own are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from angles import Angle, AngleEditor, AngleType
from widget_tools import find, see

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.datatypes import registry
from gpwidgets.widgets.editors import editor_table


@pytest.fixture(autouse=True)
def angles(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The type is known during a test; a session of somebody who has added it knows it for good."""
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(editor_table, "_REGISTERED", {})
    gp.register_data_type("GPAngle", AngleType())
    gp.register_editor("GPAngle", AngleEditor)
    yield
    monkeypatch.undo()
    registry.forget_found()


@pytest.fixture
def url(own_history: Any) -> Iterator[str]:
    def turn(heading: Angle, turns: list[Angle]) -> Angle:
        assert isinstance(heading, Angle)
        return Angle((heading.degrees + sum(one.degrees for one in turns)) % 360)

    with demo.serve(services=[turn]) as server:
        yield server.url_of("Turn")


def test_the_server_describes_it_and_a_call_takes_it(url: str) -> None:
    task = gp.GPTask(url)
    assert [one.data_type for one in task.inputs] == ["GPAngle", "GPMultiValue:GPAngle"]
    assert "Angle" in str(task.__doc__)
    assert list(task(Heading="350°", Turns=[20, Angle(5)]).values()) == [Angle(15)]
    with pytest.raises(gp.GPError, match="'north' is no angle; enter one such as 90°"):
        task(Heading="north", Turns=[1])


def test_a_form_edits_it(url: str) -> None:
    form = gp.TaskWidget(url, values={"Turns": [5]})
    find(form, "Heading").value = 90.0
    assert form.values["Heading"] == Angle(90)
    form.start().wait(60, show_progress=False)
    see(form, "95°")
    assert "90°" in form.snapshot()


def test_code_and_history_hold_it(url: str) -> None:
    task = gp.GPTask(url)
    code = task.code(Heading=Angle(350), Turns=["20°"])
    assert "Heading='350°'" in code
    names: dict[str, Any] = {}
    exec(code, names)
    assert list(names["out"].values()) == [Angle(10)]
    (entry,) = gp.history()
    assert entry.inputs == {"Heading": Angle(350), "Turns": [Angle(20)]}
    assert "Heading='350°'" in entry.code()


def test_saved_outputs_read_it_back(url: str, tmp_path: Path) -> None:
    out = gp.GPTask(url)(Heading=1, Turns=[2])
    assert list(gp.Outputs.open(out.save(tmp_path / "out.zip")).values()) == [Angle(3)]


def test_the_table_of_types_names_it() -> None:
    row = {"data_type": "GPAngle", "title": "Angle", "example": "90°", "python": "Angle"}
    assert row in gp.data_types()


def test_what_is_no_data_type_is_refused() -> None:
    with pytest.raises(TypeError, match="no instance of a subclass of DataType"):
        gp.register_data_type("GPAngle", AngleType)
