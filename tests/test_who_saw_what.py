"""Which server sees which secret: redirects, paths, file addresses and cookies, on real sockets."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from bad_server import BadServer, GPAnswers, Request, Wire, parameter

import gpwidgets as gp
from gpwidgets.cli import main
from gpwidgets.client.http.session import GPSession
from gpwidgets.client.services import downloads
from gpwidgets.protocol.urls import GPURL

TOKEN, PASSWORD, TEXT, COOKIE = "m4rk-token", "m4rk-pa55word", "m4rk-text", "m4rk-cookie"
MARKS = (TOKEN, PASSWORD, TEXT, COOKIE, "bTRyay1wYTU1d29yZA", "OnBhNTV3b3Jk")
CODES = [301, 302, 303, 307, 308]
WAYS = ["token", "header", "basic", "login"]
ASKED = ["task", "submitJob", "job", "results", "token"]


def auth(way: str) -> Any:
    made = {
        "token": lambda: gp.Token(TOKEN),
        "header": lambda: gp.Token(TOKEN, header=True),
        "basic": lambda: ("me", PASSWORD),
        "login": lambda: gp.Login("me", PASSWORD),
    }
    return made[way]()


class Home(GPAnswers):
    """A good service that sets a cookie, and redirects what it is told to."""

    def __init__(self) -> None:
        super().__init__([parameter("Text"), parameter("Out", direction="Output")])
        self.results = {"Out": {"dataType": "GPString", "value": "x"}}
        self.elsewhere: dict[str, tuple[int, str]] = {}

    def __call__(self, request: Request, wire: Wire) -> None:
        kind = self.kind_of(request.path)
        if kind in self.elsewhere:
            code, origin = self.elsewhere[kind]
            wire.reply({}, code, {"Location": origin + request.path})
        elif kind == "token":
            wire.reply({"token": TOKEN, "expires": 4102444800000})
        else:
            wire.reply(self.usual(kind, request), headers={"Set-Cookie": f"agwtoken={COOKIE}; Path=/"})


def silent(_request: Request, wire: Wire) -> None:
    wire.reply({"error": {"code": 499, "message": "Token Required"}})


def seen_by(server: BadServer) -> str:
    return "\n".join(request.text for request in server.seen)


@pytest.fixture
def servers() -> Iterator[tuple[BadServer, Home, BadServer, str]]:
    """A server, its answers, another server on another port, and that one's address under another name."""
    home = Home()
    with BadServer(home) as near, BadServer(silent) as other:
        yield near, home, other, other.origin.replace("127.0.0.1", "localhost")


TABLE = list(itertools.product(ASKED, CODES, WAYS, ["port", "host"]))


def test_the_table_has_more_than_a_hundred_and_fifty_pairs() -> None:
    assert len(TABLE) + len(PATHS) + len(FILES) >= 150


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("way", WAYS)
def test_a_redirect_carries_nothing_to_another_server(
    servers: tuple[BadServer, Home, BadServer, str], asked: str, way: str
) -> None:
    near, home, other, other_name = servers
    task = f"{near.services}/S/GPServer/Task"
    paths = {"task": "", "job": "/jobs/j1", "results": "/jobs/j1/results/Out", "token": ""}
    for code, origin in itertools.product(CODES, (other.origin, other_name)):
        session = GPSession(auth(way))
        with suppress(gp.GPError):
            session.get_json(f"{near.services}/S/GPServer")  # gets the cookie
        home.elsewhere = {asked: (code, origin)}
        with suppress(gp.GPError):
            if asked == "submitJob":
                session.post_json(f"{task}/submitJob", {"Text": TEXT})
            else:
                session.get_json(task + paths[asked])
        home.elsewhere = {}
        for mark in MARKS:
            assert mark not in seen_by(other), (code, origin, mark)
    if asked != "submitJob" and (asked != "token" or way != "login"):
        assert other.seen or asked == "token"
    # The canary: the server itself saw them.
    text = seen_by(near)
    assert TOKEN in text or "Authorization: Basic" in text or PASSWORD in text
    assert COOKIE in text


