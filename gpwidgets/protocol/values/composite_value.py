"""A value together with the one of several types that it is meant as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["CompositeValue"]


@dataclass(frozen=True)
class CompositeValue:
    """A value of a composite parameter, with the type it is meant as.

    Attributes
    ----------
    data_type : str
        Wire name of the member type; empty when the server names none.
    value : object
        The checked value.
    """

    data_type: str
    value: Any
