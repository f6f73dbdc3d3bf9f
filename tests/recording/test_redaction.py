"""No way to bring a secret, and no place to repeat it, gets it into the file of a lesson."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from bad_server import BadServer, Request, Wire
from marks import found

import gpwidgets as gp
from gpwidgets.recording.recorder import Recorder

#: Unlike all words, with letters that are written in other ways here and there.
SECRET = "s3cret/mark+7~é"
TASK = "/S/GPServer/T"
DESCRIBED = {
    "name": "T",
    "parameters": [
        {"name": "Plain", "dataType": "GPString", "direction": "esriGPParameterDirectionInput"},
        {"name": "Hidden", "dataType": "GPStringHidden", "direction": "esriGPParameterDirectionInput"},
        {
            "name": "Table",
            "dataType": "GPValueTable",
            "direction": "esriGPParameterDirectionInput",
            "parameterInfos": [{"name": "P", "dataType": "GPStringHidden"}],
        },
        {"name": "Result", "dataType": "GPStringHidden", "direction": "esriGPParameterDirectionOutput"},
    ],
}
Ask = Callable[[Recorder], Any]


def everything_in(path: Path) -> str:
    with zipfile.ZipFile(path) as lesson:
        return "\n".join(f"{one}\n{lesson.read(one).decode('utf-8', 'replace')}" for one in lesson.namelist())


def recorded(tmp_path: Path, answer: Callable[[Request, Wire], None], ask: Ask) -> str:
    """All that is in the lesson of some requests."""
    path = tmp_path / "lesson.zip"
    with BadServer(answer) as server, gp.record(server.services, path) as recorder:
        ask(recorder)
        assert any("s3cret" in f"{one.path} {one.text} {one.fields} {one.headers}" for one in server.seen)
    return everything_in(path)


def repeating(request: Request, wire: Wire) -> None:
    """A server that says the secret, whatever it is asked."""
    if request.path.endswith("/T"):
        wire.reply(DESCRIBED)
    else:
        wire.reply({"messages": [{"description": f"not {SECRET} of me"}], "value": f"/{quote(SECRET)}/"})


def get(below: str, **more: Any) -> Ask:
    return lambda recorder: requests.get(f"{recorder.url}{below}", timeout=30, **more)


def post(below: str, data: Any, **more: Any) -> Ask:
    return lambda recorder: requests.post(f"{recorder.url}{below}", data=data, timeout=30, **more)


WAYS: dict[str, Ask] = {
    "a token": get("", params={"token": SECRET}),
    "a token whose name is encoded": get(f"?tok%65n={quote(SECRET, safe='')}"),
    "the first of two tokens": post(f"?token={quote(SECRET, safe='')}", {"token": "another-t0ken"}),
    "a token in the address of a layer": post(
        f"{TASK}/execute", {"Plain": f"https://host/L/FeatureServer/0?token={quote(SECRET)}"}
    ),
    "a token in an address in JSON": post(
        f"{TASK}/execute", {"Plain": json.dumps({"url": f"https://host/0?token={quote(SECRET)}"})}
    ),
    "a body in JSON": post(
        "", json.dumps({"a": {"token": SECRET}}), headers={"Content-Type": "application/json"}
    ),
    "a hidden input": post(f"{TASK}/execute", {"Hidden": SECRET}),
    "a hidden input of an operation in small letters": post(f"{TASK}/submitjob", {"Hidden": SECRET}),
    "a hidden input in capital letters": post("/S/GPSERVER/T/EXECUTE", {"hidden": "x", "Hidden": SECRET}),
    "a hidden column of a table": post(f"{TASK}/execute", {"Table": json.dumps([[SECRET]])}),
    "a header": get("", headers={"X-Api-Key": SECRET.encode()}),
    "a header of Esri": get("", headers={"X-Esri-Authorization": f"Bearer {SECRET}".encode()}),
    "a cookie that is encoded": get("", headers={"Cookie": f"agwtoken={quote(SECRET, safe='')}"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_a_request_brings_is_left_out_where_the_server_repeats_it(tmp_path: Path, way: str) -> None:
    assert found([SECRET], recorded(tmp_path, repeating, WAYS[way])) == []


def test_a_session_in_a_path_is_left_out(tmp_path: Path) -> None:
    def answer(request: Request, wire: Wire) -> None:
        wire.reply({"url": "/other;jsessionid=s3ss10n-mark", "said": request.path})

    path = tmp_path / "lesson.zip"
    with BadServer(answer) as server, gp.record(server.services, path) as recorder:
        get("/S;jsessionid=s3ss10n-mark/GPServer")(recorder)
        assert "s3ss10n-mark" in server.seen[0].path
    assert found(["s3ss10n-mark"], everything_in(path)) == []


@pytest.mark.parametrize("path", ["/tokens", "/Tokens/generateToken", "/tokens/", "/services/gettoken"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_token_that_is_issued_is_left_out(tmp_path: Path, path: str, form: str) -> None:
    def issue(request: Request, wire: Wire) -> None:
        if form == "text":
            wire.reply(SECRET.encode(), headers={"Content-Type": "text/plain"})
        else:
            wire.reply({"token": SECRET, "note": f"for {SECRET}"})

    def ask(recorder: Recorder) -> None:
        base = recorder.url.removesuffix("/services")
        url = f"{base}{path}" if path.startswith("/services") else f"{base.removesuffix('/rest')}{path}"
        said = requests.post(url, data={"username": "me", "password": SECRET}, timeout=30)
        assert said.status_code == 200

    assert found([SECRET], recorded(tmp_path, issue, ask)) == []


def test_a_hidden_result_is_left_out_of_what_was_said_before(tmp_path: Path) -> None:
    def answer(request: Request, wire: Wire) -> None:
        if request.path.endswith("/results/Result"):
            wire.reply({"paramName": "Result", "dataType": "GPStringHidden", "value": SECRET})
        elif request.path.endswith("/T"):
            wire.reply(DESCRIBED)
        else:
            wire.reply({"jobId": "j1", "messages": [{"description": f"The key is {SECRET}."}]})

    def ask(recorder: Recorder) -> None:
        for below in ("", "/jobs/j1", "/jobs/j1/results/Result", "/jobs/j1"):
            requests.get(f"{recorder.url}{TASK}{below}?f=json&note={quote(SECRET)}", timeout=30)

    said = recorded(tmp_path, answer, ask)
    assert found([SECRET], said) == []
    assert "The key is ***." in said


def test_a_description_that_names_fewer_inputs_unhides_none(tmp_path: Path) -> None:
    def answer(request: Request, wire: Wire) -> None:
        if request.path.endswith("/T"):
            wire.reply({"parameters": []} if "option" in request.text else DESCRIBED)
        else:
            wire.reply({"results": []})

    def ask(recorder: Recorder) -> None:
        for text in ("f=json", "f=json&option=footprints"):
            requests.get(f"{recorder.url}{TASK}?{text}", timeout=30)
        post(f"{TASK}/execute", {"Hidden": SECRET})(recorder)

    assert found([SECRET], recorded(tmp_path, answer, ask)) == []


def test_lists_are_left_out_where_a_task_cannot_be_described(tmp_path: Path) -> None:
    def answer(request: Request, wire: Wire) -> None:
        wire.reply({"error": {"code": 500}} if request.path.endswith("/T") else {"results": []})

    ask = post(f"{TASK}/execute", {"Many": json.dumps([SECRET, "b"])})
    assert found([SECRET], recorded(tmp_path, answer, ask)) == []


def test_a_file_in_utf_16_is_read_for_secrets(tmp_path: Path) -> None:
    def answer(request: Request, wire: Wire) -> None:
        wire.reply(f"a,b\r\n{SECRET},1\r\n".encode("utf-16"), headers={"Content-Type": "text/csv"})

    def ask(recorder: Recorder) -> None:
        url = recorder.url.replace("/services", "/directories/arcgisoutput/a.csv")
        requests.get(url, params={"token": SECRET}, timeout=30)

    recorded(tmp_path, answer, ask)
    with zipfile.ZipFile(tmp_path / "lesson.zip") as lesson:
        assert lesson.read("files/00001.csv").decode("utf-16") == "a,b\r\n***,1\r\n"


def test_cookies_of_the_server_go_back_to_the_recorder_and_to_no_other_program(tmp_path: Path) -> None:
    def answer(request: Request, wire: Wire) -> None:
        wire.reply({}, headers={"Set-Cookie": "AGS_ROLES=c00kie-7; Path=/; Domain=example.com; HttpOnly"})

    with BadServer(answer) as server, gp.record(server.services, tmp_path / "a.zip", key="k3y") as recorder:
        heard = requests.get(recorder.url, timeout=30).headers["Set-Cookie"]
        client = requests.Session()
        client.get(recorder.url, timeout=30)
        with BadServer(lambda request, wire: wire.reply({})) as other:
            client.get(other.services, timeout=30)
            assert "cookie" not in other.seen[0].headers
        client.get(recorder.url, timeout=30)
        assert server.seen[-1].headers["cookie"] == "AGS_ROLES=c00kie-7"
    assert "Path=/k3y/arcgis" in heard
    assert "HttpOnly" in heard


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_a_lesson_has_the_rights_that_its_user_gives_new_files(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        with BadServer(lambda request, wire: wire.reply({})) as server:
            gp.record(server.services, tmp_path / "a.zip").close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.zip").stat().st_mode) == 0o600


def test_a_file_that_came_meanwhile_is_kept_and_the_lesson_too(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with BadServer(lambda request, wire: wire.reply({})) as server:
        recorder = gp.record(server.services, path)
        requests.get(recorder.url, timeout=30)
        path.write_text("of somebody else")
        with pytest.warns(gp.GPWarning, match="a_1.zip"):
            recorder.close()
    assert path.read_text() == "of somebody else"
    assert recorder.path == tmp_path / "a_1.zip"
    gp.replay(recorder.path).close()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.zip", "a_1.zip"]


@pytest.mark.parametrize(
    "server", ["http://[bad", "http://h:99999999/x", "http://", "https://h:port/x", "http://é:1"]
)
def test_an_odd_address_in_a_lesson_does_no_harm(tmp_path: Path, server: str) -> None:
    head = {"format": "gpwidgets-lesson", "version": 1, "server": server, "services": "/rest/services"}
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as lesson:
        lesson.writestr("lesson.json", json.dumps(head))
    with gp.replay(tmp_path / "a.zip") as replay:
        said = requests.post(f"{replay.url}/S", data={"A": "http://x/y"}, timeout=30)
        assert said.json()["error"]["code"] == 404