#: Context of the service, path that is asked for, whether the token may go there.
PATHS = [
    ("/arcgis", "/arcgis/rest/services/S", True),
    ("/arcgis", "/arcgis/tokens/generateToken", True),
    ("/arcgis", "/arcgis/admin", True),
    ("/arcgis", "/other/rest/services", False),
    ("/arcgis", "/arcgisx/rest/services", False),
    ("/arcgis", "/ARCGIS/rest/services", False),
    ("/arcgis", "/", False),
    ("/arcgis", "//arcgis/rest/services", False),
    ("/arcgis", "/./arcgis/rest/services", False),
    ("/arcgis", "/arcgis/../other", False),
    ("/arcgis", "/arcgis/%2e%2e/other", False),
    ("/arcgis", "/arcgis/%2E%2e/other", False),
    ("/arcgis", "/arcgis/..%2fother", False),
    ("/arcgis", "/arcgis/%252e%252e/other", False),
    ("/arcgis", "/arcgis/%25252e%25252e/other", False),
    ("/arcgis", "/arcgis/..;/other", False),
    ("/arcgis", "/arcgis/..;x=1/other", False),
    ("/arcgis", "/arcgis/%2e%2e%3b/other", False),
    ("/arcgis", "/arcgis/.%00./other", False),
    ("/arcgis", "/arcgis/%5c..%5cother", False),
    ("/arcgis", "/arcgis/..%5cother", False),
    ("/arcgis", "/arcgis%2f..%2fother", False),
    ("/restricted", "/restricted/rest/services/S", True),
    ("/restricted", "/public/rest/services/S", False),
    ("/restricted", "/collect", False),
    ("/apps/rest-prod", "/apps/rest-prod/rest/services/S", True),
    ("/apps/rest-prod", "/apps/rest-test/rest/services/S", False),
    ("/apps/rest-prod", "/apps/collect", False),
    ("/a/restaurants/arcgis", "/a/restaurants/arcgis/rest/services", True),
    ("/a/restaurants/arcgis", "/a/collect", False),
    ("/arest", "/arest/rest/services", True),
    ("/arest", "/a/collect", False),
]


@pytest.mark.parametrize(("context", "path", "may"), PATHS)
@pytest.mark.parametrize("way", ["token", "header", "basic"])
def test_a_sign_in_stays_below_the_path_of_its_server(context: str, path: str, may: bool, way: str) -> None:
    with BadServer(lambda _request, wire: wire.reply({})) as server:
        session = GPSession(auth(way), home=f"{server.origin}{context}/rest/services")
        with suppress(gp.GPError):
            session.get_json(server.origin + path)
        text = seen_by(server)
        signed = TOKEN in text or "Authorization: Basic" in text
        assert signed is may


#: Path of a result file, whether the sign-in may go along when the server refuses it without.
FILES = [
    ("/arcgis/rest/directories/arcgisjobs/s_gpserver/j1/scratch/a.zip", True),
    ("/arcgis/rest/directories/arcgisoutput/a.zip?x=1&f=json", True),
    ("/arcgis/rest/services/S/GPServer/Task/jobs/j1/scratch/a.zip", True),
    ("/arcgis/rest/services/S/GPServer/Task/jobs/j1/cancel", False),
    ("/arcgis/rest/services/S/GPServer/Task/submitJob?Text=x", False),
    ("/arcgis/rest/services/S/GPServer/Other/jobs/j1/scratch/a.zip", False),
    ("/arcgis/admin/services/S.GPServer/delete", False),
    ("/arcgis/rest/directories/../admin/delete", False),
    ("/arcgis/rest/directories/%2e%2e/admin/delete", False),
    ("/arcgis/rest/directories/..;/admin/delete", False),
    ("/arcgis/sharing/rest/content/users/me/addItem", False),
    ("/other/rest/directories/a.zip", False),
    ("/arcgis/rest/directoriesx/a.zip", False),
]


@pytest.mark.parametrize(("path", "may"), FILES)
@pytest.mark.parametrize("way", WAYS)
def test_a_file_address_sends_the_sign_in_to_the_servers_own_outputs_only(
    path: str, may: bool, way: str, tmp_path: Path
) -> None:
    def answer(request: Request, wire: Wire) -> None:
        signed = "authorization" in str(sorted(request.headers)) or TOKEN in request.text
        if request.path.endswith(("generateToken", "/info")):
            Home()(request, wire)
        elif signed:
            wire.reply(b"the file", headers={"Content-Type": "application/zip"})
        else:
            silent(request, wire)

    with BadServer(answer) as server:
        session = GPSession(auth(way), home=server.services)
        service = GPURL.parse(f"{server.services}/S/GPServer/Task")
        with suppress(gp.GPError):
            downloads.download(session, server.origin + path, tmp_path, service=service)
        asked = [request for request in server.seen if not request.path.endswith(("generateToken", "/info"))]
        signed = [
            request
            for request in asked
            if "authorization" in str(sorted(request.headers)) or TOKEN in request.text
        ]
        assert bool(signed) is may
        assert [file.read_bytes() for file in tmp_path.iterdir()] == ([b"the file"] if may else [])
        for request in signed:
            assert request.method == "GET"
            assert "?" not in request.target
            assert TOKEN not in request.target


