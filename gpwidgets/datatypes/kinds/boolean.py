"""Yes or no: GPBoolean."""

from __future__ import annotations

import ast
from typing import Any

from gpwidgets.datatypes.contexts import ReplyContext
from gpwidgets.datatypes.datatype import PLAIN_REPLY, DataType, LiteralWriter
from gpwidgets.datatypes.value_checks import shown, wrong
from gpwidgets.protocol.description import GPParameter
from gpwidgets.protocol.missing import plain
from gpwidgets.texts import later, tr

__all__ = ["BooleanType"]

_WORDS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


class BooleanType(DataType):
    """Yes or no."""

    title: str = later("Yes or no")
    example: str = later("True or False")
    python_types: tuple[type, ...] = (bool,)
    is_chosen_by_value = True

    def check(self, value: Any, parameter: GPParameter) -> bool:
        """True or False, from a bool, 0 or 1, or a word for it."""
        value = plain(value)
        if isinstance(value, bool):
            return value
        if isinstance(value, int) and value in (0, 1):
            return bool(value)
        known = _WORDS.get(value.strip().lower()) if isinstance(value, str) else None
        if known is None:
            raise wrong(
                parameter, tr("{shown} is neither yes nor no; give True or False.", shown=shown(value))
            )
        return known

    def decode(self, wire: Any, parameter: GPParameter, reply: ReplyContext = PLAIN_REPLY) -> Any:
        """True or False, also from the words that old servers send."""
        if isinstance(wire, str):
            return _WORDS.get(wire.strip().lower(), wire)
        return bool(wire) if isinstance(wire, int) else wire

    def literal(self, value: Any, name: str, write: LiteralWriter) -> ast.expr:
        """``True`` or ``False``."""
        return ast.Constant(bool(value))

    def words(self, value: Any) -> str:
        """Yes or no."""
        return tr("Yes") if value else tr("No")
