"""Results that were saved come back whole; a saved folder or zip of a stranger does no harm."""

import datetime
import json
import os
import warnings
import zipfile
from pathlib import Path

import geopandas
import pandas as pd
import pytest
from shapely.geometry import Point

import gpwidgets as gp
from gpwidgets.errors import ConversionError, GPError, GPWarning
from gpwidgets.protocol.responses.replies import GPMessage
from gpwidgets.protocol.values import FieldRef, MapImage

POINTS = geopandas.GeoDataFrame(geometry=[Point(-84.2, 36.4)], crs=4326)
TARGETS = ["folder", "outputs.zip"]


def assert_same(found: gp.Outputs, expected: gp.Outputs) -> None:
    assert list(found) == list(expected)
    assert (found.messages, found.truncated, found.doubtful) == (
        expected.messages,
        expected.truncated,
        expected.doubtful,
    )
    assert found.provenance == json.loads(json.dumps(expected.provenance, default=str))
    for name, parameter in expected.parameters.items():
        again = found.parameters[name]
        assert (again.data_type, again.display_name) == (parameter.data_type, parameter.display_name)
    for name in expected:
        one, other = found[name], expected[name]
        if isinstance(other, pd.DataFrame):
            assert type(one) is type(other)
            assert list(one.dtypes) == list(other.dtypes)
            assert one.attrs == json.loads(json.dumps(other.attrs, default=str))
            assert getattr(one, "crs", None) == getattr(other, "crs", None)
            assert one.drop(columns="geometry", errors="ignore").equals(
                other.drop(columns="geometry", errors="ignore")
            )
        elif isinstance(other, gp.DataFile | gp.RasterData):
            assert one.url == other.url
            assert one.read() == other.read()
        else:
            assert one == other
            assert type(one) is type(other)


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("given") / "data.txt"
    path.write_text("some rows")
    return path


@pytest.fixture(scope="module")
def gallery(server, file) -> gp.Outputs:
    task = gp.GPTask(server.url_of("ParameterGalleryJob"))
    table = pd.DataFrame({"a": [1, None], "b": ["x", None]})
    return task(Input_Points=POINTS, Input_Records=table, Input_File=file)


@pytest.mark.parametrize("target", TARGETS)
def test_every_output_of_the_gallery_comes_back(gallery, tmp_path, target) -> None:
    assert gallery.save(tmp_path / target) == tmp_path / target
    found = gp.Outputs.open(tmp_path / target)
    assert_same(found, gallery)
    assert found.unsaved == ()
    assert found.provenance["task"].endswith("ParameterGalleryJob")
    assert sorted(path.name for path in tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("target", TARGETS)
def test_values_of_every_kind_come_back(tmp_path, target) -> None:
    values = {
        "text": "née\n",
        "whole": 2**60,
        "number": 0.1,
        "yes": True,
        "nothing": None,
        "unit": gp.LinearUnit(5, "esriMiles"),
        "area": gp.ArealUnit(5, "esriHectares"),
        "time": gp.TimeUnit(5, "esriTimeUnitsHours"),
        "moment": datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=datetime.UTC),
        "extent": gp.Extent(0, 1, 2, 3, gp.SpatialReference(4326)),
        "reference": gp.SpatialReference(102100, 3857),
        "field": FieldRef("POP", "esriFieldTypeInteger"),
        "picture": MapImage("http://h/p.png", 10, 20, gp.Extent(0, 1, 2, 3), 1000.0),
        "layer": gp.LayerReference("http://h/arcgis/rest/services/X/FeatureServer/0", filter="A = 1"),
        "units": [gp.LinearUnit(1, "esriFeet"), gp.LinearUnit(2, "esriFeet")],
        "raw": {"a": [1, {"b": None}]},
        "two words/and: a slash": 3,
    }
    messages = GPMessage.list_from_json([{"type": "esriJobMessageTypeWarning", "description": "Hm."}])
    made = gp.Outputs(values, messages=messages, truncated=["text"], doubtful=["whole"])
    made.save(tmp_path / target)
    assert_same(gp.Outputs.open(tmp_path / target), made)


def test_an_output_that_could_not_be_read_stays_one(tmp_path) -> None:
    gp.Outputs({"a": 1}, errors={"b": GPError("it was cut")}).save(tmp_path / "x")
    found = gp.Outputs.open(tmp_path / "x")
    assert found.a == 1
    with pytest.raises(GPError, match="it was cut"):
        _ = found.b


def test_a_result_file_is_copied_and_lives_with_its_value(server, file, tmp_path) -> None:
    out = gp.GPTask(server.url_of("ParameterGalleryJob"))(Input_File=file)
    names = [name for name in out if isinstance(out[name], gp.DataFile | gp.RasterData)]
    assert names
    assert set(out.unsaved) == set(names)
    content = {name: out[name].read() for name in names}
    assert out.unsaved == ()
    out.save(tmp_path / "x.zip")
    values = {name: gp.Outputs.open(tmp_path / "x.zip")[name] for name in names}
    for name, value in values.items():
        assert value.read() == content[name]
        first, second = value.download(tmp_path / "copies"), value.download(tmp_path / "copies")
        assert first != second
        assert first.read_bytes() == second.read_bytes() == content[name]
    kept = [Path(value.path) for value in values.values()]
    assert all(path.exists() for path in kept)
    del values, value
    assert not any(path.exists() for path in kept)


