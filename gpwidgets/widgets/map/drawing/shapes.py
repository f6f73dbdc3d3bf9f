"""Shapes that a user draws, as plain values with an undo history.

The drawing control of the map only hands over what was just drawn; what a parameter's input consists of is
kept here, without any widget. Coordinates are longitude, latitude in EPSG:4326.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gpwidgets.protocol.enums import GeometryType

#: Where the drawing control's features carry the id of the shape that they stand for.
ID_KEY = "gpw_id"
#: Where those of the map's owner carry a number, for as long as shapes of ours are drawn or edited.
OWNER_KEY = "gpw_owner"
_CONTROL_TYPES = {"point": "marker", "line": "polyline", "rectangle": "rectangle", "circle": "circle"}


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
        kind: str | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Shape:
        """Give a shape another geometry or other attributes; KeyError when there is no such shape.

        A new geometry is of the kind that its type tells, unless one is named.
        """
        new = self._changed(shape_id, geometry, kind, properties)
        self._push(tuple(new if shape.id == shape_id else shape for shape in self.shapes))
        return new

    def update_all(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Change several shapes at once; the keyword arguments of `update` by id."""
        new = {shape_id: self._changed(shape_id, **change) for shape_id, change in changes.items()}
        self._push(tuple(new.get(shape.id, shape) for shape in self.shapes))

    def _changed(
        self,
        shape_id: str,
        geometry: Mapping[str, Any] | None = None,
        kind: str | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Shape:
        old = self.get(shape_id)
        new = old if properties is None else replace(old, properties=dict(properties))
        return new if geometry is None else replace(new, geometry=geometry, kind=kind or _kind_of(geometry))

    def remove(self, shape_id: str) -> None:
        """Take a shape out; KeyError when there is no such shape."""
        old = self.get(shape_id)
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
        return Shape(f"s{self._made}", geometry, kind or _kind_of(geometry), dict(properties or {}))

    def get(self, shape_id: str) -> Shape:
        """Return the shape of this id; KeyError when there is none."""
        for shape in self.shapes:
            if shape.id == shape_id:
                return shape
        raise KeyError(shape_id)

    def _push(self, shapes: tuple[Shape, ...]) -> None:
        del self._history[self._position + 1 :]
        self._history.append(shapes)
        self._position += 1


def _kind_of(geometry: Mapping[str, Any]) -> str:
    return (GeometryType.of_shape(geometry.get("type")) or GeometryType.POLYGON).drawn_as[0]


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
    from gpwidgets.convert.geometry.circles import circle_polygon
    from gpwidgets.convert.geometry.dateline import wrap_geometry

    geometry = feature.get("geometry")
    if not isinstance(geometry, Mapping) or not geometry.get("coordinates"):
        return None
    properties = feature.get("properties") or {}
    tool = properties.get("type")
    radius = radius_of(feature)
    if tool == "circle" and isinstance(radius, int | float) and radius > 0:
        lon, lat = geometry["coordinates"][:2]
        return wrap_geometry(circle_polygon(lon, lat, radius)), "circle"
    kind = "rectangle" if tool == "rectangle" else _kind_of(geometry)
    clean = {"type": geometry["type"], "coordinates": geometry["coordinates"]}
    return wrap_geometry(clean), kind


def radius_of(feature: Mapping[str, Any]) -> Any:
    """Return the radius that the drawing control gives a circle, in metres; None for anything else."""
    return ((feature.get("properties") or {}).get("style") or {}).get("radius")


def control_feature(shape: Shape, color: str) -> dict[str, Any] | None:
    """Turn a shape into a feature for the drawing control, to be edited there.

    Returns
    -------
    dict or None
        With the shape's id in ``properties``, where the control leaves it; None for what the control cannot
        edit, several points in one shape.
    """
    from gpwidgets.convert.geometry.circles import circle_of
    from gpwidgets.convert.geometry.dateline import joined_geometry

    style = {"color": color, "fillColor": color, "weight": 3, "fillOpacity": 0.25, "snappable": False}
    properties: dict[str, Any] = {
        ID_KEY: shape.id,
        "style": style,
        "type": _CONTROL_TYPES.get(shape.kind, "polygon"),
    }
    geometry = dict(joined_geometry(shape.geometry))
    if shape.kind == "circle":
        lon, lat, radius = circle_of(shape.geometry)
        geometry = {"type": "Point", "coordinates": [lon, lat]}
        properties["style"] = {**style, "radius": radius}
    elif geometry["type"] == "MultiPoint":
        return None
    return {"type": "Feature", "properties": properties, "geometry": geometry}
