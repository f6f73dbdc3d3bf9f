"""Pieces of a feature set's text to attributes and coordinates, by simdjson where it is installed.

Both engines are strict: what is not laid out as servers usually do it is refused, and the plain reader,
which knows all the quirks, then reads the piece. So what they give is what the plain reader gives.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, repeat
from operator import attrgetter, is_not, itemgetter
from typing import Any, NamedTuple

import numpy as np
import orjson

from gpwidgets.convert.featuresets._pieces import STRINGS, NotJSON
from gpwidgets.convert.geometry.arrays import Floats, Ints
from gpwidgets.protocol.enums import GeometryType

__all__ = ["KEYS", "Engine", "FastEngine", "Layout", "Odd", "Rows", "rows_of_objects"]

#: Key that holds the coordinates -> geometry type.
KEYS = {
    kind.key: kind
    for kind in (
        GeometryType.POLYGON,
        GeometryType.POLYLINE,
        GeometryType.MULTIPOINT,
        GeometryType.POINT,
    )
}
_REFERENCE = "spatialReference"
_SIZE_OF = attrgetter("size")
#: Bytes of a number.
_BYTES = 8
_NOT_BRACKETS = bytes(code for code in range(256) if code not in b"[],")


class Odd(Exception):
    """Features are not laid out as usual, so that the plain reader has to read them."""


class Rows(NamedTuple):
    """Some rows.

    Attributes
    ----------
    attributes : list of mapping
        Of each row.
    coords : numpy.ndarray
        All vertices.
    lengths, counts : numpy.ndarray
        Vertices of each part, and parts of each row.
    reference : object
        The spatial reference that all geometries name themselves; None where they name none.
    """

    attributes: list[Mapping[str, Any]]
    coords: Floats
    lengths: Ints
    counts: Ints
    reference: Any = None


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


class FastEngine:
    """The fastest way for each layout; an `Engine`.

    What simdjson parses into is used again for the next piece: memory that is given back and taken anew for
    every piece costs as much as parsing does.
    """

    def __init__(self) -> None:
        self._idle: Any = None

    def __call__(self, piece: bytes, layout: Layout) -> Rows:
        """Read a piece."""
        kind = _parser()
        if layout.key == "x" or kind is None:
            return _by_orjson(piece, layout)  # nearly all there is to read of a point are its attributes
        parser, self._idle = self._idle or kind(), None
        rows = _by_simdjson(piece, layout, parser)
        self._idle = parser  # after an error it may still be in use, and is not kept
        return rows

    def close(self) -> None:
        """Give its memory back."""
        self._idle = None


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
        raise NotJSON(str(error)) from None
    return rows_of_objects(features, layout)


def _by_simdjson(piece: bytes, layout: Layout, parser: Any = None) -> Rows:
    try:
        features = (parser or _parser()()).parse(piece)
    except (ValueError, RuntimeError) as error:
        raise NotJSON(str(error)) from None
    try:
        return _collect(features, layout, piece)
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise Odd(str(error)) from None


def _collect(features: Any, layout: Layout, piece: bytes) -> Rows:
    key = layout.key
    attributes: list[Any] = []
    buffers: list[Any] = []
    lengths: list[int] = []
    counts: list[int] = []
    filled = 0
    references = _References()
    for feature in features:
        attributes.append(feature["attributes"].as_dict())
        geometry = feature["geometry"]
        if len(feature) > 2:
            _check_names(feature)
        if geometry is None:
            counts.append(0)
            continue
        references.add(geometry)
        value = geometry[key]
        filled += len(value) > 0
        parts = (value,) if key == "points" else value
        counts.append(len(parts))
        for part in parts:
            buffers.append(part.as_buffer(of_type="d"))
            lengths.append(len(part))
    of_parts = np.array(lengths, dtype=np.int64)
    sizes = np.fromiter(map(_SIZE_OF, buffers), dtype=np.int64, count=len(buffers))
    if (sizes != of_parts * layout.numbers * _BYTES).any():
        raise Odd("not all vertices have as many numbers")
    pairs = filled + (int(np.count_nonzero(of_parts)) if key != "points" else 0)
    _check_vertices(piece, layout.numbers, int(of_parts.sum()), pairs)
    flat = np.frombuffer(b"".join(buffers), dtype=np.float64)
    return _checked(attributes, flat, of_parts, counts, layout, references.common)


class _References:
    """Spatial references that geometries name themselves, which must be one and the same."""

    def __init__(self) -> None:
        self.common: Any = None
        self._text = b""
        self._count = 0

    def add(self, geometry: Any) -> None:
        """Look at the next geometry; `Odd` when it has another one, or holds more."""
        self._count += 1
        if len(geometry) == 1:
            text = b""
        elif len(geometry) == 2:
            text = geometry[_REFERENCE].mini
        else:
            raise Odd("a geometry has more than coordinates")
        if self._count == 1:
            self._text = text
            self.common = orjson.loads(text) if text else None
        elif text != self._text:
            raise Odd("geometries name several references")


def _check_names(feature: Any) -> None:
    """Refuse a feature that has something twice: which of them counts differs among parsers."""
    names = list(feature.keys())
    if len(set(names)) < len(names):
        raise Odd("a feature has something twice")


def _check_vertices(piece: bytes, numbers: int, vertices: int, pairs: int) -> None:
    """Refuse parts whose vertices are not all lists of as many numbers.

    The numbers of each part have been counted already, and those of its values. What is left is to tell a
    vertex that is too short, or no list, from others that make up for it.

    Parameters
    ----------
    piece
        The text.
    numbers
        Numbers of a vertex.
    vertices
        How many there are.
    pairs
        How many lists begin with a list; more where a vertex holds vertices.
    """
    if _lists(piece, numbers) != (vertices, pairs) and _lists(STRINGS.sub(b"", piece), numbers) != (
        vertices,
        pairs,
    ):
        raise Odd("not all vertices have as many numbers")


def _lists(piece: bytes, numbers: int) -> tuple[int, int]:
    """How many lists in a list have so many values and no list among them, and how many begin with a list."""
    signs = np.frombuffer(piece.translate(None, _NOT_BRACKETS), dtype=np.uint8)[1:]
    opening = signs == ord("[")
    plain = opening[:-numbers] & (signs[numbers:] == ord("]"))
    for at in range(1, numbers):
        plain &= signs[at : at - numbers] == ord(",")
    return int(np.count_nonzero(plain)), int(np.count_nonzero(opening[:-1] & opening[1:]))


def rows_of_objects(features: Sequence[Any], layout: Layout) -> Rows:
    """Read features that are parsed already.

    Raises
    ------
    Odd
        They are not laid out as usual.
    """
    if not set(map(type, features)) <= {dict}:
        raise Odd("a feature is no object")
    try:
        attributes = list(map(itemgetter("attributes"), features))
        geometries = list(map(itemgetter("geometry"), features))
    except KeyError:
        attributes = [feature.get("attributes") for feature in features]
        geometries = [feature.get("geometry") for feature in features]
    if not set(map(type, attributes)) <= {dict} or not set(map(type, geometries)) <= {dict, type(None)}:
        raise Odd("attributes or a geometry are no object")
    try:
        return (_of_points if layout.key == "x" else _of_parts)(attributes, geometries, layout)
    except (TypeError, ValueError, OverflowError) as error:
        raise Odd(str(error)) from None


def _of_points(attributes: list[Any], geometries: list[Any], layout: Layout) -> Rows:
    names = ("x", "y", "z", "m")[: layout.width]
    there: Sequence[Any] = geometries
    counts = np.ones(len(geometries), dtype=np.int64)
    if None in geometries:
        counts = np.fromiter(map(is_not, geometries, repeat(None)), dtype=np.int64, count=len(geometries))
        there = list(filter(None, geometries))
        if len(there) != counts.sum():
            raise Odd("a geometry holds nothing")
    orders = set(map(tuple, there))
    if not all({"x", "y", "z", "m"} & set(order) == set(names) for order in orders):
        raise Odd("not all points are made of the same numbers")
    if not set(chain.from_iterable(orders)) <= {*names, _REFERENCE}:
        raise Odd("a geometry holds more than coordinates")
    vertices = chain.from_iterable(map(itemgetter(*names), there))
    flat = np.fromiter(vertices, dtype=np.float64, count=len(there) * len(names))
    coords = flat.reshape(-1, len(names))
    reference = _common_reference(there, orders)
    return Rows(attributes, coords, np.ones(len(there), dtype=np.int64), counts, reference)


def _common_reference(geometries: Sequence[Any], orders: set[tuple[str, ...]]) -> Any:
    """The spatial reference that all of these geometries name, None when none does."""
    naming = {_REFERENCE in order for order in orders}
    if True not in naming:
        return None
    if False in naming:
        raise Odd("not all geometries name a reference")
    first = geometries[0][_REFERENCE]
    if any(geometry[_REFERENCE] != first for geometry in geometries):
        raise Odd("geometries name several references")
    return first


def _of_parts(attributes: list[Any], geometries: list[Any], layout: Layout) -> Rows:
    there = [geometry for geometry in geometries if geometry is not None]
    orders = set(map(tuple, there))
    if not all(set(order) | {_REFERENCE} == {layout.key, _REFERENCE} for order in orders):
        raise Odd("a geometry holds more than coordinates, or nothing")
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
        raise Odd("not all vertices have as many numbers")
    flat = np.fromiter(chain.from_iterable(vertices), dtype=np.float64, count=len(vertices) * layout.numbers)
    return _checked(attributes, flat, lengths, counts, layout, _common_reference(there, orders))


def _checked(
    attributes: list[Any],
    flat: Floats,
    lengths: Sequence[int] | Ints,
    counts: Sequence[int],
    layout: Layout,
    reference: Any,
) -> Rows:
    of_parts = np.asarray(lengths, dtype=np.int64)
    if of_parts.sum() * layout.numbers != len(flat):
        raise Odd("not all vertices have as many numbers")
    coords = flat.reshape(-1, layout.numbers)
    if layout.numbers != layout.width:
        coords = np.ascontiguousarray(coords[:, : layout.width])
    return Rows(attributes, coords, of_parts, np.array(counts, dtype=np.int64), reference)
