"""Check crates of runs with roc-validator, against the Process Run Crate profile; it asks the network.

``python tools/check_crates.py`` makes one of a job, of a synchronous run, and of a run that failed.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import gpwidgets as gp

POINT = "POINT (-84.2 36.4)"
RUNS: dict[str, dict[str, Any]] = {
    "Viewshed": {"Input_Points": POINT, "Distance": "2 km"},
    "BufferPoints": {"Input_Points": POINT, "Distance": "5 km", "outSR": 32616},
    "SlowCount": {"Steps": 3, "Seconds": 0, "Fail": True},
}
COMMAND = ["rocrate-validator", "--no-interactive", "validate", "--no-paging", "-p", "process-run-crate-0.5"]


def main() -> int:
    """Return 0 when all crates are valid."""
    worst = 0
    with tempfile.TemporaryDirectory() as folder, gp.demo.serve() as server:
        for name, inputs in RUNS.items():
            run = gp.GPTask(server.url_of(name)).start(**inputs)
            with contextlib.suppress(gp.RunFailed):
                run.wait(60, show_progress=False)
            crate = run.to_crate(Path(folder) / name)
            command = [*COMMAND, *sys.argv[1:], str(crate)]
            worst = max(worst, subprocess.run(command, check=False).returncode)  # noqa: S603 - our own words
    return worst


if __name__ == "__main__":
    sys.exit(main())
