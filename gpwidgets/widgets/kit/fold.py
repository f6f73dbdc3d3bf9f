"""A part that can be folded away, by the keyboard too, which does not reach the headings of an accordion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as w
import traitlets

from gpwidgets.widgets.kit.controls import WIDE, lean
from gpwidgets.widgets.kit.owner import Owner


class Fold(Owner, w.VBox):
    """A button, and below it what it opens.

    Parameters
    ----------
    title
        Text of the button.
    content
        What is shown while it is open, or what makes it when it is opened first.
    tooltip
        What can be found in it.
    """

    opened: traitlets.Bool[bool, bool | int] = traitlets.Bool(False, help="Whether the content is shown.")

    def __init__(
        self, title: str, content: Sequence[w.Widget] | Callable[[], Sequence[w.Widget]], *, tooltip: str = ""
    ) -> None:
        self._make = content if callable(content) else None
        self.button: w.ToggleButton = lean(
            w.ToggleButton,
            description=title,
            icon="caret-right",
            tooltip=tooltip,
            _dom_classes=("gpw-fold-title",),
        )
        self.content: w.VBox = w.VBox(
            () if callable(content) else list(content),
            layout=w.Layout(display="none", overflow="visible", **WIDE),
            _dom_classes=("gpw-fold-content", "gpw-plain"),
        )
        super().__init__(
            [self.button, self.content],
            layout=w.Layout(width="100%", min_width="0"),
            _dom_classes=("gpw-fold",),
        )
        self.button.observe(lambda change: self.set_trait("opened", change["new"]), names="value")

    @property
    def title(self) -> str:
        """Text of the button."""
        return str(self.button.description)

    @title.setter
    def title(self, text: str) -> None:
        self.button.description = text

    @traitlets.observe("opened")
    def _show_content(self, change: Mapping[str, Any]) -> None:
        if change["new"] and self._make is not None:
            self.content.children = tuple(self._make())
            self._make = None
        self.button.value = change["new"]
        self.button.icon = "caret-down" if change["new"] else "caret-right"
        self.content.layout.display = "" if change["new"] else "none"

    def __repr__(self) -> str:
        return f"<Fold {self.title!r}>"
