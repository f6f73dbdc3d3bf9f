"""What the map shows, as a rectangle."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import ipywidgets as w

from gpwidgets.texts import later, tr
from gpwidgets.widgets.editors.features.sources.feature_source import Source, row

if TYPE_CHECKING:
    from gpwidgets.protocol.description import GPParameter
    from gpwidgets.widgets.editors.editor import EditorContext


class ViewSource(Source):
    """The map's present extent, as one polygon."""

    label: ClassVar[str] = later("What the map shows")

    @classmethod
    def fits(cls, parameter: GPParameter, context: EditorContext) -> bool:
        """Where there is a map, and areas are wanted."""
        kinds = parameter.geometry_types
        is_area = not kinds or any(kind.takes("Polygon") for kind in kinds)
        return context.map is not None and is_area

    def build(self) -> list[w.Widget]:
        self.use: w.Button = self.button(
            tr("Use what the map shows"),
            "crop",
            tr("Its rectangle becomes {title}", title=self.title),
            self._use,
        )
        return [row(self.use)]

    @property
    def focus_target(self) -> w.DOMWidget:
        return self.use

    def _use(self) -> None:
        task_map = self.editor.context.map
        if task_map is not None:
            west, south, east, north = (round(edge, 6) for edge in task_map.extent)
            ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
            self.give({"type": "Polygon", "coordinates": [ring]})
