"""The help of a field, as its server wrote it."""

from __future__ import annotations

import ipywidgets as w

from gpwidgets.protocol.description import GPParameter
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import lean
from gpwidgets.widgets.words.html import plain_text, sanitized

__all__ = ["FieldHelp", "help_html"]

_SHORT_HELP = 140


class FieldHelp:
    """The help, alone at first; a row is made when a button comes beside it.

    Parameters
    ----------
    html
        Empty where there is no help.

    Attributes
    ----------
    shown : ipywidgets.Widget or None
        What stands below the field.
    """

    def __init__(self, html: str) -> None:
        self.shown: w.Widget | None = None
        if html:
            self.shown = lean(w.HTML, html, _dom_classes=("gpw-foot",))
        if "<details" in html:  # one that is open would fold again if it moved into a row
            self.beside()

    def beside(self, *buttons: w.Widget) -> w.Widget:
        """Return a row of the help and the buttons."""
        if isinstance(self.shown, w.HBox):
            self.shown.children = (*self.shown.children, *buttons)
        else:
            parts = [*([] if self.shown is None else [self.shown]), *buttons]
            layout = {"align_items": "flex-start", "min_width": "0"}
            self.shown = lean(w.HBox, parts, layout=layout, _dom_classes=("gpw-foot",))
        return self.shown


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
