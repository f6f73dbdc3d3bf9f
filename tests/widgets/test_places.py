"""What differs between the programs that show notebooks."""

import sys
from types import ModuleType, SimpleNamespace

import ipywidgets as w
import pytest
from IPython.core.events import EventManager

from gpwidgets.widgets.page import front_ends


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What widgets send to the page."""
    told: list[object] = []
    monkeypatch.setattr(w.HTML, "send_state", lambda self, key=None: told.append((self, key)))
    return told


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> EventManager:
    """The events of the shell that widgets see."""
    manager = EventManager(None, {"post_run_cell": lambda result: None})
    monkeypatch.setattr(front_ends, "_shell", lambda: SimpleNamespace(events=manager))
    monkeypatch.setattr(front_ends, "_kept", type(front_ends._kept)())
    return manager


def test_in_colab_states_are_sent_again_after_each_cell(events, sent, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    one, two = w.HTML("1"), w.HTML("2")
    sent.clear()
    front_ends.keep_shown(one)
    front_ends.keep_shown(two)
    events.trigger("post_run_cell", None)
    assert sorted(sent, key=str) == sorted([(one, "value"), (two, "value")], key=str)
    sent.clear()
    two.close()
    events.trigger("post_run_cell", None)
    assert sent == [(one, "value")]


def test_elsewhere_nothing_is_sent_twice(events, sent) -> None:
    one = w.HTML("1")
    sent.clear()
    front_ends.keep_shown(one)
    events.trigger("post_run_cell", None)
    assert sent == []
