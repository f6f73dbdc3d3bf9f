"""A thousand jobs on a bad network: does each run end right, and what does it cost?

    python benchmarks/soak.py                          # about 80 s
    python benchmarks/soak.py --jobs 100 --longest 10 --share 0.05

The embedded server runs in a process of its own and counts for itself. Runs whose submission failed are held
against its list: a run may say that it is lost only where the answer to its submission was, and must not say
that it never began where the server has its job.
"""

from __future__ import annotations

import argparse
import collections
import platform
import random
import statistics
import threading
import time

from job_server import JobServer

import gpwidgets as gp


class Watched:
    """A run, and when its end was seen."""

    def __init__(self, task: gp.GPTask, number: int, seconds: float) -> None:
        self.number = number
        self.ended = 0.0
        self.over = threading.Event()
        self.run = task.start(Number=number, Seconds=seconds)
        self.run.call_when_done(self._note)

    def _note(self) -> None:
        self.ended = time.monotonic()
        self.over.set()


def watch(task: gp.GPTask, count: int, longest: float, seed: int) -> tuple[list[Watched], dict[str, float]]:
    """Start the jobs and wait for the end of all; also CPU of both phases and the most threads seen."""
    dice = random.Random(seed)
    cpu, wall = time.process_time(), time.monotonic()
    watched = [Watched(task, number, dice.uniform(0, longest)) for number in range(count)]
    while any(one.run.job_id is None and not one.run.done for one in watched):
        time.sleep(0.1)
    submitted = time.process_time()
    threads = 0
    for one in watched:
        while not one.over.wait(1.0):
            threads = max(threads, sum(t.name.startswith("gpwidgets-") for t in threading.enumerate()))
            if time.monotonic() - wall > longest + 600:
                raise SystemExit(f"hangs: {one.run!r} {one.run.note}")
    spent = {
        "submit": submitted - cpu,
        "watch": time.process_time() - submitted,
        "wall": time.monotonic() - wall,
        "threads": threads,
    }
    return watched, spent


def check(watched: list[Watched], counted: dict) -> dict[str, list[Watched]]:
    """Hold what the runs say against the server's own list."""
    ends: dict[str, list[Watched]] = collections.defaultdict(list)
    for one in watched:
        ends[str(one.run.status)].append(one)
    created = collections.Counter(counted["created"])
    assert max(created.values()) == 1, "a job was created twice"
    assert set(ends) <= {"succeeded", "failed", "lost"}, f"unexpected ends: {set(ends)}"
    wrong = [one for one in ends["succeeded"] if one.run.outputs["Number"] != one.number]
    assert not wrong, f"wrong results: {wrong}"
    assert all(created[one.number] for one in ends["succeeded"])
    began = [one for one in ends["failed"] if created[one.number]]
    assert not began, f"said not to have begun, but the server has them: {began}"
    without_answer = len(ends["failed"]) + len(ends["lost"])
    assert without_answer == counted["failed"].get("submit", 0), "more runs failed than submissions did"
    return ends


def report(
    watched: list[Watched], counted: dict, ends: dict[str, list[Watched]], spent: dict[str, float]
) -> None:
    """Print what was found."""
    created = set(counted["created"])
    count, good = len(watched), ends["succeeded"]
    orphans = sum(one.number in created for one in ends["lost"])
    delays = sorted(one.ended - one.run.outputs["Ended"] for one in good)
    minutes = sum(one.run.elapsed for one in watched) / 60
    asked, failed = sum(counted["asked"].values()), sum(counted["failed"].values())
    looks = counted["asked"].get("poll", 0)
    rows = [
        ("runs", f"{count}"),
        ("succeeded, with the right results", f"{len(good)}"),
        ("submission refused: not begun, and said so", f"{len(ends['failed'])}"),
        ("submission's answer lost: said so", f"{len(ends['lost'])}"),
        ("... of these the server has the job", f"{orphans}"),
        ("jobs created twice, wrong results, other ends, hanging", "0"),
        ("requests, and those that failed on purpose", f"{asked}, {failed} ({100 * failed / asked:.1f} %)"),
        ("requests a job", f"{asked / count:.1f} ({looks / count:.1f} of them looks)"),
        ("kernel CPU per job and watched minute", f"{1000 * spent['watch'] / minutes:.1f} ms"),
        ("kernel CPU while watching", f"{100 * spent['watch'] / spent['wall']:.0f} % of a core"),
        ("kernel CPU per submission", f"{1000 * spent['submit'] / count:.1f} ms"),
        ("end to results, median", f"{statistics.median(delays):.1f} s"),
        ("end to results, 95th percentile", f"{delays[int(0.95 * len(delays))]:.1f} s"),
        ("threads of ours", f"{spent['threads']:.0f}"),
    ]
    print("\n| | |\n| --- | --- |")
    for what, value in rows:
        print(f"| {what} | {value} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--longest", type=float, default=60.0, help="seconds of the longest job")
    parser.add_argument("--share", type=float, default=0.02, help="part of all requests that fails")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(f"Python {platform.python_version()}, gpwidgets {gp.__version__}, {given}")
    with JobServer(workers=given.jobs, seed=given.seed) as server:
        task = gp.GPTask(server.url)
        server.rain(given.share)
        watched, spent = watch(task, given.jobs, given.longest, given.seed)
        counted = server.count()
    report(watched, counted, check(watched, counted), spent)


if __name__ == "__main__":
    main()
