"""Widgets that have no layout or style of their own until one is asked for.

Every widget of ipywidgets brings a Layout and mostly a Style into the page: a message each, and an object in
kernel and page, though nearly all of them say nothing that the style sheet does not say. A page draws a
widget without them just as well.
"""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import traitlets

from gpwidgets.widgets.kit.owner import Owner

__all__ = ["LateLooks", "Note", "Section", "synced_traits"]

_LATE = ("layout", "style")
_synced: dict[type[Any], tuple[str, ...]] = {}


def synced_traits(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of the traits that a class of widgets sends; each widget looks them all through."""
    if kind not in _synced:
        _synced[kind] = tuple(kind.class_traits(sync=True))
    return _synced[kind]


class LateLooks(w.DOMWidget):
    """A widget whose layout and style come into the page when they are given, read or changed first.

    Put it before the class of ipywidgets among the bases. How the widget looks until then is for the style
    sheet to say, by a class.
    """

    @traitlets.default("keys")
    def _first_keys(self) -> list[str]:
        return [name for name in synced_traits(type(self)) if name not in _LATE]

    def notify_change(self, change: Any) -> None:
        """Send a layout or style that is given, as any other trait."""
        if change["name"] in _LATE:
            self._add_key(change["name"])
        super().notify_change(change)

    @traitlets.observe(*_LATE, type="default")
    def _bring(self, change: Any) -> None:
        """Send a layout or style that came to be since it was read."""
        if self._add_key(change["name"]) and self.comm is not None:
            self.send_state(change["name"])

    def _add_key(self, name: str) -> bool:
        keys: list[str] = self.keys
        is_new = name not in keys
        if is_new:
            keys.append(name)
        return is_new

    def set_visible(self, visible: bool) -> None:
        """Show the widget or hide it; one that was never hidden needs no layout to be shown."""
        if not visible or self.trait_has_value("layout"):
            self.layout.display = "" if visible else "none"


class Note(LateLooks, w.HTML):
    """HTML as wide as its place; nothing of it is to be seen while it is empty."""

    def __init__(self, value: str = "", *, classes: tuple[str, ...] = ()) -> None:
        super().__init__(value, _dom_classes=("gpw-note-box", *classes))


class Section(Owner, LateLooks, w.VBox):
    """Widgets one below the other, as wide as their place."""

    def __init__(self, children: Any = (), **traits: Any) -> None:
        super().__init__(children, _dom_classes=("gpw-wide", *traits.pop("_dom_classes", ())), **traits)
