"""Frames as zipped shapefiles, within what that format can hold."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd

from gpwidgets.convert.geometry.vertices import has_m, without_measures
from gpwidgets.texts import tr

__all__ = ["plain_frame", "short_names", "write_shapefile"]

_LONGEST = 10


def plain_frame(gdf: geopandas.GeoDataFrame) -> tuple[geopandas.GeoDataFrame, str]:
    """A frame without measures, which pyogrio cannot write into a file, and what to say of that.

    Returns
    -------
    frame, remark
        The frame itself and an empty text when it has no measures.
    """
    shapes = np.asarray(gdf.geometry.array, dtype=object)
    if not has_m(shapes).any():
        return gdf, ""
    series = geopandas.GeoSeries(without_measures(shapes), index=gdf.index, crs=gdf.crs)
    return gdf.set_geometry(series.rename(gdf.geometry.name)), tr(
        "Measures (m) are left out: of these formats, only GeoParquet and CSV can take them here."
    )


def write_shapefile(gdf: geopandas.GeoDataFrame, path: Path) -> dict[str, str]:
    """Write a frame as a shapefile in a zip.

    Parameters
    ----------
    gdf
        Of one kind of geometry; single and multiple parts of it may be mixed.
    path
        The zip.

    Returns
    -------
    dict
        New names of the columns whose names are too long for the format, by their old ones. Dates with a
        time become text.
    """
    names = short_names([str(name) for name in gdf.columns if name != gdf.geometry.name])
    plain = gdf.rename(columns=names)
    for name, kind in plain.dtypes.items():
        if pd.api.types.is_datetime64_any_dtype(kind):
            texts = [None if pd.isna(value) else value.isoformat() for value in plain[name]]
            plain[name] = pd.Series(texts, index=plain.index, dtype=object)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"{path.stem}.shp")
        plain.to_file(file, driver="ESRI Shapefile", encoding="utf-8")
        with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)
    return {old: new for old, new in names.items() if old != new}


def short_names(names: list[str]) -> dict[str, str]:
    """Return names of at most ten letters, all different whatever their case, by the names given."""
    taken: set[str] = set()
    short: dict[str, str] = {}
    for name in names:
        candidate, number = name[:_LONGEST], 1
        while candidate.casefold() in taken:
            ending = f"_{number}"
            candidate, number = name[: _LONGEST - len(ending)] + ending, number + 1
        taken.add(candidate.casefold())
        short[name] = candidate
    return short
