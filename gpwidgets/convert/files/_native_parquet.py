"""Parquet files whose geometry is of a native type (GEOMETRY, GEOGRAPHY), without GeoParquet metadata."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas
import pandas as pd
import pyproj

from gpwidgets.convert.coordinates.crs import read_crs
from gpwidgets.convert.featuresets.geometry_columns import GEOGRAPHIC

__all__ = ["read_native_parquet"]

_TYPES = ("GEOMETRY", "GEOGRAPHY")
#: What counts where the type names no system.
_DEFAULT = "OGC:CRS84"


def read_native_parquet(path: Path) -> pd.DataFrame:
    """Read a Parquet file that `geopandas.read_parquet` takes for a plain table.

    Returns
    -------
    geopandas.GeoDataFrame or pandas.DataFrame
        With the first column of a native geometry type as geometry, in the system that the type names; a
        plain table when there is none.
    """
    table: pd.DataFrame = pd.read_parquet(path)
    parquet = importlib.import_module("pyarrow.parquet").ParquetFile(path)
    try:
        found = _geometry_columns(parquet)
        metadata = parquet.metadata.metadata or {}
    finally:
        parquet.close()
    for name, told in found.items():
        table[name] = geopandas.array.from_wkb(table[name].to_numpy(), crs=_system(told, metadata))
    if not found:
        return table
    frame: pd.DataFrame = geopandas.GeoDataFrame(table, geometry=next(iter(found)))
    return frame


def _geometry_columns(parquet: Any) -> dict[str, Mapping[str, Any]]:
    """What the types of the columns of geometry say, by name."""
    columns = (parquet.schema.column(number) for number in range(len(parquet.schema)))
    types = {column.name: column.logical_type for column in columns}
    return {name: json.loads(kind.to_json()) for name, kind in types.items() if kind.type in _TYPES}


def _system(told: Mapping[str, Any], metadata: Mapping[bytes, bytes]) -> pyproj.CRS:
    """The system that a type names: by authority and code, ``srid:…``, or ``projjson:<key of the file>``."""
    text = str(told.get("crs") or _DEFAULT)
    kind, _, rest = text.partition(":")
    if kind.lower() == "srid":
        text = f"EPSG:{rest}"
    elif kind.lower() == "projjson":
        text = metadata.get(rest.encode(), b"").decode()
    return read_crs(GEOGRAPHIC if text == _DEFAULT else text)
