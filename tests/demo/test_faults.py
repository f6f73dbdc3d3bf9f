"""Each fault does what its name says, to the requests it is addressed to."""

import http.client
import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from gpwidgets import demo
from gpwidgets.demo.rest.faults import KINDS

DOCS = Path(__file__).parents[2] / "docs" / "faults.md"


@pytest.fixture
def url(own_server):
    return own_server.url_of("SlowCount")


def _finished(server, post, url):
    job = server.jobs[post(f"{url}/submitJob", Seconds=0)["jobId"]]
    assert job.wait()
    return f"{url}/jobs/{job.id}"


def test_a_fault_hits_its_operation_its_number_of_times(own_server, get, url):
    fault = own_server.faults.add("status", on="task", times=2, after=1, code=503)
    assert "name" in get(url)
    for _ in range(2):
        with pytest.raises(urllib.error.HTTPError, match="503") as caught:
            get(url)
        caught.value.close()
    assert "name" in get(url)
    assert fault.hits == 2


def test_a_fault_can_be_addressed_to_a_task_or_service(own_server, get, url):
    own_server.faults.add("error", task="Viewshed", code=500, message="broken")
    assert "name" in get(url)
    assert get(own_server.url_of("Viewshed"))["error"]["message"] == "broken"
    own_server.faults.clear()
    own_server.faults.add("error", service="Waiting", code=498, message="Invalid token.")
    assert get(url)["error"]["code"] == 498
    assert "name" in get(own_server.url_of("Viewshed"))


def test_a_fault_ends_with_its_with_statement(own_server, get, raw, url):
    with own_server.faults.add("html"):
        assert b"Sign in" in raw(url + "?f=json")[1]
    assert "name" in get(url)


def test_chance_follows_the_dice(own_server, get, url):
    fault = own_server.faults.add("error", probability=0.5)
    failed = sum("error" in get(url) for _ in range(40))
    assert failed == fault.hits
    assert 5 < failed < 35


def test_a_share_of_all_requests_fails_in_many_ways(own_server, url):
    faults = own_server.faults.rain(0.4, on="task poll")
    failed = sum(_fails(url) for _ in range(100))
    hits = [fault.hits for fault in faults if fault.kind != "delay"]
    assert 20 < failed <= sum(hits) < 60
    assert min(hits) > 0
    assert not _fails(url.rpartition("/")[0])


def _fails(url):
    try:
        with urllib.request.urlopen(url + "?f=json") as answer:
            json.load(answer)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        return True
    return False


def test_a_server_that_is_away_comes_back_with_its_jobs_or_without(own_server, post, get, url):
    job = own_server.jobs[post(f"{url}/submitJob", Seconds=0)["jobId"]]
    with own_server.away(), pytest.raises(urllib.error.URLError):
        get(url)
    assert job.wait()
    assert get(f"{url}/jobs/{job.id}")["jobStatus"] == "esriJobSucceeded"
    own_server.jobs.clear()
    assert "does not exist" in str(get(f"{url}/jobs/{job.id}"))


SWITCHES = re.findall(r"^\| `((?:server|with)[^`]*)` \|", DOCS.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("code", SWITCHES)
def test_each_switch_of_the_docs_works(own_server, code):
    exec(code, {"server": own_server})


def test_the_docs_name_every_kind_of_fault():
    assert SWITCHES
    assert all(f"| `{kind}` | {text} |" in DOCS.read_text("utf-8") for kind, text in KINDS.items())


def test_a_lost_request_does_nothing_and_a_lost_answer_does_the_work(own_server, post, url):
    for kind, created in (("lost_request", 0), ("lost_answer", 1)):
        with (
            own_server.faults.add(kind, on="submit"),
            pytest.raises((ConnectionError, http.client.HTTPException)),
        ):
            post(f"{url}/submitJob", Seconds=0)
        assert own_server.jobs.created == created
    assert own_server.jobs.last.wait()


def test_a_cut_body_is_shorter_than_announced(own_server, get, url):
    with own_server.faults.add("cut_body"), pytest.raises(http.client.IncompleteRead):
        get(url)


def test_slow_and_delayed_answers_are_whole(own_server, get, url):
    with own_server.faults.add("slow_body", seconds=0.01), own_server.faults.add("delay", seconds=0.01):
        assert get(url)["name"] == "SlowCount"


def test_a_job_can_fail_vanish_and_lose_its_status_or_results(own_server, post, get, url):
    with own_server.faults.add("missing_status", on="submit"):
        assert list(post(f"{url}/submitJob", Seconds=0)) == ["jobId"]
    done = _finished(own_server, post, url)
    with own_server.faults.add("missing_results"):
        assert "results" not in get(done)
    with own_server.faults.add("fail_job", message="Out of luck."):
        failed = get(_finished(own_server, post, url))
    assert failed["jobStatus"] == "esriJobFailed"
    assert "Out of luck." in [message["description"] for message in failed["messages"]]
    own_server.faults.add("vanish_job", on="poll")
    assert "does not exist" in get(done)["error"]["message"]


def test_results_can_be_truncated(own_server, post):
    url = own_server.url_of("ParameterGallery") + "/execute"
    point = {
        "geometryType": "esriGeometryPoint",
        "features": [{"geometry": {"x": 1, "y": 2}, "attributes": {}}],
    }
    with own_server.faults.add("truncate"):
        results = post(url, Input_Points=json.dumps(point))["results"]
    value = next(each["value"] for each in results if each["paramName"] == "Output_Points")
    assert (value["features"], value["exceededTransferLimit"]) == ([], True)


def test_tokens_can_be_made_to_expire(own_server, get):
    token = own_server.token_for()
    own_server.faults.add("expire_tokens", times=1, after=1)
    url = own_server.url_of("SecuredBuffer")
    assert "name" in get(url, token=token)
    assert get(url, token=token)["error"]["code"] == 498
    assert "name" in get(url, token=own_server.token_for())


def test_every_kind_is_documented_and_others_are_refused():
    with pytest.raises(ValueError, match="lost_answer"):
        demo.FaultBoard().add("gremlins")
