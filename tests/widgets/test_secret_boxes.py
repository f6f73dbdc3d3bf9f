"""What is typed as a secret and not used yet is in no state that a notebook could be saved with."""

import json
import re

import ipywidgets as w
import pytest
from bad_server import BadServer, GPAnswers, parameter
from widget_tools import choose, fill, find, press, restart_kernel, text_of

from gpwidgets import TaskWidget, demo
from gpwidgets.widgets.kit.secret_text import SecretText

pytestmark = pytest.mark.usefixtures("no_other_widgets")

MARK = "typed-and-not-sent-7c1"


def state() -> str:
    """All that a page could save of the widgets."""
    return json.dumps(w.Widget.get_manager_state(), default=str)


def test_a_box_is_empty_as_soon_as_it_was_read() -> None:
    box = SecretText(placeholder="type it here", description="Key")
    around = w.VBox([box])
    fill(around, "Key", MARK)
    assert (box.value, box.is_set) == ("", True)
    assert "set" in box.placeholder
    assert MARK not in state() + repr(box)
    assert (box.take(), box.take(), box.placeholder) == (MARK, "", "type it here")
    around.close()
    box.close()


@pytest.mark.parametrize(
    ("way", "field"),
    [
        ("With a token or an API key", "Token"),
        ("With a user name", "Password"),
        ("With an account of a portal", "Password"),
        ("In the browser (OAuth)", "Code"),
        ("As an application", "Secret"),
    ],
)
def test_a_sign_in_that_is_not_sent_is_in_no_state(server: demo.DemoServer, way: str, field: str) -> None:
    widget = TaskWidget(server.url_of("SecuredCount"))
    choose(widget, "Sign in", way)
    fill(widget, field, MARK)
    assert MARK not in state()
    assert "•••" in find(widget, field).placeholder
    widget.close()


def test_a_hidden_text_that_is_not_sent_is_in_no_state(server: demo.DemoServer) -> None:
    widget = TaskWidget(server.url_of("ParameterGallery"))
    press(widget, "Simple values")
    fill(widget, re.compile("Hidden"), MARK)
    assert MARK in widget.values.values()
    assert MARK not in state()
    widget.close()


def test_a_token_in_the_address_of_a_file_is_in_no_state_and_is_sent() -> None:
    answers = GPAnswers([parameter("File", "GPDataFile"), parameter("Raster", "GPRasterDataLayer")])
    with BadServer(answers) as server:
        widget = TaskWidget(f"{server.services}/S/GPServer/Task")
        for name, file in (("File", "a.zip"), ("Raster", "a.tif")):
            fill(widget, name, f"https://host/{file}?x=1&token={MARK}")
            assert find(widget, name, "textbox").value == f"https://host/{file}?x=1&token=***"
        assert MARK not in state() + str(widget.snapshot())
        widget.start().wait(30)
        (sent,) = answers.jobs.values()
        assert json.loads(sent["File"]) == {"url": f"https://host/a.zip?x=1&token={MARK}"}
        assert f"token={MARK}" in sent["Raster"]
        assert MARK not in state() + str(widget.snapshot())
        values = widget.values
        widget.values = values
        assert MARK not in state()
        fill(widget, "File", "https://host/b.zip")
        assert widget.values["File"].url == "https://host/b.zip"
        widget.close()


def test_what_is_typed_hidden_is_sent_back_to_no_page() -> None:
    answers = GPAnswers([parameter("Hidden", "GPStringHidden"), parameter("Text")])
    with BadServer(answers) as server:
        widget = TaskWidget(f"{server.services}/S/GPServer/Task")
        boxes = [find(widget, name, "textbox") for name in ("Hidden", "Text")]
        assert [box.trait_metadata("value", "echo_update", True) for box in boxes] == [False, True]
        widget.close()


def open_layer_source(server: demo.DemoServer) -> TaskWidget:
    widget = TaskWidget(server.url_of("BufferPoints"))
    choose(widget, "How to give Input Points", "A layer on a server (URL)")
    return widget


def test_a_token_of_a_layer_that_is_not_used_is_in_no_state(server: demo.DemoServer) -> None:
    widget = open_layer_source(server)
    fill(widget, "Token for the layer of Input Points; wiped as soon as it is used", MARK)
    fill(widget, "Address of the layer for Input Points", f"{server.url}/X/FeatureServer/0?token={MARK}2&a=b")
    assert MARK not in state()
    address = find(widget, "Address of the layer for Input Points").value
    assert address == f"{server.url}/X/FeatureServer/0?a=b"
    assert "taken out of the address" in text_of(widget)
    widget.close()


def test_a_token_in_an_address_is_used_with_that_layer(server: demo.DemoServer) -> None:
    widget = open_layer_source(server)
    layer = f"{server.url}/Secured/Earthquakes/FeatureServer/0"
    fill(widget, "Address of the layer for Input Points", f"{layer}?token={server.token_for()}")
    press(widget, "Let the server read it")
    value = widget.values["Input_Points"]
    assert (value.url, value.auth is not None) == (layer, True)
    fill(widget, "Address of the layer for Input Points", f"{server.url}/Hosted/Earthquakes/FeatureServer/0")
    press(widget, "Let the server read it")
    assert widget.values["Input_Points"].auth is None
    widget.close()
    restart_kernel()
