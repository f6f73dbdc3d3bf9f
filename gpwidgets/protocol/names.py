"""Names of parameters as names that Python takes."""

from __future__ import annotations

import keyword
from collections.abc import Collection

__all__ = ["python_name"]


def python_name(name: str, taken: Collection[str] = ()) -> str:
    """A name that can be written after a dot or before an equals sign.

    Parameters
    ----------
    name
        Of a parameter. Characters that Python does not allow become underscores.
    taken
        Names that stand for something else, such as those of methods; one of these, or a keyword of Python,
        gets an underscore at its end.
    """
    made = "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name)
    if made[:1].isdigit():
        made = f"_{made}"
    return f"{made}_" if keyword.iskeyword(made) or made in taken else made
