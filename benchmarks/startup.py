"""What imports cost, and how soon a form of forty inputs is there: in the kernel and on screen.

    python benchmarks/startup.py                # imports, and the kernel's part of a form
    python benchmarks/startup.py --browser      # and JupyterLab in Chromium, from the call to the last field

Imports are whole processes in turns, with bytecode that is there already, as it is after any installation.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

from form_task import INPUTS, KINDS, WARM, FormServer
from measuring import Limits, in_a_process, in_turns

IMPORTS = {
    "nothing": "pass",
    "gpwidgets": "import gpwidgets",
    "peers": "import ipywidgets, requests",
    "TaskWidget": "from gpwidgets import TaskWidget",
    "form": "from gpwidgets import GPTask; "
    "import gpwidgets.widgets.form.form, gpwidgets.widgets.runs.run_list",
}


def import_cost(way: str) -> dict[str, float]:
    """CPU of a process that only imports, in ms."""
    before = _children()
    subprocess.run([sys.executable, "-c", IMPORTS[way]], check=True)
    return {"cpu": 1000 * (_children() - before)}


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def form_cost(url: str) -> dict[str, float]:
    """The kernel's part of the first form, in ms, and the messages that go to the page."""
    for name in WARM:
        importlib.import_module(name)
    from layer_samples import Wire

    from gpwidgets import TaskWidget

    wire = Wire.installed()
    wall, cpu = time.perf_counter(), time.process_time()
    widget = TaskWidget(url)
    spent = {"cpu": 1000 * (time.process_time() - cpu), "wall": 1000 * (time.perf_counter() - wall)}
    assert widget.form is not None, widget.error
    assert len(widget.form.editors) == INPUTS
    return {**spent, "messages": wire.messages, "kB": wire.bytes / 1000}


def imports(runs: int, limits: Limits) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = folder
        for way in IMPORTS:
            import_cost(way)
        found = {way: spent["cpu"] for way, spent in in_turns(IMPORTS, runs, import_cost).items()}
    print("| process | CPU ms |\n| --- | --- |")
    for way, cpu in found.items():
        print(f"| `{IMPORTS[way]}` | {cpu:.0f} |")
    limits.at_most("ms for import gpwidgets", found["gpwidgets"], 50)
    limits.at_most("TaskWidget / ipywidgets and requests", found["TaskWidget"] / found["peers"], 1.15)


def forms(runs: int, addresses: dict[str, str]) -> None:
    found = in_turns(addresses, runs, lambda kind: in_a_process(__file__, ["--one", addresses[kind]]))
    print(f"\n| first form of {INPUTS} inputs | CPU ms | wall ms | messages | kB |\n|{' --- |' * 5}")
    for kind, spent in found.items():
        numbers = " | ".join(f"{spent[key]:.0f}" for key in ("cpu", "wall", "messages", "kB"))
        print(f"| {kind} | {numbers} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(form_cost(chosen.one)))
        return
    limits = Limits()
    imports(chosen.runs, limits)
    with FormServer() as addresses:
        forms(chosen.runs, addresses)
        if chosen.browser:
            import form_browser

            shown = form_browser.times(addresses, chosen.runs)
            print(f"\n| from running the cell to the last of {INPUTS} fields on screen | ms |\n| --- | --- |")
            for kind, taken in shown.items():
                print(f"| {kind} | {taken:.0f} |")
            for kind in KINDS:
                limits.at_most(f"seconds until a form is on screen, {kind}", shown[kind] / 1000, 1)
    limits.end()


if __name__ == "__main__":
    main()
