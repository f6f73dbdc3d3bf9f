"""People and applications sign in at a portal; each server gets a token of its own, nobody else gets one."""

import html
import json
import pickle
import re
import threading
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from gpwidgets import demo
from gpwidgets.client.http.session import GPSession
from gpwidgets.client.sign_in.auth import APIKey
from gpwidgets.client.sign_in.oauth import AppLogin, OAuth, PortalLogin
from gpwidgets.client.sign_in.origins import online_environment
from gpwidgets.client.sign_in.portals import Portal
from gpwidgets.errors import AuthenticationError, ConnectionFailed, GPError
from gpwidgets.tasks.task import GPTask


@pytest.fixture(scope="module")
def federated():
    with demo.serve(portal=True) as server:
        yield server


def browse(auth: OAuth, username: str = demo.USERNAME, password: str = demo.PASSWORD) -> requests.Response:
    """Open the sign-in page, fill it in and send it, as a browser does."""
    page = requests.get(auth.sign_in_url, timeout=10)
    kept = dict(re.findall(r"type='hidden' name='(\w+)' value='([^']*)'", page.text))
    fields = {name: html.unescape(value) for name, value in kept.items()}
    fields |= {"username": username, "password": password}
    return requests.post(page.url.partition("?")[0], fields, timeout=10, allow_redirects=False)


def code_on(page: requests.Response) -> str:
    return re.search(r"id='code'.* value='([^']+)'", page.text)[1]


def test_a_person_signs_in_with_the_browser_and_pastes_the_code(federated):
    auth = OAuth(demo.CLIENT_ID, federated.portal_url)
    assert not auth.signed_in
    auth.enter(code_on(browse(auth)))
    assert auth.signed_in
    assert GPTask(federated.url_of("SecuredBuffer"), auth).name == "SecuredBuffer"


def test_until_a_code_is_entered_the_error_says_where_to_get_one(federated):
    auth = OAuth(demo.CLIENT_ID, federated.portal_url)
    with pytest.raises(AuthenticationError, match=r"oauth2/authorize.*sign in") as caught:
        GPTask(federated.url_of("SecuredBuffer"), auth)
    assert "code_challenge" in str(caught.value)


def test_the_whole_address_that_the_browser_was_sent_to_can_be_pasted(federated):
    auth = OAuth(demo.CLIENT_ID, federated.portal_url, redirect_uri="http://localhost:9999/back")
    sent_to = browse(auth).headers["Location"]
    assert sent_to.startswith("http://localhost:9999/back?code=")
    auth.enter(sent_to)
    assert GPTask(federated.url_of("SecuredBuffer"), auth).name == "SecuredBuffer"


def test_an_address_of_another_sign_in_is_refused(federated):
    mine, other = (
        OAuth(demo.CLIENT_ID, federated.portal_url, redirect_uri="http://localhost/b") for _ in range(2)
    )
    with pytest.raises(AuthenticationError, match="another sign-in"):
        mine.enter(browse(other).headers["Location"])
    assert not mine.signed_in


def test_a_portal_that_says_no_in_the_address_is_quoted():
    auth = OAuth("app", "https://gis.example.com/portal")
    with pytest.raises(AuthenticationError, match="user denied"):
        auth.enter("http://localhost/b?error=access_denied&error_description=user+denied")


def test_a_code_is_useless_to_whoever_else_sees_it(federated):
    mine, thief = (OAuth(demo.CLIENT_ID, federated.portal_url) for _ in range(2))
    code = code_on(browse(mine))
    thief.enter(code)
    with pytest.raises(AuthenticationError, match="Invalid code") as caught:
        GPTask(federated.url_of("SecuredBuffer"), thief)
    assert code not in str(caught.value)


def test_the_verifier_is_proven_by_its_hash_and_sent_only_with_the_code(scripted, answer):
    scripted.at("/portal/sharing/rest/oauth2/token", answer(b'{"access_token": "P", "expires_in": 1800}'))
    scripted.at("/portal/sharing/rest/generateToken", answer(b'{"token": "S", "expires": 9e15}'))
    url = scripted.on("/S/GPServer", answer(b"{}"))
    auth = OAuth("app", scripted.root.replace("/arcgis/rest/services", "/portal"))
    query = dict(parse_qsl(urlsplit(auth.sign_in_url).query))
    assert (query["code_challenge_method"], query["response_type"]) == ("S256", "code")
    auth.enter("CODE")
    GPSession(auth).get_json(url)
    asked = {asked.path: parse_qs(asked.body) for asked in scripted.asked}
    first = asked["/portal/sharing/rest/oauth2/token"]
    assert first["code"] == ["CODE"]
    assert first["code_verifier"][0] not in auth.sign_in_url
    assert asked["/portal/sharing/rest/generateToken"]["token"] == ["P"]
    assert asked["/arcgis/rest/services/S/GPServer"]["token"] == ["S"]


