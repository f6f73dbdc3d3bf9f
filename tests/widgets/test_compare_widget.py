"""Two runs side by side, as a widget."""

from collections.abc import Callable

import geopandas
import pytest
from shapely.geometry import Point
from widget_tools import html_of, seen

import gpwidgets as gp
from gpwidgets.protocol.replies import GPMessage
from gpwidgets.widgets.history import HistoryWidget
from gpwidgets.widgets.map import TaskMap


def buffers(server, distance: str, *points: Point) -> gp.Outputs:
    frame = geopandas.GeoDataFrame(geometry=list(points), crs=4326)
    return gp.GPTask(server.url_of("BufferPoints"))(Input_Points=frame, Distance=distance)


def test_what_differs_is_told_and_drawn(server) -> None:
    first = buffers(server, "2 km", Point(8, 50), Point(9, 51))
    second = buffers(server, "3 km", Point(8, 50))
    widget = gp.CompareWidget(first, second, ("near", "far"))
    text = html_of(widget)
    assert "<td>2 kilometers</td><td>3 kilometers</td>" in text
    assert "2 features" in text
    assert "Buffers, only near: 2 (dashed line)" in text
    assert "Buffers, only far: 1 (whole line)" in text
    far, near = widget.map.results.values()
    assert near.style["dashArray"]
    assert "dashArray" not in far.style
    assert near.style["color"] != far.style["color"]
    near.opacity = 0.5
    assert near.style["dashArray"]
    widget.close()


def test_runs_that_are_alike_say_so_and_need_no_map(server) -> None:
    pair = [buffers(server, "2 km", Point(8, 50)) for _ in range(2)]
    widget = gp.CompareWidget(*pair)
    assert widget.map is None
    for words in ("All inputs are the same", "All results look alike", "Buffers: the same shapes"):
        assert words in html_of(widget)


def test_shapes_leave_a_map_of_somebody_else(server) -> None:
    task_map = TaskMap()
    pair = [buffers(server, distance, Point(8, 50)) for distance in ("2 km", "3 km")]
    widget = gp.CompareWidget(*pair, map=task_map)
    assert len(task_map.results) == 2
    widget.close()
    assert task_map.results == {}


def test_what_tools_say_is_text() -> None:
    def said(text: str) -> gp.Outputs:
        messages = GPMessage.list_from_json([{"type": "esriJobMessageTypeInformative", "description": text}])
        return gp.Outputs({"<i>n</i>": text}, messages=messages)

    text = html_of(gp.CompareWidget(said("<script>1</script>"), said("two")))
    assert "<script>" not in text
    assert "<i>" not in text
    assert "&lt;script&gt;" in text
    assert "Only first run:" in text


@pytest.mark.usefixtures("own_history")
def test_two_runs_of_the_history_are_compared(server) -> None:
    task = gp.GPTask(server.url_of("SlowCount"))
    for steps in (2, 3):
        task(Seconds=0, Steps=steps)
    with pytest.raises(gp.RunError):
        task(Seconds=0, Steps=2, Fail=True)
    widget = HistoryWidget()
    failed, three, two = (row for row in widget.rows if row.entry is not None)
    assert failed.buttons["Compare"].disabled
    two.buttons["Compare"].click()
    assert "another run" in html_of(widget.shown)
    three.buttons["Compare"].click()
    assert _shown(widget, lambda shown: isinstance(shown, gp.CompareWidget))
    text = html_of(widget.shown)
    assert '<th scope="row">Steps</th><td>2</td><td>3</td>' in text
    assert "Slow Count, today" in text
    widget.close()


def _shown(widget: HistoryWidget, condition: Callable[[object], bool]) -> bool:
    return seen(lambda: condition(widget.shown))


@pytest.mark.usefixtures("own_history")
def test_results_of_an_earlier_run_come_back_with_its_inputs(server) -> None:
    gp.GPTask(server.url_of("SlowCount"))(Seconds=0, Steps=4)
    found = gp.history()[0].outputs()
    assert found.Steps_Done == 4
    assert found.provenance["inputs"]["Steps"] == "4"
