"""What a waiting cell shows."""

from __future__ import annotations

from typing import Any

import pytest

from gpwidgets import GPTask, demo


class Notebook:
    """Stands for the shell of a notebook, which shows what is published."""

    kernel = object()

    def __init__(self) -> None:
        self.display_pub = self
        self.lines: dict[str, str] = {}

    def publish(self, data: dict[str, Any], *, transient: dict[str, str], update: bool) -> None:
        assert update == (transient["display_id"] in self.lines)
        self.lines[transient["display_id"]] = data["text/plain"]


def test_a_notebook_keeps_one_line_with_the_end(
    server: demo.DemoServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = Notebook()
    monkeypatch.setattr("IPython.get_ipython", lambda: notebook)
    GPTask(server.url_of("SlowCount")).start(Seconds=0.3).wait(30)
    (line,) = notebook.lines.values()
    assert line.startswith("SlowCount: succeeded, ")
    assert capsys.readouterr() == ("", "")


def test_a_terminal_keeps_nothing(server: demo.DemoServer, capsys: pytest.CaptureFixture[str]) -> None:
    GPTask(server.url_of("SlowCount")).start(Seconds=0.3).wait(30, show_progress=True)
    out, shown = capsys.readouterr()
    assert out == ""
    assert "SlowCount: " in shown
    assert shown.endswith(" \r")


def test_a_script_whose_output_is_kept_gets_no_progress(
    server: demo.DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    GPTask(server.url_of("SlowCount")).start(Seconds=0.3).wait(30)
    assert capsys.readouterr() == ("", "")
