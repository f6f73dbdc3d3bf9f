"""What a user reads is never written as Python writes it, whatever the task, its values and its results."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import ipywidgets as w
import pandas as pd
import pytest
import shapely
from recorded import recorded, recorded_root
from widget_tools import can_find, finish, html_of, names_of, plain, press, shown, text_of

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.datatypes.kinds.value_table import ValueTableType
from gpwidgets.protocol.description import GPParameter, TaskInfo
from gpwidgets.tasks.results.outputs import summary
from gpwidgets.widgets.form.form import TaskForm

pytestmark = [pytest.mark.once, pytest.mark.filterwarnings("ignore::gpwidgets.errors.GPWarning")]

#: How Python writes values.
PYTHON = re.compile(
    r"<class|object at 0x|\b(None|nan|NaN|NaT|True|False|UNSET)\b|<NA>|\bdtype|\w\(\w+=|Timestamp\(|"
    r"datetime\.|[\[({]['\"]|\[\d|\[\[|, \d+\)|\bb'|\bnp\.|PosixPath|\w+Error\(|<[A-Z]\w+ '"
)
#: Folds that show code and requests, which are written in Python and JSON.
CODE = ("This form as Python", "Save, share, look inside", "Requests of this run")
#: The buttons of a list of choices, and an expression of SQL.
OURS = ("All\nNone\n", "None\nNone of ", "KIND IN ('a', 'b')")

POINTS = [shapely.Point(-84.25, 36.32), shapely.Point(-84.2, 36.3)]
SHAPES: dict[str, list[Any]] = {
    "esriGeometryPolyline": [shapely.LineString([(-84, 36), (-84.1, 36.1)])] * 2,
    "esriGeometryPolygon": [shapely.box(-84.3, 36.2, -84, 36.4)] * 2,
    "esriGeometryMultipoint": [shapely.MultiPoint(POINTS)] * 2,
}
EXAMPLES: dict[str, Any] = {
    "GPString": "abc",
    "GPLong": 7,
    "GPDouble": 2.5,
    "GPBoolean": True,
    "GPDate": datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=datetime.UTC),
    "GPLinearUnit": "5 km",
    "GPArealUnit": "3 ha",
    "GPTimeUnit": "2 days",
    "GPRecordSet": pd.DataFrame({"a": [1, 2], "b": ["x", None]}),
    "GPExtent": (8, 47, 9, 48),
    "GPEnvelope": (8, 47, 9, 48),
    "GPSpatialReference": 25832,
    "GPCoordinateSystem": 25832,
    "GPSQLExpression": "A > 1",
    "GPDataFile": "https://host.example/places.csv",
    "GPRasterData": "https://host.example/dem.tif",
    "GPRasterDataLayer": "https://host.example/arcgis/rest/services/Dem/ImageServer",
}


def example(one: GPParameter) -> Any:
    """A value for an input; None where none is given."""
    if one.choices:
        return one.choices[-1].value
    if one.data_type == "GPFeatureRecordSetLayer":
        shapes = SHAPES.get(str(next(iter(one.geometry_types), "")), POINTS)
        columns = {"A": [1, None], "when": pd.to_datetime(["2024-01-01", None])}
        return geopandas.GeoDataFrame(columns, geometry=shapes, crs=4326)
    if one.is_multi:
        member = example(one.member)
        return None if member is None else [member, member]
    if one.data_type == "GPValueTable":
        return [[example(column) for column in ValueTableType.columns(one)]] * 2
    if one.data_type == "GPComposite" and one.parameter_infos:
        return example(one.parameter_infos[0])
    return EXAMPLES.get(one.data_type)


def all_words(widget: w.Widget) -> str:
    """All that can be read: texts, labels, tooltips, lists, what boxes hold."""
    said = [text_of(widget), *re.findall(r'(?:title|aria-label)="([^"]*)"', html_of(widget))]
    for one in shown(widget):
        said += names_of(one)
        said += map(str, getattr(one, "_options_labels", ()) or getattr(one, "options", ()) or ())
        said += [str(one.value)] if isinstance(one, w.Text | w.Textarea) else []
    return "\n".join(said)


def texts_in(served: Any) -> Iterator[str]:
    """All texts that a server has sent, as they are shown."""
    if isinstance(served, str):
        yield plain(served) if "<" in served or "&" in served else " ".join(served.split())
    elif isinstance(served, dict | list):
        for part in served.values() if isinstance(served, dict) else served:
            yield from texts_in(part)


def check(text: str, served: Any) -> None:
    """Fail for a text with Python in it that is not in the server's own words."""
    for part in OURS:
        text = text.replace(part, "")
    texts = set(texts_in(served))
    text = "\n".join(line for line in text.splitlines() if line not in texts)  # such as a choice "None"
    known = "\n".join(texts)
    found = {
        text[max(0, one.start() - 40) : one.end() + 40]
        for one in PYTHON.finditer(text)
        if " ".join(text[max(0, one.start() - 6) : one.end() + 6].split()) not in known
    }
    assert found == set()


