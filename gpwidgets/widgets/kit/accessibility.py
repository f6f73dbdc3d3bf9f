"""What readers of screens and users of the keyboard need beyond what is seen.

ipywidgets has no traits for ARIA. What it ties to a control is the description: as a ``label``, or written
into a button. So a control that shows no text gets its name as a description that the style sheet takes out
of sight, and an error goes into the label too.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.protocol.plain_text import plain_label
from gpwidgets.texts import tr


def name_traits(kind: type[w.Widget], traits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the traits that name a box or list which is made with a tooltip and without a description.

    Buttons and check boxes are left out: the text of one that shows none may come later.

    Parameters
    ----------
    kind
        A class of ipywidgets.
    traits
        What it is made with.
    """
    words = traits.get("tooltip")
    has_label = hasattr(kind, "description_allow_html") and not issubclass(kind, w.Checkbox | w.ToggleButton)
    if not has_label or not words or traits.get("description"):
        return {}
    return {
        "description": plain_label(words),
        "_dom_classes": (*traits.get("_dom_classes", ()), "gpw-quiet"),
    }


def let_rest(button: w.Button, resting: bool) -> None:
    """Let a button look disabled or not; it keeps the keyboard's focus, and its owner ignores a click."""
    (button.add_class if resting else button.remove_class)("gpw-resting")


class LabelNote:
    """An error in the label of a control, read out with the name and not seen.

    The text below a control is tied to it for the eye only; the label is all that ipywidgets ties to it.
    """

    def __init__(self) -> None:
        self._control: Any = None
        self._words = ""

    def show(self, control: w.DOMWidget | None, text: str) -> None:
        """Add a text to the label of a control, in the place of the one before; none when it is empty."""
        if self._control is not None:
            self._write(self._words, as_html=False)
            self._control = None
        if not text or control is None or not control.has_trait("description_allow_html"):
            return
        if control.description and not control.description_allow_html:  # else another editor has written
            self._control, self._words = control, control.description
            note = f'<span class="gpw-unseen">{tr(" (error: {text})", text=escape(plain_label(text)))}</span>'
            self._write(f"{escape(self._words)}{note}", as_html=True)

    def _write(self, words: str, *, as_html: bool) -> None:
        with self._control.hold_sync():  # the page must never take plain text for HTML
            self._control.description_allow_html = as_html
            self._control.description = words
