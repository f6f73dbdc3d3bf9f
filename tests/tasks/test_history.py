"""Runs are found again: in another kernel, after a crash, with their values and without secrets."""

import os
import re
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import geopandas
import pytest
from shapely.geometry import Point

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.errors import RunError
from gpwidgets.tasks.journal import recording
from gpwidgets.tasks.journal._record_file import RecordFile
from gpwidgets.tasks.runs import kept_results

POINTS = geopandas.GeoDataFrame({"name": ["here"]}, geometry=[Point(-84.2, 36.4)], crs=4326)

pytestmark = [pytest.mark.usefixtures("own_history"), pytest.mark.once]


@pytest.fixture
def slow(server) -> gp.GPTask:
    return gp.GPTask(server.url_of("SlowCount"))


def all_text(folder: Path) -> str:
    return "".join(path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file())


def test_a_run_is_in_the_history_with_its_job_values_and_end(slow) -> None:
    run = slow.start(Seconds=0, Steps=2)
    run.wait(30)
    (entry,) = gp.history()
    assert entry.task_url == slow.url.task
    assert entry.job_url == run.job_url
    assert entry.status == gp.RunStatus.SUCCEEDED
    assert entry.inputs["Seconds"] == 0
    assert entry.inputs["Steps"] == 2
    assert entry.elapsed == pytest.approx(run.elapsed, abs=0.01)
    assert entry.ended >= entry.started
    assert entry.versions["gpwidgets"] == gp.__version__
    assert entry.run is run


def test_the_job_is_written_before_it_is_looked_at(own_server, until) -> None:
    own_server.faults.add("hold_job", on="submit")
    fault = own_server.faults.add("delay", on="poll", seconds=60)
    run = gp.GPTask(own_server.url_of("SlowCount")).start(Seconds=0)
    seen = []
    run.observe(lambda _change: seen.append((gp.history()[0].job_url, fault.hits)), names="job_id")
    until(run, lambda: bool(seen))
    assert seen == [(run.job_url, 0)]


def test_a_submission_that_is_never_answered_is_in_the_history_with_its_values(own_server) -> None:
    own_server.faults.add("lost_answer", on="submit")
    run = gp.GPTask(own_server.url_of("SlowCount")).start(Seconds=0, Steps=3)
    with pytest.raises(RunError):
        run.wait(30)
    del run
    (entry,) = gp.history()
    assert (entry.status, entry.job_url, entry.inputs["Steps"]) == ("lost", None, 3)
    assert "Nothing was sent a second time" in entry.error


def test_what_was_refused_before_it_was_sent_is_no_run(own_server) -> None:
    task = gp.GPTask(own_server.url_of("ParameterGalleryJob"))
    with pytest.raises(gp.GPError):
        task(Input_File="no/such/file.txt")
    assert len(gp.history()) == 0


def test_the_newest_is_first_and_the_list_can_be_narrowed(server, slow) -> None:
    gallery = gp.GPTask(server.url_of("ParameterGallery"))
    slow(Seconds=0)
    gallery(Input_Long=5)
    failed = slow.start(Seconds=3600)
    failed.cancel()
    with pytest.raises(RunError):
        failed.wait(60)
    runs = gp.history()
    assert [entry.status.value for entry in runs] == ["cancelled", "succeeded", "succeeded"]
    assert len(gp.history(task=slow)) == 2
    assert len(gp.history(task=slow.url.task)) == 2
    assert len(gp.history(task=slow.url.service)) >= 2
    assert len(gp.history(task="gallery")) == 1
    assert len(runs.where(status="cancelled")) == 1
    assert len(runs.where("SLOW", ["succeeded", "failed"])) == 1
    assert gallery.name in gp.history("gallery")[0].task_url
    assert "3 runs" in repr(runs)
    assert runs._repr_html_().count("<tr>") == 4


def test_texts_of_servers_and_users_are_escaped(own_server) -> None:
    gp.GPTask(own_server.url_of("ParameterGallery"))(Input_String="<img src=x onerror=alert(1)>")
    html = gp.history()._repr_html_()
    assert "<img" not in html
    assert "&lt;img" in html


