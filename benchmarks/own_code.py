"""Our own code beside the libraries that were tried in its place; what is not installed is left out.

Measures what ``docs/own-code.md`` tells of: ``python benchmarks/own_code.py``.
"""

from __future__ import annotations

import io
import json
import sqlite3
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gpwidgets.convert.geometry.splitting import wrap_shape
from gpwidgets.convert.rendering.classify import classify
from gpwidgets.convert.rendering.rasters import png_of
from gpwidgets.tasks.journal._locks import file_lock
from gpwidgets.tasks.journal._record_file import RecordFile

RANDOM = np.random.default_rng(1)


def seconds(work: Callable[[], object], times: int) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        return None


def tell(what: str, **ways: tuple[Callable[[], object], int]) -> None:
    told = (f"{name} {1e3 * seconds(work, times):,.3f} ms" for name, (work, times) in ways.items())
    print(f"{what}: {'; '.join(told)}", flush=True)


def classes() -> None:
    values = RANDOM.lognormal(0, 1, 1000)
    ways = {"ours": (lambda: classify(pd.Series(values), "natural breaks", 5), 5)}
    if found := library("mapclassify"):
        ways["mapclassify"] = (lambda: found.FisherJenks(values, k=5), 1)
    tell("natural breaks of 1,000 values", **ways)


def meridian() -> None:
    areas = [shapely.Point(x, y).buffer(5) for x, y in RANDOM.uniform((176, -60), (184, 60), (200, 2))]
    ways = {"ours": (lambda: [wrap_shape(area) for area in areas], 3)}
    if found := library("antimeridian"):
        ways["antimeridian"] = (lambda: [found.fix_polygon(area, great_circle=False) for area in areas], 3)
    tell("200 circles across 180 degrees", **ways)


def pictures() -> None:
    across, down = np.meshgrid(np.arange(1400), np.arange(1400))
    rgba = np.dstack([across % 256, down % 256, across // 97 % 4 * 60, 0 * across + 255]).astype(np.uint8)
    ways = {"ours": (lambda: png_of(rgba), 3)}
    if found := library("PIL.Image"):
        ways["Pillow"] = (lambda: found.fromarray(rgba).save(io.BytesIO(), "PNG"), 3)
    tell("a picture of 1,400 by 1,400 pixels", **ways)


def locks(folder: Path) -> None:
    def ours() -> None:
        with file_lock(folder / "ours"):
            pass

    ways: dict[str, tuple[Callable[[], object], int]] = {"ours": (ours, 1000)}
    if found := library("filelock"):

        def theirs() -> None:
            with found.FileLock(folder / "theirs"):
                pass

        ways["filelock"] = (theirs, 1000)
    tell("a lock taken and given back", **ways)


def history(folder: Path) -> None:
    record = {"run": "x" * 32, "task": "https://h/GPServer/T", "inputs": ["b" * 300] * 3}
    lines = RecordFile(folder / "lines")
    ways: dict[str, tuple[Callable[[], object], int]] = {"lines": (lambda: lines.append(record), 300)}
    with closing(sqlite3.connect(folder / "records", isolation_level=None)) as database:
        database.execute("CREATE TABLE records (record TEXT)")

    def insert(synchronous: str) -> None:
        with closing(sqlite3.connect(folder / "records", isolation_level=None)) as database:
            database.execute(f"PRAGMA synchronous={synchronous}")
            database.execute("INSERT INTO records VALUES (?)", (json.dumps(record),))

    for setting in ("OFF", "NORMAL", "FULL"):
        ways[f"SQLite {setting}"] = (lambda setting=setting: insert(setting), 100)
    tell("one record of the history", **ways)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    classes()
    meridian()
    pictures()
    with tempfile.TemporaryDirectory(dir=".") as name:
        locks(Path(name))
        history(Path(name))
