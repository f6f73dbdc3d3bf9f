"""A window of the Web Mercator plane: degrees to its pixels, and what of a layer lies in it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gpwidgets.convert.basemap.packed_shapes import Shapes
from gpwidgets.protocol.values.spatial import Bounds

_TILE = 256.0
_MAX_LATITUDE = 85.0511
#: Pixels around a picture that shapes go on for, so that their cut edges are out of sight.
_BLEED = 4.0
#: Lines are drawn off by at most this many pixels.
_TOLERANCE = 0.6


@dataclass(frozen=True)
class Window:
    """A part of the world at a zoom level.

    Attributes
    ----------
    bounds
        West, south, east, north in degrees, EPSG:4326; west and east may lie beyond 180 degrees, where the
        world is drawn once more.
    zoom
        Zoom level; the world is ``256 * 2 ** zoom`` pixels wide.
    """

    bounds: Bounds
    zoom: float

    @property
    def world(self) -> float:
        """Width of the world in pixels."""
        return _TILE * math.pow(2.0, self.zoom)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        west, south, east, north = self.bounds
        (left, top), (right, bottom) = self.pixels(np.array([(west, north), (east, south)]))
        return float(right - left), float(bottom - top)

    def pixels(self, degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return longitudes and latitudes as pixels right of and below the upper left corner."""
        west, _, _, north = self.bounds
        x = (degrees[:, 0] - west) / 360.0 * self.world
        y = _mercator(degrees[:, 1]) - _mercator(np.array([north]))
        return np.stack([x, y * self.world], axis=1)

    def turns(self) -> Iterator[float]:
        """The turns of the world that lie in the window: 0, and 360 or -360 where it goes beyond."""
        west, _, east, _ = self.bounds
        for turn in range(math.floor((west + 180.0) / 360.0), math.ceil((east - 180.0) / 360.0) + 1):
            yield 360.0 * turn

    def parts(self, layer: Shapes, *, least: float = 0.0) -> Iterator[npt.NDArray[np.float64]]:
        """The lines and rings of a layer in the window, in pixels, without what nobody would see.

        Parameters
        ----------
        layer
            In longitude and latitude.
        least
            Shapes whose width and height are less are left out, in pixels.
        """
        for turn in self.turns():
            yield from self._parts(layer, turn, least)

    def _parts(self, layer: Shapes, turn: float, least: float) -> Iterator[npt.NDArray[np.float64]]:
        west, south, east, north = self._bled(turn)
        boxes = layer.boxes
        seen = (boxes[:, 0] <= east) & (boxes[:, 2] >= west) & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        pixel = 360.0 / self.world
        large = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) >= least * pixel
        found = layer.geometries[seen & large & (layer.zooms <= self.zoom + 0.01)]
        whole = shapely.bounds(found) if len(found) else np.empty((0, 4))
        cut = (whole[:, 0] < west) | (whole[:, 2] > east) | (whole[:, 1] < south) | (whole[:, 3] > north)
        found = found.copy()
        found[cut] = shapely.clip_by_rect(found[cut], west, south, east, north)
        placed = shapely.transform(found, lambda degrees: self.pixels(degrees + np.array((turn, 0.0))))
        simple = shapely.get_parts(shapely.simplify(placed, _TOLERANCE, preserve_topology=False))
        for geometry in simple[~shapely.is_empty(simple)]:
            yield from _rings(geometry)

    def _bled(self, turn: float) -> Bounds:
        west, south, east, north = self.bounds
        pixel = _BLEED * 360.0 / self.world
        return west - turn - pixel, south - pixel, east - turn + pixel, north + pixel


def _rings(geometry: Any) -> Iterator[npt.NDArray[np.float64]]:
    lines = [geometry] if geometry.geom_type == "LineString" else shapely.get_rings(geometry)
    for line in lines:
        yield shapely.get_coordinates(line)


def _mercator(latitudes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the place of latitudes in a square world, 0 at the north end and 1 at the south end."""
    sine = np.sin(np.radians(np.clip(latitudes, -_MAX_LATITUDE, _MAX_LATITUDE)))
    return np.asarray(0.5 - np.arctanh(sine) / (2.0 * math.pi))
