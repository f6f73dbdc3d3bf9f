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


def mutated(document: Any, seed: int) -> Any:
    """A copy with one or two values replaced, taken away or doubled."""
    dice = random.Random(seed)
    document = copy.deepcopy(document)
    for _ in range(dice.choice((1, 1, 2))):
        places = list(_places(document))
        if not places:
            break
        parent, key = dice.choice(places)
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
