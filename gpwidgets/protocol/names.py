"""Names of parameters as names that Python takes."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Collection

__all__ = ["python_name"]


def python_name(name: str, taken: Collection[str] = ()) -> str:
    """A name that can be written after a dot or before an equals sign.

    Parameters
    ----------
    name
        Of a parameter. Characters that Python does not allow become underscores, and those that it takes for
        others, such as a superscript two, become these.
    taken
        Names that stand for something else, such as those of methods; one of these, or a keyword of Python,
        gets an underscore at its end.
    """
    # Python reads names in this form, so a keyword never arrives in another.
    name = unicodedata.normalize("NFKC", name)
    made = "".join(letter if f"_{letter}".isidentifier() else "_" for letter in name)
    if not made[:1].isidentifier():
        made = f"_{made}"
    return f"{made}_" if keyword.iskeyword(made) or made in taken else made
