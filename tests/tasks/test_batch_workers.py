"""Batches whose results are read and written by workers: the same results, whatever becomes of them."""

import dataclasses
import gc
import multiprocessing
import pickle
import sys
import threading
import weakref
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import geopandas
import pandas
import pytest
import shapely
from batch_tools import die_once, first_row, points, same, squares

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.demo.publishing.parameters import Param
from gpwidgets.demo.publishing.publish import Points, Polygons
from gpwidgets.tasks.batch import _engine, row_results
from gpwidgets.tasks.batch.part_work import PartWork

pytest.importorskip("pyarrow")
pytestmark = [pytest.mark.timeout(120), pytest.mark.once]
TOKEN, PASSWORD = "tok-4711-canary", "hush-4712-canary"


@pytest.fixture
def task(own_server: demo.DemoServer) -> gp.GPTask:
    return gp.GPTask(own_server.publish(squares, name="Squares", output="Squares", asynchronous=True))


class Watched(ThreadPoolExecutor):
    """Threads that get what other processes would get, byte by byte."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__(2)
        self.sent: list[bytes] = []
        self._folder = folder

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.sent.append(pickle.dumps((fn, args)))
        fn, args = pickle.loads(self.sent[-1])
        if self._folder is not None:
            moved = [one for one in args if isinstance(one, PartWork)]
            args = tuple(dataclasses.replace(one, folder=self._folder) for one in moved) or args
        return super().submit(fn, *args, **kwargs)


def test_threads_and_workers_elsewhere_give_what_the_kernel_gives(task, own_server, tmp_path: Path) -> None:
    frame = points(12, Count=[1500, 1, 0, 2] * 3)
    here = gp.batch(task, frame, folder=tmp_path / "here").wait(60)
    with Watched() as threads, Watched(tmp_path / "elsewhere") as elsewhere:
        there = gp.batch(task, frame, folder=tmp_path / "there", executor=threads).wait(60)
        far = gp.batch(task, frame, folder=tmp_path / "far", executor=elsewhere).wait(60)
        for runs in (there, far):
            assert runs.counts == {"succeeded": 12}
            assert not runs.notes
            same(runs.frame(), here.frame())
            assert not list(runs.folder.rglob(".*"))
        assert len(threads.sent) > 1
    assert not (tmp_path / "elsewhere").exists()
    assert own_server.jobs.created == 36


def test_what_workers_are_given_holds_no_secret(own_server: demo.DemoServer, tmp_path: Path) -> None:
    def locked(
        input_points: Points,
        number: int = 0,
        password: Annotated[str, Param(data_type="GPStringHidden")] = "",
    ) -> Points:
        """Give the points back if the password is right."""
        return input_points if password == PASSWORD else input_points.iloc[:0]

    task = gp.GPTask(
        own_server.publish(locked, name="Locked", output="Out", asynchronous=True), auth=gp.Token(TOKEN)
    )
    layer = f"https://example.com/a?token={TOKEN}"
    with Watched() as workers:
        runs = gp.batch(
            task,
            points(3, note=[layer] * 3),
            keep=["note"],
            folder=tmp_path,
            Password=PASSWORD,
            executor=workers,
            each=first_row,
        ).wait(60)
        assert len(runs.frame()) == 3
        assert len(workers.sent) >= 2
        for canary in (TOKEN, PASSWORD):
            assert not [one for one in workers.sent if canary.encode() in one]


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_processes_do_the_work_and_one_that_dies_loses_nothing(
    task, own_server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPWIDGETS_DIED", str(tmp_path / "died"))
    context = multiprocessing.get_context("spawn")
    frame = points(6, Count=[2, 3] * 3)
    with ProcessPoolExecutor(1, mp_context=context) as processes:
        with pytest.raises(gp.GPError, match="workers cannot do the work"):
            gp.batch(task, frame, folder=tmp_path / "no", executor=processes, each=lambda one: one)
        assert own_server.jobs.created == 0
        first = gp.batch(task, frame, folder=tmp_path / "a", executor=processes, each=first_row).wait(60)
        assert first.frame()["FROM"].tolist() == list("012345")
        runs = gp.batch(task, frame, folder=tmp_path / "b", executor=processes, each=die_once).wait(60)
    assert (tmp_path / "died").exists()
    assert runs.counts == {"succeeded": 6}
    assert any("workers are gone" in note for note in runs.notes)
    assert own_server.jobs.created == 12
    same(runs.frame(), gp.batch(task, frame, folder=tmp_path / "c").wait(60).frame())


class Failing(Watched):
    """Workers that lose the first part that they are given, some times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._times = times
        self._numbers: list[int] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if isinstance(args[0], PartWork):
            self._numbers.append(args[0].number)
            tries = self._numbers.count(self._numbers[0])
            lost = args[0].number == self._numbers[0] and tries <= self._times
        else:
            lost = False
        if lost:
            failed: Future[Any] = Future()
            failed.set_exception(RuntimeError("killed while it ran"))
            return failed
        return super().submit(fn, *args, **kwargs)


