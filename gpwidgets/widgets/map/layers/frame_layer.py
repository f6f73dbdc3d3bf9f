"""Frames as map layers: lean GeoJSON that is made once, sent once and styled in the browser.

Only the geometry travels, no finer than it can be seen; a clicked feature comes back with its row number, and
the attributes are looked up in the frame, which stays here whole however little of it is drawn. Where the
map is moved closer, the layer draws what is in view anew.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

import traitlets
from ipyleaflet import GeoJSON
from IPython import get_ipython

from gpwidgets.convert.rendering.geojson_text import FeatureText, ready_json
from gpwidgets.convert.rendering.map_shapes import Drawn, MapShapes, pixel_size
from gpwidgets.protocol.values.spatial import Bounds
from gpwidgets.texts import tr
from gpwidgets.widgets.map.layers.layer_look import BY_SERVER, Styling, begin_look
from gpwidgets.widgets.map.layers.server_style import server_style
from gpwidgets.widgets.map.layers.style_by import ClassStyle
from gpwidgets.widgets.map.layers.viewport import DEFAULT_SIZE, view_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

#: Above this many features a browser no longer pans smoothly; of more, the largest of each spot are drawn.
MAX_FEATURES = 10_000

#: Of more than that, so many where the map is moved closer: they are drawn anew while it is panned, and that
#: is still more in each view than at first. Of points, which are drawn apart from each other, fewer are.
MAX_CLOSER, MAX_CLOSER_POINTS = 6_000, 4_000

#: Above this many vertices shapes are drawn simplified, to less than a pixel where they are seen.
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


def _packs_ready_text() -> bool:
    """Whether this kernel writes its messages with orjson, which takes ready JSON text as it is."""
    session = getattr(getattr(get_ipython(), "kernel", None), "session", None)
    try:
        return session is not None and session.pack([ready_json(b"[1]")]) == b"[[1]]"
    except Exception:
        return False  # another packer refuses in its own way


def _data_to_wire(data: Mapping[str, Any], layer: LeanGeoJSON) -> Mapping[str, Any]:
    features = data.get("features")
    if features is None:
        return data
    if not layer.sending:
        return {**data, "features": list(features)}
    if isinstance(features, FeatureText) and _packs_ready_text():
        return {**data, "features": ready_json(features.text)}
    return {**data, "features": _Sealed(features)}


class LeanGeoJSON(GeoJSON):
    """A GeoJSON layer without per-feature styles in Python.

    The browser applies `style` and `hover_style` to the layer by itself, so neither a deep copy of the
    data nor a second message is needed.
    """

    data: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True, to_json=_data_to_wire)
    sending: bool = False
    unlisted = False  # whether the layer list leaves it out

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


def layer_style(
    color: str,
    *,
    crowded: bool = False,
    opacity: float = 1.0,
    dashes: str = "",
    styled: Container[str] = (),
) -> dict[str, Any]:
    """Return style, hover and point style in one colour, as keyword arguments of a GeoJSON layer.

    Parameters
    ----------
    color
        As in CSS; empty where each feature brings its own.
    crowded
        Thinner lines and smaller points.
    opacity
        0 for not seen, 1 for the usual.
    dashes
        Lengths of dashes and gaps in pixels, as in SVG; empty for whole lines.
    styled
        What each feature brings itself; what the layer says would win.
    """
    colors = {"color": color, "fillColor": color} if color else {}
    line: dict[str, Any] = {
        **colors,
        **({"dashArray": dashes} if dashes else {}),
        "weight": 1 if crowded else 2,
        "opacity": 0.9 * opacity,
        "fillOpacity": (0.25 if color else 0.7) * opacity,
        # Leaflet's own simplification makes corners of small circles, and nothing of what is smaller than it.
        "smoothFactor": 0,
    }
    own = {key: value for key, value in line.items() if key not in styled}
    return {
        "style": own,
        "hover_style": {"weight": 4, "fillOpacity": 0.45},
        # Without a point style the map uses image markers, which fail on hover and are far slower.
        "point_style": {**own, "radius": 4 if crowded else 6},
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
        In any CRS; drawn in EPSG:4326. A result without a CRS is not drawn, and the note says so.
    name
        Shown in the layer list, escaped.
    color
        Line and fill colour, as in CSS.
    size
        Width and height of the map in pixels.
    dashes
        Lengths of dashes and gaps in pixels, as in SVG; empty for whole lines.
    as_server
        Whether it begins in the server's own symbology, if the frame came with one.
    by_attribute
        Whether it begins in the colours of an attribute, where the server has none for it.
    styling
        What its user wants the colours to tell, which comes before all others; left out if it does not suit.

    Attributes
    ----------
    frame : GeoDataFrame
        The frame itself, whole.
    note : str
        What is not drawn as it is, in words; empty when everything is.
    thinned : str
        How many features are drawn of how many, in words; empty when all of them are.
    bounds_4326 : tuple of float, or None
        West, south, east, north of the whole frame in degrees; None when there is nothing to see.
    classes : ClassStyle or None
        Colours by class. See `restyle`.
    server_classes : ClassStyle or None
        The server's own symbology, if there is one that can be drawn.
    styling : Styling or None
        What the user wants its colours to tell; None as long as they are as they came.
    first_styling : Styling
        What its colours told when it came.
    by_attribute : bool
        Whether it was to begin in the colours of an attribute.
    key, output, first_title : str
        Its name for the task map that shows it, that of the output among several runs, and the one shown
        before the user gave it another.
    is_earlier : bool
        Whether it is of an earlier run.
    remove_me : callable, or None
        Takes the layer off the map for good; None for a layer that is not to be removed.
    """

    opacity: traitlets.Float[float, float] = traitlets.Float(
        1.0, min=0.0, max=1.0, help="0 for not seen, 1 for the usual."
    )
    note: traitlets.Unicode[str, str | bytes] = traitlets.Unicode(
        "", help="What is not drawn as it is, in words."
    )

    def __init__(
        self,
        gdf: GeoDataFrame,
        name: str = "",
        color: str = RESULT_COLORS[0],
        *,
        size: tuple[float, float] = DEFAULT_SIZE,
        dashes: str = "",
        as_server: bool = True,
        by_attribute: bool = False,
        styling: Styling | None = None,
    ) -> None:
        self.frame = gdf
        self._dashes = dashes
        self._size = size
        self.title: str = name
        self.key, self.output, self.first_title = name, name, name
        self.color = color
        self.server_classes: ClassStyle | None
        self.server_classes, self._server_note = server_style(gdf) if as_server else (None, "")
        self.classes: ClassStyle | None
        self.by_attribute = by_attribute and not self._server_note
        self.styling: Styling | None = None
        self.first_styling: Styling
        begin_look(self, styling)
        self.is_earlier = False
        self.remove_me: Callable[[], None] | None = None
        self.map_shapes: MapShapes = MapShapes(gdf)
        self.bounds_4326: Bounds | None = self.map_shapes.bounds
        self._window: Bounds | None = None
        self._pixel = self._fit_pixel()
        self._whole = self._draw(None, self._pixel)
        self._drawn = self._whole
        style: Any = self._style()
        super().__init__(
            data=_collection(self._drawn), name=layer_label(name, color), pm_ignore=True, **style
        )
        self.thinned: str
        self._tell()

    @property
    def is_as_it_came(self) -> bool:
        """Whether its colours tell an attribute that nobody has chosen."""
        return self.styling is None and self.first_styling.by not in ("", BY_SERVER)

    def _fit_pixel(self) -> float:
        """Degrees of longitude per pixel where the whole layer fits the map."""
        if self.bounds_4326 is None:
            return 1.0
        return pixel_size(view_of(self.bounds_4326, self._size)[1])

    def _draw(self, window: Bounds | None, pixel: float) -> Drawn:
        classes = self.classes
        return self.map_shapes.draw(
            pixel,
            window=window,
            limit=self._limit if window is not None else MAX_FEATURES,
            max_vertices=MAX_VERTICES,
            styles=classes.styles(self._class_opacity) if classes else (),
            codes=classes.codes if classes else None,
        )

    @property
    def _limit(self) -> int:
        """Most features of a part of the layer."""
        if len(self.frame) <= MAX_FEATURES:
            return MAX_FEATURES
        return MAX_CLOSER_POINTS if self.map_shapes.are_points else MAX_CLOSER

    @property
    def is_partial(self) -> bool:
        """Whether the picture of the whole layer leaves out features or details."""
        return self._whole.tolerance > 0 or self._whole.count < self._whole.in_view

    def look(self, window: Bounds, zoom: float) -> bool:
        """Draw anew what the map shows now, where the picture is too coarse or does not reach.

        Parameters
        ----------
        window
            West, south, east, north of the map in degrees.
        zoom
            Its zoom level.

        Returns
        -------
        bool
            Whether something was sent to the browser.
        """
        if not self.is_partial or self.bounds_4326 is None or not self.visible:
            return False
        pixel = pixel_size(zoom)
        if self._whole.count == self._whole.in_view:
            near = pixel < self._whole.tolerance
        else:
            near = pixel < self._fit_pixel()
        if not near:
            return self._show(self._whole, None, self._fit_pixel()) if self._window is not None else False
        if self._window is not None and _within(window, self._window) and self._is_fine_for(pixel):
            return False
        wide = _widened(window)
        return self._show(self._draw(wide, pixel), wide, pixel)

    def _is_fine_for(self, pixel: float) -> bool:
        drawn = self._drawn
        complete = drawn.tolerance == 0 and drawn.count == drawn.in_view
        return complete or pixel / 2 <= self._pixel < 2 * pixel

    def _show(self, drawn: Drawn, window: Bounds | None, pixel: float) -> bool:
        self._drawn, self._window, self._pixel = drawn, window, pixel
        self.data: dict[str, Any] = _collection(drawn)
        self._tell()
        return True

    def restyle(self, classes: ClassStyle | None) -> None:
        """Draw in the colours of these classes, or in the layer's own when there are none."""
        self.classes = classes
        self._whole = self._draw(None, self._fit_pixel())
        self._restyle_paths()
        if self._window is None:
            self._show(self._whole, None, self._fit_pixel())
        else:
            self._show(self._draw(self._window, self._pixel), self._window, self._pixel)

    def _style(self) -> dict[str, Any]:
        classes = self.classes
        return layer_style(
            "" if classes else self.color,
            crowded=len(self.frame) > 1000,
            opacity=self.opacity,
            dashes=self._dashes,
            styled=classes.styled if classes else (),
        )

    @property
    def _class_opacity(self) -> float:
        """What opacities of classes are multiplied by; those of a layer are told by its style."""
        return self.opacity if self.classes and "opacity" in self.classes.styled else 1.0

    def _restyle_paths(self) -> None:
        style = self._style()
        self.point_style: dict[str, Any] = style["point_style"]
        self.style: dict[str, Any] = style["style"]

    @traitlets.observe("opacity")
    def _fade(self, _change: object) -> None:
        if self._class_opacity == self.opacity:
            self.restyle(self.classes)
        else:
            self._restyle_paths()

    def _tell(self) -> None:
        drawn = self._drawn
        where = tr(" in and around the view") if self._window is not None else ""
        self.thinned = (
            tr(
                "{count:,} of {in_view:,} features{where} are drawn; zoom in to see more",
                count=drawn.count,
                in_view=drawn.in_view,
                where=where,
            )
            if drawn.count < drawn.in_view
            else ""
        )
        notes = [self.thinned] if self.thinned else []
        if drawn.tolerance:
            notes.append(tr("shapes are drawn simplified, finer as you zoom in"))
        if self.map_shapes.missing:
            notes.append(tr("{missing:,} without a geometry", missing=self.map_shapes.missing))
        if self.map_shapes.reason:
            notes.append(tr("not drawn: {reason}", reason=self.map_shapes.reason))
        if self._server_note and self.classes is self.server_classes:
            notes.append(self._server_note)
        self.note = "; ".join(notes)

    def rename(self, name: str) -> None:
        """Give the layer another name to show."""
        self.title = name
        self.name: str = layer_label(name, self.color)

    def row(self, feature_id: Any) -> dict[str, Any]:
        """Return the attributes of the feature with this id, by column; empty when there is none."""
        if not isinstance(feature_id, int) or not 0 <= feature_id < len(self.frame):
            return {}
        geometry = self.frame.geometry.name
        row = self.frame.iloc[feature_id]
        return {str(column): row[column] for column in self.frame.columns if column != geometry}


def _collection(drawn: Drawn) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": FeatureText(drawn.text, drawn.count * drawn.copies)}


def _within(inner: Bounds, outer: Bounds) -> bool:
    return inner[0] >= outer[0] and inner[1] >= outer[1] and inner[2] <= outer[2] and inner[3] <= outer[3]


def _widened(window: Bounds) -> Bounds:
    """The window with a quarter of its size more on each side, so that a short pan needs nothing new."""
    west, south, east, north = window
    wide, tall = (east - west) / 4, (north - south) / 4
    return (west - wide, max(-90.0, south - tall), east + wide, min(90.0, north + tall))


def frame_bounds(gdf: GeoDataFrame) -> tuple[float, float, float, float] | None:
    """West, south, east, north of a frame in degrees; None when there is nothing to see."""
    return MapShapes(gdf).bounds if len(gdf) else None
