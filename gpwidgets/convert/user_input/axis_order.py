"""Coordinates whose order may be the other one: latitude before longitude."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from gpwidgets.convert.user_input.readers import to_frame
from gpwidgets.errors import ConversionError
from gpwidgets.protocol.values.spatial import Bounds

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["probably_swapped", "swapped", "swapped_text"]

#: Of so many coordinates the order is judged.
_MOST = 1000
#: Shares of the coordinates that have to be somewhere likely, and that may be.
_ALMOST_ALL, _ALMOST_NONE = 0.8, 0.2
#: A box that is wider or higher, in degrees, says nothing about where somebody is at work.
_WIDEST = 60.0
#: Degrees around land that count as land, since the outlines are coarse.
_COAST = 0.3
#: South of it there is land, but hardly anybody's data.
_ANTARCTICA = -60.0


def swapped(frame: GeoDataFrame) -> GeoDataFrame:
    """Return features with x and y exchanged, in the same coordinate system; heights stay."""

    def exchange(coords: Any) -> Any:
        return coords[:, [1, 0, *range(2, coords.shape[1])]]

    geometry = frame.geometry
    turned = [
        None if shape is None else shapely.transform(shape, exchange, include_z=shape.has_z)
        for shape in geometry
    ]
    return frame.set_geometry(type(geometry)(turned, index=frame.index, crs=frame.crs))


def swapped_text(text: str) -> GeoDataFrame | None:
    """Return the features of a text that is longitude and latitude only with x and y exchanged, EPSG:4326.

    None where it can be read as it is, or in neither order.
    """
    try:
        # In metres nothing is held against the limits of degrees.
        frame = to_frame(text, crs="EPSG:3857")
    except ConversionError:
        return None
    coords = np.abs(shapely.get_coordinates(frame.geometry.array))
    fits = len(coords) and coords[:, 0].max() <= 90 and 90 < coords[:, 1].max() <= 180
    return swapped(frame.set_crs(4326, allow_override=True)) if fits else None


def probably_swapped(frame: GeoDataFrame, near: Iterable[Bounds], land: Mapping[str, Any]) -> bool:
    """Whether features were probably given as latitude and longitude, but read the other way round.

    Parameters
    ----------
    frame
        Features as read, longitude and latitude in degrees, EPSG:4326.
    near
        Boxes where the features may well be: west, south, east, north in degrees. They decide before land
        does; those that are very large count for nothing.
    land
        Outlines of land as GeoJSON. The order is doubted where features lie in the sea or in the Antarctic,
        and would lie on land the other way round.
    """
    coords = shapely.get_coordinates(frame.geometry.array)[:_MOST]
    if not len(coords) or np.abs(coords[:, 0]).max() > 90:
        return False
    other = coords[:, ::-1]
    for box in near:
        here, there = _share_in(box, coords), _share_in(box, other)
        if here >= _ALMOST_ALL:
            return False
        if here <= _ALMOST_NONE and there >= _ALMOST_ALL:
            return True
    outlines = _prepared(_Land(land))
    return _share_on(outlines, coords) <= _ALMOST_NONE and _share_on(outlines, other) >= _ALMOST_ALL


def _share_in(box: Bounds, coords: Any) -> float:
    west, south, east, north = box
    width, height = east - west, north - south
    if not 0 <= width <= _WIDEST or not 0 <= height <= _WIDEST:
        return 0.5  # it says nothing
    x, y = max(width / 2, 1.0), max(height / 2, 1.0)
    inside = (coords[:, 0] >= west - x) & (coords[:, 0] <= east + x)
    inside &= (coords[:, 1] >= south - y) & (coords[:, 1] <= north + y)
    return float(inside.mean())


class _Land:
    """Outlines as a key: they are always the same ones."""

    def __init__(self, outlines: Mapping[str, Any]) -> None:
        self.outlines = outlines

    def __hash__(self) -> int:
        return id(self.outlines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Land) and other.outlines is self.outlines


@lru_cache(maxsize=1)
def _prepared(land: _Land) -> Any:
    features = land.outlines.get("features") or [{"geometry": land.outlines}]
    shapes = [shapely.geometry.shape(one["geometry"]) for one in features]
    union = shapely.union_all([shapely.buffer(shapely.make_valid(one), _COAST) for one in shapes])
    shapely.prepare(union)
    return union


def _share_on(land: Any, coords: Any) -> float:
    on_land = shapely.contains_xy(land, coords[:, 0], coords[:, 1])
    return float((on_land & (coords[:, 1] > _ANTARCTICA)).mean())
