"""A part that can be folded away, by the keyboard too, which does not reach the headings of an accordion."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as w
import traitlets

from gpwidgets.widgets.kit.controls import lean
from gpwidgets.widgets.kit.late_looks import LateLooks, Section
from gpwidgets.widgets.kit.owner import Owner


class Fold(Owner, LateLooks, w.VBox):
    """A button, and below it what it opens.

    Parameters
    ----------
    title
        Text of the button.
    content
        What is shown while it is open, or what makes it when it is opened first.
    tooltip
        What can be found in it.
    opened
        Whether content that is there already is shown at first.
    classes
        Further classes of the style sheet.
    """

    opened: traitlets.Bool[bool, bool | int] = traitlets.Bool(False, help="Whether the content is shown.")

    def __init__(
        self,
        title: str,
        content: Sequence[w.Widget] | Callable[[], Sequence[w.Widget]],
        *,
        tooltip: str = "",
        opened: bool = False,
        classes: tuple[str, ...] = (),
    ) -> None:
        self._make = content if callable(content) else None
        self._content: Section | None = None
        if not callable(content):
            hidden = {} if opened else {"layout": w.Layout(display="none")}
            self._content = self._hold(content, **hidden)
        self.button: w.ToggleButton = lean(
            w.ToggleButton,
            description=title,
            icon=_icon(opened),
            value=opened,
            tooltip=tooltip,
            _dom_classes=("gpw-fold-title",),
        )
        parts = [self.button] if self._content is None else [self.button, self._content]
        super().__init__(parts, _dom_classes=("gpw-wide", "gpw-fold", *classes))
        self.opened = opened
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
            self._content = self._hold(self._make())
            self._make = None
            self.children: Sequence[w.Widget] = [self.button, self._content]
        self.button.value = change["new"]
        self.button.icon = _icon(change["new"])
        if self._content is not None:
            self._content.set_visible(change["new"])

    @staticmethod
    def _hold(content: Sequence[w.Widget], **traits: Any) -> Section:
        return Section(content, _dom_classes=("gpw-fold-content", "gpw-plain"), **traits)

    def __repr__(self) -> str:
        return f"<Fold {self.title!r}>"


def _icon(opened: bool) -> str:
    return "caret-down" if opened else "caret-right"
