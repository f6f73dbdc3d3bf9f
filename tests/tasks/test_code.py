"""The Python that a form stands for: it runs, it gives the same, and it holds no secret."""

import ast
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import Point

import gpwidgets as gp
from gpwidgets.protocol.datatypes.composite import CompositeValue
from gpwidgets.tasks.code import call_code


def run_code(code: str, monkeypatch: pytest.MonkeyPatch, typed: str = "") -> Any:
    """What `out` is after running the code, with `typed` at every question."""
    monkeypatch.setattr("getpass.getpass", lambda prompt="": typed)
    names: dict[str, Any] = {}
    exec(compile(code, "code", "exec"), names)  # it is our own code that is tested
    return names["out"]


VALUES = {
    "Boolean": True,
    "Long": 999_999_999_999,
    "Double": -0.1,
    "String": "He said \"no\"\n\\ and '''left''' {braces} \u202e",
    "Choice": "GEODESIC",
    "Date": datetime(1932, 1, 1, 12, 30, tzinfo=UTC),
    "Linear_Unit": gp.LinearUnit(345.678, "esriMiles"),
    "Areal_Unit": gp.ArealUnit(50, "esriSquareMiles"),
    "Time_Unit": gp.TimeUnit(3, "esriTimeUnitsYears"),
    "Layer": "Street Lights",
    "Field": "VALUE",
    "File": gp.DataFile(url="https://organization.example.com/a.csv"),
    "Raster": gp.RasterData(url="https://organization.example.com/lake.tif"),
    "Strings": ["Davis", "a, b", ""],
    "Linear_Units": [gp.LinearUnit(1, "esriFeet")],
    "Value_Table": [[1, "small", gp.LinearUnit(5, "esriMeters"), True], [2, "large", None, None]],
    "Composite": CompositeValue("GPLinearUnit", gp.LinearUnit(10, "esriMeters")),
    "Extent": gp.Extent(0.0, 1.0, 2.0, 3.0, gp.SpatialReference(4326)),
    "Spatial_Reference": gp.SpatialReference(3857),
}


@pytest.fixture(scope="module")
def gallery(server) -> gp.GPTask:
    return gp.GPTask(server.url_of("ParameterGallery"))


@pytest.mark.parametrize("checked", [False, True])
def test_the_code_gives_the_same_as_the_call(gallery, monkeypatch, checked: bool) -> None:
    given = {f"Input_{name}": value for name, value in VALUES.items()}
    expected = gallery(**given)
    code = gallery.code(gallery.check(given) if checked else given)
    got = run_code(code, monkeypatch)
    for name in VALUES:
        assert got[f"Output_{name}"] == expected[f"Output_{name}"], name


def test_small_geometry_is_written_out(server, monkeypatch) -> None:
    task = gp.GPTask(server.url_of("BufferPoints"))
    frame = geopandas.GeoDataFrame(geometry=[Point(10.75, 59.91), None], crs=4326)
    given = {"Input_Points": frame, "Distance": gp.LinearUnit(5, "esriKilometers")}
    got = run_code(task.code(given), monkeypatch)
    assert got.Buffers.geometry.geom_equals(task(**given).Buffers.geometry).all()


@pytest.mark.parametrize(
    "value", [Point(8, 50), "POINT (8 50)", [Point(8, 50)], {"type": "Point", "coordinates": [8, 50]}]
)
def test_geometry_in_any_form_is_written_out_once_checked(server, monkeypatch, value: object) -> None:
    task = gp.GPTask(server.url_of("BufferPoints"))
    got = run_code(task.code(task.check({"Input_Points": value})), monkeypatch)
    assert got.Buffers.geometry.iloc[0].contains(Point(8, 50))


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (Point(1, 2), "'POINT (1 2)'"),
        (Path("data") / "a b.csv", repr(str(Path("data") / "a b.csv"))),
        (np.float64(2.5), "2.5"),
        (np.int64(7), "7"),
        (
            pd.Timestamp("2020-01-02T03:04", tz="Europe/Oslo"),
            "datetime.datetime(2020, 1, 2, 2, 4, tzinfo=datetime.",
        ),
        (date(2020, 1, 2), "datetime.date(2020, 1, 2)"),
        (object(), "in_ = ...  # a value of type object"),
        (geopandas.GeoSeries([Point(1, 2)], crs=3857), "from_wkt(['POINT (1 2)'], crs='EPSG:3857')"),
    ],
)
def test_values_that_were_not_checked_are_written_as_python_too(given: object, written: str) -> None:
    code = call_code("https://a.example/rest/services/S/GPServer/T", {"In ": given}, ())
    assert written in code
    ast.parse(code)


def test_large_geometry_and_tables_are_names_to_fill_in(gallery) -> None:
    many = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(range(500), range(500)), crs=4326)
    named = geopandas.GeoDataFrame({"NAME": ["a"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=3857)
    table = pd.DataFrame({"VALUE": [1.0]})
    code = gallery.code({"Input_Points": many, "Input_Polygons": named, "Input_Records": table})
    ast.parse(code)
    assert "input_points = ...  # a GeoDataFrame of 500 features in EPSG:4326" in code
    assert "input_polygons = ...  # a GeoDataFrame of 1 features in EPSG:3857" in code
    assert "Input_Records=input_records" in code
    assert len(code) < 2000


def test_nothing_given_is_a_call_without_arguments(gallery, monkeypatch) -> None:
    assert "out = task()" in gallery.code({})
    assert "None" not in gallery.code({"Input_String": None})
    assert run_code(gallery.code({}), monkeypatch).Output_Choice == "PLANAR"


def test_awkward_names_and_texts_stay_what_they_are(server, monkeypatch) -> None:
    task = gp.GPTask(server.url_of("Count words - quickly"))
    given = {"Text to count": "a b c", "class": "'''\"\\", "how-to": "letters & digits"}
    got = run_code(task.code(given), monkeypatch)
    assert (got["Number of words"], got["text-out"]) == (3, "'''\"\\")


def test_code_of_a_secured_task_asks_for_the_token(server, monkeypatch) -> None:
    token = server.token_for()
    task = gp.GPTask(server.url_of("SecuredCount"), gp.Token(token))
    code = task.code({"Seconds": 0.0, "Steps": 2})
    assert token not in code
    assert run_code(code, monkeypatch, typed=token).Steps_Done == 2


def test_hidden_text_is_asked_for_and_never_written(gallery, monkeypatch) -> None:
    code = gallery.code({"Input_Hidden": "between us"})
    assert "between us" not in code
    assert run_code(code, monkeypatch, typed="between us").Output_Hidden == "between us"


def test_code_is_plain_python_whatever_a_server_names_its_inputs(own_server) -> None:
    def tool(text: str = "") -> str:
        """Echo."""
        return text

    task = gp.GPTask(own_server.publish(tool, name="x'); import os; os.abort() #", output="Out"))
    calls = [
        node for node in ast.walk(ast.parse(task.code({"Text": "'); boom("}))) if isinstance(node, ast.Call)
    ]
    assert sorted(ast.unparse(call.func) for call in calls) == ["gp.GPTask", "task"]
