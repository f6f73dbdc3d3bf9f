"""All benchmarks with one command; each prints ratios and fails when one is not what was promised.

    python benchmarks/run.py                     # all but the browser, some minutes on an idle machine
    python benchmarks/run.py --large             # and 100,000 and 1,000,000 features: an hour
    python benchmarks/run.py --browser           # and JupyterLab in Chromium
    python benchmarks/run.py decode request      # some of them
    ARCGIS_PYTHON=…/bin/python python benchmarks/run.py    # with the proprietary arcgis package as a peer

Install ``gpwidgets[benchmarks]`` first. Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import subprocess
import sys
from pathlib import Path

#: Name -> script and arguments, further arguments for large ones.
BENCHMARKS: dict[str, tuple[list[str], list[list[str]]]] = {
    "startup": (["startup.py"], []),
    "decode": (
        ["decode.py"],
        [
            ["decode.py", "--sizes", "100k", "--runs", "3"],
            ["decode.py", "--sizes", "10k,1M", "--kinds", "point", "--runs", "1"],
        ],
    ),
    "request": (["request.py"], [["request.py", "--sizes", "100k", "--runs", "3"]]),
    "encode": (
        ["encode.py"],
        [["encode.py", "--sizes", "100k", "--kinds", "point,line,polygon", "--runs", "3"]],
    ),
    "layers": (["layers.py"], []),
    "polling": (["polling.py"], []),
    "learners": (["learners.py"], []),
    "soak": (["soak.py"], []),
}
IN_BROWSER = ("startup", "layers")
PACKAGES = (
    "ipywidgets", "geopandas", "shapely", "pyogrio", "pandas", "numpy", "pyproj", "orjson", "pysimdjson",
    "requests", "ipyleaflet", "arcgis2geojson",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--large", action="store_true", help="and many features")
    parser.add_argument("--browser", action="store_true", help="and what a browser makes of forms and layers")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - BENCHMARKS.keys()
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    print(f"Python {platform.python_version()}, {platform.platform()}, {processor()}")
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES))
    failed = []
    for name in chosen.names or BENCHMARKS:
        usual, large = BENCHMARKS[name]
        commands = [usual, *(large if chosen.large else [])]
        for command in commands:
            more = ["--browser"] if name in IN_BROWSER and chosen.browser else []
            print(f"\n## {' '.join([*command, *more])}", flush=True)
            script = Path(__file__).with_name(command[0])
            if subprocess.run([sys.executable, script, *command[1:], *more]).returncode:
                failed.append(name)
    if failed:
        raise SystemExit(f"failed: {', '.join(dict.fromkeys(failed))}")


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
