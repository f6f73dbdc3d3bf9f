"""Messages of protocol buffers, field by field, and what the features of an answer have in common."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

import orjson

from gpwidgets.convert.featuresets._varints import Malformed
from gpwidgets.protocol.pbf_schema import (
    FIELD_TYPES,
    GEOMETRY_TYPES,
    Answer,
    FeatureResult,
    FieldInfo,
    Ids,
    Reference,
    Result,
    Transform,
    Wire,
)

__all__ = ["Body", "Grid", "Head", "Part", "head_of", "items", "other_result", "result_of", "varint"]

Body: TypeAlias = bytes | bytearray | memoryview

_DOUBLE = struct.Struct("<d")
_FIXED = {Wire.EIGHT_BYTES: 8, Wire.FOUR_BYTES: 4}
#: The tag of a feature, which is what nearly all fields of a result are.
_FEATURE_TAG = FeatureResult.FEATURES << 3 | Wire.LENGTH
_REFERENCE_KEYS = {
    Reference.WKID: "wkid",
    Reference.LATEST_WKID: "latestWkid",
    Reference.VCS_WKID: "vcsWkid",
    Reference.LATEST_VCS_WKID: "latestVcsWkid",
}


class Part(NamedTuple):
    """A field of a message: its number, how it is written, its bytes, and its value where it is a number."""

    number: int
    wire: int
    start: int
    stop: int
    value: int


class Grid(NamedTuple):
    """How whole numbers become coordinates: scale and translate of x, y, z and m, and the way of y."""

    scale: tuple[float, float, float, float]
    translate: tuple[float, float, float, float]
    upper_left: bool


@dataclass
class Head:
    """What a result says of all its features.

    Attributes
    ----------
    json : dict
        As a feature set in JSON says it.
    grid : Grid or None
        How coordinates are read; None when the answer does not tell.
    starts, stops : list of int
        Where the features are.
    """

    json: dict[str, Any]
    grid: Grid | None = None
    starts: list[int] = field(default_factory=list)
    stops: list[int] = field(default_factory=list)


def varint(body: Body, at: int, end: int) -> tuple[int, int]:
    """A number and the place behind it.

    Raises
    ------
    Malformed
        It is cut off or too long.
    """
    value = shift = 0
    while at < end and shift < 70:
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at
        shift += 7
    raise Malformed("a number is cut off or too long")


def items(body: Body, at: int, end: int) -> Iterator[Part]:
    """The fields of a message that lies between two places.

    Raises
    ------
    Malformed
        One reaches beyond the end, or is written in a way that there is none of.
    """
    while at < end:
        tag, at = varint(body, at, end)
        number, wire = tag >> 3, tag & 7
        value = 0
        if wire == Wire.VARINT:
            start = at
            value, at = varint(body, at, end)
        elif wire == Wire.LENGTH:
            size, start = varint(body, at, end)
            at = start + size
        elif wire in _FIXED:
            start, at = at, at + _FIXED[Wire(wire)]
        else:
            raise Malformed("a field is written in an unknown way")
        if not number or at > end:
            raise Malformed("a field reaches beyond its message")
        yield Part(number, wire, start, at, value)


def result_of(body: Body) -> Part:
    """The result in an answer; its number tells whether it is features, a count or ids.

    Raises
    ------
    Malformed
        There is none, or several.
    """
    results = [
        part
        for outer in items(body, 0, len(body))
        if outer.number == Answer.RESULT and outer.wire == Wire.LENGTH
        for part in items(body, outer.start, outer.stop)
        if part.wire == Wire.LENGTH
    ]
    if len(results) != 1:
        raise Malformed("the answer has not just one result")
    return results[0]


def other_result(body: Body, result: Part) -> dict[str, Any]:
    """A count or ids, as JSON says them."""
    inner = items(body, result.start, result.stop)
    if result.number == Result.COUNT:
        return {"count": next((part.value for part in inner if part.number == 1), 0)}
    name, ids = "", []
    for part in inner:
        if part.number == Ids.ID_FIELD:
            name = _text(body, part)
        elif part.number == Ids.IDS and part.wire == Wire.VARINT:
            ids.append(part.value)
        elif part.number == Ids.IDS:
            at = part.start
            while at < part.stop:
                value, at = varint(body, at, part.stop)
                ids.append(value)
    return {"objectIdFieldName": name, "objectIds": ids}


def head_of(body: Body, result: Part) -> Head:
    """All of a result but the features themselves.

    Raises
    ------
    Malformed
        It is no such message, or has what only other clients ask for.
    """
    # What is left out of a message counts as zero, which is how points say what they are.
    flags = {"exceededTransferLimit": False, "hasZ": False, "hasM": False}
    head = Head({"geometryType": str(GEOMETRY_TYPES[0]), **flags, "fields": []})
    at, end = result.start, result.stop
    starts, stops = head.starts, head.stops
    while at < end:
        # Most of a large answer goes through here.
        if body[at] == _FEATURE_TAG:
            size, start = body[at + 1] if at + 1 < end else 0x80, at + 2
            if size >= 0x80 and start < end and body[start] < 0x80:
                size, start = size & 0x7F | body[start] << 7, at + 3
            elif size >= 0x80:
                size, start = varint(body, at + 1, end)
            at = start + size
            if at > end:
                raise Malformed("a feature reaches beyond its result")
            starts.append(start)
            stops.append(at)
            continue
        part = next(items(body, at, end))
        at = part.stop
        _add(body, part, head)
    head.json["features"] = []
    return head


def _add(body: Body, part: Part, head: Head) -> None:
    """Take one field of a result other than a feature."""
    told = head.json
    match part.number:
        case FeatureResult.ID_FIELD:
            told["objectIdFieldName"] = _text(body, part)
        case FeatureResult.GLOBAL_ID_FIELD:
            told["globalIdFieldName"] = _text(body, part)
        case FeatureResult.GEOMETRY_TYPE:
            told["geometryType"] = str(_one_of(GEOMETRY_TYPES, part.value))
        case FeatureResult.REFERENCE:
            told["spatialReference"] = _reference(body, part)
        case FeatureResult.EXCEEDED:
            told["exceededTransferLimit"] = bool(part.value)
        case FeatureResult.HAS_Z:
            told["hasZ"] = bool(part.value)
        case FeatureResult.HAS_M:
            told["hasM"] = bool(part.value)
        case FeatureResult.TRANSFORM:
            head.grid = _grid(body, part)
        case FeatureResult.FIELDS:
            told["fields"].append(_field(body, part))
        case FeatureResult.VALUES | FeatureResult.COLLECTION:
            raise Malformed("the features are in a form that was not asked for")


def _one_of(words: tuple[Any, ...], number: int) -> Any:
    return words[number] if number < len(words) else ""


def _text(body: Body, part: Part) -> str:
    if part.wire != Wire.LENGTH:
        raise Malformed("a number stands where a text should")
    return bytes(body[part.start : part.stop]).decode("utf-8", "replace")


def _reference(body: Body, whole: Part) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for part in items(body, whole.start, whole.stop):
        if part.number == Reference.WKT:
            told["wkt"] = _text(body, part)
        elif part.number in _REFERENCE_KEYS and part.value:
            told[_REFERENCE_KEYS[Reference(part.number)]] = part.value
    return {key: value for key, value in told.items() if value}


def _field(body: Body, whole: Part) -> dict[str, Any]:
    told: dict[str, Any] = {"name": "", "type": FIELD_TYPES[0]}
    for part in items(body, whole.start, whole.stop):
        match part.number:
            case FieldInfo.NAME:
                told["name"] = _text(body, part)
            case FieldInfo.TYPE:
                told["type"] = _one_of(FIELD_TYPES, part.value)
            case FieldInfo.ALIAS:
                told["alias"] = _text(body, part)
            case FieldInfo.DOMAIN:
                told["domain"] = _json(_text(body, part))
    return told


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _grid(body: Body, whole: Part) -> Grid:
    upper_left = True
    scale = translate = (0.0,) * 4
    for part in items(body, whole.start, whole.stop):
        if part.number == Transform.ORIGIN:
            upper_left = part.value == 0
        elif part.number == Transform.SCALE:
            scale = _four(body, part)
        elif part.number == Transform.TRANSLATE:
            translate = _four(body, part)
    return Grid(scale, translate, upper_left)


def _four(body: Body, whole: Part) -> tuple[float, float, float, float]:
    """Numbers of x, y, z and m; on the wire m stands before z."""
    found = dict.fromkeys((1, 2, 3, 4), 0.0)
    for part in items(body, whole.start, whole.stop):
        if part.wire == Wire.EIGHT_BYTES and part.number in found:
            found[part.number] = _DOUBLE.unpack(body[part.start : part.stop])[0]
    return found[1], found[2], found[4], found[3]
