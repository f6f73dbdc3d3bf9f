"""The result layers of one task map: those of the latest run, and those of the runs before it at rest.

A layer costs a widget, and everything in it travels to the page. What an earlier run gave is therefore kept
as its frame and its look, in the layer list and not on the map, until somebody shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict, Unpack
from urllib.parse import unquote

from gpwidgets.protocol.frame_info import frame_info
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.owner import close_tree
from gpwidgets.widgets.map.layers.frame_layer import RESULT_COLORS, FrameLayer, free_label
from gpwidgets.widgets.map.layers.layer_look import Look, Styling
from gpwidgets.widgets.map.layers.viewport import size_of, take_off

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from ipyleaflet import Map

    from gpwidgets.widgets.map._layer_panel import LayerPanel

__all__ = ["EarlierLayer", "ResultLayers"]

#: Layers of earlier runs that are kept for one output; their frames take memory.
MOST_EARLIER = 10

#: Layers of earlier runs have dashed outlines, as they may be of the same colours.
_DASHES = "5 4"


class _Colors(TypedDict):
    by_attribute: bool
    styling: Styling | None


class EarlierLayer:
    """A result of an earlier run, in the layer list and not on the map.

    Attributes
    ----------
    gdf : GeoDataFrame
        Its rows.
    title : str
        Its name, that of its run included.
    look : Look
        How it looks once it is shown.
    classes : gpwidgets.widgets.map.layers.style_by.ClassStyle or None
        What its colours told when it went to rest; a layer that has them has no colour of its own.
    by_attribute : bool
        Whether it began in the colours of an attribute.
    wake : callable
        Shows it, as a layer of the map.
    remove_me : callable
        Takes it out of the list.
    """

    unlisted = False

    def __init__(
        self,
        layer: FrameLayer,
        title: str,
        wake: Callable[[EarlierLayer], Any],
        remove: Callable[[str], None],
    ) -> None:
        self.gdf = layer.frame
        self.output = layer.output
        self.title = self.name = title
        self.color = layer.color
        self.look, self.classes, self.by_attribute = Look.of(layer), layer.classes, layer.by_attribute
        self.bounds_4326 = layer.bounds_4326
        self.wake = lambda: wake(self)
        self.remove_me = lambda: remove(title)

    def has_trait(self, _name: str) -> bool:
        """Return False: it is no widget, and has nothing to set."""
        return False

    def close(self) -> None:
        """Do nothing: the page knows nothing of it."""


class ResultLayers:
    """What a task map shows of results.

    Parameters
    ----------
    map_widget
        The ipyleaflet map.
    panel
        Its layer list.
    made
        Called with each layer that is made, and its name.

    Attributes
    ----------
    by_name : dict of str to FrameLayer
        The layers of the map.
    """

    def __init__(self, map_widget: Map, panel: LayerPanel, made: Callable[[FrameLayer, str], None]) -> None:
        self._map, self._panel, self._made = map_widget, panel, made
        self.by_name: dict[str, FrameLayer] = {}
        self._earlier: dict[str, EarlierLayer] = {}
        self._looks: dict[str, Look] = {}
        self._colors: dict[str, str] = {}

    def add(self, name: str, gdf: GeoDataFrame, color: str | None, dashes: str, *, keep: bool) -> FrameLayer:
        """Show a frame; what was shown under its name goes to rest, or off where it is not to be kept."""
        for earlier in self._earlier.values():
            if earlier.gdf is gdf:
                return self._wake(earlier)
        shown = next((one for one in self.by_name.values() if one.frame is gdf), None)
        if shown is not None and keep and (shown.key == name or shown.is_earlier):
            self._panel.set_shown(shown, True)
            return shown
        old = self.by_name.pop(name, None)
        if old is not None:
            self._looks[name] = Look.of(old)
            self._panel.forget(old)
        look = self._looks.get(name) if color is None else None
        layer = self._make(
            name,
            gdf,
            color or (look.color if look is not None else self._color_of(name)),
            dashes,
            by_attribute=color is None,
            styling=look.styling if look is not None else None,
        )
        if look is not None:
            look.give(layer)
        self._put(layer, old, look.title if look is not None else "")
        if old is not None:
            if keep and provenance_of(old.frame):
                self._keep(old, layer)
            close_tree(old)
        return layer

    def _color_of(self, name: str) -> str:
        if name not in self._colors:
            self._colors[name] = self._panel.claim_color(RESULT_COLORS)
        return self._colors[name]

    def _make(
        self, name: str, gdf: GeoDataFrame, color: str, dashes: str, **colors: Unpack[_Colors]
    ) -> FrameLayer:
        layer = FrameLayer(gdf, name, color, size=size_of(self._map), dashes=dashes, **colors)
        self.by_name[name] = layer
        self._made(layer, name)
        return layer

    def _put(self, layer: FrameLayer, old: FrameLayer | None, title: str) -> None:
        """Lay a layer on the map under a name, in the place of another one that is on it."""
        if old is not None:
            layer.first_title = old.first_title
        elif not self._panel.is_free_title(layer) and (task := task_of(layer.frame)):
            layer.first_title = f"{layer.title} ({task})"
        layer.rename(title or layer.first_title)
        if old is not None and old in self._map.layers:
            self._map.substitute(old, layer)
        else:
            layer.name = free_label(self._map, layer.title, layer.color)
            self._map.add(layer)

    def _keep(self, old: FrameLayer, above: FrameLayer) -> None:
        title = self._free_name(run_title(old.title, old.frame))
        self._earlier[title] = EarlierLayer(old, title, self._wake, self.remove)
        self._panel.rest(self._earlier[title], above)
        same = [one for one in self._earlier.values() if one.output == old.output]
        for one in same[:-MOST_EARLIER]:
            self.remove(one.title)

    def _free_name(self, title: str) -> str:
        name, number = title, 2
        while name in self.by_name or name in self._earlier:
            name, number = f"{title} ({number})", number + 1
        return name

    def _wake(self, earlier: EarlierLayer) -> FrameLayer:
        """Show what an earlier run gave, below that of the latest."""
        del self._earlier[earlier.title]
        layer = self._make(
            earlier.title,
            earlier.gdf,
            earlier.color,
            _DASHES,
            by_attribute=earlier.by_attribute,
            styling=earlier.look.styling,
        )
        layer.is_earlier, layer.output = True, earlier.output
        earlier.look.give(layer)
        layer.name = free_label(self._map, layer.title, layer.color)
        self._panel.swap(earlier, layer, shown=True)
        return layer

    def rest(self, name: str) -> None:
        """Let the layer of an earlier run go to rest again; nothing happens to any other."""
        layer = self.by_name.get(name)
        if layer is None or not layer.is_earlier:
            return
        del self.by_name[name]
        earlier = EarlierLayer(layer, name, self._wake, self.remove)
        self._earlier[name] = earlier
        self._panel.swap(layer, earlier, shown=False)
        close_tree(layer)

    def outdate(self, name: str) -> None:
        """Let a layer be one of an earlier run, whose name it gets; it stays on the map if it is there."""
        layer = self.by_name.pop(name)
        was_shown = layer in self._map.layers
        self._looks[name] = Look.of(layer)
        title = self._free_name(run_title(layer.title, layer.frame))
        earlier = self._earlier[title] = EarlierLayer(layer, title, self._wake, self.remove)
        self._panel.swap(layer, earlier, shown=False)
        close_tree(layer)
        if was_shown:
            self._wake(earlier)

    def remove(self, name: str) -> None:
        """Take a layer, shown or at rest, off for good; nothing happens when there is none of this name."""
        earlier = self._earlier.pop(name, None)
        if earlier is not None:
            self._panel.forget(earlier)
        layer = self.by_name.pop(name, None)
        if layer is not None:
            self._looks[name] = Look.of(layer)
            self._panel.forget(layer)
            take_off(self._map, layer)
            close_tree(layer)

    def close(self) -> None:
        """Take everything off."""
        for name in [*self.by_name, *self._earlier]:
            self.remove(name)
        for color in self._colors.values():
            self._panel.release_color(color)


def provenance_of(frame: Any) -> Mapping[str, Any]:
    """Return where a frame comes from, when it is the result of a run; else an empty mapping."""
    found = frame_info(frame).get("provenance")
    return found if isinstance(found, Mapping) else {}


def task_of(frame: Any) -> str:
    """Return the name of the task that a frame is a result of; empty when it is of none."""
    return unquote(str(provenance_of(frame).get("task") or "").rstrip("/").rpartition("/")[2])


def run_title(title: str, frame: Any) -> str:
    """Return a layer's name with that of its run: the task, and when it ended by the clock on the wall."""
    try:
        when = datetime.fromisoformat(str(provenance_of(frame).get("time"))).astimezone().strftime("%H:%M:%S")
    except ValueError:
        when = tr("earlier run")
    return f"{title} ({', '.join(filter(None, (task_of(frame), when)))})"
