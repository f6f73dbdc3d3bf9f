"""Batches among accidents: sign-ins that end, folders and files that are gone, odd rows, other runs."""

import shutil
from pathlib import Path

import geopandas
import numpy
import pandas
import pytest
import shapely
from batch_tools import needs_parquet, points

import gpwidgets as gp
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.tasks.scheduling.places import Places, gate_of

pytestmark = [pytest.mark.timeout(120), pytest.mark.once]


def test_a_sign_in_that_ends_while_jobs_run_stops_the_waiting_and_keeps_the_jobs(held, tmp_path) -> None:
    runs = gp.sweep(held.task, Number=range(4), folder=tmp_path)
    held.until(2)
    fault = held.server.faults.add("error", on="poll", code=498, message="Invalid token")
    with fault, pytest.raises(gp.AuthenticationError, match="Invalid token"):
        runs.wait(30)
    assert runs.done
    assert set(runs.counts) <= {"submitted", "waiting", "running", "pending"}
    held.opened.set()
    again = gp.resume(tmp_path).wait(60)
    assert again.table()["Tenfold"].tolist() == [0, 10, 20, 30]
    assert held.server.jobs.created == 4


def test_a_folder_that_is_gone_is_said_and_nobody_waits_for_ever(held, tmp_path: Path) -> None:
    runs = gp.sweep(held.task, Number=range(4), folder=tmp_path / "runs")
    held.until(2)
    shutil.rmtree(tmp_path / "runs")
    held.opened.set()
    with pytest.raises((gp.GPError, OSError), match="runs"):
        runs.wait(30)
    assert "runs" in repr(runs)


def test_a_row_whose_file_cannot_be_fetched_holds_up_no_other(own_server, tmp_path: Path) -> None:
    def report(number: int = 0, *, job: JobContext) -> Path:
        """Write a number into a file."""
        path = job.output_file("report.txt")
        path.write_text(str(number))
        return path

    task = gp.GPTask(own_server.publish(report, name="Report", output="Report", asynchronous=True))
    fault = own_server.faults.add("status", on="file", code=404, times=1)
    runs = gp.sweep(task, Number=range(4), folder=tmp_path, at_once=1).wait(60)
    assert runs.counts == {"incomplete": 1, "succeeded": 3}
    assert "Report" in runs.failures["error"].iloc[0]
    own_server.faults.remove(fault)
    assert runs.retry_failed().wait(60).counts == {"succeeded": 4}
    assert own_server.jobs.created == 4


def test_rows_that_were_changed_by_hand_are_not_sent(held, tmp_path: Path) -> None:
    runs = gp.sweep(held.task, Number=range(4), folder=tmp_path)
    held.until(2)
    runs.close()
    held.opened.set()
    rows = tmp_path / "rows.jsonl"
    whole = rows.read_bytes()
    for text in (whole.replace(b'"3"', b'"4"'), whole[:-30], b""):
        rows.write_bytes(text)
        for go_on in (
            lambda: gp.resume(tmp_path),
            lambda: gp.sweep(held.task, Number=range(4), folder=tmp_path),
        ):
            with pytest.raises(gp.GPError, match=r"rows\.jsonl"):
                go_on()
    assert held.server.jobs.created == 2
    rows.write_bytes(whole)
    assert gp.resume(tmp_path).wait(60).counts == {"succeeded": 4}


@needs_parquet
def test_results_without_a_ledger_are_left_alone(server, tmp_path: Path) -> None:
    task = gp.GPTask(server.url_of("BufferPoints"))
    gp.batch(task, points(1), folder=tmp_path).wait(60)
    (tmp_path / "ledger.jsonl").unlink()
    with pytest.raises(gp.GPError, match="ledger is gone"):
        gp.batch(task, points(2), folder=tmp_path)
    assert len(geopandas.read_parquet(tmp_path / "results" / "Buffers")) == 1


