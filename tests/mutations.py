"""Documents of servers, changed in one or two places into what no careful server sends."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

ODD: list[Any] = [
    None,
    True,
    -1,
    0,
    10**400,
    float("nan"),
    float("inf"),
    -float("inf"),
    1e308,
    "",
    " ",
    "\ud800",
    "\x1b[2J\x00",
]
ODD += [
    "$a$ \\(b\\)",
    "<b>" * 50,
    "x" * 5000,
    "http://[",
    "//",
    "javascript:0",
    [],
    {},
    [[]],
    [None],
    [{}],
    {"": {}},
]
ODD += [2**63, -(2**64), 5e-324, 1e20, "1e999", "²", "٣", "2025-13-45", "y " * 100_000, "\u202e\u0000"]
ODD += [[[[[[0]]]]], {"type": {}}, {"value": []}, ["a", 1, None, {}], "9" * 400, "NaN", {"xmin": "NaN"}]


def _places(value: Any, parent: Any = None, key: Any = None) -> Iterator[tuple[Any, Any]]:
    if parent is not None:
        yield parent, key
    if isinstance(value, dict):
        for name in list(value):
            yield from _places(value[name], value, name)
    elif isinstance(value, list):
        for number in range(min(len(value), 20)):
            yield from _places(value[number], value, number)


def _place(document: Any, dice: random.Random) -> tuple[Any, Any] | None:
    """A place anywhere in the document, or one near its top: most of all places are in its longest list."""
    if dice.random() < 0.5:
        places = list(_places(document))
        return dice.choice(places) if places else None
    found = None
    while document and isinstance(document, dict | list) and (found is None or dice.random() < 0.7):
        key = dice.choice(list(document) if isinstance(document, dict) else range(len(document)))
        found, document = (document, key), document[key]
    return found


def mutated(document: Any, seed: int) -> Any:
    """A copy with one or two values replaced, taken away or doubled."""
    dice = random.Random(seed)
    document = copy.deepcopy(document)
    for _ in range(dice.choice((1, 1, 2))):
        place = _place(document, dice)
        if place is None:
            break
        parent, key = place
        deed = dice.random()
        if deed < 0.75:
            parent[key] = copy.deepcopy(dice.choice(ODD))
        elif deed < 0.9:
            del parent[key]
        elif isinstance(parent, list):
            parent.append(copy.deepcopy(parent[key]))
        else:
            parent[key] = [parent[key]]
    return document
