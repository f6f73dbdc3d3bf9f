"""Tokens: who gets one, and what happens without."""

import urllib.request
from urllib.parse import urlencode

import pytest

from gpwidgets import demo
from gpwidgets.demo.publishing.refusals import Refusal
from gpwidgets.demo.rest.security import TokenStore


def test_a_secured_service_asks_for_a_token(server, get):
    assert get(server.url_of("SecuredBuffer"))["error"]["code"] == 499
    assert get(server.url_of("Secured/Analysis"))["error"]["code"] == 499


def test_a_wrong_or_empty_token_is_refused_even_where_none_is_needed(server, get):
    assert get(server.url_of("SecuredBuffer"), token="guess")["error"]["code"] == 498
    assert get(server.url_of("SlowCount"), token="")["error"]["code"] == 498


def test_signing_in_gives_a_token_that_opens_the_service(server, post, get):
    reply = post(server.token_url, username=demo.USERNAME, password=demo.PASSWORD, client="requestip")
    assert get(server.url_of("SecuredBuffer"), token=reply["token"])["name"] == "SecuredBuffer"


def test_signing_in_needs_the_right_password_and_post(server, post, get):
    assert (
        post(server.token_url, username=demo.USERNAME, password="no")["error"]["message"]
        == "Unable to generate token."
    )
    assert get(server.token_url, username=demo.USERNAME, password=demo.PASSWORD)["error"]["code"] == 405


@pytest.mark.parametrize("header", ["Authorization", "X-Esri-Authorization"])
def test_a_token_may_come_in_a_header(server, raw, header):
    url = server.url_of("SecuredBuffer") + "?f=json"
    assert b"SecuredBuffer" in raw(url, headers={header: f"Bearer {server.token_for()}"})[1]


def test_a_token_bound_to_a_referer_is_good_for_that_referer_only(server, post, raw):
    reply = post(server.token_url, username=demo.USERNAME, password=demo.PASSWORD, referer="http://notebook")
    url = f"{server.url_of('SecuredBuffer')}?{urlencode({'f': 'json', 'token': reply['token']})}"
    assert b"SecuredBuffer" in raw(url, headers={"Referer": "http://notebook"})[1]
    assert b"498" in raw(url)[1]


def test_tokens_expire():
    now = [1000.0]
    tokens = TokenStore(lambda: now[0])
    token, expires = tokens.issue("learner", minutes=5)
    assert expires == 1_300_000
    tokens.check({"token": token}, {})
    now[0] += 300
    with pytest.raises(Refusal, match="Invalid token"):
        tokens.check({"token": token}, {})


def test_jobs_and_files_of_a_secured_service_are_secured_too(server, post, get):
    token = server.token_for()
    url = server.url_of("SecuredCount")
    job_id = post(f"{url}/submitJob", Seconds=0, token=token)["jobId"]
    assert server.jobs[job_id].wait()
    assert get(f"{url}/jobs/{job_id}")["error"]["code"] == 499
    assert get(f"{url}/jobs/{job_id}", token=token)["jobStatus"] == "esriJobSucceeded"
    file = server.url.replace(
        "services", f"directories/arcgisjobs/secured_waiting_gpserver/{job_id}/scratch/x.txt"
    )
    assert get(file)["error"]["code"] == 499


def test_the_server_listens_on_this_machine_alone(server):
    with urllib.request.urlopen(server.url + "?f=json", timeout=10) as answer:
        assert answer.status == 200
    assert server.url.startswith("http://127.0.0.1:")
