"""From the request of a result to its GeoDataFrame, over a line of 200 Mbit/s, against the bare download.

    python benchmarks/request.py
    python benchmarks/request.py --sizes 100k --runs 3

Wall time and peak memory; every sample is a process of its own, and the ways take turns. The frame must be
what GDAL reads from the same features, in every digit, and the download the bytes that were sent.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from feature_samples import payload
from measuring import Limits, in_a_process, in_turns, sizes, timed
from slow_server import SlowServer

WAYS = ("download", "json", "ours")
#: Memory that a request may need beside the finished frame, in MB.
BESIDE_THE_FRAME = 16


def sample(way: str, url: str, path: Path) -> dict[str, Any]:
    """One way takes the result, once; packages are loaded before."""
    if way == "gdal":
        return {"print": _as_gdal_reads(path)}
    import requests

    from gpwidgets.client.http.session import GPSession
    from gpwidgets.client.services.resources import read_result
    from gpwidgets.convert.featuresets.frames import read_features
    from gpwidgets.protocol.urls import GPURL

    read_features(payload("polygon", 1000).read_bytes())
    session, place = GPSession(), GPURL.parse(f"{url}/jobs/j1")
    ways = {
        "download": lambda: requests.get(url, timeout=60).content,
        "json": lambda: requests.get(url, timeout=60).json(),
        "ours": lambda: read_result(session, place, "results/Out", read_features=read_features),
    }
    made, spent = timed(ways[way])
    return {**spent, "print": _print(way, made, path)}


def _print(way: str, made: Any, path: Path) -> dict[str, str]:
    """What was made of the answer, to be compared: a frame with GDAL's, anything else with the file."""
    if way == "ours":
        from fingerprints import fingerprint

        return fingerprint(made.features)
    sent = path.read_bytes()
    if made != (sent if way == "download" else json.loads(sent)):
        raise SystemExit(f"{way}: what came is not what was sent")
    return {}


def _as_gdal_reads(path: Path) -> dict[str, str]:
    import pyogrio
    from fingerprints import fingerprint

    body = path.read_bytes()
    features = body[body.index(b'"value":') + len(b'"value":') : -1]  # GDAL does not look into results
    return fingerprint(pyogrio.read_dataframe(features))


def compare(kind: str, count: int, runs: int, megabits: float, limits: Limits) -> None:
    path = payload(kind, count, result=True)
    payload("polygon", 1000)
    with SlowServer(path, megabits) as url:
        found = in_turns(WAYS, runs, lambda way: in_a_process(__file__, ["--one", way, url, path]))
        wanted = in_a_process(__file__, ["--one", "gdal", url, path])["print"]
    print(f"\n{count:,} {kind}s, {path.stat().st_size / 1e6:.1f} MB at {megabits:g} Mbit/s\n")
    print(f"| way | wall s | / download | CPU s | peak MB | kept MB |\n|{' --- |' * 6}")
    for way, spent in found.items():
        slower = spent["wall"] / found["download"]["wall"]
        numbers = f"{spent['wall']:.2f} | {slower:.2f} | {spent['cpu']:.2f}"
        print(f"| {way} | {numbers} | {spent['peak']:.0f} | {spent['kept']:.0f} |", flush=True)
    own = found["ours"]
    if own["print"] != wanted:
        raise SystemExit("the frame is not what GDAL reads")
    print()
    what = f"{count:,} {kind}s, "
    if count >= 10_000:
        limits.at_most(what + "request to frame / download", own["wall"] / found["download"]["wall"], 1.1)
    allowed = own["kept"] + BESIDE_THE_FRAME
    limits.at_most(what + "peak / finished frame + 16 MB", own["peak"] / allowed, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default="10k")
    parser.add_argument("--kinds", default="point,line,polygon")
    parser.add_argument("--megabits", type=float, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        way, url, path = chosen.one
        print(json.dumps(sample(way, url, Path(path))))
        return
    limits = Limits()
    for kind in chosen.kinds.split(","):
        for count in sizes(chosen.sizes):
            compare(kind, count, chosen.runs, chosen.megabits, limits)
    limits.end()


if __name__ == "__main__":
    main()
