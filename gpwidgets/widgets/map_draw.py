"""Drawing on the map: one drawing control per map, lent to one target at a time.

The control is only the pen. What it draws is taken out of it at once and kept by the target that was armed,
as shapes with ids, shown in a layer of the target's own colour: so several parameters can be drawn on one
map, each shape stays with its parameter, and undo works without the browser.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakKeyDictionary

import traitlets
from ipyleaflet import GeomanDrawControl, Map

from gpwidgets.widgets.layers import FrameLayer, LeanGeoJSON, free_label, layer_label, layer_style
from gpwidgets.widgets.shapes import Shape, ShapeModel, drawn_shape

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

#: Name of the control's tool for each kind of shape. The capital letter matters.
TOOLS = {
    "point": "Marker",
    "multipoint": "Marker",
    "line": "Line",
    "polygon": "Polygon",
    "rectangle": "Rectangle",
    "circle": "Circle",
}

#: Kinds of shape that can be drawn for each geometry type.
KINDS_OF = {
    "esriGeometryPoint": ("point",),
    "esriGeometryMultipoint": ("multipoint",),
    "esriGeometryPolyline": ("line",),
    "esriGeometryPolygon": ("polygon", "rectangle", "circle"),
    "esriGeometryEnvelope": ("rectangle",),
}

#: A frame of more rows than this is shown, but not taken apart into shapes that can be edited one by one.
MAX_SHAPES = 500


def kinds_for(geometry_types: Sequence[str]) -> tuple[str, ...]:
    """Return what can be drawn for these geometry types; none given means any."""
    types = geometry_types or ("esriGeometryPoint", "esriGeometryPolyline", "esriGeometryPolygon")
    kinds = [kind for one in types for kind in KINDS_OF.get(one, ())]
    return tuple(dict.fromkeys(kinds))


class Pen:
    """The drawing control of one map and the target that it draws for.

    A control that the map's owner has put there is used as it is; their own drawings stay in it.
    """

    _pens: ClassVar[WeakKeyDictionary[Map, Pen]] = WeakKeyDictionary()

    @classmethod
    def of(cls, map_widget: Map) -> Pen:
        """Return the one pen of this map."""
        if map_widget not in cls._pens:
            cls._pens[map_widget] = cls(map_widget)
        return cls._pens[map_widget]

    def __init__(self, map_widget: Map) -> None:
        self._lock = threading.RLock()
        self.target: DrawTarget | None = None
        self._theirs: set[str] = set()
        self._taken: set[str] = set()
        found = [one for one in map_widget.controls if isinstance(one, GeomanDrawControl)]
        self.control = found[0] if found else GeomanDrawControl(hide_controls=True)
        if not found:
            map_widget.add(self.control)
        self.control.observe(self._collect, names="data")

    def arm(self, target: DrawTarget, kind: str) -> None:
        """Let the next shape drawn on the map be one of this kind for this target."""
        with self._lock:
            if self.target is not None and self.target is not target:
                self.target.set_trait("armed", "")
            self.target = target
            self._theirs = {_key(feature) for feature in self.control.data}
            self._taken = set()
            tool = TOOLS[kind]
            self.control.current_mode = None  # arming the same tool twice would change nothing
            self._color(tool, target.color)
            self.control.current_mode = f"draw:{tool}"
            target.set_trait("armed", kind)

    def disarm(self, target: DrawTarget) -> None:
        """End drawing, if it is this target that is being drawn for."""
        with self._lock:
            if self.target is target:
                self.control.current_mode = None
                self.target = None
            target.set_trait("armed", "")

    def _color(self, tool: str, color: str) -> None:
        line = {"color": color, "dashArray": "6 4"}
        options = {
            "pathOptions": {"color": color, "fillColor": color, "fillOpacity": 0.25},
            "templineStyle": line,
            "hintlineStyle": line,
            "snappable": False,  # a vertex must land where the user clicked
        }
        name = {"Line": "polyline"}.get(tool, tool.lower())
        if name == "marker":
            options = {"markerStyle": {}, "snappable": False}
        self.control.set_trait(name, options)

    def _collect(self, change: Mapping[str, Any]) -> None:
        with self._lock:
            target = self.target
            if target is None:
                return
            known = self._theirs | self._taken
            fresh = [feature for feature in change["new"] if _key(feature) not in known]
            if not fresh:
                return
            self._taken.update(_key(feature) for feature in fresh)
            drawn = [shape for feature in fresh if (shape := drawn_shape(feature)) is not None]
            # The browser may report the same shape again before it has seen this; _taken knows it then.
            self.control.data = [feature for feature in change["new"] if _key(feature) in self._theirs]
            if drawn and target.armed not in ("point", "multipoint"):
                self.disarm(target)
        for geometry, kind in drawn:
            target.add(geometry, kind)


def _key(feature: Mapping[str, Any]) -> str:
    return json.dumps(feature.get("geometry"), sort_keys=True, default=str)


class DrawTarget(traitlets.HasTraits):
    """What is drawn on the map for one parameter.

    Made by `TaskMap.target`. Observe ``shapes`` to follow it.
    """

    shapes = traitlets.Tuple(help="The shapes as they are now, a tuple of Shape.", read_only=True)
    armed = traitlets.Unicode("", help="Kind of shape being drawn now; empty when none.", read_only=True)

    def __init__(
        self, map_widget: Map, name: str, geometry_types: Sequence[str], color: str, label: str = ""
    ) -> None:
        super().__init__()
        self.name = name
        self.color = color
        self.geometry_types = tuple(geometry_types)
        self.kinds = kinds_for(geometry_types)
        self._map = map_widget
        self._pen = Pen.of(map_widget)
        self._model = ShapeModel()
        self._label = label or name
        self._loaded: FrameLayer | None = None
        self._layer = LeanGeoJSON(
            data=_collection(()),
            name=layer_label(self._label, color),
            pm_ignore=True,
            **layer_style(color),
        )

    def arm(self, kind: str | None = None) -> None:
        """Let the next shape drawn on the map be one for this parameter.

        Points go on being drawn, one a click, until `disarm`; the other kinds end by themselves.

        Parameters
        ----------
        kind
            One of `kinds`; the first of them when left out.

        Raises
        ------
        ValueError
            The parameter does not take this kind of shape.
        """
        kind = kind or self.kinds[0]
        if kind not in self.kinds:
            raise ValueError(f"{self.name} takes {', '.join(self.kinds)}, not {kind}")
        self._pen.arm(self, kind)

    def disarm(self) -> None:
        """End drawing for this parameter."""
        self._pen.disarm(self)

    def add(
        self,
        geometry: Mapping[str, Any],
        kind: str | None = None,
        properties: Mapping[str, Any] | None = None,
    ) -> Shape:
        """Append a shape; a GeoJSON geometry in EPSG:4326."""
        shape = self._model.add(geometry, kind, properties)
        self._show()
        return shape

    def update(self, shape_id: str, **changes: Any) -> None:
        """Change a shape's ``geometry`` or ``properties``."""
        self._model.update(shape_id, **changes)
        self._show()

    def remove(self, shape_id: str) -> None:
        """Take one shape out."""
        self._model.remove(shape_id)
        self._show()

    def clear(self) -> None:
        """Take everything out, drawn or loaded."""
        self._drop_loaded()
        self._model.clear()
        self._show()

    def undo(self) -> bool:
        """Take the last change of the shapes back; False when there is none."""
        done = self._model.undo()
        self._show()
        return done

    def redo(self) -> bool:
        """Repeat the change taken back last; False when there is none."""
        done = self._model.redo()
        self._show()
        return done

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self._model.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is a taken-back change to repeat."""
        return self._model.can_redo

    def set_frame(self, gdf: GeoDataFrame) -> None:
        """Put a frame in the place of what there is.

        Up to `MAX_SHAPES` rows become shapes that can be edited and undone; a larger frame is shown as it is
        and `frame` returns it untouched, followed by what is drawn on top of it.
        """
        from gpwidgets.convert.geojson import to_geojson

        self._drop_loaded()
        if len(gdf) > MAX_SHAPES:
            self._model.clear()
            self._loaded = FrameLayer(gdf, f"{self._label} ({len(gdf):,})", self.color)
            self._map.add(self._loaded)
        else:
            features = to_geojson(gdf, decimals=None)["features"]
            self._model.replace_all(
                (one["geometry"], one.get("properties") or {}) for one in features if one.get("geometry")
            )
        self._show()

    def frame(self) -> GeoDataFrame:
        """Return what is drawn or loaded, in EPSG:4326; without rows when there is nothing.

        Points for a parameter that takes multipoints only become one row.
        """
        import geopandas
        import pandas

        features = [shape.to_feature() for shape in self.shapes]
        if "multipoint" in self.kinds and "point" not in self.kinds:
            features = _one_multipoint(features)
        if features:
            drawn = geopandas.GeoDataFrame.from_features(features, crs="EPSG:4326")
        else:
            drawn = geopandas.GeoDataFrame(geometry=[], crs="EPSG:4326")
        if self._loaded is None:
            return drawn
        loaded = self._loaded.frame
        loaded = loaded.set_crs("EPSG:4326") if loaded.crs is None else loaded.to_crs("EPSG:4326")
        if not features:
            return loaded
        return geopandas.GeoDataFrame(pandas.concat([loaded, drawn], ignore_index=True), crs="EPSG:4326")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn or loaded."""
        return not self.shapes and self._loaded is None

    def detach(self) -> None:
        """Take the target's layers off the map; the shapes stay."""
        self.disarm()
        for layer in (self._layer, self._loaded):
            if layer is not None and layer in self._map.layers:
                self._map.remove(layer)

    def _drop_loaded(self) -> None:
        if self._loaded is not None:
            if self._loaded in self._map.layers:
                self._map.remove(self._loaded)
            self._loaded.close()
            self._loaded = None

    def _show(self) -> None:
        shapes = self._model.shapes
        self._layer.data = _collection(shapes)
        if shapes and self._layer not in self._map.layers:
            self._layer.name = free_label(self._map, self._label, self.color)
            self._map.add(self._layer)
        self.set_trait("shapes", shapes)

    def __repr__(self) -> str:
        return f"<DrawTarget {self.name!r}: {len(self.shapes)} shapes>"


def _collection(shapes: Sequence[Shape]) -> dict[str, Any]:
    # Attributes stay here: the browser needs none of them, and one called "style" would be taken as a style.
    features = [{**shape.to_feature(), "properties": {}} for shape in shapes]
    return {"type": "FeatureCollection", "features": features}


def _one_multipoint(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    points: list[Any] = []
    for feature in features:
        geometry = feature["geometry"]
        coordinates = geometry["coordinates"]
        points += [coordinates] if geometry["type"] == "Point" else coordinates
    if not points:
        return []
    merged = {"type": "MultiPoint", "coordinates": points}
    return [{"type": "Feature", "properties": features[0]["properties"], "geometry": merged}]
