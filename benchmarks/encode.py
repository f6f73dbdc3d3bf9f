"""From a GeoDataFrame to the body of a form: ours, other ways, and requests' url-encoding of the text alone.

    python benchmarks/encode.py                                  # 1,000 and 10,000 polygons
    python benchmarks/encode.py --sizes 100k --kinds point,line,polygon --runs 3
    ARCGIS_PYTHON=…/bin/python python benchmarks/encode.py       # with the proprietary arcgis package

Every sample is a process of its own, the ways take turns, and medians of CPU time are compared. What is
written must be, read by GDAL, what the frame holds, in every digit; our body must be the one that requests
makes. A faster wrong answer fails.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from feature_samples import payload
from measuring import ARCGIS_PYTHON, Limits, in_a_process, in_turns, sizes, timed
from writing_ways import FORMS, WAYS

#: Ways that are not asked to write more features than this.
MOST = {"loop": 10_000, "arcgis": 10_000}


def sample(way: str, path: Path) -> dict[str, Any]:
    """One way writes one frame, once; packages are loaded before."""
    import pyogrio

    frame = pyogrio.read_dataframe(path)
    small = frame.iloc[:10]
    if way in FORMS:
        return _form_sample(way, frame, small)
    write = WAYS[way]()
    write(small)
    text, spent = timed(lambda: write(frame))
    from fingerprints import fingerprint

    written = pyogrio.read_dataframe(text if isinstance(text, bytes) else text.encode())
    return {**spent, "print": fingerprint(written), "wanted": fingerprint(frame)}


def _form_sample(way: str, frame: Any, small: Any) -> dict[str, Any]:
    """The time of a frame to its form's body, or of requests' encoding of the same text."""
    encode = FORMS[way]()
    encode(small)
    body, spent = timed(encode(frame))
    import hashlib

    return {**spent, "print": {"body": hashlib.sha256(body).hexdigest()}}


def compare(kind: str, count: int, runs: int, limits: Limits) -> None:
    """Print two tables: the texts, and the bodies of forms."""
    path = payload(kind, count)
    ways = [way for way in WAYS if count <= MOST.get(way, count) and (way != "arcgis" or ARCGIS_PYTHON)]

    def take(way: str) -> dict[str, Any]:
        return in_a_process(
            __file__, ["--one", way, path], ARCGIS_PYTHON if way == "arcgis" else sys.executable
        )

    found = in_turns([*ways, *FORMS], runs, take)
    print(f"\n{count:,} {kind}s\n\n| from a frame | CPU ms | / ours | peak MB | |\n|{' --- |' * 5}")
    for way in ways:
        spent = found[way]
        wrong = [part for part, value in spent["print"].items() if value != spent["wanted"][part]]
        remark = f"other {' and '.join(wrong)}" if wrong else ""
        row = f"{1000 * spent['cpu']:.0f} | {spent['cpu'] / found['ours']['cpu']:.1f} | {spent['peak']:.0f}"
        print(f"| {way}: feature set | {row} | {remark} |", flush=True)
        if wrong and way == "ours":
            raise SystemExit(f"{way} is wrong: {remark}")
    for way in FORMS:
        spent = found[way]
        row = f"{1000 * spent['cpu']:.0f} | {spent['cpu'] / found['ours']['cpu']:.1f} | {spent['peak']:.0f}"
        print(f"| {way} | {row} | |", flush=True)
    ours, theirs = (found[way] for way in FORMS)
    if ours["print"] != theirs["print"]:
        raise SystemExit("our body is not the one that requests makes")
    if kind == "polygon" and count == 10_000:
        what = f"{count:,} {kind}s"
        limits.at_most(f"{what}, frame to body / requests' encoding alone", ours["cpu"] / theirs["cpu"], 0.5)
        if "arcgis" in found:
            limits.at_least(f"{what}, arcgis / ours", found["arcgis"]["cpu"] / found["ours"]["cpu"], 12)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default="1k,10k")
    parser.add_argument("--kinds", default="polygon")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(sample(chosen.one[0], Path(chosen.one[1]))))
        return
    limits = Limits()
    for kind in chosen.kinds.split(","):
        for count in sizes(chosen.sizes):
            compare(kind, count, chosen.runs, limits)
    limits.end()


if __name__ == "__main__":
    main()
