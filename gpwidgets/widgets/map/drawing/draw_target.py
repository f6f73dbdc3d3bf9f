"""What is drawn on the map for one parameter: its shapes, their layer, and which of them is selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import traitlets

from gpwidgets.convert.geometry.dateline import shown_geometry
from gpwidgets.protocol.enums import GeometryType
from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.widgets.kit.owner import close_tree
from gpwidgets.widgets.map.drawing.draw_control import EDIT_MODES, Pen
from gpwidgets.widgets.map.drawing.shapes import Shape, ShapeModel
from gpwidgets.widgets.map.layers.frame_layer import (
    FrameLayer,
    LeanGeoJSON,
    free_label,
    layer_label,
    layer_style,
)
from gpwidgets.widgets.map.layers.viewport import take_off

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gpwidgets.protocol.features import Field

_ANY = (GeometryType.POINT, GeometryType.POLYLINE, GeometryType.POLYGON)

#: A frame of more rows than this is shown, but not taken apart into shapes that can be edited one by one.
MAX_SHAPES = 500

#: How a selected shape looks, whatever the colour of its layer.
_SELECTED = {"color": "#000000", "fillColor": "#ffe100"}


def kinds_for(geometry_types: Sequence[str]) -> tuple[str, ...]:
    """Return what can be drawn for these geometry types; none given means any."""
    types = filter(None, map(GeometryType.named, geometry_types or _ANY))
    return tuple(dict.fromkeys(kind for one in types for kind in one.drawn_as))


class DrawTarget(traitlets.HasTraits):
    """What is drawn on the map for one parameter.

    Made by `TaskMap.target`. Observe ``shapes`` to follow it.

    Attributes
    ----------
    fields : sequence of Field
        Columns that the parameter's features have by its schema.
    """

    shapes: traitlets.Tuple = traitlets.Tuple(
        help="The shapes as they are now, a tuple of Shape.", read_only=True
    )
    armed: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", help="Kind of shape being drawn now; empty when none.", read_only=True
    )
    selected: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", help="Id of the selected shape; empty when none is."
    )
    editing: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "",
        help="How the selected shape is being changed on the map: reshape, move, or empty.",
        read_only=True,
    )

    def __init__(
        self, map_widget: Any, name: str, geometry_types: Sequence[str], color: str, label: str = ""
    ) -> None:
        super().__init__()
        self.name = name
        self.color = color
        self.geometry_types: tuple[str, ...] = tuple(geometry_types)
        self.kinds: tuple[str, ...] = kinds_for(geometry_types)
        self.fields: Sequence[Field] = ()
        self._map = map_widget
        self._pen = Pen.of(map_widget)
        self._model = ShapeModel()
        self._label = label or name
        self._loaded: FrameLayer | None = None
        self._described: Mapping[str, Any] | None = None

    @cached_property
    def _layer(self) -> LeanGeoJSON:
        """Made for the first shape."""
        made = LeanGeoJSON(
            data=_collection((), self.color),
            name=layer_label(self._label, self.color),
            pm_ignore=True,
            **_without_color(layer_style(self.color)),
        )
        made.color = self.color
        made.on_click(lambda **event: self._pick(event))
        return made

    # Drawing

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
        self.selected: str = ""
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
        if properties is None:
            properties = {field.name: field.default for field in self.fields if field.default is not None}
        shape = self._model.add(geometry, kind, properties)
        self._show()
        return shape

    def update(self, shape_id: str, **changes: Any) -> None:
        """Change a shape's ``geometry`` (and ``kind``) or ``properties``."""
        self._model.update(shape_id, **changes)
        self._show()

    def update_all(self, changes: Mapping[str, Mapping[str, Any]]) -> None:
        """Change several shapes at once: ``geometry`` or ``properties`` by id."""
        self._model.update_all(changes)
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
        return self._travel(self._model.undo)

    def redo(self) -> bool:
        """Repeat the change taken back last; False when there is none."""
        return self._travel(self._model.redo)

    def _travel(self, step: Any) -> bool:
        done = bool(step())
        if self.editing:
            self._pen.lend([shape for shape in self._model.shapes if shape.id == self.selected])
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

    # Changing one shape

    @property
    def selected_shape(self) -> Shape | None:
        """The selected shape."""
        return next((shape for shape in self._model.shapes if shape.id == self.selected), None)

    def can_reshape(self, shape: Shape) -> bool:
        """Whether the map can change a shape; several points in one cannot be."""
        return bool(shape.geometry["type"] != "MultiPoint")

    def edit(self, way: str) -> None:
        """Let the selected shape be changed on the map until `end_edit`.

        Parameters
        ----------
        way
            ``reshape`` to drag its corners, ``move`` to drag it whole.

        Raises
        ------
        ValueError
            It is another way.
        """
        if way not in EDIT_MODES:
            raise ValueError(f"shapes are changed by {' or '.join(EDIT_MODES)}, not {way!r}")
        shape = self.selected_shape
        if shape is None or not self.can_reshape(shape):
            return
        self._pen.edit(self, [shape], way)
        self.set_trait("editing", way)
        self._show()

    def end_edit(self) -> None:
        """Keep the shape as it is now."""
        if self.editing:
            self._pen.end_edit(self)
            self.set_trait("editing", "")
            self._show()

    @traitlets.observe("selected")
    def _show_selected(self, _change: Mapping[str, Any]) -> None:
        self.end_edit()
        self._draw()

    def _pick(self, event: Mapping[str, Any]) -> None:
        if self._pen.is_free:  # else the click belongs to a shape being drawn
            self.selected = str(event.get("id") or "")

    # Frames

    def set_frame(self, gdf: GeoDataFrame) -> None:
        """Put a frame in the place of what there is.

        Up to `MAX_SHAPES` rows become shapes that can be edited and undone; a larger frame is shown as it is
        and `frame` returns it untouched, followed by what is drawn on top of it.
        """
        from gpwidgets.convert.rendering.geojson import to_geojson
        from gpwidgets.convert.user_input.checks import without_empty

        self._drop_loaded()
        self._described = frame_info(gdf)
        if len(gdf) > MAX_SHAPES:
            self._model.clear()
            self._loaded = FrameLayer(gdf, f"{self._label} ({len(gdf):,})", self.color, as_server=False)
            self._map.add(self._loaded)
        else:
            features = to_geojson(without_empty(gdf))["features"]
            self._model.replace_all(
                (one["geometry"], one.get("properties") or {}) for one in features if one.get("geometry")
            )
        self._show()

    def frame(self) -> GeoDataFrame:
        """Return what is drawn or loaded, in EPSG:4326; without rows when there is nothing.

        Points for a parameter that takes multipoints only become one row.
        """
        from gpwidgets.convert.user_input.drawn import frame_after, frame_of_drawn, one_multipoint

        features = [shape.to_feature() for shape in self.shapes]
        if "multipoint" in self.kinds and "point" not in self.kinds:
            features = one_multipoint(features)
        drawn = frame_of_drawn(features, self.fields, self._described)
        return drawn if self._loaded is None else frame_after(self._loaded.frame, drawn)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn or loaded."""
        return not self.shapes and self._loaded is None

    def close(self) -> None:
        """Take the target's layers off the map for good; the shapes stay readable."""
        if self._map.comm is not None:
            self.end_edit()
            self.disarm()
        for layer in (self.__dict__.get("_layer"), self._loaded):
            if layer is not None:
                take_off(self._map, layer)
                close_tree(layer)

    def _drop_loaded(self) -> None:
        if self._loaded is not None:
            take_off(self._map, self._loaded)
            close_tree(self._loaded)
            self._loaded = None

    def _show(self) -> None:
        shapes = self._model.shapes
        if self.selected and self.selected_shape is None:
            self.selected = ""
        self._draw()
        if shapes and self._layer not in self._map.layers:
            self._layer.name = free_label(self._map, self._label, self.color)
            self._map.add(self._layer)
        self.set_trait("shapes", shapes)

    def _draw(self) -> None:
        if not self._model.shapes and "_layer" not in self.__dict__:
            return
        lent = self.selected if self.editing else ""
        shapes = [one for one in self._model.shapes if one.id != lent]
        self._layer.data = _collection(shapes, self.color, self.selected)

    def __repr__(self) -> str:
        return f"<DrawTarget {self.name!r}: {len(self.shapes)} shapes>"


def _without_color(styles: dict[str, Any]) -> dict[str, Any]:
    """Styles of a layer whose features bring their own colour: what the layer says would win."""
    return {
        name: {key: value for key, value in style.items() if key not in ("color", "fillColor")}
        for name, style in styles.items()
    }


def _collection(shapes: Sequence[Shape], color: str, selected: str = "") -> dict[str, Any]:
    # Attributes stay here: the browser needs none of them, and one called "style" would be taken as a style.
    usual = {"color": color, "fillColor": color}
    features = [
        {
            **shape.to_feature(),
            "properties": {"style": _SELECTED if shape.id == selected else usual},
            "geometry": shown_geometry(shape.geometry),
        }
        for shape in shapes
    ]
    return {"type": "FeatureCollection", "features": features}
