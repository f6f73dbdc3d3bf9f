"""Frames to feature sets and record sets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas
import numpy as np
import orjson
import pandas as pd
import shapely

from gpwidgets.convert.coordinates import common_type, esri_geometries
from gpwidgets.convert.crs import from_crs
from gpwidgets.convert.fields import attributes_of

__all__ = ["frame_to_features", "frame_to_records", "write_features"]


def write_features(gdf: geopandas.GeoDataFrame, *, decimals: int | None = None) -> bytes:
    """Write a frame as the JSON text of a feature set.

    Parameters
    ----------
    gdf
        Points, lines or polygons, in any CRS; the feature set names it. Multipoints and points may be mixed.
    decimals
        Places to round coordinates to; None for all that there are.

    Returns
    -------
    bytes
        UTF-8 JSON with the fields, the spatial reference, outer rings clockwise and closed, z where there is
        one, null for a missing value or geometry.

    Raises
    ------
    ConversionError
        The geometries are of several kinds, or collections.
    """
    return orjson.dumps(_feature_set(gdf, decimals, plain=False), option=orjson.OPT_SERIALIZE_NUMPY)


def frame_to_features(gdf: geopandas.GeoDataFrame) -> dict[str, Any]:
    """Turn a frame into a feature set of plain lists and dicts; the same content as of `write_features`."""
    return _feature_set(gdf, None, plain=True)


def frame_to_records(df: pd.DataFrame) -> dict[str, Any]:
    """Turn a table into a record set of plain lists and dicts; geometry columns are left out.

    Returns
    -------
    dict
        ``{"fields": […], "features": [{"attributes": {…}}]}``.
    """
    fields, rows = attributes_of(_plain(df))
    return {"fields": fields, "features": [{"attributes": row} for row in rows]}


def _feature_set(gdf: geopandas.GeoDataFrame, decimals: int | None, *, plain: bool) -> dict[str, Any]:
    geometries = np.asarray(gdf.geometry.array, dtype=object)
    kind = common_type(geometries) or _told_type(gdf)
    has_z = bool(shapely.has_z(geometries).any())
    shapes = esri_geometries(geometries, kind, has_z=has_z, decimals=decimals, plain=plain)
    fields, rows = attributes_of(_plain(gdf))
    pairs: dict[str, Any] = {
        "geometryType": kind,
        "hasZ": has_z,
        "hasM": False,
        "spatialReference": from_crs(gdf.crs).to_json(),
        "fields": fields,
        "features": [
            {"attributes": row, "geometry": shape} for row, shape in zip(rows, shapes, strict=True)
        ],
    }
    unknown = {key for key in ("geometryType", "spatialReference") if not pairs[key]}
    return {key: value for key, value in pairs.items() if key not in unknown}


def _told_type(gdf: geopandas.GeoDataFrame) -> str:
    about = gdf.attrs.get("gpwidgets")
    return str(about.get("geometry_type") or "") if isinstance(about, Mapping) else ""


def _plain(df: pd.DataFrame) -> pd.DataFrame:
    """The columns without geometries; every geometry column has the extension type of geopandas."""
    kept = [str(kind) != "geometry" for kind in df.dtypes]
    plain = pd.DataFrame(df.loc[:, kept])
    plain.attrs = df.attrs
    return plain