def test_tokens_are_renewed_before_they_end_by_the_refresh_token(scripted, answer):
    now = [1_000_000.0]
    scripted.at(
        "/portal/sharing/rest/oauth2/token",
        answer(b'{"access_token": "P1", "expires_in": 1800, "refresh_token": "R1"}'),
        answer(b'{"access_token": "P2", "expires_in": 1800}'),
    )
    scripted.at(
        "/portal/sharing/rest/generateToken",
        answer(b'{"token": "S1", "expires": 1001800000}'),
        answer(b'{"token": "S2", "expires": 9e15}'),
    )
    url = scripted.on("/S/GPServer", answer(b"{}"))

    class OnOtherTime(OAuth):
        _now = staticmethod(lambda: now[0])

    auth = OnOtherTime("app", scripted.root.replace("/arcgis/rest/services", "/portal"))
    auth.enter("CODE")
    session = GPSession(auth)
    for later in (0, 1000, 600):  # the third is within five minutes of the end
        now[0] += later
        session.get_json(url)
    bodies = [parse_qs(asked.body) for asked in scripted.asked if asked.path.startswith("/arcgis/rest")]
    assert [body["token"] for body in bodies] == [["S1"], ["S1"], ["S2"]]
    renewals = [parse_qs(asked.body) for asked in scripted.asked if "oauth2" in asked.path]
    assert renewals[1]["refresh_token"] == ["R1"]
    assert "code" not in renewals[1]


def test_an_application_signs_in_by_its_secret(federated):
    auth = AppLogin(demo.CLIENT_ID, demo.CLIENT_SECRET, federated.portal_url)
    assert GPTask(federated.url_of("SecuredBuffer"), auth).name == "SecuredBuffer"


def test_a_wrong_secret_is_an_error_in_words_that_does_not_show_it(federated):
    auth = AppLogin(demo.CLIENT_ID, "not-the-secret", federated.portal_url)
    with pytest.raises(AuthenticationError, match="Invalid client_id or client_secret") as caught:
        GPTask(federated.url_of("SecuredBuffer"), auth)
    assert "not-the-secret" not in str(caught.value)


def test_an_account_of_the_portal_opens_a_federated_server(federated):
    auth = PortalLogin(demo.USERNAME, demo.PASSWORD, federated.portal_url)
    assert GPTask(federated.url_of("SecuredBuffer"), auth).name == "SecuredBuffer"
    with pytest.raises(AuthenticationError, match="Unable to generate token"):
        GPTask(federated.url_of("SecuredBuffer"), PortalLogin("learner", "wrong", federated.portal_url))


def test_a_run_goes_on_when_its_tokens_are_withdrawn_meanwhile(federated, until):
    auth = PortalLogin(demo.USERNAME, demo.PASSWORD, federated.portal_url)
    task = GPTask(federated.url_of("SecuredCount"), auth)
    made = federated.jobs.created
    run = task.start(Steps=6, Seconds=0.3)
    until(run, lambda: bool(run.messages) or run.done)
    federated.expire_tokens()
    assert run.wait(timeout=30, show_progress=False) is not None
    assert federated.jobs.created == made + 1


def test_a_password_goes_to_the_portal_and_a_portal_token_never_to_a_server(scripted, other_host, answer):
    scripted.at(
        "/portal/sharing/rest/generateToken",
        answer(b'{"token": "PORTAL-TOKEN", "expires": 9e15}'),
        answer(b'{"token": "SERVER-TOKEN", "expires": 9e15}'),
    )
    url = other_host.on("/S/GPServer", answer(b"{}"))
    auth = PortalLogin("ada", "PASS-WORD", scripted.root.replace("/arcgis/rest/services", "/portal"))
    GPSession(auth).get_json(url)
    seen = "".join(asked.path + asked.body + json.dumps(asked.headers) for asked in other_host.asked)
    assert "SERVER-TOKEN" in seen
    assert "PORTAL-TOKEN" not in seen
    assert "PASS-WORD" not in seen
    bound = {parse_qs(asked.body)["referer"][0] for asked in scripted.asked}
    assert bound == {other_host.asked[0].headers["Referer"]} == {auth.portal.url}


def test_a_server_that_the_portal_does_not_know_gets_nothing(federated, other_host, answer):
    url = other_host.on("/S/GPServer", answer(b"{}"))
    auth = PortalLogin(demo.USERNAME, demo.PASSWORD, federated.portal_url)
    with pytest.raises(AuthenticationError, match="not federated"):
        GPSession(auth).get_json(url)
    assert other_host.asked == []


def test_a_portal_out_of_reach_is_a_failed_connection_and_nothing_was_sent(scripted, other_host, answer):
    url = other_host.on("/S/GPServer", answer(b"{}"))
    portal = scripted.root.replace("/arcgis/rest/services", "/portal")
    scripted.close()
    with pytest.raises(ConnectionFailed) as caught:
        GPSession(AppLogin("app", "secret", portal), sleep=lambda _: None).post_json(url, {})
    assert not caught.value.maybe_sent
    assert other_host.asked == []


