"""What a waiting cell shows."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from widget_tools import press

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


async def awaited(run: Run, ended: Callable[[asyncio.Task[Any]], object]) -> None:
    """Await a run in a task that is ended while it waits."""
    waiting = asyncio.ensure_future(run)
    await asyncio.sleep(0)
    ended(waiting)
    await waiting


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("way", ["cancelled", "interrupted"])
def test_a_notebook_whose_await_is_interrupted_shows_the_run(
    way: str, server: demo.DemoServer, monkeypatch: pytest.MonkeyPatch, until: Any
) -> None:
    notebook = Notebook()
    monkeypatch.setattr("IPython.get_ipython", lambda: notebook)
    shown: list[Any] = []
    monkeypatch.setattr("gpwidgets.RunWidget._ipython_display_", lambda widget: shown.append(widget))
    run = GPTask(server.url_of("SlowCount")).start(Seconds=60)
    until(run, lambda: run.status == RunStatus.RUNNING)
    if way == "cancelled":
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(awaited(run, lambda waiting: waiting.cancel()))
    else:
        with pytest.raises(KeyboardInterrupt):
            asyncio.run(awaited(run, lambda waiting: signal.raise_signal(signal.SIGINT)))
    (widget,) = shown
    assert "SlowCount goes on." in next(iter(notebook.lines.values()))
    press(widget, "Cancel")
    until(run, lambda: run.done)
    assert run.status == RunStatus.CANCELLED


def test_an_await_that_ends_well_shows_nothing(
    server: demo.DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = Notebook()
    monkeypatch.setattr("IPython.get_ipython", lambda: notebook)

    async def whole() -> Any:
        return await GPTask(server.url_of("SlowCount")).start(Seconds=0.1)

    assert len(asyncio.run(whole()))
    assert notebook.lines == {}


def test_a_run_is_a_line_where_widgets_cannot_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    Run(SimpleNamespace(name="Count"), {})._ipython_display_()
    assert capsys.readouterr().out == "<Run of Count: preparing>\n"
