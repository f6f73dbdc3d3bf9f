"""Secured layers as inputs: the token reaches the server that reads the layer, and nothing else."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from widget_tools import press

from gpwidgets import GPTask, LayerReference, Login, TaskWidget, Token, demo, history
from gpwidgets.datatypes.registry import check_value
from gpwidgets.errors import InputErrors, ServerError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.tasks.task_requests import TaskRequests
from gpwidgets.widgets.editors.features.sources.from_layer import LayerSource
from gpwidgets.widgets.editors.features.sources.from_text import TextSource

SECURED = "/Secured/Earthquakes/FeatureServer/0"
FILTER = "magnitude >= 6"


@pytest.fixture
def secret(server: demo.DemoServer) -> str:
    return server.token_for()


def forms_of(url: str, token: str) -> list[Any]:
    return [
        LayerReference(url, filter=FILTER, auth=Token(token)),
        LayerReference(url, filter=FILTER, auth=Token(token, header=True)),
        LayerReference(f"{url}?token={token}", filter=FILTER),
        {"url": url, "filter": FILTER, "token": token},
        json.dumps({"url": url, "filter": FILTER, "token": token}),
    ]


@pytest.mark.parametrize("form", range(5))
def test_a_token_opens_a_layer_for_the_server(server: demo.DemoServer, secret: str, form: int) -> None:
    layer = forms_of(server.url + SECURED, secret)[form]
    out = GPTask(server.url_of("BufferPoints"))(Input_Points=layer, Distance="10 km")
    assert len(out.Buffers) > 0


def test_the_sign_in_of_the_task_opens_layers_of_its_own_server(server: demo.DemoServer, secret: str) -> None:
    task = GPTask(server.url_of("BufferPoints"), Token(secret))
    assert len(
        task(Input_Points=LayerReference(server.url + SECURED, filter=FILTER), Distance="10 km").Buffers
    )
    fields = (
        TaskRequests(task, task.columns_of)
        .encoder()
        .form(task.check({"Input_Points": "https://example.org/rest/services/A/FeatureServer/0"}))
    )
    assert secret not in str(fields)


def test_a_token_that_was_used_elsewhere_is_not_passed_on(server: demo.DemoServer, secret: str) -> None:
    token = Token(secret)
    task = GPTask(server.url_of("BufferPoints"), token)
    layer = LayerReference("https://example.org/rest/services/A/FeatureServer/0", auth=token)
    with pytest.raises(InputErrors, match="used with another server"):
        task(Input_Points=layer, Distance="10 km")


@pytest.mark.parametrize("auth", [("user", "password"), Login(demo.USERNAME, demo.PASSWORD)])
def test_a_sign_in_that_others_cannot_use_is_refused(server: demo.DemoServer, auth: object) -> None:
    layer = LayerReference(server.url + SECURED, auth=auth)
    with pytest.raises(InputErrors, match="it is no token"):
        GPTask(server.url_of("BufferPoints"))(Input_Points=layer, Distance="10 km")


@pytest.mark.parametrize(
    "kind", ["GPFeatureRecordSetLayer", "GPRecordSet", "GPMultiValue:GPFeatureRecordSetLayer", "GPComposite"]
)
def test_a_token_is_kept_apart_however_deep_it_is(kind: str) -> None:
    parameter = GPParameter("P", kind, parameter_infos=(GPParameter("", "GPRecordSet"),) * (kind[2] == "C"))
    checked = check_value(parameter, {"url": "https://h/rest/services/A/FeatureServer/0", "token": "s3cret"})
    layer = checked[0] if isinstance(checked, list) else getattr(checked, "value", checked)
    assert isinstance(layer, LayerReference)
    assert layer.auth is not None
    assert "s3cret" not in f"{checked!r} {layer!r} {layer.to_json()}"


def test_a_token_shows_nowhere(
    server: demo.DemoServer, secret: str, caplog: pytest.LogCaptureFixture, own_history: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    task = GPTask(server.url_of("BufferPoints"))
    layer = LayerReference(f"{server.url}{SECURED}?token={secret}", filter=FILTER)
    given = {"Input_Points": layer, "Distance": "10 km"}
    run = task.start(**given)
    out = run.wait()
    kept = [path.read_text("utf-8", "replace") for path in own_history.rglob("*") if path.is_file()]
    assert kept
    code = task.code(task.check(given))
    assert "auth=gp.Token(getpass.getpass('Token of the layer: '))" in code
    seen = [repr(run), str(run.inputs), code, caplog.text, repr(out), str(out.provenance), *kept]
    assert secret not in "".join(seen)
    assert secret not in repr(history())


def test_a_refused_token_is_told_without_it(server: demo.DemoServer) -> None:
    layer = LayerReference(server.url + SECURED, auth=Token("wr0ng-secret"))
    with pytest.raises(ServerError, match="Invalid token") as caught:
        GPTask(server.url_of("BufferPoints"))(Input_Points=layer, Distance="10 km")
    assert "wr0ng-secret" not in f"{caught.value} {caught.value.__cause__} {vars(caught.value)}"


def test_a_form_passes_a_token_on_and_keeps_it_in_no_box(server: demo.DemoServer, secret: str) -> None:
    widget = TaskWidget(server.url_of("BufferPoints"), values={"Distance": "10 km"})
    editor = widget.form.editors["Input_Points"]
    source = editor.picker.of(LayerSource)
    source.url.value, source.where.value = server.url + SECURED, FILTER
    source.token.value = secret
    source.use.click()
    assert editor.error == ""
    assert source.token.value == ""
    press(widget, "Run")
    assert len(widget.run.wait(60).Buffers) > 0
    text = editor.picker.of(TextSource)
    text.text.value = f"{server.url}{SECURED}?token={secret}"
    text.use.click()
    assert editor.value.auth is not None
    states = [one.get_state() for one in (source.url, source.token, text.text, editor.summary)]
    assert secret not in f"{states} {widget.snapshot()}"
    widget.close()