def test_a_head_that_says_too_little_is_no_ledger(held, tmp_path: Path) -> None:
    runs = gp.sweep(held.task, Number=[1], folder=tmp_path)
    runs.close()
    path = tmp_path / "ledger.jsonl"
    whole = path.read_text()
    for text in (whole.replace('"rows":1', '"rows":-1'), whole.replace('"task"', '"tusk"')):
        path.write_text(text)
        with pytest.raises(gp.GPError, match="no ledger"):
            gp.resume(tmp_path)


def test_the_rest_is_cancelled_also_where_the_server_refuses_it_meanwhile(held, tmp_path: Path) -> None:
    held.server.faults.add("delay", on="submit", seconds=0.3)
    held.server.faults.add("status", on="submit", code=503)
    runs = gp.sweep(held.task, Number=range(4), folder=tmp_path)
    runs.cancel_rest()
    assert runs.wait(30).counts == {"cancelled": 4}
    assert held.server.jobs.created == 0


def test_numbers_of_numpy_and_extents_are_the_same_for_all_rows(own_server, tmp_path: Path) -> None:
    def double(number: float = 0.0, factor: float = 1.0) -> float:
        """Multiply."""
        return number * factor

    task = gp.GPTask(own_server.publish(double, name="Double", output="Product", asynchronous=True))
    extent = (0.0, 0.0, 1.0, 1.0)
    runs = gp.sweep(
        task, Number=numpy.array([1.0, 2.0]), Factor=numpy.float64(3.0), extent=extent, folder=tmp_path
    )
    assert runs.wait(60).table()["Product"].tolist() == [3.0, 6.0]


@needs_parquet
def test_rows_without_geometry_and_columns_that_come_twice_are_refused(server, tmp_path: Path) -> None:
    task = gp.GPTask(server.url_of("BufferPoints"))
    holes = geopandas.GeoDataFrame(geometry=[shapely.Point(1, 2), None, shapely.Point()], crs=4326)
    with pytest.raises(gp.InputErrors) as wrong:
        gp.batch(task, holes, folder=tmp_path / "a")
    assert "row 1, Input_Points" in str(wrong.value)
    assert "row 2, Input_Points" in str(wrong.value)
    twice = pandas.DataFrame([[1, 2]], columns=["Steps", "Steps"])
    with pytest.raises(gp.GPError, match="same name: Steps"):
        gp.batch(gp.GPTask(server.url_of("SlowCount")), twice, folder=tmp_path / "b")


def test_labels_that_json_does_not_know_find_their_rows(server, tmp_path: Path) -> None:
    days = pandas.DatetimeIndex(["2026-01-01", "2026-01-02"])
    frame = pandas.DataFrame({"Steps": [1, 2], "Seconds": [0, 0]}, index=days)
    runs = gp.batch(gp.GPTask(server.url_of("SlowCount")), frame, folder=tmp_path).wait(60)
    assert runs.outputs(days[1]).Steps_Done == 2


def test_single_runs_have_their_places_too(held, tmp_path: Path) -> None:
    single = [held.task.start(Number=number) for number in (1, 2)]
    held.until(2)
    runs = gp.sweep(held.task, Number=range(4), folder=tmp_path)
    assert runs.counts == {"pending": 4}
    assert any("other runs of this kernel" in note for note in runs.notes)
    held.opened.set()
    assert [one.wait(30).Tenfold for one in single] == [10, 20]
    assert runs.wait(30).counts == {"succeeded": 4}
    assert held.most == 2
    assert not runs.notes


def test_a_server_is_one_however_its_address_is_spelt() -> None:
    assert gate_of("https://Host.example/a") is gate_of("HTTPS://host.example:443/b")
    assert gate_of("https://host.example/a") is not gate_of("https://host.example:8443/a")


def test_a_server_that_refuses_for_days_is_asked_once_a_minute() -> None:
    some, now = Places(), 0.0
    for _ in range(3000):
        some.refuse(now)
        assert some.held_until - now <= 60.0
        now = some.held_until


def test_what_was_learnt_of_a_server_outlives_a_batch() -> None:
    some = Places()
    some.limit(4, 8)
    for _ in range(3):
        some.refuse(some.held_until + 1)
    assert some.allowed == 1
    some.limit(2, 8)
    assert some.allowed == 1
    some.limit(8, 8)
    assert some.allowed <= 5
