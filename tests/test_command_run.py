"""The command line runs tasks, saves what comes back, and serves the demo until it is stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import geopandas
import pandas as pd
import pytest

from gpwidgets import demo
from gpwidgets.cli import main

POINT = json.dumps({"type": "Point", "coordinates": [7.4, 46.9]})


@pytest.fixture
def own_server() -> Iterator[demo.DemoServer]:
    with demo.serve() as server:
        yield server


def test_features_are_saved_beside_those_of_an_earlier_run_or_over_them(
    server: demo.DemoServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["run", server.url_of("BufferPoints"), f"Input_Points:={POINT}"]
    folder = ["--out", str(tmp_path)]
    assert main([*command, "Distance=2 km", *folder]) == 0
    assert main([*command, "Distance=3 km", *folder]) == 0
    sizes = [geopandas.read_file(path).to_crs(32632).area.sum() for path in sorted(tmp_path.iterdir())]
    assert sorted(round((size / 3.14159e6) ** 0.5, 1) for size in sizes) == [2.0, 3.0]
    assert main([*command, "Distance=4 km", *folder, "--overwrite"]) == 0
    assert len(list(tmp_path.iterdir())) == 2
    said = capsys.readouterr().out.splitlines()
    assert all(str(tmp_path) in line and "1 rows in" in line for line in said)
    assert said[0].endswith(said[2].partition(" in ")[2])


def test_tables_files_and_features_are_saved_each_in_its_way(
    server: demo.DemoServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dates = ['From_Date:="2018-02-01"', 'To_Date:="2018-02-03"']
    assert main(["run", server.url_of("HotSpots"), *dates, "--out", str(tmp_path)]) == 0
    endings = {path.suffix for path in tmp_path.iterdir()}
    assert {".gpkg", ".csv"} <= endings
    tables = [pd.read_csv(path) for path in tmp_path.glob("*.csv")]
    assert all(len(table) for table in tables)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("given", ["Distance", "=5", ""])
def test_an_input_without_a_name_is_said_before_anything_runs(
    own_server: demo.DemoServer, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    assert main(["run", own_server.url_of("SlowCount"), given]) == 1
    assert "is not NAME=VALUE" in capsys.readouterr().err
    assert not own_server.jobs


def test_an_unknown_input_and_a_failed_job_are_errors(
    server: demo.DemoServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = server.url_of("SlowCount")
    assert main(["run", url, "Stepps=2", "--out", str(tmp_path)]) == 1
    assert "Stepps" in capsys.readouterr().err
    assert main(["run", url, "Seconds:=0", "Steps:=2", "Fail:=true", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("gpwidgets: ")
    assert list(tmp_path.iterdir()) == []


def test_the_top_of_a_server_lists_folders_and_services_and_a_service_its_tasks(
    server: demo.DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["describe", server.url]) == 0
    assert {"Secured/", "Proximity"} <= set(capsys.readouterr().out.splitlines())
    assert main(["describe", server.url_of("SlowCount").rpartition("/")[0]]) == 0
    assert "SlowCount" in capsys.readouterr().out.splitlines()


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_an_interrupted_run_ends_like_any_interrupted_command(own_server: demo.DemoServer) -> None:
    command = ["run", own_server.url_of("SlowCount"), "Seconds:=60", "Steps:=600"]
    with subprocess.Popen([sys.executable, "-m", "gpwidgets", *command], stderr=subprocess.PIPE) as process:
        while not own_server.jobs:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in said


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_the_embedded_server_serves_until_it_is_stopped(end: signal.Signals) -> None:
    command = [sys.executable, "-m", "gpwidgets", "demo", "--serve", "--key", "mine"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert "/mine/arcgis/rest/services" in url
        with urllib.request.urlopen(f"{url}?f=json", timeout=30) as answer:
            assert "services" in json.load(answer)
        process.send_signal(end)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "Traceback" not in said
