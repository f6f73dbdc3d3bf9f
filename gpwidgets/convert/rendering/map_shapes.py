"""Frames as pictures on a web map: what is in view, no finer than a pixel, as ready GeoJSON text.

A browser slows down with every shape and every vertex, so a large frame is not sent as it is. Shapes are
simplified in their own coordinate system, and only the vertices that are left are projected and written; what
is smaller than a pixel, of which a browser would draw nothing, is drawn as large as one; of
more shapes than a browser can bear, the largest one in each small cell of the picture is taken, so that no
part of it turns blank.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from gpwidgets.convert.coordinates.reprojecting import why_unplaced
from gpwidgets.convert.geometry.around_180 import goes_on_at_180, laid_out
from gpwidgets.convert.geometry.dateline import narrow_bounds
from gpwidgets.convert.geometry.vertices import nowhere
from gpwidgets.convert.rendering.geojson_text import features_text
from gpwidgets.protocol.values.spatial import Bounds

__all__ = ["Drawn", "MapShapes", "pixel_size"]

_Rows = npt.NDArray[np.intp]

_GEOGRAPHIC = pyproj.CRS.from_epsg(4326)
_TILE = 256
#: Least width of what is drawn, in pixels; browsers round corners to whole ones.
_LEAST = 1.5
_LINES = (1, 2, 5)
#: Above so many vertices, boxes around shapes tell where they lie.
_MANY_VERTICES = 200_000
#: Sides of the cells in pixels, of which one shape each is drawn; points are drawn as discs of a few pixels.
_CELL, _POINT_CELL = 2, 6
#: No picture has more cells from side to side.
_MOST_CELLS = 2048
#: Places of the coordinates of shapes that are drawn exactly; about 0.1 m.
_EXACT_PLACES = 6


@dataclass(frozen=True)
class Drawn:
    """A part of a frame as a browser draws it.

    Attributes
    ----------
    text : bytes
        JSON array of GeoJSON features, longitude and latitude; each one's ``id`` is its row's position.
    count : int
        Features in it.
    in_view : int
        Features with a place in the window, drawn or not.
    tolerance : float
        Outlines are off by at most this many degrees of longitude; 0 when they are exact.
    copies : int
        How often each feature is in the text: twice, a turn apart, where they lie around 180 degrees.
    """

    text: bytes
    count: int
    in_view: int
    tolerance: float
    copies: int = 1


def pixel_size(zoom: float) -> float:
    """Return the width of a pixel of a Web Mercator map at a zoom level, in degrees of longitude."""
    return 360.0 / _TILE / math.pow(2.0, zoom)


class MapShapes:
    """The shapes of a frame, ready to be drawn in part or whole.

    Parameters
    ----------
    gdf
        In any CRS; one of the user's without a CRS counts as longitude and latitude, if it can be. It is not
        changed.
    crosses
        Whether it is drawn on both sides of 180 degrees; told from where it lies when left out.

    Attributes
    ----------
    bounds : tuple of float, or None
        West, south, east, north in degrees, EPSG:4326, east below west across 180 degrees; None when nothing
        has a place.
    crosses : bool
        Whether the shapes lie around 180 degrees.
    are_points : bool
        Whether no shape has more than one vertex.
    missing : int
        Rows without a geometry.
    reason : str
        Why nothing of it has a place on a map; empty when it has.
    """

    def __init__(self, gdf: geopandas.GeoDataFrame, *, crosses: bool | None = None) -> None:
        self._shapes = np.asarray(gdf.geometry.array, dtype=object)
        crs = gdf.crs
        self.reason: str = why_unplaced(gdf)
        plain = crs is None or crs == _GEOGRAPHIC or bool(self.reason)
        self._forward = None if plain else _transformer(crs.to_wkt(), False)
        self._backward = None if plain else _transformer(crs.to_wkt(), True)
        self._boxes = shapely.bounds(self._shapes)
        self._placed = np.isfinite(self._boxes).all(axis=1) & ~nowhere(self._shapes) & (not self.reason)
        self.missing: int = int(shapely.is_missing(self._shapes).sum())
        self._sizes = shapely.get_num_coordinates(self._shapes)
        self.are_points: bool = not len(self._sizes) or int(self._sizes.max()) <= 1
        self.crosses: bool = False
        self._unwinds = False
        self.bounds = self._bounds()
        self._lay_out()
        self.crosses = self.crosses if crosses is None else crosses

    def _bounds(self) -> Bounds | None:
        if not self._placed.any():
            return None
        west, south, east, north = (side[self._placed] for side in self._boxes.T)
        whole = (float(west.min()), float(south.min()), float(east.max()), float(north.max()))
        if self._forward is None:
            return whole
        found = self._forward.transform_bounds(*whole)
        if all(map(math.isfinite, found)) and found[0] <= found[2]:
            return (found[0], found[1], found[2], found[3])
        return self._bounds_by_vertex()

    def _bounds_by_vertex(self) -> Bounds | None:
        """Bounds where the box as a whole has no answer: some vertices have none, or it crosses 180."""
        xy = shapely.get_coordinates(self._shapes[self._placed])
        lon, lat = self._to_degrees(xy[:, 0], xy[:, 1])
        good = np.isfinite(lon) & np.isfinite(lat)
        if not good.any():
            return None
        lon, lat = lon[good], lat[good]
        return (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))

    def _lay_out(self) -> None:
        """Find out whether shapes lie around 180 degrees or a pole, where some may."""
        box = self.bounds
        if box is None or box[2] - box[0] <= 180.0:
            return
        if self._backward is not None:
            latitude = max(-80.0, min(80.0, (box[1] + box[3]) / 2))
            self._unwinds = goes_on_at_180(self._backward, latitude)
            if not self._unwinds:
                return
        shapes = self._shapes[self._placed]
        if self._forward is not None and int(self._sizes.sum()) > _MANY_VERTICES:
            shapes = shapely.box(*self._boxes[self._placed].T)
        box = narrow_bounds(self._in_degrees(shapes)) or box
        self.crosses = box[2] < box[0]
        self.bounds = box if box[2] - box[0] < 360.0 else (-180.0, box[1], 180.0, box[3])

    def _in_degrees(self, shapes: Any) -> Any:
        """Shapes in longitude and latitude, laid out so that no outline jumps at 180 degrees."""
        if self._forward is not None:
            shapes = shapely.transform(
                shapes, lambda xy: np.column_stack(self._to_degrees(xy[:, 0], xy[:, 1]))
            )
        return laid_out(shapes, unwind=self._unwinds, turn=self.crosses)

    def _to_degrees(self, x: Any, y: Any) -> tuple[Any, Any]:
        if self._forward is None:
            return x, y
        lon, lat = self._forward.transform(x, y)
        return lon, lat

    def draw(
        self,
        pixel: float,
        *,
        window: Bounds | None = None,
        limit: int,
        max_vertices: int,
        styles: Sequence[bytes] = (),
        codes: npt.NDArray[np.intp] | None = None,
    ) -> Drawn:
        """Draw what lies in a window.

        Parameters
        ----------
        pixel
            Width of a pixel in degrees of longitude, from which tolerance and cells are told.
        window
            West, south, east, north in degrees; everything when left out.
        limit
            Most features to draw.
        max_vertices
            Up to this many, every vertex is kept.
        styles, codes
            Ready JSON of a few path styles, and for each row which one it takes.
        """
        rows = self._in_window(window)
        in_view = len(rows)
        unit = self._unit(pixel, window)
        if len(rows) > limit:
            rows = self._thinned(rows, unit, limit)
        shapes = shapely.force_2d(self._shapes[rows])
        small = _small(shapes, self._boxes[rows], unit)
        exact = int(self._sizes[rows].sum()) <= max_vertices and not small.any()
        tolerance = 0.0 if exact else pixel / 2
        if not exact:
            shapes = _simplified(shapes, unit / 2)
            small |= shapely.is_empty(shapes)
            shapes[small] = _marks(shapes[small], self._boxes[rows][small], _LEAST * unit)
        places = _EXACT_PLACES if exact else _places(tolerance)
        if not (self._unwinds or self.crosses):
            text, count = features_text(shapes, rows, self._to_degrees, places, styles, codes)
            return Drawn(text, count, in_view, tolerance)
        shapes = self._in_degrees(shapes)
        text, count = features_text(shapes, rows, _as_it_is, places, styles, codes)
        if not (self.crosses and count):
            return Drawn(text, count, in_view, tolerance)
        again, _ = features_text(shapes, rows, _a_turn_west, places, styles, codes)
        return Drawn(b"%b,%b" % (text[:-1], again[1:]), count, in_view, tolerance, copies=2)

    def rows_in(self, window: Bounds) -> list[int]:
        """Return the positions of the rows whose shapes touch a box in degrees, west to north."""
        rows = self._in_window(window)
        box = shapely.union_all([shapely.box(*one) for one in self._windows(window)])
        shapely.prepare(box)
        found: list[int] = rows[shapely.intersects(box, self._in_degrees(self._shapes[rows]))].tolist()
        return found

    def _windows(self, window: Bounds) -> list[Bounds]:
        """The window and, where shapes are drawn a turn apart, what it would be there."""
        west, south, east, north = window
        turns = (0.0, -360.0, 360.0) if self.crosses else (0.0,)
        return [(west + turn, south, east + turn, north) for turn in turns]

    def _in_window(self, window: Bounds | None) -> _Rows:
        if window is None:
            return np.flatnonzero(self._placed)
        boxes, inside = self._boxes, np.zeros(len(self._boxes), dtype=bool)
        for one in self._windows(window):
            west, south, east, north = self._own_window(one)
            with np.errstate(invalid="ignore"):
                across = (boxes[:, 0] <= east) & (boxes[:, 2] >= west)
                inside |= across & (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        return np.flatnonzero(self._placed & inside)

    def _own_window(self, window: Bounds) -> Bounds:
        """The window in the frame's coordinate system; without limits where that has no answer."""
        if self._backward is None:
            return window
        found = self._backward.transform_bounds(*window)
        if all(map(math.isfinite, found)):
            return (found[0], found[1], found[2], found[3])
        return (-math.inf, -math.inf, math.inf, math.inf)

    def _unit(self, pixel: float, window: Bounds | None) -> float:
        """The size of a pixel in the frame's own units, in the middle of what is drawn."""
        place = window or self.bounds
        if place is None:
            return pixel
        turn = 360.0 if place[2] < place[0] else 0.0
        lon, lat = (place[0] + place[2] + turn) / 2, max(-80.0, min(80.0, (place[1] + place[3]) / 2))
        north = pixel * math.cos(math.radians(lat))
        if self._backward is None:
            return north
        xs, ys = self._backward.transform([lon, lon + pixel, lon], [lat, lat, lat + north])
        steps = [math.hypot(xs[i] - xs[0], ys[i] - ys[0]) for i in (1, 2)]
        good = [step for step in steps if math.isfinite(step) and step > 0]
        return min(good, default=pixel)

    def _thinned(self, rows: _Rows, unit: float, limit: int) -> _Rows:
        """The largest shape of each cell, in cells as small as the limit and what is seen of them allow."""
        west, south, east, north = (side[rows] for side in self._boxes.T)
        x, y = (west + east) / 2, (south + north) / 2
        size = (east - west) + (north - south)
        cell = (_POINT_CELL if not size.any() else _CELL) * unit
        if size.any():
            # Shapes of about one size count as equal, or the last digits of a grid would pick whole rows.
            order = np.argsort(-np.log2(np.maximum(size, 1e-300)).round().astype(np.int16), kind="stable")
            rows, x, y = rows[order], x[order], y[order]
        x, y = x - x.min(), y - y.min()
        cell = max(cell, float(x.max()) / _MOST_CELLS, float(y.max()) / _MOST_CELLS)
        while True:
            columns, lines = (x / cell).astype(np.intp), (y / cell).astype(np.intp)
            first = _first_of_each(columns * (int(lines.max()) + 1) + lines)
            if len(first) <= limit:
                return np.sort(rows[first])
            cell *= max(1.1, math.sqrt(len(first) / limit))


