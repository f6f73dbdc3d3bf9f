"""From the request of a result to its GeoDataFrame, over a line of 200 Mbit/s, against the bare download.

    python benchmarks/request.py
    python benchmarks/request.py --sizes 100k --runs 3

Wall time and peak memory; every sample is a process of its own, and the ways take turns.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from feature_samples import payload
from measuring import Limits, in_a_process, in_turns, sizes, timed
from slow_server import SlowServer

WAYS = ("download", "json", "ours")
#: Memory that a request may need beside the finished frame, in MB.
BESIDE_THE_FRAME = 16


def sample(way: str, url: str) -> dict[str, Any]:
    import requests

    from gpwidgets.client.resources import read_result
    from gpwidgets.client.session import GPSession
    from gpwidgets.convert.frames import read_features
    from gpwidgets.protocol.urls import GPURL

    read_features(payload("polygon", 1000).read_bytes())
    session, place = GPSession(), GPURL.parse(f"{url}/jobs/j1")
    ways = {
        "download": lambda: requests.get(url, timeout=60).content,
        "json": lambda: requests.get(url, timeout=60).json(),
        "ours": lambda: read_result(session, place, "results/Out", read_features=read_features),
    }
    made, spent = timed(ways[way])
    rows = 0
    if way == "ours":
        from fingerprints import fingerprint

        rows = len(made.features)
        assert fingerprint(made.features)
    return {**spent, "rows": rows}


def compare(kind: str, count: int, runs: int, megabits: float, limits: Limits) -> None:
    path = payload(kind, count, result=True)
    payload("polygon", 1000)
    with SlowServer(path, megabits) as url:
        found = in_turns(WAYS, runs, lambda way: in_a_process(__file__, ["--one", way, url]))
    print(f"\n{count:,} {kind}s, {path.stat().st_size / 1e6:.1f} MB at {megabits:g} Mbit/s")
    print(f"  {'way':10} {'wall s':>8} {'CPU s':>7} {'peak MB':>8} {'kept MB':>8}")
    for way, spent in found.items():
        print(
            f"  {way:10} {spent['wall']:8.2f} {spent['cpu']:7.2f} {spent['peak']:8.0f} {spent['kept']:8.0f}",
            flush=True,
        )
    own = found["ours"]
    assert own["rows"] == count
    what = f"{count:,} {kind}s, "
    limits.at_most(what + "request to frame / download", own["wall"] / found["download"]["wall"], 1.1)
    allowed = own["kept"] + BESIDE_THE_FRAME
    limits.at_most(what + "peak / finished frame + 16 MB", own["peak"] / allowed, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default="10k")
    parser.add_argument("--kinds", default="point,line,polygon")
    parser.add_argument("--megabits", type=float, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(sample(*chosen.one)))
        return
    limits = Limits()
    for kind in chosen.kinds.split(","):
        for count in sizes(chosen.sizes):
            compare(kind, count, chosen.runs, chosen.megabits, limits)
    limits.end()


if __name__ == "__main__":
    main()
