"""What a server says of inputs before a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gpwidgets.protocol.description import Filter
from gpwidgets.protocol.enums import MessageType
from gpwidgets.protocol.responses.replies import GPMessage, readable_message


@dataclass(frozen=True)
class InputCheck:
    """What the server says of one parameter before a run.

    Attributes
    ----------
    name : str
    is_enabled : bool
        Whether the parameter counts as the others are.
    is_altered : bool
        Whether its value came with the request.
    message : GPMessage or None
        What is wrong with it.
    value : object
        A value in wire form that the server offers; None when it offers none.
    filter : Filter or None
        What is left to choose from, when that has changed.
    """

    name: str
    is_enabled: bool = True
    is_altered: bool = False
    message: GPMessage | None = None
    value: Any = None
    filter: Filter | None = None

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> InputCheck:
        """Read a row of ``validationResults``."""
        return cls(
            name=str(row.get("name") or ""),
            is_enabled=row.get("isEnabled") is not False,
            is_altered=row.get("isAltered") is True,
            message=_checked_message(row.get("message")),
            value=row.get("value"),
            filter=Filter.from_json(row.get("filter")),
        )


@dataclass(frozen=True)
class Validation:
    """What the server says of all inputs before a run, from ``…/<task>/validate``.

    Attributes
    ----------
    inputs : dict of str to InputCheck
        By parameter name.
    messages : tuple of GPMessage
        What belongs to no single parameter.
    """

    inputs: Mapping[str, InputCheck]
    messages: tuple[GPMessage, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether no input has an error; warnings do not count."""
        return not any(one.message and one.message.level == "error" for one in self.inputs.values())

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Validation:
        """Read the JSON of ``validate``; messages that repeat those of the inputs are left out."""
        rows = data.get("validationResults")
        found = [InputCheck.from_json(row) for row in _list(rows) if isinstance(row, Mapping)]
        said = {line for one in found if one.message for line in one.message.description.splitlines()}
        further = data.get("additionalMessages")
        told = [_checked_message(row) for row in _list(further)]
        rest = tuple(one for one in told if one and not set(one.description.splitlines()) <= said)
        return cls({one.name: one for one in found if one.name}, rest)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _checked_message(row: Any) -> GPMessage | None:
    """A message of ``validate``, whose types are plain words; None when it says nothing."""
    if not isinstance(row, Mapping) or not str(row.get("description") or "").strip():
        return None
    word = str(row.get("type") or "").lower()
    kinds = {"error": MessageType.ERROR, "warning": MessageType.WARNING}
    text, code = readable_message(row)
    return GPMessage(kinds.get(word, MessageType.INFORMATIVE), text.strip(), code)
