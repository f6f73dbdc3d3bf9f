"""A recorded lesson answers as the server did: the quickstart, forms, jobs, and inputs that are new."""

import json
import subprocess
import sys
import time
import warnings
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import requests
from widget_tools import can_find, fill, finish, press, see

import gpwidgets as gp
from gpwidgets.cli import main

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01-quickstart.ipynb"
POINT = "POINT (-84.2 36.4)"


def run_the_quickstart(server, monkeypatch):
    """Run all cells of the notebook, with another server; the names that they leave."""
    import matplotlib as mpl

    mpl.use("agg")
    monkeypatch.setattr(gp.demo, "serve", lambda: server)
    names = {"__name__": "quickstart"}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code":
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
                exec(cell.source, names)
    return names


@pytest.mark.usefixtures("own_history", "no_other_widgets")
def test_the_quickstart_runs_against_its_recording_alone(tmp_path, monkeypatch, only):
    path = tmp_path / "quickstart.zip"
    with gp.demo.serve() as server, gp.record(server.url, path) as recorder:
        through = SimpleNamespace(
            url=recorder.url, url_of=lambda name: recorder.address_of(server.url_of(name))
        )
        live = run_the_quickstart(through, monkeypatch)
        report = live["out"].Report.read()
    with gp.replay(path) as replay:
        only(replay.port)
        again = run_the_quickstart(replay, monkeypatch)
        for name in ("buffers_of_the_form", "buffers", "viewshed", "hot_spots"):
            assert again[name].equals(live[name]), name
        assert again["out"].Report.read() == report
        assert replay.url in again["run"].job_url
        assert gp.history()[0].job_url.startswith(replay.url_of("HotSpots"))


@pytest.mark.usefixtures("no_other_widgets")
def test_a_form_runs_on_a_recording_and_says_what_differs(lesson, only):
    with gp.replay(lesson) as replay:
        only(replay.port)
        form = gp.TaskWidget(replay.url_of("SlowCount"), values={"Seconds": 0, "Steps": 30})
        press(form, "Run")
        finish(form.run)
        assert form.outputs.Steps_Done == 30
        assert not can_find(form, "This is a recording")
        fill(form, "Steps", "31")
        press(form, "Run")
        finish(form.run)
        assert form.outputs.Steps_Done == 30
        see(form, "Steps differs")


def test_the_nearest_run_is_the_one_with_the_fewest_and_least_differences(lesson):
    with gp.replay(lesson) as replay:
        buffer = gp.GPTask(replay.url_of("BufferPoints"))
        near = {km: buffer(Input_Points=POINT, Distance=f"{km} km") for km in (3, 3.5, 4.5, 5)}
        areas = {km: out.Buffers.to_crs(32616).area.iloc[0] / 1e6 for km, out in near.items()}
        assert areas[3.5] == areas[3] == pytest.approx(28.2, rel=0.01)
        assert areas[4.5] == areas[5] == pytest.approx(78.5, rel=0.01)
        said = {
            km: [one.description for one in out.messages if one.level == "warning"]
            for km, out in near.items()
        }
        assert said[3] == said[5] == []
        assert said[3.5] == ["This is a recording. The result is that of another run: Distance differs."]
        other = buffer(Input_Points="POINT (1 2)", Distance="9 km").messages[0].description
        assert "another run: Distance, Input_Points differ." in other


def test_a_task_without_a_recorded_run_says_so(lesson, tmp_path):
    path = tmp_path / "described.zip"
    with gp.demo.serve() as server, gp.record(server.url, path) as recorder:
        _ = gp.GPTask(recorder.address_of(server.url_of("SlowCount"))).info
    with gp.replay(path) as replay, pytest.raises(gp.ServerError, match="no run of this task is in it"):
        gp.GPTask(replay.url_of("SlowCount"))(Seconds=0, Steps=2)
    with gp.replay(lesson) as replay:
        with pytest.raises(LookupError, match="SlowCount"):
            replay.url_of("Viewshed")
        with pytest.raises(gp.GPError, match="is not in it"):
            gp.GPTask(f"{replay.url}/Elevation/GPServer/Viewshed")(Distance="5 km")