def test_work_that_was_lost_is_done_again_and_no_job_is(task, own_server, tmp_path: Path) -> None:
    with Failing(1) as workers:
        runs = gp.batch(task, points(4), folder=tmp_path / "a", executor=workers).wait(60)
        assert runs.counts == {"succeeded": 4}
    with Failing(2) as workers:
        runs = gp.batch(task, points(4), folder=tmp_path / "b", executor=workers).wait(60)
        assert runs.counts["incomplete"] >= 1
        assert runs.failures["error"].str.contains("killed while it ran").all()
        assert runs.retry_failed().wait(60).counts == {"succeeded": 4}
    assert own_server.jobs.created == 8


class Slow(Watched):
    """Workers that say that a row takes a minute."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        def work(*given: Any) -> Any:
            done = fn(*given)
            return dataclasses.replace(done, seconds=60.0 * len(given[0].rows)) if made else done

        made = isinstance(args[0], PartWork)
        self.sent += [b""] if made else []
        return ThreadPoolExecutor.submit(self, work, *args, **kwargs)


def test_rows_that_take_long_are_spread_over_the_workers(task, tmp_path: Path) -> None:
    with Slow() as workers:
        runs = gp.batch(task, points(8), folder=tmp_path, at_once=1, executor=workers).wait(60)
    assert runs.counts == {"succeeded": 8}
    assert len(workers.sent) == 8


class Steady(Watched):
    """Workers that say that each row takes a thirtieth of a second."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[int] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if not isinstance(args[0], PartWork):
            return super().submit(fn, *args, **kwargs)
        count = len(args[0].rows)
        self.rows.append(count)
        return ThreadPoolExecutor.submit(self, lambda: dataclasses.replace(fn(*args), seconds=count / 30))


def test_the_last_rows_go_to_workers_in_small_parts(task, tmp_path: Path) -> None:
    with Steady() as workers:
        runs = gp.batch(task, points(32), folder=tmp_path, at_once=8, executor=workers).wait(60)
    assert runs.counts == {"succeeded": 32}
    assert sum(workers.rows) == 32
    assert max(workers.rows) <= 2


def test_parts_wait_for_no_other_and_all_end_in_one_coordinate_system(
    own_server: demo.DemoServer, tmp_path: Path
) -> None:
    def same_points(input_points: Points) -> Points:
        """Give the points back."""
        return input_points

    task = gp.GPTask(own_server.publish(same_points, name="Same", output="Out", asynchronous=True))
    together, calls = threading.Barrier(2, timeout=30), []

    def each(frame: Any) -> Any:
        row = frame.attrs["gpwidgets"]["run"]["gp_row"]
        calls.append(row)
        if calls.count(row) == 1:
            together.wait()
        return frame.to_crs(25832) if row else frame

    frame = points(2)
    with ThreadPoolExecutor(2) as workers:
        runs = gp.batch(task, frame, folder=tmp_path, executor=workers, each=each).wait(60)
    assert runs.counts == {"succeeded": 2}
    assert len(calls) == 3
    assert len(runs.notes) == 1
    assert "all are kept in" in runs.notes[0]
    assert len({str(one.crs) for one in map(geopandas.read_parquet, tmp_path.rglob("part-*.parquet"))}) == 1
    assert runs.frame().to_crs(4326).geometry.geom_equals_exact(frame.geometry, 1e-6).all()
    assert not list(tmp_path.rglob(".part-*"))


def test_each_is_called_for_every_result_and_its_errors_are_those_of_a_row(
    task, own_server, tmp_path
) -> None:
    bad = {1: "raises", 2: "number", 3: "unwritable", 4: "none"}

    def each(frame: geopandas.GeoDataFrame) -> Any:
        about = frame.attrs["gpwidgets"]
        assert about["output"] == "Squares"
        match bad.get(about["run"]["gp_row"]):
            case "raises":
                raise ValueError("no good")
            case "number":
                return 5
            case "unwritable":
                return frame.assign(ODD=1j)
            case "none":
                return None
        return frame.assign(TWICE=2 * frame["NUMBER"])

    runs = gp.batch(task, points(6), folder=tmp_path, each=each).wait(60)
    assert runs.counts == {"incomplete": 3, "succeeded": 3}
    errors = runs.failures["error"].tolist()
    assert [word in error for word, error in zip(("no good", "int", "complex"), errors, strict=True)]
    assert sorted(set(runs.frame()["gp_row"])) == [0, 5]
    bad.clear()
    runs.retry_failed().wait(60)
    assert runs.counts == {"succeeded": 6}
    assert sorted(set(runs.frame()["gp_row"])) == [0, 1, 2, 3, 5]
    assert own_server.jobs.created == 6


