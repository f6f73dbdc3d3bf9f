"""The portal of the embedded server refuses what portals refuse; tests of the client use what it grants."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from gpwidgets import demo

VERIFIER = "a" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
ASKED = {
    "client_id": "gpwidgets-demo",
    "response_type": "code",
    "redirect_uri": OUT_OF_BAND,
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    with demo.serve(portal=True) as server:
        yield f"{server.portal_url}/sharing/rest"


def page(portal: str, **fields: str) -> str:
    """What a browser shows that has sent the form of the sign-in page."""
    return requests.post(f"{portal}/oauth2/authorize", {**ASKED, **fields}, timeout=30).text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_id", "another"),
        ("redirect_uri", "https://evil.example/take"),
        ("response_type", "token"),
        ("code_challenge_method", "plain"),
        ("code_challenge", ""),
    ],
)
def test_a_sign_in_that_is_not_safe_is_refused(portal: str, get: Any, name: str, value: str) -> None:
    assert get(f"{portal}/oauth2/authorize", **{**ASKED, name: value})["error"]["code"] == 400


def test_a_wrong_password_shows_the_page_again(portal: str) -> None:
    shown = page(portal, username=demo.USERNAME, password="wrong")
    assert "Invalid username or password." in shown
    assert "wrong" not in shown


def test_a_browser_is_sent_back_to_the_application_with_a_code(portal: str, post: Any) -> None:
    uri = "http://127.0.0.1:9/back"
    fields = {**ASKED, "redirect_uri": uri, "state": "x y", "username": demo.USERNAME}
    sent = requests.post(
        f"{portal}/oauth2/authorize", {**fields, "password": demo.PASSWORD}, timeout=30, allow_redirects=False
    )
    place = urlsplit(sent.headers["Location"])
    assert place.geturl().startswith(uri + "?")
    (code,), (state,) = parse_qs(place.query)["code"], parse_qs(place.query)["state"]
    assert state == "x y"
    redeemed = {
        "grant_type": "authorization_code",
        "client_id": "gpwidgets-demo",
        "code": code,
        "redirect_uri": uri,
    }
    assert post(f"{portal}/oauth2/token", **redeemed, code_verifier="b" * 50)["error"]["code"] == 400
    # A code is good for one try.
    assert post(f"{portal}/oauth2/token", **redeemed, code_verifier=VERIFIER)["error"]["code"] == 400


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"client_id": "another", "grant_type": "client_credentials"}, 400),
        ({"grant_type": "client_credentials", "client_secret": "guess"}, 400),
        ({"grant_type": "refresh_token", "refresh_token": "guess"}, 498),
        ({"grant_type": "authorization_code", "code": "guess"}, 400),
        ({"grant_type": "password"}, 400),
        ({"grant_type": "client_credentials", "client_secret": "meridian", "expiration": "soon"}, 400),
    ],
)
def test_no_token_is_given_for_less(portal: str, post: Any, fields: dict[str, str], code: int) -> None:
    answer = post(f"{portal}/oauth2/token", **{"client_id": "gpwidgets-demo", **fields})
    assert answer["error"]["code"] == code


def test_tokens_are_made_for_the_federated_server_alone(portal: str, post: Any, get: Any) -> None:
    signed_in = {"username": demo.USERNAME, "password": demo.PASSWORD}
    token = post(f"{portal}/generateToken", **signed_in)["token"]
    other = post(f"{portal}/generateToken", token=token, serverUrl="https://elsewhere.example/arcgis")
    assert other["error"]["code"] == 400
    origin = portal.removesuffix("/portal/sharing/rest")
    assert post(f"{portal}/generateToken", token=token, serverUrl=f"{origin}/arcgis")["token"]
    assert get(f"{portal}/generateToken", **signed_in)["error"]["code"] == 405
    assert get(f"{portal}/community/users")["error"]["code"] in (400, 404)
