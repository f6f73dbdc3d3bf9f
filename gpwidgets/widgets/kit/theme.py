"""The visual language: one style sheet, written in variables that follow Jupyter's theme, light or dark."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import ipywidgets as w

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import lean
from gpwidgets.widgets.kit.owner import keep_open

_SHEETS = ("theme", "form", "views", "batch")
_made: w.HTML | None = None


@cache
def css() -> str:
    """Return all styles: the variables first, then what is written in them."""
    folder = files("gpwidgets.widgets") / "styles"
    return "\n".join((folder / f"{name}.css").read_text("utf-8") for name in _SHEETS)


def style_sheet() -> w.HTML:
    """Return the widget that shows nothing and brings the styles into the page.

    It is one and the same for all widgets of a kernel, so the styles are sent once and kept once. Every
    widget that may be shown alone holds it: an output that is cleared takes only its own view of it away.
    """
    global _made
    if _made is None or _made.comm is None:  # it is gone after `Widget.close_all()`
        sheet = f"<style>{css()}\n{_said_without_a_kernel()}</style>"
        _made = keep_open(lean(w.HTML, sheet, layout={"display": "none"}))
    return _made


def _said_without_a_kernel() -> str:
    """The rule that lets a page say why nothing in a widget answers, which no kernel can say then."""
    words = tr(
        "The kernel is not connected, so nothing here answers. Reconnect to it, or run the cell again."
    )
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("<", "\\3c ").replace("\n", " ")
    return f'.gpw {{ --gpw-disconnected: "{escaped}"; }}'
