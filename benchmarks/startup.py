"""What imports cost, and how soon a form of forty inputs is there: in the kernel and on screen.

    python benchmarks/startup.py                # imports, and the kernel's part of a form
    python benchmarks/startup.py --browser      # and JupyterLab in Chromium, from the call to the last field

Imports are whole processes in turns, with bytecode that is there already, as it is after any installation.
The version before, of which `before.py` tells, is measured in the same turns.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from typing import Any

from before import before_checkout
from form_task import INPUTS, KINDS, FormServer, load, modules_of_form
from measuring import Limits, in_a_process, in_turns

IMPORTS = {
    "nothing": "pass",
    "gpwidgets": "import gpwidgets",
    "peers": "import ipywidgets, requests",
    "TaskWidget": "from gpwidgets import TaskWidget",
    "form": "from gpwidgets import GPTask; "
    "import gpwidgets.widgets.form.form, gpwidgets.widgets.runs.run_list",
}
#: Messages of the first form before fields, layouts and buttons were made when they are needed only.
MESSAGES_BEFORE = {"plain": 489, "map": 775}
DIGITS = 1000


def import_cost(way: str) -> dict[str, float]:
    """CPU of a process that only imports, in ms."""
    before = _children()
    subprocess.run([sys.executable, "-c", IMPORTS[way]], check=True)
    return {"cpu": 1000 * (_children() - before)}


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def form_cost(url: str, modules: list[str]) -> dict[str, float]:
    """The kernel's part of the first form, in ms, and the messages that go to the page."""
    load(modules)
    from layer_samples import Wire

    from gpwidgets import TaskWidget

    wire = Wire.installed()
    there = set(sys.modules)
    wall, cpu = time.perf_counter(), time.process_time()
    widget = TaskWidget(url)
    spent = {"cpu": 1000 * (time.process_time() - cpu), "wall": 1000 * (time.perf_counter() - wall)}
    assert widget.form is not None, widget.error
    late = [name for name in sys.modules if name.startswith("gpwidgets") and name not in there]
    assert not late, f"loaded while it was timed: {', '.join(late)}"
    assert len(widget.form.editors) == INPUTS
    return {**spent, "messages": wire.messages, "kB": wire.bytes / 1000}


def bare_cost() -> dict[str, float]:
    """CPU of as many fields written by hand with ipywidgets: a label, a box, help below it; in ms."""
    import ipywidgets as w
    from layer_samples import Wire

    wire = Wire.installed()
    started = time.process_time()
    w.VBox([w.VBox([w.Text(description=f"Input {n}"), w.HTML("Any text.")]) for n in range(INPUTS)])
    return {"cpu": 1000 * (time.process_time() - started), "messages": wire.messages}


def digit_cost(url: str) -> dict[str, float]:
    """CPU of a digit typed into the box of a length, and into a box that nobody checks, in microseconds."""
    import ipywidgets as w
    from layer_samples import Wire

    from gpwidgets import TaskWidget

    Wire.installed()
    widget = TaskWidget(url)
    assert widget.form is not None, widget.error
    unchecked = w.Text()
    unchecked.observe(lambda _change: None, names="value")
    boxes = {"form": widget.form.editors["Input_Linear_Unit"].focus_target, "bare": unchecked}
    return {name: _typed(box) for name, box in boxes.items()}


def _typed(box: Any) -> float:
    for number in range(50):
        box.set_state({"value": f"{number}"})
    started = time.process_time()
    for number in range(DIGITS):
        box.set_state({"value": f"{number}"})
    return 1e6 * (time.process_time() - started) / DIGITS


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
    own = (found["gpwidgets"] - found["nothing"]) / found["nothing"]
    limits.at_most("import gpwidgets / starting Python", own, 1.2)
    limits.at_most("TaskWidget / ipywidgets and requests", found["TaskWidget"] / found["peers"], 1.15)


def forms(runs: int, addresses: dict[str, str], limits: Limits) -> None:
    before = before_checkout()
    versions = {"": ""} if before is None else {"": "", "before ": str(before)}
    ways = {"bare": (["--bare"], "")}
    for version, path in versions.items():
        for kind in KINDS:
            modules = ",".join(modules_of_form(addresses[kind], path))
            ways[version + kind] = (["--one", addresses[kind], "--modules", modules], path)
        ways[f"{version}digit"] = (["--digit", addresses["plain"]], path)
    found = in_turns(ways, runs, lambda way: in_a_process(__file__, ways[way][0], path=ways[way][1]))
    print(f"\n| first form of {INPUTS} inputs | CPU ms | wall ms | messages | kB |\n|{' --- |' * 5}")
    for way in ways:
        if "digit" not in way and way != "bare":
            numbers = " | ".join(f"{found[way][key]:.0f}" for key in ("cpu", "wall", "messages", "kB"))
            print(f"| {way} | {numbers} |", flush=True)
    bare, digit = found["bare"], found["digit"]
    print(f"| by hand, with ipywidgets | {bare['cpu']:.0f} | | {bare['messages']:.0f} | |")
    for kind in KINDS:
        limits.at_most(f"messages now / before, {kind}", found[kind]["messages"] / MESSAGES_BEFORE[kind], 0.5)
    if before is not None:
        for kind in KINDS:
            ratio = found[kind]["cpu"] / found[f"before {kind}"]["cpu"]
            limits.at_most(f"CPU of the form now / before, {kind}", ratio, 0.5)
    limits.at_most("CPU of the form / by hand, plain", found["plain"]["cpu"] / bare["cpu"], 1)
    print(
        f"\nA typed digit takes {digit['form']:.0f} µs, in a box that nobody checks {digit['bare']:.0f} µs."
    )
    limits.at_most("CPU of a typed digit / unchecked", digit["form"] / digit["bare"], 3)
    if before is not None:
        earlier = found["before digit"]["form"]
        print(f"It took {earlier:.0f} µs before.")
        limits.at_most("CPU of a typed digit now / before", digit["form"] / earlier, 0.3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--modules", default="", help=argparse.SUPPRESS)
    parser.add_argument("--digit", help=argparse.SUPPRESS)
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(form_cost(chosen.one, chosen.modules.split(","))))
    elif chosen.digit:
        print(json.dumps(digit_cost(chosen.digit)))
    elif chosen.bare:
        print(json.dumps(bare_cost()))
    else:
        measure(chosen.runs, browser=chosen.browser)


def measure(runs: int, *, browser: bool) -> None:
    limits = Limits()
    imports(runs, limits)
    with FormServer() as addresses:
        forms(runs, addresses, limits)
        if browser:
            import form_browser

            shown = form_browser.times(addresses, runs)
            print("\n| from running the cell to the last field on screen | ms |\n| --- | --- |")
            for kind, taken in shown.items():
                print(f"| {kind} | {taken:.0f} |")
                most = 0.5 if kind == "fresh" else 1
                limits.at_most(f"seconds until a form is on screen, {kind}", taken / 1000, most)
    limits.end()


if __name__ == "__main__":
    main()
