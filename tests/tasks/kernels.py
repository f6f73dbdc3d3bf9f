"""Kernels that write the history, to be started by tests: they all write at once, or are killed.

python kernels.py write FOLDER NAME COUNT SECONDS
python kernels.py kill URL COUNT SEED
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

import gpwidgets as gp
from gpwidgets.tasks.journal.recording import HistoryStore

#: What a kernel says on its pipe as its run comes so far.
SUBMITTING, POLLING, FETCHING = b"s", b"p", b"f"


def write(folder: str, name: str, count: int, seconds: float) -> None:
    """Write records until there are `count` of them and the time is over; print how many there are."""
    store, dice, end = HistoryStore(Path(folder)), random.Random(name), time.monotonic() + seconds
    store.file._largest = 1 << 40
    written = 0
    while written < count or time.monotonic() < end:
        filling = "ä\n" * int(dice.paretovariate(1.0) * 20 % 8000)
        record = {"run": f"{name}-{written}", "task": "http://h/GPServer/T", "started": time.time()}
        store.write({**record, "filling": filling, "length": len(filling)})
        assert not store.trouble, store.trouble
        written += 1
    print(written)


def kill(url: str, count: int, seed: int) -> None:
    """Start `count` kernels, one after the other, and kill each while it submits, polls or fetches."""
    dice = random.Random(seed)
    for number in range(count):
        phase = (SUBMITTING, POLLING, FETCHING)[number % 3]
        out, into = os.pipe()
        child = os.fork()
        if child == 0:
            _run(url, number, into)
        os.close(into)
        while (said := os.read(out, 1)) != phase:
            assert said, "the kernel ended before its time"
        time.sleep(dice.uniform(0, 0.08))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(out)
        print(phase.decode(), end="", flush=True)


def _run(url: str, number: int, into: int) -> None:
    """Run a task and tell of its states, until somebody kills this process."""
    try:
        run = gp.GPTask(url).start(Seconds=0.05 if number % 3 == 2 else 30, Steps=number + 1)
        run.observe(lambda change: change.new == "submitted" and os.write(into, SUBMITTING), names="status")
        if run.status == "submitted":
            os.write(into, SUBMITTING)
        run.observe(lambda _change: os.write(into, POLLING), names="job_id")
        if run.job_id is not None:
            os.write(into, POLLING)
        run.observe(
            lambda change: change.new == "fetching results" and os.write(into, FETCHING),
            names="progress_text",
        )
        signal.pause()
    finally:
        os._exit(1)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
    else:
        kill(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