def test_a_portal_that_answers_with_a_page_is_an_error_in_words(scripted, answer):
    scripted.at("/portal/sharing/rest/oauth2/token", answer(b"<html><title>Maintenance</title></html>"))
    url = scripted.on("/S/GPServer", answer(b"{}"))
    auth = AppLogin("app", "secret", scripted.root.replace("/arcgis/rest/services", "/portal"))
    with pytest.raises(AuthenticationError, match="Maintenance"):
        GPSession(auth).get_json(url)


def test_threads_that_start_together_sign_in_once(scripted, answer):
    scripted.at("/portal/sharing/rest/oauth2/token", answer(b'{"access_token": "P", "expires_in": 1800}'))
    scripted.at("/portal/sharing/rest/generateToken", answer(b'{"token": "S", "expires": 9e15}'))
    url = scripted.on("/S/GPServer", answer(b"{}"))
    session = GPSession(AppLogin("app", "secret", scripted.root.replace("/arcgis/rest/services", "/portal")))
    threads = [threading.Thread(target=session.get_json, args=(url,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("/portal/" in asked.path for asked in scripted.asked) == 2


@pytest.mark.parametrize(
    "given",
    [
        "https://gis.example.com/portal",
        "https://gis.example.com/portal/",
        " https://gis.example.com/portal/home/index.html",
        "https://gis.example.com/portal/sharing/rest",
        "https://gis.example.com/portal/sharing/rest/portals/self?f=json",
        "https://gis.example.com/portal/apps/webappviewer",
    ],
)
def test_any_page_of_a_portal_names_it(given):
    assert Portal(given).url == "https://gis.example.com/portal"


@pytest.mark.parametrize(
    "given",
    ["gis.example.com", "", "ftp://gis.example.com", "http://gis.example.com/portal", "https://u@h/p"],
)
def test_what_is_no_address_of_a_portal_or_not_encrypted_is_refused(given):
    with pytest.raises(GPError, match=r"portal|encrypted"):
        Portal(given)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.arcgis.com/sharing/rest", ""),
        ("https://analysis3.arcgis.com/arcgis/rest/services", ""),
        ("https://MyOrg.maps.arcgis.com", ""),
        ("https://servicesdev.arcgis.com/x", "dev"),
        ("https://myorg.mapsqa.arcgis.com", "qa"),
        ("https://devext.arcgis.com", "dev"),
        ("https://services2qa3.arcgis.com", "qa"),
        ("http://www.arcgis.com", None),
        ("https://www.arcgis.com:8443", None),
        ("https://arcgis.com.evil.example", None),
        ("https://evilarcgis.com", None),
        ("https://evil.example/x.arcgis.com/y", None),
        ("https://sampleserver6.arcgisonline.com/arcgis", None),
    ],
)
def test_which_hosts_are_of_arcgis_online(url, expected):
    assert online_environment(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://logistics.arcgis.com/arcgis/rest/services/World/x", True),
        ("https://route.arcgis.com/arcgis/rest/services", True),
        ("https://routeqa.arcgis.com/arcgis/rest/services", False),
        ("http://route.arcgis.com/arcgis/rest/services", False),
        ("https://route.arcgis.com@evil.example/", False),
        ("https://evil.example/arcgis/rest/services", False),
    ],
)
def test_an_api_key_of_arcgis_online_stays_there(url, expected):
    home = "https://logistics.arcgis.com/arcgis/rest/services"
    key = APIKey("AAPK1")
    assert key.admits(home + "/x", home)
    assert key.admits(url, home) is expected


def test_an_api_key_of_an_enterprise_stays_with_its_server():
    key, home = APIKey("AAPK1"), "https://gis.example.com/arcgis/rest/services"
    assert key.admits(home, home)
    assert not key.admits("https://route.arcgis.com/arcgis/rest/services", home)


@pytest.mark.parametrize(
    "auth",
    [
        OAuth("app", "https://gis.example.com/portal"),
        AppLogin("app", "SECRET", "https://gis.example.com/portal"),
        PortalLogin("ada", "SECRET", "https://gis.example.com/portal"),
        APIKey("SECRET"),
    ],
)
def test_representations_hide_the_secret_and_pickling_is_refused(auth):
    assert "SECRET" not in repr(auth) + str(auth) + repr(GPSession(auth))
    with pytest.raises(TypeError):
        pickle.dumps(auth)


@pytest.mark.parametrize(
    "make",
    [lambda: OAuth(" "), lambda: AppLogin("app", ""), lambda: AppLogin(" ", "secret")],
)
def test_an_empty_name_or_secret_is_refused_at_once(make):
    with pytest.raises(GPError, match="empty"):
        make()
