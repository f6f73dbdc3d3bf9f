"""What services, tasks, runs and outputs show of themselves at the end of a cell."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.errors import TruncatedResult

NASTY = '<script>alert("x")</script><img src=x onerror=alert(1)> $a$ \x1b[2J ?token=SECRETMARK'


Answering = Callable[[Callable[[str, dict[str, str]], Any]], str]


def shown(value: Any) -> Tag:
    html = value._repr_html_()
    assert "SECRETMARK" not in html
    assert "\x1b" not in html
    page = BeautifulSoup(html, "html.parser")
    assert not page.find_all(["script", "img", "style", "iframe"])
    assert not any(name.startswith("on") for tag in page.find_all(True) for name in tag.attrs)
    assert not any("color" in str(tag.attrs) for tag in page.find_all(True))
    return page


def rows(page: Tag, at: int = 0) -> dict[str, list[str]]:
    """The cells of a table behind the first one of each row."""
    lines = page.find_all("table")[at].find_all("tr")
    return {line.th.text: [cell.text for cell in line.find_all("td")] for line in lines}


def test_a_task_shows_what_it_takes_and_gives(server: demo.DemoServer) -> None:
    page = shown(gp.GPTask(server.url_of("Viewshed")))
    assert rows(page)["Input_Points"][:2] == ["Features", "required"]
    assert rows(page)["Distance"] == [
        "Distance",
        "LinearUnit(distance=5.0, units='esriKilometers')",
        "How far they look.",
    ]
    assert "Viewshed_Result" in rows(page, 1)
    assert server.url_of("Viewshed") in page.text


def test_a_service_shows_what_has_been_read_and_reads_nothing(answering: Answering) -> None:
    asked: list[str] = []

    def answer(path: str, fields: dict[str, str]) -> Any:
        asked.append(path)
        return {"folders": ["Inner"], "services": [{"name": "S", "type": "GPServer"}], "tasks": ["T", "U"]}

    root = gp.GPService(answering(answer))
    assert "Not read yet; to read it: folders, services." in shown(root).text
    assert not asked
    assert root.folders == ["Inner"]
    assert [rows(shown(root), at) for at in (0, 1)] == [{"Inner": []}, {"S": []}]
    service = root.service("S")
    assert "Not read yet; to read it: tasks." in shown(service).text
    assert service.tasks == ["T", "U"]
    assert rows(shown(service)) == {"T": [], "U": []}


def test_a_run_and_its_outputs_say_how_it_went(server: demo.DemoServer) -> None:
    run = gp.GPTask(server.url_of("BufferPoints")).start(Input_Points="POINT (-84.2 36.3)", Distance="1 km")
    out = run.wait(60)
    assert rows(shown(run))["State"] == ["succeeded"]
    assert rows(shown(run))["Outputs"] == ["Buffers"]
    assert rows(shown(out))["Buffers"] == ["Features", "1 feature (EPSG:4326)"]


def test_a_result_that_is_not_complete_says_so(
    answering: Answering,
) -> None:
    reply = {
        "paramName": "Out",
        "dataType": "GPRecordSet",
        "value": {"features": [], "exceededTransferLimit": True},
    }

    def answer(path: str, fields: dict[str, str]) -> Any:
        if path.endswith("execute"):
            return {"results": [reply], "messages": []}
        kind = {"executionType": "esriExecutionTypeSynchronous", "tasks": ["T"]}
        return {**kind, "name": "T", "parameters": []}

    run = gp.GPTask(f"{answering(answer)}/S/GPServer/T").start()
    with pytest.warns(TruncatedResult):
        out = run.wait(30)
    assert "rows of Out are missing" in shown(out).text


def test_texts_of_a_server_are_shown_and_do_nothing(
    answering: Answering,
) -> None:
    row = {"displayName": NASTY, "description": NASTY, "dataType": "GPString"}
    inputs = {**row, "name": "<b>In</b>", "direction": "esriGPParameterDirectionInput", "defaultValue": NASTY}
    outputs = {**row, "name": "Out", "direction": "esriGPParameterDirectionOutput"}
    info = {"name": "T", "displayName": NASTY, "description": NASTY, "parameters": [inputs, outputs]}
    told = [{"type": "esriJobMessageTypeInformative", "description": NASTY}]

    def answer(path: str, fields: dict[str, str]) -> Any:
        if path.endswith("execute"):
            return {"results": [{**outputs, "paramName": "Out", "value": NASTY}], "messages": told}
        return {"executionType": "esriExecutionTypeSynchronous", "tasks": [NASTY, "T"], **info}

    root = answering(answer)
    task = gp.GPTask(f"{root}/S/GPServer/T")
    service = gp.GPService(f"{root}/S/GPServer")
    assert service.tasks == [NASTY, "T"]
    run = task.start()
    for value in (task, service, run.wait(30), run):
        page = shown(value)
        assert "\N{FULLWIDTH DOLLAR SIGN}a\N{FULLWIDTH DOLLAR SIGN}" in page.text
