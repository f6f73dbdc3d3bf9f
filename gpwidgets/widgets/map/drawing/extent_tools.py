"""What changes an extent on the map: drag its corners, move it whole, take it away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import ipywidgets as w

from gpwidgets.protocol.values import Extent
from gpwidgets.protocol.values.spatial import Bounds
from gpwidgets.texts import tr
from gpwidgets.widgets.kit.accessibility import let_rest
from gpwidgets.widgets.kit.controls import WIDE, shared_layout, text_button
from gpwidgets.widgets.kit.owner import Owner
from gpwidgets.widgets.map.drawing.extent_box import ExtentBox

__all__ = ["ExtentTools"]


class _MapView(Protocol):
    """A map as the tools need it; `gpwidgets.widgets.map.task_map.TaskMap` is one."""

    map: Any

    @property
    def extent(self) -> Bounds: ...

    def zoom_to(self, bounds: Bounds) -> None: ...


class ExtentTools(Owner, w.HBox):
    """Buttons for the outline of an extent, and the outline itself.

    Parameters
    ----------
    task_map
        Where it is drawn.
    title
        Of the field.
    done
        Called with west, south, east, north in degrees of what the user makes of the outline.
    clear
        Called when it is to go.
    drawing
        Called with whether a rectangle is being drawn.
    """

    def __init__(
        self,
        task_map: _MapView,
        title: str,
        done: Callable[[Bounds], None],
        clear: Callable[[], None],
        drawing: Callable[[bool], None],
    ) -> None:
        self._task_map = task_map
        self._box = ExtentBox(task_map.map, title, done)
        self._box.observe(lambda change: drawing(bool(change["new"])), names="armed")
        self._box.observe(lambda _change: self._say_way(), names="editing")
        self._ways: dict[str, w.Button] = {
            "reshape": self._way("reshape", "pencil", tr("Drag corners and edges of {title}", title=title)),
            "move": self._way("move", "arrows", tr("Drag {title} on the map", title=title)),
        }
        words = tr("Take {title} away", title=title)
        super().__init__(
            [*self._ways.values(), text_button(tr("Clear"), "trash-o", words, clear)],
            layout=shared_layout(**WIDE, flex_flow="row wrap"),
        )
        self._say_way()

    def _way(self, way: str, icon: str, tooltip: str) -> w.Button:
        def switch() -> None:
            if self._box.editing == way:
                self._box.end_edit()
            else:
                self._box.edit(way)

        made: w.Button = text_button("", icon, tooltip, switch, layout=w.Layout(width="auto"))
        return made

    def _say_way(self) -> None:
        words = {"reshape": tr("Reshape"), "move": tr("Move")}
        for way, button in self._ways.items():
            button.description = tr("Done") if self._box.editing == way else words[way]

    def show(self, extent: Extent | None) -> None:
        """Show an extent on the map, or none; one of an unknown coordinate system cannot be changed there."""
        self._box.show(extent)
        for button in self._ways.values():
            let_rest(button, self._box.bounds is None)

    def draw_or_stop(self) -> None:
        """Begin drawing, or end it."""
        if self._box.armed:
            self._box.stop()
        else:
            self._box.draw()

    def bring_into_view(self) -> None:
        """Have the map show the outline whole, where it is not."""
        bounds = self._box.bounds
        west, south, east, north = self._task_map.extent
        if bounds is not None and not (
            west <= bounds[0] and south <= bounds[1] and bounds[2] <= east and bounds[3] <= north
        ):
            self._task_map.zoom_to(bounds)

    def pause(self) -> None:
        """End what goes on."""
        self._box.stop()
        self._box.end_edit()

    def let_go(self) -> None:
        """Take the outline off the map."""
        self._box.close()
