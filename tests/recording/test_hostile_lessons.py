"""Lessons that somebody else has made: sizes, names, types and pages in them."""

import json
import zipfile

import pytest
import requests

import gpwidgets as gp
from gpwidgets import bounds

HEAD = {
    "format": "gpwidgets-lesson",
    "version": 1,
    "server": "https://host/arcgis",
    "services": "/rest/services",
}
ONE = {
    "number": 1,
    "time": 0,
    "duration": 0,
    "method": "GET",
    "path": "/rest/services",
    "fields": {},
    "status": 200,
    "headers": {},
    "json": {"services": []},
}


def lesson(path, *exchanges, head=HEAD, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        if head is not None:
            file.writestr("lesson.json", head if isinstance(head, str | bytes) else json.dumps(head))
        for number, one in enumerate(exchanges, 1):
            file.writestr(f"exchanges/{number:05}.json", one if isinstance(one, str) else json.dumps(one))
        for name, content in members.items():
            file.writestr(name.replace("__", "/"), content)
    return path


def test_the_smallest_lesson(tmp_path):
    with gp.replay(lesson(tmp_path / "a.zip", ONE)) as replay:
        assert requests.get(replay.url, timeout=30).json() == {"services": []}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, b"<html>", b"\0" * 5000])
def test_what_is_no_lesson_is_refused(content, tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(gp.RecordingError, match=r"a\.zip is no recorded lesson"):
        gp.replay(path)


@pytest.mark.parametrize(
    "change",
    [
        {"path": "no-slash"},
        {"path": None},
        {"path": "/" + "x" * 5000},
        {"number": "1"},
        {"number": -1},
        {"number": True},
        {"time": float("nan")},
        {"time": 1e300},
        {"duration": "long"},
        {"status": 99},
        {"status": 204},
        {"status": 700},
        {"fields": []},
        {"headers": None},
        {"json": None, "text": 5, "drop": "json"},
        {"drop": "json"},
        {"drop": "json", "file": "../../etc/passwd"},
        {"drop": "json", "file": "/etc/passwd"},
        {"drop": "json", "file": "files/00001.bin\n"},
        {"drop": "json", "file": ["files/00001.bin"]},
        {"upload": {"name": "x"}},
        {"upload": "x"},
    ],
)
def test_an_exchange_that_is_none_is_refused(change, tmp_path):
    told = {**ONE, **change}
    if "drop" in told:
        del told[told.pop("drop")]
    with pytest.raises(gp.RecordingError):
        gp.replay(lesson(tmp_path / "a.zip", told))


@pytest.mark.parametrize("text", ["", "[", "null", "5", "[]", '"x"', '{"a":' * 90_000, "[" * 500 + "]" * 500])
def test_text_that_is_no_exchange_is_refused(text, tmp_path):
    with pytest.raises(gp.RecordingError):
        gp.replay(lesson(tmp_path / "a.zip", text))


@pytest.mark.parametrize("head", [None, "", "[]", "{}", {**HEAD, "format": "x"}, "[" * 5000, b"\xff"])
def test_a_lesson_tells_what_it_is(head, tmp_path):
    with pytest.raises(gp.RecordingError, match="is no recorded lesson"):
        gp.replay(lesson(tmp_path / "a.zip", ONE, head=head))


def test_a_newer_version_is_named(tmp_path):
    with pytest.raises(gp.RecordingError, match="newer version"):
        gp.replay(lesson(tmp_path / "a.zip", ONE, head={**HEAD, "version": 2}))


@pytest.mark.parametrize(("bound", "amount"), [("unpacked", 100_000), ("members", 5)])
def test_what_unpacks_to_more_than_is_taken_is_refused(bound, amount, tmp_path, monkeypatch):
    monkeypatch.setenv(f"GPWIDGETS_BOUND_{bound.upper()}", str(amount))
    assert bounds.limit(bound) == amount
    bomb = {f"files__{number:05}.bin": b"\0" * 30_000 for number in range(10)}
    path = lesson(tmp_path / "a.zip", ONE, **bomb)
    assert path.stat().st_size < 5_000
    with pytest.raises(gp.RecordingError, match=f"raise_to.'{bound}'"):
        gp.replay(path)


def test_a_member_that_lies_about_its_size_gives_no_more_than_it_says(tmp_path):
    path = lesson(tmp_path / "a.zip", {**ONE, "json": "x" * 200_000})
    content = path.read_bytes()
    with zipfile.ZipFile(path) as file:
        size = file.getinfo("exchanges/00001.json").file_size
    path.write_bytes(content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    with pytest.raises(gp.RecordingError):
        gp.replay(path)


@pytest.mark.parametrize(
    "told",
    [
        {"text": "<script>alert(1)</script>", "headers": {"Content-Type": "text/html"}},
        {"file": "files/00001.html", "headers": {"Content-Type": "text/html; charset=utf-8"}},
        {"file": "files/00001.html", "headers": {"Content-Type": "image/svg+xml"}},
        {"text": "x", "headers": {"Content-Type": "text/html\r\nSet-Cookie: a=b"}},
        {"text": "x", "headers": {"Set-Cookie": "a=b", "Access-Control-Allow-Origin": "*"}},
        {"text": "x", "status": 302, "headers": {"Location": "http://evil.example/"}},
        {"text": "x", "status": 302, "headers": {"Location": "{{server}}.evil.example/"}},
        {"text": "x", "status": 302, "headers": {"Location": "{{server}}@evil.example/"}},
    ],
)
def test_pages_run_nothing_and_headers_lead_nowhere(told, tmp_path):
    one = {**{key: value for key, value in ONE.items() if key != "json"}, **told}
    with gp.replay(lesson(tmp_path / "a.zip", one, files__00001__html="x")) as replay:
        answer = requests.get(replay.url, timeout=30, allow_redirects=False)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert {"Set-Cookie", "Access-Control-Allow-Origin", "Location"}.isdisjoint(answer.headers)
        kind = told["headers"].get("Content-Type", "text/plain; charset=utf-8").partition("\r")[0]
        assert answer.headers["Content-Type"] in (kind, "text/plain; charset=utf-8")


def test_a_file_that_is_not_in_the_lesson_is_empty(tmp_path):
    one = {**{key: value for key, value in ONE.items() if key != "json"}, "file": "files/00009.bin"}
    with gp.replay(lesson(tmp_path / "a.zip", one)) as replay:
        assert requests.get(replay.url, timeout=30).content == b""


def test_jobs_with_odd_ids_and_states_do_not_spoil_answers(tmp_path):
    task = "/rest/services/S/GPServer/T"
    submit = {
        **ONE,
        "method": "POST",
        "path": f"{task}/submitJob",
        "json": {"jobId": "e", "jobStatus": "esriJobNew"},
    }
    described = {**ONE, "number": 2, "path": task, "json": {"parameters": [None, {"name": "A"}, {"x": 1}]}}
    state = {**ONE, "number": 3, "path": f"{task}/jobs/jjjjjjjjjj", "json": {"jobStatus": 5, "messages": 7}}
    with gp.replay(lesson(tmp_path / "a.zip", submit, described, state)) as replay:
        url = replay.url_of("T")
        assert requests.post(f"{url}/submitJob", timeout=30).json()["jobId"] == "e"
        ended = requests.get(f"{url}/jobs/jjjjjjjjjj", timeout=30).json()
        assert ended["jobId"] == "jjjjjjjjjj"


@pytest.mark.parametrize("path", ["/../lesson.json", "/%2e%2e/x", "//evil.example/", "/arcgis/../x", ""])
def test_paths_beside_the_services_are_not_there(path, tmp_path):
    with gp.replay(lesson(tmp_path / "a.zip", ONE)) as replay:
        base = replay.url.removesuffix("/arcgis/rest/services")
        assert requests.get(f"{base}{path}", timeout=30).status_code == 404
        assert (
            requests.get(replay.url, headers={"Origin": "http://evil.example"}, timeout=30).status_code == 403
        )
        assert requests.get(replay.url, headers={"Host": "evil.example"}, timeout=30).status_code == 403
