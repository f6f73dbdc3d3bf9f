"""What other clients send, recorded and replayed for the same client; runs with files, maps and sign-ins.

The requests are those that Esri's own clients and two others were seen to make, with their habits.
"""

import json
import re
from pathlib import Path

import pytest
import requests

import gpwidgets as gp

pytestmark = pytest.mark.once

PAGE = "http://localhost:8000"
SET = {
    "features": [
        {
            "attributes": {"OBJECTID": 1},
            "geometry": {"x": -84.2, "y": 36.4, "spatialReference": {"wkid": 4326}},
            "symbol": None,
            "popupTemplate": None,
            "aggregateGeometries": None,
        }
    ]
}
GOES_ON = ("esriJobSubmitted", "esriJobExecuting", "esriJobWaiting", "esriJobNew")
UPLOAD = b"x,y\n1,2\n"


class Client:
    """Makes the requests, and keeps what it heard without ids, times and addresses."""

    def __init__(self, url: str) -> None:
        self._root = url.removesuffix("/services")
        self.heard: list[tuple[int, str, str]] = []
        self._session = requests.Session()
        self._session.headers["Origin"] = PAGE

    def ask(self, path: str, method: str = "GET", files=None, **fields: str):
        url = path if path.startswith("http") else f"{self._root}{path}"
        given = {"params": fields} if method == "GET" else {"data": fields, "files": files}
        answer = self._session.request(method, url, timeout=30, **given)
        assert answer.headers["Access-Control-Allow-Origin"] == PAGE
        kind = answer.headers["Content-Type"].partition(";")[0]
        if "/jobs/" not in path or "results" in path:
            self.heard.append((answer.status_code, kind, self._plain(answer.text)))
        return answer.json() if "json" in kind else answer.content

    def _plain(self, text: str) -> str:
        text = json.dumps(json.loads(text)) if text.startswith(("{", "[")) else text
        text = text.replace(self._root.removesuffix("/rest"), "SERVER")
        text = re.sub(r"(Start Time: |Elapsed Time: )[^\"]*", r"\1", text)
        text = re.sub(r"j[0-9a-f]{32}", "JOB", text)
        return re.sub(r'"(itemID|date)": ("?[\w-]+"?)', r'"\1": 0', text)

    def until_ended(self, job: str, method: str):
        for _ in range(600):
            state = self.ask(job, method, f="json", returnMessages="True")
            if state["jobStatus"] not in GOES_ON:
                return state
        raise AssertionError("it never ended")


def a_session(client: Client) -> None:
    """Describe, run both kinds of tasks, read results, files and uploads."""
    client.ask("/info", f="json")
    client.ask("/services/", f="pjson")
    client.ask("/services/Proximity/GPServer/", f="json")
    client.ask("/services/Proximity/GPServer/BufferPoints/", "POST", f="json")
    client.ask("/services/Awkward%20names/GPServer", f="json")
    buffer = "/services/Proximity/GPServer/BufferPoints/execute"
    width = {"distance": 5, "units": "Esrikilometers"}
    client.ask(buffer, Input_Points=json.dumps(SET), Distance=json.dumps(width), f="json", id="7")
    client.ask(buffer, "POST", Input_Points=json.dumps(SET), Distance=json.dumps(width), f="json")
    gallery = "/services/GalleryJobs/GPServer/ParameterGalleryJob"
    client.ask(gallery, f="json")
    unset = {"Input_String": "", "Input_File": '{"url": ""}', "Input_Points": ""}
    lists = {"Input_Strings": "['a', 'b']", "Input_Choices": "Red,Green"}
    sent = {**unset, **lists, "Input_Long": "7", "outputParam": "Output_Long", "returnMessages": "false"}
    started = client.ask(f"{gallery}/submitJob", f="json", **sent)
    job = f"{gallery}/jobs/{started['jobId']}"
    state = client.until_ended(job, "POST")
    assert state["jobStatus"] == "esriJobSucceeded"
    for name in ("Output_Long", "Output_Strings", "Output_Points", "undefined"):
        client.ask(f"{job}/results/{name}", "POST", f="json", returnType="data")
    client.ask(f"{job}/results", f="json")
    hot = "/services/Events/GPServer/HotSpots"
    job = f"{hot}/jobs/{client.ask(f'{hot}/submitJob', 'POST', f='json')['jobId']}"
    client.until_ended(job, "GET")
    report = client.ask(f"{job}/results/Report", f="json")["value"]["url"]
    client.ask(report)
    uploads = "/services/GalleryJobs/GPServer/uploads"
    file = {"file": ("points.csv", UPLOAD)}
    item = client.ask(f"{uploads}/register", "POST", f="json", itemName="points.csv", description="")["item"]
    place = f"{uploads}/{item['itemID']}"
    client.ask(f"{place}/uploadPart", "POST", f="json", partNumber="1", files=file)
    client.ask(f"{place}/commit", "POST", f="json")
    given = json.dumps({"itemID": item["itemID"]})
    started = client.ask(f"{gallery}/submitJob", "POST", f="json", Input_File=given)
    assert client.until_ended(f"{gallery}/jobs/{started['jobId']}", "GET")["jobStatus"] == "esriJobSucceeded"
    slow = "/services/Waiting/GPServer/SlowCount"
    started = client.ask(f"{slow}/submitJob", f="json", Seconds="20", Steps="3")
    client.ask(f"{slow}/jobs/{started['jobId']}/cancel", "POST", f="json")
    client.until_ended(f"{slow}/jobs/{started['jobId']}", "POST")


