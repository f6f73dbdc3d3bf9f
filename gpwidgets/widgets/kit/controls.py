"""Controls that share what never changes about them.

Every control of ipywidgets brings a layout and a style of its own into the page, each a message and an object
there. A form of forty fields would have some seven hundred of them; here all that look alike have one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import ipywidgets as w

from gpwidgets.widgets.kit.accessibility import name_traits
from gpwidgets.widgets.kit.errors_shown import error_html
from gpwidgets.widgets.kit.late_looks import synced_traits
from gpwidgets.widgets.kit.owner import keep_open

#: Fills the line, and gives way where the line is narrow.
WIDE = {"width": "100%", "min_width": "0"}


def wide(**more: str) -> w.Layout:
    """Make a layout that fills the line, and more; a new one each time, so that it may be changed."""
    return w.Layout(**WIDE, **more)


class Unchangeable(w.Widget):
    """A layout or style that many controls have; it refuses to be changed for one of them."""

    def __setattr__(self, name: str, value: Any) -> None:
        self._refuse(name)
        super().__setattr__(name, value)

    def set_trait(self, name: str, value: Any) -> None:
        """Refuse a change, as `__setattr__` does."""
        self._refuse(name)
        super().set_trait(name, value)

    def _refuse(self, name: str) -> None:
        if name in synced_traits(type(self)) and name not in _OF_ALL and self.comm is not None:
            raise AttributeError("other controls have it, too: give this one a Layout of its own, or a style")


class SharedLayout(Unchangeable, w.Layout):
    """A layout of many controls."""


_OF_ALL = frozenset(w.Widget.class_trait_names())
_layouts: dict[tuple[tuple[str, str], ...], w.Layout] = {}
_styles: dict[type[w.Widget], w.Widget] = {}


def shared_layout(**values: str) -> w.Layout:
    """Return the one layout with these values; it is never changed, a widget is given another instead."""
    key = tuple(sorted(values.items()))
    made = _layouts.get(key)
    if made is None or made.comm is None:  # it is gone after `Widget.close_all()`
        made = _layouts[key] = keep_open(SharedLayout(**values))
    return made


def lean(
    kind: type[Any], *args: Any, layout: Mapping[str, str] | w.Layout | None = None, **traits: Any
) -> Any:
    """Make a control with the style that all of its kind have, and a shared layout.

    Parameters
    ----------
    kind
        A class of ipywidgets.
    layout
        Values of a layout that stays as it is; a `Layout` of its own where it changes.
    *args, **traits
        For the class.
    """
    if hasattr(kind, "style"):
        traits["style"] = _style_of(kind)
    traits |= name_traits(kind, traits)
    own = layout if isinstance(layout, w.Layout) else shared_layout(**(layout or {}))
    return kind(*args, layout=own, keys=list(synced_traits(kind)), **traits)


def text_button(
    words: str,
    icon: str = "",
    tooltip: str = "",
    act: Callable[[], object] | None = None,
    *,
    kind: type[Any] = w.Button,
    layout: Mapping[str, str] | w.Layout | None = None,
    **traits: Any,
) -> Any:
    """Make a button that is as wide as its words.

    Parameters
    ----------
    words, icon, tooltip
        Of the button.
    act
        Called without arguments when it is pressed.
    kind
        `Button` or `ToggleButton`.
    layout
        More than the width; a `Layout` of its own where it changes, as in a button that is hidden.
    **traits
        For `lean`.
    """
    looks = layout if isinstance(layout, w.Layout) else {"width": "auto", **(layout or {})}
    made = lean(kind, description=words, icon=icon, tooltip=tooltip, layout=looks, **traits)
    return _pressed(made, act)


def icon_button(
    icon: str,
    words: str,
    act: Callable[[], object] | None = None,
    *,
    kind: type[Any] = w.Button,
    **traits: Any,
) -> Any:
    """Make a button that shows an icon; its words are its tooltip, and its name for readers of screens.

    Parameters
    ----------
    icon, words
        Of the button.
    act
        Called without arguments when it is pressed.
    kind
        `Button` or `ToggleButton`.
    **traits
        For `lean`.
    """
    classes = (*traits.pop("_dom_classes", ()), "gpw-icon")
    made = lean(kind, icon=icon, description=words, tooltip=words, _dom_classes=classes, **traits)
    return _pressed(made, act)


def _pressed(button: Any, act: Callable[[], object] | None) -> Any:
    if act is not None:
        button.on_click(lambda _button: act())
    return button


def status_html(text: str, *, look: str = "gpw-muted", sign: str = "", is_html: bool = False) -> str:
    """Return a line that readers of screens are told when it changes; empty for no text.

    Parameters
    ----------
    text
        Escaped here, unless it `is_html`.
    look
        Its classes.
    sign
        What the eye sees before the text; not read out.
    """
    mark = f'<span aria-hidden="true">{sign}</span> ' if sign else ""
    words = text if is_html else escape(text)
    kind = f' class="{look}"' if look else ""
    return f'<div{kind} role="status">{mark}{words}</div>' if words else ""


class StatusLine(w.HTML):
    """Says what goes on, what came of it, or what went wrong."""

    value: str

    def say(self, text: str, *, sign: str = "", is_html: bool = False) -> None:
        """Say this, as `status_html`; an empty text takes away what was said."""
        self.value = status_html(text, sign=sign, is_html=is_html)

    def unsay(self, text: str) -> None:
        """Take a text away, unless something else has been said since."""
        if self.value == status_html(text):
            self.value = ""

    def show_error(self, error: Exception | None) -> None:
        """Show an exception as an alert; None takes away what was said."""
        self.value = error_html(error)


def status_line() -> StatusLine:
    """Make a line that says nothing yet."""
    made: StatusLine = lean(StatusLine)
    return made


def _style_of(kind: type[w.Widget]) -> w.Widget:
    style_class = kind.style.klass
    made = _styles.get(style_class)
    if made is None or made.comm is None:
        shared = type(f"Shared{style_class.__name__}", (Unchangeable, style_class), {})
        made = _styles[style_class] = keep_open(shared())
    return made
