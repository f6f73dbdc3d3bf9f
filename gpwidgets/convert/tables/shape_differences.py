"""What changed between two frames of features: the shapes that only one of them has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas
import shapely

from gpwidgets.convert.coordinates.reprojecting import reproject

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["shapes_that_differ"]


def shapes_that_differ(first: GeoDataFrame, second: GeoDataFrame) -> GeoDataFrame:
    """The features whose shape is in one of two frames only.

    Shapes count as the same when all their vertices are, whatever ring or vertex they begin with. Rows
    without a shape are left out, and attributes do not count.

    Parameters
    ----------
    first, second
        Any two frames; `second` is put into the CRS of `first` when both have one, and then hardly any vertex
        is the same to the last digit.

    Returns
    -------
    GeoDataFrame
        In the CRS of `first`: column `only_in` with ``"first"`` or ``"second"``, and the geometry.
    """
    if first.crs is not None and second.crs is not None and first.crs != second.crs:
        second = reproject(second, first.crs, warn=False)
    shapes = {side: frame.geometry.dropna() for side, frame in (("first", first), ("second", second))}
    # Plain sets: pandas' isin cuts the zero bytes off the end of WKB and then finds nothing.
    keys = {side: shapely.to_wkb(shapely.normalize(each.array)) for side, each in shapes.items()}
    rows, geometries = [], []
    for side, other in (("first", "second"), ("second", "first")):
        known = set(keys[other])
        single = [shape for shape, key in zip(shapes[side], keys[side], strict=True) if key not in known]
        geometries += single
        rows += [side] * len(single)
    return geopandas.GeoDataFrame({"only_in": rows}, geometry=geometries, crs=first.crs or second.crs)
