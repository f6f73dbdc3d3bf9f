"""Columns and geometries to a frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas
import pandas as pd

from gpwidgets.convert.crs import to_crs
from gpwidgets.convert.geometries import GeometryColumn
from gpwidgets.convert.source import FeatureSource
from gpwidgets.convert.table import Table

__all__ = ["frame_of"]


def frame_of(source: FeatureSource, table: Table, shapes: GeometryColumn) -> geopandas.GeoDataFrame:
    """Put columns and geometries together."""
    columns = table.finish()
    geometry = geopandas.array.GeometryArray(shapes.finish(), crs=to_crs(source.reference))
    name = _free_name(columns)
    columns[name] = geometry
    plain = pd.DataFrame(columns, index=pd.RangeIndex(len(geometry)), copy=False)
    frame = geopandas.GeoDataFrame(plain, geometry=name)
    frame.attrs["gpwidgets"] = source.describe()
    return frame


def _free_name(columns: Mapping[str, Any]) -> str:
    """``geometry``, unless an attribute has that name."""
    names = ["geometry", "shape", *(f"geometry_{number}" for number in range(1, len(columns) + 1))]
    return next(name for name in names if name not in columns)
