"""Frames and tables as layers of one GeoPackage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyogrio

from gpwidgets.convert.storage.provenance import layer_metadata
from gpwidgets.convert.storage.shapefiles import plain_frame

__all__ = ["add_layer"]


def add_layer(path: Path, name: str, frame: Any) -> str:
    """Write a frame as a layer of a GeoPackage, which is made when it is missing.

    Parameters
    ----------
    path
        Of the GeoPackage.
    name
        Of the layer.
    frame : geopandas.GeoDataFrame or pandas.DataFrame
        A table without geometry becomes an attribute table.

    Returns
    -------
    str
        What was left out, in words; empty for nothing.

    Raises
    ------
    OSError, pyogrio.errors.DataSourceError
        It cannot be written.
    """
    plain, said = plain_frame(frame) if hasattr(frame, "geometry") else (frame, "")
    told = layer_metadata(frame) or None
    pyogrio.write_dataframe(plain, path, layer=name, driver="GPKG", append=path.exists(), layer_metadata=told)
    return said
