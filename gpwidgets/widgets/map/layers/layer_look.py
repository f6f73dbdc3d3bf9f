"""How a user wants a layer to look: what outlives the layer, for the same output of the next run."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from gpwidgets.texts import tr
from gpwidgets.widgets.map.layers.style_by import ClassStyle, style_by

if TYPE_CHECKING:
    import geopandas

__all__ = ["BY_SERVER", "Look", "Styling", "begin_look", "classes_by", "first_look"]

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
    first_styling: Styling
    by_attribute: bool
    classes: ClassStyle | None
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
        if self.styling is not None and self.styling != layer.styling:
            try:
                classes = classes_by(self.styling, layer)
            except (KeyError, ValueError):  # the column is gone, or of another type
                return
            layer.styling = self.styling
            layer.restyle(classes)


def first_look(frame: geopandas.GeoDataFrame) -> tuple[Styling, ClassStyle | None]:
    """Return what the colours of a layer tell as long as nobody has chosen it, and their classes.

    Parameters
    ----------
    frame
        A GeoDataFrame, for which the server has no symbology.

    Returns
    -------
    tuple of (Styling, ClassStyle or None)
        One colour, and None, where no column is worth it or none can be put into classes.
    """
    from gpwidgets.convert.rendering.telling_column import telling_column

    try:
        found = telling_column(frame)
        if found is not None:
            column, is_category = found
            styling = Styling(column, "categories", 8) if is_category else Styling(column)
            return styling, style_by(frame, column, styling.method, styling.count, styling.palette)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        pass  # a column of what is not expected must not cost the layer
    return Styling(), None


def begin_look(layer: StyledLayer, styling: Styling | None) -> None:
    """Choose what the colours of a new layer tell, before anything of it is drawn.

    Parameters
    ----------
    layer
        Its `first_styling` and `classes` are set; and its `styling`, if it suits the rows.
    styling
        What its user wants; None as long as nothing was chosen.
    """
    layer.first_styling = Styling()
    layer.classes = layer.server_classes
    if layer.classes is not None:
        layer.first_styling = Styling(BY_SERVER)
    elif layer.by_attribute:
        layer.first_styling, layer.classes = first_look(layer.frame)
    if styling is not None:
        with suppress(KeyError, ValueError):  # the column is gone, or of another type
            layer.classes = classes_by(styling, layer)
            layer.styling = styling


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
