"""Thirty learners, each a process of its own, against one embedded server that is open to a room.

``python benchmarks/classroom.py [--learners 30]`` prints what the server needed, and fails when a learner did
not get the results that a lone one gets.
"""

import argparse
import re
import subprocess
import sys
import time
from pathlib import Path

LEARNER = """
import sys, gpwidgets as gp
root, number = sys.argv[1], int(sys.argv[2])
place = f"POINT ({-84.3 + 0.005 * number:.3f} 36.3)"
buffers = gp.GPTask(f"{root}/Proximity/GPServer/BufferPoints")(Input_Points=place, Distance="2 km").Buffers
seen = gp.GPTask(f"{root}/Elevation/GPServer/Viewshed")(Input_Points=place, Distance="2 km").Viewshed_Result
print(number, round(float(buffers.to_crs(32616).area.sum())), round(float(seen.to_crs(32616).area.sum())))
"""


def usage_of(process: int) -> tuple[float, float]:
    """Seconds of the processor, and megabytes at the most, of a process."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    peak = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    assert peak is not None
    return (int(fields[11]) + int(fields[12])) / 100, int(peak.group(1)) / 1024


def learn(root: str, number: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", LEARNER, root, str(number)], stdout=subprocess.PIPE, text=True
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learners", type=int, default=30)
    learners = parser.parse_args().learners
    command = [sys.executable, "-m", "gpwidgets", "demo", "--classroom"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        root = server.stdout.readline().strip()
        alone = {number: learn(root, number).communicate()[0] for number in (0, learners - 1)}
        before = usage_of(server.pid)
        began = time.monotonic()
        class_ = [learn(root, number) for number in range(learners)]
        told = [each.communicate()[0] for each in class_]
        spent = time.monotonic() - began
        after = usage_of(server.pid)
        server.terminate()
    wrong = [
        number for number, line in enumerate(told) if not re.fullmatch(rf"{number} [1-9]\d+ [1-9]\d+\n", line)
    ]
    wrong += [number for number, line in alone.items() if told[number] != line]
    print(
        f"{learners} learners, two tasks each: {spent:.1f} s, {learners - len(set(wrong))} with their results"
    )
    print(f"server: {after[0] - before[0]:.1f} s of the processor, {after[1]:.0f} MB at the most")
    if wrong:
        print("wrong:", sorted(set(wrong)))
    return bool(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
