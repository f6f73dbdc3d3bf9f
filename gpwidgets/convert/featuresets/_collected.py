"""What pieces of one list of features leave behind: columns, geometries, and what they tell of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import orjson

from gpwidgets.convert.featuresets._engines import (
    KEYS,
    Engine,
    FastEngine,
    Layout,
    Odd,
    Rows,
    rows_of_objects,
)
from gpwidgets.convert.featuresets._pieces import NotJSON
from gpwidgets.convert.featuresets.source import FeatureSource, Noticed, mappings, noticed
from gpwidgets.convert.geometry.arrays import Floats, Ints
from gpwidgets.convert.geometry.geometries import GeometryColumn, kind_of
from gpwidgets.convert.geometry.quantised import Quantisation
from gpwidgets.convert.geometry.vertices import KEEPS_MEASURES
from gpwidgets.convert.tables.attribute_table import Table
from gpwidgets.protocol.features import Field

__all__ = ["Collected", "Described"]

_USUAL_SIZE = 1 << 18
#: Of so many vertices or rows geometries and columns are made at a time.
_VERTICES, _ROWS = 1 << 16, 1 << 11


class Described(NamedTuple):
    """How features are to be read.

    Attributes
    ----------
    fields : tuple of Field
        Their columns.
    flags : tuple of bool
        Whether vertices carry z, and whether they carry a measure.
    quantisation : Quantisation or None
        How whole numbers become coordinates.
    """

    fields: tuple[Field, ...]
    flags: tuple[bool, bool]
    quantisation: Quantisation | None

    @classmethod
    def of(cls, source: FeatureSource) -> Described:
        """What a feature set says of its features."""
        return cls(source.fields, source.flags, source.quantisation)


class Collected:
    """Features of one list, taken in pieces; a `_pieces.Taker`.

    Parameters
    ----------
    described
        How they are to be read. None when that is not known yet; it is then guessed from the first ones,
        and `agrees` tells whether the guess was right.
    engine, size
        What reads a piece, and its bytes; what suits the geometries by default.
    """

    def __init__(
        self, described: Described | None = None, *, engine: Engine | None = None, size: int | None = None
    ) -> None:
        self._described = described
        self._flags = described.flags if described is not None else None
        self._engine = engine
        self._size = size
        self._layout: Layout | None = None
        self._geometry_type = ""
        self._references: list[tuple[Any, int]] = []
        self._count = 0
        self._waiting: list[Rows] = []
        self.table = Table(described.fields if described is not None else ())
        self.shapes = GeometryColumn(quantisation=described.quantisation if described is not None else None)
        if self._flags is not None:
            self.shapes.flags = self._flags

    @property
    def size(self) -> int:
        """Bytes of a piece, about."""
        return self._size or (self._layout.piece_size if self._layout is not None else _USUAL_SIZE)

    @property
    def noticed(self) -> Noticed:
        """What is known of all that was taken."""
        return Noticed(self._count, self._geometry_type, tuple(self._references))

    def agrees(self, described: Described) -> bool:
        """Whether what was taken was read as it had to be, with the fields put right; all has been taken."""
        self.make()
        quantisation = self._described.quantisation if self._described is not None else None
        if quantisation != described.quantisation:
            return False
        if self._flags is not None and self._flags != described.flags:
            return False
        return self.table.settle(described.fields)

    def take(self, piece: bytes, *, is_whole: bool = False) -> None:
        """Take a JSON array of features; see `Taker`."""
        if self._layout is None:
            self.take_objects(_parsed(piece))
            return
        if self._engine is None:
            self._engine = FastEngine()
        try:
            self._add(self._engine(piece, self._layout))
        except NotJSON:
            if not is_whole:
                raise
            self.take_objects(_parsed(piece))
        except Odd:
            self.take_objects(_parsed(piece))

    def take_objects(self, features: Any) -> None:
        """Take a list of features; what is no object counts as a feature with nothing."""
        rows = mappings(features)
        if self._layout is None:
            self._layout = self._guessed(rows)
        if self._layout is not None:
            try:
                self._add(rows_of_objects(rows, self._layout))
                self.make()
                return
            except Odd:
                pass
        self.make()
        attributes = [row.get("attributes") for row in rows]
        self.table.add([one if isinstance(one, Mapping) else {} for one in attributes])
        self.shapes.add([row.get("geometry") for row in rows])
        self._notice(noticed(rows))

    def take_columns(
        self, columns: Mapping[str, Any], key: str, coords: Floats, lengths: Ints, counts: Ints
    ) -> None:
        """Take columns and coordinates of the next rows.

        Parameters
        ----------
        columns
            Of each field numbers and which of them are missing, or a list of values.
        key, coords, lengths, counts
            As of `GeometryColumn.add_arrays`; z and m as the flags have them.
        """
        self.table.add_columns(columns, len(counts))
        coords = self.shapes.with_measures(coords, *self.shapes.flags)
        self.shapes.add_arrays(key, coords, lengths, counts)
        self._notice(Noticed(len(counts), KEYS[key] if len(coords) else "", ((None, len(counts)),)))

    def _add(self, rows: Rows) -> None:
        """Take rows; geometries and columns are made of many at a time."""
        assert self._layout is not None
        self._waiting.append(rows)
        if (
            sum(len(one.coords) for one in self._waiting) >= _VERTICES
            or sum(len(one.counts) for one in self._waiting) >= _ROWS
        ):
            self.make()
        references: list[tuple[Any, int]] = [(None, len(rows.counts))]
        if rows.reference:
            references = [(rows.reference if count else None, 1) for count in rows.counts.tolist()]
        self._notice(Noticed(len(rows.counts), KEYS[self._layout.key], tuple(references)))

    def make(self) -> None:
        """Make geometries and columns of the rows that wait for that."""
        if not self._waiting:
            return
        assert self._layout is not None
        attributes, coords, lengths, counts, _ = zip(*self._waiting, strict=True)
        self._waiting.clear()
        self.table.add(list(chain.from_iterable(attributes)))
        self.shapes.add_arrays(self._layout.key, *map(np.concatenate, (coords, lengths, counts)))

    def _notice(self, more: Noticed) -> None:
        self._count += more.rows
        self._geometry_type = self._geometry_type or more.geometry_type
        for reference, count in more.references:
            if self._references and self._references[-1][0] == reference:
                self._references[-1] = (reference, self._references[-1][1] + count)
            else:
                self._references.append((reference, count))

    def _guessed(self, rows: Sequence[Mapping[str, Any]]) -> Layout | None:
        """The layout of the first geometry; None without any, or where it is left to the plain reader."""
        first: Any = next(filter(kind_of, (row.get("geometry") for row in rows)), None)
        key = kind_of(first)
        names = [name for name in ("x", "y", "z", "m") if name in first] if key == "x" else []
        numbers = len(names) if names else _numbers(first, key)
        if self._flags is None and first is not None:
            self._flags = ("z" in names, "m" in names) if names else (numbers > 2, numbers > 3)
            self.shapes.flags = self._flags
        if key not in KEYS or self._flags is None or (self._flags[1] and KEEPS_MEASURES):
            return None
        if names:
            return Layout("x", numbers, numbers) if names[:2] == ["x", "y"] and "m" not in names else None
        return Layout(key, numbers, min(numbers, 2 + self._flags[0])) if numbers > 1 else None


def _parsed(piece: bytes) -> Any:
    try:
        return orjson.loads(piece)
    except orjson.JSONDecodeError as error:
        raise NotJSON(str(error)) from None


def _numbers(geometry: Any, key: str) -> int:
    """Numbers of the first vertex; 0 when there is none."""
    vertices = [geometry[key]] if key == "points" else geometry[key] if key in ("rings", "paths") else None
    if not isinstance(vertices, list):
        return 0
    lists = chain.from_iterable(part for part in vertices if isinstance(part, list))
    return next((len(vertex) for vertex in lists if isinstance(vertex, list)), 0)
