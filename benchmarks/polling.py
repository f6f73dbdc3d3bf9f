"""How soon the end of a job is seen, with how many looks, threads and connections, and what a look costs.

    python benchmarks/polling.py

Limits, as ratios: the mean delay of jobs under 30 s at most the larger of 0.25 s and 12 % of the job, with 30
looks at most; with a hundred jobs ten threads at most, and a look at most 2.5 ms of CPU or, on a slow
machine, 2.2 times that of a bare `requests.Session` reading the same page in the same process; the end of a
job of a second within 0.3 s.
"""

from __future__ import annotations

import platform
import random
import statistics
import time
from typing import Any

import requests
from job_server import JobServer
from measuring import Limits
from soak import Watched, watch

import gpwidgets as gp
from gpwidgets.client.http._connections import new_http

LIMITS = {"second": 1.0, "delay": 1.0, "looks": 1.0, "cpu": 1.0, "threads": 1.0, "connections": 1.0}


def delays(url: str, count: int = 40, longest: float = 29.0) -> list[tuple[float, float]]:
    """Length and delay of jobs of many lengths, each followed by a task object of its own."""
    dice = random.Random(1)
    lengths = [longest ** dice.random() for _ in range(count)]
    watched = [Watched(gp.GPTask(url), number, length) for number, length in enumerate(lengths)]
    for one in watched:
        one.over.wait(longest + 60)
    return [
        (length, one.ended - one.run.outputs["Ended"]) for length, one in zip(lengths, watched, strict=True)
    ]


def of_a_second(url: str, count: int = 20) -> list[float]:
    """Delays of jobs of a second, one after the other."""
    task, found = gp.GPTask(url), []
    for number in range(count):
        one = Watched(task, number, 0.9 + 0.01 * number)
        one.over.wait(60)
        found.append(one.ended - one.run.outputs["Ended"])
    return found


def bare_look(url: str, count: int = 300) -> float:
    """CPU seconds of reading a job with requests alone."""
    run = gp.GPTask(url).start(Number=0, Seconds=3600)
    while run.job_url is None:
        time.sleep(0.05)
    session = requests.Session()
    session.get(run.job_url, params={"f": "json"}).json()
    started = time.process_time()
    for _ in range(count):
        session.get(run.job_url, params={"f": "json"}).json()
    spent = (time.process_time() - started) / count
    run.cancel()
    return spent


def hundred(server: JobServer) -> dict[str, float]:
    """Threads and CPU of following a hundred jobs for half a minute."""
    before = server.count()["asked"]
    watched, spent = watch(gp.GPTask(server.url), 100, 30.0, seed=2)
    after = server.count()["asked"]
    looks = after["poll"] - before.get("poll", 0)
    results = after["result"] - before.get("result", 0)
    late = [one.ended - one.run.outputs["Ended"] for one in watched]
    return {
        "threads": spent["threads"],
        # Results are requests like looks; counting them as such errs on the side of the limit.
        "cpu": spent["watch"] / (looks + results),
        "looks": looks / 100,
        "delay": statistics.mean(late),
    }


def connections(url: str) -> tuple[int, int]:
    """Connections ever made to the server by all sessions, and requests on them."""
    port = int(url.split(":")[2].partition("/")[0])
    pools: Any = new_http(shared=True).get_adapter("http://").poolmanager.pools  # type: ignore[attr-defined]
    (pool,) = (one for one in pools._container.values() if one.port == port)
    return pool.num_connections, pool.num_requests


def main() -> None:
    print(f"Python {platform.python_version()}, requests {requests.__version__}, gpwidgets {gp.__version__}")
    with JobServer() as server:
        second = of_a_second(server.url)
        before = server.count()["asked"]["poll"]
        pairs = delays(server.url)
        looks = (server.count()["asked"]["poll"] - before) / len(pairs)
        bare = statistics.median(bare_look(server.url) for _ in range(3))
        many = hundred(server)
        made, requested = connections(server.url)
    allowed = [max(0.25, 0.12 * length) for length, _ in pairs]
    ratios = {
        "delay": sum(delay for _, delay in pairs) / sum(allowed),
        "looks": looks / 30,
        "cpu": many["cpu"] / max(0.0025, 2.2 * bare),
        "threads": many["threads"] / 10,
        "connections": made / 10,
    }
    rows = [
        (
            "jobs of a second: delay, median and worst",
            f"{statistics.median(second):.2f}, {max(second):.2f} s",
        ),
        ("jobs of 1 to 29 s: mean delay", f"{statistics.mean(delay for _, delay in pairs):.2f} s"),
        ("... as part of what is allowed", f"{ratios['delay']:.2f}"),
        ("... looks a job", f"{looks:.1f}"),
        ("100 jobs of up to 30 s: mean delay", f"{many['delay']:.2f} s"),
        ("... looks a job", f"{many['looks']:.1f}"),
        ("... threads", f"{many['threads']:.0f}"),
        ("... CPU a look, everything included", f"{1000 * many['cpu']:.2f} ms"),
        ("... as a multiple of a bare requests.Session", f"{many['cpu'] / bare:.2f} of {1000 * bare:.2f} ms"),
        ("connections made for all of this, and requests on them", f"{made}, {requested}"),
    ]
    print("\n| | |\n| --- | --- |")
    for what, value in rows:
        print(f"| {what} | {value} |")
    # One in twenty may be late for reasons of the machine's own.
    ratios["second"] = sorted(second)[-2] / 0.3
    limits = Limits()
    for name, ratio in ratios.items():
        limits.at_most(f"{name}, of what is allowed", ratio, LIMITS[name])
    limits.end()


if __name__ == "__main__":
    main()
