"""Batches: what is refused before anything is sent, how rows are sent and end, and what they give."""

from pathlib import Path

import geopandas
import pandas
import pytest
from batch_tools import Held, needs_parquet, points

import gpwidgets as gp
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.publish import Points

pytestmark = pytest.mark.timeout(120)


@needs_parquet
def test_a_row_is_a_run_and_its_results_say_where_they_are_from(server, tmp_path: Path) -> None:
    task = gp.GPTask(server.url_of("BufferPoints"))
    frame = points(3, Distance=["1 km", None, "3 km"], site=["a", "b", "c"]).set_index("site", drop=False)
    runs = gp.batch(task, frame, keep=["site"], folder=tmp_path, Dissolve="ALL").wait(60)
    found = runs.frame("Buffers")
    assert found.crs == 4326
    assert found["gp_row"].tolist() == found["row_site"].tolist() == ["a", "b", "c"]
    assert found["BUFF_DIST"].tolist() == [1000.0, 10_000.0, 3000.0]
    assert set(found["input_Dissolve"]) == {"ALL"}
    assert runs.outputs("b").Buffers["BUFF_DIST"].tolist() == [10_000.0]
    note = gp.provenance(next(tmp_path.glob("results/Buffers/*.parquet")))
    assert (note["task"], note["output"]) == (task.url.task, "Buffers")
    assert runs.failures.empty
    assert len(geopandas.read_parquet(tmp_path / "results" / "Buffers")) == 3


def test_wrong_rows_are_named_together_and_nothing_is_sent(held: Held, tmp_path: Path) -> None:
    frame = pandas.DataFrame({"Number": [1, "two", 3, "four"]}, index=["p", "q", "r", "s"])
    with pytest.raises(gp.InputErrors) as wrong:
        gp.batch(held.task, frame, folder=tmp_path / "runs")
    said = str(wrong.value)
    assert all(word in said for word in ("row q, Number", "row s, Number", "2 rows of 4 are wrong"))
    assert "row p" not in said
    assert held.server.jobs.created == 0
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("frame", "given", "words"),
    [
        (pandas.DataFrame({"Nmber": [1]}), {}, "did you mean 'Number'"),
        (pandas.DataFrame({"Number": [1]}, index=["a"]).iloc[[0, 0]], {}, "reset_index"),
        (pandas.DataFrame({"Number": []}), {}, "no rows"),
        (pandas.DataFrame({"Number": [1]}), {"keep": ["site"]}, "no column 'site'"),
        ({"Number": [1]}, {}, "DataFrame"),
        (points(1, Number=[1]), {}, "no feature input left"),
        (points(1), {"geometry": "Places"}, "no feature input 'Places'"),
    ],
)
def test_frames_that_do_not_fit_are_refused_in_words(held, tmp_path, frame, given, words) -> None:
    with pytest.raises((gp.GPError, TypeError), match=words):
        gp.batch(held.task, frame, folder=tmp_path / "runs", **given)
    assert held.server.jobs.created == 0


@needs_parquet
def test_the_geometries_go_where_they_are_told_to(own_server, tmp_path: Path) -> None:
    def near(these: Points, others: Points) -> Points:
        """Give the first ones back."""
        return these

    task = gp.GPTask(own_server.publish(near, output="Out"))
    with pytest.raises(gp.GPError, match="geometry='These'"):
        gp.batch(task, points(2), folder=tmp_path / "a")
    left = gp.batch(task, points(2), folder=tmp_path / "b", Others="POINT (1 2)").wait(60)
    right = gp.batch(task, points(2), folder=tmp_path / "c", geometry="Others", These="POINT (1 2)").wait(60)
    assert left.frame().geometry.x.tolist() == [-84.0, -83.99]
    assert right.frame().geometry.x.tolist() == [1.0, 1.0]


def test_a_sweep_is_the_product_of_its_lists(server, tmp_path: Path) -> None:
    task = gp.GPTask(server.url_of("SlowCount"))
    runs = gp.sweep(task, Steps=[1, 2], Seconds=(0, 0.01), folder=tmp_path).wait(60)
    assert runs.table()["Steps_Done"].tolist() == [1, 1, 2, 2]


def test_batches_share_few_places_at_a_server(held: Held, tmp_path: Path) -> None:
    one = gp.sweep(held.task, Number=range(6), folder=tmp_path / "1")
    two = gp.sweep(held.task, Number=range(6), folder=tmp_path / "2")
    held.until(2)
    held.opened.set()
    for runs in (one, two):
        assert runs.wait(60).counts == {"succeeded": 6}
    assert held.most == 2
    assert held.server.jobs.created == 12


def test_the_cap_can_be_raised(held: Held, tmp_path: Path) -> None:
    runs = gp.sweep(held.task, Number=range(6), folder=tmp_path, at_once=5)
    held.until(5)
    held.opened.set()
    runs.wait(60)
    assert held.most == 5


@pytest.mark.parametrize("code", [429, 503])
def test_what_a_busy_server_refuses_is_sent_again(held: Held, tmp_path: Path, code: int) -> None:
    held.opened.set()
    held.server.faults.add("status", on="submit", code=code, times=2)
    runs = gp.sweep(held.task, Number=range(4), folder=tmp_path).wait(60)
    assert runs.counts == {"succeeded": 4}
    assert held.server.jobs.created == 4


