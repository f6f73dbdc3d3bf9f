"""A thousand jobs due at once, in a process of their own: which threads look after them, as JSON."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.demo.publishing.publish import as_tool
from gpwidgets.tasks.scheduling import watcher as watcher_module
from gpwidgets.tasks.scheduling.scheduler import Agenda
from gpwidgets.tasks.scheduling.watcher import Pace, Watcher

MANY = 1000
OPENED = threading.Event()


def held(number: int = 1) -> None:
    """Wait for the end of the submissions."""
    OPENED.wait(60)


def watching_threads() -> list[str]:
    """Ours, without those that submit and fetch: there are more of these while a machine stands still."""
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name.startswith("gpwidgets-") and name != "gpwidgets-run"]


def until(condition: Callable[[], bool]) -> None:
    waiting = threading.Event()
    while not condition():
        waiting.wait(0.02)


def main() -> None:
    # Nobody looks at a job before the clock is turned, and then a thousand are due at once.
    passed = 0.0
    watcher = Watcher(
        Agenda(rate=5000.0), lambda: time.monotonic() + passed, Pace(shortest=1000, longest=1000)
    )
    watcher_module._shared = watcher
    with demo.serve(services=[as_tool(held, asynchronous=True)]) as server:
        task = gp.GPTask(server.url_of("Held"))
        runs = [task.start(Number=number) for number in range(MANY)]
        most: list[str] = []
        for run in runs:
            until(lambda run=run: run.job_id is not None)
            most = max(most, watching_threads(), key=len)
        early = sum(run.done for run in runs)
        OPENED.set()
        for job in server.jobs:
            job.wait()
        passed = 2000.0
        watcher.add(lambda: None)
        for run in runs:
            run.wait(60)  # looks at once at one whose submission was not quite over when the clock turned
            most = max(most, watching_threads(), key=len)
        said = {
            "threads": most,
            "over too soon": early,
            "statuses": sorted({run.status.value for run in runs}),
            "jobs": len({run.job_id for run in runs}),
            "created": server.jobs.created,
        }
    print(json.dumps(said))


if __name__ == "__main__":
    main()
