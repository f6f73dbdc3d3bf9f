"""What is where in a picture of a map, in pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import shapely

from gpwidgets.convert.coordinates.reprojecting import why_unplaced
from gpwidgets.convert.geometry.vertices import nowhere
from gpwidgets.protocol.values.spatial import Bounds

__all__ = ["COAST", "FILL", "LAND", "SEA", "Painted", "PictureLayout", "PictureView"]

Painted = tuple[geopandas.GeoDataFrame, str] | tuple[geopandas.GeoDataFrame, str, float]
"""A frame, its colour as in CSS, and the opacity of its areas where it is another than usual."""

#: Usual opacity of areas.
FILL = 0.3

SEA, LAND, COAST = "#dfe5ea", "#f6f4ee", "#8fa0ad"

#: Features and vertices of one layer beyond which a picture says nothing more.
_MOST_FEATURES = 5_000
_MOST_VERTICES = 20_000

_RADIUS = 6_378_137.0
_EDGE = 85.0
_END = 85.0511


@dataclass(frozen=True)
class PictureLayout:
    """Layers in pixels from the upper left corner, cut at the edges and no finer than can be seen.

    Attributes
    ----------
    layers : sequence of (array of geometries, colour, opacity)
        The lowest first; the opacity is that of areas.
    land : array of geometries, or None
        Land outlines.
    scale : tuple of (float, str)
        Pixels of the scale bar, true in the middle of the picture, and the length it stands for.
    width, height : int
        Pixels.
    view : PictureView
        Where it looks.
    """

    layers: Sequence[tuple[Any, str, float]]
    land: Any
    scale: tuple[float, str]
    width: int
    height: int
    view: PictureView

    @classmethod
    def of(
        cls,
        layers: Sequence[Painted],
        land: Mapping[str, Any] | None,
        *,
        bounds: tuple[float, float, float, float] | None,
        width: int,
        height: int,
    ) -> PictureLayout | None:
        """Place layers; None when no layer has a place and no bounds are given.

        Parameters
        ----------
        layers, land, width, height
            As for `gpwidgets.convert.rendering.picture.map_picture`.
        bounds
            West, south, east, north in degrees; the place of all layers with a margin when left out.
        """
        shapes = [
            (_mercator(frame.iloc[:_MOST_FEATURES]), color, more[0] if more else FILL)
            for frame, color, *more in layers
        ]
        shapes = [one for one in shapes if len(one[0])]
        if not shapes and bounds is None:
            return None
        view = PictureView(_place(shapes, bounds), width, height, 1.25 if bounds is None else 1.0)
        outlines = None
        if land is not None:
            frame = geopandas.GeoDataFrame.from_features(land["features"], crs="EPSG:4326")
            outlines = view.pixels(_mercator(frame))
        placed = [(view.pixels(one), color, opacity) for one, color, opacity in shapes]
        return cls(placed, outlines, view.scale(), width, height, view)


def _place(shapes: Sequence[tuple[Any, str, float]], bounds: tuple[float, float, float, float] | None) -> Any:
    if bounds is None:
        return shapely.total_bounds(np.concatenate([one for one, *_ in shapes]))
    west, south, east, north = bounds
    return _project(np.array([[west, south], [east, north]])).ravel()


def _mercator(frame: geopandas.GeoDataFrame) -> Any:
    if why_unplaced(frame):
        return np.empty(0, dtype=object)
    shapes = frame.geometry
    flat = shapes.force_2d()  # an unknown height would take the place along
    degrees = flat.set_crs("EPSG:4326") if flat.crs is None else flat.to_crs("EPSG:4326")
    found = np.asarray(degrees.array, dtype=object)
    found = found[~(shapely.is_missing(found) | shapely.is_empty(found) | nowhere(found))]
    return shapely.transform(found, _project)


def _project(degrees: Any) -> Any:
    lon, lat = np.radians(degrees[:, 0]), np.radians(np.clip(degrees[:, 1], -_EDGE, _EDGE))
    return np.column_stack([lon, np.arctanh(np.sin(lat))]) * _RADIUS


class PictureView:
    """Where the picture looks: a place with a margin, and at least two kilometres."""

    def __init__(self, place: Any, width: int, height: int, margin: float) -> None:
        west, south, east, north = place
        self.width, self.height = width, height
        self.middle = ((west + east) / 2, (south + north) / 2)
        self.metres = max((east - west) / width, (north - south) / height, 2_000 / width) * margin

    def pixels(self, shapes: Any) -> Any:
        """Shapes in pixels from the upper left corner, cut at the edges and no finer than can be seen."""

        def place(metres: Any) -> Any:
            x = (metres[:, 0] - self.middle[0]) / self.metres + self.width / 2
            y = (self.middle[1] - metres[:, 1]) / self.metres + self.height / 2
            return np.column_stack([x, y])

        placed = shapely.transform(shapes, place)
        edge = (-20, -20, self.width + 20, self.height + 20)
        inside = shapely.intersects(shapely.envelope(placed), shapely.box(*edge))
        placed = placed[inside]
        crowded = int(shapely.get_num_coordinates(placed).sum()) > _MOST_VERTICES
        simple = shapely.simplify(placed, 1.0 if crowded else 0.25)
        placed = np.where(shapely.is_empty(simple), placed, simple)
        return shapely.clip_by_rect(placed, *edge)

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in degrees of what can be seen; at most to the ends of Web Mercator."""
        x, y = self.middle
        wide, high = self.metres * self.width / 2, self.metres * self.height / 2
        west, east = (math.degrees(one / _RADIUS) for one in (x - wide, x + wide))
        south, north = (math.degrees(math.atan(math.sinh(one / _RADIUS))) for one in (y - high, y + high))
        return west, max(south, -_END), east, min(north, _END)

    @property
    def zoom(self) -> float:
        """Zoom level of a map of the same scale."""
        return math.log2(2 * math.pi * _RADIUS / self.metres / 256)

    @property
    def top(self) -> float:
        """Pixels that lie beyond the northern end of Web Mercator."""
        beyond = self.middle[1] + self.metres * self.height / 2 - math.pi * _RADIUS
        return float(max(0.0, beyond / self.metres))

    def scale(self) -> tuple[float, str]:
        """Pixels of a bar of a round length, true in the middle of the picture, and the length."""
        latitude = math.atan(math.sinh(self.middle[1] / _RADIUS))
        ground = self.metres * math.cos(latitude)
        most = ground * self.width / 4
        unit = 10 ** math.floor(math.log10(most))
        length = max(step * unit for step in (1, 2, 5) if step * unit <= most)
        return length / ground, f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
