"""Pieces of a feature set's text to attributes and coordinates, by simdjson where it is installed.

Both engines are strict: what is not laid out as servers usually do it is refused, and the plain reader,
which knows all the quirks, then reads the whole text. So what they give is what the plain reader gives.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, repeat
from operator import contains, is_not, itemgetter
from typing import Any, NamedTuple

import numpy as np
import orjson

from gpwidgets.convert.featuresets._pieces import NotCut
from gpwidgets.convert.geometry.nesting import Floats, Ints

__all__ = ["Engine", "Layout", "Rows", "best_engine", "rows_of_objects"]

KEYS = {
    "esriGeometryPolygon": "rings",
    "esriGeometryPolyline": "paths",
    "esriGeometryMultipoint": "points",
    "esriGeometryPoint": "x",
}
_NOT_BRACKETS = bytes(code for code in range(256) if code not in b"[],")


class Rows(NamedTuple):
    """Some rows: attributes, all vertices, vertices of each part, and parts of each row."""

    attributes: list[Mapping[str, Any]]
    coords: Floats
    lengths: Ints
    counts: Ints


@dataclass(frozen=True)
class Layout:
    """How the geometries of a feature set are laid out.

    Attributes
    ----------
    key : str
        The key that holds the coordinates; ``x`` for points.
    numbers : int
        Numbers of each vertex.
    width : int
        How many of them are coordinates: x and y, and z if there is one.
    """

    key: str
    numbers: int
    width: int

    @property
    def piece_size(self) -> int:
        """Bytes that are best read at a time: the objects of many attributes should fit in a cache."""
        return 1 << 18 if self.key == "x" else 1 << 20


Engine = Callable[[bytes, Layout], Rows]


def best_engine(layout: Layout) -> Engine:
    """The fastest engine there is for a layout."""
    if layout.key == "x":
        return _by_orjson  # nearly all there is to read of a point are its attributes
    return _by_simdjson if _parser() is not None else _by_orjson


@cache
def _parser() -> Any:
    """The class of simdjson's parser; None where it is not installed."""
    try:
        return importlib.import_module("simdjson").Parser
    except ImportError:
        return None


def _by_orjson(piece: bytes, layout: Layout) -> Rows:
    try:
        features = orjson.loads(piece)
    except orjson.JSONDecodeError as error:
        raise NotCut(str(error)) from None
    return rows_of_objects(features, layout)


def _by_simdjson(piece: bytes, layout: Layout) -> Rows:
    _check_vertices(piece, layout)
    try:
        return _collect(_parser()().parse(piece), layout)
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise NotCut(str(error)) from None


def _check_vertices(piece: bytes, layout: Layout) -> None:
    """Refuse vertices with too few numbers, which others with too many could make up for in a sum."""
    brackets = piece.translate(None, _NOT_BRACKETS)
    if any(b"[" + b"," * few + b"]" in brackets for few in range(layout.numbers - 1)):
        raise NotCut("not all vertices have as many numbers")


def _collect(features: Any, layout: Layout) -> Rows:
    key = layout.key
    attributes: list[Any] = []
    buffers: list[Any] = []
    lengths: list[int] = []
    counts: list[int] = []
    for feature in features:
        attributes.append(feature["attributes"].as_dict())
        geometry = feature["geometry"]
        if len(feature) > 2 or (geometry is not None and len(geometry) > 1):
            raise NotCut("a feature has more than attributes and coordinates")
        if geometry is None:
            counts.append(0)
            continue
        parts = geometry[key]
        buffers.append(parts.as_buffer(of_type="d"))
        if key == "points":
            counts.append(1)
            lengths.append(len(parts))
        else:
            counts.append(len(parts))
            lengths += map(len, parts)
    flat = np.frombuffer(b"".join(buffers), dtype=np.float64)
    return _checked(attributes, flat, lengths, counts, layout)


