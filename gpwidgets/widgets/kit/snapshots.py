"""What a page that was loaded anew gets when it asks for all widgets: states that fit together.

ipywidgets reads one widget after the other. Where a thread makes or closes widgets meanwhile, it raises and
the page hears nothing for seconds, or the answer names widgets that it does not hold, and the page shows an
error in their place. Here what has come is added, and what names a widget that has gone is read again.
"""

from __future__ import annotations

import re
import time
from functools import cache
from typing import Any

from ipywidgets import Widget
from ipywidgets.comm import get_comm_manager
from ipywidgets.widgets import widget as parts

__all__ = ["answer_in_whole"]

_TARGET = "jupyter.widget.control"
_NAMED = re.compile(r"IPY_MODEL_(\w+)")

#: Seconds: a page waits four for the answer.
_PATIENCE = 2.5
#: Seconds between looks, and how many, in which a thread can take what it has closed out of its box.
_PAUSE, _LOOKS = 0.02, 15


@cache
def answer_in_whole() -> None:
    """Answer pages that ask for all widgets of this kernel with states that fit together."""
    manager = get_comm_manager()
    if manager is not None and hasattr(parts, "_instances") and hasattr(parts, "_remove_buffers"):
        manager.register_target(_TARGET, _open)


def _open(channel: Any, message: dict[str, Any]) -> None:
    Widget.handle_control_comm_opened(channel, message)
    channel.on_msg(lambda message: _answer(channel, message))


def _answer(channel: Any, message: dict[str, Any]) -> None:
    if message["content"]["data"].get("method") != "request_states":
        Widget._handle_control_comm_msg(message)
        return
    states, paths, buffers = parts._remove_buffers(_all_states())
    channel.send({"method": "update_states", "states": states, "buffer_paths": paths}, buffers=buffers)


def _all_states() -> dict[str, Any]:
    """State of each widget by its name, with all widgets that it names, unless that takes too long."""
    end = time.monotonic() + _PATIENCE
    states: dict[str, Any] = {}
    unread = set(parts._instances.copy())
    looks = 0
    while True:
        for name in unread:
            state = _state(name)
            if state is None:
                states.pop(name, None)
            else:
                states[name] = state
        there = parts._instances.copy()
        come = there.keys() - states.keys()
        torn = {name for name, state in states.items() if not _named(state["state"]) <= there.keys()}
        # What stays as it is was closed by its owner, and not by a thread at work.
        looks = looks + 1 if unread == come | torn else 0
        unread = come | torn
        if not unread or looks > _LOOKS or time.monotonic() > end:
            return {name: state for name, state in states.items() if name in there}
        if torn:
            time.sleep(_PAUSE)


def _state(name: str) -> dict[str, Any] | None:
    """State of a widget; None where it, or a part of it, is closed."""
    try:
        widget = parts._instances[name]
        return {
            "model_name": widget._model_name,
            "model_module": widget._model_module,
            "model_module_version": widget._model_module_version,
            "state": widget.get_state(),
        }
    except (KeyError, AttributeError):
        return None


def _named(value: Any) -> set[str]:
    """Names of the widgets in a state; a text that says more than a name is not one."""
    if isinstance(value, str):
        found = _NAMED.fullmatch(value)
        return {found[1]} if found else set()
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return set()
    return {name for item in value for name in _named(item)}
