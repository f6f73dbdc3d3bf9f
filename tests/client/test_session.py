"""The door to the network survives what can be survived, and repeats nothing that creates work."""

import logging

import pytest
from requests.auth import HTTPBasicAuth
from requests.exceptions import ProxyError, RequestException, SSLError

from gpwidgets.client.http._connections import new_http
from gpwidgets.client.http._retry import connection_failed
from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services.resources import execute, submit_job
from gpwidgets.errors import AuthenticationError, BadReply, ConnectionFailed, ResourceNotFound, ServerError
from gpwidgets.protocol.urls import GPURL

PAGE = b"<html><head><title>Sign in &amp; wait</title></head><body><script>x</script></body></html>"


def test_json_is_asked_for(scripted, answer) -> None:
    url = scripted.on("/S/GPServer", answer(b'{"a": 1}'))
    assert GPSession().get_json(url) == {"a": 1}
    assert scripted.asked[0].path.endswith("/S/GPServer?f=json")


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"a": 1}', b'cb({"a": 1});', b' {"a": 1}\n'])
def test_wrapped_json_is_unwrapped(scripted, answer, body: bytes) -> None:
    assert GPSession().get_json(scripted.on("/x", answer(body))) == {"a": 1}


def test_a_bare_nan_is_tolerated(scripted, answer) -> None:
    got = GPSession().get_json(scripted.on("/x", answer(b'{"a": NaN}')))
    assert got["a"] != got["a"]


def test_an_error_inside_http_200_is_raised_with_the_servers_text(scripted, answer) -> None:
    url = scripted.on(
        "/x", answer(b'{"error": {"code": 400, "message": "Bad thing", "details": ["because"]}}')
    )
    with pytest.raises(ServerError, match="Bad thing because"):
        GPSession().get_json(url)


def test_a_page_instead_of_json_is_told_by_its_title_only(scripted, answer) -> None:
    with pytest.raises(BadReply, match="Sign in & wait") as caught:
        GPSession().get_json(scripted.on("/x", answer(PAGE)))
    assert "script" not in str(caught.value)


@pytest.mark.parametrize(("status", "kind"), [(401, AuthenticationError), (404, ResourceNotFound)])
def test_an_http_status_without_json_is_typed(scripted, answer, status: int, kind: type) -> None:
    with pytest.raises(kind):
        GPSession().get_json(scripted.on("/x", answer(PAGE, status)))


@pytest.mark.parametrize("body", [b'{"a": [1, 2', b"", b"nonsense", b"[" * 5000])
def test_cut_or_strange_bodies_are_bad_replies(scripted, answer, body: bytes) -> None:
    with pytest.raises(BadReply):
        GPSession().get_json(scripted.on("/x", answer(body)))


def test_reads_are_repeated_after_trouble(scripted, answer, no_waiting) -> None:
    url = scripted.on("/x", answer(PAGE, 503), answer(drop=True), answer(b'{"a": 1}'))
    assert GPSession(sleep=no_waiting.append).get_json(url) == {"a": 1}
    assert len(no_waiting) == 2


def test_retry_after_is_honoured(scripted, answer, no_waiting) -> None:
    url = scripted.on("/x", answer(b"", 429, {"Retry-After": "7"}), answer(b'{"a": 1}'))
    GPSession(sleep=no_waiting.append).get_json(url)
    assert no_waiting == [7.0]


def test_reads_are_given_up_after_some_tries(scripted, answer, no_waiting) -> None:
    url = scripted.on("/x", answer(drop=True))
    with pytest.raises(ConnectionFailed):
        GPSession(sleep=no_waiting.append).get_json(url)
    assert len(scripted.asked) == 4


@pytest.mark.parametrize("trouble", [{"drop": True}, {"body": b'{"jobId": "j1"}', "cut": True}])
def test_a_submission_is_sent_once_when_its_answer_is_lost(scripted, answer, trouble: dict) -> None:
    url = scripted.on("/S/GPServer/T/submitJob", answer(**trouble))
    with pytest.raises(ConnectionFailed) as caught:
        GPSession().post_json(url, {"a": "1"})
    assert caught.value.maybe_sent
    assert len(scripted.asked) == 1


def test_a_submission_that_never_left_says_so(scripted) -> None:
    scripted.close()
    with pytest.raises(ConnectionFailed) as caught:
        GPSession().post_json(scripted.root + "/x", {})
    assert not caught.value.maybe_sent


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_post_stays_a_post_through_a_redirect(scripted, answer, status: int) -> None:
    target = scripted.on("/b/submitJob", answer(b'{"jobId": "j1"}'))
    url = scripted.on("/a/submitJob", answer(b"", status, {"Location": target}))
    assert GPSession().post_json(url, {"n": "5"}) == {"jobId": "j1"}
    assert [(asked.method, "n=5" in asked.body) for asked in scripted.asked] == [("POST", True)] * 2


def test_a_circle_of_redirects_ends(scripted, answer) -> None:
    url = scripted.on("/a", answer(b"", 302, {"Location": "/arcgis/rest/services/a"}))
    with pytest.raises(BadReply, match="circle"):
        GPSession().get_json(url)


