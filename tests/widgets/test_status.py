"""The live view of a run."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from gpwidgets.errors import RunFailed
from gpwidgets.protocol.enums import MessageType
from gpwidgets.protocol.replies import GPMessage
from gpwidgets.tasks.run import Run
from gpwidgets.tasks.status import RunStatus
from gpwidgets.widgets.status import MAX_MESSAGES, STATES, RunStatusView, elapsed_text


def a_run() -> Run:
    return Run(cast(Any, SimpleNamespace(name="Count")), {})


def info(text: str) -> GPMessage:
    return GPMessage(MessageType("esriJobMessageTypeInformative"), text)


def test_every_state_has_words() -> None:
    assert set(STATES) == set(RunStatus)
    run = a_run()
    view = RunStatusView(run)
    for status, (_, words) in STATES.items():
        run.status = status
        assert words in view._state.value


def test_progress_is_a_bar_with_the_tools_words_until_the_end() -> None:
    run = a_run()
    view = RunStatusView(run)
    run.update(status=RunStatus.RUNNING)
    assert "<progress" in view._bar.value
    assert 'value="' not in view._bar.value
    run.update(progress=40.0, progress_text="<b>row 4</b>")
    assert 'value="40.0"' in view._bar.value
    assert "40 %" in view._bar.value
    assert "&lt;b&gt;row 4" in view._bar.value
    run.finish(RunStatus.SUCCEEDED)
    assert view._bar.value == ""


def test_messages_are_escaped_and_name_their_level() -> None:
    run = a_run()
    view = RunStatusView(run)
    run.update(
        messages=(
            info("<script>alert(1)</script>\nnext line"),
            GPMessage(MessageType("esriJobMessageTypeWarning"), "few points"),
            GPMessage(MessageType("esriJobMessageTypeError"), "no points"),
        )
    )
    html = view._messages.value
    assert "<script>" not in html
    assert "next line" in html
    assert "Warning:</b> few points" in html
    assert "Error:</b> no points" in html
    assert 'role="log"' in html


def test_a_long_list_of_messages_is_cut_at_its_beginning() -> None:
    run = a_run()
    view = RunStatusView(run)
    run.update(messages=tuple(info(f"line {i}.") for i in range(MAX_MESSAGES + 7)))
    assert "7 earlier messages" in view._messages.value
    assert "line 6." not in view._messages.value
    assert f"line {MAX_MESSAGES + 6}." in view._messages.value


def test_notes_and_errors_are_shown_without_secrets() -> None:
    run = a_run()
    view = RunStatusView(run)
    run.update(note="reconnecting")
    assert "reconnecting" in view._state.value
    run.finish(RunStatus.FAILED, error=RunFailed("Tool failed at ?token=abcdef", run=run))
    assert "Tool failed" in view._trouble.value
    assert "abcdef" not in view._trouble.value


def test_the_view_follows_from_any_thread_and_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run = a_run()
    view = RunStatusView(run)
    run._started -= 3.0
    thread = threading.Thread(target=lambda: run.update(status=RunStatus.RUNNING, progress=10.0, elapsed=3.0))
    thread.start()
    thread.join()
    assert "Running" in view._state.value
    assert "10 %" in view._bar.value
    assert "3.0 s" in view._time.value
    assert capsys.readouterr() == ("", "")


def test_a_closed_view_leaves_the_run_alone() -> None:
    run = a_run()
    view = RunStatusView(run)
    view.close()
    run.update(status=RunStatus.RUNNING)
    assert run.status is RunStatus.RUNNING
    assert "Running" not in view._state.value


def test_a_view_of_a_finished_run_shows_its_end() -> None:
    run = a_run()
    run.update(messages=(info("hello"),))
    run.finish(RunStatus.SUCCEEDED)
    view = RunStatusView(run)
    assert "Succeeded" in view._state.value
    assert "hello" in view._messages.value


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.25, "0.2 s"), (59.0, "59 s"), (125.0, "2 min 05 s"), (3720.0, "1 h 02 min")]
)
def test_time_reads_as_people_write_it(seconds: float, text: str) -> None:
    assert elapsed_text(seconds) == text


def test_a_sign_in_is_asked_for_in_place_and_goes_to_the_run() -> None:
    run = Run(cast(Any, SimpleNamespace(name="Count", session=SimpleNamespace(auth=None))), {})
    view = RunStatusView(run)
    run.update(status=RunStatus.RUNNING, wants_sign_in=True)
    (box,) = view._signing.children
    box.token.value = "abcdefgh12345678"
    box.button.click()
    assert run.task.session.auth is not None
    assert "abcdefgh12345678" not in repr(run.task.session.auth)
    assert not run.wants_sign_in
    assert not view._signing.children