def test_results_are_let_go_of_as_soon_as_they_are_written(task, tmp_path: Path) -> None:
    seen = []

    def each(frame: Any) -> Any:
        seen.append(weakref.ref(frame))
        return frame

    gc.collect()
    gc.disable()
    try:
        runs = gp.batch(task, points(12), folder=tmp_path, each=each, Count=1000).wait(60)
        alive = [one for one in seen if one() is not None]
    finally:
        gc.enable()
    assert runs.counts == {"succeeded": 12}
    assert len(seen) == 12
    assert len(alive) <= 2


def test_closing_waits_for_what_is_just_being_written(task, own_server, tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(frame: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return frame

    runs = gp.batch(task, points(1), folder=tmp_path, each=slow)
    assert begun.wait(30)
    with pytest.raises(gp.WaitTimeout):
        runs.close(timeout=0.1)
    with pytest.raises(gp.GPError, match="another batch of this kernel"):
        gp.resume(tmp_path)
    go_on.set()
    runs.close()
    assert gp.resume(tmp_path).wait(60).counts == {"succeeded": 1}
    assert own_server.jobs.created == 1


def test_what_is_no_executor_is_refused(task, own_server, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="executor takes an executor"):
        gp.batch(task, points(1), folder=tmp_path / "a", executor=4)
    gone = ThreadPoolExecutor(1)
    gone.shutdown()
    with pytest.raises(gp.GPError, match="Nothing was sent"):
        gp.batch(task, points(1), folder=tmp_path / "b", executor=gone)
    assert own_server.jobs.created == 0


def test_outputs_whose_names_differ_in_case_or_signs_only_have_their_own_folders() -> None:
    from gpwidgets.tasks.batch._output_folders import OutputFolders

    folders = OutputFolders(["Out", "OUT", "Out!", "Öut"])
    names = [folders.of(name) for name in ("Out", "OUT", "Out!", "Öut", "out", "Out?")]
    assert len({name.casefold() for name in names}) == 6
    assert names[0] == "Out"
    assert OutputFolders(["Out"]).of("Out?") == folders.of("Out?")


def test_frames_that_are_not_alike_become_one_part() -> None:
    from gpwidgets.convert.storage.part_files import RowsOf, joined

    def piece(frame: Any, number: int) -> RowsOf:
        return RowsOf(frame, [({"gp_place": number, "input_N": number or None}, len(frame))])

    shapes = [shapely.Point(9, 50), shapely.Point(10, 50)]
    named = geopandas.GeoDataFrame({"geometry": ["a", "b"], "gp_place": [5, 6]})
    named = named.set_geometry(geopandas.GeoSeries(shapes, name="SHAPE", crs=4326))
    bare = geopandas.GeoDataFrame({"A": [1]}, geometry=[shapely.Point(9, 51)])
    away = geopandas.GeoDataFrame(geometry=[shapely.Point(500_000, 5_538_630.7)], crs=25832)
    table = pandas.DataFrame({"A": ["text"]})
    whole, facts = joined([piece(one, place) for place, one in enumerate((bare, named, away, table))], None)
    assert whole.crs == 4326
    assert whole["gp_place"].tolist() == [0, 1, 1, 2, 3]
    assert whole["input_N"].dtype == "Int64"
    assert whole["gp_place_"].dropna().tolist() == [5, 6]
    assert whole["geometry_"].dropna().tolist() == ["a", "b"]
    assert whole.geometry.x.round(3).tolist()[:4] == [9, 9, 10, 9]
    assert whole.geometry.iloc[4] is None
    assert facts.without_crs
    assert facts.transformed == ["EPSG:25832"]


def test_rows_are_held_up_while_frames_wait_to_be_written(
    own_server: demo.DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_results, "_FEATURES_OF_A_PART", 1)
    monkeypatch.setattr(row_results, "_FEATURES_AT_WORK", 500)
    at_work, held_up = threading.Event(), threading.Semaphore(0)
    known: list[Any] = []
    meanwhile: list[Any] = []

    class Asked(row_results.RowResults):
        """Results that tell when rows are held up for them."""

        @property
        def is_behind(self) -> bool:
            told = super().is_behind
            if told and known and known[0].states()[1].status == "succeeded":
                held_up.release()
            return told

    def many(input_points: Points, row: int = 0) -> Polygons:
        """Draw many squares; the second row waits until the first is being written."""
        if row == 1:
            at_work.wait(30)
        return squares(input_points, 900)

    def slow(frame: Any) -> Any:
        if not at_work.is_set():
            at_work.set()
            # Whoever asks for the second time has had a place and a row to send since the first.
            meanwhile.extend([held_up.acquire(timeout=30), held_up.acquire(timeout=30)])
            meanwhile.append(known[0].states()[2].status)
        return frame.iloc[:1]

    monkeypatch.setattr(_engine, "RowResults", Asked)
    task = gp.GPTask(own_server.publish(many, name="Many", output="Squares", asynchronous=True))
    runs = gp.batch(task, points(4, Row=range(4)), folder=tmp_path / "runs", at_once=1, each=slow)
    known.append(runs)
    runs.wait(90)
    assert meanwhile == [True, True, "pending"]
    assert runs.counts == {"succeeded": 4}
    assert len(runs.frame()) == 4
