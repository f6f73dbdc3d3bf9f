"""Settings that were saved give the same request again, wherever they are loaded."""

from __future__ import annotations

import contextlib
import importlib.resources
import json
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import geopandas
import jsonschema
import pytest
from hard_values import HARD, dates, numbers, parsed, some_features, texts
from hypothesis import HealthCheck, Phase, given, settings
from recorded import recorded

import gpwidgets as gp
from gpwidgets.datatypes.registry import check_value, datatype_of
from gpwidgets.protocol.description import TaskInfo
from gpwidgets.protocol.urls import GPURL
from gpwidgets.protocol.values import UNSET
from gpwidgets.tasks.code import call_code
from gpwidgets.tasks.inputs.checking import as_sent, check_given
from gpwidgets.tasks.inputs.encoding import Encoder
from gpwidgets.tasks.sharing.settings import settings_of_values

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def gallery(server) -> gp.GPTask:
    return gp.GPTask(server.url_of("ParameterGallery"))


@pytest.mark.parametrize("geometry", ["inline", "beside"])
@pytest.mark.parametrize("name", HARD)
def test_saved_and_loaded_they_are_the_same_request(gallery, tmp_path, name: str, geometry: str) -> None:
    path = gallery.settings(HARD[name]).save(tmp_path / "a.json", geometry=geometry)
    again = gp.load_settings(path)
    assert told(gallery.request(again.values(gallery))) == told(gallery.request(HARD[name]))
    assert again.changes(gallery) == []


