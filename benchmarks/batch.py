"""Many runs: what a row costs beside a bare loop over requests, how well the cap is used, and memory.

    python benchmarks/batch.py
    python benchmarks/batch.py --rows 60 --seconds 1 --many 300
    python benchmarks/batch.py --only spread

The server runs in a process of its own. The bare loop submits, polls as often and reads the same results into
one frame; it checks nothing, writes nothing down and forgets all when it is killed.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import requests
import shapely
from measuring import Limits
from requests.adapters import HTTPAdapter

from gpwidgets import demo
from gpwidgets.convert.featuresets.frames import frame_to_features
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.publish import Points, Polygons, as_tool

CPU_AT_MOST, USE_AT_LEAST, PEAK_AT_MOST, MEGABYTES_AT_MOST, FASTER_AT_LEAST = 1.5, 0.9, 1.1, 600, 1.7
AT_ONCE, LARGE_AT_ONCE = 2, 4
#: Times that each result is worked through, so that the work of the workers is what takes time.
WORKED_THROUGH = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=100, help="for CPU and throughput")
    parser.add_argument("--seconds", type=float, default=3.0, help="that a job takes, for throughput")
    parser.add_argument("--many", type=int, default=1000, help="for memory: as many rows, and ten times that")
    parser.add_argument("--polygons", type=int, default=1000, help="of each row, for memory")
    parser.add_argument("--spread", type=int, default=48, help="results for one worker and for four")
    parser.add_argument("--only", choices=("cpu", "use", "memory", "spread"), help="one of them")
    chosen = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    stop, address = context.Event(), context.Queue()
    process = context.Process(target=serve, args=(address, stop))
    process.start()
    try:
        url = address.get(timeout=60)
        limits = Limits()
        parts = {
            "cpu": lambda: cpu(limits, url, chosen.rows),
            "use": lambda: use(limits, url, chosen.rows, chosen.seconds),
            "memory": lambda: memory(limits, url, chosen.many, chosen.polygons),
            "spread": lambda: spread(limits, url, chosen.spread),
        }
        for name, part in parts.items():
            if chosen.only in (None, name):
                part()
    finally:
        stop.set()
        process.join()
    limits.end()


def serve(address: Any, stop: Any) -> None:

    def squares(input_points: Points, count: int = 1, seconds: float = 0.0, *, job: JobContext) -> Polygons:
        """Give squares."""
        if seconds:
            job.wait(seconds)
        return drawn(count)

    tool = as_tool(squares, asynchronous=True, output="Squares")
    with demo.serve(services=[tool], workers=AT_ONCE) as server:
        address.put(server.url_of("Squares"))
        stop.wait()


@functools.cache
def drawn(count: int) -> Any:
    """A feature set of squares, the same for all jobs, so that the server takes little of the machine."""
    shapes = shapely.box(*[[start + i / 1e4 for i in range(count)] for start in (9.0, 50.0, 9.0001, 50.0001)])
    frame = geopandas.GeoDataFrame({"NUMBER": range(count), "NAME": "square"}, geometry=shapes, crs=4326)
    return frame_to_features(frame)


def sites(count: int) -> geopandas.GeoDataFrame:
    """A frame with a row for each run."""
    return geopandas.GeoDataFrame(
        geometry=shapely.points([[place / 100, 50] for place in range(count)]), crs=4326
    )


def measured(kind: str, *arguments: Any) -> dict[str, float]:
    """Run one side in a fresh process."""
    context = multiprocessing.get_context("spawn")
    answer = context.Queue()
    process = context.Process(target=SIDES[kind], args=(answer, *arguments))
    process.start()
    told: dict[str, float] = answer.get(timeout=3600)
    process.join()
    return told


def ours(answer: Any, url: str, rows: int, count: int, seconds: float) -> None:
    import gpwidgets as gp

    with tempfile.TemporaryDirectory() as folder:
        task = gp.GPTask(url)
        # What is loaded once is no cost of a row.
        gp.batch(task, sites(2), folder=Path(folder, "first"), Count=1).wait().frame()
        frame = sites(rows)
        start = Start()
        runs = gp.batch(
            task, frame, folder=Path(folder, "runs"), at_once=AT_ONCE, Count=count, Seconds=seconds
        )
        runs.wait()
        told = start.told()
        assert runs.counts == {"succeeded": rows}, runs
        answer.put(told)


def large(answer: Any, url: str, many: int, count: int) -> None:
    """A batch with large results whose peak is noted on the way, and whose results are counted."""
    import gpwidgets as gp

    with tempfile.TemporaryDirectory() as folder:
        task = gp.GPTask(url)
        gp.batch(task, sites(2), folder=Path(folder, "first"), Count=1).wait().frame()
        frame = sites(10 * many)
        start = Start()
        runs = gp.batch(task, frame, folder=Path(folder, "runs"), at_once=LARGE_AT_ONCE, Count=count)
        while runs.count_over() < many:
            time.sleep(0.2)
        early = start.peak()
        runs.wait()
        told = {**start.told(), "peak at a tenth": early}
        assert runs.counts == {"succeeded": 10 * many}, runs
        began = time.monotonic()
        told["counted"] = len(runs.dask())
        told["counting"] = time.monotonic() - began
        assert told["counted"] == 10 * many * count
        answer.put(told)


def bare(answer: Any, url: str, rows: int, count: int, seconds: float, polls: float) -> None:
    session = requests.Session()

    def ask(address: str, **data: Any) -> Any:
        response = session.post(address, data={"f": "json", **data}, timeout=60)
        response.raise_for_status()
        return response.json()

    def one(place: shapely.Point) -> geopandas.GeoDataFrame:
        point = {"attributes": {}, "geometry": {"x": place.x, "y": place.y}}
        features = {
            "geometryType": "esriGeometryPoint",
            "spatialReference": {"wkid": 4326},
            "features": [point],
        }
        job = ask(f"{url}/submitJob", Input_Points=json.dumps(features), Count=count, Seconds=seconds)
        while job["jobStatus"] != "esriJobSucceeded":
            time.sleep(polls)
            job = ask(f"{url}/jobs/{job['jobId']}")
        value = ask(f"{url}/jobs/{job['jobId']}/results/Squares", returnType="data")["value"]
        shapes = [shapely.Polygon(row["geometry"]["rings"][0]) for row in value["features"]]
        return geopandas.GeoDataFrame(
            [row["attributes"] for row in value["features"]], geometry=shapes, crs=4326
        )

    frame = sites(rows)
    one(frame.geometry.iloc[0])
    start = Start()
    for place in frame.geometry:
        one(place)
    answer.put(start.told())


class Start:
    """CPU, time, memory and requests from here on."""

    def __init__(self) -> None:
        self._asked = itertools.count()
        send = HTTPAdapter.send

        def counted(adapter: HTTPAdapter, *given: Any, **options: Any) -> requests.Response:
            next(self._asked)
            return send(adapter, *given, **options)

        HTTPAdapter.send = counted  # type: ignore[method-assign]
        self._cpu, self._time, self._memory = time.process_time(), time.monotonic(), now_resident()

    def told(self) -> dict[str, float]:
        return {
            "cpu": time.process_time() - self._cpu,
            "seconds": time.monotonic() - self._time,
            "peak": self.peak(),
            "requests": next(self._asked),
        }

    def peak(self) -> float:
        """MB that this process had at the most, above what it had at the start."""
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6 - self._memory


def now_resident() -> float:
    """MB that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def worked_through(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """What takes a worker about half a second."""
    for _ in range(WORKED_THROUGH):
        shapely.union_all(shapely.buffer(frame.geometry.to_numpy(), 1e-5))
    return frame


def spread_over(answer: Any, url: str, rows: int, workers: int) -> None:
    """Results that take work, on a cluster of Dask whose workers have loaded what they need."""
    import distributed

    import gpwidgets as gp

    with (
        distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
        tempfile.TemporaryDirectory() as folder,
    ):
        task, pool = gp.GPTask(url), client.get_executor()
        client.run(worked_through, sites(1))

        def begin(name: str, count: int) -> Any:
            place = Path(folder, name)
            given = {"at_once": 8, "executor": pool, "each": worked_through, "Count": 300}
            return gp.batch(task, sites(count), folder=place, **given)

        begin("first", 2 * workers).wait()
        start = Start()
        runs = begin("runs", rows).wait()
        told = start.told()
        assert runs.counts == {"succeeded": rows}, runs
        assert len(runs.frame()) == rows * 300
        answer.put(told)


SIDES: dict[str, Callable[..., None]] = {"ours": ours, "bare": bare, "large": large, "spread": spread_over}


def spread(limits: Limits, url: str, rows: int) -> None:
    """The same work by one worker and by four."""
    one, four = (measured("spread", url, rows, workers) for workers in (1, 4))
    print(
        f"{rows} results that take work: {one['seconds']:.1f} s with one worker of Dask, "
        f"{four['seconds']:.1f} s with four; the kernel, Dask's scheduler in it, took {one['cpu']:.1f} s "
        f"and {four['cpu']:.1f} s of CPU"
    )
    limits.at_least("one worker / four workers, wall", one["seconds"] / four["seconds"], FASTER_AT_LEAST)


def cpu(limits: Limits, url: str, rows: int) -> None:
    """CPU of a row; jobs are so short that both sides look at each about once."""
    pairs = [
        (measured("ours", url, rows, 1, 0.0), measured("bare", url, rows, 1, 0.0, 0.2)) for _ in range(3)
    ]
    ours_cpu, bare_cpu = (sorted(pair[side]["cpu"] / rows * 1000 for pair in pairs)[1] for side in (0, 1))
    ratio = sorted(one["cpu"] / other["cpu"] for one, other in pairs)[1]
    asked, bare_asked = (sorted(pair[side]["requests"] / rows for pair in pairs)[1] for side in (0, 1))
    print(f"CPU of a row: {ours_cpu:.1f} ms, bare loop {bare_cpu:.1f} ms")
    print(f"requests of a row: {asked:.2f}, bare loop {bare_asked:.2f}")
    limits.at_most("CPU of a row / bare loop", ratio, CPU_AT_MOST)


def use(limits: Limits, url: str, rows: int, seconds: float) -> None:
    """Rows a second beside what the server gives when its places are never free."""
    told = measured("ours", url, rows, 1, seconds)
    share = rows * seconds / AT_ONCE / told["seconds"]
    print(f"{rows} rows of {seconds:g} s, {AT_ONCE} at once: {told['seconds']:.1f} s")
    print(f"requests of a row: {told['requests'] / rows:.2f}")
    limits.at_least("share of what the server allows", share, USE_AT_LEAST)


def memory(limits: Limits, url: str, many: int, polygons: int) -> None:
    """Peak of memory at some rows, and at ten times as many of the same batch."""
    told = measured("large", url, many, polygons)
    ratio = told["peak"] / told["peak at a tenth"]
    print(f"{polygons:,} polygons a row; above the start, at its peak:")
    print(f"{told['peak at a tenth']:.0f} MB at {many:,} rows")
    print(
        f"{told['peak']:.0f} MB at {10 * many:,} rows: {told['seconds']:.0f} s, "
        f"{told['cpu'] / many * 100:.1f} ms of CPU and {told['requests'] / 10 / many:.2f} requests a row"
    )
    print(f"{told['counted']:,.0f} polygons, counted with dask-geopandas in {told['counting']:.1f} s")
    limits.at_most("peak with ten times the rows / with a tenth", ratio, PEAK_AT_MOST)
    limits.at_most("peak with ten times the rows, MB", told["peak"], MEGABYTES_AT_MOST)


if __name__ == "__main__":
    main()
