"""What a server names in a default or result is no file here, and no other host is asked for it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from bad_server import BadServer, GPAnswers, parameter
from canaries import MARK, CanaryServer, canary_file

import gpwidgets as gp
from gpwidgets.widgets.results.results import ResultsView

pytestmark = pytest.mark.once

KINDS = ["GPDataFile", "GPRasterDataLayer", "GPFeatureRecordSetLayer", "GPRecordSet"]
SHAPES = [
    "plain",
    "url",
    "path",
    "list",
    "list of urls",
    "table",
    "table of urls",
    "named",
    "unnamed",
    "both",
]
_opened: list[str] = []
_watched: list[str] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and any(folder in str(arguments[0]) for folder in _watched):
        _opened.append(str(arguments[0]))


sys.addaudithook(_note)  # it cannot be taken away again, so there is one for all tests


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[tuple[Path, CanaryServer]]:
    """Files and a server that a server of the test names."""
    folder = tmp_path / "canaries"
    folder.mkdir()
    canary_file(folder)
    (folder / "canary.csv").write_text(f"a,b\n{MARK},1\n")
    server = CanaryServer()
    _watched.append(str(folder))
    _opened.clear()
    yield folder, server
    _watched.clear()
    server.close()


def spellings(folder: Path, kind: str, other: CanaryServer) -> list[str]:
    path = str(folder / ("canary.csv" if kind == "GPRecordSet" else "canary.geojson"))
    host = other.origin.partition("//")[2]
    return [
        path,
        f"file://{path}",
        f"/vsicurl/{other.origin}/a.geojson",
        rf"\\{host.replace(':', '@')}\share\a.geojson",
    ]


def given(shape: str, kind: str, text: str) -> dict[str, Any]:
    """A parameter whose default names a text in one of many ways."""
    infos = [parameter("A", kind), parameter("B")]
    tables = {"table": [[text, "x"]], "table of urls": [[{"url": text}, "x"]]}
    singles = {"plain": text, "url": {"url": text}, "path": {"path": text}}
    lists = {"list": [text], "list of urls": [{"url": text}]}
    if shape in singles:
        return parameter("P", kind, defaultValue=singles[shape])
    if shape in lists:
        return parameter("P", f"GPMultiValue:{kind}", defaultValue=lists[shape])
    if shape in tables:
        return parameter("P", "GPValueTable", parameterInfos=infos, defaultValue=tables[shape])
    value = {"dataType": kind, "value": text} if shape == "named" else text
    if shape == "both":
        return parameter("P", "GPMultiValue:GPComposite", parameterInfos=infos[:1], defaultValue=[text])
    return parameter("P", "GPComposite", parameterInfos=infos[:1], defaultValue=value)


def use(task: gp.GPTask, folder: Path) -> None:
    """Use the task in the ways there are."""
    form = gp.TaskWidget(task)
    with suppress(gp.GPError):
        exec(compile(task.code(form.values), "code", "exec"), {"__name__": "code"})
    with suppress(gp.GPError):
        run = form.start()
        out = run.wait(20)
        ResultsView(out).close()
        out.save(folder)
    form.close()


@pytest.mark.filterwarnings("ignore::gpwidgets.errors.GPWarning")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_server_names_is_not_read_here(
    canary: tuple[Path, CanaryServer], tmp_path: Path, kind: str, shape: str
) -> None:
    folder, other = canary
    asked = [
        {**given(shape, kind, text), "name": f"P{number}"}
        for number, text in enumerate(spellings(folder, kind, other))
    ]
    outputs = [
        {**one, "name": f"Out{number}", "direction": "esriGPParameterDirectionOutput"}
        for number, one in enumerate(asked)
    ]
    answers = GPAnswers([*asked, *outputs])
    answers.results = {
        one["name"]: {"dataType": one["dataType"], "value": one["defaultValue"]} for one in outputs
    }
    with BadServer(answers) as server:
        hasty = gp.GPSession(sleep=lambda _seconds: None)  # none of what is named here can be fetched
        use(gp.GPTask(f"{server.services}/S/GPServer/Task", session=hasty), tmp_path / "out")
        assert len(answers.jobs) == 2
        assert MARK not in "".join(request.text for request in server.seen)
    assert _opened == []
    assert other.connections == 0


def test_a_path_that_a_user_gives_in_its_place_is_read(canary: tuple[Path, CanaryServer]) -> None:
    folder, _other = canary
    asked = given("list", "GPFeatureRecordSetLayer", "Parcels")
    answers = GPAnswers([asked])
    with BadServer(answers) as server:
        task = gp.GPTask(f"{server.services}/S/GPServer/Task")
        task(P=[str(folder / "canary.geojson")])
        task(P=[gp.NameOnServer("Parcels")])
    read, named = answers.jobs.values()
    assert MARK in read["P"]
    assert json.loads(named["P"]) == ["Parcels"]
    assert _opened


def test_the_code_of_a_default_names_it_as_the_servers(canary: tuple[Path, CanaryServer]) -> None:
    asked = given("list", "GPFeatureRecordSetLayer", "Parcels")
    with BadServer(GPAnswers([asked])) as server:
        task = gp.GPTask(f"{server.services}/S/GPServer/Task")
        form = gp.TaskWidget(task)
        assert "P=[gp.NameOnServer('Parcels')]" in task.code(form.values)
        form.close()
