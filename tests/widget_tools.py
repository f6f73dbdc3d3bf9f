"""What tests of widgets share."""

import threading
from collections.abc import Callable

import ipywidgets as w


def html_of(widget: w.Widget) -> str:
    """Return all HTML below a widget."""
    if isinstance(widget, w.HTML):
        return widget.value
    return " ".join(html_of(child) for child in getattr(widget, "children", ()))


def seen(condition: Callable[[], bool]) -> bool:
    """Whether it comes to be, while threads of a widget work."""
    waiting = threading.Event()
    return any(condition() or waiting.wait(0.02) for _ in range(1500))
