"""Batches with Dask: a local cluster of separate processes as workers, and results as its frames."""

import os
import signal
from pathlib import Path
from typing import Any

import geopandas
import pandas
import pytest
import shapely
from batch_tools import first_row, points, same, squares

import gpwidgets as gp
from gpwidgets.convert.storage import dask_parts
from gpwidgets.convert.storage.part_files import RowsOf, joined, write_part

pytest.importorskip("pyarrow")
pytestmark = pytest.mark.timeout(300)


def part(folder: Path, number: int, frame: Any, place: int) -> None:
    whole, _ = joined([RowsOf(frame, [({"gp_place": place}, len(frame))])], None)
    write_part(whole, folder / f"part-{number:06}.parquet", {})


def test_a_frame_of_dask_has_the_columns_of_all_parts(tmp_path: Path) -> None:
    pytest.importorskip("dask_geopandas")
    point = shapely.Point(9, 50)
    part(tmp_path, 1, geopandas.GeoDataFrame({"A": [1], "B": [True]}, geometry=[point], crs=4326), 0)
    far = geopandas.GeoDataFrame({"A": ["one"], "C": [3]}, geometry=[point], crs=4326).to_crs(25832)
    part(tmp_path, 2, far, 1)
    part(tmp_path, 3, geopandas.GeoDataFrame({"A": [2]}, geometry=[point], crs=4326), 2)
    frame = dask_parts.dask_frame(tmp_path, {1: {0}, 2: {1}, 3: {7}, 9: {4}}, "gp_place")
    assert frame.npartitions == 3
    assert frame.crs == 4326
    whole = frame.compute()
    assert whole["A"].tolist() == ["1", "one"]
    assert whole["B"].isna().tolist() == [False, True]
    assert whole["C"].dtype == "Int64"
    assert whole.geometry.x.round(6).tolist() == [9, 9]
    assert dask_parts.dask_frame(tmp_path, {9: {4}}, "gp_place") is None
    part(tmp_path / "table", 1, pandas.DataFrame({"A": [1]}), 0)
    assert dask_parts.dask_frame(tmp_path / "table", {1: {0}}, "gp_place")["A"].sum().compute() == 1


def test_without_dask_it_is_said_how_to_install_it(own_server, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(dask_parts, "find_spec", lambda name: None)
    task = gp.GPTask(own_server.publish(squares, name="Squares", output="Squares", asynchronous=True))
    runs = gp.batch(task, points(1), folder=tmp_path).wait(60)
    with pytest.raises(gp.GPError, match=r"pip install 'gpwidgets\[dask\]'"):
        runs.dask()
    with pytest.raises(gp.GPError, match="outputs with rows: Squares"):
        runs.dask("Other")


def test_a_cluster_gives_what_the_kernel_gives_also_when_a_worker_is_killed(
    own_server, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed")
    task = gp.GPTask(own_server.publish(squares, name="Squares", output="Squares", asynchronous=True))
    frame = points(20, Count=[3, 40] * 10)
    here = gp.batch(task, frame, folder=tmp_path / "here", at_once=4, each=first_row).wait(60)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        workers = client.get_executor()
        there = gp.batch(
            task, frame, folder=tmp_path / "there", at_once=4, executor=workers, each=first_row
        ).wait(60)
        same(there.frame(), here.frame())

        victims = list(client.run(os.getpid).values())

        def slow(one: Any) -> Any:
            import time

            time.sleep(0.2)
            return one

        runs = gp.batch(task, frame, folder=tmp_path / "killed", at_once=4, executor=workers, each=slow)
        while not runs.table()["job"].notna().any():
            runs.table()
        os.kill(victims[0], signal.SIGKILL)
        assert runs.wait(120).counts == {"succeeded": 20}
        frame_of_dask = runs.dask()
        assert len(frame_of_dask) == len(runs.frame()) == 20 * 43 // 2
        assert frame_of_dask.crs == runs.frame().crs
    assert own_server.jobs.created == 60
