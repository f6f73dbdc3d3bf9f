"""Closing a widget together with everything that it made.

`ipywidgets.Widget.close` ends the one widget. Its children, their layouts and styles stay registered in the
kernel and in the page for good, and a box that is still registered while a child of it is closed makes
`ipywidgets.Widget.get_manager_state` raise, which a page calls when it is reloaded: every form in it is lost.
So whatever holds widgets closes from the top down, and whatever replaces children closes those it replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from weakref import WeakSet

import ipywidgets as w
from traitlets import HasTraits

__all__ = ["Owner", "close_all", "close_tree", "give_layout", "keep_open", "replace_children"]

_Kept = TypeVar("_Kept", bound=w.Widget)
_kept_open: WeakSet[Any] = WeakSet()


class Closable(Protocol):
    """A widget, or a part that is no widget and holds some."""

    def close(self) -> None:
        """Free what it holds."""


_Owned = TypeVar("_Owned", bound=Closable)


class Owner(w.Widget):
    """A widget that closes what it made; put it before the class of ipywidgets among the bases.

    What is reached through its own traits, such as children, layout and style, is closed with it. What it
    made and does not show all the time is handed to `own`, and what it shows and may not close to `spare`.
    What it observes and does not own is observed by `follow`; what else has to end does so in `let_go`.
    """

    def own(self, part: _Owned) -> _Owned:
        """Close a part together with this widget and not before, whichever box shows it; return it."""
        self.__dict__.setdefault("_owned", []).append(part)
        if isinstance(part, w.Widget):
            _kept_open.add(part)
        return part

    def spare(self, widget: w.Widget) -> None:
        """Do not close a widget that is shown here, which may belong to somebody else."""
        self.__dict__.setdefault("_spared", []).append(widget)

    def follow(self, source: HasTraits, handler: Callable[[Any], None], names: str | Sequence[str]) -> None:
        """Observe traits of something that may live on, until this widget is closed."""
        source.observe(handler, names=names)
        self.__dict__.setdefault("_followed", []).append((source, handler, names))

    def let_go(self) -> None:
        """End what goes on; called once, when the widget has left the page and its parts have not."""

    def close(self) -> None:
        """Close the widget and everything that it made."""
        if self.comm is None:  # closed before, or never finished: ipywidgets closes once more at the end
            return
        spared = self.__dict__.pop("_spared", ())
        parts = [part for part in parts_of(self) if not _is_one_of(part, spared)]
        super().close()
        for source, handler, names in self.__dict__.pop("_followed", ()):
            source.unobserve(handler, names=names)
        self.let_go()
        close_all(parts)
        for part in self.__dict__.pop("_owned", []):
            _kept_open.discard(part)
            close_tree(part)


def close_tree(part: Closable) -> None:
    """Close a widget and all that is reached through its traits, from the top down.

    What several widgets hold (see `keep_open`) stays open, and so does what another `Owner` will close.
    """
    if part in _kept_open:
        return
    if not isinstance(part, w.Widget) or isinstance(part, Owner):
        part.close()
    elif part.comm is not None:
        parts = parts_of(part)
        part.close()
        close_all(parts)


def close_all(parts: Iterable[Closable]) -> None:
    """Close each of these and all below it."""
    for part in parts:
        close_tree(part)


def replace_children(box: w.Box, children: Iterable[w.Widget]) -> None:
    """Show other children in a box, and close those that were there and are no more.

    A box that has been closed meanwhile takes no more children; these are closed, too.
    """
    before, now = box.children, tuple(children)
    if box.comm is None:
        close_all(now)
        return
    box.children = now
    close_all(one for one in before if not _is_one_of(one, now))


def give_layout(widget: w.DOMWidget, layout: w.Layout) -> None:
    """Give a widget another layout, and close the one it had."""
    before = widget.layout if widget.trait_has_value("layout") else None
    if layout is not before:
        widget.layout = layout
        if before is not None:
            close_tree(before)


def keep_open(widget: _Kept) -> _Kept:
    """Let a widget that several hold be closed by none of them; return it."""
    _kept_open.add(widget)
    return widget


def parts_of(widget: w.Widget) -> list[w.Widget]:
    """Return the widgets in the synced traits of a widget, such as its children, layout and style."""
    return [part for name in widget.keys for part in _widgets_in(getattr(widget, name))]


def _widgets_in(value: Any) -> Iterator[w.Widget]:
    # No deeper than one level: data of a map layer may be a million numbers, and no widget is in them.
    if isinstance(value, w.Widget):
        yield value
    elif isinstance(value, list | tuple | Mapping):
        members = value.values() if isinstance(value, Mapping) else value
        yield from (one for one in members if isinstance(one, w.Widget))


def _is_one_of(part: w.Widget, others: Iterable[w.Widget]) -> bool:
    return any(part is other for other in others)
