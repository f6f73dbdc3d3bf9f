"""``gpwidgets run``: settings from a file, where results go, what programs read, and how it ends."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import geopandas
import pytest

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.cli import main


@pytest.fixture
def buffer(server, tmp_path):
    """Settings of a task in a file."""
    task = gp.GPTask(server.url_of("BufferPoints"))
    made = task.settings(Input_Points="POINT (-84.2 36.4)", Distance="5 km", outSR=32616)
    return str(made.save(tmp_path / "buffer.json"))


def told(capsys):
    return json.loads(capsys.readouterr().out)


def test_settings_run_again_and_an_input_may_be_another(buffer, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["run", buffer, "-o", str(out)]) == 0
    assert main(["run", buffer, "Distance=10 km", "-o", str(out)]) == 0
    assert "Buffers: 1 rows in" in capsys.readouterr().out
    small, large = (geopandas.read_file(path) for path in sorted(out.iterdir()))
    areas = sorted([small.area.sum() / 1e6, large.area.sum() / 1e6])
    assert areas == pytest.approx([78.5, 314], rel=0.01)
    assert small.crs == 32616


def test_a_geopackage_takes_all_layers_and_is_not_written_over(server, tmp_path, capsys):
    path = tmp_path / "deep" / "out.gpkg"
    told_ = ["run", server.url_of("ParameterGallery"), "Input_Long=7", "Input_Points=POINT (1 2)"]
    rows = {"fields": [{"name": "A", "type": "esriFieldTypeInteger"}], "features": [{"attributes": {"A": 1}}]}
    told_ += [f"Input_Records:={json.dumps(rows)}", "-o", str(path), "--json"]
    assert main(told_) == 0
    found = told(capsys)["outputs"]
    assert found["Output_Long"] == {"value": 7}
    assert found["Output_Points"] == {"file": str(path), "rows": 1}
    with sqlite3.connect(path) as package:
        tables = dict(package.execute("SELECT table_name, data_type FROM gpkg_contents"))
    assert {"Output_Points": "features", "Output_Records": "attributes"}.items() <= tables.items()
    assert main(told_) == 1
    refused = told(capsys)
    assert "is there already" in refused["error"]
    assert refused["task"] is None  # before anything was asked of a server
    assert main([*told_, "--overwrite"]) == 0


@pytest.mark.parametrize(
    "order",
    [
        ("URL", "Input_Long=7", "-o", "OUT", "Input_String=abc"),
        ("URL", "-o", "OUT", "Input_Long=7", "--timeout", "60", "Input_String=abc"),
        ("-o", "OUT", "URL", "Input_Long=7", "Input_String=abc"),
        ("Input_String=abc", "-o", "OUT", "Input_Long=7"),
    ],
)
def test_inputs_may_stand_before_between_and_after_options(server, tmp_path, capsys, order):
    stands = {"URL": server.url_of("ParameterGallery"), "OUT": str(tmp_path / "out")}
    command = ["run", *(stands.get(word, word) for word in order)]
    if "URL" not in order:
        command.insert(1, stands["URL"])
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "Output_Long: 7" in said
    assert "Output_String: abc" in said


@pytest.mark.parametrize("command", [["run", "URL", "A=1", "--speed", "9"], ["describe", "URL", "A=1"]])
def test_what_no_option_takes_is_refused(server, capsys, command):
    with pytest.raises(SystemExit) as ended:
        main([server.url_of("ParameterGallery") if word == "URL" else word for word in command])
    assert ended.value.code == 2
    assert "unrecognized arguments: " in capsys.readouterr().err


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_hidden_output_is_not_printed(server, tmp_path, capsys, more):
    command = ["run", server.url_of("ParameterGallery"), "Input_Hidden=SECRETMARK", *more]
    assert main([*command, "-o", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "SECRETMARK" not in said.out + said.err
    if more:
        assert json.loads(said.out)["outputs"]["Output_Hidden"] == {"hidden": True}
    else:
        assert "Output_Hidden: (hidden)" in said.out.splitlines()


def test_programs_read_one_object_and_files_beside_it(server, tmp_path, capsys):
    url = server.url_of("Viewshed")
    assert main(["run", url, "Input_Points=POINT (-84.2 36.4)", "-o", str(tmp_path), "--json"]) == 0
    found = told(capsys)
    assert found["task"] == url
    assert found["status"] == "succeeded"
    assert found["job"].startswith(f"{url}/jobs/")
    assert {"type": "info", "description": "Executing (Viewshed)..."} in found["messages"]
    assert {one["file"].removeprefix(f"{tmp_path}/") for one in found["outputs"].values()} == {
        "Viewshed_Result.gpkg", "viewshed.tif",
    }  # fmt: skip
    assert found["error"] is None


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_how_it_ends_is_its_exit_code(server, buffer, tmp_path, capsys, more):
    more = ["-o", str(tmp_path), *more]
    assert main(["run", server.url_of("SecuredBuffer"), *more]) == 3
    assert main(["run", server.url_of("SlowCount"), "Seconds=30", "--timeout", "0.1", *more]) == 4
    assert f"{server.url_of('SlowCount')}/jobs/" in capsys.readouterr().err
    assert main(["run", buffer, "Distance=far", *more]) == 1
    assert main(["run", buffer, "Nothing=1", *more]) == 1
    with pytest.raises(SystemExit) as ended:
        main(["run", buffer, "--timeout", "long"])
    assert ended.value.code == 2


def test_secured_settings_take_their_token_from_the_environment(server, tmp_path, capsys, monkeypatch):
    task = gp.GPTask(server.url_of("SecuredBuffer"), gp.Token(server.token_for()))
    path = str(task.settings(Input_Points="POINT (-84.2 36.4)").save(tmp_path / "run.json"))
    monkeypatch.setenv("MY_TOKEN", server.token_for())
    assert main(["run", path, "-o", str(tmp_path / "out"), "--token-env", "MY_TOKEN"]) == 0
    told_ = ["run", path, "-o", str(tmp_path / "out"), "--login", demo.USERNAME]
    command = [sys.executable, "-m", "gpwidgets", *told_]
    done = subprocess.run(command, input=f"{demo.PASSWORD}\n", capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert demo.PASSWORD not in done.stdout + done.stderr


def test_a_task_that_has_changed_is_warned_of(buffer, tmp_path):
    document = json.loads(Path(buffer).read_text(encoding="utf-8"))
    document["fingerprint"] = f"sha256:{'0' * 32}"
    (tmp_path / "old.json").write_text(json.dumps(document))
    with pytest.warns(UserWarning, match="is not what it was"):
        assert main(["run", str(tmp_path / "old.json"), "-o", str(tmp_path)]) == 0


def test_a_file_that_holds_no_settings_is_said(tmp_path, capsys):
    (tmp_path / "other.json").write_text("{}")
    assert main(["run", str(tmp_path / "other.json")]) == 1
    assert "no settings" in capsys.readouterr().err


def test_a_run_is_written_as_a_crate_alone_or_beside_its_results(buffer, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["run", buffer, "--crate", "out.zip"]) == 0
    assert capsys.readouterr().out == "Crate: out.zip\n"
    assert gp.provenance("out.zip")["inputs"]["Distance"] == "5 kilometers"
    assert main(["run", buffer, "--crate", "out.zip"]) == 1
    assert "out.zip exists" in capsys.readouterr().err
    assert main(["run", buffer, "--crate", "out.zip", "--overwrite", "-o", "out", "--json"]) == 0
    found = told(capsys)
    assert (found["crate"], found["outputs"]["Buffers"]["rows"]) == ("out.zip", 1)


def test_a_run_that_fails_has_a_crate_all_the_same(server, tmp_path, capsys):
    crate = tmp_path / "failed"
    command = ["run", server.url_of("SlowCount"), "Seconds:=0", "Steps:=3", "Fail:=true", "--json"]
    assert main([*command, "--crate", str(crate)]) == 1
    assert told(capsys)["crate"] == str(crate)
    assert gp.provenance(crate)["status"] == "failed"
