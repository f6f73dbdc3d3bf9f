"""How long many runs take, what they ask of a server and how large they are, in time that is made up.

    python benchmarks/batch_scale.py
    python benchmarks/batch_scale.py --rows 1000000 --seconds 20 --instances 16

The agenda of looks, their pace and the places at a server are those of the package; server and clock are made
up. Beside the simulation stands the arithmetic of docs/many-runs.md, which may be 10 % off at the most.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import math
import random
import tempfile
import tracemalloc
from pathlib import Path
from typing import NamedTuple

from gpwidgets.tasks.batch.ledger import Ledger, RowState
from gpwidgets.tasks.scheduling.places import Places
from gpwidgets.tasks.scheduling.scheduler import Agenda, Entry
from gpwidgets.tasks.scheduling.watcher import Pace

#: Seconds that a request takes.
ANSWER = 0.1
SPREAD = 0.3
OFF_AT_MOST = 0.1


class Told(NamedTuple):
    """Of all rows: seconds; and of each row: looks at its job; and requests a second."""

    seconds: float
    looks: float
    rate: float


def simulated(rows: int, seconds: float, instances: int, at_once: int, seed: int = 0) -> Told:
    """Send rows to a server with so many instances, whose jobs take about these seconds."""
    dice, pace, agenda, places = random.Random(seed), Pace(), Agenda(), Places()
    places.limit(at_once, at_once)
    idle = [0.0] * instances
    left, over, looks, now = rows, 0, 0, 0.0
    numbers = itertools.count()
    jobs: dict[int, tuple[float, float, float]] = {}
    entries: dict[int, int] = {}
    while over < rows:
        while left and places.take(now):
            left -= 1
            sent = now + ANSWER
            began = max(sent, heapq.heappop(idle))
            ended = began + seconds * dice.uniform(1 - SPREAD, 1 + SPREAD)
            heapq.heappush(idle, ended)
            number, entry = next(numbers), Entry(lambda: None, "server")
            jobs[number], entries[id(entry)] = (sent, began, ended), number
            agenda.add(entry, sent + pace.delay(0.0))
        now = max(now, agenda.next_time(now))
        looked = agenda.take(now)
        if looked is None:
            continue
        looks += 1
        number = entries[id(looked)]
        sent, began, ended = jobs[number]
        if now < ended:
            agenda.done(looked, now + ANSWER + pace.delay(now - sent))
            continue
        agenda.done(looked, None)
        del jobs[number], entries[id(looked)]
        over += 1
        places.give_back()
        places.went_well(began - sent, ended - began)
    return Told(now, looks / rows, (looks + 2 * rows) / now)


def expected(rows: int, seconds: float, instances: int, at_once: int) -> Told:
    """The arithmetic of docs/many-runs.md."""
    pace = Pace()
    steady = pace.shortest / pace.share  # from this age on looks come at a share of it
    slow = pace.longest / pace.share  # and from this age on every ten seconds
    looks = 1 + min(seconds, steady) / (pace.shortest + ANSWER)
    if seconds > steady:
        wait = (
            pace.share * min(seconds, slow) + ANSWER
        )  # each of them is this much longer than the one before
        looks += math.log(wait / (pace.shortest + ANSWER)) / math.log(1 + pace.share)
    if seconds > slow:
        looks += (seconds - slow) / (pace.longest + ANSWER)
    late = (min(max(pace.share * seconds, pace.shortest), pace.longest) + ANSWER) / 2
    whole = rows / min(at_once, instances) * (seconds + late + ANSWER)
    return Told(whole, looks, rows * (looks + 2) / whole)


def bytes_of_a_row() -> tuple[float, float]:
    """What a row takes in the ledger on disk, and in memory."""
    rows = 250
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder))
        ledger.begin({"task": "https://host/arcgis/rest/services/A/GPServer/B", "settings": []}, rows)
        head = ledger.path.stat().st_size
        for place, row in enumerate(ledger.rows):
            ledger.about_to_send(place)
            row.job = f"j{place:032x}"
            ledger.sent(place, row.job)
            row.status, row.sent, row.ended, row.parts = "succeeded", 1.8e9 + place, 1.8e9 + place, {"Out": 1}
        ledger.ended(range(rows), 1)
        size = (ledger.path.stat().st_size - head) / rows
        ledger.close()
    tracemalloc.start()
    kept = [
        RowState("succeeded", f"j{place:032x}", "", 1.8e9 + place, 1.8e9 + place, parts={"Out": place})
        for place in range(10_000)
    ]
    memory = tracemalloc.get_traced_memory()[0] / len(kept)
    tracemalloc.stop()
    return size, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--seconds", type=float, nargs="*", default=[2.0, 20.0, 200.0], help="of a job")
    parser.add_argument("--instances", type=int, nargs="*", default=[2, 16], help="of the service")
    chosen = parser.parse_args()
    off = []
    for seconds, instances in itertools.product(chosen.seconds, chosen.instances):
        made = simulated(chosen.rows, seconds, instances, instances)
        told = expected(chosen.rows, seconds, instances, instances)
        print(
            f"{chosen.rows:,} rows of {seconds:g} s, {instances} at once: {made.seconds / 3600:.1f} h "
            f"({told.seconds / 3600:.1f}), {chosen.rows / made.seconds:.3f} rows a second; "
            f"{made.looks:.1f} looks a row ({told.looks:.1f}), "
            f"{made.rate:.1f} requests a second ({told.rate:.1f})"
        )
        off += [max(abs(one / other - 1) for one, other in zip(made, told, strict=True))]
    size, memory = bytes_of_a_row()
    print(f"a row takes {size:.0f} bytes of the ledger and {memory:.0f} bytes of memory")
    print(f"the arithmetic is off by {max(off):.1%}, at most {OFF_AT_MOST:.0%}")
    if max(off) > OFF_AT_MOST:
        raise SystemExit("the arithmetic does not hold")


if __name__ == "__main__":
    main()
