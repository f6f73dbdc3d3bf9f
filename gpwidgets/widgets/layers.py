"""Frames as map layers: lean GeoJSON that is made once, sent once and styled in the browser.

Only the geometry travels; a clicked feature comes back with its row number, and the attributes are looked up
in the frame, which stays here whole however little of it is drawn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

import traitlets
from ipyleaflet import GeoJSON

from gpwidgets.convert.geojson import geographic_bounds, to_geojson

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

#: Above this many features a browser no longer pans smoothly; the first ones are drawn and the layer says so.
MAX_FEATURES = 10_000

#: Above this many vertices shapes are drawn simplified, to less than a pixel where the layer fits the map.
MAX_VERTICES = 50_000

#: Colours that stay apart for colour-blind readers, after Okabe and Ito.
RESULT_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a5195", "#b08900")
TARGET_COLORS = ("#c2185b", "#5e35b1", "#00695c", "#e65100", "#1565c0", "#558b2f")


class _Sealed:
    """Features that ipywidgets does not walk through in search of binary buffers.

    That search visits every coordinate and doubles the time. The kernel's JSON writer turns any iterable
    that it does not know into a list, so the browser sees no difference.
    """

    def __init__(self, features: Sequence[Any]) -> None:
        self._features = features

    def __iter__(self) -> Iterator[Any]:
        return iter(self._features)


def _data_to_wire(data: Mapping[str, Any], layer: LeanGeoJSON) -> Mapping[str, Any]:
    if layer.sending and "features" in data:
        return {**data, "features": _Sealed(data["features"])}
    return data


class LeanGeoJSON(GeoJSON):
    """A GeoJSON layer without per-feature styles in Python.

    The browser applies `style` and `hover_style` to the layer by itself, so neither a deep copy of the
    data nor a second message is needed.
    """

    data = traitlets.Dict().tag(sync=True, to_json=_data_to_wire)
    sending = False

    def _get_data(self) -> dict[str, Any]:
        return self.data

    def open(self) -> None:
        """Announce the layer to the browser, with its data sealed."""
        with self._sealed():
            super().open()

    def send_state(self, key: Any = None) -> None:
        """Send changed traits to the browser, with the data sealed."""
        with self._sealed():
            super().send_state(key)

    @contextmanager
    def _sealed(self) -> Iterator[None]:
        # Saving a page asks for the state directly and writes it with plain json, which needs real lists.
        before, self.sending = self.sending, True
        try:
            yield
        finally:
            self.sending = before

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"


def layer_style(color: str, *, crowded: bool = False) -> dict[str, Any]:
    """Return style, hover and point style in one colour, as keyword arguments of a GeoJSON layer."""
    line = {
        "color": color,
        "weight": 1 if crowded else 2,
        "opacity": 0.9,
        "fillColor": color,
        "fillOpacity": 0.25,
        # Leaflet's own simplification, in pixels, makes corners of small circles that are easy to see.
        "smoothFactor": 1 if crowded else 0.2,
    }
    return {
        "style": line,
        "hover_style": {"weight": 4, "fillOpacity": 0.45},
        # Without a point style the map uses image markers, which fail on hover and are far slower.
        "point_style": {**line, "radius": 4 if crowded else 6},
    }


def layer_label(name: str, color: str) -> str:
    """Return a layer's name as the layer list shows it: a patch of its colour and the escaped name."""
    patch = (
        f'<span aria-hidden="true" style="display:inline-block;width:0.8em;height:0.8em;margin-right:0.4em;'
        f'border:1px solid #555;background:{escape(color)}"></span>'
    )
    return patch + escape(name)


def free_label(map_widget: Any, name: str, color: str) -> str:
    """Return a label that no layer of the map has yet; the layer list shows only one of two with the same."""
    taken = {layer.name for layer in map_widget.layers}
    label, number = layer_label(name, color), 2
    while label in taken:
        label, number = layer_label(f"{name} ({number})", color), number + 1
    return label


class FrameLayer(LeanGeoJSON):
    """A GeoDataFrame as a layer.

    Parameters
    ----------
    gdf
        In any CRS; drawn in EPSG:4326. One without a CRS is taken as longitude and latitude.
    name
        Shown in the layer list, escaped.
    color
        Line and fill colour, as in CSS.

    Attributes
    ----------
    frame : GeoDataFrame
        The frame itself, whole.
    note : str
        What is not drawn as it is, in words; empty when everything is.
    bounds_4326 : tuple of float, or None
        West, south, east, north of the whole frame in degrees; None when there is nothing to see.
    """

    def __init__(self, gdf: GeoDataFrame, name: str = "", color: str = RESULT_COLORS[0]) -> None:
        self.frame = gdf
        self.title = name
        self.color = color
        self.bounds_4326 = frame_bounds(gdf)
        data, self.note = drawable(gdf, self.bounds_4326)
        style = layer_style(color, crowded=len(gdf) > 1000)
        super().__init__(data=data, name=layer_label(name, color), pm_ignore=True, **style)

    def row(self, feature_id: Any) -> dict[str, Any]:
        """Return the attributes of the feature with this id, by column; empty when there is none."""
        if not isinstance(feature_id, int) or not 0 <= feature_id < len(self.frame):
            return {}
        geometry = self.frame.geometry.name
        row = self.frame.iloc[feature_id]
        return {str(column): row[column] for column in self.frame.columns if column != geometry}


def frame_bounds(gdf: GeoDataFrame) -> tuple[float, float, float, float] | None:
    """West, south, east, north of a frame in degrees; None when there is nothing to see."""
    from gpwidgets.widgets.map_view import union

    bounds = geographic_bounds(gdf) if len(gdf) else None
    return union([bounds]) if bounds is not None else None


def drawable(
    gdf: GeoDataFrame, bounds: tuple[float, float, float, float] | None
) -> tuple[dict[str, Any], str]:
    """Return the GeoJSON to draw for a frame and a note about what is left out of the picture.

    Parameters
    ----------
    gdf
        Any frame.
    bounds
        Its west, south, east and north in degrees, from which the tolerance is told.
    """
    import shapely

    notes = []
    shown = gdf
    if len(gdf) > MAX_FEATURES:
        shown = gdf.iloc[:MAX_FEATURES]
        notes.append(f"the first {MAX_FEATURES:,} of {len(gdf):,} features are drawn")
    missing = int(shapely.is_missing(shown.geometry.values).sum())
    if missing:
        notes.append(f"{missing:,} without a geometry")
    tolerance = None
    if bounds is not None and int(shapely.get_num_coordinates(shown.geometry.values).sum()) > MAX_VERTICES:
        # Half a pixel, three zoom levels closer than the one that fits the layer into 1000 pixels.
        tolerance = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) / 1000 / 8 / 2
        notes.append("shapes are drawn simplified")
    data = to_geojson(shown, properties=False, simplify=tolerance)
    return _numbered(data), "; ".join(notes)


def _numbered(data: dict[str, Any]) -> dict[str, Any]:
    for number, feature in enumerate(data["features"]):
        feature["id"] = number
    return data
