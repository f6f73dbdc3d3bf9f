"""Values that a server lists: which of them is meant, and how they are shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext, RequestContext
from gpwidgets.datatypes.datatype import PLAIN_REPLY, PLAIN_REQUEST, DataType
from gpwidgets.datatypes.registry import datatype_of
from gpwidgets.datatypes.value_checks import shown, wrong
from gpwidgets.errors import ParameterError
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import plain
from gpwidgets.texts import tr

__all__ = ["ChosenType", "labelled"]


class ChosenType(DataType):
    """A type of which only the listed values are allowed, each by its value or its label.

    Parameters
    ----------
    inner
        The type without the list.
    """

    def __init__(self, inner: DataType) -> None:
        self._inner = inner
        self.title: str = inner.title
        self.example: str = inner.example
        self.is_spatial: bool = inner.is_spatial
        self.is_text: bool = inner.is_text
        self.is_set: bool = inner.is_set
        self.empty_is_none: bool = inner.empty_is_none

    def check(self, value: Any, parameter: GPParameter) -> Any:
        """The listed value that is meant, in the form that the type has."""
        free = _free(parameter)
        given = plain(value)
        if isinstance(given, str):
            given = self._by_label(given, parameter)
        try:
            wanted = self._inner.check(given, free)
        except ParameterError:
            wanted = None
        for choice in parameter.choices:
            known = self.known(choice.value, free)
            if known == wanted:
                return known
        labels = ", ".join(choice.label for choice in parameter.choices[:12])
        more = " …" if len(parameter.choices) > 12 else ""
        raise wrong(
            parameter,
            tr("{shown} is not one of: {labels}{more}.", shown=shown(value), labels=labels, more=more),
        )

    @staticmethod
    def _by_label(text: str, parameter: GPParameter) -> Any:
        text = text.strip().casefold()
        if any(str(choice.value).casefold() == text for choice in parameter.choices):
            return text
        found = (choice.value for choice in parameter.choices if choice.label.strip().casefold() == text)
        return next(found, text)

    def known(self, wire: Any, free: GPParameter) -> Any:
        """A listed value in the form that the type has; as sent where the type has none for it."""
        try:
            return self._inner.check(self._inner.decode(wire, free), free)
        except ParameterError:
            return wire

    def encode(self, value: Any, parameter: GPParameter, request: RequestContext = PLAIN_REQUEST) -> Any:
        """As the type without the list."""
        return self._inner.encode(value, _free(parameter), request)

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """As the type without the list."""
        return self._inner.decode(wire, _free(parameter), reply)

    def view(self, wire: Any, parameter: GPParameter) -> Any:
        """As the type without the list."""
        return self._inner.view(wire, _free(parameter))


def _free(parameter: GPParameter) -> GPParameter:
    return replace(parameter, filter=None, choice_list=())


def labelled(parameter: GPParameter) -> list[tuple[str, Any]]:
    """The choices of a parameter as labels, of which no two are alike, and checked values.

    Choices that differ in nothing are one; labels that are there twice get their values added.
    """
    codec, free = datatype_of(parameter), _free(parameter)
    known = {(choice.label, repr(choice.value)): choice for choice in parameter.choices}.values()
    often = Counter(choice.label for choice in known)
    return [
        (
            f"{choice.label} ({choice.value})" if often[choice.label] > 1 else choice.label or "(empty)",
            codec.known(choice.value, free) if isinstance(codec, ChosenType) else choice.value,
        )
        for choice in known
    ]
