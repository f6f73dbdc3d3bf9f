"""The layer list of a map, with legends and tools: a button on the map, and the list below it.

On the map it would lie over what it is about, and on a narrow one over all of it. Only in full screen, where
nothing is below the map, it is on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import ipywidgets as w
from ipyleaflet import Map, WidgetControl

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.controls import icon_button, lean, status_html, text_button
from gpwidgets.widgets.kit.late_looks import Note, Section
from gpwidgets.widgets.kit.owner import Owner, close_all, replace_children
from gpwidgets.widgets.map._base_map_choice import BaseMapChoice
from gpwidgets.widgets.map._layer_row import LayerRow, title_of
from gpwidgets.widgets.map.drawing.draw_control import Pen
from gpwidgets.widgets.map.drawing.measure_tool import Measure
from gpwidgets.widgets.map.layers.frame_layer import LeanGeoJSON
from gpwidgets.widgets.map.layers.layer_look import Styling
from gpwidgets.widgets.map.layers.viewport import features_box, go_to, take_off, union
from gpwidgets.widgets.map.map_picture import MapPictureButton

_NOTHING: dict[str, Any] = {"type": "FeatureCollection", "features": []}


class LayerPanel(Owner, WidgetControl):
    """All layers of one map, the topmost first; shared by everything of ours on that map.

    The control holds the button; `dock` is what goes below the map.

    Hidden layers are taken off the map and remembered here: a layer that ipyleaflet is told to hide is drawn
    again when the order changes.
    """

    _panels: ClassVar[WeakKeyDictionary[Map, LayerPanel]] = WeakKeyDictionary()

    @classmethod
    def of(cls, map_widget: Map) -> LayerPanel:
        """Return the one panel of this map."""
        if map_widget not in cls._panels:
            cls._panels[map_widget] = cls(map_widget)
        return cls._panels[map_widget]

    def __init__(self, map_widget: Map) -> None:
        self._map = map_widget
        self._users = 0
        self._hidden: set[Any] = set()
        self._order: list[Any] = list(map_widget.layers)
        self._rows: dict[Any, LayerRow] = {}
        self._claimed: list[str] = []
        self.opener: w.ToggleButton = text_button(
            tr("Layers"), "list", tr("List the layers of the map"), kind=w.ToggleButton
        )
        self._list: w.VBox | None = None
        self._measure: Measure | None = None
        self._drawn: LeanGeoJSON | None = None
        self._legends = Note()
        self._plain: w.HBox | None = None
        self._offered: list[Any] = []
        self.dock: w.VBox = self.own(Section([self._legends], _dom_classes=("gpw-dock",)))
        box = lean(w.VBox, [self.opener], _dom_classes=("gpw-layers",))
        self.opener.observe(self._open, names="value")
        super().__init__(widget=box, position="topright")
        self.follow(map_widget, self._follow, "layers")
        self.follow(map_widget, self._follow_screen, "fullscreen")

    def join(self) -> None:
        """Show the panel for one more user."""
        self._users += 1
        if self not in self._map.controls:
            self._map.add(self)

    @property
    def has_one_user(self) -> bool:
        """Whether a single task map shows the panel."""
        return self._users == 1

    def leave(self) -> None:
        """Close the panel when its last user goes; what is hidden on a map that stays is shown again."""
        self._users -= 1
        if self._users <= 0:
            self.close()

    def let_go(self) -> None:
        """Leave the map as it was before there was a panel."""
        self._panels.pop(self._map, None)
        if self._measure is not None:
            self._measure.stop()
        if self._map.comm is None:
            close_all(self._hidden)  # they were not on the map when it was closed
        elif self._hidden:
            resting = [layer for layer in self._hidden if hasattr(layer, "wake")]
            self._hidden.clear()
            self._map.layers = tuple(layer for layer in self._order if layer not in resting)
        take_off(self._map, self, self._drawn)
        Pen.put_away(self._map)

    # The list

    @property
    def listed(self) -> list[Any]:
        """The layers in the list, the topmost first."""
        return [layer for layer in reversed(self._order) if not getattr(layer, "unlisted", False)]

    def _open(self, change: Mapping[str, Any]) -> None:
        if change["new"] and self._list is None:  # tools and list are made when they are opened first
            self._list = lean(w.VBox, _dom_classes=("gpw-layer-list",))
            self._body = Section([self._make_tools(), self._list])
            self.dock.children = [self._body, *self.dock.children]
        if self._list is not None:
            self._body.set_visible(change["new"])
        self._show()
        if change["new"]:
            self._first_tool.focus()  # the list may lie below the edge of the window

    def _follow_screen(self, change: Mapping[str, Any]) -> None:
        self.widget.children = [self.opener, self.dock] if change["new"] else [self.opener]

    def _follow(self, change: Mapping[str, Any]) -> None:
        new = list(change["new"])
        gone = [layer for layer in self._order if layer not in new and layer not in self._hidden]
        for layer in gone:
            self._rows.pop(layer, None)
        kept = [layer for layer in self._order if layer not in gone]
        self._order = _merged(kept, new)
        self._show()

    def forget(self, layer: Any) -> None:
        """Drop a layer that is hidden; one that is on the map is dropped when it leaves the map."""
        if layer in self._hidden:
            self._hidden.discard(layer)
            self._order.remove(layer)
            self._rows.pop(layer, None)
            self._show()

    def _show(self) -> None:
        self.show_legends()
        if self._list is None:
            return
        for layer in self.listed if self.opener.value else ():  # rows cost time: not before they are seen
            if layer not in self._rows:
                self._rows[layer] = LayerRow(layer, self, layer not in self._hidden)
        replace_children(self._list, [self._rows[layer] for layer in self.listed if layer in self._rows])

    def rest(self, layer: Any, above: Any) -> None:
        """List a layer that is not on the map, below one that is."""
        self._hidden.add(layer)
        self._order.insert(self._order.index(above), layer)
        self._show()

    def swap(self, old: Any, new: Any, *, shown: bool) -> None:
        """Put a layer in the place of another, on the map or only in the list."""
        had_row = self._rows.pop(old, None) is not None
        self._order[self._order.index(old)] = new
        self._hidden.discard(old)
        if not shown:
            self._hidden.add(new)
        self._apply()
        if had_row and shown and new in self._rows:
            self._rows[new].shown.focus()  # the box that was ticked is gone

    def is_free_title(self, layer: Any) -> bool:
        """Whether no other layer is called as this one."""
        return all(title_of(one) != title_of(layer) for one in self._order if one is not layer)

    # Colours

    def claim_color(self, palette: Sequence[str]) -> str:
        """Return the colour that the fewest on this map have, and count it as taken once more."""
        color = min(palette, key=self._claimed.count)
        self._claimed.append(color)
        return color

    def release_color(self, color: str) -> None:
        """Count a colour as taken once less."""
        if color in self._claimed:
            self._claimed.remove(color)

    def row(self, layer: Any) -> LayerRow:
        """Return the controls of a layer; the list must be open."""
        return self._rows[layer]

    # What rows ask for

    def set_shown(self, layer: Any, shown: bool) -> None:
        """Show or hide a layer."""
        wake = getattr(layer, "wake", None)
        if wake is not None:
            if shown:
                wake()
            return
        (self._hidden.discard if shown else self._hidden.add)(layer)
        self._apply()

    def move(self, layer: Any, steps: int) -> None:
        """Move a layer up, or down with negative steps, past layers of the list."""
        listed = self.listed[::-1]
        place = listed.index(layer)
        other = place + steps
        if not 0 <= other < len(listed):
            return
        at = self._order.index(listed[other])
        self._order.remove(layer)
        self._order.insert(at, layer)
        self._apply()

    def zoom_to(self, layer: Any) -> None:
        """Show a layer whole, where it is known where it is."""
        bounds = _bounds_of(layer)
        if bounds is not None:
            go_to(self._map, bounds)

    def zoom_to_all(self) -> None:
        """Show all inputs and results whole that are on the map."""
        boxes = [_bounds_of(layer) for layer in self._visible()]
        bounds = union([box for box in boxes if box is not None])
        if bounds is not None:
            go_to(self._map, bounds)

    def _apply(self) -> None:
        self._map.layers = tuple(layer for layer in self._order if layer not in self._hidden)
        self._show()

    def show_legends(self) -> None:
        """Show the legends of the layers that have classes and are on the map."""
        shown = [layer for layer in self.listed if layer not in self._hidden]
        styled = [layer for layer in shown if getattr(layer, "classes", None) is not None]
        self._legends.value = "".join(
            f'<div class="gpw-legend-of"><div class="gpw-muted">{escape(title_of(layer))}</div>'
            f"{layer.classes.legend_html(getattr(layer, 'thinned', ''))}</div>"
            for layer in styled
        )

        self._offer_one_color([layer for layer in styled if getattr(layer, "is_as_it_came", False)])

    def _offer_one_color(self, layers: list[Any]) -> None:
        """A button for each layer whose colours nobody has chosen."""
        if layers == self._offered:
            return
        self._offered = layers
        if self._plain is None:  # most maps have no such layer
            self._plain = lean(w.HBox, _dom_classes=("gpw-wrapping",))
            self.dock.children = [*self.dock.children, self._plain]
        several = len(layers) > 1
        replace_children(self._plain, [self._plain_button(layer, several) for layer in layers])

    def _plain_button(self, layer: Any, several: bool) -> w.Button:
        title = title_of(layer)
        words = tr("One colour for {title}", title=title) if several else tr("One colour")
        tip = tr("Draw {title} in one colour; Layers has other colours for it", title=title)
        button: w.Button = text_button(words, "paint-brush", tip, lambda: self._use_one_color(layer))
        return button

    def _use_one_color(self, layer: Any) -> None:
        layer.styling = Styling()
        layer.restyle(None)
        if layer in self._rows:
            self._rows[layer].follow_color()
        self.opener.focus()  # the button goes
        self.show_legends()

    # Tools

    def _make_tools(self) -> w.VBox:
        every = self._first_tool = text_button(
            tr("Zoom to all"), "expand", tr("Show all inputs and results"), self.zoom_to_all
        )
        self.length_button: w.ToggleButton = text_button(
            tr("Length"), "arrows-h", tr("Draw a line to measure its length"), kind=w.ToggleButton
        )
        self.area_button: w.ToggleButton = text_button(
            tr("Area"), "square-o", tr("Draw a polygon to measure its area"), kind=w.ToggleButton
        )
        self.clear_button: w.Button = icon_button(
            "times", tr("Clear what was measured"), self._clear_measured, layout={"width": "36px"}
        )
        self._said = Note()
        self.length_button.observe(lambda change: self._arm("line", change["new"]), names="value")
        self.area_button.observe(lambda change: self._arm("polygon", change["new"]), names="value")
        self.picture: MapPictureButton = MapPictureButton(self._map, self._visible)
        tools = [
            every,
            self.length_button,
            self.area_button,
            self.clear_button,
            self.picture,
            BaseMapChoice(self._map, self.forget),
        ]
        return w.VBox([w.HBox(tools, layout={"flex_flow": "row wrap"}), self._said])

    def _visible(self) -> list[Any]:
        return [layer for layer in self.listed[::-1] if layer not in self._hidden]

    def _arm(self, kind: str, wanted: bool) -> None:
        if self._measure is None:
            self._measure = Measure(self._map, self._show_measured)
            self._measure.observe(self._follow_measure, names="armed")
        if wanted:
            self._measure.start(kind)
        elif self._measure.armed == kind:
            self._measure.stop()

    def _follow_measure(self, change: Mapping[str, Any]) -> None:
        self.length_button.value = change["new"] == "line"
        self.area_button.value = change["new"] == "polygon"

    def _show_measured(self, geometry: Mapping[str, Any], text: str) -> None:
        self._said.value = status_html(text, look="")
        feature = {"type": "Feature", "properties": {}, "geometry": dict(geometry)}
        self._measured_layer({"type": "FeatureCollection", "features": [feature]})

    def _clear_measured(self) -> None:
        self._said.value = ""
        self._measured_layer(None)

    def _measured_layer(self, data: dict[str, Any] | None) -> None:
        if self._drawn is None:
            style = {"color": "#000000", "weight": 3, "dashArray": "6 4", "fill": False, "interactive": False}
            self._drawn = self.own(
                LeanGeoJSON(data=dict(_NOTHING), name=tr("Measured"), style=style, pm_ignore=True)
            )
            self._drawn.unlisted = True
        if data is not None:
            self._drawn.data = data
        if (data is not None) != (self._drawn in self._map.layers):
            (self._map.add if data is not None else self._map.remove)(self._drawn)


def _merged(kept: list[Any], new: list[Any]) -> list[Any]:
    """The order of the map's layers, with hidden ones left behind the layer they were above."""
    order = list(new)
    for place, layer in enumerate(kept):
        if layer not in new:
            below = next((one for one in reversed(kept[:place]) if one in order), None)
            order.insert(order.index(below) + 1 if below is not None else 0, layer)
    return order


def _bounds_of(layer: Any) -> Any:
    if hasattr(layer, "bounds_4326"):
        return layer.bounds_4326
    data = getattr(layer, "data", None)
    is_features = isinstance(layer, LeanGeoJSON) and isinstance(data, dict)
    return features_box(data.get("features") or ()) if is_features and data else None
