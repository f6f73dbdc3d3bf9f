"""Thirty learners press Run at the same moment, on a server that runs two jobs at a time.

    python benchmarks/learners.py

Each learner is a process of its own, as with a kernel each. Nobody may hang; those who wait long have to be
told why; and the server should hardly notice that thirty notebooks ask how it is getting on.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from typing import Any

from job_server import JobServer

import gpwidgets as gp


def learn(url: str, number: int, seconds: float) -> dict[str, Any]:
    """What one learner sees."""
    task = gp.GPTask(url)
    sys.stdin.readline()  # until all are ready
    began, cpu = time.monotonic(), time.process_time()
    run = task.start(Number=number, Seconds=seconds)
    notes: list[str] = []
    run.observe(lambda change: notes.append(change.new), names=["note", "messages"])
    outputs = run.wait(600, show_progress=False)
    told = next((note for note in notes if "busy" in str(note)), "")
    return {
        "right": outputs["Number"] == number,
        "waited": time.monotonic() - began,
        "late": time.monotonic() - outputs["Ended"],
        "told": told,
        "cpu": time.process_time() - cpu,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--learners", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a job")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(learn(given.one[0], int(given.one[1]), given.seconds)))
        return
    with JobServer(workers=2) as server:
        command = [sys.executable, __file__, "--seconds", str(given.seconds), "--one", server.url]
        learners = [
            subprocess.Popen(
                [*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for number in range(given.learners)
        ]
        while server.count()["asked"].get("task", 0) < given.learners:
            time.sleep(0.2)
        began = time.monotonic()
        for each in learners:
            assert each.stdin is not None
            each.stdin.write("\n")
            each.stdin.flush()
        seen = [json.loads(each.communicate(timeout=600)[0]) for each in learners]
        wall = time.monotonic() - began
        asked = server.count()["asked"]
    queue = given.learners * given.seconds / 2
    long = [one for one in seen if one["waited"] - given.seconds > 25]
    rows = [
        ("learners, all with their own result", f"{sum(one['right'] for one in seen)} of {given.learners}"),
        ("until the last has it, and the queue alone", f"{wall:.0f} s, {queue:.0f} s"),
        ("waited more than 25 s, and were told why", f"{len(long)}, {sum(bool(o['told']) for o in long)}"),
        ("end to results: median", f"{statistics.median(one['late'] for one in seen):.1f} s"),
        ("requests a second at the server", f"{sum(asked.values()) / wall:.1f}"),
        ("looks a learner", f"{asked['poll'] / given.learners:.1f}"),
        ("CPU a learner", f"{1000 * statistics.median(one['cpu'] for one in seen):.0f} ms"),
    ]
    print("\n| | |\n| --- | --- |")
    for what, value in rows:
        print(f"| {what} | {value} |")
    if not all(one["right"] for one in seen) or not all(one["told"] for one in long):
        raise SystemExit("somebody got a wrong result, or waited without being told why")


if __name__ == "__main__":
    main()
