"""After a restart, one call brings the form's values, the run and its results back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import pytest
from bad_server import BadServer, GPAnswers, parameter
from shapely.geometry import Point
from widget_tools import can_find, can_press, fill, press, restart_kernel, see, seen

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.tasks.journal.kept_inputs import inputs_of_job

POINTS = geopandas.GeoDataFrame(geometry=[Point(-84.2, 36.4), Point(-84.1, 36.5)], crs=4326)

pytestmark = pytest.mark.usefixtures("own_history")


@pytest.fixture
def own_server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


@pytest.fixture
def gallery(own_server) -> gp.GPTask:
    return gp.GPTask(own_server.url_of("ParameterGalleryJob"))


def finished(widget: gp.TaskWidget) -> gp.Outputs:
    out = widget.run.wait(60)
    assert widget.run.status == "succeeded"
    return out


def same(one: object, other: object) -> bool:
    if hasattr(one, "geom_equals_exact"):
        return bool(one.geom_equals_exact(other, 1e-9).all())
    return repr(one) == repr(other) if hasattr(one, "columns") else one == other


def test_a_run_of_another_kernel_is_reopened_with_values_and_results(server) -> None:
    run = gp.GPTask(server.url_of("Viewshed")).start(Input_Points=POINTS[:1], Distance="3 km", outSR=3857)
    run.wait(90)
    restart_kernel()
    widget = gp.history()[0].reopen()
    assert widget.error is None
    for name, value in run.inputs.items():
        assert same(value, widget.values[name]), name
    assert widget.values["env"] == run.settings
    assert widget.run is not run
    assert widget.run.job_id == run.job_id
    assert set(finished(widget)) == set(run.outputs)
    widget.close()


def test_the_address_of_a_job_is_enough(gallery, own_server) -> None:
    given = {
        **gallery.defaults(),
        "Input_Long": 7,
        "Input_String": "näme",
        "Input_Points": POINTS,
    }
    names = {parameter.name for parameter in gallery.inputs}
    run = gallery.start(**{name: value for name, value in given.items() if name in names})
    run.wait(60)
    gp.history().clear()
    restart_kernel()
    widget = gp.TaskWidget(run.job_url)
    assert widget.error is None
    for name, value in run.inputs.items():
        assert same(value, widget.values.get(name)), name
    assert set(finished(widget)) == set(run.outputs)
    widget.close()


def test_an_input_that_cannot_be_read_hides_no_other(gallery, own_server) -> None:
    run = gallery.start(Input_Long=7, Input_String="text")
    run.wait(60)
    own_server.jobs[run.job_id].inputs["Input_Linear_Unit"] = {"distance": "far", "units": "esriMiles"}
    kept = inputs_of_job(gallery, run.job_id)
    assert kept.values["Input_Long"] == 7
    assert kept.values["Input_String"] == "text"
    assert "Input_Linear_Unit" in kept.problems
    widget = gp.TaskWidget(run.job_url)
    assert widget.values["Input_Long"] == 7
    assert widget.form.editors["Input_Linear_Unit"].error
    widget.close()


def test_hidden_texts_are_asked_for_again(gallery, own_history) -> None:
    hidden = [one.name for one in gallery.inputs if one.is_hidden]
    assert hidden
    run = gallery.start(**dict.fromkeys(hidden, "between-you-and-me"))
    run.wait(60)
    restart_kernel()
    for widget in (gp.history()[0].reopen(), gp.TaskWidget(run.job_url)):
        assert not set(hidden) & set(widget.values)
        assert "enter it again" in widget.form.editors[hidden[0]].error
        widget.close()
    for path in own_history.rglob("*.jsonl"):
        assert "between-you-and-me" not in path.read_text()


@pytest.mark.parametrize("name", ["Input_File", "Input_Points", "Input_Raster", "Input_Records"])
def test_a_server_cannot_have_a_local_file_read_by_naming_it(gallery, own_server, tmp_path, name) -> None:
    path = tmp_path / "private.csv"
    path.write_text("x,y\n1,2\n")
    run = gallery.start(Input_Long=1)
    run.wait(60)
    own_server.jobs[run.job_id].inputs[name] = str(path)
    kept = inputs_of_job(gallery, run.job_id)
    assert "file of this computer" in str(kept.problems[name])
    own_server.jobs[run.job_id].inputs[name] = {"itemID": f"path:{path}"}
    value = inputs_of_job(gallery, run.job_id).values.get(name)
    assert getattr(value, "path", None) is None


def test_features_that_the_server_keeps_as_a_file_are_read(gallery, own_server) -> None:
    run = gallery.start(Input_Points=POINTS, Input_Polygons={"url": f"{own_server.url}/X/FeatureServer/0"})
    run.wait(60)
    other = gallery.start(Input_Long=1)
    other.wait(60)
    # The echo of the first job's input is a file with features, as large inputs are on some servers.
    url = f"{run.job_url}/inputs/Input_Points?f=json"
    own_server.jobs[other.job_id].inputs["Input_Points"] = {"url": url}
    assert same(inputs_of_job(gallery, other.job_id).values["Input_Points"].geometry, POINTS.geometry)
    layer = inputs_of_job(gallery, run.job_id).values["Input_Polygons"]
    assert layer == gp.LayerReference(f"{own_server.url}/X/FeatureServer/0")


def a_service() -> GPAnswers:
    answers = GPAnswers([parameter("Text", defaultValue="x")])
    answers.mode = "Asynchronous"
    return answers


def refusal(code: int) -> Any:
    error = {"error": {"code": code, "message": "busy", "details": []}}
    return lambda _request, wire: wire.reply(error)


def test_a_job_that_is_gone_leaves_the_values(gallery, own_server) -> None:
    run = gallery.start(Input_Long=9)
    run.wait(60)
    own_server.jobs.remove(run.job_id)
    restart_kernel()
    widget = gp.history()[0].reopen()
    assert widget.values["Input_Long"] == 9
    assert widget.run is None
    assert "results are gone" in str(widget.error)
    assert can_press(widget, "Run")
    widget.close()


@pytest.mark.parametrize(("code", "said"), [(500, "busy"), (400, "results are gone")])
def test_a_job_that_the_server_does_not_tell_of_leaves_the_form(code: int, said: str) -> None:
    answers = a_service()
    answers.replaced["job"] = refusal(code)
    with BadServer(answers) as server:
        widget = gp.TaskWidget(f"{server.services}/S/GPServer/Task/jobs/j0123456789abcdef")
        assert widget.run is None
        assert said in str(widget.error)
        assert can_press(widget, "Run")
        assert not can_find(widget, "Sign in")
        widget.close()


def test_a_job_that_asks_for_a_sign_in_comes_back_with_it() -> None:
    answers = a_service()
    answers.replaced["job"] = refusal(499)
    with BadServer(answers) as server:
        widget = gp.TaskWidget(f"{server.services}/S/GPServer/Task/jobs/j0123456789abcdef")
        see(widget, "Sign in below")
        del answers.replaced["job"]
        fill(widget, "Token", "m4rk-token")
        press(widget, "Sign in")
        assert seen(lambda: widget.run is not None)
        assert widget.run.job_id == "j0123456789abcdef"
        assert not can_find(widget, "Sign in")
        assert "m4rk-token" in server.seen[-1].text
        widget.close()


def test_a_synchronous_run_comes_back_with_its_results(server) -> None:
    gp.GPTask(server.url_of("ParameterGallery"))(Input_Long=5)
    restart_kernel()
    widget = gp.TaskWidget(gp.history()[0])
    assert widget.values["Input_Long"] == 5
    assert widget.run.outputs.Output_Long == 5
    assert widget.error is None
    widget.close()


def test_a_run_of_this_kernel_comes_back_as_itself(gallery) -> None:
    run = gallery.start(Input_Long=5)
    run.wait(60)
    widget = gp.history()[0].reopen()
    assert widget.run is run
    widget.close()


def test_values_come_back_after_the_server_could_be_reached_again(own_server, gallery) -> None:
    run = gallery.start(Input_Long=5)
    run.wait(60)
    restart_kernel()
    with own_server.faults.add("status", on="task", code=503):
        widget = gp.history()[0].reopen()
        assert widget.form is None
    press(widget, "Try again")
    assert seen(lambda: widget.run is not None)
    assert widget.values["Input_Long"] == 5
    assert widget.run.job_id == run.job_id
    widget.close()


def test_what_is_kept_of_local_files_is_their_path(own_server, gallery, tmp_path: Path) -> None:
    path = tmp_path / "data.txt"
    path.write_text("1")
    run = gallery.start(Input_File=path)
    run.wait(60)
    restart_kernel()
    widget = gp.history()[0].reopen()
    assert widget.values["Input_File"] == gp.DataFile(path=str(path))
    finished(widget)
    see(widget, "On the server until about")
    widget.close()
