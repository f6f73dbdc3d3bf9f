"""A report for a server's administrator tells what went wrong, whatever it was, and no secret and no name."""

from __future__ import annotations

import json
import re
import ssl
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
import trustme
from bad_server import BadServer, GPAnswers, Request, Wire, parameter
from marks import found
from secretive_server import Marks, Secretive

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.cli import main
from gpwidgets.client.http.session import GPSession
from gpwidgets.demo.rest.faults import KINDS
from gpwidgets.errors import GPError, URLError

pytestmark = pytest.mark.once

#: What stands in the report of each fault that a description can meet.
FAULTS = {
    "delay": ({"seconds": 0.02}, "200"),
    "lost_request": ({}, "no usable answer came"),
    "lost_answer": ({}, "no usable answer came"),
    "status": ({"code": 502}, "502"),
    "html": ({}, "a web page came"),
    "error": ({"code": 500, "message": "out of licences"}, "out of licences"),
    "slow_body": ({"seconds": 0.05}, "200"),
    "cut_body": ({}, "no usable answer came"),
}
#: Those of a job.
OF_JOBS = {
    "fail_job": ({"message": "no memory left"}, "no memory left"),
    "vanish_job": ({"on": "poll"}, "does not exist"),
    "missing_status": ({"on": "poll", "times": 2}, "succeeded"),
    "missing_results": ({"on": "poll"}, "succeeded"),
    "truncate": ({"on": "result"}, "succeeded"),
    "expire_tokens": ({}, "succeeded"),
}


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home folder of somebody, in which the test works; their name is on everything."""
    home = tmp_path / "home" / "canaryperson"
    home.mkdir(parents=True)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, "canaryperson")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(home / "authorities.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "http://canaryperson:canary-proxy-pw@proxy.example.com:3128")
    monkeypatch.chdir(home)
    return home


def everything(report: gp.Diagnosis) -> dict[str, str]:
    with zipfile.ZipFile(report) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def session(auth: object = None, **more: object) -> GPSession:
    return GPSession(auth, sleep=lambda _seconds: None, **more)


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_of_an_address_is_in_its_report(own_server: demo.DemoServer, tmp_path, fault: str) -> None:
    details, words = FAULTS[fault]
    own_server.faults.add(fault, on="task", **details)
    url = own_server.url_of("BufferPoints")
    report = gp.diagnose(url, tmp_path / "report.zip", session=session())
    files = everything(report)
    assert next(iter(files)) == "summary.md"
    assert set(files) == set(report.contents)
    assert words in files["summary.md"].replace("\\", "")
    assert json.loads(files["service.json"])["tasks"]
    entries = json.loads(files["requests.har"])["log"]["entries"]
    assert [entry["request"]["url"] for entry in entries].count(f"{url}?f=json") >= 2


@pytest.mark.parametrize("fault", OF_JOBS)
@pytest.mark.usefixtures("own_history")
def test_each_fault_of_a_run_is_in_its_report(own_server, tmp_path, set_pace, fault: str) -> None:
    set_pace(gone_after=0.05)
    details, words = OF_JOBS[fault]
    own_server.faults.add(fault, **details)
    run = gp.GPTask(own_server.url_of("SlowCount"), session=session()).start(Seconds=0, Steps=1)
    try:
        run.wait(30, show_progress=False)
    except GPError as error:
        said = str(error)
    else:
        said = "succeeded"
    files = everything(gp.diagnose(run, tmp_path / "report.zip"))
    assert words.lower() in (files["summary.md"] + files["run.json"]).replace("\\", "").lower(), said
    assert json.loads(files["run.json"])["inputs"] == {"Seconds": "0", "Steps": "1"}
    assert json.loads(files["journal.json"])["status"] == run.status.value
    assert json.loads(files["run-requests.har"])["log"]["entries"]


def test_all_faults_of_the_embedded_server_are_tried() -> None:
    assert {*FAULTS, *OF_JOBS, "hold_job"} == set(KINDS)  # a job that is held is one that waits


def test_the_page_says_nothing_twice_and_in_words(server: demo.DemoServer, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    made = gp.diagnose(server.url_of("BufferPoints"), tmp_path / "report.zip")
    (told,) = [line for line in made.summary.splitlines() if "what the task BufferPoints takes" in line]
    assert "3 times, " in told
    assert "none.pem, which is not there" in made.summary
    assert not re.search(r"[{}]|True|False|None\b(?!\.)", made.summary)


def test_an_address_where_nobody_answers_gets_one(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/arcgis/rest/services/S/GPServer/T"
    report = gp.diagnose(url, tmp_path / "report.zip", session=session())
    assert "no connection could be made" in report.summary
    assert "trouble" in json.loads(everything(report)["connection.json"])


def test_certificates_that_are_not_there_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authorities.pem"))
    url = "https://127.0.0.1:9/arcgis/rest/services/S/GPServer/T"
    report = gp.diagnose(url, tmp_path / "report.zip", session=session())
    assert "TLS CA certificate bundle" in report.summary
    assert "authorities.pem" in report.summary


def test_a_certificate_that_is_not_trusted_is_shown(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    answers = GPAnswers([parameter("Text")])
    with BadServer(answers, tls=context) as bad:
        report = gp.diagnose(f"{bad.services}/S/GPServer/Task", tmp_path / "report.zip", session=session())
    files = everything(report)
    seen = json.loads(files["connection.json"])
    assert seen["trusted"] is False
    assert seen["protocol"].startswith("TLS")
    assert "unable to get local issuer" in seen["trouble"]
    assert files["certificate.pem"].startswith("-----BEGIN CERTIFICATE-----")
    assert "the certificate of the server is not trusted" in files["summary.md"]


@pytest.mark.usefixtures("own_history")
def test_no_secret_and_no_name_is_in_it(person: Path, set_pace) -> None:
    set_pace()
    marks = Marks.of("report")
    http = requests.Session()
    http.headers["X-Gateway-Key"] = header = "canary-gateway-key-91x"
    with BadServer(Secretive(marks)) as bad:
        told = f"/home/canaryperson/data {Path.home()} C:\\Users\\canaryperson\\x canary.person@example.com"
        about = f"{bad.services}/S/GPServer/Task"
        where = session(gp.Login("canaryaccount", marks.password), http=http)
        task = gp.GPTask(f"{about}?token={marks.token}", session=where)
        layer = gp.LayerReference(f"{bad.services}/L/FeatureServer/0?token={marks.layer}")
        run = task.start(Text=f"{told} {header}", Hidden=marks.hidden, Layer=layer)
        run.wait(30, show_progress=False)
        report = gp.diagnose(run)
        signed = f"http://canaryperson:{quote(marks.password, safe='')}@{about.partition('//')[2]}"
        of_address = gp.diagnose(f"{signed}?token={marks.token}", session=where)
    assert report.path.parent == person
    for made in (report, of_address):
        for name, text in everything(made).items():
            assert found([*marks.all(), header], text) == [], name
            for mark in ("canaryperson", "canaryaccount", "canary-proxy-pw", "canary.person", str(person)):
                assert mark not in text, (name, mark)
    environment = everything(report)["environment.json"]
    assert "http://proxy.example.com:3128" in environment
    assert "authorities.pem" in environment
    assert "canary message" in everything(report)["messages.txt"]


def test_long_answers_are_cut_and_the_report_stays_small(tmp_path: Path) -> None:
    class Long(GPAnswers):
        def __call__(self, request: Request, wire: Wire) -> None:
            wire.reply({**self.usual(self.kind_of(request.path), request), "more": "x" * 1_500_000})

    with BadServer(Long([parameter("Text")])) as bad:
        report = gp.diagnose(f"{bad.services}/S/GPServer/Task", tmp_path / "report.zip", session=session())
    files = everything(report)
    assert "task.cut.txt" in files
    assert sum(map(len, files.values())) < 5_000_000


def test_a_file_that_is_there_is_not_replaced_unless_that_is_asked_for(server, tmp_path: Path) -> None:
    path = tmp_path / "report.zip"
    path.write_text("mine")
    url = server.url_of("BufferPoints")
    with pytest.raises(FileExistsError):
        gp.diagnose(url, path)
    assert path.read_text() == "mine"
    assert everything(gp.diagnose(url, path, overwrite=True))["task.json"]
    assert [one.name for one in tmp_path.iterdir()] == ["report.zip"]


def test_without_a_path_a_free_name_is_taken(server, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    task = gp.GPTask(server.url_of("BufferPoints"))
    names = [gp.diagnose(task).path.name for _ in range(2)]
    assert names[0] == "BufferPoints_diagnosis.zip"
    assert names[1] != names[0]
    assert len(list(tmp_path.iterdir())) == 2


def test_what_is_no_address_is_refused_without_its_secrets() -> None:
    with pytest.raises(URLError, match="is not the address") as refused:
        gp.diagnose("https://me:canary-pw@example.com/page?token=canary-token")
    assert "canary" not in str(refused.value)


def test_the_command_saves_one_and_says_what_is_in_it(server, tmp_path: Path, capsys) -> None:
    path = tmp_path / "out.zip"
    assert main(["diagnose", server.url_of("BufferPoints"), "-o", str(path)]) == 0
    said = capsys.readouterr().out
    assert str(path) in said
    assert "task.json: the description of the task" in said
    assert main(["diagnose", server.url_of("BufferPoints"), "-o", str(path)]) == 1
    assert main(["diagnose", "https://example.com/page"]) == 1
