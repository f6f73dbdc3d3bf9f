"""Certificates of servers and of clients, and proxies, with real TLS on loopback."""

import http.server
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
import trustme

from gpwidgets.client.http.session import GPSession
from gpwidgets.errors import ConnectionFailed, GPError


@dataclass
class Place:
    """A server: its address, and the names on the client certificates it was shown."""

    url: str
    shown: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


def serve_tls(context: ssl.SSLContext | None) -> tuple[Place, http.server.ThreadingHTTPServer]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown = self.connection.getpeercert() if context else None
            place.shown.append(str(shown.get("subject", "")) if shown else "")
            place.asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(http.server.ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Refused handshakes are part of the play."""

        def get_request(self) -> tuple[object, object]:
            connection, address = super().get_request()
            return (context.wrap_socket(connection, server_side=True) if context else connection), address

    server = Quiet(("127.0.0.1", 0), Handler)
    scheme = "https" if context else "http"
    place = Place(f"{scheme}://127.0.0.1:{server.server_port}/arcgis/rest/services/S/GPServer")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return place, server


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def secure(authority) -> Iterator[Place]:
    """A server that asks for a client certificate and does without."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    place, server = serve_tls(context)
    yield place
    server.shutdown()
    server.server_close()


@pytest.fixture
def second(secure, authority) -> Iterator[Place]:
    """Another server like it, which is another origin."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    place, server = serve_tls(context)
    yield place
    server.shutdown()
    server.server_close()


@pytest.fixture
def client_cert(authority, tmp_path) -> tuple[str, str]:
    issued = authority.issue_cert("ada@example.org", common_name="ada")
    certificate, key = tmp_path / "ada.pem", tmp_path / "ada.key"
    issued.cert_chain_pems[0].write_to_path(str(certificate))
    issued.private_key_pem.write_to_path(str(key))
    return str(certificate), str(key)


def test_a_certificate_of_an_unknown_authority_is_refused(secure):
    with pytest.raises(ConnectionFailed, match=r"(?i)certificate"):
        GPSession(sleep=lambda _: None).get_json(secure.url, retry=False)
    assert secure.asked == []


def test_an_authority_of_ones_own_is_given_as_a_file(secure, ca_file):
    assert GPSession(verify=ca_file).get_json(secure.url) == {}


def test_the_authorities_of_the_system_are_used_when_asked_for(secure, ca_file, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    assert GPSession(verify="system").get_json(secure.url) == {}


def test_the_system_refuses_what_it_does_not_know(secure):
    with pytest.raises(ConnectionFailed, match=r"(?i)certificate"):
        GPSession(verify="system", sleep=lambda _: None).get_json(secure.url, retry=False)
    assert secure.asked == []


def test_a_missing_file_of_certificates_is_said_at_once():
    with pytest.raises(GPError, match=r"no certificates at .*absent\.pem"):
        GPSession(verify="absent.pem")


def test_a_client_certificate_is_shown_to_its_server(secure, ca_file, client_cert):
    GPSession(verify=ca_file, cert=client_cert).get_json(secure.url)
    assert "ada" in secure.shown[0]


def test_a_client_certificate_is_not_shown_to_another_server(secure, second, ca_file, client_cert):
    session = GPSession(verify=ca_file, cert=client_cert)
    session.get_json(secure.url)
    session.get_json(second.url)
    session.get_json(secure.url)
    assert second.shown == [""]
    assert all("ada" in shown for shown in secure.shown)


def test_a_proxy_is_used_when_it_is_named(tmp_path):
    proxy, server = serve_tls(None)
    origin = "/".join(proxy.url.split("/")[:3])
    try:
        url = "http://gis.example.com/arcgis/rest/services/S/GPServer"
        assert GPSession(proxies={"http": origin}).get_json(url) == {}
    finally:
        server.shutdown()
        server.server_close()
    assert proxy.asked == [url + "?f=json"]


class Signed(requests.auth.AuthBase):
    """Stands for Kerberos, NTLM and the like: it changes the request."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.url += "&signed=yes"
        return request


def test_any_authentication_object_of_requests_will_do_with_certificates(secure, second, ca_file):
    session = GPSession(Signed(), verify=ca_file)
    session.get_json(secure.url)
    session.get_json(second.url)
    assert secure.asked[0].endswith("signed=yes")
    assert "signed" not in second.asked[0]
