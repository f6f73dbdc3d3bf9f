"""Kernels are killed in the middle of a batch, on a bad network: each row is run once, and no result is lost.

`GPWIDGETS_BATCH_ROWS=5000` makes more of it than the usual test run does.
"""

import collections
import os
import resource
import runpy
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import geopandas
import pytest

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.demo.publishing.publish import Points, as_tool

pytest.importorskip("pyarrow")
pytestmark = [pytest.mark.timeout(3600), pytest.mark.once]

KERNEL = Path(__file__).with_name("batch_kernel.py")
sites = runpy.run_path(str(KERNEL))["sites"]
ROWS = int(os.environ.get("GPWIDGETS_BATCH_ROWS", "60"))


class Counted:
    """A tool that tells how often it was called for each row."""

    def __init__(self) -> None:
        self.calls: collections.Counter[int] = collections.Counter()
        self.at: dict[int, threading.Event] = {}

    def tool(self) -> Any:
        def counted(input_points: Points, number: int = 0) -> Points:
            """Give the points back."""
            self.calls[number] += 1
            if (event := self.at.get(self.calls.total())) is not None:
                event.set()
            return geopandas.GeoDataFrame(
                {"NUMBER": [number]}, geometry=input_points.geometry.array, crs=4326
            )

        return as_tool(counted, asynchronous=True, output="Found")

    def reached(self, calls: int) -> threading.Event:
        return self.at.setdefault(calls, threading.Event())


def test_two_kernels_are_killed_on_a_bad_network_and_each_row_ends_once(tmp_path: Path, tell) -> None:
    counted = Counted()
    with demo.serve(services=[counted.tool()], workers=4) as server:
        server.faults.rain(0.02)
        url = server.url_of("Counted")
        began = time.monotonic()
        for share in (0.3, 0.6):
            reached = counted.reached(int(ROWS * share))
            kernel = subprocess.Popen([sys.executable, str(KERNEL), url, str(tmp_path), str(ROWS), "4"])
            assert reached.wait(3000)
            kernel.kill()
            kernel.wait()
        runs = gp.resume(tmp_path, at_once=4)
        runs.wait(3000)
        table = runs.table()
        lost = table[table.status == "lost"]
        requests = server.jobs.created
        assert table.status.isin(["succeeded", "lost"]).all(), table.error.unique()
        assert (lost.error != "").all()
        jobs = collections.Counter(int(job.inputs["Number"]) for job in server.jobs)
        assert max(jobs.values()) == 1 == max(counted.calls.values())
        assert jobs.keys() | set(lost.index) == set(range(ROWS))
        server.faults.clear()
        runs.retry_failed(lost=True).wait(3000)
        assert runs.counts == {"succeeded": ROWS}
        assert server.jobs.created == requests + len(lost)
        found = runs.frame("Found")
        assert found["gp_row"].tolist() == found["input_Number"].tolist() == found["NUMBER"].tolist()
        assert found["NUMBER"].tolist() == list(range(ROWS))
        assert found.geometry.geom_equals(sites(ROWS).geometry).all()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        tell(
            "Batch of killed kernels",
            f"{ROWS} rows, two kernels killed, {len(lost)} submissions without an answer; "
            f"{time.monotonic() - began:.1f} s, peak {peak:.0f} MB",
        )
