"""A secret reaches the server it is for, in a body or header, and nothing and nobody else."""

import pickle

import pytest

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.sign_in.auth import Token
from gpwidgets.client.sign_in.login import Login
from gpwidgets.client.sign_in.origins import same_server
from gpwidgets.errors import AuthenticationError, GPError

HOME = "https://gis.example.com/arcgis/rest/services"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (HOME + "/S/GPServer", True),
        ("https://GIS.example.com:443/arcgis/rest/directories/x.zip", True),
        ("https://gis.example.com/portal/sharing/rest", False),
        ("http://gis.example.com/arcgis/rest/services", False),
        ("https://gis.example.com:6443/arcgis/rest/services", False),
        ("https://evil.example/gis.example.com/arcgis/rest/services", False),
        ("https://gis.example.com.evil.example/arcgis/rest/services", False),
        ("https://gis.example.com@evil.example/arcgis/rest/services", False),
        ("https://gis.example.com/arcgis2/rest/services", False),
    ],
)
def test_which_url_belongs_to_a_server(url: str, expected: bool) -> None:
    assert same_server(url, HOME) is expected


def test_a_token_travels_in_the_body_never_in_the_url(scripted, answer) -> None:
    url = scripted.on("/S/GPServer", answer(b"{}"))
    GPSession(Token("SECRET")).get_json(url)
    asked = scripted.asked[0]
    assert asked.method == "POST"
    assert "SECRET" not in asked.path
    assert "token=SECRET" in asked.body


def test_a_token_can_travel_in_a_header(scripted, answer) -> None:
    url = scripted.on("/S/GPServer", answer(b"{}"))
    GPSession(Token("SECRET", header=True, referer="https://app")).get_json(url)
    headers = scripted.asked[0].headers
    assert headers["X-Esri-Authorization"] == "Bearer SECRET"
    assert headers["Referer"] == "https://app"


def test_a_redirect_to_another_host_loses_the_token(scripted, other_host, answer) -> None:
    target = other_host.on("/S/GPServer", answer(b"{}"))
    url = scripted.on("/S/GPServer", answer(b"", 302, {"Location": target}))
    GPSession(Token("SECRET")).get_json(url)
    assert all("SECRET" not in asked.body + asked.path + str(asked.headers) for asked in other_host.asked)
    assert len(other_host.asked) == 1


def test_another_host_gets_no_token(scripted, other_host, answer) -> None:
    session = GPSession(Token("SECRET"), home=scripted.root)
    session.get_json(other_host.on("/S/GPServer", answer(b"{}")))
    assert "SECRET" not in str(other_host.asked)


def test_an_empty_token_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="empty"):
        Token(" ")


@pytest.mark.parametrize("auth", [Token("SECRET"), Login("me", "SECRET")])
def test_representations_hide_the_secret_and_pickling_is_refused(auth) -> None:
    session = GPSession(auth, home=HOME)
    assert "SECRET" not in repr(auth) + str(auth) + repr(session) + str(auth.credentials)
    with pytest.raises(TypeError):
        pickle.dumps(auth)


def _login_server(scripted, answer, tokens: list[bytes]) -> str:
    token_url = scripted.at(
        "/arcgis/tokens/", *[answer(b'{"token": "%s", "expires": 9e15}' % t) for t in tokens]
    )
    scripted.at("/arcgis/rest/info", answer(b'{"authInfo": {"tokenServicesUrl": "%s"}}' % token_url.encode()))
    return token_url


def test_a_login_finds_the_token_service_and_renews_once(scripted, answer) -> None:
    _login_server(scripted, answer, [b"first", b"second"])
    refused = answer(b'{"error": {"code": 498, "message": "Invalid token."}}')
    url = scripted.on("/S/GPServer", refused, answer(b'{"ok": 1}'))
    assert GPSession(Login("me", "PASS")).get_json(url) == {"ok": 1}
    bodies = [asked.body for asked in scripted.asked if asked.path.startswith("/arcgis/rest/services")]
    assert ["token=first" in bodies[0], "token=second" in bodies[1]] == [True, True]
    passwords = [asked for asked in scripted.asked if "PASS" in asked.body]
    assert {asked.path for asked in passwords} == {"/arcgis/tokens/"}
    assert all(asked.method == "POST" for asked in passwords)


def test_a_refused_token_that_cannot_be_renewed_is_told(scripted, answer) -> None:
    url = scripted.on("/x", answer(b'{"error": {"code": 498, "message": "Invalid token."}}'))
    with pytest.raises(AuthenticationError, match="Invalid token"):
        GPSession(Token("SECRET")).get_json(url)


def test_a_server_cannot_send_the_password_elsewhere(scripted, answer) -> None:
    scripted.at(
        "/arcgis/rest/info", answer(b'{"authInfo": {"tokenServicesUrl": "https://evil.example/tokens"}}')
    )
    with pytest.raises(AuthenticationError, match=r"evil\.example"):
        GPSession(Login("me", "PASS")).get_json(scripted.on("/x", answer(b"{}")))
    assert "PASS" not in str(scripted.asked)


def test_text_is_not_taken_for_a_sign_in() -> None:
    with pytest.raises(GPError, match=r"gp\.Token"):
        GPSession("SECRET")
