"""Several kernels write the history at once, and kernels are killed at any moment: no record is lost or torn.

`GPWIDGETS_KILLS=50` and `GPWIDGETS_WRITING=60` (seconds) make more of it than the usual test run does.
"""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.tasks.journal._record_file import RecordFile

KERNELS = Path(__file__).with_name("kernels.py")
KILLS = int(os.environ.get("GPWIDGETS_KILLS", "18"))
WRITING = float(os.environ.get("GPWIDGETS_WRITING", "0"))

pytestmark = [pytest.mark.timeout(600), pytest.mark.once]


def test_kernels_that_write_at_once_write_whole_records(own_history, tell) -> None:
    names = ("one", "two", "three")
    kernels = [
        subprocess.Popen(
            [sys.executable, str(KERNELS), "write", str(own_history), name, "400", str(WRITING)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    written = [int(kernel.communicate(timeout=500)[0]) for kernel in kernels]
    records = RecordFile(own_history)
    found = records.records()
    assert {row["run"] for row in found} == {
        f"{name}-{at}" for name, count in zip(names, written, strict=True) for at in range(count)
    }
    assert len(found) == sum(written)
    assert records.torn == 0
    assert all(len(row["filling"]) == row["length"] for row in found)
    assert [path.name for path in own_history.glob("runs*.jsonl")] == ["runs.jsonl"]
    tell("History", f"{len(found):,} records of {len(names)} kernels at once, all whole")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kernels are made by fork")
def test_killed_kernels_leave_a_history_that_finds_their_jobs(own_history, tell) -> None:
    with demo.serve(workers=2 * KILLS) as own_server:
        kill_kernels(own_server, own_history, tell)


def kill_kernels(own_server: demo.DemoServer, own_history: Path, tell: Callable[[str, str], None]) -> None:
    own_server.faults.add("delay", on="submit", seconds=0.04)
    own_server.faults.add("delay", on="result", seconds=0.08)
    seed = random.randrange(1 << 30)
    done = subprocess.run(
        [sys.executable, str(KERNELS), "kill", own_server.url_of("SlowCount"), str(KILLS), str(seed)],
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    phases = done.stdout.strip()
    assert len(phases) == KILLS

    records = RecordFile(own_history)
    records.records()
    runs = gp.history()
    assert len(runs) == KILLS, f"seed {seed}"
    assert {entry.inputs["Steps"] for entry in runs} == set(range(1, KILLS + 1))
    jobs = {job.id for job in own_server.jobs}
    known = {entry.job_url.rpartition("/")[2] for entry in runs if entry.job_url}
    assert known <= jobs
    assert len(known) >= KILLS - phases.count("s")
    assert len(jobs) <= KILLS

    found = [gp.attach(f"{own_server.url_of('SlowCount')}/jobs/{job}") for job in sorted(jobs)]
    for run in found:
        run.cancel()
    for run in found:
        ended = threading.Event()
        run.call_when_done(ended.set)
        assert ended.wait(60)
        assert run.status in ("cancelled", "succeeded"), f"seed {seed}: {run!r}"
    again = gp.history()
    assert {entry.job_url.rpartition("/")[2] for entry in again if entry.job_url} == jobs
    assert records.torn == 0
    tell(
        "Kernels killed",
        f"{KILLS} by SIGKILL ({', '.join(f'{phases.count(x)} {word}' for x, word in PHASES.items())}): "
        f"{len(runs)} runs in the history, all {len(jobs)} jobs of the server found again, no record torn",
    )


PHASES = {"s": "while submitting", "p": "while polling", "f": "while fetching results"}
