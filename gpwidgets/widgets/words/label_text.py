"""Texts from a server before they become labels; nothing else is loaded for it."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"\\(?=[(\[]|begin\b)")


def plain_label(text: str) -> str:
    """Return a server's text as it can stand in a label, where notebooks set formulas between dollar signs.

    Look-alikes take the place of dollar signs where there are two, and a space of no width goes into what
    begins a formula otherwise.
    """
    if text.count("$") > 1:
        text = text.replace("$", "\N{FULLWIDTH DOLLAR SIGN}")
    return _FORMULA.sub("\\\\\N{ZERO WIDTH SPACE}", text)