@settings(max_examples=60, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(frame=some_features(), text=texts, number=numbers, moment=dates)
def test_any_values_are_the_same_request(gallery, frame, text, number, moment) -> None:
    values = {"Input_Points": frame, "Input_String": text, "Input_Double": number, "Input_Date": moment}
    again = gp.load_settings(str(gallery.settings(values)))
    assert told(gallery.request(again.values(gallery))) == told(gallery.request(values))


FRESH = """
import json, pathlib, sys
import gpwidgets as gp
found = {}
for path in pathlib.Path(sys.argv[1]).glob("*.json"):
    settings = gp.load_settings(path)
    task = gp.GPTask(settings.task)
    found[path.stem] = {field.name: field.text for field in task.request(settings.values(task)).fields}
print(json.dumps(found))
"""


def test_every_task_of_the_demo_gives_the_same_request_in_a_fresh_process(server, tmp_path) -> None:
    before = {}
    for service in gp.GPService(server.url).services:
        for name in gp.GPService(f"{server.url}/{service}/GPServer").tasks:
            task = gp.GPTask(f"{server.url}/{service}/GPServer/{name}")
            hidden = {one.name for one in task.inputs if one.is_hidden}
            values = {name: value for name, value in usable(task.info).items() if name not in hidden}
            task.settings(values).save(tmp_path / f"{name}.json")
            before[name] = told(task.request(values))
    assert len(before) == 8
    command = [sys.executable, "-c", FRESH, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert {name: parsed(fields) for name, fields in json.loads(done.stdout).items()} == before


@pytest.mark.filterwarnings("ignore::gpwidgets.errors.GPWarning")
def test_every_recorded_task_gives_the_same_request(tell) -> None:
    url = GPURL.parse("https://gis.example.com/arcgis/rest/services/A/GPServer/T")
    count = 0
    for path in recorded("task"):
        info = TaskInfo.from_json(json.loads(path.read_text(encoding="utf-8-sig")))
        task = SimpleNamespace(info=info, inputs=info.inputs, url=url, known_version=None)
        hidden = {one.name for one in info.inputs if one.is_hidden}
        values = {name: value for name, value in usable(info).items() if name not in hidden}
        again = gp.load_settings(str(settings_of_values(task, values, {}))).read(task)
        assert again.problems == {}, path.name
        encoder = Encoder(info)
        assert parsed(encoder.form(again.values)) == parsed(encoder.form(values)), path.name
        count += len(values)
    tell("settings", f"{count} values of {len(recorded('task'))} recorded tasks, each sent the same again")


@pytest.mark.filterwarnings("ignore::gpwidgets.errors.GPWarning")
def test_the_code_of_every_recorded_task_sends_the_same(monkeypatch, tmp_path, tell) -> None:
    """Values as a form has them are written as Python, run, and taken as a call takes them."""
    got: dict[str, Any] = {}
    monkeypatch.setattr(gp, "GPTask", lambda _url: got.update)
    count = 0
    for path in recorded("task"):
        info = TaskInfo.from_json(json.loads(path.read_text(encoding="utf-8-sig")))
        hidden = {one.name for one in info.inputs if one.is_hidden}
        values = {name: value for name, value in usable(info).items() if name not in hidden}
        got.clear()
        code = call_code("https://gis.example.com/T", as_sent(info, values), info.inputs, folder=tmp_path)
        with contextlib.chdir(tmp_path):
            exec(compile(code, path.name, "exec"), {})  # it is our own code that is tested
        encoder = Encoder(info)
        assert parsed(encoder.form(check_given(info, got))) == parsed(encoder.form(values)), path.name
        count += len(values)
    tell("code", f"{count} values of {len(recorded('task'))} recorded tasks, each sent the same by its code")


# Files beside them


def test_a_local_file_goes_along_and_is_found_again(gallery, tmp_path) -> None:
    (tmp_path / "mine").mkdir()
    table = tmp_path / "mine" / "places.csv"
    table.write_text("a,b\n1,2\n")
    path = gallery.settings(Input_File=table).save(tmp_path / "out" / "run.json")
    assert (tmp_path / "out" / "run_files" / "places.csv").read_text() == "a,b\n1,2\n"
    table.unlink()
    moved = (tmp_path / "out").rename(tmp_path / "elsewhere")
    values = gp.load_settings(moved / path.name).values(gallery)
    assert values["Input_File"].path == str(moved / "run_files" / "places.csv")


def test_a_file_that_lies_beside_them_stays_where_it_is(gallery, tmp_path) -> None:
    (tmp_path / "places.csv").write_text("a,b\n")
    path = gallery.settings(Input_File=tmp_path / "places.csv").save(tmp_path / "run.json")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["places.csv", "run.json"]
    assert gp.load_settings(path).inputs["Input_File"]["value"] == {"path": "places.csv"}


def test_features_beside_are_a_file_that_other_programs_read(gallery, tmp_path) -> None:
    made = gallery.settings(Input_Points="POINT (10 59)").save(tmp_path / "run.json", geometry="beside")
    assert "esriGeometryPoint" not in made.read_text()
    frame = geopandas.read_file(tmp_path / "run_files" / "Input_Points.json")
    assert [(point.x, point.y) for point in frame.geometry] == [(10, 59)]
    assert frame.crs == 4326


SOMEWHERE = [
    {"path": "../secret.csv"},
    {"path": "{folder}/secret.csv"},
    {"path": "inside/link.csv"},
    {"path": "\\\\host\\share\\secret.csv"},
    {"path": "//host/share/secret.csv"},
    {"itemID": "path:{folder}/secret.csv"},
    "{folder}/secret.csv",
    {"url": "{folder}/secret.csv"},
    [{"path": "../secret.csv"}],
]


@pytest.mark.parametrize("value", SOMEWHERE, ids=str)
def test_settings_of_somebody_else_have_no_other_file_sent(gallery, tmp_path, value: Any) -> None:
    (tmp_path / "secret.csv").write_text("mine")
    (tmp_path / "theirs" / "inside").mkdir(parents=True)
    (tmp_path / "theirs" / "inside" / "link.csv").symlink_to(tmp_path / "secret.csv")
    told = json.loads(json.dumps(value).replace("{folder}", str(tmp_path)))
    document = json.loads(str(gallery.settings()))
    document["inputs"]["Input_File"] = {"dataType": "GPDataFile", "value": told}
    path = tmp_path / "theirs" / "run.json"
    path.write_text(json.dumps(document))
    for source in (path, document, path.read_text()):
        with pytest.raises(gp.InputErrors) as wrong:
            gp.load_settings(source).values(gallery)
        assert [error.parameter for error in wrong.value.errors] == ["Input_File"]


def test_features_in_a_file_elsewhere_are_not_read(gallery, tmp_path) -> None:
    document = json.loads(str(gallery.settings(Input_Points="POINT (10 59)")))
    document["inputs"]["Input_Points"]["value"] = {"features": "../secret.json"}
    (tmp_path / "secret.json").write_text("{}")
    (tmp_path / "theirs").mkdir()
    path = tmp_path / "theirs" / "run.json"
    path.write_text(json.dumps(document))
    with pytest.raises(gp.InputErrors, match="does not lie beside the settings"):
        gp.load_settings(path).values(gallery)


# What is not in them


def test_hidden_texts_and_tokens_are_left_out(gallery, tmp_path) -> None:
    layer = "https://gis.example.com/a/FeatureServer/0?token=SECRETMARK"
    made = gallery.settings(Input_Hidden="SECRETMARK", Input_Points=layer, Input_String="token=SECRETMARK")
    path = made.save(tmp_path / "run.json")
    assert "SECRETMARK" not in path.read_text() + str(made) + repr(made)
    assert made.inputs["Input_Hidden"]["leftOut"] == "hidden"
    values = gp.load_settings(path).values(gallery)
    assert "Input_Hidden" not in values
    assert gallery.check(values, Input_Hidden="again")["Input_Hidden"] == "again"


def test_a_file_is_not_written_over_unless_that_is_said(gallery, tmp_path) -> None:
    made = gallery.settings(Input_Long=7)
    path = made.save(tmp_path / "run.json")
    with pytest.raises(FileExistsError):
        made.save(path)
    assert gallery.settings(Input_Long=8).save(path, overwrite=True) == path
    assert gp.load_settings(path).values(gallery)["Input_Long"] == 8


def test_only_known_words_say_where_geometry_goes(gallery, tmp_path) -> None:
    with pytest.raises(ValueError, match="inline"):
        gallery.settings().save(tmp_path / "run.json", geometry="outside")
    assert not list(tmp_path.iterdir())


def test_an_earlier_run_has_them_too(gallery, own_history, tmp_path) -> None:
    values = {"Input_Points": "POINT (10 59)", "Input_Linear_Unit": "5 km", "outSR": 25832}
    gallery(values)
    again = gp.load_settings(gp.history()[0].to_settings().save(tmp_path / "run.json"))
    assert told(gallery.request(again.values(gallery))) == told(gallery.request(values))


@pytest.mark.parametrize("name", HARD)
def test_they_are_as_their_schema_says(gallery, name: str) -> None:
    text = importlib.resources.files("gpwidgets.data").joinpath("settings.schema.json").read_text("utf-8")
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    document = gallery.settings(HARD[name]).to_json()
    jsonschema.validate(document, schema, jsonschema.Draft202012Validator)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "inputs": []}, schema, jsonschema.Draft202012Validator)


