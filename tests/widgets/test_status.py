"""The live view of a run."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from widget_tools import alerts, can_find, fill, html_of, press, text_of

from gpwidgets.errors import RunFailed
from gpwidgets.protocol.enums import MessageType
from gpwidgets.protocol.responses.replies import GPMessage
from gpwidgets.tasks.runs import control
from gpwidgets.tasks.runs.run import Run
from gpwidgets.tasks.runs.run_clock import span_text
from gpwidgets.tasks.runs.status import RunStatus
from gpwidgets.widgets.runs._message_fold import MessageFold
from gpwidgets.widgets.runs.run_status import MAX_MESSAGES, RunStatusView


def a_run() -> Run:
    return Run(cast(Any, SimpleNamespace(name="Count")), {})


def info(text: str) -> GPMessage:
    return GPMessage(MessageType("esriJobMessageTypeInformative"), text)


WORDS = {
    "preparing": "Preparing",
    "uploading": "Sending files",
    "submitted": "Submitted",
    "waiting": "Waiting in the server's queue",
    "running": "Running",
    "cancelling": "Cancelling",
    "succeeded": "Succeeded",
    "failed": "Failed",
    "cancelled": "Cancelled",
    "timed_out": "Over the time limit",
    "expired": "No longer on the server",
    "lost": "Lost: the server's answer never came",
}


@pytest.mark.parametrize("status", list(RunStatus))
def test_every_state_is_said_in_words(status: RunStatus) -> None:
    run = a_run()
    view = RunStatusView(run)
    control.update(run, status=status)
    assert WORDS[status.value] in text_of(view)


def test_progress_is_a_bar_with_the_tools_words_until_the_end() -> None:
    run = a_run()
    view = RunStatusView(run)
    control.update(run, status=RunStatus.RUNNING)
    assert "<progress" in html_of(view)
    assert 'value="' not in html_of(view)
    control.update(run, progress=40.0, progress_text="<b>row 4</b>")
    assert 'value="40.0"' in html_of(view)
    assert "40 %" in text_of(view)
    assert "<b>row 4" in text_of(view)
    control.finish(run, RunStatus.SUCCEEDED)
    assert "<progress" not in html_of(view)
    assert "row 4" not in text_of(view)


def test_messages_are_escaped_and_name_their_level() -> None:
    run = a_run()
    view = RunStatusView(run)
    control.update(
        run,
        messages=(
            info("<script>alert(1)</script>\nnext line"),
            GPMessage(MessageType("esriJobMessageTypeWarning"), "few points"),
            GPMessage(MessageType("esriJobMessageTypeError"), "no points"),
        ),
    )
    assert "<script>" not in html_of(view)
    assert 'role="log"' in html_of(view)
    text = text_of(view)
    for line in ("<script>alert(1)</script> next line", "Warning: few points", "Error: no points"):
        assert line in text


def test_a_long_list_of_messages_is_cut_at_its_beginning() -> None:
    run = a_run()
    view = RunStatusView(run)
    control.update(run, messages=tuple(info(f"line {i}.") for i in range(MAX_MESSAGES + 7)))
    assert "7 earlier messages" in text_of(view)
    assert "line 6." not in text_of(view)
    assert f"line {MAX_MESSAGES + 6}." in text_of(view)


def test_notes_and_errors_are_shown_without_secrets() -> None:
    run = a_run()
    view = RunStatusView(run)
    control.update(run, note="reconnecting")
    assert "reconnecting" in text_of(view)
    control.finish(run, RunStatus.FAILED, error=RunFailed("Tool failed at ?token=abcdef", run=run))
    assert "Tool failed" in alerts(view)[0]
    assert "abcdef" not in html_of(view)


def test_a_long_error_scrolls_in_its_own_place() -> None:
    run = a_run()
    view = RunStatusView(run)
    control.finish(run, RunStatus.FAILED, error=RunFailed("Traceback line\n" * 40, run=run))
    assert 'tabindex="0">Traceback' in html_of(view)
    other = a_run()
    control.finish(other, RunStatus.FAILED, error=RunFailed("Tool failed", run=other))
    assert "tabindex" not in html_of(RunStatusView(other))


def test_the_view_follows_from_any_thread_and_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    run = a_run()
    view = RunStatusView(run)
    run.clock.began_at(datetime.now(UTC) - timedelta(seconds=3))
    thread = threading.Thread(
        target=lambda: control.update(run, status=RunStatus.RUNNING, progress=10.0, elapsed=3.0)
    )
    thread.start()
    thread.join()
    assert "Running" in text_of(view)
    assert "10 %" in text_of(view)
    assert "3.0 s" in text_of(view)
    assert capsys.readouterr() == ("", "")


def test_a_closed_view_leaves_the_run_alone() -> None:
    run = a_run()
    view = RunStatusView(run)
    view.close()
    control.update(run, status=RunStatus.RUNNING)
    assert run.status is RunStatus.RUNNING
    assert not control.is_observed(run, "status")


def test_a_view_of_a_finished_run_shows_its_end() -> None:
    run = a_run()
    control.update(run, messages=(info("hello"),))
    control.finish(run, RunStatus.SUCCEEDED)
    view = RunStatusView(run)
    assert "Succeeded" in text_of(view)
    assert "hello" not in text_of(view)
    press(view, "Messages (1)")
    assert "hello" in text_of(view)
    assert "min-height" not in html_of(view)


def warning(text: str) -> GPMessage:
    return GPMessage(MessageType("esriJobMessageTypeWarning"), text)


def test_messages_are_in_sight_while_it_runs_and_folded_once_it_has_succeeded() -> None:
    run = a_run()
    view = RunStatusView(run)
    assert not can_find(view, re.compile("^Messages"))
    control.update(run, status=RunStatus.RUNNING, messages=(info("Reading"),))
    assert "Messages (1)" in text_of(view)
    assert "Reading" in text_of(view)
    control.update(run, messages=tuple(info(f"Tile {n} read") for n in range(1200)))
    control.finish(run, RunStatus.SUCCEEDED)
    assert "Messages (1,200)" in text_of(view)
    assert "Tile 7 read" not in text_of(view)
    press(view, "Messages (1,200)")
    assert "Tile 1199 read" in text_of(view)


@pytest.mark.parametrize(
    "status", [RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.TIMED_OUT, RunStatus.LOST]
)
def test_messages_of_a_run_that_ended_otherwise_stay_in_sight(status: RunStatus) -> None:
    run = a_run()
    view = RunStatusView(run)
    control.update(run, messages=(info("Reading"),))
    control.finish(run, status)
    assert "Reading" in text_of(view)


def test_warnings_of_a_good_run_stay_in_sight_and_late_ones_open_the_messages_again() -> None:
    run = a_run()
    view = RunStatusView(run)
    control.update(run, messages=(info("Reading"), warning("few points"), warning("old data")))
    control.finish(run, RunStatus.SUCCEEDED)
    assert "Messages (3, 2 warnings)" in text_of(view)
    assert "few points" in text_of(view)
    late = MessageFold("Count")
    late.show([info("Reading")], RunStatus.SUCCEEDED)
    assert "Reading" not in text_of(late)
    bad = GPMessage(MessageType("esriJobMessageTypeError"), "no points")
    late.show([info("Reading"), bad, warning("few points")], RunStatus.SUCCEEDED)
    assert "Messages (3, 1 error, 1 warning)" in text_of(late)
    assert "few points" in text_of(late)


def test_messages_stay_as_their_user_has_left_them() -> None:
    run = a_run()
    view = RunStatusView(run)
    control.update(run, status=RunStatus.RUNNING, messages=(info("Reading"),))
    press(view, "Messages (1)")
    control.update(run, messages=(info("Reading"), warning("few points")))
    control.finish(run, RunStatus.SUCCEEDED)
    assert "few points" not in text_of(view)
    other = a_run()
    view = RunStatusView(other)
    control.update(other, status=RunStatus.RUNNING, messages=(info("Reading"),))
    press(view, "Messages (1)")
    press(view, "Messages (1)")
    control.finish(other, RunStatus.SUCCEEDED)
    assert "Reading" in text_of(view)


def test_a_good_run_of_a_form_that_shows_errors_alone_keeps_no_empty_list_open() -> None:
    run = a_run()
    view = RunStatusView(run, "error")
    control.update(run, messages=(info("Reading"), warning("few points")))
    control.finish(run, RunStatus.SUCCEEDED)
    assert "0 of 2 messages" not in text_of(view)
    assert "Messages (2, 1 warning)" in text_of(view)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.25, "0.2 s"), (59.0, "59 s"), (125.0, "2 min 05 s"), (3720.0, "1 h 02 min")]
)
def test_time_reads_as_people_write_it(seconds: float, text: str) -> None:
    assert span_text(seconds) == text


def test_a_sign_in_is_asked_for_in_place_and_goes_to_the_run() -> None:
    run = Run(cast(Any, SimpleNamespace(name="Count", session=SimpleNamespace(auth=None))), {})
    view = RunStatusView(run)
    control.update(run, status=RunStatus.RUNNING, note="Invalid token", wants_sign_in=True)
    assert "Running Sign in below. Invalid token" in text_of(view)
    fill(view, "Token", "abcdefgh12345678")
    press(view, "Sign in")
    assert run.task.session.auth is not None
    assert "abcdefgh12345678" not in repr(run.task.session.auth)
    assert not run.wants_sign_in
    assert not can_find(view, "Sign in")
    assert "Sign in below" not in text_of(view)
