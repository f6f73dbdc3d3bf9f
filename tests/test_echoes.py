"""What a run has sent as secret shows nowhere, although its server repeats it in whatever it answers."""

from __future__ import annotations

import base64
import gzip
import html
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import hypothesis.strategies as st
import pytest
from bad_server import BadServer, GPAnswers, Request, Wire, parameter
from hypothesis import example, given

import gpwidgets as gp
from gpwidgets.client.http.session import GPSession
from gpwidgets.secrets import Masker, SecretBytes, SecretText, mask, shielded, without_secrets

TOKEN, LAYER, HIDDEN, COOKIE = "m4rk-token+/=", "m4rk_layer", "m4rk hidden&<>", "m4rkcookie-value"
MARKS = (TOKEN, LAYER, HIDDEN, COOKIE)
FEATURES = {
    "geometryType": "esriGeometryPoint",
    "spatialReference": {"wkid": 4326},
    "fields": [],
    "features": [],
}


def encoded(text: str) -> list[str]:
    forms = [text, json.dumps(text), quote(text, safe=""), quote_plus(text), html.escape(text)]
    return [*forms, base64.b64encode(text.encode()).decode(), quote(text, safe="").lower()]


SAID = " ".join(form for mark in MARKS for form in encoded(mark))


class Echo(GPAnswers):
    """A service that repeats all secrets in whatever it says, once a run has begun."""

    def __init__(self) -> None:
        outputs = [parameter(name, direction="Output") for name in ("Said", "Large")]
        layer = parameter("Layer", "GPFeatureRecordSetLayer", defaultValue=FEATURES)
        super().__init__([parameter("Text"), parameter("Hidden", "GPStringHidden"), layer, *outputs])
        self.messages = [{"type": "esriJobMessageTypeInformative", "description": f"message {SAID}"}]
        rows = [{"attributes": {"n": n, "said": SAID}, "geometry": {"x": n, "y": 2}} for n in range(200)]
        fields = [{"name": "n", "type": "esriFieldTypeInteger"}]
        fields += [{"name": "said", "type": "esriFieldTypeString", "alias": f"alias {SAID}"}]
        large = {**FEATURES, "fields": fields, "features": rows}
        self.results = {
            "Said": {"dataType": "GPString", "value": f"said {SAID}"},
            "Large": {"dataType": "GPFeatureRecordSetLayer", "value": large},
        }

    def usual(self, kind: str, request: Request) -> Any:
        reply = super().usual(kind, request)
        if kind == "job":
            reply["progress"] = {"type": "default", "message": f"progress {SAID}"}
        return reply

    def __call__(self, request: Request, wire: Wire) -> None:
        kind = self.kind_of(request.path)
        if kind in self.replaced:
            super().__call__(request, wire)
        else:
            wire.reply(self.usual(kind, request), headers={"Set-Cookie": f"agwtoken={COOKIE}; Path=/"})


@pytest.fixture
def echo() -> Iterator[tuple[BadServer, Echo]]:
    answers = Echo()
    with BadServer(answers) as server:
        yield server, answers


def start(server: BadServer, **more: Any) -> gp.Run:
    session = gp.GPSession(gp.Token(TOKEN), sleep=lambda _seconds: None)
    task = gp.GPTask(f"{server.services}/S/GPServer/Task", session=session)
    layer = gp.LayerReference(f"{server.services}/L/FeatureServer/0", auth=gp.Token(LAYER))
    return task.start(Hidden=HIDDEN, Layer=layer, **more)


def assert_hidden(*texts: str) -> None:
    for text in texts:
        for mark in MARKS:
            for form in encoded(mark):
                assert form.strip('"') not in text


def everything_in(folder: Path) -> str:
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    unpacked = [gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content for content in contents]
    return "\n".join(content.decode("utf-8", "replace") for content in unpacked)


