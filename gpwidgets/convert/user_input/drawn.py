"""Drawn features to frames, with columns typed as the parameter's schema says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas
import pandas as pd
import shapely
from shapely.geometry import shape

from gpwidgets.convert.coordinates.reprojecting import reproject
from gpwidgets.convert.featuresets.geometry_columns import GEOGRAPHIC, frame_of_shapes
from gpwidgets.convert.geometry.dateline import joined_geometry
from gpwidgets.convert.rendering.geojson import to_geojson
from gpwidgets.convert.tables.columns import Column
from gpwidgets.convert.user_input.checks import without_empty, wrap_frame
from gpwidgets.convert.user_input.readers import to_frame
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.features import Field
from gpwidgets.protocol.frame_info import keep_frame_info
from gpwidgets.texts import tr

__all__ = ["as_text", "frame_after", "frame_of_drawn", "one_multipoint", "text_geometries"]


def frame_of_drawn(
    features: Sequence[Mapping[str, Any]],
    fields: Sequence[Field] = (),
    described: Mapping[str, Any] | None = None,
) -> geopandas.GeoDataFrame:
    """A frame of GeoJSON features.

    Parameters
    ----------
    features
        Longitude and latitude in degrees; each with ``properties``.
    fields
        Columns of the schema. All of them are in the frame as soon as any feature has a value in one; their
        values are as on the wire, dates in milliseconds since 1970 UTC.
    described
        ``attrs["gpwidgets"]`` of the frame that the features came from.

    Returns
    -------
    geopandas.GeoDataFrame
        In EPSG:4326; ``attrs["gpwidgets"]`` tells field types, aliases and domains of the schema.
    """
    rows = [feature.get("properties") or {} for feature in features]
    names = list(dict.fromkeys(name for row in rows for name in row))
    typed = {field.name: field for field in fields} if set(names) & {field.name for field in fields} else {}
    columns = pd.DataFrame(index=pd.RangeIndex(len(rows)))
    for name in [*typed, *(name for name in names if name not in typed)]:
        values = [row.get(name) for row in rows]
        if name in typed:
            column = Column(typed[name].type)
            column.add(values)
            columns[name] = column.finish()
        else:
            columns[name] = values
    frame = frame_of_shapes([shape(one["geometry"]) for one in features], columns, crs=GEOGRAPHIC)
    told = dict(described or {})
    for key, more in _about(list(typed.values())).items():
        told[key] = {**(told.get(key) or {}), **more}
    if told:
        keep_frame_info(frame, told)
    return frame


def _about(fields: Sequence[Field]) -> dict[str, dict[str, Any]]:
    if not fields:
        return {}
    return {
        "field_types": {field.name: field.type for field in fields},
        "aliases": {field.name: field.alias for field in fields if field.alias},
        "domains": {field.name: dict(field.domain) for field in fields if field.domain},
    }


def frame_after(
    loaded: geopandas.GeoDataFrame, drawn: geopandas.GeoDataFrame | None
) -> geopandas.GeoDataFrame:
    """A loaded frame in EPSG:4326, followed by what was drawn on top of it."""
    first = loaded.set_crs(GEOGRAPHIC) if loaded.crs is None else reproject(loaded, GEOGRAPHIC)
    if drawn is None or not len(drawn):
        return first
    if drawn.geometry.name != first.geometry.name:
        drawn = drawn.rename_geometry(first.geometry.name)
    return geopandas.GeoDataFrame(
        pd.concat([first, drawn], ignore_index=True), geometry=first.geometry.name, crs=GEOGRAPHIC
    )


def one_multipoint(features: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """All points as one multipoint feature with the attributes of the first; nothing without points."""
    points: list[Any] = []
    for feature in features:
        geometry = feature["geometry"]
        coordinates = geometry["coordinates"]
        points += [coordinates] if geometry["type"] == "Point" else coordinates
    if not points:
        return []
    merged = {"type": "MultiPoint", "coordinates": points}
    return [{"type": "Feature", "properties": features[0]["properties"], "geometry": merged}]


def as_text(geometry: Mapping[str, Any]) -> str:
    """WKT of a GeoJSON geometry, to be read and edited.

    Returns
    -------
    str
        With at most 7 places, about a centimetre; what was split at 180 degrees is whole, with longitudes
        beyond.
    """
    return str(shapely.to_wkt(shape(joined_geometry(geometry)), rounding_precision=7, trim=True))


def text_geometries(text: str) -> list[dict[str, Any]]:
    """GeoJSON geometries of edited text, in longitudes from -180 to 180.

    Raises
    ------
    ConversionError
        It cannot be read, or a shape in it is empty.
    """
    frame = wrap_frame(to_frame(text))
    if len(without_empty(frame)) < len(frame):
        raise ConversionError(tr("There is a shape without any place in the text."))
    features = to_geojson(frame, properties=False)["features"]
    return [feature["geometry"] for feature in features]
