"""Several outputs are tabs that say what there is; what nobody looks at is not made."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import ipywidgets as w
import pandas as pd
import pytest
from widget_tools import html_of, open_tab, press, shown, tab_titles, text_of

from gpwidgets import set_language
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import DataFile, LayerReference, RasterData
from gpwidgets.protocol.values.units import ArealUnit
from gpwidgets.secrets import SecretText
from gpwidgets.tasks.results.outputs import Outputs
from gpwidgets.widgets.map.task_map import TaskMap
from gpwidgets.widgets.results._table import FrameTable
from gpwidgets.widgets.results.results import ResultsView


def places(count: int = 3) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(range(count), range(count))
    return gpd.GeoDataFrame({"name": [f"place {n}" for n in range(count)]}, geometry=points, crs=4326)


def below(widget: w.Widget, kind: type) -> Iterator[Any]:
    """All of a kind, seen or not."""
    for child in getattr(widget, "children", ()):
        yield from [child] if isinstance(child, kind) else []
        yield from below(child, kind)


def tables(view: ResultsView) -> list[FrameTable]:
    return [one for one in shown(view) if isinstance(one, FrameTable)]


def test_one_output_has_no_tabs_and_its_heading() -> None:
    view = ResultsView(Outputs({"Places": places()}))
    assert tab_titles(view) == []
    assert 'title="Places">Places</h4>' in html_of(view)


@pytest.mark.parametrize(
    ("value", "title"),
    [
        (places(212), "X (212)"),
        (places(0), "X (0)"),
        (pd.DataFrame({"a": range(1234)}), "X (1,234)"),
        (RasterData(url="http://127.0.0.1/dem.tif", format="tif"), "X (1 raster)"),
        ([DataFile(url="http://127.0.0.1/a.txt"), DataFile(url="http://127.0.0.1/b.txt")], "X (2 files)"),
        ([1, 2, 3], "X (3 values)"),
        ([], "X (no value)"),
        (None, "X (no value)"),
        ("A long report", "X (text)"),
        ({"a": 1}, "X (JSON)"),
        (
            LayerReference("http://127.0.0.1/arcgis/rest/services/S/FeatureServer/0"),
            "X (layer on the server)",
        ),
        (2.5, "X: 2.5"),
        (True, "X: yes"),
        (ArealUnit(3, "esriHectares"), "X: 3 hectares"),
        (datetime.date(2024, 5, 1), "X: 2024-05-01"),
    ],
)
def test_a_tab_says_what_there_is(value: Any, title: str) -> None:
    view = ResultsView(Outputs({"First": 1, "X": value}))
    assert tab_titles(view) == ["First: 1", title]
    open_tab(view, title)
    assert "The kernel makes this" not in text_of(view)


def test_trouble_stands_in_the_titles() -> None:
    outputs = Outputs(
        {"Part": places(5), "Perhaps": places(5)},
        errors={"Gone": ConversionError("it is no JSON")},
        truncated=("Part",),
        doubtful=("Perhaps",),
    )
    view = ResultsView(outputs)
    assert tab_titles(view) == ["Part (5, not complete)", "Perhaps (5 or more)", "Gone (failed)"]
    assert "Not complete" in html_of(view)
    open_tab(view, "Gone (failed)")
    assert "it is no JSON" in html_of(view)


def test_what_is_hidden_stays_so_and_names_of_servers_become_no_html() -> None:
    parameters = {
        "Key": GPParameter("Key", "GPStringHidden", display_name="Key"),
        "Long": GPParameter("Long", "GPString", display_name="<b>A title</b>\n" + "that goes on " * 20),
    }
    view = ResultsView(Outputs({"Key": SecretText("s3cr3t"), "Long": "x"}, parameters=parameters))
    hidden, long = tab_titles(view)
    assert hidden == "Key (hidden)"
    assert long.startswith("<b>A title</b> that goes on")  # Jupyter shows titles as plain text
    assert long.endswith("… (text)")
    assert len(long) < 60
    open_tab(view, long)
    assert "&lt;b&gt;A title&lt;/b&gt;" in html_of(view)  # the whole of it
    assert "s3cr3t" not in html_of(view)


def test_a_tab_that_nobody_opens_costs_no_table_and_is_on_the_map_all_the_same() -> None:
    task_map = TaskMap()
    view = ResultsView(Outputs({"A": places(), "B": places(40), "C": 1}), task_map)
    assert list(task_map.results) == ["A", "B"]
    (first,) = tables(view)
    open_tab(view, "C: 1")
    assert list(below(view, FrameTable)) == [first]
    open_tab(view, "B (40)")
    (second,) = tables(view)
    assert len(second.frame) == 40
    open_tab(view, "A (3)")
    assert tables(view) == [first]
    view.close()
    assert list(task_map.results) == ["A", "B"]


def test_outputs_that_a_preset_leaves_out_are_tabs_among_themselves() -> None:
    view = ResultsView({"A": 1, "B": places(), "C": "x"}, first=["B"])
    assert tab_titles(view) == []
    assert "3 features" in text_of(view)
    press(view, "Other outputs (2)")
    assert tab_titles(view) == ["A: 1", "C (text)"]


def test_titles_have_the_separators_of_the_language() -> None:
    set_language("de")
    try:
        view = ResultsView({"A": 1, "B": pd.DataFrame({"a": range(12345)})})
    finally:
        set_language("en")
    assert tab_titles(view)[1] == "B (12\N{NARROW NO-BREAK SPACE}345)"
