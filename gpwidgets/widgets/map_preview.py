"""Features looked at on the map before they are used."""

from __future__ import annotations

from typing import Any

from gpwidgets.texts import tr
from gpwidgets.widgets.kit.owner import close_tree
from gpwidgets.widgets.layers import FrameLayer, frame_bounds
from gpwidgets.widgets.map_view import take_off

_GREY = "#455a64"


class Preview:
    """A grey layer that shows where something lies; nothing of it is an input yet.

    Parameters
    ----------
    task_map
        The map; None for a form without one, where nothing is shown.
    """

    def __init__(self, task_map: Any) -> None:
        self._task_map = task_map
        self._layer: FrameLayer | None = None

    def show(self, frame: Any) -> None:
        """Show a frame, and let the map go there."""
        self.clear()
        if self._task_map is None or not len(frame):
            return
        self._layer = FrameLayer(frame, tr("Not used yet"), _GREY)
        self._layer.style = {**self._layer.style, "dashArray": "6 4"}
        self._task_map.map.add(self._layer)
        bounds = frame_bounds(frame)
        if bounds is not None:
            self._task_map.zoom_to(bounds, largest=11)

    def clear(self) -> None:
        """Take it off the map."""
        if self._layer is not None:
            take_off(self._task_map.map, self._layer)
            close_tree(self._layer)
            self._layer = None

    @property
    def is_shown(self) -> bool:
        """Whether something is on the map."""
        return self._layer is not None
