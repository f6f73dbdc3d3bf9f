"""What tests of batches share: a tool that waits for the test, and frames with points."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from pandas.testing import assert_frame_equal

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.convert.storage import parts
from gpwidgets.demo.publishing.publish import Points, Polygons, as_tool

needs_parquet = pytest.mark.skipif(parts.find_spec("pyarrow") is None, reason="needs pyarrow")


class Held:
    """A tool whose jobs wait for the test, and which knows how many there were at once."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.changed = threading.Condition()
        self.running = self.most = self.calls = 0
        self.task: gp.GPTask
        self.server: demo.DemoServer

    def tool(self) -> Any:
        def held(number: int = 0) -> int:
            """Wait for the test."""
            with self.changed:
                self.running += 1
                self.calls += 1
                self.most = max(self.most, self.running)
                self.changed.notify_all()
            self.opened.wait(30)
            with self.changed:
                self.running -= 1
            return number * 10

        return as_tool(held, asynchronous=True, output="Tenfold")

    def until(self, calls: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.calls >= calls, 30)


def points(count: int, **columns: Any) -> geopandas.GeoDataFrame:
    shapes = shapely.points([[-84.0 + place / 100, 36.0] for place in range(count)])
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs=4326)


def first_row(frame: Any) -> Any:
    """A function for `each` that processes can be given."""
    kept = frame.iloc[:1].copy()
    kept["FROM"] = str(frame.attrs["gpwidgets"]["run"]["gp_row"])
    return kept


def die_once(frame: Any) -> Any:
    """End the process that gets the first frame, however it is done."""
    marker = Path(os.environ["GPWIDGETS_DIED"])
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return frame


def squares(input_points: Points, count: int = 3) -> Polygons:
    """Draw squares at points."""
    place = input_points.geometry.iloc[0]
    shapes = [shapely.box(place.x + n, place.y, place.x + n + 1, place.y + 1) for n in range(count)]
    return geopandas.GeoDataFrame({"NUMBER": range(count)}, geometry=shapes, crs=4326)


def same(one: Any, other: Any) -> None:
    """Two frames hold the same, but for the ids of jobs."""
    assert_frame_equal(one.drop(columns=["gp_run", "geometry"]), other.drop(columns=["gp_run", "geometry"]))
    assert one.crs == other.crs
    assert one.geometry.geom_equals(other.geometry).all()
