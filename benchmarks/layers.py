"""How fast a frame becomes a map layer: ours against ipyleaflet's GeoData, and what a browser makes of it.

    python benchmarks/layers.py                        # kernel: CPU, bytes and messages
    python benchmarks/layers.py --browser              # and JupyterLab in Chromium: first paint, panning
    python benchmarks/layers.py --sizes 1000 --runs 3

Every sample is a process of its own, the ways take turns, and medians are compared. A drawing that lost a
feature or moved an outline by more than a pixel fails instead of counting as fast.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from typing import Any

import layer_samples
from measuring import Limits

WAYS = ("geodata", "ours")


def measured(way: str, count: int) -> dict[str, Any]:
    """One sample, in a process of its own."""
    command = [sys.executable, __file__, "--one", way, "--sizes", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def sample(way: str, count: int) -> dict[str, Any]:
    """CPU time, bytes and messages from a frame to a layer announced to the browser."""
    wire = layer_samples.Wire.installed()
    frame = layer_samples.polygons(count)
    show = layer_samples.way(way, frame)
    wire.reset()
    start = time.process_time()
    layer = show()
    cpu = time.process_time() - start
    layer_samples.check(way, layer, frame)
    return {"cpu": cpu, "bytes": wire.bytes, "messages": wire.messages}


def kernel_table(sizes: list[int], runs: int, limits: Limits) -> None:
    """Print the medians, and hold their ratios against what is promised."""
    print(f"| features | way | CPU ms | MB sent | messages |\n|{' --- |' * 5}")
    ratios: dict[int, dict[str, float]] = {}
    for count in sizes:
        taken: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
        for _ in range(runs):
            for way in WAYS:
                taken[way].append(measured(way, count))
        middle = {
            way: {key: statistics.median(one[key] for one in found) for key in found[0]}
            for way, found in taken.items()
        }
        for way, found in middle.items():
            text = f"{1000 * found['cpu']:.1f} | {found['bytes'] / 1e6:.2f} | {found['messages']:.0f}"
            print(f"| {count:,} | {way} | {text} |", flush=True)
        ratios[count] = {
            "CPU": middle["geodata"]["cpu"] / middle["ours"]["cpu"],
            "bytes": middle["ours"]["bytes"] / middle["geodata"]["bytes"],
            "messages": middle["ours"]["messages"],
        }
    print()
    for count, ratio in ratios.items():
        what = f"{count:,} polygons"
        if count >= 10_000:
            limits.at_least(f"{what}, CPU of GeoData / ours", ratio["CPU"], 40)
            limits.at_most(f"{what}, bytes of ours / GeoData", ratio["bytes"], 0.1)
        limits.at_most(f"{what}, messages", ratio["messages"], 1)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--browser-sizes", default="10000,100000,200000")
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    sizes = [int(text) for text in chosen.sizes.split(",")]
    if chosen.one:
        print(json.dumps(sample(chosen.one, sizes[0])))
        return
    limits = Limits()
    if chosen.runs:
        kernel_table(sizes, chosen.runs, limits)
    if chosen.browser:
        import layer_browser

        layer_browser.table("polygons", [int(text) for text in chosen.browser_sizes.split(",")], limits)
        layer_browser.table("points", [1_000_000], limits)
    limits.end()


if __name__ == "__main__":
    main()
