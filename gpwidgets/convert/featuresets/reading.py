"""Feature sets and record sets to frames."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import geopandas
import orjson
import pandas as pd

from gpwidgets.convert.featuresets._pieces import NotCut
from gpwidgets.convert.featuresets._streaming import read_pieces
from gpwidgets.convert.featuresets.assembling import frame_of_layers, table_of_layers
from gpwidgets.convert.featuresets.source import FeatureSource, find_layers
from gpwidgets.errors import ConversionError, LayerChoice
from gpwidgets.protocol.tolerant_json import tolerant_loads
from gpwidgets.texts import tr

__all__ = ["chosen_layers", "features_to_frame", "parse", "read_features", "records_to_frame"]

#: A text of fewer bytes is read whole: there is nothing to gain by cutting it.
_SMALL = 1 << 16
_SLICE = 1 << 18


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
    if not isinstance(body, bytes | bytearray):
        return _read_stream(iter(body))
    if len(body) < _SMALL:
        return features_to_frame(parse(body))
    try:
        return read_pieces(_slices(body), is_here=True)
    except NotCut:
        return features_to_frame(parse(body))


def _read_stream(chunks: Iterator[bytes]) -> geopandas.GeoDataFrame:
    """Read a text while it arrives; what has passed is kept on disk, should it have to be read whole."""
    with tempfile.TemporaryFile() as passed:
        try:
            return read_pieces(_kept(chunks, passed))
        except NotCut:
            for chunk in chunks:
                passed.write(chunk)
            passed.seek(0)
            return features_to_frame(parse(passed.read()))


def _kept(chunks: Iterator[bytes], passed: BinaryIO) -> Iterator[bytes]:
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


def chosen_layers(sources: Sequence[FeatureSource], layer: str | None) -> list[FeatureSource]:
    """The layers to read: the named one, else those that have features, else the first."""
    if layer is not None:
        named = [source for source in sources if source.name == layer]
        if not named:
            names = [source.name for source in sources]
            raise LayerChoice(
                tr("There is no layer {layer!r}; there are: {names}.", layer=layer, names=", ".join(names)),
                layers=names,
            )
        return named
    return [source for source in sources if source.rows] or [sources[0]]


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
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return tolerant_loads(body)
    except RecursionError:
        raise ConversionError("The answer is nested too deeply to be read.") from None
    except ValueError as error:
        start = bytes(body[:40]).decode("utf-8", "replace")
        raise ConversionError(f"The answer is no JSON, it starts with {start!r}: {error}") from None
