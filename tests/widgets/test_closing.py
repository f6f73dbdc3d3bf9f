"""What a widget leaves behind when it is closed, or when it shows something else: nothing."""

from __future__ import annotations

import gc
import importlib
import itertools
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator

import ipyleaflet
import ipywidgets as w
import pytest
from shapely.geometry import Point
from widget_tools import can_find, can_press, choose, press, see, seen

import gpwidgets as gp
import gpwidgets.widgets
from gpwidgets import demo
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.page.open_forms import inputs_for

pytestmark = pytest.mark.usefixtures("no_other_widgets")

TASKS = ("Viewshed", "BufferPoints", "HotSpots", "SlowCount", "ParameterGallery", "ParameterGalleryJob")


@pytest.fixture(scope="module")
def server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


def models() -> int:
    """How many models the kernel has; a page that is reloaded asks for all of them in the same way."""
    gc.collect()
    return len(w.widgets.widget._instances)  # as in get_manager_state, without their states


def left_by(make: Callable[[], w.Widget]) -> int:
    """How many models a widget leaves behind; the first of its kind may leave what all share."""
    make().close()
    before = models()
    made = make()
    assert models() > before
    made.close()
    return models() - before


def test_every_box_of_the_package_closes_what_it_made() -> None:
    for module in pkgutil.walk_packages(gpwidgets.widgets.__path__, "gpwidgets.widgets."):
        importlib.import_module(module.name)
    waiting, kinds = [w.Box, ipyleaflet.WidgetControl], []
    while waiting:
        kinds += (found := waiting.pop().__subclasses__())
        waiting += found
    ours = {kind for kind in kinds if kind.__module__.startswith("gpwidgets.")}
    assert len(ours) > 30
    assert [kind.__name__ for kind in ours if not issubclass(kind, Owner)] == []


@pytest.mark.parametrize("name", TASKS)
def test_a_form_that_is_closed_leaves_nothing(server: demo.DemoServer, name: str) -> None:
    assert left_by(lambda: gp.TaskWidget(server.url_of(name))) == 0


def run_once(widget: gp.TaskWidget) -> None:
    press(widget, "Run")
    assert widget.run is not None, widget.error
    widget.run.wait(60)
    assert seen(lambda: can_find(widget, "Run") and can_press(widget, "Run"))


def test_a_form_that_ran_several_times_leaves_nothing(server: demo.DemoServer) -> None:
    def make() -> gp.TaskWidget:
        widget = gp.TaskWidget(server.url_of("BufferPoints"), values={"Input_Points": Point(7.4, 46.9)})
        for _ in range(3):
            run_once(widget)
        return widget

    assert left_by(make) == 0


def test_runs_of_one_form_leave_a_line_each_and_in_the_end_nothing(server: demo.DemoServer) -> None:
    widget = gp.TaskWidget(server.url_of("BufferPoints"), values={"Input_Points": Point(7.4, 46.9)})
    counts = []
    for number in range(14):
        widget.values = {**widget.values, "Distance": (number + 1, "kilometers")}
        run_once(widget)
        counts.append(models())
    steps = [after - before for before, after in itertools.pairwise(counts)]
    assert max(steps[1:10]) <= 3, steps
    assert set(steps[10:]) == {0}, steps
    widget.close()


def test_an_earlier_run_that_is_opened_and_hidden_leaves_nothing(server: demo.DemoServer) -> None:
    widget = gp.TaskWidget(server.url_of("BufferPoints"), values={"Input_Points": Point(7.4, 46.9)})
    run_once(widget)
    run_once(widget)
    counts = []
    for _ in range(3):
        press(widget, "Show run 1")
        models()
        press(widget, "Show run 1")
        counts.append(models())
    assert len(set(counts)) == 1
    widget.close()


def test_a_form_that_refuses_to_run_leaves_nothing(server: demo.DemoServer) -> None:
    def make() -> gp.TaskWidget:
        widget = gp.TaskWidget(server.url_of("BufferPoints"))
        press(widget, "Run")
        assert widget.error is not None
        return widget

    assert left_by(make) == 0


def test_tasks_that_are_picked_one_after_the_other_leave_nothing(server: demo.DemoServer) -> None:
    widget = gp.ServiceWidget(server.url)

    def pick(service: str) -> None:
        choose(widget, "Service", service)
        see(widget, "This form as Python")

    def round_trip() -> int:
        for service in ("Proximity", "Waiting", "Elevation"):
            pick(service)
        return models()

    round_trip()
    first = round_trip()
    assert [round_trip() for _ in range(2)] == [first, first]
    widget.close()


def test_the_map_of_the_user_is_as_it_was(server: demo.DemoServer) -> None:
    theirs = ipyleaflet.Map(layers=(), zoom=3)
    marker = ipyleaflet.Marker(location=(1, 2))
    theirs.add(marker)
    controls = theirs.controls

    def make() -> gp.TaskWidget:
        widget = gp.TaskWidget(
            server.url_of("BufferPoints"), map=theirs, values={"Input_Points": Point(7.4, 46.9)}
        )
        run_once(widget)
        assert len(theirs.layers) > 1
        assert len(theirs.controls) > len(controls)
        return widget

    assert left_by(make) == 0
    assert theirs.layers == (marker,)
    assert theirs.controls == controls
    assert theirs.comm is not None


def test_a_map_that_two_forms_are_on_goes_with_the_last(server: demo.DemoServer) -> None:
    one = gp.TaskWidget(server.url_of("BufferPoints"))
    assert one.map is not None
    two = gp.TaskWidget(server.url_of("Viewshed"), map=one.map.map)
    one.close()
    models()
    assert two.map is not None
    assert two.map.map.comm is not None
    two.close()
    models()


def test_a_closed_form_is_no_target_for_results(server: demo.DemoServer) -> None:
    before = inputs_for()
    widget = gp.TaskWidget(server.url_of("BufferPoints"))
    assert len(inputs_for()) == len(before) + 1
    widget.close()
    assert inputs_for() == before


def test_closing_twice_and_closing_all_is_no_mistake(server: demo.DemoServer) -> None:
    widget = gp.TaskWidget(server.url_of("BufferPoints"))
    widget.close()
    widget.close()
    gp.TaskWidget(server.url_of("BufferPoints"))
    w.Widget.close_all()
    assert models() == 0


@pytest.mark.parametrize(
    "call",
    [
        "gp.TaskWidget('http://127.0.0.1:9/x', valuess={})",
        "gp.TaskWidget('http://127.0.0.1:9/arcgis/rest/services/A/GPServer/B', values=5)",
        "gp.TaskWidget()",
        "gp.TaskWidget('http://127.0.0.1:9/arcgis/rest/services/A/GPServer/B', map=5)",
        "gp.ServiceWidget()",
        "gp.ServiceWidget('http://127.0.0.1:9/x', outh=1)",
        "gp.RunWidget()",
        "gp.RunWidget(5)",
        "gp.HistoryWidget(page_size='8')",
        "gp.HistoryWidget(pages=3)",
    ],
)
def test_a_widget_that_cannot_be_made_says_so_once(call: str) -> None:
    code = f"import gpwidgets as gp\ntry:\n    made = {call}\nexcept (TypeError, AttributeError):\n    pass"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
