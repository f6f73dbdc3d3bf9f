"""The drawings of a map's owner in their own drawing control, told from ours while ours are drawn there.

The browser sends all shapes of a control back whenever one of them changes: with six decimals, a rectangle as
a polygon, and with a style of its own. So the owner's carry a number for as long as somebody draws or edits,
and what they have not changed becomes again just what it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gpwidgets.widgets.map.drawing.shapes import ID_KEY, OWNER_KEY, radius_of

Feature = Mapping[str, Any]

#: Degrees by which the browser's rounding moves a corner, and a little more.
_ROUNDING = 1.01e-6


class OwnersDrawings:
    """What was in a drawing control before something of ours came into it."""

    def __init__(self) -> None:
        self._originals: dict[str, Feature] = {}
        self._count = 0

    def marked(self, features: Sequence[Feature]) -> list[Feature]:
        """Return features with a number for each that is the owner's; what it stands for is remembered."""
        return [self._marked(one) for one in features]

    def _marked(self, feature: Feature) -> Feature:
        if is_ours(feature) or owner_number(feature) in self._originals:
            return feature
        self._count += 1
        number = str(self._count)
        self._originals[number] = _without_number(feature)
        return _with_number(feature, number)

    def recognised(self, features: Sequence[Feature]) -> list[Feature]:
        """Return features with the numbers of those that the page sent before it knew of them."""
        there = {owner_number(one) for one in features}
        left = {number: one for number, one in self._originals.items() if number not in there}
        found: list[Feature] = []
        for feature in features:
            number = ""
            if not is_ours(feature) and not owner_number(feature):
                number = next((key for key, one in left.items() if not _differs(one, feature)), "")
            found.append(_with_number(left.pop(number), number) if number else feature)
        return found

    def restored(self, features: Sequence[Feature]) -> list[Feature]:
        """Return the owner's among the features, as they were before; changed ones as they are now."""
        return [self._restored(one) for one in features if not is_ours(one)]

    def _restored(self, feature: Feature) -> Feature:
        original = self._originals.get(owner_number(feature))
        return _without_number(feature) if original is None or _differs(original, feature) else original


def is_ours(feature: Feature) -> bool:
    """Whether a feature stands for a shape of ours that is being edited."""
    return (feature.get("properties") or {}).get(ID_KEY) is not None


def owner_number(feature: Feature) -> str:
    """Return the number of an owner's drawing; empty for one that has none."""
    return str((feature.get("properties") or {}).get(OWNER_KEY) or "")


def _with_number(feature: Feature, number: str) -> Feature:
    return {**feature, "properties": {**(feature.get("properties") or {}), OWNER_KEY: number}}


def _without_number(feature: Feature) -> Feature:
    properties = feature.get("properties") or {}
    if OWNER_KEY not in properties:
        return feature
    return {**feature, "properties": {key: properties[key] for key in properties if key != OWNER_KEY}}


def _differs(one: Feature, other: Feature) -> bool:
    shapes = [(feature.get("geometry") or {}) for feature in (one, other)]
    same_kind = shapes[0].get("type") == shapes[1].get("type") and radius_of(one) == radius_of(other)
    return not (same_kind and _close(shapes[0].get("coordinates"), shapes[1].get("coordinates")))


def _close(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_close, one, other))
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    return bool(abs(one - other) <= _ROUNDING if numbers else one == other)
