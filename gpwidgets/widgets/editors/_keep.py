"""The way back from a value that was refused: what was there before is kept."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as w

from gpwidgets.protocol.plain_text import plain_label
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import lean, wide
from gpwidgets.widgets.kit.owner import Owner

__all__ = ["KeepButton"]


class KeepButton(Owner, w.VBox):
    """A button that says what stays, and makes an end of the error; hidden at first.

    Parameters
    ----------
    title
        Of the input.
    keep
        Called when it is pressed.
    """

    def __init__(self, title: str, keep: Callable[[], None]) -> None:
        self.button = lean(
            w.Button,
            icon="undo",
            tooltip=tr("Keep what was there for {title}", title=title),
            layout={"width": "auto", "max_width": "100%"},
        )
        self.button.on_click(lambda _button: keep())
        layout = wide(display="none", align_items="flex-start")
        super().__init__([self.button], layout=layout, _dom_classes=("gpw-plain",))

    def show(self, words: str) -> None:
        """Offer to keep a value."""
        self.button.description = tr("Keep {value}", value=plain_label(words))
        self.layout.display = ""

    def hide(self) -> None:
        """Offer nothing."""
        self.layout.display = "none"