def test_a_session_of_other_clients_replays_for_them(tmp_path, only):
    path = tmp_path / "lesson.zip"
    with gp.demo.serve(key="") as server, gp.record(server.url, path, origins=[PAGE]) as recorder:
        live = Client(recorder.url)
        a_session(live)
    with gp.replay(path, origins=[PAGE]) as replay:
        only(replay.port)
        again = Client(replay.url)
        a_session(again)
    assert len(live.heard) == 22
    for was, now in zip(live.heard, again.heard, strict=True):
        assert now == was
    assert not any("is a recording" in text for _, _, text in again.heard)


def test_the_other_file_is_named_and_the_same_file_is_known(tmp_path):
    path, file = tmp_path / "lesson.zip", tmp_path / "notes.txt"
    with gp.demo.serve() as server, gp.record(server.url, path) as recorder:
        url = recorder.address_of(server.url_of("ParameterGalleryJob"))
        file.write_text("one")
        gp.GPTask(url)(Input_File=file).Output_File.read()
        file.write_text("two")
        gp.GPTask(url)(Input_File=file).Output_File.read()
    with gp.replay(path) as replay:
        task = gp.GPTask(replay.url_of("ParameterGalleryJob"))
        assert task(Input_File=file).Output_File.read() == b"two"
        renamed = Path(file.rename(tmp_path / "other.txt"))
        renamed.write_text("one")
        assert task(Input_File=renamed).Output_File.read() == b"one"
        renamed.write_text("three")
        assert "Input_File differs" in task(Input_File=renamed).messages[0].description


@pytest.mark.parametrize("auth", [gp.Login("anybody", "any password"), gp.Token("whatever"), None])
def test_what_was_recorded_with_a_sign_in_replays_with_any_or_none(auth, tmp_path):
    path = tmp_path / "lesson.zip"
    with gp.demo.serve() as server, gp.record(server.url, path) as recorder:
        login = gp.Login(gp.demo.USERNAME, gp.demo.PASSWORD)
        gp.GPTask(recorder.address_of(server.url_of("SecuredCount")), login)(Seconds=0, Steps=4)
    with gp.replay(path) as replay:
        assert gp.GPTask(replay.url_of("SecuredCount"), auth)(Seconds=0, Steps=4).Steps_Done == 4


def test_the_map_of_a_result_is_there_where_it_was_looked_at(tmp_path):
    path = tmp_path / "lesson.zip"
    here, elsewhere = (-100.0, 30.0, -90.0, 40.0), (0.0, 30.0, 10.0, 40.0)

    def pictures(out, *boxes):
        return [out.result_map.picture(box, (64, 64)) for box in boxes]

    with gp.demo.serve() as server, gp.record(server.url, path) as recorder:
        live = pictures(gp.GPTask(recorder.address_of(server.url_of("HotSpots")))(), here)
    with gp.replay(path) as replay:
        out = gp.GPTask(replay.url_of("HotSpots"))()
        assert pictures(out, here) == live
        with pytest.raises(gp.GPError, match="not in it as it is asked for"):
            pictures(out, elsewhere)
