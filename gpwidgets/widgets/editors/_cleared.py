"""An input that was cleared although the server has a default: sent empty, or left to that default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from gpwidgets.datatypes.registry import words_of
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.values import UNSET
from gpwidgets.tasks.inputs.checking import has_usable_default
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.binding import Binding
from gpwidgets.widgets.kit.controls import lean, wide
from gpwidgets.widgets.kit.owner import Owner

__all__ = ["ClearedChoice", "default_words", "empty_value", "has_default", "is_empty"]


def is_empty(value: Any) -> bool:
    """Whether a value is one that is sent empty: an empty text or an empty list."""
    return isinstance(value, str | list | tuple) and not value


def empty_value(parameter: GPParameter) -> Any:
    """Return the value that sends a parameter empty."""
    return [] if parameter.is_multi or parameter.data_type == "GPValueTable" else ""


def has_default(parameter: GPParameter, default: Any) -> bool:
    """Whether the server puts something in the place of a value that is left out.

    Parameters
    ----------
    parameter
        The parameter.
    default
        Its default as read, `UNSET` when it could not be.
    """
    if not has_usable_default(parameter):
        return False
    return default is not UNSET or isinstance(parameter.default_value, str | int | float)


def default_words(parameter: GPParameter, default: Any) -> str:
    """Return what the server's default is, in half a line."""
    if parameter.is_hidden:
        return tr("hidden")
    if default is UNSET:
        return words_of(parameter.default_value)
    chosen = [one.label for one in parameter.choices if one.value in (default, parameter.default_value)]
    return chosen[0] if chosen and chosen[0] else words_of(default)


class ClearedChoice(Owner, w.VBox):
    """What is sent in the place of a value that was cleared.

    Parameters
    ----------
    parameter, default
        Whose, and the server's default.
    choose
        Called with whether it is to be sent empty, after the user has chosen.
    """

    def __init__(self, parameter: GPParameter, default: Any, choose: Callable[[bool], None]) -> None:
        self._binding = Binding()
        words = default_words(parameter, default)
        title = parameter.display_name or parameter.name
        options = [(tr("The server's default is used: {default}", default=words), False)]
        if not parameter.required:
            options.insert(0, (tr("It is sent empty"), True))
        self.choice = lean(
            w.RadioButtons,
            options=options,
            tooltip=tr("{title} is empty", title=title),
            layout={"width": "auto"},
        )
        self._binding.follow(self.choice, lambda change: choose(bool(change["new"])))
        super().__init__(
            [self.choice], layout=wide(display="none"), _dom_classes=("gpw-cleared", "gpw-plain")
        )

    def show(self, shown: bool, *, sent_empty: bool) -> None:
        """Show the choice or not, and what is chosen."""
        with self._binding.silently():
            self.choice.value = sent_empty and len(self.choice.options) > 1
        self.layout.display = "" if shown else "none"

    def __repr__(self) -> str:
        return "<ClearedChoice>"
