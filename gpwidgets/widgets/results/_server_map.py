"""The server's own map of a run's results, as a picture that keeps up with the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as w

from gpwidgets.errors import GPError
from gpwidgets.protocol.values.spatial import Bounds
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.background import Background
from gpwidgets.widgets.kit.controls import status_line
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.map.layers.viewport import pixels_of

if TYPE_CHECKING:
    from gpwidgets.tasks.results.outputs import Outputs
    from gpwidgets.tasks.results.result_map import ResultMap
    from gpwidgets.widgets.map.layers.picture_layer import PictureLayer
    from gpwidgets.widgets.map.task_map import TaskMap

#: Servers draw no larger pictures than this many pixels a side, unless their owner says otherwise.
_LARGEST = 2048


class ServerMapView(Owner, w.VBox):
    """A button that lays the server's picture of all results over the map, drawn anew after each move.

    It hides itself where the server has no such map. The picture is fetched by the kernel, one at a time and
    without holding it up, and travels to the page as data: neither an address nor a token is in the page.

    Parameters
    ----------
    outputs
        Of a run.
    task_map
        Where the picture goes.
    shown
        Whether to show it at once.

    Attributes
    ----------
    button : ipywidgets.ToggleButton
    layer : PictureLayer or None
        The picture while it is on the map.
    """

    def __init__(self, outputs: Outputs, task_map: TaskMap, *, shown: bool = False) -> None:
        self._outputs, self._map = outputs, task_map
        self._source: ResultMap | None = None
        self.layer: PictureLayer | None = None
        self._wanted: tuple[Bounds, float] | None = None
        self._name = tr("Map of the server")
        self.button: w.ToggleButton = w.ToggleButton(
            description=self._name,
            icon="map",
            tooltip=tr("Lay the server's picture of all results over the map"),
            layout=w.Layout(width="auto", align_self="flex-start", margin="8px 2px"),
        )
        self.button.observe(self._toggle, names="value")
        self._said = status_line()
        super().__init__([self.button, self._said], layout=w.Layout(width="100%", display="none"))
        self._fetching = self.own(Background("gpwidgets-map", said=self._said))
        self._fetching.start(self._find, lambda source: self._offer(source, shown))

    def _find(self) -> ResultMap | None:
        try:
            return self._outputs.result_map
        except GPError:
            return None  # without the service's description nobody knows of a map

    def _offer(self, source: ResultMap | None, shown: bool) -> None:
        self._source = source
        if source is not None:
            self.layout.display = ""
            self.button.value = shown

    # On and off

    def _toggle(self, change: object) -> None:
        if self.button.value:
            self._map.map.observe(self._look, names=["bounds", "layers"])
            self._look()
        else:
            self._off()

    def _off(self) -> None:
        self._map.map.unobserve(self._look, names=["bounds", "layers"])
        self._wanted = None
        self._fetching.forget()
        layer, self.layer = self.layer, None
        if layer is not None and self._map.pictures.get(layer.title) is layer:
            self._map.remove_picture(layer.title)
        self._said.value = ""

    def let_go(self) -> None:
        """Take the picture off the map, since nobody would draw it anew."""
        if self.button.value:
            self._off()

    # Keeping up

    def _look(self, _change: object = None) -> None:
        """Ask for what the map shows now, unless the picture is hidden or gone."""
        layer = self.layer
        if layer is not None and self._map.pictures.get(layer.title) is not layer:
            self.layer = None  # removed in the layer list
            self.button.value = False
            return
        if layer is not None and layer not in self._map.map.layers:
            return
        wanted = (self._map.extent, self._map.map.zoom)
        source = self._source
        if source is None or wanted == self._wanted:
            return
        self._wanted = wanted
        bounds, zoom = wanted
        self._fetching.start(
            lambda: source.picture(bounds, pixels_of(bounds, zoom, _LARGEST)),
            lambda png: self._show(source, png, bounds),
            in_turn=True,
        )

    def _show(self, source: ResultMap, png: bytes, bounds: Bounds) -> None:
        self._said.say("")
        if not self.button.value:
            return
        if self.layer is not None:
            self.layer.show(png, bounds)
            return
        self.layer = self._map.add_picture(self._name, png, bounds)
        if not self.button.value:
            self._off()
            return
        self.layer.bounds_4326 = source.bounds() or bounds
