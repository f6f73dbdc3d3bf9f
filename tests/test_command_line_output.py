"""Escape sequences of a server do not reach the terminal of the command line."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bad_server import BadServer, GPAnswers, parameter

from gpwidgets.cli import main
from gpwidgets.cli_output import printable, printable_only

ESC = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\x08\x7f\u202e\u2066\u2028\ud800"
ROWS = {
    "fields": [{"name": f"a{ESC}", "type": "esriFieldTypeString", "alias": ESC}],
    "features": [{"attributes": {f"a{ESC}": ESC}}],
}


class Steering(GPAnswers):
    """A service whose every text would steer a terminal."""

    def __init__(self) -> None:
        inputs = [parameter(f"In{ESC}", displayName=ESC, description=ESC, defaultValue=ESC)]
        inputs.append(parameter("Choice", choiceList=[f"one{ESC}", "two"]))
        outputs = [parameter(name, direction="Output") for name in ("Said", "Lost")]
        super().__init__([*inputs, *outputs, parameter("Rows", "GPRecordSet", "Output")])
        kinds = ("Informative", "Warning", "Error")
        self.messages = [
            {"type": f"esriJobMessageType{kind}", "description": f"{kind} {ESC}"} for kind in kinds
        ]
        self.results = {
            "Said": {"dataType": "GPString", "value": f"said {ESC}"},
            "Lost": {"dataType": "GPLong", "value": f"no number {ESC}"},
            "Rows": {"dataType": "GPRecordSet", "value": ROWS},
        }

    def usual(self, kind: str, request: Any) -> Any:
        reply = super().usual(kind, request)
        if kind == "task":
            reply |= {"displayName": f"Task {ESC}", "description": ESC}
        if kind == "service":
            reply["tasks"] = [f"Task{ESC}"]
        if kind == "other":
            return {"folders": [f"Folder{ESC}"], "services": [{"name": f"S{ESC}", "type": "GPServer"}]}
        return reply


@pytest.fixture
def steering() -> Iterator[tuple[BadServer, Steering]]:
    answers = Steering()
    with BadServer(answers) as server:
        yield server, answers


def assert_tame(text: str) -> None:
    assert not [letter for letter in text if letter in ESC and not letter.isprintable()], text
    assert "\\x1b" in text  # it was there, and can be read


@pytest.mark.parametrize("path", ["", "/S/GPServer", "/S/GPServer/Task"])
def test_a_description_is_printed_without_them(
    steering: tuple[BadServer, Steering], capsys: pytest.CaptureFixture[str], path: str
) -> None:
    assert main(["describe", steering[0].services + path]) == 0
    assert_tame("".join(capsys.readouterr()))


def test_a_run_is_printed_without_them(
    steering: tuple[BadServer, Steering], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    main(["run", f"{steering[0].services}/S/GPServer/Task", "--out", str(tmp_path)])
    printed = capsys.readouterr()
    assert_tame(printed.out)
    assert_tame(printed.err)
    assert "Said: said" in printed.out
    assert "Warning" in printed.err


@pytest.mark.parametrize("kind", ["task", "submitJob"])
def test_an_error_is_printed_without_them(
    steering: tuple[BadServer, Steering], capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str
) -> None:
    server, answers = steering
    error = {"error": {"code": 400, "message": f"no {ESC}", "details": [ESC]}}
    answers.replaced[kind] = lambda _request, wire: wire.reply(json.dumps(error).encode())
    main(["run", f"{server.services}/S/GPServer/Task", "--out", str(tmp_path)])
    assert_tame("".join(capsys.readouterr()))


def test_a_log_does_not_bring_them(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("of-this-test")
    log.propagate = False  # the report of a test cannot carry halves of surrogate pairs
    with printable_only():
        log.addHandler(handler := logging.StreamHandler(sys.stderr))
        log.warning("logged %s", ESC)
    log.removeHandler(handler)
    printed = capsys.readouterr().err
    assert_tame(printed)
    assert "logged" in printed


def test_words_of_any_language_stay_and_a_narrow_terminal_stops_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "Zürich\tकाठमांडू عربي 東京 👩\u200d🚀\nnext"
    assert printable(text) == text
    narrow = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    with printable_only():
        print("Zürich", flush=True)
    assert narrow.buffer.getvalue() == b"Z\\xfcrich\n"  # type: ignore[attr-defined]
