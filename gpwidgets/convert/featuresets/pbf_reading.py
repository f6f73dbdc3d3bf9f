"""Answers in protocol buffers (``f=pbf``) to rows, as `reading` makes them of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gpwidgets.convert.featuresets._buffer_rows import Odd, Rows, fast_rows, plain_rows
from gpwidgets.convert.featuresets._collected import Collected, Described
from gpwidgets.convert.featuresets._messages import Grid, Head, head_of, other_result, result_of
from gpwidgets.convert.featuresets._varints import Malformed
from gpwidgets.convert.featuresets.source import FeatureSource
from gpwidgets.convert.geometry.arrays import Floats, Ints
from gpwidgets.convert.geometry.nesting import offsets
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.enums import GeometryType
from gpwidgets.protocol.pbf_schema import Result
from gpwidgets.texts import tr

__all__ = ["read_buffer", "read_buffer_answer"]

#: Bytes of an answer that is read field by field where its rows are laid out oddly: a microsecond each.
_LONGEST_ODD = 1 << 20
#: Whole numbers below this are floats of the same value.
_EXACT = 2.0**53
#: Coarsest grid of z and m.
_HEIGHT = 1e-3
#: A scale may differ by rounding from what was asked for.
_ALLOWED = 1 + 1e-6


def read_buffer(
    body: bytes, *, described: Mapping[str, Any] | None = None, resolution: float | None = None
) -> tuple[FeatureSource, Collected, Ints | None]:
    """Read the features of an answer.

    Parameters
    ----------
    body
        A FeatureCollection in protocol buffers, whole.
    described
        The layer resource, which says more of the fields.
    resolution
        Coarsest grid that x and y may be on, in units of their spatial reference; z and m are taken on one of
        a millimetre at most. None for any.

    Returns
    -------
    FeatureSource, Collected, numpy.ndarray
        What is said of all features, the features, and their object ids; None where they have none.

    Raises
    ------
    ConversionError
        It is no such answer, is cut off, has other geometries than can be read, or is on a coarser grid.
    """
    try:
        result = result_of(body)
        if result.number != Result.FEATURES:
            raise Malformed("the answer is a count, or ids")
        head = head_of(body, result)
        _describe(head, described or {})
        source = FeatureSource(head.json, {})
        collected = Collected(Described.of(source))
        ids = _collect(body, head, collected, resolution)
    except (Malformed, IndexError, UnicodeDecodeError) as error:
        raise ConversionError(
            tr("The answer cannot be read as protocol buffers: {error}.", error=error)
        ) from None
    source.read = collected.noticed
    return source, collected, ids


def read_buffer_answer(body: bytes) -> dict[str, Any]:
    """Read a count or object ids.

    Returns
    -------
    dict
        As in JSON: ``count``, or ``objectIdFieldName`` and ``objectIds``.

    Raises
    ------
    ConversionError
        It is no such answer.
    """
    try:
        result = result_of(body)
        if result.number == Result.FEATURES:
            raise Malformed("the answer is features")
        return other_result(body, result)
    except Malformed as error:
        raise ConversionError(
            tr("The answer cannot be read as protocol buffers: {error}.", error=error)
        ) from None


def _describe(head: Head, described: Mapping[str, Any]) -> None:
    """Say of the fields what only the layer says: lengths, types that are newer than the schema."""
    rows = described.get("fields")
    known = (
        {row.get("name"): row for row in rows if isinstance(row, Mapping)} if isinstance(rows, list) else {}
    )
    fields = head.json["fields"]
    names = [field["name"] for field in fields]
    if not all(names) or len(set(names)) < len(names):
        raise Malformed("a field has no name, or another's")
    for field in fields:
        said = known.get(field["name"], {})
        field["type"] = field["type"] or said.get("type") or ""
        field.update({key: said[key] for key in ("length", "domain") if key in said and key not in field})
    if not described.get("geometryType", True):
        head.json["geometryType"] = ""


def _collect(body: bytes, head: Head, collected: Collected, resolution: float | None) -> Ints | None:
    """Take the rows of an answer; their object ids."""
    fields = head.json["fields"]
    starts, stops = (np.array(ends, dtype=np.int64) for ends in (head.starts, head.stops))
    try:
        rows = fast_rows(body, starts, stops, len(fields))
    except Odd as odd:
        if len(body) > _LONGEST_ODD:
            raise Malformed(str(odd)) from None
        rows = plain_rows(body, starts, stops, len(fields))
    shown = [
        (field["name"], column)
        for field, column in zip(fields, rows.columns, strict=True)
        if field["type"] != "esriFieldTypeGeometry"
    ]
    kind = GeometryType.named(head.json["geometryType"])
    if not len(rows.steps):
        empty = np.zeros((0, 2)), np.zeros(0, dtype=np.int64), np.zeros(len(starts), dtype=np.int64)
        collected.take_columns(dict(shown), kind.key if kind is not None else "x", *empty)
        return None
    if kind is None:
        raise Malformed("the geometries are of a kind that is not known")
    stride = 2 + head.json["hasZ"] + head.json["hasM"]
    lengths, parts = _parts(rows, kind, stride)
    coords = _coordinates(
        rows.steps.reshape(-1, stride), lengths, _checked(head, resolution), head.json["hasZ"]
    )
    found = dict(shown)
    collected.take_columns(found, kind.key, coords, lengths, parts)
    return _ids(found.get(head.json.get("objectIdFieldName", "")))


def _ids(column: Any) -> Ints | None:
    """Object ids of rows that all have one."""
    if isinstance(column, tuple) and column[0].dtype.kind == "i" and not column[1].any():
        ids: Ints = column[0]
        return ids
    return None


def _parts(rows: Rows, kind: GeometryType, stride: int) -> tuple[Ints, Ints]:
    """Vertices of each part, and parts of each row."""
    vertices, rest = np.divmod(rows.numbers, stride)
    if rest.any():
        raise Malformed("a vertex is cut off")
    there = (vertices > 0).astype(np.int64)
    if kind in (GeometryType.POINT, GeometryType.MULTIPOINT):
        if kind == GeometryType.POINT and (vertices > 1).any():
            raise Malformed("a point has several vertices")
        return vertices[vertices > 0], there
    if (rows.lengths < 0).any() or (rows.lengths > len(rows.steps)).any():
        raise Malformed("a part has more vertices than there are")
    sums = np.diff(offsets(rows.lengths)[offsets(rows.parts)])
    alone = (rows.parts == 0) & (vertices > 0)
    if (sums[~alone] != vertices[~alone]).any():
        raise Malformed("parts have not as many vertices as there are")
    if not alone.any():
        return rows.lengths, rows.parts
    at = offsets(rows.parts)[:-1][alone]
    return np.insert(rows.lengths, at, vertices[alone]), rows.parts + alone


def _checked(head: Head, resolution: float | None) -> Grid:
    """The grid of the coordinates, unless there is none, or it is too coarse."""
    grid = head.grid
    if grid is None:
        raise Malformed("it does not say how numbers become coordinates")
    used = (True, True, head.json["hasZ"], head.json["hasM"])
    scales = [scale for scale, is_used in zip(grid.scale, used, strict=True) if is_used]
    if not all(0 < scale < np.inf for scale in scales) or not np.isfinite(grid.translate).all():
        raise Malformed("its coordinates are on no grid")
    if resolution is not None and max(scales[:2]) > resolution * _ALLOWED:
        raise Malformed(f"its grid has cells of {max(scales):g}, and {resolution:g} was asked for")
    if resolution is not None and max(scales[2:], default=0.0) > _HEIGHT * _ALLOWED:
        raise Malformed("its heights or measures are rounded")
    return grid


def _coordinates(steps: Ints, lengths: Ints, grid: Grid, has_z: bool) -> Floats:
    """Coordinates from steps: in each part every vertex counts from the one before."""
    width = steps.shape[1]
    sums = np.cumsum(steps, axis=0)
    starts = offsets(lengths)[:-1][lengths > 0]
    before = sums[starts] - steps[starts]
    sums -= np.repeat(before, lengths[lengths > 0], axis=0)
    used = [0, 1, 2, 3][:width] if has_z else [0, 1, 3][:width]
    scale, translate = np.array(grid.scale)[used], np.array(grid.translate)[used]
    ways = np.array([1.0, -1.0 if grid.upper_left else 1.0, 1.0, 1.0])[:width]
    with np.errstate(all="ignore"):
        cells, first = np.rint(1 / scale), np.rint(translate / scale)
        farthest = max(abs(int(sums.min())), abs(int(sums.max()))) + float(np.abs(first).max())
        is_decimal = farthest < _EXACT and _same(cells * scale, 1.0) and _same(first, translate * cells)
    if is_decimal:
        # Decimals come out as JSON has them: one division rounds once.
        sums += (ways * first).astype(np.int64)
        exact: Floats = sums / (ways * cells)
        return exact
    coords: Floats = sums * (ways * scale)
    coords += translate
    return coords


def _same(one: Any, other: Any) -> bool:
    return bool((np.abs(one - other) <= 1e-12 * np.maximum(1.0, np.abs(one))).all())
