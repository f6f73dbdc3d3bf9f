"""All rows of a layer to a frame, page by page: against the bare download, PBF against JSON, other packages.

    python benchmarks/pages.py                       # 200,000 polygons; 20,000 for the other packages
    python benchmarks/pages.py --rows 5k --peer-rows 2k --runs 1

The embedded server runs in a process of its own and makes each answer anew. Every sample is a process of its
own, the ways take turns, and medians are compared. All frames must have the rows of the layer.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import page_ways
from measuring import Limits, in_a_process, in_turns, sizes, timed
from peers import peer

PEERS = {"arcgis": "ARCGIS_PYTHON", "restgdf": "RESTGDF_PYTHON", "pyesridump": "RESTGDF_PYTHON"}
#: Rows of a page, as hosted layers have them by default.
PAGE = 2000
#: Memory that reading may need beside the finished frame, in MB.
BESIDE_THE_FRAME = 32
_WAYS = ("download json", "ours json", "download pbf", "ours pbf")


def areas(rows: int, corners: int) -> Any:
    """The rows of the layer, in degrees."""
    import layer_samples

    frame = layer_samples.polygons(rows, corners).to_crs(4326)
    frame.insert(0, "OBJECTID", range(1, rows + 1))
    return frame


def serve(rows: int, corners: int) -> None:
    """Serve the layer as it is, as JSON only, and without pages, until the standard input ends."""
    from gpwidgets import demo
    from gpwidgets.demo.rest._hosted_layers import HostedLayer

    class JSONOnly(HostedLayer):
        speaks_pbf = False  # type: ignore[assignment]

    class ById(JSONOnly):
        def describe(self, number: int = 0) -> dict[str, Any]:
            return {**super().describe(number), "advancedQueryCapabilities": {"supportsPagination": False}}

    frame = areas(rows, corners)
    with demo.serve(services=[], key="") as server:
        for name, kind in (("Areas", HostedLayer), ("AreasJSON", JSONOnly), ("ById", ById)):
            layer = kind(f"Hosted/{name}", lambda: frame, page=PAGE)
            server._operations.layers[layer.name] = layer
            layer.describe()
        box = [int(edge) for edge in (*np.floor(frame.total_bounds[:2]), *np.ceil(frame.total_bounds[2:]))]
        print(json.dumps({"url": server.url, "box": box}), flush=True)
        sys.stdin.read()


@contextlib.contextmanager
def served(rows: int, corners: int) -> Iterator[dict[str, Any]]:
    command = [sys.executable, __file__, "--serve", "--rows", str(rows), "--corners", str(corners)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.stdin.close()
            server.wait(60)


def sample(way: str, told: dict[str, Any], rows: int, path: str) -> dict[str, Any]:
    """One way reads the layer once; what it needs is loaded before."""
    page_ways.imported(way)
    layer = f"{told['url']}/Hosted/{'AreasJSON' if way.endswith('json') else 'Areas'}/FeatureServer/0"
    if way.startswith("download"):
        form = way.split()[1]
        size, spent = timed(lambda: page_ways.download(layer, form, told["box"], rows, PAGE))
        return {**spent, "bytes": size}
    if way.startswith("ours"):
        page_ways.ours(layer, query={"where": "OBJECTID < 1200"})
        frame, spent = timed(lambda: page_ways.ours(layer))
    else:
        read = getattr(page_ways, way)
        frame, spent = timed(lambda: read(layer))
    np.savez(path, **page_ways.summary(frame))
    return spent


def measured(
    ways: list[str], rows: int, corners: int, runs: int, pythons: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """Medians of all ways; a frame that is not the layer ends the benchmark."""
    truth = page_ways.summary(areas(rows, corners))
    with served(rows, corners) as told, tempfile.TemporaryDirectory() as folder:

        def take(way: str) -> dict[str, Any]:
            path = Path(folder) / "summary.npz"
            arguments = ["--one", way, "--rows", rows, "--told", json.dumps(told), "--path", path]
            found = in_a_process(__file__, arguments, pythons.get(way, sys.executable))
            if not way.startswith("download"):
                with np.load(path) as made:
                    wrong = page_ways.differences(truth, dict(made))
                if wrong:
                    raise SystemExit(f"{way} gives other rows: {', '.join(wrong)}")
            return found

        return in_turns(ways, runs, take)


def compare(rows: int, corners: int, runs: int, limits: Limits) -> None:
    """Ours against the bare download of the same pages, and PBF against JSON."""
    found = measured(list(_WAYS), rows, corners, runs, {})
    print(f"\n{rows:,} polygons of {corners} vertices in pages of {PAGE:,}\n")
    print(f"| way | wall s | CPU s | MB | peak - frame, MB |\n|{' --- |' * 5}")
    for way, spent in found.items():
        size = f"{spent['bytes'] / 1e6:.1f}" if "bytes" in spent else ""
        beside = "" if "bytes" in spent else f"{spent['peak'] - spent['kept']:.0f}"
        print(f"| {way} | {spent['wall']:.2f} | {spent['cpu']:.2f} | {size} | {beside} |", flush=True)
    print()
    for form in ("json", "pbf"):
        ours, bare = found[f"ours {form}"], found[f"download {form}"]
        limits.at_most(f"{form}, wall of ours / download", ours["wall"] / bare["wall"], 1.1)
        limits.at_most(f"{form}, peak - frame, MB", ours["peak"] - ours["kept"], BESIDE_THE_FRAME)
    sizes_of = [found[f"download {form}"]["bytes"] for form in ("pbf", "json")]
    limits.at_most("bytes of PBF / JSON", sizes_of[0] / sizes_of[1], 0.3)
    limits.at_most("CPU of PBF / JSON", found["ours pbf"]["cpu"] / found["ours json"]["cpu"], 0.5)


def compare_peers(rows: int, corners: int, runs: int, limits: Limits) -> None:
    """Other packages against ours."""
    pythons = {name: python for name, variable in PEERS.items() if (python := peer(variable))}
    if not pythons:
        return
    found = measured(["ours pbf", "ours json", *pythons], rows, corners, runs, pythons)
    print(f"\n{rows:,} polygons of {corners} vertices, to a GeoDataFrame of the same rows\n")
    print(f"| way | wall s | CPU s | CPU / ours by PBF | CPU / ours by JSON |\n|{' --- |' * 5}")
    for way, spent in found.items():
        ratios = [spent["cpu"] / found[f"ours {form}"]["cpu"] for form in ("pbf", "json")]
        numbers = " | ".join(f"{ratio:.1f}" for ratio in ratios)
        print(f"| {way} | {spent['wall']:.2f} | {spent['cpu']:.2f} | {numbers} |", flush=True)
    print()
    for name in pythons:
        limits.at_least(f"CPU of {name} / ours", found[name]["cpu"] / found["ours pbf"]["cpu"], 6)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", default="200k")
    parser.add_argument("--peer-rows", default="20k")
    parser.add_argument("--corners", type=int, default=30)
    parser.add_argument("--runs", type=int, default=3)
    for hidden in ("--one", "--told", "--path"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    rows = sizes(chosen.rows)[0]
    if chosen.serve:
        serve(rows, chosen.corners)
    elif chosen.one:
        print(json.dumps(sample(chosen.one, json.loads(chosen.told), rows, chosen.path)))
    else:
        limits = Limits()
        if rows:
            compare(rows, chosen.corners, chosen.runs, limits)
        if (peer_rows := sizes(chosen.peer_rows)[0]) > 0:
            compare_peers(peer_rows, chosen.corners, chosen.runs, limits)
        limits.end()


if __name__ == "__main__":
    main()
