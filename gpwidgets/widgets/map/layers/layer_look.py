"""How a user wants a layer to look: what outlives the layer, for the same output of the next run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gpwidgets.texts import tr
from gpwidgets.widgets.map.layers.style_by import ClassStyle, style_by

if TYPE_CHECKING:
    import geopandas

__all__ = ["BY_SERVER", "Look", "Styling", "classes_by"]

#: In the place of a column's name; no column is called so.
BY_SERVER = "\0server"


@dataclass(frozen=True)
class Styling:
    """What a layer's colours tell.

    Attributes
    ----------
    by : str
        Name of a column, `BY_SERVER` for the server's own symbology, or empty for one colour.
    method, count, palette
        As of `gpwidgets.widgets.map.layers.style_by.style_by`, for a column.
    """

    by: str = ""
    method: str = "natural breaks"
    count: int = 5
    palette: str = "Viridis"


class StyledLayer(Protocol):
    """A layer of the map, as far as its look goes."""

    frame: geopandas.GeoDataFrame
    title: str
    first_title: str
    color: str
    opacity: float
    styling: Styling | None
    server_classes: ClassStyle | None

    def restyle(self, classes: ClassStyle | None) -> None:
        """Colour the rows by classes; None for one colour."""


@dataclass(frozen=True)
class Look:
    """A layer's colour, opacity and styling as its user left them.

    Attributes
    ----------
    color : str
        As in CSS.
    opacity : float
        0 for not seen, 1 for the usual.
    styling : Styling or None
        None when it was left as it came.
    title : str
        The user's name for it; empty when there is none.
    """

    color: str
    opacity: float = 1.0
    styling: Styling | None = None
    title: str = ""

    @classmethod
    def of(cls, layer: StyledLayer) -> Look:
        """Read the look of a layer."""
        renamed = layer.title != layer.first_title
        return cls(layer.color, layer.opacity, layer.styling, layer.title if renamed else "")

    def give(self, layer: StyledLayer) -> None:
        """Let a layer look so; what does not suit its rows is left out."""
        layer.color = self.color
        layer.opacity = self.opacity
        if self.styling is not None:
            try:
                classes = classes_by(self.styling, layer)
            except (KeyError, ValueError):  # the column is gone, or of another type
                return
            layer.styling = self.styling
            layer.restyle(classes)


def classes_by(styling: Styling, layer: StyledLayer) -> ClassStyle | None:
    """Return the classes that a styling makes of a layer's rows; None for one colour.

    Raises
    ------
    ValueError
        There is no such column, the method does not suit it, or the server has no style for it.
    """
    if styling.by == "":
        return None
    if styling.by == BY_SERVER:
        if layer.server_classes is None:
            raise ValueError(tr("the server does not say how it draws this"))
        return layer.server_classes
    return style_by(layer.frame, styling.by, styling.method, styling.count, styling.palette)
