"""A form with a session of the user: certificates and proxies hold, also after a sign-in in the form."""

import http.server
import threading
import urllib.request
from collections.abc import Iterator

import pytest
from widget_tools import can_find, choose, fill, find, press, seen, text_of

from gpwidgets import GPSession, ServiceWidget, TaskWidget, demo


class Proxy(http.server.BaseHTTPRequestHandler):
    """Hands requests on, whole, and remembers that it was asked."""

    def do_POST(self) -> None:
        self.server.asked.append(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
        kept = {name: self.headers[name] for name in ("Content-Type", "Referer") if name in self.headers}
        request = urllib.request.Request(self.path, body, kept, method=self.command)
        with self.server.direct.open(request, timeout=30) as answer:
            text = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST  # noqa: N815 - the name http.server looks for

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def proxy() -> Iterator[http.server.ThreadingHTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        server.asked = []
        server.direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def session(proxy) -> GPSession:
    return GPSession(proxies={"http": f"http://127.0.0.1:{proxy.server_port}"})


def sign_in(widget) -> None:
    choose(widget, "Sign in", "With a user name")
    fill(widget, "User name", demo.USERNAME)
    fill(widget, "Password", demo.PASSWORD)
    press(widget, find(widget, "Sign in", role="button").description)
    assert seen(lambda: can_find(widget, "Run")), text_of(widget)


def test_a_form_keeps_its_session_through_a_sign_in(server, proxy, session) -> None:
    widget = TaskWidget(server.url_of("SecuredCount"), session=session)
    before = len(proxy.asked)
    assert before
    sign_in(widget)
    assert len(proxy.asked) > before
    assert any("generateToken" in path for path in proxy.asked)
    widget.close()


def test_a_browser_of_services_hands_its_session_to_the_forms(server, proxy, session) -> None:
    widget = ServiceWidget(f"{server.url}/Proximity/GPServer", session=session)
    choose(widget, "Task", "BufferPoints")
    assert seen(lambda: can_find(widget, "Run")), text_of(widget)
    assert any(path.split("?")[0].endswith("/BufferPoints") for path in proxy.asked)
    widget.close()


def test_another_sign_in_is_for_the_first_server_that_it_is_used_with(server) -> None:
    session = GPSession(home="https://gis.example.com/arcgis/rest/services", timeout=(1.0, 2.0))
    other = session.with_auth(None)
    assert other.home == ""
    assert other.timeout == session.timeout
