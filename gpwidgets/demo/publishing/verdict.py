"""What a tool's validator says of an input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """What a validator says of one input.

    Attributes
    ----------
    warning, error
        Text; empty when there is nothing to say.
    enabled
        Whether the input counts as the others are.
    value
        A wire value to offer; None leaves it.
    choices
        Texts that are left to choose from; None leaves them.
    """

    warning: str = ""
    error: str = ""
    enabled: bool = True
    value: Any = None
    choices: tuple[str, ...] | None = None
