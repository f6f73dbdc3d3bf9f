"""A page that is loaded anew while widgets come and go gets all of them, in one answer that fits together."""

from collections.abc import Callable, Iterator
from typing import Any

import comm
import ipywidgets as w
import pytest
from comm.base_comm import BaseComm

from gpwidgets.widgets.kit.background import Background

TARGET = "jupyter.widget.control"


class Channel(BaseComm):
    """A page's channel; what the kernel sends is kept."""

    def __init__(self, sent: list[dict[str, Any]], **given: Any) -> None:
        self.sent = sent
        super().__init__(**given)

    def publish_msg(self, msg_type: str, data: Any = None, **given: Any) -> None:
        if msg_type == "comm_msg" and self.comm_id == "page":
            self.sent.append(data)


class Disturbed(w.HTML):
    """Does something once when its state is read, as a thread might at that moment."""

    disturb: Callable[[], object] | None = None

    def get_state(self, *given: Any, **named: Any) -> Any:
        disturb, self.disturb = self.disturb, None
        if disturb is not None:
            disturb()
        return super().get_state(*given, **named)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Asks for all widgets as a page does; what is answered."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(comm, "create_comm", lambda **given: Channel(sent, **given))
    Background("a work")
    manager = comm.get_comm_manager()
    head = {
        "metadata": {"version": "1.0.0"},
        "content": {"comm_id": "page", "target_name": TARGET, "data": {}},
    }
    manager.comm_open(None, "", head)

    def ask() -> list[dict[str, Any]]:
        sent.clear()
        question = {"content": {"comm_id": "page", "data": {"method": "request_states"}}, "buffers": []}
        manager.comm_msg(None, "", question)
        return list(sent)

    yield ask
    manager.comm_close(None, "", {"content": {"comm_id": "page", "data": {}}})


def test_a_widget_made_meanwhile_is_in_the_answer(ask: Callable[[], list[dict[str, Any]]]) -> None:
    made: list[w.Widget] = []
    one = Disturbed("one")
    one.disturb = lambda: made.append(w.HTML("two"))
    (answer,) = ask()
    assert answer["method"] == "update_states"
    assert {one.model_id, made[0].model_id} <= set(answer["states"])


def test_no_widget_is_named_that_was_closed_meanwhile(ask: Callable[[], list[dict[str, Any]]]) -> None:
    box, between = w.VBox(), Disturbed("between")  # read in this order
    old, new = w.HTML("old"), w.HTML("new")
    box.children = [old]

    def replace() -> None:
        box.children = [new]
        old.close()
        w.HTML("as many as before")

    between.disturb = replace
    (answer,) = ask()
    assert answer["states"][box.model_id]["state"]["children"] == [f"IPY_MODEL_{new.model_id}"]


def test_texts_that_look_like_names_of_widgets_hold_nothing_up(
    ask: Callable[[], list[dict[str, Any]]],
) -> None:
    text = w.HTML("IPY_MODEL_nobody said it")
    (answer,) = ask()
    assert answer["states"][text.model_id]["state"]["value"] == "IPY_MODEL_nobody said it"


def test_a_box_that_holds_a_closed_widget_takes_nothing_from_the_others(
    ask: Callable[[], list[dict[str, Any]]],
) -> None:
    gone, other = w.HTML("gone"), w.HTML("other")
    box = w.VBox([gone])
    gone.close()
    (answer,) = ask()
    assert other.model_id in answer["states"]
    assert box.model_id not in answer["states"]
    box.close()
