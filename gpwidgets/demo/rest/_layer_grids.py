"""The grid that coordinates of a layer are brought to in protocol buffers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from gpwidgets.demo.publishing.refusals import invalid_input

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gpwidgets.convert.featuresets.pbf_writing import Quantising

#: Resolution of places in geodatabases, in metres and degrees.
_METRES, _DEGREES = 1e-4, 1e-9


def grid_asked(text: str, page: GeoDataFrame) -> Quantising:
    """Read ``quantizationParameters``; without any the grid is that of geodatabases.

    Parameters
    ----------
    text
        JSON, or nothing.
    page
        In the coordinates that are sent.

    Raises
    ------
    Refusal
        It cannot be understood.
    """
    from gpwidgets.convert.featuresets.pbf_writing import Quantising

    if not text:
        return _usual(page)
    try:
        told = json.loads(text)
        extent = told["extent"]
        tolerance, west = float(told["tolerance"]), float(extent["xmin"])
        south, north = float(extent["ymin"]), float(extent["ymax"])
    except (ValueError, TypeError, KeyError):
        raise invalid_input("'quantizationParameters' parameter is invalid") from None
    if not isinstance(told, Mapping) or not tolerance > 0:
        raise invalid_input("'quantizationParameters' parameter is invalid")
    if told.get("originPosition") == "lowerLeft":
        return Quantising(tolerance, west, south, upper_left=False)
    return Quantising(tolerance, west, north)


def _usual(page: GeoDataFrame) -> Quantising:
    from gpwidgets.convert.featuresets.pbf_writing import Quantising

    if page.crs is not None and page.crs.is_geographic:
        return Quantising(_DEGREES, -400.0, 400.0)
    unit = page.crs.axis_info[0].unit_conversion_factor if page.crs is not None else 1.0
    return Quantising(_METRES / unit, 0.0, 0.0)
