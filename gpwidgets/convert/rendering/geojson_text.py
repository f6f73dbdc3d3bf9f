"""Shapes to the text of GeoJSON features, whole arrays at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from gpwidgets.protocol.enums import SHAPE_TYPES

__all__ = ["FeatureText", "features_text", "ready_json"]

_PLAIN_KINDS = (0, 1, 3, 4, 5, 6)
_EMPTY = b"{}"


def features_text(
    shapes: Any,
    rows: npt.NDArray[np.intp],
    project: Callable[[Any, Any], tuple[Any, Any]],
    places: int,
    styles: Sequence[bytes] = (),
    codes: npt.NDArray[np.intp] | None = None,
) -> tuple[bytes, int]:
    """Write shapes as a JSON array of GeoJSON features.

    Parameters
    ----------
    shapes
        Array of geometries without Z; missing and empty ones are left out.
    rows
        The ``id`` of each.
    project
        From arrays of x and y to longitudes and latitudes.
    places
        Places behind the point.
    styles, codes
        Ready JSON of a few path styles, and for each *id* which one it takes.

    Returns
    -------
    tuple of (bytes, int)
        The text, and how many features are in it. A shape with a vertex that cannot be projected is left out.
    """
    kinds = shapely.get_type_id(shapes)
    kinds[shapely.is_empty(shapes)] = -1
    pieces: list[tuple[int, bytes]] = []
    for kind in np.unique(kinds):
        if kind < 0:
            continue
        chosen = np.flatnonzero(kinds == kind)
        if kind in _PLAIN_KINDS:
            start = b'{"type":"%b","coordinates":' % SHAPE_TYPES[kind].encode()
            texts, end = _coordinates(shapes[chosen], project, places), b"}"
        else:
            start, texts, end = b"", _whole_texts(shapes[chosen], project, places), b""
        pieces += [
            (row, b'"geometry":%b%b%b}' % (start, text, end))
            for row, text in zip(rows[chosen].tolist(), texts, strict=True)
            if text is not None
        ]
    pieces.sort(key=lambda piece: piece[0])
    looks: list[bytes] = [_EMPTY, *(b'{"style":%b}' % style for style in styles)]
    looks_of = [0] * len(pieces) if codes is None else (codes[[row for row, _ in pieces]] + 1).tolist()
    body = b",".join(
        b'{"type":"Feature","id":%d,"properties":%b,%b' % (row, looks[look], text)
        for (row, text), look in zip(pieces, looks_of, strict=True)
    )
    return b"[%b]" % body, len(pieces)


def _coordinates(shapes: Any, project: Callable[[Any, Any], tuple[Any, Any]], places: int) -> list[Any]:
    """The text of each shape's coordinates; None for one that has no place on the map."""
    _, xy, offsets = shapely.to_ragged_array(shapes, include_z=False)
    lon, lat = project(xy[:, 0], xy[:, 1])
    lonlat = np.column_stack([lon, lat]).round(places)
    bad = ~np.isfinite(lonlat).all(axis=1)
    lost = _owners(np.flatnonzero(bad), offsets) if bad.any() else set()
    nested: Any = lonlat
    for bounds in offsets:
        edges = bounds.tolist()
        nested = [nested[start:end] for start, end in pairwise(edges)]
    dumps, numpy_too = orjson.dumps, orjson.OPT_SERIALIZE_NUMPY
    return [None if number in lost else dumps(one, option=numpy_too) for number, one in enumerate(nested)]


def _whole_texts(shapes: Any, project: Callable[[Any, Any], tuple[Any, Any]], places: int) -> list[Any]:
    """The text of geometries that are no plain arrays: collections and rings."""
    moved = shapely.transform(shapes, lambda xy: np.column_stack(project(xy[:, 0], xy[:, 1])).round(places))
    good = np.isfinite(shapely.bounds(moved)).all(axis=1).tolist()
    texts = shapely.to_geojson(moved).tolist()
    return [text.encode() if fine else None for text, fine in zip(texts, good, strict=True)]


def _owners(vertices: Any, offsets: Any) -> set[int]:
    for bounds in offsets:
        vertices = np.searchsorted(bounds, vertices, side="right") - 1
    return set(vertices.tolist())


class FeatureText(Sequence[Any]):
    """GeoJSON features as the text they are sent as, parsed only when somebody looks into them."""

    def __init__(self, text: bytes, count: int) -> None:
        self.text = text
        self._count = count
        self._parsed: list[Any] | None = None

    def _features(self) -> list[Any]:
        if self._parsed is None:
            self._parsed = orjson.loads(self.text)
        return self._parsed

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        return self._features()[index]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._features())


def ready_json(text: bytes) -> Any:
    """Wrap JSON text so that orjson writes it as it is."""
    return orjson.Fragment(text)