def test_a_submission_without_an_answer_is_said_and_left(held: Held, tmp_path: Path) -> None:
    held.opened.set()
    held.server.faults.add("lost_answer", on="submit", times=1)
    runs = gp.sweep(held.task, Number=range(3), folder=tmp_path).wait(60)
    assert runs.counts == {"lost": 1, "succeeded": 2}
    assert "may be under way" in runs.failures["error"].iloc[0]
    again = gp.resume(tmp_path).wait(60)
    assert again.counts == {"lost": 1, "succeeded": 2}
    assert held.server.jobs.created == 3
    assert gp.resume(tmp_path, retry_lost=True).wait(60).counts == {"succeeded": 3}
    assert held.server.jobs.created == 4


def test_rows_that_fail_can_be_run_again(held: Held, tmp_path: Path) -> None:
    held.opened.set()
    held.server.faults.add("fail_job", times=1, message="no such place")
    runs = gp.sweep(held.task, Number=range(3), folder=tmp_path).wait(60)
    assert runs.failures["error"].str.contains("no such place").all()
    with pytest.raises(gp.GPError, match="no such place"):
        runs.outputs(runs.failures.index[0])
    assert runs.retry_failed().wait(60).counts == {"succeeded": 3}
    assert held.server.jobs.created == 4


def test_results_that_could_not_be_had_are_fetched_again_and_the_job_is_not(held, tmp_path) -> None:
    held.opened.set()
    fault = held.server.faults.add("error", on="result", code=500, message="disk")
    runs = gp.sweep(held.task, Number=[4], folder=tmp_path).wait(60)
    assert runs.counts == {"incomplete": 1}
    held.server.faults.remove(fault)
    assert runs.retry_failed().wait(60).table()["Tenfold"].tolist() == [40]
    assert held.server.jobs.created == 1


def test_a_row_that_takes_too_long_is_cancelled(held: Held, tmp_path: Path) -> None:
    runs = gp.sweep(gp.GPTask(held.server.publish(_endless, asynchronous=True)), folder=tmp_path, deadline=1)
    runs.wait(60)
    assert runs.counts == {"timed_out": 1}
    assert "deadline of 1 s" in runs.failures["error"].iloc[0]


def _endless(number: int = 0, *, job: JobContext) -> int:
    """Go on until somebody cancels."""
    while True:
        job.wait(1)


def test_one_row_the_rest_and_all_can_be_cancelled(held: Held, tmp_path: Path) -> None:
    runs = gp.sweep(held.task, Number=range(6), folder=tmp_path)
    held.until(2)
    runs.cancel(5)
    assert runs.counts["cancelled"] == 1
    runs.cancel_rest()
    assert runs.counts["cancelled"] == 4
    held.opened.set()
    assert runs.wait(60).counts == {"cancelled": 4, "succeeded": 2}
    with pytest.raises(KeyError, match="no row 17"):
        runs.cancel(17)
    assert gp.resume(tmp_path).wait(60).counts == {"cancelled": 4, "succeeded": 2}
    assert runs.retry_failed(cancelled=True).wait(60).counts == {"succeeded": 6}


def test_cancel_stops_what_is_on_the_server_too(held: Held, tmp_path: Path) -> None:
    task = gp.GPTask(held.server.publish(_endless, asynchronous=True))
    runs = gp.sweep(task, Number=range(4), folder=tmp_path)
    with held.server.faults.add("delay", on="poll", seconds=0.01):
        runs.cancel()
        assert runs.wait(60).counts == {"cancelled": 4}


def test_a_batch_that_is_closed_goes_on_elsewhere(held: Held, tmp_path: Path) -> None:
    runs = gp.sweep(held.task, Number=range(5), folder=tmp_path)
    held.until(2)
    runs.close()
    assert runs.done
    assert held.server.jobs.created == 2
    held.opened.set()
    again = gp.sweep(held.task, Number=range(5), folder=tmp_path)
    assert again.wait(60).table()["Tenfold"].tolist() == [0, 10, 20, 30, 40]
    assert held.server.jobs.created == 5


def test_another_batch_needs_another_folder(held: Held, tmp_path: Path, monkeypatch) -> None:
    held.opened.set()
    gp.sweep(held.task, Number=range(2), folder=tmp_path / "Held-batch").wait(60)
    with pytest.raises(gp.GPError, match="another batch in"):
        gp.sweep(held.task, Number=range(3), folder=tmp_path / "Held-batch")
    monkeypatch.chdir(tmp_path)
    assert gp.sweep(held.task, Number=range(2)).folder.name == "Held-batch"
    other = gp.sweep(held.task, Number=range(3)).wait(60)
    assert other.folder.name == "Held-batch_1"
    assert held.server.jobs.created == 5


def test_a_sign_in_that_has_expired_stops_the_batch_and_loses_no_row(held: Held, tmp_path: Path) -> None:
    held.opened.set()
    with held.server.faults.add("error", on="submit", code=498, message="Invalid token"):
        runs = gp.sweep(held.task, Number=range(4), folder=tmp_path)
        with pytest.raises(gp.AuthenticationError):
            runs.wait(60)
    assert runs.counts == {"pending": 4}
    assert "Invalid token" in repr(runs)
    assert gp.resume(tmp_path).wait(60).counts == {"succeeded": 4}
    assert held.server.jobs.created == 4
