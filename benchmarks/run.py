"""All benchmarks with one command; each prints its tables, and one table of all targets stands at the end.

Whatever is missed, all of them run; the exit code then tells that something was. A quick look only tells
whether they run.

    python benchmarks/run.py --quick             # whether they all run: small sizes, one sample; two minutes
    python benchmarks/run.py                     # all but the browser: half an hour on an idle machine
    python benchmarks/run.py --large             # and 100,000 and 1,000,000 features: an hour more
    python benchmarks/run.py --browser           # and JupyterLab in Chromium
    python benchmarks/run.py decode request      # some of them
    python benchmarks/run.py --no-peers          # without packages that need environments of their own
    GPWIDGETS_BEFORE=- python benchmarks/run.py  # without the earlier version that some figures compare with

Install ``gpwidgets[benchmarks]`` first. Nothing else should run on the machine meanwhile. Environments of
other packages, the proprietary arcgis among them, are made by ``benchmarks/peers.py`` unless variables such
as ARCGIS_PYTHON name their interpreters.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import peers
from before import before_checkout
from measuring import MISSED


class Benchmark(NamedTuple):
    """Arguments of a script: as usual, for a quick look, of runs with many features, and of further ones."""

    usual: str
    quick: str
    large: tuple[str, ...] = ()
    further: tuple[str, ...] = ()


BENCHMARKS = {
    "startup": Benchmark("", "--runs 1"),
    "decode": Benchmark(
        "",
        "--sizes 1k --layouts 1k --runs 1",
        ("--sizes 100k --layouts 0 --runs 3",),
        ("--sizes 10k,1M --kinds point --layouts 0 --runs 1",),
    ),
    "small": Benchmark("", "--runs 1"),
    "request": Benchmark("", "--sizes 1k --runs 1", ("--sizes 100k --runs 3",)),
    "encode": Benchmark("", "--sizes 1k --runs 1", ("--sizes 100k --kinds point,line,polygon --runs 3",)),
    "pages": Benchmark("", "--rows 4k --peer-rows 1k --runs 1"),
    "layers": Benchmark("", "--sizes 1000 --runs 1", ("--sizes 100000 --runs 1",)),
    "tables": Benchmark("", "--rows 10k"),
    "polling": Benchmark("", ""),
    "learners": Benchmark("", "--learners 6 --seconds 1"),
    "soak": Benchmark("", "--jobs 50 --longest 5"),
    "batch": Benchmark("--many 300", "--rows 10 --many 10 --polygons 100 --spread 8", ("--only memory",)),
    "batch_scale": Benchmark("", "--rows 500"),
}
#: Takes minutes whatever its arguments.
NEVER_QUICK = {"polling"}
IN_BROWSER = {"startup", "layers"}
PACKAGES = (
    "ipywidgets", "geopandas", "shapely", "pyogrio", "pandas", "numpy", "pyproj", "orjson", "pysimdjson",
    "requests", "ipyleaflet", "arcgis2geojson",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="only whether they run")
    size.add_argument("--large", action="store_true", help="and many features")
    parser.add_argument("--browser", action="store_true", help="and what a browser makes of forms and layers")
    parser.add_argument("--no-peers", action="store_true", help="make no environments of other packages")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - BENCHMARKS.keys()
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    print(f"Python {platform.python_version()}, {platform.platform()}, {processor()}, {os.cpu_count()} cores")
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES))
    for name in peers.PACKAGES:
        # An empty one is left out; one that is made already is used by a quick look as well.
        os.environ[name] = "-" if chosen.no_peers else peers.peer(name, make=not chosen.quick) or "-"
        print(f"{name}: {os.environ[name]}")
    print(f"the earlier version: {before_checkout() or '-'}")
    print(f"load of the machine at the start: {load()}")
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        targets = Path(folder, "targets.txt")
        targets.touch()
        os.environ["GPWIDGETS_BENCHMARK_TARGETS"] = str(targets)
        ends = {name: ran(name, chosen, targets) for name in chosen.names or BENCHMARKS}
        rows = targets.read_text(encoding="utf-8").splitlines()
    print(f"\nall of it took {time.monotonic() - began:.0f} s; load of the machine at the end: {load()}")
    print_targets(rows, ends)
    failed = [name for name, codes in ends.items() if codes - ({0, MISSED} if chosen.quick else {0})]
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


def ran(name: str, chosen: argparse.Namespace, targets: Path) -> set[int]:
    """Run all that is wanted of one benchmark; the exit codes."""
    benchmark = BENCHMARKS[name]
    if chosen.quick and name in NEVER_QUICK and not chosen.names:
        print(f"\n## {name}: left out, it takes minutes")
        return set()
    lines = [benchmark.quick] if chosen.quick else [benchmark.usual, *benchmark.further]
    if chosen.large:
        lines += benchmark.large
    codes = set()
    for number, line in enumerate(lines):
        browser = ["--browser"] if name in IN_BROWSER and chosen.browser and not number else []
        words = [f"{name}.py", *line.split(), *browser]
        print(f"\n## {' '.join(words)}\n", flush=True)
        began = time.monotonic()
        known = targets.read_text(encoding="utf-8").splitlines()
        script = Path(__file__).with_name(words[0])
        codes.add(subprocess.run([sys.executable, script, *words[1:]]).returncode)
        added = targets.read_text(encoding="utf-8").splitlines()[len(known) :]
        named = [*known, *(f"{name}: {one}" for one in added)]
        targets.write_text("".join(f"{row}\n" for row in named), encoding="utf-8")
        print(f"\n{words[0]} took {time.monotonic() - began:.0f} s", flush=True)
    return codes


def print_targets(rows: list[str], ends: dict[str, set[int]]) -> None:
    """One table of all figures that have a target, as it goes into the documentation."""
    print(f"\n| figure | measured | target | |\n|{' --- |' * 4}")
    for row in rows:
        print(f"| {row} |")
    for name, codes in ends.items():
        for code in sorted(codes - {0, MISSED}):
            print(f"| {name}: runs to its end | exit code {code} | | missed |")
    missed = sum(row.endswith("missed") for row in rows)
    print(f"\n{len(rows) - missed} of {len(rows)} targets are kept.", flush=True)


def load() -> str:
    """How many processes want to run, on the average of the last minutes."""
    return ", ".join(f"{one:.1f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "not known"


def version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def processor() -> str:
    """The name of the processor, as Linux tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    main()
