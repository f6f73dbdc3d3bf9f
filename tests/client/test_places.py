"""Where secrets and forms may travel, and how threads share one renewal."""

import copy
import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gpwidgets.client.http.session import GPSession
from gpwidgets.client.sign_in.auth import Token
from gpwidgets.client.sign_in.login import Login
from gpwidgets.client.sign_in.origins import same_server
from gpwidgets.errors import AuthenticationError, BadReply

HOME = "https://gis.example.com/arcgis/rest/services"
SERVICE = "/S/GPServer"
INVALID = b'{"error": {"code": 498, "message": "Invalid token."}}'


def _issues(scripted, answer, *tokens: str) -> str:
    bodies = [answer(b'{"token": "%s", "expires": 9e15}' % token.encode()) for token in tokens]
    url = scripted.at("/arcgis/tokens/", *bodies)
    scripted.at("/arcgis/rest/info", answer(b'{"authInfo": {"tokenServicesUrl": "%s"}}' % url.encode()))
    return url


@pytest.mark.parametrize(
    "url",
    [
        "https://gis.example.com/arcgis/../portal/x",
        "https://gis.example.com/arcgis/%2e%2e/portal/x",
        "https://evil.example\\@gis.example.com/arcgis/rest/x",
        "https://user@gis.example.com/arcgis/rest/x",
        "https://gis.example.com:99999/arcgis/rest/x",
    ],
)
def test_addresses_that_libraries_read_differently_get_no_secret(url: str) -> None:
    assert same_server(url, HOME) is False


def test_the_step_to_https_is_the_same_server() -> None:
    assert same_server(HOME, HOME.replace("https", "http"))
    assert not same_server(HOME.replace("https", "http"), HOME)


@pytest.mark.parametrize("header", [True, False])
def test_a_token_stays_with_the_server_it_was_first_used_with(scripted, other_host, answer, header) -> None:
    token = Token("SECRET", header=header)
    GPSession(token).get_json(scripted.on(SERVICE, answer()))
    GPSession(token).get_json(other_host.on(SERVICE, answer()))
    assert "SECRET" in str(scripted.asked)
    assert "SECRET" not in str(other_host.asked)


def test_a_password_is_not_posted_on_to_another_port(scripted, other_host, answer) -> None:
    _issues(scripted, answer, "unused")
    elsewhere = other_host.at("/steal", answer(b'{"token": "x"}'))
    scripted.at("/arcgis/tokens/", answer(b"", 307, {"Location": elsewhere}))
    with pytest.raises(AuthenticationError, match="redirects to another host"):
        GPSession(Login("me", "PASS")).get_json(scripted.on(SERVICE, answer()))
    assert other_host.asked == []


def test_a_token_service_on_another_port_is_named_and_not_used(scripted, other_host, answer) -> None:
    elsewhere = other_host.at("/tokens", answer(b'{"token": "x"}'))
    scripted.at("/arcgis/rest/info", answer(b'{"authInfo": {"tokenServicesUrl": "%s"}}' % elsewhere.encode()))
    with pytest.raises(AuthenticationError, match=elsewhere.split("/")[2]):
        GPSession(Login("me", "PASS")).get_json(scripted.on(SERVICE, answer()))
    assert other_host.asked == []


def test_a_token_service_that_the_user_names_is_used(scripted, other_host, answer) -> None:
    elsewhere = other_host.at("/tokens", answer(b'{"token": "fresh", "expires": 9e15}'))
    GPSession(Login("me", "PASS", elsewhere)).get_json(scripted.on(SERVICE, answer()))
    assert "PASS" in other_host.asked[0].body
    assert "PASS" not in str(scripted.asked)
    assert "token=fresh" in scripted.asked[-1].body


def test_a_form_is_not_posted_on_to_another_server(scripted, other_host, answer) -> None:
    target = other_host.on(SERVICE + "/T/submitJob", answer(b'{"jobId": "j1"}'))
    url = scripted.on(SERVICE + "/T/submitJob", answer(b"", 307, {"Location": target}))
    with pytest.raises(BadReply, match="redirects to another host"):
        GPSession().post_json(url, {"a": "1"})
    assert other_host.asked == []


