"""Values of classes of the package as calls of them."""

from __future__ import annotations

import ast
from dataclasses import fields
from typing import Any

from gpwidgets.datatypes.datatype import LiteralWriter

__all__ = ["dataclass_call"]


def dataclass_call(value: Any, write: LiteralWriter, **more: ast.expr) -> ast.expr:
    """A call of a value's class with what is set in it.

    Parameters
    ----------
    value
        Of a dataclass in the root of the package, or of a subclass.
    write
        Writes its parts.
    **more
        Arguments besides.
    """
    names = [one.name for one in fields(value) if not one.name.startswith("_")]
    given = {name: getattr(value, name) for name in names}
    parts = {name: write.value(one) for name, one in given.items() if one not in (None, "")}
    kind = next(one for one in type(value).__mro__ if one.__module__.startswith("gpwidgets."))
    return write.call(f"gp.{kind.__name__}", **{**parts, **more})
