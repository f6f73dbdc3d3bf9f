"""Secrets of signing in at a portal show nowhere: in no log, error, form's state, history, or code."""

import html
import itertools
import json
import logging
import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import ipywidgets as w
import pytest
import requests
from IPython.core.ultratb import VerboseTB
from widget_tools import can_find, choose, fill, press, seen, text_of

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.errors import GPError

pytestmark = pytest.mark.usefixtures("no_other_widgets")

PASSWORD = "pa55-Wörd&=%41+x"
CLIENT_SECRET = 'm3ridian "of"\\Oslo+x'
MARK = "ISSUED-4Qz"
VERIFIER = "VERIFIER-9Ty"
WAYS = ["portal login", "application", "browser"]


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[demo.DemoServer]:
    numbers = itertools.count()
    # By their sizes: what the portal issues, the verifier of the client, and the state, which is no secret.
    names = {24: MARK, 48: VERIFIER, 16: "state-"}
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: f"{names[size]}{next(numbers):06}=~+")
    for module in ("portal", "security"):
        monkeypatch.setattr(f"gpwidgets.demo.rest.{module}.PASSWORD", PASSWORD)
    monkeypatch.setattr("gpwidgets.demo.rest.portal.CLIENT_SECRET", CLIENT_SECRET)
    with demo.serve(portal=True) as server:
        yield server


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    for name in (None, "urllib3", "gpwidgets", "requests", "asyncio", "tornado"):
        caplog.set_level(logging.DEBUG, name)
    return caplog


def code_of(address: str) -> str:
    """What a person gets who opens the address and signs in."""
    page = requests.get(address, timeout=10).text
    kept = dict(re.findall(r"type='hidden' name='(\w+)' value='([^']*)'", page))
    fields = {name: html.unescape(value) for name, value in kept.items()}
    fields |= {"username": demo.USERNAME, "password": PASSWORD}
    shown = requests.post(address.partition("?")[0], fields, timeout=10).text
    return html.unescape(re.search(r"id='code'.* value='([^']+)'", shown)[1])


def auth_for(way: str, server: demo.DemoServer) -> Any:
    if way == "portal login":
        return gp.PortalLogin(demo.USERNAME, PASSWORD, server.portal_url)
    if way == "application":
        return gp.AppLogin(demo.CLIENT_ID, CLIENT_SECRET, server.portal_url)
    auth = gp.OAuth(demo.CLIENT_ID, server.portal_url)
    auth.enter(code_of(auth.sign_in_url))
    return auth


def forms_of(secret: str) -> set[str]:
    """A secret as it would stand in an address, in JSON, in HTML, in a representation."""
    texts = {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], html.escape(secret)}
    return texts | {quote(secret), quote(secret, safe=""), quote_plus(secret)}


def assert_clean(log: pytest.LogCaptureFixture, *texts: str) -> None:
    logged = [f"{record.getMessage()} {record.args}" for record in log.records]
    everything = "\n".join([*texts, *logged])
    assert everything.strip()
    for secret in (PASSWORD, CLIENT_SECRET, MARK, VERIFIER):
        for form in forms_of(secret):
            assert form not in everything, everything[max(0, everything.index(form) - 200) :][:400]


def verbose(error: BaseException) -> str:
    """What IPython's verbose tracebacks print, with the variables of all frames."""
    tb = VerboseTB()
    return "\n".join(tb.structured_traceback(type(error), error, error.__traceback__))


@pytest.mark.parametrize("way", WAYS)
def test_nothing_shows_when_all_goes_well(place, log, own_history, tmp_path: Path, way: str) -> None:
    auth = auth_for(way, place)
    log.clear()  # of the person's own browser
    task = gp.GPTask(place.url_of("SecuredCount"), auth)
    run = task.start(Seconds=0, Steps=2)
    out = run.wait(30)
    out.save(tmp_path / "out.zip")
    kept = [path.read_bytes().decode("latin-1") for path in own_history.rglob("*") if path.is_file()]
    assert kept
    saved = (tmp_path / "out.zip").read_bytes().decode("latin-1")
    shown = [repr(thing) for thing in (auth, task, task.session, run, out, out.provenance, gp.history())]
    assert_clean(log, *shown, *kept, saved, task.code({"Steps": 2}))


TROUBLE = [
    ("html", {}),
    ("error", {"code": 400, "message": "{sent} is wrong"}),
    ("error", {"code": 500, "message": f"refresh_token={MARK}2 token={MARK}3"}),
    ("status", {"code": 500}),
    ("cut_body", {}),
    ("lost_answer", {}),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("kind", "details"), TROUBLE, ids=lambda value: str(value)[:24])
@pytest.mark.parametrize("after", [0, 1])
def test_nothing_shows_when_the_portal_fails(place, log, way, kind, details, after) -> None:
    auth = auth_for(way, place)
    log.clear()
    sent = {"portal login": PASSWORD, "application": CLIENT_SECRET}.get(way, "it")
    told = {name: value.format(sent=sent) if name == "message" else value for name, value in details.items()}
    place.faults.add(kind, on="portal", after=after, **told)
    with pytest.raises(GPError) as caught:
        gp.GPTask(place.url_of("SecuredCount"), session=gp.GPSession(auth, sleep=lambda _seconds: None))
    error = caught.value.with_traceback(caught.tb.tb_next)  # this frame here knows everything
    plain = "".join(traceback.format_exception(error))
    assert_clean(log, str(error), repr(error), plain, verbose(error))


def sign_in(widget: gp.TaskWidget, way: str, server: demo.DemoServer) -> None:
    labels = {
        "portal login": "With an account of a portal",
        "application": "As an application",
        "browser": "In the browser (OAuth)",
    }
    choose(widget, "Sign in", labels[way])
    fill(widget, "Portal", server.portal_url)
    if way == "portal login":
        fill(widget, "User name", demo.USERNAME)
        fill(widget, "Password", PASSWORD)
        return
    fill(widget, "Client ID", demo.CLIENT_ID)
    if way == "application":
        fill(widget, "Secret", CLIENT_SECRET)
        return
    address = re.search(r'href="([^"]*oauth2/authorize[^"]*)"', state())[1].replace("\\", "")
    fill(widget, "Code", code_of(html.unescape(address)))


def state() -> str:
    """All that a page could save of the widgets."""
    return json.dumps(w.Widget.get_manager_state(), default=str).replace('\\"', '"')


@pytest.mark.parametrize("way", WAYS)
def test_no_form_keeps_it(place, log, way: str) -> None:
    widget = gp.TaskWidget(place.url_of("SecuredCount"))
    sign_in(widget, way, place)
    log.clear()
    typed = state()
    press(widget, re.compile("^Sign in$"))
    assert seen(lambda: can_find(widget, "This form as Python")), text_of(widget)
    press(widget, "This form as Python")
    run = widget.start()
    run.wait(60)
    assert_clean(log, typed, state(), widget.snapshot(), repr(widget), repr(widget.trait_values()))
    widget.close()


def test_the_sweep_finds_what_is_there(log) -> None:
    for form in forms_of(CLIENT_SECRET):
        with pytest.raises(AssertionError):
            assert_clean(log, f"before {form} after")
    logging.getLogger("gpwidgets.client").debug("with %s", PASSWORD)
    with pytest.raises(AssertionError):
        assert_clean(log, "")
