"""A token or password is sent to its server, and shows nowhere else, whatever goes wrong."""

import contextlib
import copy
import gzip
import json
import logging
import pickle
import socket
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.demo.jobs.tool_context import JobContext
from gpwidgets.demo.publishing.publish import Service, as_tool
from gpwidgets.demo.rest.security import USERNAME

PASSWORD = "pa55-Wörd&=%41+x"
TOKEN = "t0ken-of-Oslo_~%2B="
HIDDEN = "between-you-and-the-tool"
WAYS = ["token", "header", "login"]


class Watched:
    """A gateway before the demo server: keeps every request line and header, and passes everything on."""

    def __init__(self, target: str) -> None:
        self.lines: list[str] = []
        self.bodies: list[str] = []
        self.answer: tuple[int, dict[str, str], bytes] | None = None
        self._open: set[socket.socket] = set()
        self._httpd = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(target))
        self._httpd.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._httpd.server_address[1]}"
        threading.Thread(target=self._httpd.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._httpd.shutdown()
        self._httpd.server_close()
        for kept_alive in tuple(self._open):
            with contextlib.suppress(OSError):
                kept_alive.shutdown(socket.SHUT_RDWR)

    def _handler(self, target: str) -> type[BaseHTTPRequestHandler]:
        watched = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                watched._open.add(self.connection)

            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                watched.lines.append(f"{self.path} Referer: {self.headers.get('Referer')}")
                watched.bodies.append(body.decode("utf-8", "replace") + str(self.headers))
                status, headers, sent = watched.answer or self._pass_on(body)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(sent))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(sent)

            do_GET = do_POST = _any  # noqa: N815 - the names http.server looks for

            def _pass_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
                kept = {
                    name: value
                    for name, value in self.headers.items()
                    if name.lower() not in ("host", "content-length", "connection")
                }
                url = target + self.path
                try:
                    reply = requests.request(self.command, url, data=body, headers=kept, timeout=30)
                except requests.ConnectionError:
                    return 502, {"Content-Type": "text/html"}, b"<title>Bad gateway</title>"
                kind = {"Content-Type": reply.headers.get("Content-Type", "")}
                here = f"http://{self.headers['Host']}".encode()
                return reply.status_code, kind, reply.content.replace(target.encode(), here)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def gated(seconds: float = 0.0, mode: str = "", *, job: JobContext) -> int:
    """Wait, and fail when asked to."""
    job.message("Working.")
    job.wait(seconds)
    if mode == "fail":
        raise ValueError("the tool went wrong")
    return 1


@dataclass
class Place:
    """A secured server behind a gateway that keeps what it saw, and all that the client's side let out."""

    server: demo.DemoServer
    gateway: Watched
    auth: Any
    url: str
    seen: list[object] = field(default_factory=list)

    def task(self) -> gp.GPTask:
        return gp.GPTask(self.url, self.auth)


@pytest.fixture(params=WAYS)
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setattr("gpwidgets.demo.rest.security.PASSWORD", PASSWORD)
    monkeypatch.setattr("gpwidgets.demo.rest.security.secrets.token_urlsafe", lambda _size: TOKEN)
    tool = as_tool(gated, name="Gated", output="Number", asynchronous=True)
    with demo.serve(services=[Service("Closed", [tool], secured=True)]) as server:
        gateway = Watched(server.url.removesuffix("/arcgis/rest/services"))
        url = f"{gateway.origin}/arcgis/rest/services/Closed/GPServer/Gated"
        if request.param == "login":
            auth = gp.Login(USERNAME, PASSWORD)
        else:
            auth = gp.Token(server.token_for(), header=request.param == "header")
        yield Place(server, gateway, auth, url)
        gateway.close()


@pytest.fixture(autouse=True)
def _log_everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "gpwidgets", "requests", "asyncio", "tornado"):
        caplog.set_level(logging.DEBUG, name)


def texts_of(thing: object) -> Iterator[str]:
    """How an object shows itself, its parts, and if it is an exception, its chain and traceback."""
    yield repr(thing)
    yield str(thing)
    if isinstance(thing, BaseException):
        yield "".join(traceback.format_exception(thing))
        yield repr(thing.args)
        for further in (thing.__cause__, thing.__context__, *getattr(thing, "errors", ())):
            if further is not None:
                yield from texts_of(further)
    for name, value in getattr(thing, "__dict__", {}).items():
        # What holds the secret keeps it to itself under private names; they show it to nobody.
        if not name.startswith("_"):
            yield f"{name}={value!r}"
    if hasattr(thing, "trait_values"):
        yield repr(thing.trait_values())