def test_a_file_that_the_server_does_not_give_costs_no_other_output(own_server, file, tmp_path) -> None:
    out = gp.GPTask(own_server.url_of("ParameterGalleryJob"))(Input_File=file)
    own_server.stop()
    with pytest.warns(GPWarning, match="only its address"):
        out.save(tmp_path / "x")
    found = gp.Outputs.open(tmp_path / "x")
    assert found.Output_String == out.Output_String
    assert set(found.unsaved) == set(out.unsaved)


def test_nothing_else_is_ever_written_over(tmp_path) -> None:
    out = gp.Outputs({"a": 1})
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(FileExistsError):
            out.save(tmp_path / "mine", overwrite=overwrite)
    out.save(tmp_path / "x")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        out.save(tmp_path / "x")
    gp.Outputs({"a": 2}).save(tmp_path / "x", overwrite=True)
    assert gp.Outputs.open(tmp_path / "x").a == 2
    assert (tmp_path / "mine" / "thesis.txt").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"mine", "x"}


def test_what_cannot_be_saved_leaves_nothing_behind(tmp_path) -> None:
    with pytest.raises((ConversionError, TypeError)):
        gp.Outputs({"a": pd.DataFrame({"x": [1j]})}).save(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def manifest_of(outputs: dict) -> str:
    return json.dumps({"format": 1, "outputs": outputs})


BAD_NAMES = ["../out.txt", "/etc/passwd", "a/../../out.txt", "..\\out.txt", "C:\\out.txt", "c:out", ""]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_folder_cannot_name_files_outside(tmp_path, name) -> None:
    (tmp_path / "out.txt").write_text("private")
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "outputs.json").write_text(
        manifest_of({"a": {"data": {"url": "http://h/f"}, "file": name}, "b": {"frame": {"file": name}}})
    )
    found = gp.Outputs.open(tmp_path / "x")
    for output in ("a", "b"):
        with pytest.raises(ConversionError, match="leads out"):
            _ = found[output]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_does_not_lead_outside(tmp_path) -> None:
    (tmp_path / "out.txt").write_text("private")
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "in.txt").symlink_to(tmp_path / "out.txt")
    (tmp_path / "x" / "outputs.json").write_text(
        manifest_of({"a": {"data": {"url": "http://h/f"}, "file": "in.txt"}})
    )
    with pytest.raises(ConversionError, match="leads out"):
        _ = gp.Outputs.open(tmp_path / "x").a


@pytest.mark.parametrize("name", [name for name in BAD_NAMES if name])
def test_a_zip_cannot_write_outside(tmp_path, name, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("outputs.json", manifest_of({}))
        info = zipfile.ZipInfo("placeholder")
        info.filename = name
        archive.writestr(info, "bad")
    with pytest.raises(ConversionError):
        gp.Outputs.open(tmp_path / "x.zip")
    assert list((tmp_path / "temp").iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"temp", "x.zip"}


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("gpwidgets.tasks.results.saving._LARGEST", 1000)
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("outputs.json", manifest_of({}))
        archive.writestr("zeros", bytes(100_000))
    with pytest.raises(ConversionError, match="too much"):
        gp.Outputs.open(tmp_path / "x.zip")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99, "outputs": {}}', "{" * 100_000])
def test_what_is_no_saved_output_says_so(tmp_path, text) -> None:
    (tmp_path / "outputs.json").write_text(text)
    with pytest.raises(ConversionError, match=r"holds no saved outputs|another version"):
        gp.Outputs.open(tmp_path)
    with pytest.raises(FileNotFoundError):
        gp.Outputs.open(tmp_path / "nowhere")
    (tmp_path / "no.zip").write_text(text)
    with pytest.raises(ConversionError):
        gp.Outputs.open(tmp_path / "no.zip")


def test_results_on_the_server_are_said_to_pass(server, file) -> None:
    out = gp.GPTask(server.url_of("ParameterGalleryJob"))(Input_File=file)
    hours = (out.kept_until - datetime.datetime.now(datetime.UTC)).total_seconds() / 3600
    assert 5.9 < hours <= 6
    assert f"until about {out.kept_until.astimezone():%H:%M}" in out.note
    assert out.note in repr(out)
    for name in out.unsaved:
        out[name].read()
    assert out.note == ""


def test_a_job_found_after_its_end_does_not_promise_six_hours(server, file, own_history) -> None:
    run = gp.GPTask(server.url_of("ParameterGalleryJob")).start(Input_File=file)
    run.wait(60)
    ended = gp.history()[0].ended
    again = gp.attach(run.job_url)
    assert again.wait(60).kept_until == ended + datetime.timedelta(hours=6)
    gp.history().clear()
    assert gp.attach(run.job_url).wait(60).kept_until is None


def test_a_run_says_in_time_that_unsaved_files_will_go(server, file, until, monkeypatch) -> None:
    monkeypatch.setattr("gpwidgets.tasks.runs.run.JOB_RETENTION", datetime.timedelta(seconds=1.5))
    run = gp.GPTask(server.url_of("ParameterGalleryJob")).start(Input_File=file)
    run.wait(60)
    until(run, lambda: "Soon gone from the server" in run.note)


def test_saving_raises_no_warnings(gallery, tmp_path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gallery.save(tmp_path / "x.zip")
        gp.Outputs.open(tmp_path / "x.zip")