def _first_of_each(keys: _Rows) -> _Rows:
    """Where each key stands first; keys count from 0 and are not many more than there may be cells."""
    first = np.full(int(keys.max()) + 1, -1, dtype=np.intp)
    first[keys[::-1]] = np.arange(len(keys) - 1, -1, -1)  # of one place, what is written last stays
    return first[first >= 0]


def _as_it_is(lon: Any, lat: Any) -> tuple[Any, Any]:
    return lon, lat


def _a_turn_west(lon: Any, lat: Any) -> tuple[Any, Any]:
    return lon - 360.0, lat


def _small(shapes: Any, boxes: Any, pixel: float) -> Any:
    """Which lines and areas are too small to be seen: a browser draws nothing of them."""
    widest = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    return (shapely.get_dimensions(shapes) > 0) & (widest < pixel)


def _marks(shapes: Any, boxes: Any, size: float) -> Any:
    """Lines and squares in the place of shapes, large enough to be seen."""
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    half = size / 2
    marks = shapely.box(x - half, y - half, x + half, y + half)
    lines = np.isin(shapely.get_type_id(shapes), _LINES)
    ends = np.stack([np.column_stack([x - half, y]), np.column_stack([x + half, y])], axis=1)
    marks[lines] = shapely.linestrings(ends[lines])
    return marks


def _simplified(shapes: Any, tolerance: float) -> Any:
    """Shapes without the vertices that cannot be seen; what is too small is left with none."""
    return shapely.simplify(shapes, tolerance, preserve_topology=False)


def _places(tolerance: float) -> int:
    """Places behind the point that move a vertex by no more than half the tolerance."""
    return max(1, min(7, math.ceil(-math.log10(tolerance))))


@lru_cache(maxsize=32)
def _transformer(wkt: str, back: bool) -> pyproj.Transformer:
    start, end = (_GEOGRAPHIC, wkt) if back else (wkt, _GEOGRAPHIC)
    return pyproj.Transformer.from_crs(start, end, always_xy=True)
