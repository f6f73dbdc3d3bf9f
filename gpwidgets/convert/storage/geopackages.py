"""Frames and tables as layers of one GeoPackage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyogrio

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["add_layer"]


def add_layer(path: Path, name: str, frame: pd.DataFrame) -> None:
    """Write a frame as a layer of a GeoPackage, which is made when it is missing.

    Parameters
    ----------
    path
        Of the GeoPackage.
    name
        Of the layer.
    frame
        A GeoDataFrame, or a table without geometry, which becomes an attribute table.

    Raises
    ------
    OSError, pyogrio.errors.DataSourceError
        It cannot be written.
    """
    pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=path.exists())