# What is wrong with them

GOOD = {"format": "gpwidgets-settings", "version": 1, "task": "https://h/rest/services/A/GPServer/T"}


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "no settings"),
        ([], "no settings"),
        ({**GOOD, "format": "other"}, "no settings"),
        ({**GOOD, "version": 2}, "newer gpwidgets"),
        ({**GOOD, "version": "1"}, "version of their format"),
        ({**GOOD, "version": True}, "version of their format"),
        ({**GOOD, "task": ""}, "do not name their task"),
        ({**GOOD, "inputs": []}, "inputs of the settings"),
        ({**GOOD, "inputs": {"a": 1}}, "inputs of the settings"),
        ({**GOOD, "environment": {"outSR": 4326}}, "environment of the settings"),
        ({**GOOD, "fingerprint": 1}, "fingerprint"),
    ],
)
def test_what_are_no_settings_is_said(document: Any, words: str, tmp_path) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(document))
    with pytest.raises(gp.GPError, match=words):
        gp.load_settings(path)


@pytest.mark.parametrize("text", ["", "no json", "{", "[" * 100_000])
def test_a_file_that_is_no_json_is_said(text: str, tmp_path) -> None:
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(gp.GPError, match="no settings"):
        gp.load_settings(path)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        gp.load_settings(tmp_path / "run.json")
    with pytest.raises(FileNotFoundError):
        gp.load_settings("run that is not there.json")


def test_values_that_the_task_does_not_take_are_named_together(gallery) -> None:
    document = json.loads(str(gallery.settings(Input_Long=7, Input_Double=1.5)))
    document["inputs"]["Input_Long"]["value"] = "seven"
    document["inputs"]["Gone"] = {"dataType": "GPString", "value": "a"}
    document["environment"] = {"outSR": {"dataType": "GPSpatialReference", "value": {"wkid": "x"}}, "no": {}}
    with pytest.raises(gp.InputErrors) as wrong:
        gp.load_settings(document).values(gallery)
    assert {error.parameter for error in wrong.value.errors} >= {"Input_Long", "Gone", "no"}
    assert gp.load_settings(document).read(gallery).values["Input_Double"] == 1.5


def test_a_task_that_has_changed_says_what(gallery) -> None:
    document = json.loads(str(gallery.settings(Input_Long=7)))
    assert gp.load_settings(document).changes(gallery) == []
    document["fingerprint"] = "sha256:0"
    assert gp.load_settings(document).changes(gallery) == ["The description of the task is not what it was."]
    document["inputs"] |= {"Gone": {"dataType": "GPString"}, "Input_Long": {"dataType": "GPDouble"}}
    words = " ".join(gp.load_settings(document).changes(gallery))
    assert "Gone: the task has no such input." in words
    assert "Input_Long: it was of type GPDouble and is GPLong." in words


def usable(info: TaskInfo) -> dict[str, Any]:
    """For each input a value that works: its default, its first choice, an address, an example or a shape."""
    found: dict[str, Any] = {}
    for parameter in info.inputs:
        kind = datatype_of(parameter)
        choices = [choice.value for choice in parameter.choices[:1]]
        for value in (kind.default(parameter), *choices, *FILES, kind.example, *PLACES, UNSET):
            with contextlib.suppress(gp.ParameterError, gp.ConversionError):
                if value is not UNSET:
                    found[parameter.name] = check_value(parameter, value)
                    break
    return found


FILES = ["https://gis.example.com/a.csv", "https://gis.example.com/a/FeatureServer/0"]
PLACES = ["POINT (10 59)", "LINESTRING (10 59, 11 59)", "POLYGON ((10 59, 11 59, 11 60, 10 59))", 4326]


def told(request: gp.RequestPreview) -> dict[str, Any]:
    """The fields of a request."""
    return parsed({field.name: field.text for field in request.fields})
