"""Work of a widget beside the kernel: what is shown of it, and what is not, with real threads."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from threading import Event, get_ident

import ipywidgets as w
import pytest
from widget_tools import (
    can_press,
    choose,
    chosen,
    fill,
    find,
    join_workers,
    press,
    press_resting,
    said,
    seen,
    text_of,
)

import gpwidgets as gp
from gpwidgets import demo
from gpwidgets.errors import AuthenticationError
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import status_line
from gpwidgets.widgets.kit.owner import Owner

NAME = "gpwidgets-tested"


class Panel(Owner, w.VBox):
    """A button, a line that says what goes on, and what was shown of the answers."""

    def __init__(self) -> None:
        self.shown: list[object] = []
        self.said = status_line()
        self.button = w.Button(description="Go")
        self.background = self.own(Background(NAME, said=self.said))
        super().__init__([self.button, self.said])


class Held:
    """A work that ends when it is let."""

    def __init__(self, answer: object) -> None:
        self.begun, self.may_end = Event(), Event()
        self._answer = answer

    def __call__(self) -> object:
        self.begun.set()
        assert self.may_end.wait(30)
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.fixture
def panel() -> Iterator[Panel]:
    made = Panel()
    yield made
    made.close()


def test_an_answer_is_shown_and_the_words_go(panel: Panel) -> None:
    work = Held("answer")
    panel.background.start(work, panel.shown.append, "Reading…")
    assert panel.background.working
    assert said(panel) == ["Reading…"]
    work.may_end.set()
    panel.background.wait()
    assert panel.shown == ["answer"]
    assert not panel.background.working
    assert said(panel) == []


def test_what_was_said_of_the_answer_stays(panel: Panel) -> None:
    panel.background.start(lambda: "3 rows.", panel.said.say, "Reading…")
    panel.background.wait()
    assert said(panel) == ["3 rows."]


@pytest.mark.parametrize("stale", ["an answer", OSError("of the first")])
def test_the_latest_start_counts(panel: Panel, stale: object) -> None:
    first, second = Held(stale), Held("second")
    panel.background.start(first, panel.shown.append, "First…")
    panel.background.start(second, panel.shown.append, "Second…")
    first.may_end.set()
    second.may_end.set()
    join_workers(NAME)
    assert panel.shown == ["second"]
    assert text_of(panel) == "Go"


def test_an_answer_that_comes_last_and_was_asked_first_is_dropped(panel: Panel) -> None:
    first, second = Held("first"), Held("second")
    panel.background.start(first, panel.shown.append)
    panel.background.start(second, panel.shown.append)
    second.may_end.set()
    assert seen(lambda: panel.shown == ["second"])
    first.may_end.set()
    join_workers(NAME)
    assert panel.shown == ["second"]


@pytest.mark.parametrize("of_show", [False, True])
def test_what_goes_wrong_is_said_without_secrets(panel: Panel, of_show: bool) -> None:
    def fail(_answer: object = None) -> None:
        raise OSError("no room at https://h/x?token=s3cr3ts3cr3t")

    panel.background.start(*((lambda: None, fail) if of_show else (fail, None)), "Saving…")
    panel.background.wait()
    assert "no room" in text_of(panel)
    assert "s3cr3t" not in panel.said.value
    assert "Saving" not in text_of(panel)
    panel.background.start(lambda: "saved", panel.said.say)
    panel.background.wait()
    assert said(panel) == ["saved"]


def test_errors_go_to_one_place() -> None:
    trouble: list[Exception] = []
    background = Background(NAME, failed=trouble.append)
    error = ValueError("no")
    work = Held(error)
    work.may_end.set()
    background.start(work)
    background.wait()
    assert trouble == [error]


def test_nothing_is_shown_and_nothing_begun_after_close(panel: Panel) -> None:
    work = Held("late")
    panel.background.start(work, panel.shown.append)
    assert work.begun.wait(30)
    panel.close()
    work.may_end.set()
    panel.background.start(lambda: panel.shown.append("begun"))
    join_workers(NAME)
    assert panel.shown == []
    assert not panel.background.working


@pytest.mark.parametrize("how", ["start", "forget", "close"])
def test_a_widget_that_came_too_late_is_closed(panel: Panel, how: str) -> None:
    late = w.HBox([w.Button()])
    work = Held(late)
    panel.background.start(work, panel.shown.append)
    assert work.begun.wait(30)
    if how == "start":
        panel.background.start(lambda: None)
    else:
        getattr(panel.background, how)()
    work.may_end.set()
    join_workers(NAME)
    assert panel.shown == []
    assert late.comm is None
    assert late.children[0].comm is None


def test_one_that_is_shown_stays_open(panel: Panel) -> None:
    panel.background.start(w.Button, panel.shown.append)
    panel.background.wait()
    (shown,) = panel.shown
    assert isinstance(shown, w.Button)
    assert shown.comm is not None


def test_a_button_rests_while_its_work_goes_on() -> None:
    button, count = w.Button(description="Save"), []
    background = Background(NAME, said=status_line(), button=button)
    work = Held("saved")

    def act(_button: object) -> None:
        background.start(lambda: count.append(1) or work())

    button.on_click(act)
    press(button, "Save")
    assert work.begun.wait(30)
    assert not can_press(button, "Save")
    assert not find(button, "Save").disabled, "it keeps the keyboard"
    press_resting(button, "Save")
    work.may_end.set()
    background.wait()
    assert can_press(button, "Save")
    assert count == [1]
    press(button, "Save")
    background.wait()
    assert count == [1, 1]


def test_a_button_rests_no_more_when_it_did_not_work() -> None:
    button = w.Button(description="Save")
    background = Background(NAME, said=status_line(), button=button)
    background.start(lambda: 1 / 0)
    background.wait()
    assert can_press(button, "Save")


def test_what_is_asked_in_turn_waits_and_only_the_last_of_it_is_done(panel: Panel) -> None:
    first, done = Held("first"), []
    panel.background.start(first, panel.shown.append, in_turn=True)
    for number in range(3):
        panel.background.start(lambda n=number: done.append(n) or n, panel.shown.append, in_turn=True)
    first.may_end.set()
    panel.background.wait()
    assert panel.shown == ["first", 2]
    assert done == [2]


def test_a_pause_is_ended_by_the_next_start(panel: Panel) -> None:
    panel.background.start(lambda: "typed", panel.shown.append, after=1000)
    assert panel.background.working
    panel.background.start(lambda: "typed more", panel.shown.append, after=0.01)
    join_workers(NAME)
    assert panel.shown == ["typed more"]


def test_a_work_may_start_another_when_it_is_shown(panel: Panel) -> None:
    def then(_answer: object) -> None:
        panel.background.start(lambda: "inner", panel.shown.append, "Reading…")

    panel.background.start(lambda: "outer", then, "Reading…")
    panel.background.wait()
    assert panel.shown == ["inner"]
    assert said(panel) == []


def test_it_is_done_once_more_with_what_holds_now(panel: Panel) -> None:
    answers = iter([OSError("down"), "up"])

    def work() -> object:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    panel.background.again()
    panel.background.start(work, panel.said.say)
    panel.background.wait()
    assert "down" in text_of(panel)
    panel.background.again()
    panel.background.wait()
    assert said(panel) == ["up"]


def test_the_context_of_the_caller_goes_along(panel: Panel) -> None:
    cell = contextvars.ContextVar("cell", default="none")
    first = Held(None)
    cell.set("first")
    panel.background.start(first, lambda _answer: panel.shown.append(cell.get()), in_turn=True)
    cell.set("second")
    panel.background.start(cell.get, panel.shown.append, in_turn=True)
    cell.set("third")
    first.may_end.set()
    panel.background.wait()
    assert panel.shown == ["first", "second"]


def test_it_works_in_another_thread_and_does_not_wait_for_itself(panel: Panel) -> None:
    panel.background.start(get_ident, lambda ident: (panel.background.wait(), panel.shown.append(ident)))
    panel.background.wait()
    assert panel.shown
    assert panel.shown != [get_ident()]


def test_a_system_without_threads_is_said(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_more(*_args: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("gpwidgets.widgets.kit.background.start_worker", no_more)
    panel.background.start(lambda: "never", panel.shown.append, "Reading…")
    assert "can't start new thread" in text_of(panel)
    assert not panel.background.working


def test_a_secured_server_is_asked_again_after_a_sign_in(panel: Panel) -> None:
    """The box is the one of before: all but the secret is still in it."""
    auth: list[object] = [None]
    with demo.serve() as server:
        url = server.url_of("SecuredCount")

        def use(given: object) -> None:
            auth[0] = given
            background.again()

        def show_error(error: Exception) -> None:
            assert isinstance(error, AuthenticationError)
            panel.children = [background.sign_in_box(use, url)]

        background = panel.own(Background(NAME, failed=show_error))
        background.start(lambda: gp.GPTask(url, auth[0]), lambda task: panel.shown.append(task.name))
        background.wait()
        choose(panel, "Sign in", "With a user name")
        fill(panel, "User name", "learner")
        fill(panel, "Password", "wrong")
        press(panel, "Sign in")
        background.wait()
        assert panel.shown == []
        assert chosen(panel, "Sign in") == "With a user name"
        assert find(panel, "User name").value == "learner"
        fill(panel, "Password", "geodesy")
        press(panel, "Sign in")
        background.wait()
        assert panel.shown == ["SecuredCount"]
