"""Frames to GeoJSON that a web map draws as it is."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import orjson
import pyproj
import shapely

from gpwidgets.convert.coordinates.reprojecting import reproject_shapes, why_unplaced
from gpwidgets.convert.geometry.vertices import nowhere, without_measures
from gpwidgets.convert.tables.plain import plain_values

__all__ = ["to_geojson"]

_GEOGRAPHIC = pyproj.CRS.from_epsg(4326)


def to_geojson(
    gdf: geopandas.GeoDataFrame,
    *,
    properties: bool = True,
) -> dict[str, Any]:
    """Turn a frame into a GeoJSON feature collection.

    Parameters
    ----------
    gdf
        Any frame; one of the user's without a CRS counts as longitude and latitude, if it can be.
    properties
        Whether to take the columns along; else each feature has ``{}``.

    Returns
    -------
    dict
        EPSG:4326, coordinates (longitude, latitude[, z]); dates as ISO text, no NaN; None for a geometry that
        is missing, has no place on the earth, or lies where the projection has no answer.
    """
    shapes = without_measures(_finite(_geographic(gdf)))
    texts = shapely.to_geojson(shapes).tolist()
    geometries = orjson.loads("[" + ",".join(text or "null" for text in texts) + "]")
    rows = _properties(gdf) if properties else [{} for _ in range(len(gdf))]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": row, "geometry": geometry}
            for row, geometry in zip(rows, geometries, strict=True)
        ],
    }


def _geographic(gdf: geopandas.GeoDataFrame) -> Any:
    shapes = np.asarray(gdf.geometry.array, dtype=object)
    if why_unplaced(gdf):
        return np.full(len(shapes), None, dtype=object)
    if gdf.crs is None or gdf.crs == _GEOGRAPHIC:
        return shapes
    return reproject_shapes(shapes, gdf.crs, _GEOGRAPHIC, warn=False)


def _finite(shapes: Any) -> Any:
    """Leave out geometries with infinite coordinates and empty ones; drop z where it is unknown."""
    shapes = shapes.copy()
    shapes[shapely.is_empty(shapes)] = None
    shapes[nowhere(shapes)] = None
    coords, owners = shapely.get_coordinates(shapes, include_z=True, return_index=True)
    flat = np.unique(owners[~np.isfinite(coords[:, 2])])
    shapes[flat] = shapely.force_2d(shapes[flat])
    return shapes


def _properties(gdf: geopandas.GeoDataFrame) -> list[dict[str, Any]]:
    chosen = [number for number, dtype in enumerate(gdf.dtypes) if str(dtype) != "geometry"]
    if not chosen:
        return [{} for _ in range(len(gdf))]
    names = [str(gdf.columns[number]) for number in chosen]
    values = [plain_values(gdf.iloc[:, number]) for number in chosen]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