def open_all(widget: w.Widget) -> None:
    """Open everything that is folded away, but for code."""
    for one in list(shown(widget)):
        is_fold = (
            isinstance(one, w.ToggleButton)
            and "gpw-fold-title" in one.get_state("_dom_classes")["_dom_classes"]
        )
        if is_fold and not one.value and one.description not in CODE:
            one.set_state({"value": True})


def give(form: Any, inputs: tuple[GPParameter, ...]) -> None:
    """Fill in each input that has no value yet."""
    values = {one.name: example(one) for one in inputs if one.name not in form.values}
    form.values = {**form.values, **{name: value for name, value in values.items() if value is not None}}


@pytest.fixture(scope="module")
def server() -> Iterator[demo.DemoServer]:
    with demo.serve() as running:
        yield running


TASKS = ("BufferPoints", "Viewshed", "HotSpots", "ParameterGalleryJob", "SlowCount")


@pytest.mark.parametrize("name", TASKS)
def test_a_form_its_run_and_its_results(server: demo.DemoServer, name: str) -> None:
    form = gp.TaskWidget(server.url_of(name), values={"Seconds": 0} if name == "SlowCount" else {})
    give(form, form.task.inputs)
    open_all(form)
    served = form.task.session.get_json(form.task.url.task)
    check(all_words(form), served)
    press(form, "Run")
    finish(form.run)
    check(str(form.run.error or ""), served)
    open_all(form)
    for text in (all_words(form), plain(form.snapshot()), plain(form.run._repr_html_())):
        check(text, served)
    if form.outputs is not None:
        check(plain(form.outputs._repr_html_()), served)
    press(form, "Run")
    assert can_find(form, "Show run 1")
    check(all_words(form), served)
    finish(form.run)
    form.close()


@pytest.mark.skipif(recorded_root() is None, reason="needs GPWIDGETS_RECORDED")
def test_the_forms_of_all_recorded_tasks() -> None:
    paths: list[Path] = recorded("task")
    assert len(paths) > 70
    for path in paths:
        served = json.loads(path.read_text(encoding="utf-8"))
        info = TaskInfo.from_json(served)
        form = TaskForm(info)
        give(form, info.inputs)
        open_all(form)
        form.check()
        check(all_words(form), served)
        for value in form.values.values():
            check("" if isinstance(value, str) else summary(value), served)
        form.close()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (["Red", "Blue, dark"], "Red, Blue, dark"),
        ([[7, "small", gp.LinearUnit(5, "km"), True], [8, None]], "7, small, 5 kilometers, Yes; 8, no value"),
        ({"a": [1, 2], "b": None}, "a: 1, 2, b: no value"),
        ([], "empty"),
        (None, "no value"),
        (False, "No"),
        ("it's\nso", '"it\'s so"'),
    ],
)
def test_values_in_half_a_line(value: Any, words: str) -> None:
    assert summary(value) == words
