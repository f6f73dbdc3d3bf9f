"""Runs that are opened again: of a service that has changed, and of tasks that no server keeps results of."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import geopandas
import pandas as pd
import pytest
from shapely.geometry import Point
from widget_tools import (
    choose,
    error_at,
    fill,
    find_all,
    html_of,
    plain,
    press,
    restart_kernel,
    see,
    seen,
    text_of,
)

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.tasks.runs import kept_results


@pytest.fixture
def server(own_history: object) -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


@pytest.fixture
def changed(server) -> gp.TaskWidget:
    """A run is opened again after an input was renamed, one has another type, and a choice is gone."""

    def before(
        radius: float = 1.0, level: str = "", way: Literal["plane", "sphere"] = "plane", *, note: str = ""
    ) -> str:
        """Do something."""
        return "done"

    def after(
        distance: float = 2.0, level: int = 3, way: Literal["plane", "curve"] = "plane", *, note: str = ""
    ) -> str:
        """Do something else."""
        return "done"

    task = gp.GPTask(server.publish(before, name="Changing", output="Said"))
    task(Radius=7.5, Level="it's deep", Way="sphere", Note="kept")
    server.publish(after, name="Changing", output="Said")
    restart_kernel()
    form = gp.history()[0].reopen()
    see(form, "no place in the form any more")
    return form


def shown_unplaced(form: gp.TaskWidget) -> None:
    text = text_of(form)
    assert "Radius: 7.5 (the task has no such input any more)" in text
    assert 'Level: "it\'s deep" (' in text
    assert "Way: 'sphere' (" in text
    assert form.values["Note"] == "kept"


def test_values_without_a_place_are_said_and_kept(changed) -> None:
    shown_unplaced(changed)
    assert error_at(changed, "Way")
    assert "Radius: 7.5 (" in plain(changed.snapshot())


def test_they_can_be_copied(changed) -> None:
    code = html_of(changed)
    assert "Copy the code" in code
    text = plain(code)
    start = text.index("values = {")
    shown = text[start : text.index("}", start) + 1]
    space: dict[str, object] = {}
    exec(shown, space)  # it is our own code that is tested
    assert space["values"] == {"Radius": 7.5, "Level": "it's deep", "Way": "sphere"}


def test_they_are_kept_when_the_form_is_run_again(changed) -> None:
    fill(changed, "Level", "4", enter=True)
    choose(changed, "Way", "curve")
    press(changed, "Run")
    assert seen(lambda: len(gp.history()) == 2 and gp.history()[0].ended is not None)
    shown_unplaced(changed)
    restart_kernel()
    again = gp.history()[0].reopen()
    see(again, "no place in the form any more")
    shown_unplaced(again)
    gp.history()[1].delete()
    assert list(gp.history()[0].unplaced_for(again.task.inputs)) == ["Radius", "Level", "Way"]


def test_a_service_that_is_as_it_was_has_nothing_to_say(server) -> None:
    gp.GPTask(server.url_of("BufferPoints"))(Input_Points=Point(8, 50), Distance="1 km")
    restart_kernel()
    form = gp.history()[0].reopen()
    see(form, "Kept in the history since")
    assert "no place in the form" not in text_of(form)


# Results of synchronous runs


def test_small_results_of_a_synchronous_run_come_back(server) -> None:
    task = gp.GPTask(server.url_of("BufferPoints"))
    before = task(Input_Points=Point(8, 50), Distance="1 km")
    restart_kernel()
    form = gp.history()[0].reopen()
    see(form, "Succeeded")
    see(form, "1 feature, coordinate system EPSG:4326")
    assert "Kept in the history since" in text_of(form)
    assert "0.0 s" not in text_of(form).splitlines()[1]
    restart_kernel()
    out = gp.history()[0].outputs()
    assert out.Buffers.geometry.geom_equals_exact(before.Buffers.geometry, 1e-12).all()
    assert [one.description for one in out.messages] == [one.description for one in before.messages]
    assert gp.compare(before, out).outputs == {}


def test_an_optional_only_run_says_that_its_results_are_gone(server, monkeypatch) -> None:
    monkeypatch.setattr(kept_results, "LARGEST_RESULTS", 10)
    gp.GPTask(server.url_of("ParameterGallery"))()
    restart_kernel()
    form = gp.history()[0].reopen()
    see(form, "The results of this run are gone: it was synchronous")
    assert not gp.history()[0].has_results
    with pytest.raises(gp.RunError):
        gp.history()[0].outputs()


def test_a_failed_synchronous_run_says_why_it_has_none(server) -> None:
    def tool(number: int = 1) -> int:
        """Fail."""
        raise ValueError("the well is dry")

    task = gp.GPTask(server.publish(tool, name="Dry", output="N"))
    with pytest.raises(gp.GPError):
        task()
    restart_kernel()
    form = gp.history()[0].reopen()
    see(form, "This run has no results: Failed")
    assert "the well is dry" in text_of(form)


def test_nothing_secret_is_kept_with_the_results(server, own_history) -> None:
    task = gp.GPTask(server.url_of("ParameterGallery"))
    table = pd.DataFrame({"URL": ["https://h/a?token=SECRETMARK"]})
    task(
        Input_Hidden="SECRETMARK",
        Input_String="https://h/?token=SECRETMARK",
        Input_Records=table,
        Input_File=gp.DataFile(url="https://h/x.csv"),
    )
    everything = b"".join(path.read_bytes() for path in Path(own_history).rglob("*") if path.is_file())
    for path in Path(own_history).rglob("*.gz"):
        everything += gzip.decompress(path.read_bytes())
    assert b"SECRETMARK" not in everything
    restart_kernel()
    out = gp.history()[0].outputs()
    assert set(out.errors) == {"Output_Hidden", "Output_File"}
    assert "some minutes only" in str(out.errors["Output_File"])


def test_results_beyond_the_cap_are_not_kept(server) -> None:
    many = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(range(170), [1] * 170), crs=4326)
    gp.GPTask(server.url_of("BufferPoints"))(Input_Points=many, Distance="1 km")
    assert not gp.history()[0].has_results


def test_results_go_with_their_run(server, own_history) -> None:
    gp.GPTask(server.url_of("BufferPoints"))(Input_Points=Point(8, 50), Distance="1 km")
    assert list(Path(own_history).rglob("*.gz"))
    gp.history().clear()
    assert not list(Path(own_history).rglob("*.gz"))


def test_attach_and_compare_are_offered_for_kept_results(server) -> None:
    task = gp.GPTask(server.url_of("BufferPoints"))
    for distance in ("1 km", "2 km"):
        task(Input_Points=Point(8, 50), Distance=distance)
    restart_kernel()
    runs = gp.HistoryWidget()
    see(runs, "1 to 2 of 2")
    for button in find_all(runs, "Compare", "button")[:2]:
        assert not button.disabled
        button.click()
    see(runs, "Distance 2 kilometers 1 kilometer")
