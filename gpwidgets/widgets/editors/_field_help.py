"""The help of a field, as its server wrote it."""

from __future__ import annotations

import ipywidgets as w

from gpwidgets.protocol.description import GPParameter
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import lean
from gpwidgets.widgets.words.html import plain_text, sanitized

__all__ = ["help_html", "help_row"]

_SHORT_HELP = 140


def help_row(*parts: w.Widget) -> w.HBox:
    """Put the help, and buttons beside it, in a row."""
    layout = {"align_items": "flex-start", "min_width": "0"}
    return lean(w.HBox, list(parts), layout=layout, _dom_classes=("gpw-foot",))


def help_html(parameter: GPParameter) -> str:
    """Return a parameter's help: short texts as they are, long ones folded."""
    words = plain_text(parameter.description)
    if not words or words == parameter.display_name:
        return ""
    if len(words) <= _SHORT_HELP:
        return f'<div class="gpw-muted">{sanitized(parameter.description)}</div>'
    return (
        f'<details class="gpw-muted"><summary>{tr("Help")}</summary>'
        f"{sanitized(parameter.description)}</details>"
    )