def assert_kept(place: Place, caplog: pytest.LogCaptureFixture, *things: object) -> None:
    """Nothing of it shows in these objects, in the log, in addresses, or in any session of requests."""
    shown = [text for thing in (place.auth, *things) for text in texts_of(thing)]
    shown += [record.getMessage() for record in caplog.records]
    shown += [str(record.args) for record in caplog.records]
    shown += place.gateway.lines
    assert place.gateway.lines
    for text in shown:
        for secret in (TOKEN, PASSWORD, requests.utils.quote(PASSWORD), requests.utils.quote(TOKEN)):
            assert secret not in text
            assert repr(secret)[1:-1] not in text
    assert any(
        TOKEN in body or requests.utils.quote(TOKEN, safe="~") in body for body in place.gateway.bodies
    ) or any("password=" in body for body in place.gateway.bodies)


def test_nothing_shows_when_all_goes_well(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    service = gp.GPService(place.gateway.origin + "/arcgis/rest/services/Closed/GPServer", place.auth)
    task = service.task(service.tasks[0])
    run = task.start(Mode="s")
    out = run.wait(30)
    code = task.code({"Mode": "s"})
    again = gp.attach(run.job_url, place.auth)
    again.wait(30)
    things = (
        service,
        task,
        task.session,
        task.info,
        run,
        run.job_url,
        out,
        out.provenance,
        code,
        again,
        run.messages,
    )
    assert_kept(place, caplog, *things)


def test_nothing_shows_when_the_tool_fails(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    run = place.task().start(Mode="fail")
    with pytest.raises(gp.RunError) as caught:
        run.wait(30)
    assert_kept(place, caplog, run, caught.value, run.note)


FAULTS = [
    ("html", "task", {}),
    ("html", "submit", {}),
    ("status", "submit", {"code": 500}),
    ("status", "submit", {"code": 503}),
    ("status", "submit", {"code": 401}),
    ("error", "submit", {"code": 498, "message": "Invalid token."}),
    ("error", "submit", {"code": 500, "message": f"Bad token={TOKEN}&x=1 and password={PASSWORD}"}),
    ("error", "submit", {"code": 500, "message": f"Nobody knows {TOKEN!r}"}),
    ("error", "task", {"code": 498, "message": f"{TOKEN} is not valid"}),
    ("error", "token", {"code": 400, "message": f"{PASSWORD} is wrong"}),
    ("lost_answer", "submit", {}),
    ("cut_body", "submit", {}),
    ("html", "token", {}),
    ("error", "token", {"code": 400, "message": "Unable to generate token."}),
]


@pytest.mark.parametrize(("kind", "on", "details"), FAULTS, ids=lambda value: str(value)[:24])
def test_nothing_shows_when_the_network_or_the_server_fails(
    place: Place, caplog: pytest.LogCaptureFixture, kind: str, on: str, details: dict[str, Any]
) -> None:
    place.server.faults.add(kind, on=on, **details)
    things: list[object] = []
    try:
        task = place.task()
        things.append(task)
        run = task.start()
        things.append(run)
        run.wait(30)
    except gp.GPError as error:
        things.append(error)
    assert_kept(place, caplog, *things)


def test_nothing_shows_when_nobody_answers(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    task = place.task()
    place.gateway.close()
    run = task.start()
    with pytest.raises(gp.ConnectionFailed) as caught:
        run.wait(30)
    assert_kept(place, caplog, task, run, caught.value)


def test_nothing_shows_when_a_token_expires_in_the_middle(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    run = place.task().start(Seconds=0.5)
    place.server.faults.add("expire_tokens", on="poll", times=1)
    if isinstance(place.auth, gp.Login):
        run.wait(30)
    else:
        told = threading.Event()
        run.observe(lambda change: "sign-in" in change.new and told.set(), names="note")
        assert told.wait(30)
    assert_kept(place, caplog, run, run.note, run.error)


@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_redirect_to_another_port_never_carries_it(
    place: Place, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    task = place.task()
    elsewhere = Watched("http://127.0.0.1:9")
    elsewhere.answer = (
        200,
        {"Content-Type": "application/json"},
        b'{"jobId": "j1", "jobStatus": "esriJobSucceeded"}',
    )
    place.gateway.answer = (status, {"Location": elsewhere.origin + "/arcgis/rest/services/x"}, b"")
    run = task.start()
    with pytest.raises(gp.GPError) as caught:
        run.wait(30)
    with pytest.raises(gp.GPError) as reading:
        gp.GPTask(place.url, place.auth)
    elsewhere.close()
    for seen in (*elsewhere.lines, *elsewhere.bodies):
        assert TOKEN not in seen
        assert requests.utils.quote(TOKEN) not in seen
        assert "assword" not in seen
    assert_kept(place, caplog, run, caught.value, reading.value)


def test_no_exception_keeps_a_request_alive_that_holds_it(place: Place) -> None:
    task = place.task()
    place.server.faults.add("lost_answer", on="submit")
    with pytest.raises(gp.RunError) as caught:
        task()
    chain, error = [], caught.value
    while error is not None:
        chain.append(error)
        error = error.__cause__ or error.__context__
    assert not any(isinstance(each, requests.RequestException) for each in chain)


def test_hidden_inputs_show_in_no_code_and_no_provenance(server: demo.DemoServer) -> None:
    task = gp.GPTask(server.url_of("ParameterGallery"))
    run = task.start(Input_Hidden=HIDDEN)
    out = run.wait(30)
    for text in (repr(run), str(out.provenance), task.code({"Input_Hidden": HIDDEN}), str(run.messages)):
        assert HIDDEN not in text


def everything_in(folder: Path) -> str:
    """The text of all files below a folder, unpacked."""
    found = []
    for path in folder.rglob("*"):
        if path.suffix == ".gz":
            found.append(gzip.decompress(path.read_bytes()).decode())
        elif path.is_file():
            found.append(path.read_bytes().decode("utf-8", "replace"))
    assert found
    return "\n".join(found)


def test_nothing_is_kept_in_the_history_or_in_saved_outputs(
    place: Place, caplog: pytest.LogCaptureFixture, own_history: Path, tmp_path: Path
) -> None:
    task = place.task()
    out = task.start(Mode=f"token={TOKEN}").wait(30)
    with pytest.raises(gp.RunError) as caught:
        task.start(Mode="fail").wait(30)
    place.server.faults.add("error", on="submit", code=500, message=f"Bad token={TOKEN} password={PASSWORD}")
    with pytest.raises(gp.GPError):
        task.start().wait(30)
    out.save(tmp_path / "saved")
    runs = gp.history()
    shown = [everything_in(own_history), everything_in(tmp_path / "saved"), repr(runs), runs._repr_html_()]
    shown += [text for entry in runs for text in (repr(entry), entry.code(), entry.summary, entry.error)]
    assert len(runs) == 3
    for text in shown:
        for secret in (TOKEN, PASSWORD, requests.utils.quote(TOKEN), requests.utils.quote(PASSWORD)):
            assert secret not in text
    assert_kept(place, caplog, runs, *runs, caught.value)


SAID = [
    f"https://host/x?token={HIDDEN}&a=1",
    f"https://me:{HIDDEN}@host/x",
    f'{{"url": "https://host/FeatureServer/0", "serviceToken": "{HIDDEN}"}}',
    json.dumps({"text": json.dumps({"access_token": HIDDEN})}),
    json.dumps({"deep": [{"password": HIDDEN}, {"Authorization": f"Bearer {HIDDEN}"}]}),
    f"https://host/x?redirect=token%3D{HIDDEN}",
]


@pytest.mark.parametrize("said", SAID)
def test_a_secret_inside_of_a_value_is_not_kept_with_it(
    server: demo.DemoServer, own_history: Path, said: str, tmp_path: Path
) -> None:
    task = gp.GPTask(server.url_of("ParameterGallery"))
    large = said + " " * 20_000
    out = task(Input_String=said, Input_Strings=[said, said], Input_SQL=large, Input_Hidden=HIDDEN)
    out.save(tmp_path / "saved")
    for text in (everything_in(own_history), everything_in(tmp_path / "saved"), gp.history()[0].code()):
        assert HIDDEN not in text


def test_no_pickle_holds_a_hidden_text(server) -> None:
    task = gp.GPTask(server.url_of("ParameterGallery"))
    run = task.start(Input_Hidden=HIDDEN)
    out = run.wait(60)
    for thing in (run, run.inputs, out, dict(out), task):
        with pytest.raises(TypeError):
            pickle.dumps(thing)
    kept = copy.deepcopy(run.inputs)
    assert kept == run.inputs
    assert HIDDEN not in repr(kept)
    assert pickle.loads(pickle.dumps(str(kept["Input_Hidden"]))) == HIDDEN
