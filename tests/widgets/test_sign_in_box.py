"""A form that asks to sign in takes every way of signing in, and keeps nothing of what was typed."""

import html
import re

import pytest
import requests
from keyrings import in_memory
from widget_tools import (
    alerts,
    can_find,
    choose,
    chosen,
    fill,
    find,
    html_of,
    options,
    press,
    see,
    seen,
    text_of,
    tick,
)

from gpwidgets import TaskWidget, demo
from gpwidgets.tasks.inputs import signing


@pytest.fixture(scope="module")
def federated():
    with demo.serve(portal=True) as server:
        yield server


@pytest.fixture
def form(federated):
    widget = TaskWidget(federated.url_of("SecuredCount"))
    assert seen(lambda: can_find(widget, "Sign in", role="button"))
    yield widget
    widget.close()


def begin(form: TaskWidget, way: str, **fields: str) -> None:
    choose(form, "Sign in", way)
    for name, text in fields.items():
        fill(form, name.replace("_", " "), text)


def sign_in(form: TaskWidget) -> None:
    press(form, re.compile("^Sign in$"))
    assert seen(lambda: can_find(form, "Run")), text_of(form)


def test_the_ways_are_named_and_each_shows_its_own_fields(form) -> None:
    fields = {
        "With a token or an API key": {"Token"},
        "With a user name": {"User name", "Password"},
        "With an account of a portal": {"Portal", "User name", "Password"},
        "In the browser (OAuth)": {"Portal", "Client ID", "Code"},
        "As an application": {"Portal", "Client ID", "Secret"},
    }
    assert list(fields) == list(options(form, "Sign in"))
    for way, wanted in fields.items():
        choose(form, "Sign in", way)
        every = set().union(*fields.values())
        assert {name for name in every if can_find(form, name, role="textbox")} == wanted


def test_an_account_of_the_portal(form, federated) -> None:
    begin(form, "With an account of a portal", Portal=federated.portal_url, User_name=demo.USERNAME)
    fill(form, "Password", demo.PASSWORD)
    sign_in(form)


def test_an_application(form, federated) -> None:
    begin(form, "As an application", Portal=federated.portal_url, Client_ID=demo.CLIENT_ID)
    fill(form, "Secret", demo.CLIENT_SECRET)
    sign_in(form)


def test_the_browser(form, federated) -> None:
    begin(form, "In the browser (OAuth)")
    assert "Give the portal and the client ID" in text_of(form)
    begin(form, "In the browser (OAuth)", Portal=federated.portal_url, Client_ID=demo.CLIENT_ID)
    assert "Open the sign-in page" in text_of(form)
    address = html.unescape(re.search(r'href="([^"]*oauth2/authorize[^"]*)"', html_of(form))[1])
    page = requests.get(address, timeout=10).text
    kept = dict(re.findall(r"type='hidden' name='(\w+)' value='([^']*)'", page))
    fields = {name: html.unescape(value) for name, value in kept.items()}
    fields |= {"username": demo.USERNAME, "password": demo.PASSWORD}
    shown = requests.post(address.partition("?")[0], fields, timeout=10).text
    fill(form, "Code", re.search(r"id='code'.* value='([^']+)'", shown)[1])
    sign_in(form)


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("With a token or an API key", "Paste a token first"),
        ("With a user name", "Give a user name and a password"),
        ("With an account of a portal", "Give the portal's address"),
        ("In the browser (OAuth)", "Give the portal's address and the client ID"),
        ("As an application", "Give the portal's address, the client ID and its secret"),
    ],
)
def test_what_is_missing_is_said_in_the_box(form, way, said) -> None:
    begin(form, way)
    press(form, re.compile("^Sign in$"))
    assert any(said in alert for alert in alerts(form))


def test_an_address_that_is_no_portal_is_said_before_anything_is_sent(form) -> None:
    begin(form, "In the browser (OAuth)", Portal="http://gis.example.com/portal", Client_ID="x")
    assert any("not encrypted" in alert for alert in alerts(form))


def test_a_wrong_password_is_said_and_the_box_is_there_for_another_try(form, federated) -> None:
    begin(form, "With an account of a portal", Portal=federated.portal_url, User_name=demo.USERNAME)
    fill(form, "Password", "not-the-password")
    press(form, re.compile("^Sign in$"))
    see(form, "Invalid username or password")
    assert "not-the-password" not in html_of(form)
    assert chosen(form, "Sign in") == "With an account of a portal"
    assert find(form, "Portal").value == federated.portal_url
    assert find(form, "User name").value == demo.USERNAME
    assert find(form, "Password").value == ""
    fill(form, "Password", demo.PASSWORD)
    sign_in(form)


def test_a_password_is_kept_when_that_is_asked_for_and_used_when_none_is_typed(federated) -> None:
    url = federated.url_of("SecuredCount")
    with demo.serve() as server, in_memory() as ring:
        url = server.url_of("SecuredCount")
        first = TaskWidget(url)
        begin(first, "With a user name", User_name=demo.USERNAME, Password=demo.PASSWORD)
        tick(first, "Keep the password in this computer's keyring")
        sign_in(first)
        assert list(ring.kept.values()) == [demo.PASSWORD]
        second = TaskWidget(url)
        begin(second, "With a user name", User_name=demo.USERNAME)
        sign_in(second)


def test_without_a_keyring_nothing_is_offered_to_be_kept(form, monkeypatch) -> None:
    monkeypatch.setattr(signing, "can_keep_passwords", lambda: False)
    choose(form, "Sign in", "With a user name")
    assert not can_find(form, "Keep the password in this computer's keyring")


def test_a_key_of_arcgis_online_is_known_by_its_beginning() -> None:
    assert repr(signing.token_auth(" AAPK123 ")) == "APIKey('***')"
    assert repr(signing.token_auth("abc")) == "Token('***')"