def test_a_file_behind_a_signed_address_is_fetched_as_the_redirect_says(tmp_path: Path) -> None:
    def store(request: Request, wire: Wire) -> None:
        good = request.target == "/bucket/x.txt?sig=a%2Fb%3D&expires=1"
        wire.reply(b"the file" if good else b"", 200 if good else 403, {"Content-Type": "text/plain"})

    with BadServer(store) as bucket:
        signed = f"{bucket.origin}/bucket/x.txt?sig=a%2Fb%3D&expires=1"
        with BadServer(lambda _request, wire: wire.reply(b"", 302, {"Location": signed})) as server:
            service = GPURL.parse(f"{server.services}/S/GPServer/Task")
            session = GPSession(gp.Token(TOKEN), home=server.services)
            url = f"{server.origin}/arcgis/rest/directories/arcgisjobs/x.txt"
            assert downloads.read(session, url, service=service) == b"the file"
            assert downloads.download(session, url, tmp_path, service=service).read_bytes() == b"the file"
        assert TOKEN not in seen_by(bucket)


def test_a_redirect_that_repeats_the_token_in_its_address_is_not_followed_elsewhere() -> None:
    with BadServer(silent) as other:

        def answer(request: Request, wire: Wire) -> None:
            wire.reply({}, 302, {"Location": f"{other.origin}/x?back={request.fields['token']}"})

        with BadServer(answer) as server, pytest.raises(gp.BadReply, match="secret in the address"):
            GPSession(gp.Token(TOKEN), home=server.services).get_json(server.services)
        assert other.seen == []


def test_a_cookie_goes_back_to_its_own_port_only(
    servers: tuple[BadServer, Home, BadServer, str],
) -> None:
    near, _home, port, _name = servers
    session = GPSession(home=near.services)
    for server in (near, near, port):
        with suppress(gp.GPError):
            session.get_json(f"{server.services}/S/GPServer")
    assert [COOKIE in request.text for request in near.seen] == [False, True]
    assert COOKIE not in seen_by(port)


def test_a_look_that_is_led_to_another_server_does_not_end_the_run() -> None:
    home = Home()
    lost = {"error": {"code": 400, "message": "Job j1 does not exist or is inaccessible."}}
    looks: list[str] = []
    with BadServer(lambda _request, wire: wire.reply(lost)) as other:

        def job(request: Request, wire: Wire) -> None:
            looks.append(request.path)
            if len(looks) < 6:
                wire.reply({}, 302, {"Location": other.origin + request.path})
            else:
                wire.reply(home.usual("job", request))

        home.replaced["job"] = job
        with BadServer(home) as near:
            assert gp.GPTask(f"{near.services}/S/GPServer/Task")(Text="x").Out == "x"


def test_an_address_that_is_none_is_an_error_in_words() -> None:
    for url in ("http://[x]/arcgis/rest/services", "http://127.0.0.1:99999/arcgis/rest/services"):
        with pytest.raises(gp.GPError, match="no address"):
            GPSession().get_json(url)


def test_the_command_line_overwrites_nothing_unless_told_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = GPAnswers([parameter("Rows", "GPRecordSet", direction="Output")])
    rows = {"fields": [{"name": "n", "type": "esriFieldTypeInteger"}], "features": [{"attributes": {"n": 1}}]}
    answers.results = {"Rows": {"dataType": "GPRecordSet", "value": rows}}
    mine = tmp_path / "Rows.csv"
    mine.write_text("mine")
    with BadServer(answers) as server:
        command = ["run", f"{server.services}/S/GPServer/Task", "--out", str(tmp_path)]
        assert main(command) == 0
        assert mine.read_text() == "mine"
        assert (tmp_path / "Rows_1.csv").read_text().split() == ["n", "1"]
        assert "Rows_1.csv" in capsys.readouterr().out
        assert main([*command, "--overwrite"]) == 0
        assert mine.read_text().split() == ["n", "1"]
    tables = ["Rows.csv", "Rows_1.csv"]
    beside = [f"{name}-metadata.json" for name in tables]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*tables, *beside])
