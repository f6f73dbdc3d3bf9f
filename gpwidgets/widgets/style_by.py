"""Layers coloured by an attribute: classes, their colours and labels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ClassStyle:
    """How a layer's features are coloured by class.

    Attributes
    ----------
    title : str
        What the classes are of; the legend's heading.
    labels, colors : tuple of str
        One of each class, the colours as in CSS.
    codes : numpy.ndarray of int
        For each row the number of its class.
    """

    title: str
    labels: tuple[str, ...]
    colors: tuple[str, ...]
    codes: Any

    @property
    def styles(self) -> tuple[bytes, ...]:
        """The path style of each class, as the JSON that is sent."""
        return tuple(json.dumps({"color": one, "fillColor": one}).encode() for one in self.colors)
