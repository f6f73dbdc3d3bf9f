"""What differs between the programs that show notebooks, as far as code has to know."""

from __future__ import annotations

import sys
from typing import Any
from weakref import WeakSet

import ipywidgets as w

__all__ = ["in_colab", "keep_shown"]

_kept: WeakSet[w.Widget] = WeakSet()


def in_colab() -> bool:
    """Whether this kernel is one of Google Colab's."""
    return "google.colab" in sys.modules


def keep_shown(widget: w.Widget) -> None:
    """Let a widget whose value threads change show it after each cell, where it needs that.

    Colab drops what a thread sends while no cell runs; sending it again from a cell is what helps.
    """
    if not in_colab():
        return
    events = getattr(_shell(), "events", None)
    if events is None:
        return
    if not _kept:
        events.register("post_run_cell", _send_again)
    _kept.add(widget)


def _send_again(_result: object = None) -> None:
    for widget in list(_kept):
        if widget.comm is not None:
            widget.send_state("value")


def _shell() -> Any:
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None