def test_another_kernel_finds_the_run_and_its_results(own_server, gate) -> None:
    closed = gate()
    run = closed.task.start(Number=7)
    assert closed.entered.wait(30)
    code = (
        "import gpwidgets as gp\n"
        "entry = gp.history()[0]\n"
        "print(entry.status.value, entry.inputs, flush=True)\n"
        "run = entry.attach()\n"
        "input()\n"
        "print(run.wait(60).Number, gp.history()[0].status.value)\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "submitted {'Number': 7}"
        closed.opened.set()
        printed, _ = other.communicate("go\n", timeout=60)
        assert printed.strip() == "7 succeeded"
    assert run.wait(30).Number == 7
    assert len(gp.history()) == 1


def test_a_job_that_is_found_again_counts_its_time_from_its_start(gate, until) -> None:
    closed = gate()
    run = closed.task.start(Number=1)
    until(run, lambda: run.job_url is not None)
    store = recording.current_store()
    key = gp.history()[0].key
    store.write({"run": key, "started": gp.history()[0].started.timestamp() - 100})
    again = gp.attach(run.job_url)
    assert again.elapsed > 100
    closed.opened.set()
    assert again.wait(30).Number == run.wait(30).Number
    assert again.elapsed > 100


def test_a_job_that_was_found_by_its_url_is_in_the_history_once(slow) -> None:
    run = slow.start(Seconds=0)
    run.wait(30)
    gp.attach(run.job_url).wait(30)
    assert len(gp.history()) == 1
    gp.history().clear()
    gp.attach(run.job_url).wait(30)
    gp.attach(run.job_url).wait(30)
    (entry,) = gp.history()
    assert (entry.job_url, entry.status) == (run.job_url, "succeeded")


def test_values_come_back_as_they_were(server) -> None:
    task = gp.GPTask(server.url_of("BufferPoints"))
    run = task.start(Input_Points=POINTS, Distance=gp.LinearUnit(2, "miles"), outSR=3857)
    run.wait(60)
    entry = gp.history()[0]
    back = entry.inputs["Input_Points"]
    assert back.crs == POINTS.crs
    assert back.geometry.geom_equals_exact(POINTS.geometry, 1e-12).all()
    assert list(back.name) == ["here"]
    assert entry.inputs["Distance"] == gp.LinearUnit(2, "miles")
    assert entry.settings == run.settings
    again = task.start(**entry.inputs, env=entry.settings)
    assert len(again.wait(60).Buffers) == 1
    assert gp.history()[0].inputs["Distance"] == entry.inputs["Distance"]


def test_large_geometry_is_kept_beside_the_records_once(server, own_history) -> None:
    many = geopandas.GeoDataFrame(geometry=[Point(x / 50, 36) for x in range(900)], crs=4326)
    task = gp.GPTask(server.url_of("BufferPoints"))
    for _ in range(2):
        task.start(Input_Points=many, Distance="1 km").wait(60)
    assert len(gp.history()[0].inputs["Input_Points"]) == 900
    assert (own_history / "runs.jsonl").stat().st_size < 10_000
    assert len(list((own_history / "values").iterdir())) == 1
    gp.history()[0].delete()
    assert len(gp.history()[0].inputs["Input_Points"]) == 900
    gp.history().clear()
    assert list((own_history / "values").iterdir()) == []


@pytest.mark.parametrize("trouble", ["gone", "cut", "other"])
def test_a_large_value_that_cannot_be_read_any_more_is_said(server, own_history, trouble) -> None:
    many = geopandas.GeoDataFrame(geometry=[Point(x / 50, 36) for x in range(900)], crs=4326)
    gp.GPTask(server.url_of("BufferPoints")).start(Input_Points=many, Distance="1 km").wait(60)
    (path,) = (own_history / "values").iterdir()
    content = path.read_bytes()
    path.unlink()
    if trouble != "gone":
        path.write_bytes(content[:100] if trouble == "cut" else b"something else")
    entry = gp.history()[0]
    assert entry.inputs == {"Distance": gp.LinearUnit(1, "esriKilometers")}
    assert "removed to make room" in str(entry.problems["Input_Points"])


def test_features_that_were_uploaded_are_kept_themselves(server, monkeypatch) -> None:
    monkeypatch.setattr("gpwidgets.datatypes.kinds.features.LARGE_FEATURES", 100)
    gp.GPTask(server.url_of("BufferPoints"))(Input_Points=POINTS, Distance="1 km")
    assert len(gp.history()[0].inputs["Input_Points"]) == 1


def test_a_value_that_is_too_large_is_named_as_missing(server, monkeypatch) -> None:
    store = recording.current_store()
    monkeypatch.setattr(store.values, "_longest", 1000)
    many = geopandas.GeoDataFrame(geometry=[Point(x / 50, 36) for x in range(900)], crs=4326)
    gp.GPTask(server.url_of("BufferPoints")).start(Input_Points=many, Distance="1 km").wait(60)
    entry = gp.history()[0]
    assert list(entry.inputs) == ["Distance"]
    assert "too large" in str(entry.problems["Input_Points"])
    assert "# 'Input_Points' is left out: it was too large to be kept." in entry.code()


def test_a_local_file_comes_back_as_its_path(own_server, tmp_path) -> None:
    path = tmp_path / "data.txt"
    path.write_text("1")
    gp.GPTask(own_server.url_of("ParameterGalleryJob"))(Input_File=path)
    assert gp.history()[0].inputs["Input_File"] == gp.DataFile(path=str(path))


def test_the_code_of_a_run_needs_no_server_and_runs(own_server) -> None:
    task = gp.GPTask(own_server.url_of("ParameterGallery"))
    task(Input_Long=5, Input_String="it's", Input_Linear_Unit=(3, "miles"))
    code = gp.history()[0].code()
    made: dict = {}
    exec(code, made)
    assert len(made["out"]) == len(task.outputs)
    assert gp.history()[0].inputs == gp.history()[1].inputs


def test_a_run_that_was_deleted_is_gone_from_the_file(slow, own_history) -> None:
    slow(Seconds=0, Steps=17)
    slow(Seconds=0, Steps=18)
    gp.history()[1].delete()
    (entry,) = gp.history()
    assert entry.inputs["Steps"] == 18
    assert '"value":17' not in all_text(own_history)
    gp.history().clear()
    assert len(gp.history()) == 0
    assert '"value":18' not in all_text(own_history)


def test_runs_that_go_on_after_they_were_deleted_do_not_come_back(gate) -> None:
    closed = gate()
    run = closed.task.start(Number=1)
    assert closed.entered.wait(30)
    gp.history().clear()
    closed.opened.set()
    run.wait(30)
    assert len(gp.history()) == 0


def test_it_can_be_turned_off(slow, own_history, monkeypatch) -> None:
    monkeypatch.setenv("GPWIDGETS_HISTORY", "off")
    slow(Seconds=0)
    assert len(gp.history()) == 0
    assert "off" in repr(gp.history())
    assert not own_history.exists()


def test_without_a_name_it_is_in_the_users_state_directory(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("GPWIDGETS_HISTORY")
    monkeypatch.setattr("platformdirs.user_state_dir", lambda name, appauthor: str(tmp_path / name))
    recording._store_in.cache_clear()
    assert recording.current_store().file.folder == tmp_path / "gpwidgets"
    recording._store_in.cache_clear()


def test_a_place_that_cannot_be_written_is_told_once_and_runs_go_on(
    slow, own_history, caplog, monkeypatch
) -> None:
    own_history.write_text("a file where the folder should be")
    assert slow(Seconds=0, Steps=2).Steps_Done == 2
    run = slow.start(Seconds=0, Steps=3)
    assert run.wait(30).Steps_Done == 3
    told = [record for record in caplog.records if "could not be written" in record.getMessage()]
    assert len(told) == 1
    assert "goes on" in told[0].getMessage()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file size are POSIX")
def test_a_disk_that_fills_up_leaves_whole_records(own_history) -> None:
    records = RecordFile(own_history)
    records.append({"run": "a", "filling": "x" * 400})
    code = (
        "import sys, pathlib; from gpwidgets.tasks.journal._record_file import RecordFile\n"
        "try:\n"
        "    RecordFile(pathlib.Path(sys.argv[1])).append({'run': 'b', 'filling': 'y' * 400})\n"
        "except OSError as error: print('told')"
    )

    def limit() -> None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))

    done = subprocess.run(
        [sys.executable, "-c", code, str(own_history)],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "told"
    records.append({"run": "c"})
    assert [row["run"] for row in RecordFile(own_history).records()] == ["a", "c"]


def test_records_of_any_shape_are_survived(own_history) -> None:
    records = RecordFile(own_history)
    task = "http://h/arcgis/rest/services/S/GPServer/T"
    for odd in (
        {"run": "a"},
        {"run": 5, "task": "x", "started": 1},
        {"run": "b", "task": task, "started": 1, "inputs": 7},
        {
            "run": "c",
            "task": task,
            "started": 1e30,
            "inputs": [1, {}],
        },
        {
            "run": "d",
            "task": task,
            "started": 3,
            "status": "odd",
            "inputs": [
                {"paramName": "x", "dataType": "GPLinearUnit", "value": {"distance": "a"}},
                {"paramName": "y", "dataType": "GPLong", "file": "../../etc/passwd"},
                {"paramName": "z", "dataType": "GPLong", "value": 4},
            ],
        },
    ):
        records.append(odd)
    runs = gp.history()
    assert {entry.key for entry in runs} == {"b", "c", "d"}
    last = next(entry for entry in runs if entry.key == "d")
    assert last.inputs == {"z": 4}
    assert set(last.problems) == {"x", "y"}
    for entry in runs:
        assert repr(entry)
        assert entry.code()
    assert repr(runs)
    assert runs._repr_html_()


def test_what_a_task_usually_takes_is_told_from_the_second_run_on(slow) -> None:
    for _ in range(2):
        run = slow.start(Seconds=0)
        run.wait(30)
        assert run.expected is None
    run = slow.start(Seconds=0)
    run.wait(30)
    took = sorted(entry.elapsed for entry in gp.history()[1:])
    assert run.expected == pytest.approx(sum(took) / 2)


def test_a_long_history_is_not_read_for_each_of_many_runs(own_history, monkeypatch) -> None:
    store, url = recording.HistoryStore(own_history), "http://h/GPServer/T"
    for number in range(2000):
        run = {"run": str(number), "task": url, "started": number, "title": "x"}
        store.write({**run, "status": "succeeded", "elapsed": 3.0})
    read: list[int] = []
    whole = store.runs
    monkeypatch.setattr(store, "runs", lambda: read.append(1) or whole())
    assert {store.usual_seconds(url) for _ in range(1000)} == {3.0}
    assert len(read) < 100


def test_only_so_many_runs_are_kept(own_history) -> None:
    store = recording.HistoryStore(own_history, largest=20_000)
    for number in range(400):
        store.write({"run": str(number), "task": "http://h/GPServer/T", "started": number, "title": "x" * 50})
        store.write({"run": str(number), "status": "succeeded"})
    kept = list(store.runs().values())
    assert len(kept) >= 60
    assert [run["started"] for run in kept] == list(range(400 - len(kept), 400))
    assert all(run["status"] == "succeeded" for run in kept)


def test_reading_and_writing_raise_no_warnings(slow) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        slow(Seconds=0)
        assert repr(gp.history()[0])


def test_entries_without_a_job_say_so(server, monkeypatch) -> None:
    monkeypatch.setattr(kept_results, "LARGEST_RESULTS", 0)
    gp.GPTask(server.url_of("ParameterGallery"))(Input_Long=5)
    recording.current_store().live.clear()
    with pytest.raises(RunError, match="No job"):
        gp.history()[0].attach()


def test_the_demo_server_is_not_needed_to_read_it(own_history) -> None:
    with demo.serve() as running:
        gp.GPTask(running.url_of("SlowCount"))(Seconds=0)
    entry = gp.history()[0]
    assert re.search(r"gp\.GPTask\('http.*SlowCount'\)", entry.code())
    assert os.path.isdir(own_history)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
@pytest.mark.parametrize("name", ["runs.jsonl", "runs-0.jsonl", "runs.lock"])
def test_a_named_pipe_in_the_place_of_a_file_holds_nothing_up(
    slow, own_history: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    own_history.mkdir()
    os.mkfifo(own_history / name)
    run = slow.start(Seconds=0, Steps=2)
    assert run.wait(30).Steps_Done == 2
    listed = gp.history()
    assert len(listed) == (0 if name == "runs.jsonl" else 1)
    assert ("not a file" in caplog.text) is (name == "runs.jsonl")


def test_what_another_version_wrote_outlives_a_rewrite(slow, own_history: Path) -> None:
    slow(Seconds=0, Steps=2)
    store = recording.current_store()
    value = store.values.keep("a large value of another version" * 100)
    strange = [
        {"group": "g1", "runs": ["a", "b"], "kept": {"in": value}},
        {"run": 17, "of": "another kind"},
        {"run": "r-next", "task": {"url": "an object"}, "steps": [1, 2]},
    ]
    for record in strange:
        store.file.append(record)
    gp.history()[0].delete()
    assert len(gp.history()) == 0
    kept = store.file.records()
    assert [record for record in strange if record not in kept] == []
    assert store.values.load(value).startswith("a large value")
