"""Shapes that a user draws, as plain values with an undo history.

The drawing control of the map only hands over what was just drawn; what a parameter's input consists of is
kept here, without any widget. Coordinates are longitude, latitude in EPSG:4326.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

#: Corners of the polygon that stands for a drawn circle; the area is 0.13 % below the circle's.
CIRCLE_CORNERS = 72

_KINDS = {
    "Point": "point",
    "MultiPoint": "multipoint",
    "LineString": "line",
    "MultiLineString": "line",
    "Polygon": "polygon",
    "MultiPolygon": "polygon",
}


@dataclass(frozen=True)
class Shape:
    """One drawn or loaded geometry.

    Attributes
    ----------
    id : str
        Stays the same while the shape is edited.
    geometry : mapping
        GeoJSON geometry, longitude and latitude, EPSG:4326.
    kind : str
        ``point``, ``multipoint``, ``line``, ``polygon``, ``rectangle`` or ``circle``: how it was drawn.
    properties : mapping
        Attribute values by field name.
    """

    id: str
    geometry: Mapping[str, Any]
    kind: str
    properties: Mapping[str, Any] = field(default_factory=dict)

    def to_feature(self) -> dict[str, Any]:
        """Return the shape as a GeoJSON feature."""
        return {
            "type": "Feature",
            "id": self.id,
            "properties": dict(self.properties),
            "geometry": dict(self.geometry),
        }


class ShapeModel:
    """An ordered set of shapes that remembers every change.

    Each change makes a new tuple of shapes, so that undo and redo only move along a list of tuples.
    """

    def __init__(self, shapes: Iterable[Shape] = ()) -> None:
        self._history: list[tuple[Shape, ...]] = [tuple(shapes)]
        self._position = 0
        self._made = len(self.shapes)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The shapes as they are now, oldest first."""
        return self._history[self._position]

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self._position > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a taken-back change to repeat."""
        return self._position < len(self._history) - 1

    def __len__(self) -> int:
        return len(self.shapes)

    def add(
        self,
        geometry: Mapping[str, Any],
        kind: str | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Shape:
        """Append a shape and return it.

        Parameters
        ----------
        geometry
            GeoJSON geometry in EPSG:4326.
        kind
            How it was drawn; told from the geometry type when left out.
        properties
            Attribute values by field name.
        """
        shape = self._make(geometry, kind, properties)
        self._push((*self.shapes, shape))
        return shape

    def update(
        self,
        shape_id: str,
        *,
        geometry: Mapping[str, Any] | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Shape:
        """Give a shape another geometry or other attributes; KeyError when there is no such shape."""
        old = self._get(shape_id)
        new = replace(
            old,
            geometry=old.geometry if geometry is None else geometry,
            properties=old.properties if properties is None else properties,
        )
        self._push(tuple(new if shape is old else shape for shape in self.shapes))
        return new

    def remove(self, shape_id: str) -> None:
        """Take a shape out; KeyError when there is no such shape."""
        old = self._get(shape_id)
        self._push(tuple(shape for shape in self.shapes if shape is not old))

    def replace_all(self, features: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> None:
        """Put other shapes, given as (geometry, properties), in the place of all there are, as one change."""
        self._push(tuple(self._make(geometry, None, properties) for geometry, properties in features))

    def clear(self) -> None:
        """Take all shapes out, as one change."""
        if self.shapes:
            self._push(())

    def undo(self) -> bool:
        """Take the last change back; False when there is none."""
        if not self.can_undo:
            return False
        self._position -= 1
        return True

    def redo(self) -> bool:
        """Repeat the change taken back last; False when there is none."""
        if not self.can_redo:
            return False
        self._position += 1
        return True

    def _make(
        self, geometry: Mapping[str, Any], kind: str | None, properties: Mapping[str, Any] | None
    ) -> Shape:
        self._made += 1
        told = kind or _KINDS.get(str(geometry.get("type")), "polygon")
        return Shape(f"s{self._made}", geometry, told, dict(properties or {}))

    def _get(self, shape_id: str) -> Shape:
        for shape in self.shapes:
            if shape.id == shape_id:
                return shape
        raise KeyError(shape_id)

    def _push(self, shapes: tuple[Shape, ...]) -> None:
        del self._history[self._position + 1 :]
        self._history.append(shapes)
        self._position += 1


def drawn_shape(feature: Mapping[str, Any]) -> tuple[dict[str, Any], str] | None:
    """Turn a feature from the drawing control into a clean geometry and its kind.

    The control adds a style, which for markers holds the server's address, and gives circles as a point with
    a radius; neither may go further. Longitudes beyond 180 degrees, which come from drawing on a repeated
    world, are brought back, and what crosses the 180 degree meridian is split there.

    Returns
    -------
    tuple of (dict, str), or None
        GeoJSON geometry in EPSG:4326 and the kind; None when there is no geometry in it.
    """
    geometry = feature.get("geometry")
    if not isinstance(geometry, Mapping) or not geometry.get("coordinates"):
        return None
    properties = feature.get("properties") or {}
    tool = properties.get("type")
    radius = (properties.get("style") or {}).get("radius")
    if tool == "circle" and isinstance(radius, int | float) and radius > 0:
        lon, lat = geometry["coordinates"][:2]
        return wrap_geometry(circle_polygon(lon, lat, radius)), "circle"
    kind = "rectangle" if tool == "rectangle" else _KINDS.get(geometry["type"], "polygon")
    clean = {"type": geometry["type"], "coordinates": geometry["coordinates"]}
    return wrap_geometry(clean), kind


def circle_polygon(lon: float, lat: float, radius: float) -> dict[str, Any]:
    """Return a circle on the WGS 84 ellipsoid as a GeoJSON polygon.

    Parameters
    ----------
    lon, lat
        Centre in degrees.
    radius
        Geodesic distance from the centre to every corner, in metres.
    """
    from pyproj import Geod

    count = CIRCLE_CORNERS
    azimuths = [-360.0 * i / count for i in range(count)]  # counter-clockwise, as GeoJSON wants outer rings
    xs, ys, _ = Geod(ellps="WGS84").fwd([lon] * count, [lat] * count, azimuths, [radius] * count)
    # Geod answers within 180 degrees; corners stay beside their centre so that the ring does not jump.
    ring = [[x + 360.0 * round((lon - x) / 360.0), y] for x, y in zip(xs, ys, strict=True)]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def wrap_geometry(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Bring a GeoJSON geometry into longitudes -180 to 180, splitting it at 180 degrees where it crosses."""
    lons = list(_longitudes(geometry["coordinates"]))
    west, east = min(lons), max(lons)
    if west >= -180.0 and east <= 180.0:
        return dict(geometry)
    turns = math.floor(((west + east) / 2 + 180.0) / 360.0)
    moved = {"type": geometry["type"], "coordinates": _shift(geometry["coordinates"], -360.0 * turns)}
    if west - 360.0 * turns >= -180.0 and east - 360.0 * turns <= 180.0:
        return moved
    return _split(moved)


def _split(geometry: Mapping[str, Any]) -> dict[str, Any]:
    import shapely
    from shapely.affinity import translate
    from shapely.geometry import mapping, shape

    whole = shape(geometry)
    parts = []
    for turn in (-1, 0, 1):
        world = shapely.box(-180.0 + 360.0 * turn, -90.0, 180.0 + 360.0 * turn, 90.0)
        part = whole.intersection(world)
        parts.append(translate(part, -360.0 * turn))
    joined = shapely.union_all([part for part in parts if not part.is_empty])
    return {"type": joined.geom_type, "coordinates": _lists(mapping(joined)["coordinates"])}


def _longitudes(coordinates: Any) -> Iterable[float]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates[0]
        return
    for part in coordinates:
        yield from _longitudes(part)


def _shift(coordinates: Any, by: float) -> Any:
    if coordinates and isinstance(coordinates[0], int | float):
        return [coordinates[0] + by, *coordinates[1:]]
    return [_shift(part, by) for part in coordinates]


def _lists(coordinates: Any) -> Any:
    if isinstance(coordinates, int | float):
        return coordinates
    return [_lists(part) for part in coordinates]
