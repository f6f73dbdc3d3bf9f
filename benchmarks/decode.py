"""From the bytes of a feature set to a GeoDataFrame: ours, other ways, and parsing the JSON alone.

    python benchmarks/decode.py                                  # 1,000 and 10,000 features
    python benchmarks/decode.py --sizes 100k,1M --kinds point --runs 3
    python benchmarks/decode.py --kinds "" --layouts 20k         # polygons in many layouts only
    ARCGIS_PYTHON=…/bin/python python benchmarks/decode.py       # with the proprietary arcgis package
    GPWIDGETS_BEFORE=- python benchmarks/decode.py               # layouts without the earlier version

Every sample is a process of its own, the ways take turns, and medians of CPU time are compared. What we read
must be what GDAL reads, in every digit; a faster wrong answer fails. Peak memory is counted beside the body.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from before import before_checkout
from feature_samples import payload
from layout_samples import LAYOUTS, WRAPPED, layout_payload
from measuring import ARCGIS_PYTHON, Limits, in_a_process, in_turns, sizes, timed
from reading_ways import MORE_WAYS, WAYS

#: Ways that are not asked to read more features than this: they would take minutes, and tell nothing new.
MOST = {"arcgis2geojson": 10_000, "loop": 10_000, "arcgis": 100_000}
#: Read before anything is timed: texts that are cut into pieces, and one that is read whole.
WARM = (("point", 1000), ("polygon", 10), ("polygon", 200))
OURS = ("ours", "ours-orjson")
#: Layouts that were read in pieces from the first version on.
ALWAYS_CUT = {"minified", "any order"}
#: Memory that reading may need beside the finished frame, in MB.
BESIDE_THE_FRAME = 16


def sample(way: str, path: Path) -> dict[str, Any]:
    """One way reads one body, once; packages are loaded before."""
    read = (WAYS | MORE_WAYS)[way]()
    for small in WARM:
        read(payload(*small).read_bytes())
    body = path.read_bytes()
    frame, spent = timed(lambda: read(body))
    if way == "floor":
        return {**spent, "print": {}}
    from fingerprints import fingerprint

    return {**spent, "print": fingerprint(frame)}


def compare(kind: str, count: int, runs: int, limits: Limits) -> float:
    """Print one table; seconds that a feature takes us."""
    path = payload(kind, count)
    for small in WARM:
        payload(*small)
    ways = [way for way in WAYS if count <= MOST.get(way, count) and (way != "arcgis" or ARCGIS_PYTHON)]

    def take(way: str) -> dict[str, Any]:
        python = ARCGIS_PYTHON if way == "arcgis" else sys.executable
        return in_a_process(__file__, ["--one", way, path], python)

    found = in_turns(ways, runs, take)
    print(f"\n{count:,} {kind}s, {path.stat().st_size / 1e6:.1f} MB\n")
    print(f"| way | CPU ms | / floor | / ours | peak MB | kept MB | |\n|{' --- |' * 7}")
    for way, spent in found.items():
        floor, own = (spent["cpu"] / found[name]["cpu"] for name in ("floor", "ours"))
        wrong = [part for part, value in spent["print"].items() if value != found["gdal"]["print"][part]]
        remark = f"other {' and '.join(wrong)} than GDAL's" if wrong else ""
        numbers = f"{1000 * spent['cpu']:.0f} | {floor:.2f} | {own:.2f}"
        row = f"{numbers} | {spent['peak']:.0f} | {spent['kept']:.0f} | {remark}"
        print(f"| {way} | {row} |", flush=True)
        if wrong and way in OURS:
            raise SystemExit(f"{way} is wrong: {remark}")
    print()
    if count >= 1_000_000:
        beside = found["ours"]["peak"] - found["ours"]["kept"]
        limits.at_most(f"{count:,} {kind}s, MB beside the frame", beside, BESIDE_THE_FRAME)
    if count >= 10_000:
        hold(kind, count, {way: spent["cpu"] for way, spent in found.items()}, limits)
    return float(found["ours"]["cpu"]) / count


def hold(kind: str, count: int, cpu: dict[str, float], limits: Limits) -> None:
    """Hold the ratios against what is promised of them."""
    what = f"{count:,} {kind}s"
    points = kind == "point"
    if points:
        if count == 100_000:
            limits.at_most(f"{what}, ours / floor", cpu["ours"] / cpu["floor"], 1.7)
    elif count <= 100_000:
        limits.at_most(f"{what}, ours / floor", cpu["ours"] / cpu["floor"], 0.7)
        limits.at_most(f"{what}, without simdjson / floor", cpu["ours-orjson"] / cpu["floor"], 1.3)
    limits.at_least(f"{what}, GDAL / ours", cpu["gdal"] / cpu["ours"], 4 if points else 6)
    if "arcgis" in cpu and (not points or count == 100_000):
        limits.at_least(f"{what}, arcgis / ours", cpu["arcgis"] / cpu["ours"], 18 if points else 11)


def compare_layouts(count: int, runs: int, limits: Limits) -> None:
    """Print the table of layouts, all of the same polygons."""
    wanted = in_a_process(__file__, ["--one", "gdal", layout_payload("minified", count)])["print"]
    print(f"\n{count:,} polygons in many layouts\n")
    heads = ("MB", "floor ms", "ours ms", "ours / floor", "GDAL / ours", "before / ours", "peak - frame, MB")
    print(f"| layout | {' | '.join(heads)} |\n|{' --- |' * (1 + len(heads))}")
    rows = {layout: _of_layout(layout, count, runs, wanted) for layout in LAYOUTS}
    print()
    for layout, ratios in rows.items() if count >= 10_000 else ():
        most = 0.22 if layout == "minified" else 0.35
        limits.at_most(f"{layout}, ours / floor", ratios["floor"], most)
        limits.at_most(f"{layout}, MB beside the frame while streamed", ratios["beside"], BESIDE_THE_FRAME)
        if "gdal" in ratios:
            limits.at_least(f"{layout}, GDAL / ours", ratios["gdal"], 6)
        if "before" in ratios and layout not in ALWAYS_CUT:
            limits.at_least(f"{layout}, before / ours", ratios["before"], 4)


def _of_layout(layout: str, count: int, runs: int, wanted: dict[str, str]) -> dict[str, float]:
    """Print the row of a layout; its ratios."""
    path = layout_payload(layout, count)
    ways = ["ours", "floor", "streamed"]
    ways += [] if layout in WRAPPED else ["gdal"]
    earlier = before_checkout()
    ways += ["before"] if earlier is not None else []

    def take(way: str) -> dict[str, Any]:
        return in_a_process(__file__, ["--one", way, path], path=earlier if way == "before" else None)

    found = in_turns(ways, runs, take)
    wrong = {way for way, spent in found.items() if way != "floor" and spent["print"] != wanted}
    if wrong & {"ours", "streamed"}:
        raise SystemExit(f"{layout}: ours is not what GDAL reads of the minified text")
    cpu = {way: spent["cpu"] for way, spent in found.items() if way not in wrong}
    ratios = {way: cpu[way] / cpu["ours"] for way in ("gdal", "before") if way in cpu}
    ratios["floor"] = cpu["ours"] / cpu["floor"]
    ratios["beside"] = found["streamed"]["peak"] - found["streamed"]["kept"]
    others = " | ".join(f"{ratios[way]:.1f}" if way in ratios else "" for way in ("gdal", "before"))
    times = f"{path.stat().st_size / 1e6:.0f} | {1000 * cpu['floor']:.0f} | {1000 * cpu['ours']:.0f}"
    print(f"| {layout} | {times} | {ratios['floor']:.2f} | {others} | {ratios['beside']:.0f} |", flush=True)
    return ratios


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default="1k,10k")
    parser.add_argument("--kinds", default="point,line,polygon")
    parser.add_argument("--layouts", default="20k", help="polygons of the comparison of layouts; 0 for none")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(sample(chosen.one[0], Path(chosen.one[1]))))
        return
    limits = Limits()
    for kind in filter(None, chosen.kinds.split(",")):
        each = {count: compare(kind, count, chosen.runs, limits) for count in sizes(chosen.sizes)}
        print(
            f"\n{kind}s, microseconds a feature: "
            + ", ".join(f"{n:,}: {1e6 * t:.1f}" for n, t in each.items())
        )
        if kind == "point" and {10_000, 1_000_000} <= each.keys():
            limits.at_most("a feature of 1,000,000 / of 10,000 points", each[1_000_000] / each[10_000], 1.3)
    for count in filter(None, sizes(chosen.layouts)):
        compare_layouts(count, chosen.runs, limits)
    limits.end()


if __name__ == "__main__":
    main()
