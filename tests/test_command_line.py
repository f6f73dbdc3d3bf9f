"""The command line on secured services: every way to sign in, and no secret in what it prints."""

import html
import http.server
import io
import re
import subprocess
import sys
import threading

import keyring.errors
import pytest
import requests
from keyrings import in_memory

from gpwidgets import Login, demo
from gpwidgets.cli import main
from gpwidgets.errors import GPError


@pytest.fixture
def ring():
    with in_memory() as kept:
        yield kept


@pytest.fixture(scope="module")
def federated():
    with demo.serve(portal=True) as server:
        yield server


@pytest.fixture
def typed(monkeypatch):
    """`typed("text")`: what comes through standard input."""

    def give(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))

    give("")
    return give


def test_without_a_sign_in_the_server_asks_for_one(server, capsys):
    assert main(["describe", server.url_of("SecuredBuffer")]) == 1
    assert "Token" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--token-env", "--api-key-env"])
def test_a_token_or_key_comes_from_an_environment_variable(server, capsys, monkeypatch, option):
    monkeypatch.setenv("MY_SECRET", server.token_for())
    assert main(["describe", server.url_of("SecuredBuffer"), option, "MY_SECRET"]) == 0
    assert "Input_Points" in capsys.readouterr().out


def test_a_password_is_asked_for_and_may_come_from_a_script(server, capsys, typed, ring):
    typed(demo.PASSWORD + "\n")
    assert main(["describe", server.url_of("SecuredBuffer"), "--login", demo.USERNAME]) == 0
    assert demo.PASSWORD not in "".join(capsys.readouterr())


def test_a_password_that_is_kept_in_the_keyring_is_not_asked_for(server, capsys, typed, ring):
    url = server.url_of("SecuredBuffer")
    typed(demo.PASSWORD + "\n")
    assert main(["login", server.url, demo.USERNAME]) == 0
    typed("")
    assert main(["describe", url, "--login", demo.USERNAME]) == 0
    assert main(["logout", server.url, demo.USERNAME]) == 0
    assert ring.kept == {}
    assert main(["logout", server.url, demo.USERNAME]) == 1
    assert demo.PASSWORD not in "".join(capsys.readouterr())


def test_a_password_of_one_server_is_not_used_for_another(ring):
    Login("ada", "her password").to_keyring("https://gis.example.com/arcgis/rest/services")
    assert Login.from_keyring("https://GIS.example.com/arcgis/rest/services/S/GPServer/T", "ada")
    for other in (
        "https://gis.example.com/other/rest/services",
        "http://gis.example.com/arcgis",
        "https://e.org",
    ):
        with pytest.raises(GPError, match="No password of ada"):
            Login.from_keyring(other, "ada")


def test_a_keyring_that_fails_is_said_without_the_password(ring, monkeypatch):
    def locked(*_: object) -> None:
        raise keyring.errors.KeyringLocked("it is locked")

    monkeypatch.setattr(ring, "set_password", locked)
    with pytest.raises(GPError, match="it is locked") as caught:
        Login("ada", "PASSWORD").to_keyring("https://gis.example.com/arcgis")
    assert caught.value.__context__ is None
    assert "PASSWORD" not in str(caught.value)


@pytest.mark.parametrize("address", ["gis.example.com", "ftp://gis.example.com/arcgis", "https://"])
def test_a_password_is_kept_for_servers_alone(ring, address):
    with pytest.raises(GPError, match="not the address of a server"):
        Login("ada", "her password").to_keyring(address)
    assert ring.kept == {}


def test_without_the_package_for_keyrings_its_name_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(GPError, match=r"gpwidgets\[keyring\]"):
        Login.from_keyring("https://gis.example.com/arcgis", "ada")


def test_an_account_of_the_portal(federated, typed, ring):
    typed(demo.PASSWORD + "\n")
    url = federated.url_of("SecuredBuffer")
    assert main(["describe", url, "--login", demo.USERNAME, "--portal", federated.portal_url]) == 0


def test_an_application_takes_its_secret_from_an_environment_variable(federated, monkeypatch):
    monkeypatch.setenv("APP_SECRET", demo.CLIENT_SECRET)
    url, portal = federated.url_of("SecuredBuffer"), federated.portal_url
    told = ["--app", demo.CLIENT_ID, "--secret-env", "APP_SECRET", "--portal", portal]
    assert main(["describe", url, *told]) == 0


def test_the_browser_shows_a_code_that_is_pasted(federated):
    """A process of its own: the code depends on the address that it prints."""
    told = ["--oauth", demo.CLIENT_ID, "--portal", federated.portal_url]
    command = [sys.executable, "-m", "gpwidgets", "describe", federated.url_of("SecuredBuffer"), *told]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        address = next(line.strip() for line in process.stderr if "oauth2/authorize" in line)
        page = requests.get(address, timeout=10).text
        kept = dict(re.findall(r"type='hidden' name='(\w+)' value='([^']*)'", page))
        fields = {name: html.unescape(value) for name, value in kept.items()}
        fields |= {"username": demo.USERNAME, "password": demo.PASSWORD}
        shown = requests.post(address.partition("?")[0], fields, timeout=10).text
        code = re.search(r"id='code'.* value='([^']+)'", shown)[1]
        out, err = process.communicate(code + "\n", timeout=60)
    assert process.returncode == 0, err
    assert "Input_Points" in out
    assert code not in out + err


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["--token-env", "ABSENT"], "ABSENT is not set"),
        (["--app", "x"], "--secret-env"),
        (["--secret-env", "x"], "goes with --app"),
        (["--portal", "https://gis.example.com/portal"], "goes with --login"),
        (["--client-key", "k.pem"], "goes with --client-cert"),
        (["--client-cert", "absent.pem"], "absent.pem is not a file"),
        (["--ca-file", "absent.pem"], "no certificates at absent.pem"),
    ],
)
def test_an_option_that_lacks_something_is_said_at_once(server, capsys, told, said):
    assert main(["describe", server.url_of("SecuredBuffer"), *told]) == 1
    assert said in capsys.readouterr().err


def test_a_proxy_that_is_named_is_asked(capsys):
    asked = []

    class Proxy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404, "no such task")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        url = "http://gis.example.com/arcgis/rest/services/S/GPServer/T"
        assert main(["describe", url, "--proxy", f"http://127.0.0.1:{proxy.server_port}"]) == 1
        proxy.shutdown()
    assert asked == [f"{url}?f=json"]
    assert "404" in capsys.readouterr().err
