"""Frames to answers in protocol buffers, as layers give them with ``f=pbf``."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import geopandas
import numpy as np
import orjson
import shapely

from gpwidgets.convert.featuresets._varints import encode, unsigned
from gpwidgets.convert.featuresets.writing import plain_columns, ragged_parts, wire_columns, wire_header
from gpwidgets.convert.geometry.arrays import Ints
from gpwidgets.convert.geometry.nesting import offsets
from gpwidgets.convert.geometry.vertices import has_m, vertices
from gpwidgets.convert.tables.plain import field_types
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.enums import GeometryType
from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.protocol.pbf_schema import (
    FIELD_TYPES,
    GEOMETRY_TYPES,
    Answer,
    Feature,
    FeatureResult,
    FieldInfo,
    Geometry,
    Ids,
    Reference,
    Result,
    Transform,
    Value,
    Wire,
)

__all__ = ["Quantising", "has_form", "write_buffer", "write_count", "write_ids"]

_VERSION = "1"
#: The number that says that there are no geometries.
_NO_GEOMETRY = 127
#: z and m of geodatabases: a tenth of a millimetre, counted from far below.
_HEIGHT_SCALE, _LOWEST = 1e-4, -100_000.0
#: Steps that 64 bits hold, with room for the difference of two of them.
_FARTHEST = 2.0**61
_REFERENCE = {
    "wkid": Reference.WKID,
    "latestWkid": Reference.LATEST_WKID,
    "vcsWkid": Reference.VCS_WKID,
    "latestVcsWkid": Reference.LATEST_VCS_WKID,
}


class Quantising(NamedTuple):
    """The grid that coordinates are brought to.

    Attributes
    ----------
    tolerance : float
        Size of its cells, in units of the spatial reference.
    x, y : float
        Where it begins.
    upper_left : bool
        Whether y is counted downwards.
    """

    tolerance: float
    x: float
    y: float
    upper_left: bool = True


def has_form(gdf: geopandas.GeoDataFrame) -> bool:
    """Whether all columns and coordinates of a frame can be written."""
    shapes = np.asarray(gdf.geometry.array, dtype=object)
    coords = vertices(shapes, z=bool(shapely.has_z(shapes).any()), m=bool(has_m(shapes).any()))
    return not np.isnan(coords).any() and set(field_types(gdf).values()) <= set(FIELD_TYPES)


def write_buffer(
    gdf: geopandas.GeoDataFrame,
    grid: Quantising,
    *,
    id_field: str = "",
    more: bool = False,
    geometry: bool = True,
) -> bytes:
    """Write a frame as the answer to a query.

    Parameters
    ----------
    gdf
        As of `writing.write_features`.
    grid
        What x and y are rounded to; z and m are rounded to a tenth of a millimetre.
    id_field
        Name of the column with the object ids.
    more
        Whether there are rows after these.
    geometry
        Whether to write the geometries.

    Raises
    ------
    ConversionError
        As of `write_features`; or a column or coordinate has no form in protocol buffers: dates without a
        time, numbers of 64 bits that are no ids, heights and measures that are missing.
    """
    told, bare, shapes = wire_header(gdf)
    if not geometry:
        told = {"geometryType": "", "hasZ": False, "hasM": False}
        shapes = np.full(len(gdf), None, dtype=object)
    columns = wire_columns(plain_columns(bare), frame_info(gdf))
    for field, _ in columns:
        if field["name"] == id_field:
            field["type"] = "esriFieldTypeOID"
    head = [_text(FeatureResult.ID_FIELD, id_field), *_about(told, more=more)]
    if told["geometryType"]:
        head.append(_transform(grid))
    head += [_field(field) for field, _ in columns]
    values = [_values(field, column) for field, column in columns]
    rows = zip(*values, strict=True) if values else iter([()] * len(gdf))
    geometries = _geometries(shapes, told, grid)
    features = [
        _message(FeatureResult.FEATURES, b"".join(row) + shape, always=True)
        for row, shape in zip(rows, geometries, strict=True)
    ]
    return _answer(Result.FEATURES, b"".join([*head, *features]))


def write_count(count: int) -> bytes:
    """Write the answer to ``returnCountOnly``."""
    return _answer(Result.COUNT, _number(1, count))


def write_ids(id_field: str, ids: Iterable[int]) -> bytes:
    """Write the answer to ``returnIdsOnly``."""
    packed = b"".join(map(_varint, ids))
    return _answer(Result.IDS, _text(Ids.ID_FIELD, id_field) + _message(Ids.IDS, packed))


def _answer(kind: Result, body: bytes) -> bytes:
    return _text(Answer.VERSION, _VERSION) + _message(Answer.RESULT, _message(kind, body, always=True))


def _about(told: Mapping[str, Any], *, more: bool) -> list[bytes]:
    kind = told["geometryType"]
    number = GEOMETRY_TYPES.index(GeometryType(kind)) if kind else _NO_GEOMETRY
    reference = told.get("spatialReference") or {}
    named = [_number(_REFERENCE[key], reference[key]) for key in _REFERENCE if reference.get(key)]
    named.append(_text(Reference.WKT, reference.get("wkt") or ""))
    return [
        _number(FeatureResult.GEOMETRY_TYPE, number),
        _message(FeatureResult.REFERENCE, b"".join(named)) if reference else b"",
        _number(FeatureResult.EXCEEDED, int(more)),
        _number(FeatureResult.HAS_Z, int(told["hasZ"])),
        _number(FeatureResult.HAS_M, int(told["hasM"])),
    ]


def _transform(grid: Quantising) -> bytes:
    scale = (grid.tolerance, grid.tolerance, _HEIGHT_SCALE, _HEIGHT_SCALE)
    translate = (grid.x, grid.y, _LOWEST, _LOWEST)
    return _message(
        FeatureResult.TRANSFORM,
        _number(Transform.ORIGIN, 0 if grid.upper_left else 1)
        + _message(Transform.SCALE, _doubles(scale))
        + _message(Transform.TRANSLATE, _doubles(translate)),
    )


def _doubles(numbers: Sequence[float]) -> bytes:
    tags = (number << 3 | Wire.EIGHT_BYTES for number in range(1, 5))
    return b"".join(struct.pack("<Bd", tag, number) for tag, number in zip(tags, numbers, strict=True))


def _field(field: Mapping[str, Any]) -> bytes:
    if field["type"] not in FIELD_TYPES:
        raise ConversionError(
            f"The column {field['name']!r} of type {field['type']} has no form in protocol buffers."
        )
    domain = orjson.dumps(field["domain"]).decode() if field.get("domain") else ""
    return _message(
        FeatureResult.FIELDS,
        _text(FieldInfo.NAME, field["name"])
        + _number(FieldInfo.TYPE, FIELD_TYPES.index(field["type"]))
        + _text(FieldInfo.ALIAS, field.get("alias") or "")
        + _text(FieldInfo.DOMAIN, domain),
    )


def _values(field: Mapping[str, Any], column: Sequence[Any]) -> list[bytes]:
    """The attributes of a column, a message for each row."""
    write = _WRITERS.get(field["type"], _string)
    null = _message(Feature.ATTRIBUTES, b"", always=True)
    return [null if value is None else _message(Feature.ATTRIBUTES, write(value)) for value in column]


def _string(value: Any) -> bytes:
    return _message(Value.STRING, str(value).encode("utf-8", "replace"), always=True)


def _double(value: Any) -> bytes:
    return struct.pack("<Bd", Value.DOUBLE << 3 | Wire.EIGHT_BYTES, value)


def _zigzag(number: Value) -> Callable[[Any], bytes]:
    return lambda value: _number(number, (value << 1) ^ (value >> 63), always=True)


def _id(value: Any) -> bytes:
    if 0 <= value < 1 << 32:
        return _number(Value.UINT, value, always=True)
    return _zigzag(Value.SINT64)(value)


_WRITERS: dict[str, Callable[[Any], bytes]] = {
    "esriFieldTypeSmallInteger": lambda value: _zigzag(Value.SINT)(int(value)),
    "esriFieldTypeInteger": _zigzag(Value.SINT),
    "esriFieldTypeDate": _zigzag(Value.SINT64),
    "esriFieldTypeDouble": _double,
    "esriFieldTypeSingle": _double,
    "esriFieldTypeOID": _id,
}


def _geometries(shapes: Any, told: Mapping[str, Any], grid: Quantising) -> list[bytes]:
    """The geometry of each row, nothing where there is none."""
    kind, has_z, measured = told["geometryType"], told["hasZ"], told["hasM"]
    if not kind:
        return [b""] * len(shapes)
    parts, owners = ragged_parts(shapes, kind)
    lengths = shapely.get_num_coordinates(parts)
    if kind == GeometryType.MULTIPOINT:
        lengths = np.bincount(owners, minlength=len(shapes))
        owners = np.arange(len(shapes))
    there = lengths > 0
    lengths, owners = lengths[there], owners[there]
    numbers = _steps(vertices(parts, z=has_z, m=measured), lengths, grid, has_z=has_z)
    data, sizes = encode(unsigned(numbers.reshape(-1)))
    counts, size_of_count = encode(lengths.astype(np.uint64))
    per_part = offsets(lengths * numbers.shape[1])
    bytes_at = offsets(sizes)[per_part[offsets(np.bincount(owners, minlength=len(shapes)))]]
    counts_at = offsets(size_of_count)[offsets(np.bincount(owners, minlength=len(shapes)))]
    steps, lists = data.tobytes(), counts.tobytes()
    type_number = _number(Geometry.TYPE, GEOMETRY_TYPES.index(GeometryType(kind)))
    is_point = kind == GeometryType.POINT
    return [
        _message(
            Feature.GEOMETRY,
            type_number
            + (b"" if is_point else _message(Geometry.LENGTHS, lists[k:m]))
            + _message(Geometry.COORDS, steps[i:j]),
        )
        if j > i
        else b""
        for (i, j), (k, m) in zip(pairwise(bytes_at.tolist()), pairwise(counts_at.tolist()), strict=True)
    ]


def _steps(coords: Any, lengths: Ints, grid: Quantising, *, has_z: bool) -> Ints:
    """Whole numbers from each vertex of a part to the next."""
    if np.isnan(coords).any():
        raise ConversionError("Heights or measures are missing, which protocol buffers have no form for.")
    down = -1.0 if grid.upper_left else 1.0
    scale = np.array([grid.tolerance, down * grid.tolerance, _HEIGHT_SCALE, _HEIGHT_SCALE])
    origin = np.array([grid.x, grid.y, _LOWEST, _LOWEST])
    used = [0, 1, 2, 3][: coords.shape[1]] if has_z else [0, 1, 3][: coords.shape[1]]
    exact = np.rint((coords - origin[used]) / scale[used])
    if len(exact) and np.abs(exact).max() > _FARTHEST:
        raise ConversionError("Coordinates are too far away for the grid that was asked for.")
    places = exact.astype(np.int64)
    steps = places.copy()
    steps[1:] -= places[:-1]
    starts = offsets(lengths)[:-1]
    steps[starts] = places[starts]
    found: Ints = steps
    return found


def _message(number: int, body: bytes, *, always: bool = False) -> bytes:
    """A field that holds a message, a text or a list; nothing where it is empty, unless it must be there."""
    if not body and not always:
        return b""
    return _varint(number << 3 | Wire.LENGTH) + _varint(len(body)) + body


def _text(number: int, text: str) -> bytes:
    return _message(number, text.encode("utf-8", "replace"))


def _number(number: int, value: int, *, always: bool = False) -> bytes:
    return _varint(number << 3 | Wire.VARINT) + _varint(value) if value or always else b""


def _varint(value: int) -> bytes:
    if value < 0x80:
        return bytes((value,))
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
