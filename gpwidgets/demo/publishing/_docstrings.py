"""Read a function's docstring into a task description."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from inspect import cleandoc


@dataclass(frozen=True)
class Docstring:
    """The parts of a numpydoc docstring that a task description shows."""

    summary: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    returns: Mapping[str, str] = field(default_factory=dict)


def read_docstring(text: str) -> Docstring:
    """Split a numpydoc docstring; text without sections is all summary."""
    parts = re.split(r"^([A-Z][A-Za-z ]+)\n-{3,}\n", cleandoc(text), flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    return Docstring(
        " ".join(parts[0].split()),
        _entries(sections.get("Parameters", "")),
        _entries(sections.get("Returns", "")),
    )


def _entries(section: str) -> dict[str, str]:
    """Map ``name`` or ``name, other : type`` lines to the indented text below them."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines():
        if line[:1].strip():
            names = [name.strip() for name in line.partition(":")[0].split(",")]
        elif line.strip():
            for name in names:
                found[name] = f"{found.get(name, '')} {line.strip()}".strip()
    return found
