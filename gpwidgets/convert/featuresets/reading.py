"""Feature sets and record sets to frames."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import IO, Any, TypeAlias

import geopandas
import orjson
import pandas as pd

from gpwidgets.convert.featuresets._collected import Collected
from gpwidgets.convert.featuresets._pieces import NotCut
from gpwidgets.convert.featuresets._streaming import ReadAgain, read_pieces, without_collector
from gpwidgets.convert.featuresets.assembling import (
    collect_layers,
    frame_of,
    frame_of_layers,
    table_of_layers,
)
from gpwidgets.convert.featuresets.source import FeatureSource, chosen_layers, find_layers
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.tolerant_json import tolerant_loads

__all__ = [
    "chosen_layers",
    "collect",
    "collect_objects",
    "features_to_frame",
    "parse",
    "read_features",
    "records_to_frame",
]

_Found: TypeAlias = tuple[list[FeatureSource], list[Collected]]

#: A text of fewer bytes is read whole: there is nothing to gain by cutting it.
_SMALL = 1 << 16
_SLICE = 1 << 18
_MARK_OF_UTF8 = b"\xef\xbb\xbf"
#: Bytes of a text that are kept in memory while it arrives.
_IN_MEMORY = 1 << 20


def read_features(body: bytes | bytearray | Iterable[bytes]) -> geopandas.GeoDataFrame:
    """Read the features in the body of an answer.

    Parameters
    ----------
    body
        JSON, whole or in pieces cut anywhere: a feature set, a feature collection or a result
        ``{"paramName", "dataType", "value"}``.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns in the order of the fields, then ``geometry``; rows in the order sent, None for a missing
        geometry; the CRS that the answer names, coordinates as (x, y[, z][, m]). ``attrs["gpwidgets"]`` holds
        aliases, domains, field_types, object_id_field, geometry_type, spatial_reference (as sent) and
        truncated; and renderer, as sent, where a feature collection comes with one.

    Raises
    ------
    ConversionError
        The body is no JSON, or there are no features in it.

    Warns
    -----
    CurveApproximated
        True curves became lines of short segments.
    GeometryRepaired
        Rings or paths with too few vertices were left out.
    MeasuresDropped
        GEOS is older than 3.12 and takes no measures.
    ReferencesDiffer
        Features name several coordinate systems; all are brought into the first one.
    """
    found = collect(body) if isinstance(body, bytes | bytearray) else _read_stream(iter(body))
    with without_collector():
        return frame_of(*found)


def collect(body: bytes | bytearray) -> _Found:
    """What an answer says of each layer, and its features, not yet as a frame; see `read_features`."""
    if len(body) < _SMALL:
        return collect_objects(parse(body))
    try:
        try:
            return read_pieces(_slices(body), is_here=True)
        except ReadAgain as again:
            return read_pieces(_slices(body), is_here=True, described=again.described)
    except NotCut:
        return collect_objects(parse(body))


def collect_objects(data: Any) -> _Found:
    """What parsed JSON says of each layer, and its features, not yet as a frame."""
    return collect_layers(chosen_layers(find_layers(data), None))


def _read_stream(chunks: Iterator[bytes]) -> _Found:
    """Read a text while it arrives; what has passed is kept on disk, should it have to be read once more."""
    begun = bytearray()
    for chunk in chunks:
        begun += chunk
        if len(begun) >= _SMALL:
            break
    else:
        return collect_objects(parse(begun))
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as passed:
        try:
            return read_pieces(_kept(chain([bytes(begun)], chunks), passed))
        except ReadAgain as again:
            described = again.described
        except NotCut:
            for chunk in chunks:
                passed.write(chunk)
            passed.seek(0)
            return collect_objects(parse(passed.read()))
        passed.seek(0)
        try:
            return read_pieces(iter(lambda: passed.read(_SLICE), b""), is_here=True, described=described)
        except NotCut:
            passed.seek(0)
            return collect_objects(parse(passed.read()))


def _kept(chunks: Iterable[bytes], passed: IO[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        passed.write(chunk)
        yield chunk


def _slices(body: bytes | bytearray) -> Iterator[memoryview]:
    view = memoryview(body)
    return (view[start : start + _SLICE] for start in range(0, len(view), _SLICE))


def features_to_frame(feature_set: Mapping[str, Any], *, layer: str | None = None) -> geopandas.GeoDataFrame:
    """Turn a feature set that is already parsed into a frame, with the same result as `read_features`.

    Parameters
    ----------
    feature_set
        Parsed JSON. Several layers with features give all of them, in one frame; ``attrs["gpwidgets"]`` then
        holds ``layers``, with the name of each and how many rows it gave.
    layer
        Name of the only layer to read.

    Raises
    ------
    ConversionError
        There are no features in it; `LayerChoice` when it has no such layer.

    Warns
    -----
    ReferencesDiffer
        Features name several coordinate systems; all are brought into the first one.
    """
    return frame_of_layers(chosen_layers(find_layers(feature_set), layer))


def records_to_frame(record_set: Mapping[str, Any]) -> pd.DataFrame:
    """Turn a record set, or the attributes of a feature set, into a table.

    Parameters
    ----------
    record_set
        Parsed JSON; a result around it is looked through.

    Returns
    -------
    pandas.DataFrame
        Columns in the order of the fields; ``attrs["gpwidgets"]`` as of `read_features`.

    Raises
    ------
    ConversionError
        There are no rows in it.
    """
    return table_of_layers(chosen_layers(find_layers(record_set), None))


def parse(body: bytes | bytearray) -> Any:
    """Read JSON, with ``NaN`` as numbers where a server writes them.

    Raises
    ------
    ConversionError
        It is no JSON.
    """
    try:
        return orjson.loads(body.removeprefix(_MARK_OF_UTF8))
    except orjson.JSONDecodeError:
        pass
    try:
        return tolerant_loads(body)
    except RecursionError:
        raise ConversionError("The answer is nested too deeply to be read.") from None
    except ValueError as error:
        start = bytes(body[:40]).decode("utf-8", "replace")
        raise ConversionError(f"The answer is no JSON, it starts with {start!r}: {error}") from None