def post(url, **fields):
    return requests.post(url, data={"f": "json", **fields}, timeout=30).json()


def test_each_job_is_one_of_its_own_goes_through_the_recorded_states_and_can_be_cancelled(lesson):
    with gp.replay(lesson) as replay:
        url = replay.url_of("SlowCount")
        one, two, three = (
            post(f"{url}/submitJob", Seconds="0", Steps=steps)["jobId"] for steps in ("2", "2", "30")
        )
        assert len({one, two, three}) == 3
        cancelled = post(f"{url}/jobs/{two}/cancel")
        assert cancelled["jobStatus"] == "esriJobCancelled"
        for _ in range(3):
            states = [post(f"{url}/jobs/{job}") for job in (one, two, three)]
        assert [state["jobStatus"] for state in states] == [
            "esriJobSucceeded", "esriJobCancelled", "esriJobSucceeded"
        ]  # fmt: skip
        assert [state["jobId"] for state in states] == [one, two, three]
        results = [post(f"{url}/jobs/{job}/results/Steps_Done")["value"] for job in (one, three)]
        assert results == [2, 30]
        assert post(f"{url}/jobs/{one}/cancel")["jobStatus"] == "esriJobSucceeded"
        again = gp.attach(f"{url}/jobs/{one}")
        assert again.wait(30).Steps_Done == 2


def test_the_recorded_pace_is_kept_when_it_is_asked_for(tmp_path):
    path = tmp_path / "slow.zip"
    with gp.demo.serve() as server, gp.record(server.url, path) as recorder:
        gp.GPTask(recorder.address_of(server.url_of("SlowCount")))(Seconds=0.6, Steps=3)
    spent = {}
    for pace in (0, 2):
        with gp.replay(path, pace=pace) as replay:
            task = gp.GPTask(replay.url_of("SlowCount"))
            began = time.monotonic()
            task(Seconds=0.6, Steps=3)
            spent[pace] = time.monotonic() - began
    assert spent[2] >= 1.2
    assert spent[0] < spent[2]


def test_settings_run_against_a_recording(lesson, tmp_path, capsys, only):
    with gp.demo.serve() as server:
        task = gp.GPTask(server.url_of("BufferPoints"))
        settings = task.settings(Input_Points=POINT, Distance="5 km").save(tmp_path / "buffer.json")
    assert main(["run", str(settings), "-o", str(tmp_path / "gone"), "--json"]) == 1
    capsys.readouterr()
    command = ["run", str(settings), "--replay", str(lesson), "--json", "-o"]
    assert main([*command, str(tmp_path / "out.gpkg")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["outputs"]["Buffers"]["rows"] == 1
    assert main(["run", "SlowCount", "Seconds:=0", "Steps:=30", "--replay", str(lesson), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["outputs"]["Steps_Done"] == {"value": 30}


def test_the_commands_record_and_replay(tmp_path):
    path = tmp_path / "lesson.zip"

    def command(*words):
        return subprocess.Popen(
            [sys.executable, "-m", "gpwidgets", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    with gp.demo.serve() as server:
        with command("record", server.url_of("SlowCount"), str(path)) as recording:
            gp.GPTask(recording.stdout.readline().strip())(Seconds=0, Steps=2)
            recording.terminate()
            assert "exchanges in" in recording.communicate(timeout=30)[1]
        assert recording.returncode == 0
    with command("replay", str(path)) as replaying:
        assert replaying.stdout.readline().strip().endswith("/arcgis/rest/services")
        assert gp.GPTask(replaying.stdout.readline().strip())(Seconds=0, Steps=2).Steps_Done == 2
        replaying.terminate()
        replaying.communicate(timeout=30)
    assert replaying.returncode == 0
    assert main(["record", "http://127.0.0.1:1/arcgis/rest/services", str(path)]) == 1
