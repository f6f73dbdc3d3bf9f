"""Large feature sets to frames piece by piece, so that neither the text nor its objects exist all at once."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext

import geopandas

from gpwidgets.convert.featuresets._engines import KEYS, Engine, Layout, Rows, best_engine, rows_of_objects
from gpwidgets.convert.featuresets._pieces import NotCut, Pieces
from gpwidgets.convert.featuresets.assembling import frame_of
from gpwidgets.convert.featuresets.source import FeatureSource, find_features
from gpwidgets.convert.geometry.geometries import GeometryColumn
from gpwidgets.convert.geometry.vertices import KEEPS_MEASURES
from gpwidgets.convert.tables.attribute_table import Table
from gpwidgets.errors import ConversionError

__all__ = ["read_pieces"]

#: What has to be known before the first feature is read, and must be the same at the end.
_KNOWN_FIRST = ("fields", "geometry_type", "reference", "flags", "quantisation")


def read_pieces(
    chunks: Iterable[bytes | memoryview],
    *,
    is_here: bool = False,
    engine: Engine | None = None,
    size: int | None = None,
) -> geopandas.GeoDataFrame:
    """Read a feature set piece by piece; as `frames.read_features` reads it whole.

    Parameters
    ----------
    chunks
        JSON, cut anywhere.
    is_here
        Whether no chunk is waited for.
    engine
        What reads a piece; the fastest one by default.
    size
        Bytes of a piece, about; what suits the geometries by default.

    Raises
    ------
    NotCut
        The text is laid out in another way than most servers do it; some of it has been taken from `chunks`.
    """
    # What comes from a network is waited for, and other threads' garbage should not pile up meanwhile.
    with _without_collector() if is_here else nullcontext():
        return _read(Pieces(chunks), engine, size)


def _read(pieces: Pieces, engine: Engine | None, size: int | None) -> geopandas.GeoDataFrame:
    source = _source(pieces.envelope)
    layout = _layout(source)
    pieces.size = size or layout.piece_size
    read = engine or best_engine(layout)
    table = Table(source.fields)
    shapes = GeometryColumn()

    def add(rows: Rows) -> None:
        table.add(rows.attributes)
        shapes.add_arrays(layout.key, rows.coords, rows.lengths, rows.counts)

    for piece in pieces:
        with _without_collector():
            add(read(piece, layout))
    end = _source(pieces.last)
    if any(getattr(source, name) != getattr(end, name) for name in _KNOWN_FIRST):
        raise NotCut("what follows the features tells how they are to be read")
    with _without_collector():
        add(rows_of_objects(end.rows, layout))
        return frame_of(end, table, shapes)


def _source(document: object) -> FeatureSource:
    try:
        source = find_features(document)
    except ConversionError as error:
        raise NotCut(str(error)) from None
    if not isinstance(source.json.get("features"), list) or not source.fields or not source.reference:
        raise NotCut("the features are not described before they come")
    return source


def _layout(source: FeatureSource) -> Layout:
    key = KEYS.get(source.geometry_type)
    if key is None or source.quantisation is not None:
        raise NotCut(f"geometries of type {source.geometry_type!r} are read whole")
    has_z, has_m = source.flags
    if has_m and KEEPS_MEASURES:
        raise NotCut("geometries with measures are read whole")
    return Layout(key, 2 + has_z + has_m, 2 + has_z)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep Python from looking for garbage while millions of objects are made, none of it garbage."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
