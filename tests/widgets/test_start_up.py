"""What a form without geometry leaves out: each case is a process of its own."""

import subprocess
import sys
from typing import Any

import pytest

HEAVY = ("geopandas", "pandas", "numpy", "pyproj", "shapely", "pyogrio", "ipyleaflet")
LATER = (
    *HEAVY,
    "asyncio",
    "statistics",
    "difflib",
    "requests",
    "orjson",
    "nh3",
    "gpwidgets.protocol.description",
    "gpwidgets.client",
    "gpwidgets.widgets.form.form",
    "gpwidgets.widgets.results.results",
    "gpwidgets.widgets.map.task_map",
)


def loaded_by(code: str, *names: str) -> list[str]:
    """Which of these modules are there after the code has run."""
    tail = f"\nimport sys; print(*(name for name in {names!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split()


def test_the_package_alone_loads_nothing_heavy() -> None:
    assert loaded_by("import gpwidgets", *LATER, "ipywidgets") == []
    slow = ("ast", "dataclasses", "inspect", "pathlib", "urllib.parse")
    assert loaded_by("import gpwidgets", *slow) == loaded_by("pass", *slow)


def test_the_class_of_a_widget_loads_what_makes_forms_results_and_maps_only_when_needed() -> None:
    others = loaded_by("import ipywidgets", *LATER)
    assert loaded_by("from gpwidgets import TaskWidget", *LATER) == others
    assert loaded_by("import gpwidgets.widgets.map.task_map", "ipyleaflet") == ["ipyleaflet"]


@pytest.mark.parametrize(
    "work", ["", "; widget.run = run = widget.task.start(Seconds=0.1, Steps=1); run.wait(60)"]
)
def test_a_task_without_geometry_is_shown_and_run_without_geometry_libraries(server: Any, work: str) -> None:
    code = f"from gpwidgets import TaskWidget; widget = TaskWidget({server.url_of('SlowCount')!r}){work}"
    assert loaded_by(code, *HEAVY) == []
