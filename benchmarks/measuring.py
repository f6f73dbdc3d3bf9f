"""Samples in processes of their own, taken in turns; CPU and wall time, peak memory; medians."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

#: An interpreter that has the proprietary arcgis package, as `peers` makes it; without it that is left out.
ARCGIS_PYTHON = os.environ.get("ARCGIS_PYTHON", "").removeprefix("-")

#: What a script ends with that has run to its end and missed a target.
MISSED = 3
#: Where each figure that has a target is noted, as a row of a table.
TARGETS_FILE = os.environ.get("GPWIDGETS_BENCHMARK_TARGETS", "")

_STATUS = Path("/proc/self/status")


def in_a_process(
    script: str, arguments: Iterable[Any], python: str = sys.executable, path: Path | None = None
) -> dict[str, Any]:
    """What a script prints as JSON on its last line; `path` stands first on the path of its modules."""
    command = [python, script, *map(str, arguments)]
    environment = {**os.environ, "OGR_GEOJSON_MAX_OBJ_SIZE": "0", "PYTHONWARNINGS": "ignore"}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def in_turns(ways: Iterable[str], runs: int, take: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Medians of each way's numbers; what is no number must be the same in all runs."""
    taken: dict[str, list[dict[str, Any]]] = {way: [] for way in ways}
    for _ in range(runs):
        for way, found in taken.items():
            found.append(take(way))
    return {
        way: {key: _middle([one[key] for one in found]) for key in found[0]} for way, found in taken.items()
    }


def _middle(values: list[Any]) -> Any:
    if isinstance(values[0], int | float):
        return statistics.median(values)
    if any(value != values[0] for value in values):
        raise SystemExit(f"runs differ: {values}")
    return values[0]


def timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What the work gives, and what it took: CPU and wall seconds, MB of memory at its peak and kept."""
    gc.collect()
    before = memory("VmRSS")
    _forget_peak()
    wall, cpu = time.perf_counter(), time.process_time()
    made = work()
    spent = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    spent["peak"] = memory("VmHWM") - before
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    spent["kept"] = memory("VmRSS") - before
    return made, spent


def memory(word: str) -> float:
    """Resident memory of this process in MB, now (VmRSS) or at its peak (VmHWM); 0 without Linux."""
    if not _STATUS.exists():
        return 0.0
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(word))
    return int(line.split()[1]) / 1024


def _forget_peak() -> None:
    peak = Path("/proc/self/clear_refs")
    if peak.exists():
        peak.write_text("5")


def sizes(text: str) -> list[int]:
    """Numbers from ``1k,10k,1M``."""
    units = {"k": 1000, "m": 1_000_000}
    words = text.lower().split(",")
    return [int(float(word.rstrip("km")) * units.get(word[-1], 1)) for word in words]


class Limits:
    """Figures held against their targets; each is noted for `run.py`, and none is forgiven for noise."""

    def __init__(self) -> None:
        self._missed: list[str] = []

    def at_most(self, what: str, figure: float, target: float) -> None:
        """A figure that may not be larger."""
        self._told(what, figure, "at most", target, figure <= target)

    def at_least(self, what: str, figure: float, target: float) -> None:
        """A figure that may not be smaller."""
        self._told(what, figure, "at least", target, figure >= target)

    def _told(self, what: str, figure: float, word: str, target: float, kept: bool) -> None:
        verdict = "ok" if kept else "missed"
        print(f"  {verdict:<6} {what}: {figure:.3g}, promised {word} {target:g}", flush=True)
        if not kept:
            self._missed.append(what)
        if TARGETS_FILE:
            row = f"{what} | {figure:.3g} | {word} {target:g} | {verdict}"
            with open(TARGETS_FILE, "a", encoding="utf-8") as file:
                file.write(f"{row}\n")

    def end(self) -> None:
        """Leave with `MISSED` when one was missed."""
        if self._missed:
            print(f"missed: {'; '.join(self._missed)}", file=sys.stderr)
            raise SystemExit(MISSED)