def test_a_good_run_shows_none_of_it(
    echo: tuple[BadServer, Echo], own_history: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    run = start(echo[0], Text="x")
    out = run.wait(30)
    assert out.Said.startswith("said ")
    assert len(out.Large) == 200
    assert out.Large["n"].tolist() == list(range(200))
    out.save(tmp_path / "saved")
    run.to_crate(tmp_path / "crate")
    said = [str(message) for message in run.messages]
    assert said
    assert_hidden(
        *said,
        run.progress_text,
        out.Said,
        out.Large.to_csv(),
        str(out.Large.attrs),
        repr(run.inputs),
        repr(out),
        everything_in(tmp_path / "saved"),
        everything_in(tmp_path / "crate"),
        everything_in(own_history),
        caplog.text,
    )
    # The server got all of it.
    sent = json.dumps(echo[1].jobs)
    assert all(json.dumps(mark)[1:-1] in sent for mark in (TOKEN, HIDDEN, LAYER))


@pytest.mark.parametrize("kind", ["submitJob", "job", "results", "task"])
@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize("form", ["json", "page"])
def test_errors_show_none_of_it(
    echo: tuple[BadServer, Echo], own_history: Path, kind: str, status: int, form: str
) -> None:
    server, answers = echo
    body = {"error": {"code": 400, "message": f"no {SAID}", "details": [f"because {SAID}"]}}
    page = f"<html><head><title>no {html.escape(SAID)}</title></head></html>".encode()

    def refuse(_request: Request, wire: Wire) -> None:
        wire.reply(body if form == "json" else page, status)

    notes: list[str] = []
    if kind == "task":
        answers.replaced[kind] = refuse
        with pytest.raises(gp.GPError) as caught:
            start(server)
        # Nothing else has been sent yet that it could repeat.
        assert all(form not in str(caught.value) for form in encoded(TOKEN))
        return
    answers.replaced[kind] = refuse
    task_run = start(server)
    task_run.observe(lambda change: notes.append(change.new), names="note")
    if kind == "job":
        # It goes on asking; a note says so.
        task_run.observe(lambda _change: answers.replaced.pop(kind, None), names="note")
    try:
        out = task_run.wait(30)
        texts = [str(error) for error in out.errors.values()]
    except gp.GPError as error:
        texts = [str(error)]
    assert texts or notes
    assert_hidden(*texts, *notes, task_run.note, str(task_run.error), everything_in(own_history))


def test_an_old_token_is_hidden_after_it_was_renewed() -> None:
    def answer(request: Request, wire: Wire) -> None:
        wire.reply({"said": f"{TOKEN} and {request.fields.get('token')}"})

    with BadServer(answer) as server:
        session = GPSession(gp.Token(TOKEN), home=server.services)
        session.get_json(server.services)
        session.auth = gp.Token("m4rk-second")
        assert session.get_json(server.services) == {"said": "*** and ***"}


def test_a_name_and_a_password_are_hidden_in_the_header_that_repeats_them() -> None:
    def answer(request: Request, wire: Wire) -> None:
        wire.reply({"said": request.headers["authorization"] + " pa55word"})

    with BadServer(answer) as server:
        session = GPSession(("me", "pa55word"), home=server.services)
        assert session.get_json(server.services) == {"said": "Basic *** ***"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(value=JSON, secret=st.text(min_size=8).filter(lambda text: not re.fullmatch("[A-Za-z_]*", text)))
@example(value=None, secret="00000000")
def test_json_stays_json_with_all_that_is_in_it(value: Any, secret: str) -> None:
    body = json.dumps({"rows": [value, {"said": f"a{secret}b"}, 1.5, None]}).encode("utf-8", "surrogatepass")
    found = json.loads(Masker([secret]).clean(body))["rows"]
    assert len(found) == 4
    assert found[1] == {"said": "a***b"} or secret in "a***b"
    assert found[2:] == [1.5, None]


@given(
    secret=st.text(st.characters(codec="ascii", exclude_characters='"\\'), min_size=8).map(
        lambda text: text + "-1"
    ),
    cuts=st.lists(st.integers(1, 40), min_size=1),
)
def test_a_secret_is_hidden_across_pieces_too(secret: str, cuts: list[int]) -> None:
    body = f'{{"a": "x{secret}y", "b": "{secret}"}}'.encode()
    pieces, start_at = [], 0
    for cut in cuts:
        pieces.append(body[start_at : start_at + cut])
        start_at += cut
    pieces.append(body[start_at:])
    found = b"".join(Masker([secret]).chunks(iter(pieces)))
    assert json.loads(found) == {"a": "x***y", "b": "***"} or "*" in secret


def test_a_large_value_keeps_all_its_rows_in_the_history(own_history: Path) -> None:
    answers = GPAnswers([parameter("Rows", "GPRecordSet")])
    with BadServer(answers) as server:
        task = gp.GPTask(f"{server.services}/S/GPServer/Task")
        rows = [{"said": f"token={TOKEN}" if n == 7 else "x" * 60, "n": n} for n in range(401)]
        task(Rows=rows)
    kept = gp.history()[0].inputs["Rows"]
    assert len(kept) == 401
    assert kept["n"].tolist() == list(range(401))
    assert TOKEN not in everything_in(own_history)


def test_secrets_show_in_no_representation() -> None:
    form = shielded(
        {"f": "json", "token": "abcdef", "deep": [{"Password": "abcdef"}], "url": "https://x?token=abc"}
    )
    assert "abc" not in repr(form)
    assert form == {
        "f": "json",
        "token": "abcdef",
        "deep": [{"Password": "abcdef"}],
        "url": "https://x?token=abc",
    }
    assert repr(SecretText("abc")) == "'***'"
    assert repr(SecretBytes(b"abc")) == "b'***'"


def test_values_are_hidden_by_their_names_in_texts_and_in_json() -> None:
    for name in ("token", "access_token", "Refresh_Token", "code_verifier", "apiKey", "client_secret"):
        assert mask(f"{name}=abcdef&x=1") == f"{name}=***&x=1"
        assert without_secrets({name: "abcdef"}) == {name: "***"}
    assert mask("https://x/y?code=abcdef&state=1") == "https://x/y?code=***&state=1"
    assert mask("it failed (code: 498)") == "it failed (code: 498)"
    assert without_secrets({"code": "A1"}) == {"code": "A1"}


def test_a_token_that_is_issued_a_second_time_is_the_token() -> None:
    issued = {"token": TOKEN, "said": TOKEN, "expires": 4102444800000}

    def answer(request: Request, wire: Wire) -> None:
        if request.path.endswith("generateToken"):
            wire.reply(issued)
        elif len(server.seen) == 2:
            wire.reply({"error": {"code": 498, "message": f"{TOKEN} has expired"}})
        else:
            wire.reply({"got": request.fields["token"] == TOKEN, "said": TOKEN})

    with BadServer(answer) as server:
        login = gp.Login("me", "pa55word", f"{server.origin}/arcgis/tokens/generateToken")
        assert GPSession(login).get_json(f"{server.services}/x") == {"got": True, "said": "***"}
        assert [request.path.rpartition("/")[2] for request in server.seen] == ["generateToken", "x"] * 2
