"""No two controls have one object in common that may change: hiding or styling one hides no other.

The walk sees the widgets of the package in all their states, below a map and in what is not shown, too.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import ipywidgets as w
import numpy as np
import pandas as pd
import pytest
from recorded import recorded
from shapely.geometry import Point, Polygon
from widget_tools import choose, fill, find_all, options, press, see, seen, upload

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.tools.geotiff import write_geotiff
from gpwidgets.errors import AuthenticationError, ConversionError
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.protocol.values import LayerReference
from gpwidgets.protocol.values.units import LinearUnit
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.tasks.runs import control
from gpwidgets.widgets.form.form import TaskForm
from gpwidgets.widgets.kit.controls import Unchangeable, lean
from gpwidgets.widgets.kit.owner import parts_of
from gpwidgets.widgets.kit.sign_in_box import SignInBox
from gpwidgets.widgets.kit.theme import style_sheet
from gpwidgets.widgets.map.task_map import TaskMap
from gpwidgets.widgets.results._file_preview import preview_of
from gpwidgets.widgets.results.results import ResultsView

pytestmark = pytest.mark.usefixtures("own_history")

POINTS = geopandas.GeoDataFrame({"name": ["a", "b"]}, geometry=[Point(7.4, 46.9), Point(7.5, 47)], crs=4326)
SQUARES = geopandas.GeoDataFrame(
    {"kind": ["x", "y"], "n": [1.5, 2.5]},
    geometry=[Polygon([(0, 0), (1, 0), (1, 1)]), Polygon([(2, 0), (3, 0), (3, 1)])],
    crs=4326,
)


def reached(*roots: w.Widget) -> list[w.Widget]:
    """These widgets and all that their traits lead to, each once."""
    found: dict[int, w.Widget] = {}
    waiting = list(roots)
    while waiting:
        widget = waiting.pop()
        if id(widget) not in found:
            found[id(widget)] = widget
            waiting += parts_of(widget)
    return list(found.values())


def shared(*roots: w.Widget) -> list[str]:
    """What two widgets have in common that may change, in words."""
    owners: dict[int, tuple[w.Widget, str]] = {}
    wrong = []
    for widget in reached(*roots):
        for name in widget.keys:
            value = getattr(widget, name)
            is_part = isinstance(value, w.Widget) and not isinstance(value, Unchangeable)
            if not is_part and not isinstance(value, list | dict | set):
                continue
            if value is style_sheet():
                continue
            if id(value) in owners:
                other, as_name = owners[id(value)]
                wrong.append(
                    f"{type(other).__name__}.{as_name} is {type(widget).__name__}.{name}: {value!r:.80}"
                )
            owners[id(value)] = widget, name
    return wrong


@pytest.fixture(scope="module")
def server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


def open_all(widget: w.Widget) -> None:
    """Open everything that can be folded out, and what opens in it."""
    opened: set[int] = set()
    while folded := [
        one
        for one in find_all(widget, role="button")
        if isinstance(one, w.ToggleButton) and not one.value and not one.disabled and id(one) not in opened
    ]:
        for one in folded:
            opened.add(id(one))
            one.set_state({"value": True})


def walk_lists(widget: w.Widget) -> None:
    """Choose each entry of each list once, so that whatever it brings is made."""
    for one in find_all(widget, role="combobox"):
        if isinstance(one, w.Dropdown):
            for index in range(min(9, len(one.options))):
                if one.comm is not None and index < len(one.options):
                    one.set_state({"index": index})


TASKS = (
    "Viewshed",
    "BufferPoints",
    "HotSpots",
    "SlowCount",
    "ParameterGallery",
    "ParameterGalleryJob",
)


@pytest.mark.parametrize("name", TASKS)
def test_a_form_and_all_that_opens_in_it(server: demo.DemoServer, name: str) -> None:
    widget = gp.TaskWidget(server.url_of(name))
    assert shared(widget) == []
    press(widget, "Run")
    for one in find_all(widget, "Add a row", role="button"):
        one.click()
        one.click()
    open_all(widget)
    walk_lists(widget)
    assert shared(widget) == []
    if widget.run is not None:
        widget.run.cancel()
    widget.close()


@pytest.mark.parametrize("path", recorded("task"), ids=lambda path: path.stem)
def test_forms_of_all_recorded_tasks_on_one_map(path: Path) -> None:
    from gpwidgets.widgets.editors.editor import EditorContext

    task_map = TaskMap()
    form = TaskForm(TaskInfo.from_json(json.loads(path.read_text("utf-8"))), EditorContext(map=task_map))
    for one in find_all(form, "Add a row", role="button"):
        one.click()
    assert shared(form, task_map) == []
    form.close()
    task_map.close()


def test_two_forms_at_once_and_the_service_browser(server: demo.DemoServer) -> None:
    forms = [gp.TaskWidget(server.url_of("BufferPoints")) for _ in range(2)]
    browser = gp.ServiceWidget(server.url)
    choose(browser, "Service", "Elevation")
    see(browser, "This form as Python")
    unreachable = gp.ServiceWidget("http://127.0.0.1:9/arcgis/rest/services")
    see(unreachable, "No connection")
    refused = gp.TaskWidget("http://127.0.0.1:9/arcgis/rest/services/A/GPServer/B")
    assert shared(*forms, browser, unreachable, refused) == []
    for one in (*forms, browser, unreachable, refused):
        one.close()


def test_files_that_are_taken(server: demo.DemoServer) -> None:
    forms = [gp.TaskWidget(server.url_of("BufferPoints")) for _ in range(2)]
    for form in forms:
        choose(form, "Input Points", "A file")
        upload(form, "From this computer", "points.geojson", POINTS.to_json().encode())
        see(form, "Change shapes (2)")
    open_all(forms[0])
    assert shared(*forms) == []
    for form in forms:
        form.close()


def test_signing_in() -> None:
    boxes = [SignInBox(lambda _auth: None) for _ in range(2)]
    sign_in = re.compile("^Sign in$")
    fields = {}
    for way in options(boxes[0], sign_in):
        choose(boxes[0], sign_in, way)
        assert shared(*boxes) == []
        fields[way] = [one.description for one in find_all(boxes[0], role="textbox")]
    assert fields["With a user name"] == ["User name", "Password"]
    assert all(fields.values())
    assert len({tuple(names) for names in fields.values()}) == len(fields)


def test_runs_in_all_states_with_history_and_comparison(server: demo.DemoServer) -> None:
    opened = threading.Event()

    def gated(number: int = 1, *, job: JobContext) -> int:
        """Wait for the test; refuse odd numbers."""
        while not opened.wait(0.02):
            job.check_cancelled()
        if number % 2:
            raise ValueError("odd")
        return number

    with demo.serve() as own:
        widget = gp.TaskWidget(own.publish(gated, name="Gated", output="Number", asynchronous=True))
        press(widget, "Run")
        first = widget.run
        see(widget, "Running")
        assert shared(widget) == []
        for number in (2, 4, 3):
            fill(widget, "Number", str(number))
            assert seen(lambda: bool(find_all(widget, "Run these values too")))
            press(widget, "Run these values too")
        press(widget, "Ask the server to stop run 2")
        assert shared(widget) == []
        opened.set()
        for run in (first, widget.run):
            assert seen(lambda run=run: run.done)
        assert seen(lambda: all(one.run.done for one in widget.runs.earlier))
        for number in (1, 2, 3):
            press(widget, f"Show run {number}")
        history = gp.HistoryWidget()
        assert shared(widget, history) == []
        for one in find_all(history, "Code", role="button"):
            one.click()
        assert shared(widget, history) == []
        alone = gp.RunWidget(widget.run)
        assert shared(widget, history, alone) == []
        for one in (widget, history, alone):
            one.close()


def test_a_run_that_asks_to_sign_in() -> None:
    from types import SimpleNamespace
    from typing import cast

    runs = [gp.Run(cast(Any, SimpleNamespace(name="Count", inputs=())), {}) for _ in range(2)]
    views = [gp.RunWidget(run) for run in runs]
    for run in runs:
        control.update(run, wants_sign_in=True, error=AuthenticationError("expired"))
    assert all(find_all(view, "Token") for view in views)
    assert shared(*views) == []


def test_results_of_all_kinds_on_a_map_with_its_panels(server: demo.DemoServer, tmp_path: Path) -> None:
    task_map = TaskMap()
    values = {
        "Squares": SQUARES,
        "Points": POINTS,
        "Table": pd.DataFrame({"a": range(30)}),
        "Nothing": SQUARES.iloc[:0],
        "Number": 2.5,
        "Length": LinearUnit(5, "esriMiles"),
        "Words": ["a", "b"],
        "Files": [gp.DataFile(url="http://127.0.0.1:9/a.csv"), gp.DataFile(url="http://127.0.0.1:9/b.csv")],
        "Layer": LayerReference("http://127.0.0.1:9/FeatureServer/0"),
    }
    made = Outputs(values, errors={"Broken": ConversionError("no")}, truncated=("Table",))
    views = [ResultsView(made, task_map), ResultsView(made, task_map)]
    task_map.target("A").add({"type": "Point", "coordinates": [1, 1]})
    task_map.select("Squares", (0, 1))
    open_all(task_map)
    assert shared(task_map, *views) == []
    walk_lists(task_map)
    assert shared(task_map, *views) == []
    other = TaskMap()
    other.add_result("Squares", SQUARES)
    other.select("Squares", (0,))
    open_all(other)
    cells = np.arange(16, dtype=np.uint8).reshape(4, 4)
    write_geotiff(tmp_path / "raster.tif", cells, west=8.0, north=47.0, cell=0.01, nodata=255)
    (tmp_path / "table.csv").write_text("a,b\n1,2\n", "utf-8")
    SQUARES.to_file(tmp_path / "squares.geojson")
    previews = [
        one
        for name in ("raster.tif", "table.csv", "squares.geojson")
        for _ in range(2)
        for one in preview_of(tmp_path / name, other)
    ]
    assert shared(task_map, other, *views, *previews) == []


def test_a_comparison_with_its_map() -> None:
    pair = [Outputs({"Squares": SQUARES}), Outputs({"Squares": SQUARES.iloc[:1]})]
    widgets = [gp.CompareWidget(*pair) for _ in range(2)]
    for one in widgets:
        open_all(one)
    assert shared(*widgets) == []


def test_what_is_shared_refuses_to_be_changed() -> None:
    one, two = (lean(w.Button, layout={"width": "auto"}) for _ in range(2))
    assert one.layout is two.layout
    assert one.style is two.style
    for part, name in ((one.layout, "display"), (one.style, "button_color")):
        with pytest.raises(AttributeError, match="Layout of its own"):
            setattr(part, name, "none")
        with pytest.raises(AttributeError, match="Layout of its own"):
            part.set_trait(name, "none")
