"""What a waiting cell shows."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from gpwidgets import GPTask, Run, RunStatus, demo


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


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Programs that a shell starts in the background pass over SIGINT; a kernel does not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt_after(seconds: float) -> None:
    """Let this thread be interrupted as the notebook's stop button does."""
    threading.Timer(seconds, signal.raise_signal, [signal.SIGINT]).start()


@pytest.mark.usefixtures("interruptible")
def test_a_script_that_is_interrupted_is_told_how_to_go_on(
    server: demo.DemoServer, capsys: pytest.CaptureFixture[str], until: Any
) -> None:
    run = GPTask(server.url_of("SlowCount")).start(Seconds=60)
    until(run, lambda: run.status == RunStatus.RUNNING)
    interrupt_after(0.3)
    with pytest.raises(KeyboardInterrupt):
        run.wait(30, show_progress=True)
    told = capsys.readouterr().err
    assert f"gpwidgets.attach({run.job_url!r})" in told
    assert "cancel()" in told
    assert not run.done
    run.cancel()
    until(run, lambda: run.done)


@pytest.mark.usefixtures("interruptible")
def test_a_notebook_that_is_interrupted_shows_the_run_with_its_cancel_button(
    server: demo.DemoServer, monkeypatch: pytest.MonkeyPatch, until: Any
) -> None:
    notebook = Notebook()
    monkeypatch.setattr("IPython.get_ipython", lambda: notebook)
    shown: list[Any] = []
    monkeypatch.setattr("gpwidgets.RunWidget._ipython_display_", lambda widget: shown.append(widget))
    run = GPTask(server.url_of("SlowCount")).start(Seconds=60)
    until(run, lambda: run.status == RunStatus.RUNNING)
    interrupt_after(0.3)
    with pytest.raises(KeyboardInterrupt):
        run.wait(30)
    assert "SlowCount goes on." in next(iter(notebook.lines.values()))
    (widget,) = shown
    assert run.job_url in widget._elsewhere.value
    widget._cancel.click()
    until(run, lambda: run.done)
    assert run.status == RunStatus.CANCELLED
    assert widget._elsewhere.value == ""


def test_a_run_is_a_line_where_widgets_cannot_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Run(SimpleNamespace(name="Count"), {})._ipython_display_()
    assert capsys.readouterr().out == "<Run of Count: preparing>\n"
