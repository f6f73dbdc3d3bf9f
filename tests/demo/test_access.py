"""The embedded server lets in programs of this machine that know its address, and no page of another site."""

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest

from gpwidgets import demo

PAGE = "http://evil.example"
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def ask(url: str, headers: dict[str, str] | None = None, method: str = "GET") -> http.client.HTTPResponse:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.request(method, f"{parts.path}?{parts.query}", headers=headers or {})
    answer = connection.getresponse()
    answer.text = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer


@pytest.fixture(scope="module")
def closed():
    with demo.serve() as server:
        yield server


def test_a_program_that_knows_the_address_is_answered(closed):
    assert ask(closed.url + "?f=json").status == 200


def test_the_address_holds_a_key_that_differs_from_server_to_server(closed):
    with demo.serve() as other:
        keys = {urlsplit(server.url).path.split("/")[1] for server in (closed, other)}
    assert len(keys) == 2
    assert all(len(key) == 16 for key in keys)


@pytest.mark.parametrize(
    "path", ["/arcgis/rest/services", "/", "/0123456789abcdef/arcgis/rest/services", "/%00/x"]
)
def test_without_the_key_nothing_is_told(closed, path):
    answer = ask(f"http://127.0.0.1:{closed.port}{path}?f=json")
    assert (answer.status, answer.text) == (404, "404\n")


def test_a_key_can_be_chosen_or_left_out():
    with demo.serve(key="") as plain, demo.serve(key="workshop") as named:
        assert urlsplit(plain.url).path == "/arcgis/rest/services"
        assert urlsplit(named.url).path == "/workshop/arcgis/rest/services"
        assert ask(plain.url + "?f=json").status == ask(named.url + "?f=json").status == 200


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ({}, "", 200),
        ({"Origin": PAGE}, "", 403),
        ({"Origin": "null"}, "", 403),
        ({"Origin": PAGE}, "/Waiting/GPServer/SlowCount/submitJob", 403),
        ({"Origin": PAGE}, "/Nowhere/GPServer", 403),
        ({"Host": "evil.example"}, "", 403),
        ({"Host": "127.0.0.1.evil.example:80"}, "", 403),
        ({"Host": "localhost"}, "", 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}, "", 403),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}, "", 403),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, "", 200),
        ({"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, "", 200),
        (LINK, "", 200),
        (LINK, "/Waiting/GPServer/SlowCount", 200),
        (LINK, "/Waiting/GPServer/SlowCount/submitJob", 403),
        (LINK, "/Proximity/GPServer/BufferPoints/execute", 403),
        (LINK, "/Waiting/GPServer/SlowCount/jobs/j0/cancel", 403),
        (LINK, "/Gallery/GPServer/uploads/upload", 403),
        ({**LINK, "Sec-Fetch-Dest": "iframe"}, "", 403),
    ],
)
def test_who_is_let_in(closed, headers, path, status):
    made = closed.jobs.created
    answer = ask(f"{closed.url}{path}?f=json", headers)
    assert answer.status == status
    assert answer.getheader("Access-Control-Allow-Origin") is None
    assert (answer.text == "403\n") is (status == 403)
    assert closed.jobs.created == made


def test_pages_of_the_server_itself_may_use_it(closed):
    own = f"http://127.0.0.1:{closed.port}"
    assert ask(closed.url + "?f=json", {"Origin": own, "Sec-Fetch-Site": "same-origin"}).status == 200


def test_pages_that_are_named_may_use_the_server_and_read_its_answers():
    page = "http://localhost:8000"
    with demo.serve(origins=[page + "/"]) as server:
        answer = ask(server.url + "?f=json", {"Origin": page, "Sec-Fetch-Site": "same-site"})
        assert (answer.status, answer.getheader("Access-Control-Allow-Origin")) == (200, page)
        assert answer.getheader("Vary") == "Origin"
        assert ask(server.url, {"Origin": page}, "OPTIONS").status == 204
        assert ask(server.url, {"Origin": PAGE}, "OPTIONS").status == 403
        assert ask(server.url + "?f=json", {"Origin": PAGE}).status == 403
    with demo.serve(origins=["*"]) as server:
        assert ask(server.url + "?f=json", {"Origin": PAGE}).getheader("Access-Control-Allow-Origin") == "*"


def test_a_proxy_in_front_may_pass_its_own_name_on():
    with demo.serve(hosts=["hub.example.org"]) as server:
        assert ask(server.url + "?f=json", {"Host": "hub.example.org"}).status == 200
        assert ask(server.url + "?f=json", {"Host": "other.example.org"}).status == 403


def test_a_format_that_is_not_known_comes_back_as_text_that_is_no_page(closed):
    answer = ask(closed.url + "?f=%3Cscript%3Ealert(1)%3C/script%3E" + "x" * 500)
    assert answer.getheader("Content-Type").startswith("application/json")
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert len(answer.text) < 300
    assert json.loads(answer.text)["error"]["code"] == 400


def test_a_body_beyond_the_bound_is_refused_before_it_is_read(closed):
    with socket.create_connection(("127.0.0.1", closed.port), timeout=30) as client:
        path = urlsplit(closed.url).path
        client.sendall(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {1 << 30}\r\n\r\n".encode()
            + b"x" * 1000
        )
        assert client.makefile("rb").read().startswith(b"HTTP/1.1 400")
    assert ask(closed.url + "?f=json").status == 200


def test_a_client_that_never_ends_its_request_is_dropped(monkeypatch):
    monkeypatch.setattr("gpwidgets.loopback.http_thread._IDLE", 0.2)
    monkeypatch.setattr("gpwidgets.loopback.http_thread._SLOWEST_BODY", 0.2)
    with demo.serve() as server:
        for beginning in (
            b"",
            b"GET / HT",
            b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx",
        ):
            with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
                client.sendall(beginning)
                assert client.recv(100) == b""  # it hangs up
