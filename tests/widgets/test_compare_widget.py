"""Two runs side by side, as a widget."""

import re
from collections.abc import Callable

import geopandas
import pandas as pd
import pytest
from shapely.geometry import Point
from widget_tools import choose, find_all, html_of, options, see, seen, text_of

import gpwidgets as gp
from gpwidgets.protocol.responses.replies import GPMessage
from gpwidgets.widgets.history_widget import HistoryWidget
from gpwidgets.widgets.map.task_map import TaskMap


def buffers(server, distance: str, *points: Point) -> gp.Outputs:
    frame = geopandas.GeoDataFrame(geometry=list(points), crs=4326)
    return gp.GPTask(server.url_of("BufferPoints"))(Input_Points=frame, Distance=distance)


def test_what_differs_is_told_and_drawn(server) -> None:
    first = buffers(server, "2 km", Point(8, 50), Point(9, 51))
    second = buffers(server, "3 km", Point(8, 50))
    widget = gp.CompareWidget(first, second, names=("near", "far"))
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
    for words in ("All inputs are the same", "All results are the same", "Buffers: the same shapes"):
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


def hot_spots(shift: float = 0.0, *, only: int | None = None) -> gp.Outputs:
    """Cells with a z-score each; `shift` changes that of all, or of one."""
    scores = [number / 10 + (shift if only in (None, number) else 0.0) for number in range(40)]
    cells = [Point(number % 8, number // 8).buffer(0.4) for number in range(40)]
    names = [f"cell {number}" for number in range(40)]
    frame = geopandas.GeoDataFrame({"NAME": names, "GiZScore": scores}, geometry=cells, crs=4326)
    return gp.Outputs({"HotSpots": frame, "Total": 40 + shift})


def test_values_that_differ_are_counted_told_and_shown() -> None:
    widget = gp.CompareWidget(hot_spots(), hot_spots(0.25), names=("May", "June"))
    text = text_of(widget)
    assert "40 of 40 rows differ (matched by geometry)" in text
    assert "GiZScore: 40 rows, by 0.25 at most, 0.25 on average" in text
    assert "they differ by 0.25" in text
    assert "All results are the same." not in text
    for words in ("GiZScore (May)", "GiZScore (June)", "GiZScore (difference)", "cell 7"):
        assert words in text
    (layer,) = widget.map.results.values()
    assert layer.name.endswith("HotSpots, values differ")
    widget.close()


def test_one_row_of_many_is_found() -> None:
    widget = gp.CompareWidget(hot_spots(), hot_spots(1.5, only=7))
    text = text_of(widget)
    assert "1 of 40 rows differs (matched by geometry)" in text
    assert "cell 7" in text
    assert "cell 8" not in text


def test_the_user_chooses_what_rows_are_matched_by() -> None:
    first, second = hot_spots(), hot_spots(0.25, only=3)
    second["HotSpots"]["geometry"] = second.HotSpots.geometry.translate(0.01)
    widget = gp.CompareWidget(first, second)
    assert "40 rows only in first run" in text_of(widget)
    assert options(widget, "Match rows by") == ["geometry (chosen for you)", "NAME", "GiZScore"]
    choose(widget, "Match rows by", "NAME")
    assert "1 of 40 rows differs (matched by NAME)" in text_of(widget)
    assert "HotSpots, values differ" in widget.map.results
    choose(widget, "Match rows by", "geometry (chosen for you)")
    assert "HotSpots, values differ" not in widget.map.results
    widget.close()


def test_a_key_is_given_by_code_too() -> None:
    first, second = hot_spots(), hot_spots(0.25, only=3)
    second["HotSpots"]["geometry"] = second.HotSpots.geometry.translate(0.01)
    assert "matched by NAME" in text_of(gp.CompareWidget(first, second, key="NAME"))
    assert "All rows are the same" not in text_of(gp.CompareWidget(first, second, key="NAME"))
    assert "0.25" not in text_of(gp.CompareWidget(hot_spots(), hot_spots(0.25), tolerance=0.3))


def test_rows_of_tables_that_only_one_run_has_are_shown() -> None:
    tables = [
        pd.DataFrame({"CODE": codes, "N": range(len(codes))}) for codes in (["01", "02"], ["01", "02", "03"])
    ]
    widget = gp.CompareWidget(*(gp.Outputs({"Counts": table}) for table in tables), names=("A", "B"))
    text = text_of(widget)
    assert "1 row only in B" in text
    assert "Counts, rows of one run only" in text
    assert "03" in text


def test_equal_names_are_told_apart() -> None:
    text = html_of(gp.CompareWidget(hot_spots(), hot_spots(1), names=("Run", "Run")))
    assert "Run (1)" in text
    assert "Run (2)" in text


@pytest.mark.usefixtures("own_history")
def test_runs_of_one_minute_get_names_that_differ(server) -> None:
    task = gp.GPTask(server.url_of("SlowCount"))
    for steps in (2, 3):
        task(Seconds=0, Steps=steps)
    widget = HistoryWidget()
    for button in find_all(widget, "Compare", "button")[:2]:
        button.click()
    see(widget, "What differs")
    heads = re.findall(r'<th scope="col">(Slow Count[^<]*)</th>', html_of(widget))
    assert len(set(heads[:2])) == 2
    widget.close()