def rows_of_objects(features: Sequence[Any], layout: Layout) -> Rows:
    """Read features that are parsed already.

    Raises
    ------
    NotCut
        They are not laid out as usual.
    """
    if not set(map(type, features)) <= {dict}:
        raise NotCut("a feature is no object")
    if _have_just(features, ("attributes", "geometry")):
        attributes = list(map(itemgetter("attributes"), features))
        geometries = list(map(itemgetter("geometry"), features))
    elif set(chain.from_iterable(set(map(tuple, features)))) <= {"attributes", "geometry"}:
        attributes = [feature.get("attributes") for feature in features]
        geometries = [feature.get("geometry") for feature in features]
    else:
        raise NotCut("a feature has more than attributes and coordinates")
    if not set(map(type, attributes)) <= {dict} or not set(map(type, geometries)) <= {dict, type(None)}:
        raise NotCut("attributes or a geometry are no object")
    try:
        return (_of_points if layout.key == "x" else _of_parts)(attributes, geometries, layout)
    except (TypeError, ValueError, OverflowError) as error:
        raise NotCut(str(error)) from None


def _have_just(objects: Sequence[Any], names: tuple[str, ...]) -> bool:
    """Whether each of these objects has these keys and no others."""
    return set(map(len, objects)) <= {len(names)} and all(
        all(map(contains, objects, repeat(name))) for name in names
    )


def _of_points(attributes: list[Any], geometries: list[Any], layout: Layout) -> Rows:
    names = ("x", "y", "z", "m")[: layout.width]
    there: Sequence[Any] = geometries
    counts = np.ones(len(geometries), dtype=np.int64)
    if None in geometries:
        counts = np.fromiter(map(is_not, geometries, repeat(None)), dtype=np.int64, count=len(geometries))
        there = list(filter(None, geometries))
        if len(there) != counts.sum():
            raise NotCut("a geometry holds nothing")
    if not set(map(len, there)) <= {len(names)}:
        orders = set(map(tuple, there))
        if not all(
            keys[: len(names)] == names and not {"z", "m"} & set(keys[len(names) :]) for keys in orders
        ):
            raise NotCut("not all points are made of the same numbers")
    try:
        vertices = chain.from_iterable(map(itemgetter(*names), there))
        flat = np.fromiter(vertices, dtype=np.float64, count=len(there) * len(names))
    except KeyError:
        raise NotCut("not all points are made of the same numbers") from None
    return Rows(attributes, flat.reshape(-1, len(names)), np.ones(len(there), dtype=np.int64), counts)


def _of_parts(attributes: list[Any], geometries: list[Any], layout: Layout) -> Rows:
    if not set(map(tuple, filter(None, geometries))) <= {(layout.key,)} or {} in geometries:
        raise NotCut("a geometry holds more than coordinates, or nothing")
    values = [[] if geometry is None else geometry[layout.key] for geometry in geometries]
    if layout.key == "points":
        values = [
            [] if geometry is None else [value] for geometry, value in zip(geometries, values, strict=True)
        ]
    counts = list(map(len, values))
    parts = list(chain.from_iterable(values))
    lengths = list(map(len, parts))
    vertices = list(chain.from_iterable(parts))
    if not set(map(len, vertices)) <= {layout.numbers}:
        raise NotCut("not all vertices have as many numbers")
    flat = np.fromiter(chain.from_iterable(vertices), dtype=np.float64, count=len(vertices) * layout.numbers)
    return _checked(attributes, flat, lengths, counts, layout)


def _checked(
    attributes: list[Any], flat: Floats, lengths: Sequence[int], counts: Sequence[int], layout: Layout
) -> Rows:
    of_parts = np.array(lengths, dtype=np.int64)
    if of_parts.sum() * layout.numbers != len(flat):
        raise NotCut("not all vertices have as many numbers")
    coords = flat.reshape(-1, layout.numbers)
    if layout.numbers != layout.width:
        coords = np.ascontiguousarray(coords[:, : layout.width])
    return Rows(attributes, coords, of_parts, np.array(counts, dtype=np.int64))
