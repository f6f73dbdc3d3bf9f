"""A run as an RO-Crate: its metadata keep the rules, and all of the run is in it and can be read again."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from crate_rules import METADATA, action_of, broken_rules, graph_of

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.errors import ConversionError, GPWarning, WaitTimeout
from gpwidgets.tasks.results.folder_or_zip import new_folder_or_zip

pytestmark = pytest.mark.once

PLACE = "POINT (-84.2 36.4)"


def ended(server: demo.DemoServer, task: str, **inputs: Any) -> gp.Run:
    run = gp.GPTask(server.url_of(task)).start(**inputs)
    with contextlib.suppress(gp.errors.RunError):
        run.wait(60, show_progress=False)
    return run


@pytest.fixture(scope="module")
def viewshed(server: demo.DemoServer) -> gp.Run:
    return ended(server, "Viewshed", Input_Points=PLACE, Distance="2 km", outSR=32616)


@pytest.fixture(scope="module")
def gallery(server: demo.DemoServer, tmp_path_factory: pytest.TempPathFactory) -> gp.Run:
    file = tmp_path_factory.mktemp("ada-canary") / "dé ta.csv"
    file.write_text("a,b\n1,2\n")
    rows = {"fields": [{"name": "A", "type": "esriFieldTypeInteger"}], "features": [{"attributes": {"A": 1}}]}
    return ended(
        server,
        "ParameterGallery",
        Input_Points="POINT (1 2)",
        Input_Polygons="POLYGON ((0 0, 1 0, 1 1, 0 0))",
        Input_Records=rows,
        Input_Long=7,
        Input_Double=0.5,
        Input_Date=datetime.date(2026, 1, 2),
        Input_String="https://host/?token=SECRETMARK",
        Input_Hidden="SECRETMARK",
        Input_File=str(file),
        Input_Linear_Unit="5 km",
        Input_Strings=["a", "b"],
        Input_Extent=(1, 2, 3, 4),
    )


@pytest.fixture(scope="module")
def failed(server: demo.DemoServer) -> gp.Run:
    return ended(server, "SlowCount", Steps=3, Seconds=0, Fail=True)


@pytest.fixture(scope="module")
def cancelled(server: demo.DemoServer) -> gp.Run:
    run = gp.GPTask(server.url_of("SlowCount")).start(Steps=300, Seconds=60)
    run.cancel()
    with pytest.raises(gp.RunCancelled):
        run.wait(60, show_progress=False)
    return run


def unpacked(path: Path) -> Path:
    if path.is_dir():
        return path
    folder = path.with_suffix("")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder


@pytest.mark.parametrize("name", ["crate", "crate.zip"])
@pytest.mark.parametrize("of", ["viewshed", "gallery", "failed", "cancelled"])
def test_the_metadata_keep_the_rules(
    request: pytest.FixtureRequest, tmp_path: Path, of: str, name: str
) -> None:
    run = request.getfixturevalue(of)
    folder = unpacked(run.to_crate(tmp_path / name))
    assert broken_rules(folder) == []
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


#: What breaks each rule: a change of the root, of the action, of any entity, or of the folder.
BREAKS: dict[str, Callable[[dict[str, Any], Path], object]] = {
    "an @id names one entity": lambda of, _: of["result"].update({"@id": of["file"]["@id"]}),
    "a list has two parts or more": lambda of, _: of["root"].update(name=["x"]),
    "entities are linked, not nested": lambda of, _: of["root"].update(author={"@id": "#a", "name": "A"}),
    "what is linked is described": lambda of, _: of["root"].update(author={"@id": "#nobody"}),
    "the descriptor is about the root": lambda of, _: of["descriptor"].update(about={"@id": "#gpwidgets"}),
    "the descriptor names the specification": lambda of, _: of["descriptor"].pop("conformsTo"),
    "the root has a type, name, description and license": lambda of, _: of["root"].pop("license"),
    "the root has a date": lambda of, _: of["root"].update(datePublished="yesterday"),
    "the root conforms to the profile": lambda of, _: of["root"].pop("conformsTo"),
    "each file is a part of the root": lambda of, _: of["root"]["hasPart"].pop(),
    "each file is there, and described": lambda _, folder: (folder / "more.txt").write_text(""),
    "no file lies elsewhere": lambda of, _: of["file"].update({"@id": "../settings.json"}),
    "each file has a media type": lambda of, _: of["file"].pop("encodingFormat"),
    "the root mentions the action": lambda of, _: of["root"]["mentions"].pop(0),
    "the instrument is software": lambda of, _: of["action"].update(instrument={"@id": "#gpwidget"}),
    "the action has a name and a description": lambda of, _: of["action"].pop("description"),
    "the action has an end": lambda of, _: of["action"].pop("endTime"),
    "the action is completed or has failed": lambda of, _: of["action"].pop("actionStatus"),
    "an action has an error if it failed": lambda of, _: of["action"].update(error="no"),
    "objects and results are data": lambda of, _: of["file"].update({"@type": "Person"}),
    "an agent is a person or an organization": lambda of, _: of["action"].update(agent={"@id": "#gpwidgets"}),
}


@pytest.fixture(scope="module")
def whole(viewshed: gp.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return viewshed.to_crate(tmp_path_factory.mktemp("whole") / "crate.zip")


@pytest.mark.parametrize("rule", BREAKS)
def test_each_rule_can_be_broken(whole: Path, tmp_path: Path, rule: str) -> None:
    with zipfile.ZipFile(whole) as archive:
        archive.extractall(tmp_path)
    document = json.loads((tmp_path / METADATA).read_text())
    entities = {row["@id"]: row for row in document["@graph"]}
    (action,) = (row for row in document["@graph"] if row["@type"] == "CreateAction")
    named = {"descriptor": entities[METADATA], "root": entities["./"], "action": action}
    named |= {"file": entities["settings.json"], "result": entities["messages.json"]}
    BREAKS[rule](named, tmp_path)
    (tmp_path / METADATA).write_text(json.dumps(document))
    assert any(found.startswith(rule) for found in broken_rules(tmp_path))


def test_it_says_what_ran_when_with_what_and_how_it_ended(viewshed: gp.Run, tmp_path: Path) -> None:
    folder = viewshed.to_crate(tmp_path / "crate")
    entities, action = graph_of(folder), action_of(folder)
    tool = entities[action["instrument"]["@id"]]
    assert (tool["@id"], tool["name"]) == (viewshed.task.url.task, "Viewshed")
    assert action["identifier"] == viewshed.job_id
    assert viewshed.started is not None
    assert action["startTime"] == viewshed.started.isoformat(timespec="seconds")
    given = {entities[one["@id"]]["name"]: entities[one["@id"]] for one in action["object"]}
    assert given["Distance"]["description"] == "2 kilometers"
    assert given["Input_Points"]["@id"] == "settings_files/Input_Points.json"
    assert given["outSR"]["@type"] == "PropertyValue"
    made = {entities[one["@id"]]["name"] for one in action["result"]}
    assert {"Viewshed_Result", "Viewshed_Raster", "Messages"} <= made


def test_a_failed_run_says_why(failed: gp.Run, cancelled: gp.Run, tmp_path: Path) -> None:
    action = action_of(failed.to_crate(tmp_path / "failed"))
    assert "as it was asked to" in action["error"]
    assert "was cancelled" in action_of(cancelled.to_crate(tmp_path / "cancelled"))["error"]
    said = json.loads((tmp_path / "failed" / "messages.json").read_text())
    assert any(row["type"] == "esriJobMessageTypeError" for row in said)
    told = gp.provenance(tmp_path / "failed")
    assert (told["task"], told["status"]) == (failed.task.url.task, "failed")
    assert told["inputs"]["Steps"] == 3


def test_nobody_is_named_unless_somebody_is_given(viewshed: gp.Run, tmp_path: Path) -> None:
    assert "agent" not in action_of(viewshed.to_crate(tmp_path / "nobody"))
    ada = {"@id": "https://orcid.org/0000-0002-1825-0097", "name": "Ada"}
    crates = {
        "name": viewshed.to_crate(tmp_path / "name", agent="Ada"),
        "orcid": viewshed.to_crate(tmp_path / "orcid", agent=ada, license="https://example.com/by"),
    }
    for folder in crates.values():
        assert broken_rules(folder) == []
        assert graph_of(folder)[action_of(folder)["agent"]["@id"]]["name"] == "Ada"
    assert graph_of(crates["orcid"])["./"]["license"] == {"@id": "https://example.com/by"}


@pytest.mark.parametrize(
    "more",
    [
        {"agent": {"@id": "https://orcid.org/1"}},
        {"agent": {"name": "A", "@type": "Robot"}},
        {"agent": {"name": "A", "@id": "../../etc"}},
        {"agent": {"name": "A", "affiliation": {"name": "B"}}},
        {"frames": "dxf"},
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is(
    viewshed: gp.Run, tmp_path: Path, more: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"agent|frames"):
        viewshed.to_crate(tmp_path / "crate", **more)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_goes_on_has_no_crate_yet(server: demo.DemoServer, tmp_path: Path) -> None:
    run = gp.GPTask(server.url_of("SlowCount")).start(Steps=300, Seconds=60)
    with pytest.raises(WaitTimeout):
        run.to_crate(tmp_path / "crate")
    run.cancel()


@pytest.mark.parametrize("name", ["crate", "crate.zip"])
@pytest.mark.parametrize("frames", ["gpkg", "parquet"])
def test_outputs_and_provenance_are_read_again(
    gallery: gp.Run, tmp_path: Path, frames: str, name: str
) -> None:
    if frames == "parquet":
        pytest.importorskip("pyarrow")
    path = gallery.to_crate(tmp_path / name, frames=frames)
    again = gp.Outputs.open(path)
    for output in gallery.outputs:
        if gallery.outputs.is_hidden(output):
            continue
        one, other = again[output], gallery.outputs[output]
        if hasattr(other, "columns"):
            assert list(one.dtypes) == list(other.dtypes)
            assert len(one) == len(other)
        elif isinstance(other, gp.DataFile):
            assert one.read() == other.read()
        else:
            assert one == other
    assert [one.description for one in again.messages] == [one.description for one in gallery.messages]
    assert gp.provenance(path) == json.loads(json.dumps(gallery.outputs.provenance))


def test_each_file_of_results_says_where_it_came_from(viewshed: gp.Run, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    told = json.loads(json.dumps(viewshed.outputs.provenance))
    for frames in ("gpkg", "parquet"):
        outputs = viewshed.to_crate(tmp_path / frames, frames=frames) / "outputs"
        assert gp.provenance(outputs / f"01-Viewshed_Result.{frames}") == told
    listed = pyogrio.read_info(tmp_path / "gpkg" / "outputs" / "01-Viewshed_Result.gpkg")["layer_metadata"]
    assert json.loads(listed["gpwidgets_provenance"]) == told
    (raster,) = (tmp_path / "gpkg" / "outputs" / "02-Viewshed_Raster").glob("*.tif")
    assert gp.provenance(raster)["inputs"] == told["inputs"]


def test_its_settings_send_the_same_request(gallery: gp.Run, tmp_path: Path) -> None:
    settings = gp.load_settings(gallery.to_crate(tmp_path / "crate") / "settings.json")
    values = settings.values(gallery.task)
    assert Path(values["Input_File"].path).read_text() == "a,b\n1,2\n"
    less = {"Input_File": None, "Input_Hidden": None}
    first = gallery.task.settings({**gallery.inputs, **less}).to_json()
    assert gallery.task.settings({**values, **less}).to_json() == first


def test_secrets_and_folders_of_this_computer_are_not_in_it(gallery: gp.Run, tmp_path: Path) -> None:
    folder = gallery.to_crate(tmp_path / "crate")
    for path in folder.rglob("*"):
        for mark in (b"SECRETMARK", b"ada-canary", str(tmp_path).encode()):
            assert mark not in (path.read_bytes() if path.is_file() else os.fsencode(path.name))
    with sqlite3.connect(next(folder.rglob("*.gpkg"))) as package:
        assert package.execute("SELECT count(*) FROM gpkg_metadata").fetchone() == (1,)


def test_what_cannot_be_fetched_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    with demo.serve() as server:
        run = ended(server, "Viewshed", Input_Points=PLACE, Distance="2 km")
    with pytest.warns(GPWarning, match="Viewshed_Raster"):
        folder = run.to_crate(tmp_path / "crate")
    assert broken_rules(folder) == []
    (raster,) = (row for row in graph_of(folder).values() if row.get("name") == "Viewshed_Raster")
    assert raster["description"].startswith("Not in this crate: ")
    assert raster["url"].startswith("http")
    assert len(gp.Outputs.open(folder).Viewshed_Result) == len(run.outputs.Viewshed_Result)


def test_an_input_whose_file_is_gone_is_named_and_the_rest_is_kept(
    server: demo.DemoServer, tmp_path: Path
) -> None:
    file = tmp_path / "gone.csv"
    file.write_text("a\n1\n")
    run = ended(server, "ParameterGallery", Input_File=str(file), Input_Long=7)
    file.unlink()
    folder = run.to_crate(tmp_path / "crate")
    rows = {row.get("name"): row for row in graph_of(folder).values()}
    assert rows["Input_File"]["description"].startswith("Its file was not there")
    assert gp.load_settings(folder / "settings.json").values(run.task) == {"Input_Long": 7}


def test_nothing_but_a_crate_of_ours_is_replaced(failed: gp.Run, tmp_path: Path) -> None:
    folder, packed = failed.to_crate(tmp_path / "crate"), failed.to_crate(tmp_path / "crate.zip")
    for path in (folder, packed):
        with pytest.raises(FileExistsError):
            failed.to_crate(path)
        failed.to_crate(path, overwrite=True)
    (folder / "thesis.docx").write_text("years of work")
    with pytest.raises(FileExistsError):
        failed.to_crate(folder, overwrite=True)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("thesis.docx", "years of work")
    with pytest.raises(FileExistsError):
        failed.to_crate(packed, overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crate", "crate.zip"]


@pytest.mark.parametrize("name", ["made", "made.zip"])
def test_what_was_there_stays_when_the_new_one_cannot_be_written(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    with new_folder_or_zip(target, None) as folder:
        (folder / "a.txt").write_text("first")
    before = contents(target)
    with pytest.raises(OSError, match="full"):
        fill_and_fail(target)
    assert contents(target) == before
    with new_folder_or_zip(target, lambda _path: True) as folder:
        (folder / "a.txt").write_text("second")
    assert contents(target) != before
    assert [path.name for path in tmp_path.iterdir()] == [name]


def contents(target: Path) -> bytes:
    return (target if target.is_file() else target / "a.txt").read_bytes()


def fill_and_fail(target: Path) -> None:
    with new_folder_or_zip(target, lambda _path: True) as folder:
        (folder / "a.txt").write_text("second")
        raise OSError("the disk is full")


def test_crates_of_other_programs_say_where_they_came_from(tmp_path: Path) -> None:
    graph = [
        {"@id": METADATA, "@type": "CreativeWork", "about": {"@id": "./"}},
        {"@id": "#run", "@type": ["CreateAction"], "instrument": [{"@id": "https://example.com/tool"}]},
        {"@id": "pic%20in.jpg", "@type": "File", "name": "picture", "description": "a dog"},
        {"@id": "#level", "@type": "PropertyValue", "name": "level", "value": 80},
    ]
    graph[1] |= {"object": [{"@id": "pic%20in.jpg"}, {"@id": "#level"}, {"@id": "#nothing"}, "text"]}
    graph[1] |= {"endTime": "2018-09-19T17:01:07+10:00"}
    (tmp_path / METADATA).write_text(json.dumps({"@graph": graph}))
    assert gp.provenance(tmp_path) == {
        "task": "https://example.com/tool",
        "inputs": {"picture": "a dog", "level": 80},
        "time": "2018-09-19T17:01:07+10:00",
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"@graph": 1}',
        '{"@graph": [1, {"@id": 2}, {"@id": "a", "@type": {"b": []}}]}',
        "[" * 100_000,
    ],
)
def test_metadata_that_say_nothing_are_an_error_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / METADATA).write_text(text)
    with pytest.raises(ConversionError):
        gp.provenance(tmp_path)
