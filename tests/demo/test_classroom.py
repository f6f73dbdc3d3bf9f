"""One embedded server for a room: other names, links that hold, a limit for each machine, and turns."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
import requests

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.loopback.worker_pool import WorkerPool

HUB = {
    "Host": "hub.example",
    "X-Forwarded-Proto": "https",
    "X-ProxyContextPath": "/user/ann/proxy/8010",
}


@pytest.fixture(scope="module")
def room() -> Iterator[demo.DemoServer]:
    with demo.serve(hosts=["hub.example"], jobs_each=3, workers=1) as server:
        yield server


def ask(url: str, headers: dict[str, str] | None = None, **fields: str) -> dict[str, object]:
    return requests.post(url, data={"f": "json", **fields}, headers=headers, timeout=30).json()


def test_links_hold_for_whoever_came_by_another_name(room: demo.DemoServer) -> None:
    here = room.url.replace("127.0.0.1", "localhost")
    out = gp.GPTask(room.url_of("HotSpots").replace("127.0.0.1", "localhost")).start().wait(60)
    assert out.Report.url.startswith(here.removesuffix("/services"))
    assert out.Report.read()


def test_links_lead_through_the_proxy_that_was_asked(room: demo.DemoServer) -> None:
    url = room.url_of("HotSpots")
    run = gp.GPTask(url).start()
    run.wait(60)
    result = ask(f"{run.job_url}/results/Report", HUB)
    key = room.url.split("/")[3]
    link = result["value"]["url"]
    assert link.startswith(f"https://hub.example/user/ann/proxy/8010/{key}/arcgis/rest/directories/")
    assert requests.get(
        link.replace("https://hub.example/user/ann/proxy/8010", room.url[: room.url.index(f"/{key}")]),
        timeout=30,
    ).ok


@pytest.mark.parametrize(
    "headers",
    [
        {"X-ProxyContextPath": '/a"><script>'},
        {"X-Forwarded-Proto": "javascript"},
        {"X-Forwarded-Prefix": "//evil.example"},
    ],
)
def test_what_is_no_way_to_the_server_is_not_written_into_links(room: demo.DemoServer, headers) -> None:
    told = ask(f"{room.url.removesuffix('/services')}/info", headers)
    assert told["authInfo"]["tokenServicesUrl"] == room.token_url


def test_a_name_that_is_not_its_own_is_refused(room: demo.DemoServer) -> None:
    answer = requests.get(room.url, headers={"Host": "evil.example"}, timeout=30)
    assert answer.status_code == 403


def test_one_machine_has_so_many_jobs_at_a_time(room: demo.DemoServer, until) -> None:
    slow = gp.GPTask(room.url_of("SlowCount"))
    runs = [slow.start(Seconds=60, Steps=60) for _ in range(3)]
    for run in runs:
        until(run, lambda run=run: run.job_id)
    answer = ask(f"{room.url_of('SlowCount')}/submitJob", Seconds="0", Steps="1")
    assert answer["error"]["code"] == 503
    assert "3 jobs wait or run" in answer["error"]["message"]
    for run in runs:
        run.cancel()
        assert room.jobs[run.job_id].wait()
    assert "jobId" in ask(f"{room.url_of('SlowCount')}/submitJob", Seconds="0", Steps="1")


def test_nobody_waits_for_all_that_another_has_brought() -> None:
    pool, gate, order = WorkerPool(1, "room"), threading.Event(), []
    pool.submit(gate.wait)
    last = [pool.submit(order.append, f"{who}{number}", turn=who) for who in "abc" for number in range(3)]
    gate.set()
    for future in last:
        future.result(30)
    pool.stop()
    assert order == ["a0", "b0", "c0", "a1", "b1", "c1", "a2", "b2", "c2"]


def test_results_are_found_by_who_has_their_id_alone(room: demo.DemoServer) -> None:
    run = gp.GPTask(room.url_of("SlowCount")).start(Seconds=0, Steps=1)
    run.wait(60)
    assert len(run.job_id) == 33  # of which 32 are random hexadecimal digits
    service = room.url_of("SlowCount").rpartition("/")[0]
    for place in ("", "/SlowCount", "/SlowCount/jobs", "/jobs", "/uploads"):
        assert run.job_id not in requests.get(f"{service}{place}?f=json", timeout=30).text


def test_the_command_lets_a_room_in_and_tells_the_address() -> None:
    command = [
        sys.executable,
        "-m",
        "gpwidgets",
        "demo",
        "--classroom",
        "--name",
        "gis.example",
        "--jobs-each",
        "2",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip()
        assert "gpwidgets.ServiceWidget" in process.stdout.readline() + process.stdout.readline()
        path = url.partition("//")[2].partition("/")
        port = path[0].rpartition(":")[2]
        answer = requests.get(
            f"http://127.0.0.1:{port}/{path[2]}?f=json", headers={"Host": "gis.example"}, timeout=30
        )
        assert answer.json()["services"]
        process.terminate()
        assert process.wait(30) == 0