def test_threads_whose_requests_were_refused_sign_in_once_together(scripted, answer) -> None:
    _issues(scripted, answer, "old", "new", "wasted")
    login = Login("me", "PASS")
    session = GPSession(login, home=scripted.root)
    refused = login.credentials(session)
    together = threading.Barrier(4)

    def renew() -> bool:
        together.wait()
        return login.renew(session, refused)

    with ThreadPoolExecutor(4) as pool:
        assert all(future.result() for future in [pool.submit(renew) for _ in range(4)])
    assert login.renew(session, refused)
    assert login.credentials(session).fields["token"] == "new"


def test_a_login_whose_token_was_not_sent_does_not_sign_in_again(scripted, other_host, answer) -> None:
    _issues(scripted, answer, "first", "second")
    session = GPSession(Login("me", "PASS"))
    session.get_json(scripted.on(SERVICE, answer()))
    with pytest.raises(AuthenticationError):
        session.get_json(other_host.on(SERVICE, answer(INVALID)))
    assert sum("PASS" in asked.body for asked in scripted.asked) == 1


def test_a_refused_upload_is_sent_whole_again_after_renewal(scripted, answer) -> None:
    _issues(scripted, answer, "old", "new")
    url = scripted.on(SERVICE + "/uploads/upload", answer(INVALID), answer(b'{"success": true}'))
    GPSession(Login("me", "PASS")).post_json(url, {}, files={"file": ("a.txt", io.BytesIO(b"CONTENT"))})
    sent = [asked.body for asked in scripted.asked if asked.path.endswith("/upload")]
    assert ["CONTENT" in body for body in sent] == [True, True]


@pytest.mark.parametrize("status", [405, 414, 501])
def test_a_read_is_posted_where_get_is_refused(scripted, answer, status: int) -> None:
    url = scripted.on(SERVICE, answer(b"", status), answer(b'{"ok": 1}'))
    assert GPSession().get_json(url) == {"ok": 1}
    assert [asked.method for asked in scripted.asked] == ["GET", "POST"]


@pytest.mark.parametrize("opening", ["[", '{"a":', "[1,["])
def test_deep_nesting_is_refused_in_words(scripted, answer, opening: str) -> None:
    closing = "".join("}" if letter == "{" else "]" for letter in reversed(opening) if letter in "[{")
    body = '{"v": ' + opening * 150 + "1" + closing * 150 + "}"
    with pytest.raises(BadReply, match="nested too deeply"):
        GPSession().get_json(scripted.on("/x", answer(body.encode())))


def test_brackets_in_text_are_not_nesting(scripted, answer) -> None:
    body = rb'{"a": "' + rb"[{\"\\" * 500 + rb'", "b": [[1, 2], {"c": []}]}'
    assert GPSession().get_json(scripted.on("/x", answer(body)))["b"] == [[1, 2], {"c": []}]


def test_secrets_show_in_no_url_log_or_exception(scripted, answer, caplog) -> None:
    caplog.set_level("DEBUG")
    echo = b'{"error": {"code": 498, "message": "Invalid token=SECRET"}}'
    with pytest.raises(AuthenticationError) as caught:
        GPSession(Token("SECRET")).get_json(scripted.on(SERVICE, answer(echo)))
    assert "SECRET" not in str(caught.value) + repr(caught.value) + caught.value.url + caplog.text
    assert all("SECRET" not in asked.path for asked in scripted.asked)


def test_copies_cannot_be_made_of_a_secret() -> None:
    with pytest.raises(TypeError, match="secret"):
        copy.deepcopy(Token("SECRET"))


def test_a_wrong_password_is_a_matter_of_signing_in(server) -> None:
    session = GPSession(Login("learner", "WRONG"))
    with pytest.raises(AuthenticationError, match="Invalid username or password") as caught:
        session.get_json(server.url)
    assert "WRONG" not in str(caught.value) + repr(caught.value.__cause__)
