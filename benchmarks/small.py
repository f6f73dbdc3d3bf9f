"""Small things: few features, and the first read of a fresh process.

    python benchmarks/small.py

CPU time. Few features are read and written again and again in one process; what is read must be what GDAL
reads. A first read is that of a process which has only imported what it needs, with bytecode that is there
already, as it is after any installation; the floor is `orjson.loads` on the same bytes, in a process of its
own as well.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from feature_samples import payload
from measuring import Limits, in_a_process, in_turns

FEW = (1, 10, 100)
#: Milliseconds of CPU for one to a hundred points.
MOST_MS = 0.7
#: A first read of 10,000 points, as a multiple of parsing them into objects and no more.
FIRST = 1.3
REPEATS = 300


def sample(way: str, path: Path) -> dict[str, Any]:
    """One way reads one body for the first time, or few features often."""
    if way == "floor":
        import orjson

        text = path.read_bytes()
        return {"cpu": _spent(lambda: orjson.loads(text))}
    from gpwidgets.convert.featuresets.frames import read_features, write_features

    body = path.read_bytes()
    if way == "first":
        return {"cpu": _spent(lambda: read_features(body))}
    import pyogrio
    from fingerprints import fingerprint

    frame = read_features(body)
    found = fingerprint(frame)
    for what, other in (
        ("read", pyogrio.read_dataframe(body)),
        ("written", pyogrio.read_dataframe(write_features(frame))),
    ):
        if fingerprint(other) != found:
            raise SystemExit(f"what is {what} is not what GDAL reads")
    return {"read": _often(lambda: read_features(body)), "write": _often(lambda: write_features(frame))}


def _spent(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _often(work: Callable[[], Any]) -> float:
    return statistics.median(_spent(work) for _ in range(REPEATS))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(sample(chosen.one[0], Path(chosen.one[1]))))
        return
    limits = Limits()
    print("| features | read, CPU ms | write, CPU ms |\n| --- | --- | --- |")
    few = {}
    for kind in ("point", "polygon"):
        for count in FEW:
            path = payload(kind, count)
            found = in_turns(["few"], chosen.runs, lambda way, path=path: _taken(way, path))["few"]
            few[kind, count] = found
            print(
                f"| {count} {kind}s | {1000 * found['read']:.2f} | {1000 * found['write']:.2f} |", flush=True
            )
    print()
    for (kind, count), found in few.items():
        if kind == "point":
            for what in ("read", "write"):
                limits.at_most(f"{what} {count} {kind}s, ms", 1000 * found[what], MOST_MS)
    first = first_reads(payload("point", 10_000), chosen.runs)
    ours, floor = (first[way]["cpu"] for way in ("first", "floor"))
    print(f"\n10,000 points, first read: {1000 * ours:.0f} ms, floor {1000 * floor:.0f} ms\n")
    limits.at_most("10,000 points, first read / floor", ours / floor, FIRST)
    limits.end()


def first_reads(path: Path, runs: int) -> dict[str, Any]:
    """What a first read and the floor take; one more, before, writes the bytecode."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        _taken("first", path)
        return in_turns(["first", "floor"], runs, lambda way: _taken(way, path))


def _taken(way: str, path: Path) -> dict[str, Any]:
    return in_a_process(__file__, ["--one", way, path])


if __name__ == "__main__":
    main()