def test_too_large_an_answer_is_refused(scripted, answer) -> None:
    with pytest.raises(BadReply, match="larger"):
        GPSession(max_bytes=100).get_json(scripted.on("/x", answer(b'"' + b"a" * 1000 + b'"')))


def test_connections_are_kept(scripted, answer) -> None:
    session = GPSession(verify=True)  # with connections of its own
    for _ in range(3):
        session.get_json(scripted.on("/x", answer()))
    pool = next(iter(session._http.get_adapter("http://").poolmanager.pools._container.values()))
    assert pool.num_connections == 1


def test_log_lines_hold_no_query(scripted, answer, caplog) -> None:
    caplog.set_level(logging.DEBUG, "gpwidgets.client")
    GPSession().get_json(scripted.on("/x", answer(b"{}")), {"where": "SECRET"})
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("gpwidgets")]
    assert "SECRET" not in " ".join(lines)
    assert "/x" in " ".join(lines)


def test_all_sessions_use_the_same_connections_to_a_server(scripted, answer) -> None:
    url = scripted.on("/x", answer())
    for _ in range(5):
        GPSession().get_json(url)
    assert len({asked.headers["peer"] for asked in scripted.asked}) == 1


def test_a_sign_in_that_belongs_to_a_connection_keeps_its_connections_to_itself(scripted, answer) -> None:
    url = scripted.on("/x", answer())
    GPSession(HTTPBasicAuth("user", "secret-word")).get_json(url)
    GPSession().get_json(url)
    GPSession(verify=False).get_json(url)
    assert len({asked.headers["peer"] for asked in scripted.asked}) == 3


def test_what_is_sent_once_does_not_go_into_a_connection_that_may_be_dead(scripted, answer) -> None:
    scripted.on("/S/GPServer/T", answer(drop=True), answer(b"{}"))
    job = scripted.on("/S/GPServer/T/submitJob", answer(b'{"jobId": "j1"}'))
    session, url = GPSession(), GPURL.parse(job)
    for _ in range(2):
        assert submit_job(session, url, {}).job_id == "j1"
    assert [asked.method for asked in scripted.asked] == ["GET", "GET", "POST", "POST"]


def test_without_a_connection_nothing_is_sent_and_that_is_said(scripted, answer) -> None:
    url = GPURL.parse(scripted.on("/S/GPServer/T", answer(drop=True)))
    with pytest.raises(ConnectionFailed) as caught:
        execute(GPSession(), url, {})
    assert not caught.value.maybe_sent
    assert {asked.method for asked in scripted.asked} == {"GET"}


@pytest.mark.parametrize(("status", "body"), [(503, PAGE), (429, b""), (200, b'{"error": {"code": 503}}')])
def test_an_error_tells_how_long_the_server_asks_to_wait(scripted, answer, status: int, body: bytes) -> None:
    url = scripted.on("/x", answer(body, status, {"Retry-After": "12"}))
    with pytest.raises((ConnectionFailed, ServerError)) as caught:
        GPSession().get_json(url, retry=False)
    assert caught.value.retry_after == 12


@pytest.mark.parametrize(
    ("error", "maybe_sent", "words"),
    [
        (SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"), False, "not trusted"),
        (SSLError("EOF occurred in violation of protocol (_ssl.c:2427)"), True, "broke"),
        (ProxyError("Unable to connect to proxy"), False, "proxy"),
    ],
)
def test_only_what_cannot_have_arrived_counts_as_not_sent(
    error: RequestException, maybe_sent: bool, words: str
) -> None:
    failed = connection_failed(error, "https://host/x")
    assert failed.maybe_sent == maybe_sent
    assert words in str(failed)


def test_a_proxy_that_is_named_later_is_used_at_once(scripted, answer, monkeypatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    session, url = GPSession(), scripted.on("/x", answer())
    session.get_json(url)
    monkeypatch.setenv("http_proxy", scripted.root.partition("/arcgis")[0])
    with pytest.raises(ResourceNotFound):
        session.get_json("http://elsewhere.invalid/arcgis/rest/services/x")
    by_proxy = [asked.path for asked in scripted.asked if asked.path.startswith("http://elsewhere.invalid/")]
    assert len(by_proxy) == 1
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    session.get_json(url)
    # Runs of earlier tests may ask through this proxy as well.
    directly = [asked.path for asked in scripted.asked if asked.path.startswith("/arcgis/rest/services/x?")]
    assert len(directly) == 2


def test_certificates_that_the_environment_names_are_used(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "own.pem"))
    http = new_http(shared=False)
    chosen = http.merge_environment_settings("https://host/x", {}, True, None, None)
    assert chosen["verify"] == str(tmp_path / "own.pem")
    assert http.merge_environment_settings("https://host/x", {}, True, False, None)["verify"] is False


def test_a_netrc_is_not_read(scripted, answer, monkeypatch, tmp_path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password secret-word\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    GPSession().get_json(scripted.on("/x", answer()))
    assert "Authorization" not in scripted.asked[0].headers
