"""Where the map looks: centre and zoom for a box, by Web Mercator arithmetic.

Leaflet can fit a map to a box by itself, but only once it is on the page and only through a running event
loop, and it ended two levels too far out; these few lines work before display and from any thread.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gpwidgets.protocol.values.spatial import Bounds

#: Size assumed for a map that no browser has measured yet, in pixels.
DEFAULT_SIZE = (600.0, 400.0)

_MAX_LATITUDE = 85.0511
_TILE = 256.0


def _mercator_y(lat: float) -> float:
    """Return a latitude's place in a square world, 0 at the north end and 1 at the south end."""
    sine = math.sin(math.radians(max(-_MAX_LATITUDE, min(_MAX_LATITUDE, lat))))
    return 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


def _latitude(y: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y))))


def view_of(
    bounds: Bounds,
    size: tuple[float, float] = DEFAULT_SIZE,
    *,
    padding: float = 0.1,
    largest: int = 15,
) -> tuple[tuple[float, float], int]:
    """Return the centre and the zoom level that show a box whole.

    Parameters
    ----------
    bounds
        West, south, east, north in degrees, EPSG:4326. East below west means the box crosses 180 degrees.
    size
        Width and height of the map in pixels.
    padding
        Share of the map kept free around the box.
    largest
        Highest zoom level, which also serves for a single point.

    Returns
    -------
    tuple of ((float, float), int)
        Centre as latitude, longitude, the way ipyleaflet wants it, and a whole zoom level from 0.
    """
    west, south, east, north = (float(number) for number in bounds)
    if east < west:
        east += 360.0
    top, bottom = _mercator_y(north), _mercator_y(south)
    room = 1.0 - 2.0 * padding
    zooms = [float(largest)]
    if east > west:
        zooms.append(math.log2(size[0] * room / (_TILE * (east - west) / 360.0)))
    if bottom > top:
        zooms.append(math.log2(size[1] * room / (_TILE * (bottom - top))))
    longitude = (west + east) / 2
    if longitude > 180.0:
        longitude -= 360.0
    return (_latitude((top + bottom) / 2), longitude), max(0, math.floor(min(zooms)))


def pixels_of(bounds: Bounds, zoom: float, largest: int) -> tuple[int, int]:
    """Return the width and height of a box on the map, at most `largest` a side.

    Parameters
    ----------
    bounds
        West, south, east, north in degrees, EPSG:4326.
    zoom
        Zoom level.
    largest
        Pixels; a larger box is scaled down as a whole.
    """
    west, south, east, north = bounds
    world = _TILE * 2.0**zoom
    width = world * (east - west) / 360.0
    height = world * (_mercator_y(south) - _mercator_y(north))
    scale = min(1.0, largest / max(width, height, 1.0))
    return max(1, round(width * scale)), max(1, round(height * scale))


def size_of(map_widget: Any) -> tuple[float, float]:
    """Return a map's width and height in pixels as the browser last reported them, or a usual size."""
    corners = getattr(map_widget, "pixel_bounds", None)
    if corners and len(corners) == 2 and all(len(corner) == 2 for corner in corners):
        (left, top), (right, bottom) = corners
        if right - left > 50 and bottom - top > 50:
            return float(right - left), float(bottom - top)
    return DEFAULT_SIZE


def union(boxes: list[Bounds]) -> Bounds | None:
    """Return the box around several boxes, leaving out those that hold no numbers; None when none is left.

    Where one of them crosses 180 degrees, so does the box around all, unless another way is narrower.
    """
    good = [box for box in boxes if all(math.isfinite(number) for number in box)]
    if not good:
        return None
    _, souths, _, norths = zip(*good, strict=True)
    crossing = any(east < west for west, _, east, _ in good)
    ways = [_span(good, turned) for turned in ((False, True) if crossing else (False,))]
    west, east = min(ways, key=lambda way: way[1] - way[0])
    return west, min(souths), east - 360.0 if east > 180.0 and crossing else east, max(norths)


def _span(boxes: list[Bounds], turned: bool) -> tuple[float, float]:
    """West and east of all boxes; seen from 180 degrees rather than from Greenwich if they are turned."""
    sides = [(west, east) for west, _, east, _ in boxes]
    if turned:
        sides = [(west, east + 360.0) if east < west else (west, east) for west, east in sides]
        sides = [(west + 360.0, east + 360.0) if east <= 0.0 else (west, east) for west, east in sides]
    else:
        sides = [(-180.0, 180.0) if east < west else (west, east) for west, east in sides]
    return min(west for west, _ in sides), max(east for _, east in sides)


def fills(view: Bounds, bounds: Bounds) -> bool:
    """Whether a box lies in a view and takes up half of it or more; both west, south, east, north."""
    close = 1e-5
    inside = (
        bounds[0] >= view[0] - close
        and bounds[1] >= view[1] - close
        and bounds[2] <= view[2] + close
        and bounds[3] <= view[3] + close
    )
    return inside and any(2 * (bounds[at + 2] - bounds[at]) >= view[at + 2] - view[at] for at in (0, 1))


def go_to(map_widget: Any, bounds: Bounds, *, largest: int = 15) -> None:
    """Let a map show a box (west, south, east, north in degrees) whole."""
    center, zoom = view_of(bounds, size_of(map_widget), largest=largest)
    map_widget.zoom = zoom  # first the zoom: the browser would move the centre again
    map_widget.center = center


def take_off(map_widget: Any, *items: Any) -> None:
    """Take layers and controls off a map, those that are on it; nothing happens when the map is closed."""
    if map_widget.comm is None:
        return
    for name in ("layers", "controls"):
        before = getattr(map_widget, name)
        after = tuple(one for one in before if one not in items)
        if len(after) < len(before):
            setattr(map_widget, name, after)


def features_box(features: Iterable[Mapping[str, Any]]) -> Bounds | None:
    """Return west, south, east, north of GeoJSON features in degrees; None when there is nothing."""
    corners = [
        corner
        for one in features
        for corner in _corners((one.get("geometry") or {}).get("coordinates") or ())
    ]
    if not corners:
        return None
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _corners(coordinates: Any) -> Iterator[tuple[float, float]]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
        return
    for part in coordinates:
        yield from _corners(part)
