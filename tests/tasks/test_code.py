"""The Python that a form stands for: it runs, it gives the same, and it holds no secret."""

import ast
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
from hard_values import HARD, dates, many, numbers, parsed, some_features, texts
from hypothesis import HealthCheck, Phase, given, settings
from shapely.geometry import Point

import gpwidgets as gp
from gpwidgets.client.services import resources
from gpwidgets.protocol.values import CompositeValue
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
        (datetime(2020, 1, 2), "datetime.datetime(2020, 1, 2, 0, 0)"),
        (pd.NaT, "None"),
        (float("inf"), "1e309"),
        (float("nan"), "float('nan')"),
        (geopandas.GeoSeries([Point(1, 2)], crs=3857), "from_wkt(['POINT (1 2)'], crs='EPSG:3857')"),
    ],
)
def test_values_that_were_not_checked_are_written_as_python_too(given: object, written: str) -> None:
    code = call_code("https://a.example/rest/services/S/GPServer/T", {"In ": given}, ())
    assert written in code
    ast.parse(code)


def test_a_value_that_no_task_takes_is_refused() -> None:
    with pytest.raises(gp.ConversionError, match="type object"):
        call_code("https://a.example/rest/services/S/GPServer/T", {"In": object()}, ())


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


# The same request


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """The fields of each run, as they are sent."""
    sent: list[dict[str, str]] = []
    execute = resources.execute

    def kept(session: Any, url: Any, fields: Any) -> Any:
        sent.append(dict(fields))
        return execute(session, url, fields)

    monkeypatch.setattr(resources, "execute", kept)
    return sent


def requests_of_code(
    task: gp.GPTask, given: dict[str, Any], requests: list[dict[str, str]], monkeypatch: Any, folder: Path
) -> str:
    """Run the task and its code, and see that both send the same; the code."""
    requests.clear()
    task(**given)
    code = task.code(given, folder=folder)
    run_code(code, monkeypatch)
    assert parsed(requests[1]) == parsed(requests[0])
    return code


@pytest.mark.parametrize("name", HARD)
def test_the_code_sends_the_same_request(gallery, monkeypatch, requests, tmp_path, own_history, name) -> None:
    given = HARD[name]
    code = requests_of_code(gallery, given, requests, monkeypatch, tmp_path)
    assert "..." not in code
    assert gp.history()[1].code(folder=tmp_path) == code
    assert len(code) < 8000


#: As in the test of hostile values; each of these is two runs.
CODES = int(os.environ.get("GPWIDGETS_CODES", "400"))


@settings(max_examples=CODES // 16, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(frame=some_features(), text=texts, number=numbers, moment=dates)
def test_any_values_are_the_same_request(
    gallery, monkeypatch, requests, tmp_path, own_history, frame, text, number, moment
) -> None:
    given = {"Input_Points": frame, "Input_String": text, "Input_Double": number, "Input_Date": moment}
    code = requests_of_code(gallery, given, requests, monkeypatch, tmp_path)
    assert gp.history()[1].code(folder=tmp_path) == code


def test_a_file_of_features_is_written_once_and_never_over_another(
    gallery, monkeypatch, requests, tmp_path
) -> None:
    given = {"Input_Points": many}
    code = requests_of_code(gallery, given, requests, monkeypatch, tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.suffix == ".gpkg"
    assert f"# {path.name} holds the 400 features of Input_Points." in code
    assert len(geopandas.read_file(path)) == 400
    before = path.read_bytes()
    assert gallery.code(given, folder=tmp_path) == code
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]
    path.write_text("mine")
    other = requests_of_code(gallery, given, requests, monkeypatch, tmp_path)
    assert path.read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 2
    assert path.name not in other


@pytest.mark.parametrize(
    "columns",
    [{"A": 1, "a": 2}, {"fid": "x"}, {"geom": 1}, {"T": "a\x00b"}],
    ids=["names that differ by case", "fid", "geom", "a null character"],
)
def test_rows_that_a_geopackage_changes_are_written_as_json(
    gallery, monkeypatch, requests, tmp_path, columns
) -> None:
    given = {"Input_Points": many[["geometry"]].assign(**columns)}
    code = requests_of_code(gallery, given, requests, monkeypatch, tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.suffix == ".json"
    assert path.name in code


def test_a_file_lies_beside_the_notebook_under_its_bare_name(gallery, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    code = gallery.code({"Input_Points": many})
    (path,) = tmp_path.iterdir()
    assert f"Input_Points='{path.name}'" in code


def test_where_no_file_can_be_written_all_stands_in_the_code(
    gallery, monkeypatch, requests, tmp_path
) -> None:
    (tmp_path / "a file").write_text("")
    folder = tmp_path / "a file" / "folder"
    code = requests_of_code(gallery, {"Input_Points": many}, requests, monkeypatch, folder)
    assert "could not be written into a file" in code


def test_secrets_in_columns_reach_neither_code_nor_file(gallery, tmp_path) -> None:
    told = many.assign(URL="https://h/a?token=SECRETMARK")
    for frame in (told.iloc[:1], told):
        assert "SECRETMARK" not in gallery.code({"Input_Points": frame}, folder=tmp_path)
    (path,) = tmp_path.iterdir()
    assert b"SECRETMARK" not in path.read_bytes()


def test_the_token_of_a_layer_is_asked_for_by_the_history_too(
    server, gallery, own_history, monkeypatch
) -> None:
    layer = gp.LayerReference(f"{server.url}/L/FeatureServer/0", auth=gp.Token("SECRETMARK"))
    given = {"Input_Points": layer}
    gallery.start(**given).wait(60)
    code = gallery.code(given)
    assert "getpass.getpass('Token of the layer: ')" in code
    assert gp.history()[0].code() == code
